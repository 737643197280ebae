//! Scheduled tasks: what the host does by itself at a time of day.

use core::fmt;

use super::address::{Actions, first};
use crate::text::json::Text;
use crate::text::words;

/// What is to be done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TaskFlag<'i> {
    /// Keep it and run it.
    Enable,
    /// Keep it and do not run it.
    Disable,
    /// Forget it.
    Delete,
    /// Another text, kept as it is.
    Other(Text<'i>),
}

impl<'i> TaskFlag<'i> {
    pub(crate) fn from_text(text: Text<'i>) -> Self {
        match words::place(words::list!("1", "0", "2"), text) {
            0 => Self::Enable,
            1 => Self::Disable,
            2 => Self::Delete,
            _ => Self::Other(text),
        }
    }

    /// The text on the wire.
    #[must_use]
    pub const fn text(self) -> Text<'i> {
        match self {
            Self::Enable => Text::new("1"),
            Self::Disable => Text::new("0"),
            Self::Delete => Text::new("2"),
            Self::Other(text) => text,
        }
    }

    /// One word: `enable`, `disable`, `delete`; `None` for another text.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Enable => Some("enable"),
            Self::Disable => Some("disable"),
            Self::Delete => Some("delete"),
            Self::Other(_) => None,
        }
    }
}

/// A time of day on the host's clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

impl TimeOfDay {
    /// From 0 to 23 hours and 0 to 59 minutes.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self { hour, minute }) } else { None }
    }

    /// From `HH:MM`, two digits each.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let [a, b, b':', c, d] = *text.as_bytes() else { return None };
        let two = |tens: u8, ones: u8| {
            let digit = |byte: u8| if byte.is_ascii_digit() { Some(byte & 0x0F) } else { None };
            Some(digit(tens)?.wrapping_mul(10).wrapping_add(digit(ones)?))
        };
        Self::new(two(a, b)?, two(c, d)?)
    }

    /// Hours, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// Minutes, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// Minutes since midnight, 0 to 1439.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        (self.hour as u16).wrapping_mul(60).wrapping_add(self.minute as u16)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Days of the week: a set of 1 (Monday) to 7 (Sunday).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Days(u8);

impl Days {
    /// No day.
    pub const NONE: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0x7F);

    /// The set with one day more; numbers other than 1 to 7 change nothing.
    #[must_use]
    pub const fn with(self, day: u8) -> Self {
        match day {
            1..=7 => Self(self.0 | 1_u8.wrapping_shl(day.wrapping_sub(1) as u32)),
            _ => self,
        }
    }

    /// Whether the day is in the set.
    #[must_use]
    pub const fn contains(self, day: u8) -> bool {
        self.0 != Self::NONE.0 && self.with(day).0 == self.0 && day >= 1 && day <= 7
    }

    /// Whether there is no day.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The numbers of the days.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..8).filter(move |day| self.contains(*day))
    }

    /// Reads `1,3,7,`. Items that are no day are left out.
    #[must_use]
    pub fn from_text(text: Text<'_>) -> Self {
        let mut days = Self::NONE;
        let mut rest = text;
        while let Some((item, behind)) = first(rest) {
            rest = behind;
            let day = item.decoded(&mut [0; 4]).and_then(|item| u8::try_from(Text::new(item).number()?).ok());
            days = day.map_or(days, |day| days.with(day));
        }
        days
    }
}

impl fmt::Debug for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A scheduled task (`timing`), or as much of it as a `timingrsp` repeats. Missing members are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task<'i> {
    /// `tid`: identifies the task.
    pub id: Option<Text<'i>>,
    /// `tname`: name for people.
    pub name: Option<Text<'i>>,
    /// `oRoom`: zone.
    pub room: Option<Text<'i>>,
    /// `flag`: what is to be done with it.
    pub flag: Option<TaskFlag<'i>>,
    /// `time`: `HH:MM`, as it was written.
    pub time: Option<Text<'i>>,
    /// `action`: what it does.
    pub actions: Option<Actions<'i>>,
    /// `repeat`: days of the week, as they were written.
    pub repeat: Option<Text<'i>>,
}

impl Task<'_> {
    /// When, if it can be understood.
    #[must_use]
    pub fn time_of_day(&self) -> Option<TimeOfDay> {
        TimeOfDay::parse(self.time?.decoded(&mut [0; 8])?)
    }

    /// On which days of the week.
    #[must_use]
    pub fn days(&self) -> Days {
        self.repeat.map_or(Days::NONE, Days::from_text)
    }
}
