//! What a controller asks for by itself, one thing after the other.

use super::config::Config;
use crate::error::ConfigError;
use crate::ksenia::stream::essential;
use crate::ksenia::{Command, Kind, MAX_TYPES, Read};

/// How often a request is sent before it is given up.
const TRIES: u8 = 3;

/// Most bytes of all names in one request.
const MAX_NAMES: usize = 560;

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Login,
    /// The first 15 types of the programming.
    Programming,
    /// The rest of them.
    MoreProgramming,
    States,
    Register,
    Version,
}

impl Step {
    /// In the order in which they are sent.
    const ALL: [Self; 6] = [Self::Login, Self::Programming, Self::MoreProgramming, Self::States, Self::Register, Self::Version];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    pub(crate) fn command<'b>(self, config: &Config<'b>) -> Command<'b> {
        match self {
            Self::Login => Command::Login { account: config.account },
            Self::Programming => Command::Read(Read::types(programming(config, 0))),
            Self::MoreProgramming => Command::Read(Read::types(programming(config, 1))),
            Self::States => Command::Read(Read::types(config.states)),
            Self::Register => Command::Register { types: config.states },
            Self::Version => Command::Version,
        }
    }
}

/// A panel answers the first [`MAX_TYPES`] of a request only.
fn programming<'b>(config: &Config<'b>, part: usize) -> &'b [Kind<'b>] {
    config.programming.chunks(MAX_TYPES).nth(part).unwrap_or_default()
}

/// Whether the lists of a configuration can be sent, and answers be waited for.
pub(crate) fn check(config: &Config<'_>) -> Result<(), ConfigError> {
    let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    let range = |field, max: usize, list: &[Kind<'_>]| {
        if list.len() <= max {
            return Ok(());
        }
        Err(ConfigError::OutOfRange { field, min: 0, max: number(max), found: number(list.len()) })
    };
    let times = [("login_millis", config.login_millis), ("read_millis", config.read_millis), ("answer_millis", config.answer_millis)];
    for (field, millis) in times {
        if millis == 0 {
            return Err(ConfigError::OutOfRange { field, min: 1, max: u32::MAX, found: 0 });
        }
    }
    range("programming", MAX_TYPES.saturating_mul(2), config.programming)?;
    range("states", MAX_TYPES, config.states)?;
    for (field, list) in [("programming", programming(config, 0)), ("programming", programming(config, 1)), ("states", config.states)] {
        let names = list.iter().fold(0_usize, |sum, kind| sum.saturating_add(kind.text().raw().len()).saturating_add(3));
        if names > MAX_NAMES {
            return Err(ConfigError::BadText { field });
        }
    }
    Ok(())
}

/// What is to be asked for, and what was asked last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    todo: u8,
    current: Option<Step>,
    /// Place of the request sent last in [`Step::ALL`].
    last: u8,
    tries: u8,
    /// The start is going on.
    starting: bool,
    /// Lists of the programming that have not come yet, and whether they were asked for once more.
    missing: u8,
    asked_again: bool,
}

impl Schedule {
    pub(crate) const fn new() -> Self {
        Self { todo: 0, current: None, last: 0, tries: 0, starting: false, missing: 0, asked_again: false }
    }

    pub(crate) fn want(&mut self, step: Step) {
        self.todo |= step.bit();
    }

    /// The login is taken: the start begins.
    pub(crate) fn logged_in(&mut self, config: &Config<'_>) {
        self.current = None;
        self.tries = 0;
        self.starting = true;
        self.missing = config.programming.iter().fold(0, |lists, kind| lists | essential(kind));
        self.asked_again = false;
        self.want_all(config);
        if !config.states.is_empty() {
            self.want(Step::Register);
        }
    }

    pub(crate) fn want_all(&mut self, config: &Config<'_>) {
        self.want_programming(config);
        self.want_states(config);
    }

    fn want_programming(&mut self, config: &Config<'_>) {
        if !programming(config, 0).is_empty() {
            self.want(Step::Programming);
        }
        if !programming(config, 1).is_empty() {
            self.want(Step::MoreProgramming);
        }
    }

    pub(crate) fn want_states(&mut self, config: &Config<'_>) {
        if !config.states.is_empty() {
            self.want(Step::States);
        }
    }

    /// The states again, unless the start is going on: it would never come to its end with a panel that does not answer.
    pub(crate) fn poll(&mut self, config: &Config<'_>) {
        if !self.starting {
            self.want_states(config);
        }
    }

    /// What failed goes first, then what comes after it, so that nothing is put off for ever.
    pub(crate) fn next(&self) -> Option<Step> {
        let wanted = |step: &Step| self.todo & step.bit() != 0;
        if let Some(step) = self.current.filter(wanted) {
            return Some(step);
        }
        let later = Step::ALL.into_iter().filter(|step| *step as u8 > self.last).find(wanted);
        later.or_else(|| Step::ALL.into_iter().find(wanted))
    }

    pub(crate) const fn has_next(&self) -> bool {
        self.todo != 0
    }

    pub(crate) fn sent(&mut self, step: Step) {
        if self.current.replace(step) != Some(step) {
            self.tries = 0;
        }
        self.tries = self.tries.saturating_add(1);
        self.todo &= !step.bit();
        self.last = step as u8;
    }

    pub(crate) fn answered(&mut self) {
        self.current = None;
    }

    /// Which lists an answer had. Whether those of the start, which may be incomplete after a restart of the panel, are worth another
    /// question, once.
    pub(crate) fn incomplete(&mut self, config: &Config<'_>, lists: u8) -> bool {
        self.missing &= !lists;
        let read = matches!(self.current, Some(Step::Programming | Step::MoreProgramming));
        let waits = self.todo & Step::MoreProgramming.bit() != 0;
        if !self.starting || !read || waits || self.missing == 0 || self.asked_again {
            return false;
        }
        self.asked_again = true;
        self.want_programming(config);
        true
    }

    /// There was no answer, or a refusal; the first may be worth another try.
    pub(crate) fn failed(&mut self, again: bool) {
        match self.current {
            Some(step) if again && self.tries < TRIES => self.want(step),
            _ => self.current = None,
        }
    }

    /// Whether the start is over, once.
    pub(crate) fn take_ready(&mut self) -> bool {
        let over = self.starting && self.todo == 0 && self.current.is_none();
        self.starting &= !over;
        over
    }
}
