//! Who may come in.

use super::*;
use crate::kts::replay::{Freshness, Replays};
use crate::kts::short::put;
use crate::kts::sign::{Scheme, Signature, sign};
use crate::kts::wire::Registration;
use crate::secret::Secret;
use crate::text::json::Text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Waiting,
    /// The caller is asked.
    Asking,
    Registered,
}

/// What a host has signed, until the caller has given its key.
#[derive(Clone, Copy)]
pub(super) struct Secrets {
    timestamp: Short<20>,
    rand: Short<48>,
    sign: Option<Signature>,
}

impl Secrets {
    pub(super) const NONE: Self = Self { timestamp: Short::EMPTY, rand: Short::EMPTY, sign: None };
}

/// It is enough to guess a key from.
impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("***")
    }
}

impl Controller<'_> {
    /// A host wants in. Says whether the caller is to be asked.
    pub(super) fn register(&mut self, registration: &Registration<'_>, now: Instant) -> bool {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-:_.".contains(byte);
        let Memory { sn, asked, .. } = &mut *self.memory;
        let texts =
            [(sn.parts(), registration.sn), (asked.timestamp.parts(), registration.timestamp), (asked.rand.parts(), registration.rand)];
        let fits = texts.iter().all(|((room, _), text)| text.raw().len() <= room.len());
        let name = registration.sn.raw().as_bytes();
        if !fits || name.is_empty() || !name.iter().all(plain) {
            self.refuse(RegisterError::BadText);
            return false;
        }
        for ((room, len), text) in texts {
            *len = put(room, text.raw()).unwrap_or(0);
        }
        asked.sign = Signature::parse(registration.sign.raw());
        self.phase = Phase::Asking;
        self.timers.set(Timer::Register as usize, now.plus_millis(self.config.registration_millis.into()));
        true
    }

    /// The caller has given a key.
    pub(super) fn admit(
        &mut self,
        env: &Env,
        keys: (Secret<&str>, Option<Secret<&str>>),
        scheme: Scheme,
        replays: Option<&mut dyn Replays>,
    ) -> Outcome {
        match self.judge(env, keys, scheme, replays) {
            Ok(with_other) => {
                self.memory.asked = Secrets::NONE;
                self.phase = Phase::Registered;
                self.owed = Owed::Register(0);
                self.news.registered = Some(with_other);
                self.timers.stop(Timer::Register as usize);
                self.last_heard = env.now;
                self.flat.tables.tasks.iter_mut().for_each(|task| task.owed = task.used);
                self.resync();
                Outcome::Confirmed
            }
            Err(error) => {
                self.refuse(error);
                Outcome::NotLetIn
            }
        }
    }

    fn judge(
        &self,
        env: &Env,
        (key, other): (Secret<&str>, Option<Secret<&str>>),
        scheme: Scheme,
        replays: Option<&mut dyn Replays>,
    ) -> Result<bool, RegisterError> {
        let Secrets { timestamp, rand, sign: found } = &self.memory.asked;
        let found = found.ok_or(RegisterError::Signature)?;
        let texts = [self.memory.sn.as_str(), timestamp.as_str(), rand.as_str()];
        let right = |key| sign(scheme, texts, key).matches(&found);
        // Both are computed, so that the time does not tell which is right.
        let (first, second) = (right(key), other.is_some_and(right));
        if !first && !second {
            return Err(RegisterError::Signature);
        }
        if let Some(window) = self.config.clock_window_seconds {
            let now = env.unix.ok_or(RegisterError::NoClock)?;
            let then = Text::new(timestamp.as_str()).wide_number().ok_or(RegisterError::Clock)?;
            if now.abs_diff(then) > window.into() {
                return Err(RegisterError::Clock);
            }
            if let Some(replays) = replays {
                let forget_at = then.saturating_add(window.into()).saturating_add(1);
                match replays.remember(&found, forget_at, now) {
                    Freshness::New => {}
                    Freshness::Replayed => return Err(RegisterError::Replayed),
                    Freshness::Full => return Err(RegisterError::MemoryFull),
                }
            }
        }
        Ok(!first)
    }

    /// The host is told no, and the connection ends.
    pub(super) fn refuse(&mut self, error: RegisterError) {
        self.memory.asked = Secrets::NONE;
        self.phase = Phase::Waiting;
        self.news.refused = Some(error);
        self.owed = Owed::Register(1);
        self.close(CloseReason::LoginRefused);
    }
}
