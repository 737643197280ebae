//! What a request does, and what it is answered with.

use super::answer::Job;
use super::config::{CrcCheck, UnknownRequests, UserAnswers};
use super::house::{House, Moment};
use super::tables::*;
use super::{News, Panel, Slot};
use crate::error::FaultKind;
use crate::ksenia::view::Read as _;
use crate::ksenia::{
    Account, Action, CrcPolicy, Detail, Hour, Kind, LogKind, Message, Request, Season, SeasonSettings, Settings, Thermostat,
    ThermostatMode, Verb, decode_with,
};
use crate::machine::Env;
use crate::secret::Secret;
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Text};

/// Whether a login of this kind finds an account of that one.
fn is_kind(asked: Account<'_>, slot: Account<'_>) -> bool {
    let keypad = |kind: Account<'_>| matches!(kind, Account::Keypad | Account::KeypadDash);
    asked == Account::Unknown || asked == slot || keypad(asked) && keypad(slot)
}

impl House<'_> {
    /// The account with this code.
    fn account(&self, pin: Option<Secret<Text<'_>>>) -> Option<&AccountSlot<'_>> {
        let pin = pin?;
        self.accounts.iter().find(|slot| !slot.disabled && *pin.expose() == **slot.pin.expose())
    }

    /// Changes settings, all of them or none.
    fn write(&mut self, settings: &Settings<'_>) -> Result<(), Detail<'static>> {
        for (kind, list) in settings.lists() {
            let known = match kind {
                Kind::Thermostats => ids(list).all(|id| self.thermostats.iter().any(|slot| Some(slot.id) == id)),
                Kind::ScheduleTimers => ids(list).all(|id| self.timers.iter().any(|slot| Some(slot.id) == id)),
                Kind::Accounts => ids(list).all(|id| self.accounts.iter().any(|slot| Some(slot.id) == id)),
                _ => return Err(Detail::UnknownSetting),
            };
            if !known {
                return Err(Detail::InvalidParameter);
            }
        }
        for thermostat in settings.thermostats() {
            let has_programmes = self.programmes.iter().any(|slot| Some(slot.thermostat) == thermostat.id());
            let seasons = [thermostat.winter(), thermostat.summer()];
            if seasons.into_iter().flatten().flat_map(days).any(|(_, day)| !has_programmes || !is_day(day)) {
                return Err(Detail::InvalidParameter);
            }
        }
        if settings.lists().next().is_none() {
            return Err(Detail::UnknownSetting);
        }
        for thermostat in settings.thermostats() {
            let Some(slot) = self.thermostats.iter_mut().find(|slot| Some(slot.id) == thermostat.id()) else { continue };
            slot.set(&thermostat);
            self.programmes.iter_mut().filter(|programmes| programmes.thermostat == slot.id).for_each(|slot| slot.set(&thermostat));
            for sensor in self.sensors.iter_mut().filter(|sensor| sensor.thermostat == Some(slot.id)) {
                sensor.news |= PUSH_SECOND;
                self.news |= SLOTS;
            }
        }
        for (kind, list) in settings.lists() {
            for object in list.objects() {
                let id = object.text("ID").and_then(Text::number);
                let flag = |name| object.text(name).map(|text| text == "T");
                match (kind, flag("EN"), flag("DACC")) {
                    (Kind::ScheduleTimers, Some(enabled), _) => {
                        self.timers.iter_mut().filter(|slot| Some(slot.id) == id).for_each(|slot| slot.enabled = enabled);
                    }
                    (Kind::Accounts, _, Some(disabled)) => {
                        self.accounts.iter_mut().filter(|slot| Some(slot.id) == id).for_each(|slot| slot.disabled = disabled);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// The days of a season that are given, each with its place in [`Day::ALL`].
fn days(season: SeasonSettings<'_>) -> impl Iterator<Item = (usize, Array<'_>)> {
    let lists = [
        season.monday(),
        season.tuesday(),
        season.wednesday(),
        season.thursday(),
        season.friday(),
        season.saturday(),
        season.sunday(),
        season.special_day_1(),
        season.special_day_2(),
    ];
    lists.into_iter().enumerate().filter_map(|(place, list)| Some((place, list?)))
}

/// The hours of a day. `None` for one that makes no sense.
fn hours(day: Array<'_>) -> impl Iterator<Item = Option<(u8, u8)>> {
    day.objects().map(|object| {
        let hour = Hour::read(&mut Cursor::new(object.as_str())).ok()?;
        let preset = hour.preset().filter(|preset| (1..=3).contains(preset))?;
        let shift = hour.shift().filter(|shift| *shift < 60)?;
        Some((u8::try_from(preset).ok()?, u8::try_from(shift).ok()?))
    })
}

/// Whether a day has 24 hours that make sense.
fn is_day(day: Array<'_>) -> bool {
    hours(day).all(|hour| hour.is_some()) && hours(day).count() == 24
}

fn ids<'i>(list: Array<'i>) -> impl Iterator<Item = Option<u32>> + use<'i> {
    list.objects().map(|object| object.text("ID").and_then(Text::number))
}

impl ThermostatSlot<'_> {
    /// Takes over what is given. Words without a name here are passed over.
    fn set(&mut self, wish: &Thermostat<'_>) {
        if let Some(mode) = wish.mode().and_then(ThermostatMode::named) {
            self.mode = mode;
        }
        if let Some(season) = wish.season().and_then(Season::named) {
            self.season = season;
        }
        if let Some(hours) = wish.manual_hours() {
            self.manual_hours = hours.number().and_then(|hours| u8::try_from(hours).ok()).unwrap_or(0);
        }
        for (points, wish) in [(&mut self.winter, wish.winter()), (&mut self.summer, wish.summer())] {
            let Some(wish) = wish else { continue };
            for (point, value) in points.presets.iter_mut().zip([wish.preset_1(), wish.preset_2(), wish.preset_3()]) {
                *point = thousandths(value).unwrap_or(*point);
            }
            points.manual = thousandths(wish.manual()).unwrap_or(points.manual);
        }
    }
}

impl ProgrammeSlot {
    /// Takes over the days that are given.
    fn set(&mut self, wish: &Thermostat<'_>) {
        for (programme, wish) in [(&mut self.winter, wish.winter()), (&mut self.summer, wish.summer())] {
            for (place, list) in wish.into_iter().flat_map(days) {
                let Some(day) = programme.get_mut(place) else { continue };
                day.iter_mut().zip(hours(list).flatten()).for_each(|(hour, wish)| *hour = wish);
            }
        }
    }
}

impl Panel<'_, '_> {
    /// Looks at a whole message and obeys it.
    pub(super) fn obey(&mut self, env: &Env, text: &[u8]) -> Slot {
        let policy = if self.config.crc == CrcCheck::Off { CrcPolicy::Ignore } else { CrcPolicy::Strict };
        let message = match decode_with(text, policy) {
            Ok(message) => message,
            Err(fault) => {
                let check = matches!(fault.kind, FaultKind::Crc { .. } | FaultKind::CrcFormat);
                if check && self.config.crc == CrcCheck::Refuse {
                    self.memory.waiting = Job::Generic;
                }
                return Slot::Fault(fault);
            }
        };
        let Some(request) = Request::of(&message) else {
            // One client names a sign of life that needs no answer.
            if message.verb() != Verb::Ping {
                self.unknown();
            }
            return Slot::Message;
        };
        if let Action::Login(account) = request.action {
            self.login(env, account, &request);
            return Slot::Message;
        }
        let session = self.session.map(|session| session.get());
        let known = request.login.and_then(Text::number);
        if self.config.check_session && (session.is_none() || session != known) {
            self.refuse(Detail::NotLogged);
            return Slot::Message;
        }
        self.act(env, &message, &request);
        Slot::Message
    }

    /// Answers that something was not done.
    fn refuse(&mut self, detail: Detail<'static>) {
        self.refusal = Some(detail);
        self.memory.waiting = Job::Outcome(Err(detail));
    }

    fn unknown(&mut self) {
        self.refusal = Some(Detail::UnknownCommand);
        self.memory.waiting = match self.config.unknown {
            UnknownRequests::Silent => Job::Nothing,
            UnknownRequests::Generic => Job::Generic,
            UnknownRequests::Error => Job::UnknownCommand,
        };
    }

    fn login(&mut self, env: &Env, account: Account<'_>, request: &Request<'_>) {
        let had_session = self.session.take().is_some();
        if had_session {
            self.news.insert(News::LOGGED_OUT);
        }
        self.registered = 0;
        let found = self.house.account(request.pin).filter(|slot| is_kind(account, slot.kind)).map(|slot| slot.id);
        let id = match found {
            Some(id) => id,
            // Some text there must be.
            None if !self.config.check_pin && request.pin.is_some() => 0,
            None => {
                self.refuse(Detail::LoginFailed);
                return;
            }
        };
        self.house.sessions = self.house.sessions.checked_add(1).unwrap_or(1);
        let session = self.house.sessions;
        self.memory.waiting = Job::Login { account: id, session };
        if !(had_session && self.config.one_login) {
            self.session = core::num::NonZeroU32::new(session);
            self.account = id;
            self.news.insert(News::LOGGED_IN);
        }
        let at = moment(self.config, env);
        self.house.note(&at, LogKind::CodeAccepted, Subject::Account(id));
    }

    /// Does what the client of a session asks for.
    fn act(&mut self, env: &Env, message: &Message<'_>, request: &Request<'_>) {
        let at = moment(self.config, env);
        let done = |result: Result<(), Detail<'static>>| result.map(|()| Detail::Processed);
        let outcome = match request.action {
            Action::Logout => {
                let session = self.session.take().map_or(0, core::num::NonZeroU32::get);
                self.registered = 0;
                self.news.insert(News::LOGGED_OUT);
                self.memory.waiting = Job::Logout { session };
                return;
            }
            Action::Read { types, .. } => {
                let program = |kind: Kind<'_>| kind == Kind::AllProgram || kind.text().raw().starts_with("PRG_");
                if !self.config.program_lists && types.iter().any(program) {
                    return self.refuse(Detail::NotAvailable);
                }
                self.memory.ask(message, self.config.max_types);
                self.memory.waiting = Job::Lists;
                return;
            }
            Action::File { path, name } => {
                let found = self.house.files.iter().position(|file| path == *file.path && name == *file.name);
                match found.and_then(|place| u16::try_from(place).ok()) {
                    Some(place) => self.memory.waiting = Job::File(place),
                    None => self.refuse(Detail::FileNotFound),
                }
                return;
            }
            Action::Register(_) => {
                self.memory.ask(message, u8::MAX);
                self.memory.register(message);
                self.registered = self.memory.asked;
                if self.config.push_before_ack {
                    self.house.news |= PUSH | SLOTS;
                } else {
                    self.house.begin();
                }
                self.news.insert(News::REGISTERED);
                self.memory.waiting = Job::Snapshot;
                return;
            }
            Action::Version => {
                self.memory.waiting = Job::Version;
                return;
            }
            Action::Logs { count } => {
                self.memory.waiting = Job::Logs { count: count.unwrap_or(10) };
                return;
            }
            Action::Unknown => {
                match message.verb() {
                    Verb::User => self.refuse(Detail::UnknownAction),
                    _ => self.unknown(),
                }
                return;
            }
            Action::Write(settings) => {
                // Older clients name the list in the type, and are never answered.
                if message.form_text().is_none_or(|form| form != "CFG_ALL") {
                    self.refusal = Some(Detail::InvalidForm);
                    return;
                }
                if request.pin.is_some() && !self.is_pin_good(request) {
                    Err(Detail::WrongPin)
                } else {
                    self.house.write(&settings).map(|()| Detail::WriteOk)
                }
            }
            Action::RunScenario(scenario) if self.is_pin_good(request) || !self.wants_code(scenario) => done(self.house.run(&at, scenario)),
            _ if !self.is_pin_good(request) => Err(Detail::WrongPin),
            Action::SetOutput { output, action } => {
                let result = self.house.switch(&at, output, action.text().raw());
                if result.is_ok() && self.config.user_answers == UserAnswers::OutputsUnanswered {
                    return;
                }
                done(result)
            }
            Action::BypassZone { zone, action } => done(self.house.bypass(&at, zone, action)),
            Action::ArmPartition { partition, action } => done(self.house.arm_partition(&at, partition, action)),
            Action::Clear(kind) => {
                self.house.clear(kind);
                Ok(Detail::Processed)
            }
            _ => Err(Detail::InvalidCommand),
        };
        match outcome {
            Ok(detail) => self.memory.waiting = Job::Outcome(Ok(detail)),
            Err(detail) => self.refuse(detail),
        }
    }

    fn wants_code(&self, scenario: u32) -> bool {
        let slot = self.house.scenarios.iter().find(|slot| slot.id == scenario);
        slot.is_none_or(|slot| slot.code != crate::ksenia::CodeNeed::NotNeeded)
    }

    fn is_pin_good(&self, request: &Request<'_>) -> bool {
        !self.config.check_pin || self.house.account(request.pin).is_some()
    }
}

pub(super) fn moment<'c>(config: &'c super::Config<'c>, env: &Env) -> Moment<'c> {
    Moment { config, now: env.now, unix: env.unix.unwrap_or(0) }
}
