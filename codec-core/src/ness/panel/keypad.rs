//! What pressed keys mean.

use super::command::Refusal;
use super::config::Config;
use super::house::{House, Moment};
use crate::home::{AlarmKind, Mode};
use crate::ness::keys::Keys;
use crate::ness::{Id, Output};
use crate::secret::same_bytes;

/// The number of the user with a code. All codes are compared.
fn user(config: &Config<'_>, code: &[u8]) -> Result<u8, Refusal> {
    if code.is_empty() || !code.iter().all(u8::is_ascii_digit) {
        return Err(Refusal::UnknownKeys);
    }
    let mut found = None;
    for user in config.users {
        let same = same_bytes(user.code.expose().as_bytes(), code);
        if same && found.is_none() {
            found = Some(user.number);
        }
    }
    found.ok_or(Refusal::WrongCode)
}

impl House {
    /// Obeys the keys of a request or of a keypad.
    ///
    /// # Errors
    /// Why nothing was done.
    pub(super) fn press(&mut self, at: &Moment<'_, '_>, keys: &[u8]) -> Result<(), Refusal> {
        if let Some(request) = Keys::new(keys).status_request() {
            return self.report(at, request);
        }
        let armer = |code: &[u8]| match (code, at.config.short_arm) {
            ([], true) => Ok(Id::SHORT_ARM.value()),
            ([], false) => Err(Refusal::CodeNeeded),
            _ => user(at.config, code),
        };
        match keys {
            [b'A', code @ .., b'E'] => self.arm(at, false, Mode::Away, armer(code)?),
            [b'H', code @ .., b'E'] => self.arm(at, false, Mode::Home, armer(code)?),
            [code @ .., b'E'] => self.disarm(at, 0, user(at.config, code)?),
            [b'*', b'#'] | [b'P'] => self.keypad_alarm(at, 0, AlarmKind::Panic),
            [b'*', code @ .., b'#'] => {
                user(at.config, code)?;
                self.keypad_alarm(at, 0, AlarmKind::Panic);
            }
            [b'F'] => self.keypad_alarm(at, 0, AlarmKind::Fire),
            [b'D'] => self.keypad_alarm(at, 0, AlarmKind::Medical),
            [digit @ b'1'..=b'8', same, last @ (b'*' | b'#')] if digit == same => {
                self.command_output(at, Output::Aux(digit & 0x0F), *last == b'*');
            }
            _ => return Err(Refusal::UnknownKeys),
        }
        Ok(())
    }
}
