//! Outputs, and what passes with time.

use super::house::{House, Moment};
use super::tables::*;
use crate::ksenia::{Detail, OutputCategory, OutputMode};
use crate::text::json::Text;
use crate::timers::Instant;

/// What an output shall do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    On,
    Off,
    Toggle,
    Up,
    Down,
    Stop,
    Level(u8),
}

impl Wish {
    /// Case does not matter to panels.
    fn read(word: &str) -> Option<Self> {
        let words = [
            ("ON", Self::On),
            ("OFF", Self::Off),
            ("TOGGLE", Self::Toggle),
            ("UP", Self::Up),
            ("DOWN", Self::Down),
            ("ALT", Self::Stop),
            ("STOP", Self::Stop),
        ];
        let known = words.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, wish)| wish);
        let level = || Text::new(word).number().and_then(|level| u8::try_from(level).ok()).filter(|level| *level <= 100);
        known.or_else(|| level().map(Self::Level))
    }
}

impl OutputSlot<'_> {
    pub(super) fn is_cover(&self) -> bool {
        self.category == OutputCategory::Cover
    }

    /// Where a cover is at the moment `now`.
    pub(super) fn position(&self, now: Instant, cover_millis: u32) -> u8 {
        let (Some(target), Some(ends)) = (self.target, self.ends) else { return self.level };
        let left = ends.millis_since(now).saturating_mul(100).checked_div(u64::from(cover_millis)).unwrap_or(0);
        let left = u8::try_from(left).unwrap_or(100);
        if target >= self.level { target.saturating_sub(left).max(self.level) } else { target.saturating_add(left).min(self.level) }
    }

    fn go(&mut self, at: &Moment<'_>, target: u8) {
        self.level = self.position(at.now, at.config.cover_millis);
        let way = u64::from(self.level.abs_diff(target));
        let millis = way.saturating_mul(at.config.cover_millis.into()) / 100;
        if millis == 0 {
            (self.level, self.target, self.ends) = (target, None, None);
        } else {
            (self.target, self.ends) = (Some(target), Some(at.now.plus_millis(millis)));
        }
    }

    fn obey(&mut self, at: &Moment<'_>, wish: Wish) -> Result<(), Detail<'static>> {
        if self.is_cover() {
            match wish {
                Wish::Up | Wish::On => self.go(at, 100),
                Wish::Down | Wish::Off => self.go(at, 0),
                Wish::Level(level) => self.go(at, level),
                Wish::Stop => {
                    self.level = self.position(at.now, at.config.cover_millis);
                    (self.target, self.ends) = (None, None);
                }
                Wish::Toggle => return Err(Detail::InvalidParameter),
            }
            return Ok(());
        }
        let dims = self.mode == OutputMode::Dimmer;
        self.on = match wish {
            Wish::On => true,
            Wish::Off => false,
            Wish::Toggle => !self.on,
            Wish::Level(level) => {
                if dims && level > 0 {
                    self.level = level;
                }
                level > 0
            }
            Wish::Up | Wish::Down | Wish::Stop => return Err(Detail::InvalidParameter),
        };
        if dims && self.on && self.level == 0 {
            self.level = 100;
        }
        let pulse = self.on && self.mode == OutputMode::Momentary;
        self.ends = pulse.then(|| at.now.plus_millis(at.config.pulse_millis.max(1).into()));
        Ok(())
    }
}

impl House<'_> {
    /// Switches an output by a word or a level.
    ///
    /// # Errors
    /// What the panel answers.
    pub(super) fn switch(&mut self, at: &Moment<'_>, output: u32, word: &str) -> Result<(), Detail<'static>> {
        let wish = Wish::read(word).ok_or(Detail::InvalidParameter)?;
        let slot = self.outputs.iter_mut().find(|slot| slot.id == output).ok_or(Detail::InvalidParameter)?;
        slot.obey(at, wish)?;
        slot.news = ALL_NEWS;
        self.news |= SLOT_NEWS;
        Ok(())
    }

    /// What happens because time has passed.
    pub(super) fn expire(&mut self, at: &Moment<'_>) {
        self.expire_delays(at);
        for slot in self.partitions.iter_mut().filter(|slot| at.config.push_countdown && slot.ends.is_some()) {
            let left = slot.seconds_left(at.now);
            if core::mem::replace(&mut slot.shown, left) != left {
                slot.news |= PUSH;
                self.news |= SLOTS;
            }
        }
        for slot in self.outputs.iter_mut().filter(|slot| slot.ends.is_some_and(|ends| ends <= at.now)) {
            slot.ends = None;
            match slot.target.take() {
                Some(target) => slot.level = target,
                None => slot.on = false,
            }
            slot.news = ALL_NEWS;
            self.news |= SLOT_NEWS;
        }
    }

    /// The next moment at which something happens by itself.
    pub(super) fn next_deadline(&self, now: Instant, every_second: bool) -> Option<Instant> {
        let next = |ends: Instant| {
            let rest = ends.millis_since(now).saturating_sub(1) / 1000;
            let before = if every_second { rest.saturating_mul(1000) } else { 0 };
            Instant::from_millis(ends.as_millis().saturating_sub(before))
        };
        let delays = self.partitions.iter().filter_map(|slot| slot.ends.map(next));
        delays.chain(self.outputs.iter().filter_map(|slot| slot.ends)).min()
    }
}
