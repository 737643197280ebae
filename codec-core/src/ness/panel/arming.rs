//! Areas, delays and alarms.
//!
//! ```text
//!                arm            exit delay over              zone opens
//!   Disarmed ─────────► Exit ───────────────────► Armed ───────────────────► Entry
//!       ▲  24 22         │  23                      ▲  20                       │
//!       │                │                          └───────────────────────────┘
//!       └────────────────┴──── disarm: 2f, then 23 or 21     entry delay over: 02 31 21
//! ```
//!
//! An alarm is not a state of an area but a set of zones (and keypads and users): it outlives the delay and ends by itself.

use super::config::Config;
use super::house::{House, Moment, PULSE_TIMER, SIREN_TIMER, VERSION_TIMER, bit, output_bit};
use super::outbox::Kind;
use crate::home::{AlarmKind, AreaState, Mode};
use crate::ness::{Output, RequestId};

/// How far an area is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Disarmed,
    Exit,
    Armed,
    Entry,
}

/// One of two areas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) phase: Phase,
    /// Means something unless disarmed.
    pub(super) mode: Mode,
    /// The zone that started the entry delay.
    entry_zone: u8,
}

impl Default for Area {
    fn default() -> Self {
        Self { phase: Phase::Disarmed, mode: Mode::Away, entry_zone: 0 }
    }
}

impl Area {
    pub(super) const fn is_fully_armed(&self) -> bool {
        matches!(self.phase, Phase::Armed | Phase::Entry)
    }

    pub(super) const fn state(&self) -> AreaState {
        match self.phase {
            Phase::Disarmed => AreaState::Disarmed,
            Phase::Exit => AreaState::ExitDelay,
            Phase::Armed => AreaState::Armed,
            Phase::Entry => AreaState::EntryDelay,
        }
    }
}

const SOUNDER: u32 = output_bit(Output::Sonalert);
const INTRUSION: u32 = output_bit(Output::Siren) | output_bit(Output::Strobe);
const FIRE: u32 = output_bit(Output::SirenFire) | output_bit(Output::Strobe);

/// Both areas, told apart by whether it is the second.
const BOTH: [bool; 2] = [false, true];

impl House {
    fn area(&self, second: bool) -> &Area {
        let [one, two] = &self.facts.areas;
        if second { two } else { one }
    }

    fn area_mut(&mut self, second: bool) -> &mut Area {
        let [one, two] = &mut self.facts.areas;
        if second { two } else { one }
    }

    /// The area byte of arming, delays and disarming: the area's number, or 3 while armed home and 4 for the day. The vendor's document
    /// does not say what delays in day mode have.
    fn area_code(&self, second: bool) -> u8 {
        match (second, self.area(second).mode) {
            (true, _) => 2,
            (false, Mode::Home) => 3,
            (false, Mode::Day) => 4,
            (false, _) => 1,
        }
    }

    /// The area byte of an event about a zone.
    pub(super) fn zone_area(&self, config: &Config<'_>, zone: u8) -> u8 {
        let second = config.area_2_zones & bit(zone) != 0;
        if config.twenty_four_hour_zones & bit(zone) != 0 {
            0x80
        } else if self.area(second).phase == Phase::Disarmed {
            if second { 2 } else { 1 }
        } else {
            self.area_code(second)
        }
    }

    /// Zones that an armed area watches.
    fn watched(&self, config: &Config<'_>, second: bool) -> u32 {
        let excluded = self.facts.excluded | self.facts.auto_excluded;
        let zones = match (second, self.area(second).mode) {
            (true, _) => config.area_2_zones,
            (false, Mode::Home | Mode::Day) => !config.area_2_zones & config.home_zones,
            (false, _) => !config.area_2_zones,
        };
        zones & !excluded
    }

    /// During an entry delay the zone that started it, during an exit delay those that are open and will be watched.
    pub(super) fn zones_in_delay(&self, config: &Config<'_>) -> u32 {
        BOTH.into_iter().fold(0, |zones, second| {
            zones
                | match self.area(second).phase {
                    Phase::Entry => bit(self.area(second).entry_zone),
                    Phase::Exit => self.facts.open & self.watched(config, second) & !config.instant_zones,
                    Phase::Disarmed | Phase::Armed => 0,
                }
        })
    }

    pub(super) fn arm(&mut self, at: &Moment<'_, '_>, second: bool, mode: Mode, user: u8) {
        let before = *self.area(second);
        let before_area = self.area_code(second);
        self.area_mut(second).mode = mode;
        let code = match mode {
            Mode::Away => 0x24,
            Mode::Home => 0x25,
            Mode::Day => 0x26,
            Mode::Night => 0x27,
            Mode::Vacation => 0x28,
            Mode::Highest => 0x2E,
        };
        self.emit(at, code, user, self.area_code(second));
        if at.config.exit_delay_millis > 0 {
            self.area_mut(second).phase = Phase::Exit;
            self.timers.set(second.into(), at.now.plus_millis(at.config.exit_delay_millis.into()));
            self.emit(at, 0x22, 0, self.area_code(second));
            // Captures show the sounder on during the delay, an event for its end and none for its beginning.
            self.switch_silently(SOUNDER, true);
        } else {
            self.area_mut(second).phase = Phase::Armed;
            self.timers.stop(second.into());
        }
        if before.phase == Phase::Entry {
            self.emit(at, 0x21, before.entry_zone, before_area);
        }
        self.set_home_output();
    }

    /// Areas as in [`Command::Disarm`](super::Command::Disarm).
    pub(super) fn disarm(&mut self, at: &Moment<'_, '_>, area: u8, user: u8) {
        let [one, two] = self.facts.areas;
        let armed = |area: &Area| area.phase != Phase::Disarmed;
        let in_mode = |mode| armed(&one) && one.mode == mode;
        let which = match area {
            // Somebody disarms a panel that is not armed: it is told of area 1, as the Python library's mock does.
            0 => [armed(&one) || !armed(&two), armed(&two)],
            1 => [true, false],
            2 => [false, true],
            3 => [in_mode(Mode::Home), false],
            _ => [in_mode(Mode::Day), false],
        };
        if which == [false, false] {
            return;
        }
        let [first, second] = which;
        let zones = match (first || area == 0, second || area == 0) {
            (true, true) => u32::MAX,
            (true, false) => !at.config.area_2_zones,
            _ => at.config.area_2_zones,
        };
        self.end_alarms(at, zones);
        for (second, _) in BOTH.into_iter().zip(which).filter(|(_, disarm)| *disarm) {
            let Area { phase, entry_zone, .. } = *self.area(second);
            let delay_area = self.area_code(second);
            let own_area = match phase {
                Phase::Disarmed => u8::from(second).saturating_add(1),
                _ => self.area_code(second),
            };
            self.area_mut(second).phase = Phase::Disarmed;
            self.timers.stop(second.into());
            self.emit(at, 0x2F, user, own_area);
            match phase {
                Phase::Exit => self.emit(at, 0x23, 0, delay_area),
                Phase::Entry => self.emit(at, 0x21, entry_zone, delay_area),
                Phase::Disarmed | Phase::Armed => {}
            }
        }
        self.silence(at, true);
        self.set_home_output();
    }

    /// A zone has opened.
    pub(super) fn opened(&mut self, at: &Moment<'_, '_>, zone: u8) {
        let config = at.config;
        let excluded = self.facts.excluded | self.facts.auto_excluded;
        if config.twenty_four_hour_zones & bit(zone) & !excluded != 0 {
            self.zone_alarm(at, zone);
            return;
        }
        let second = config.area_2_zones & bit(zone) != 0;
        if self.watched(config, second) & bit(zone) == 0 || !self.area(second).is_fully_armed() {
            return;
        }
        let at_once = config.instant_zones & bit(zone) != 0 || config.entry_delay_millis == 0 || self.is_in_alarm(config, second);
        if at_once {
            self.zone_alarm(at, zone);
        } else if self.area(second).phase == Phase::Armed {
            let area = self.area_mut(second);
            area.phase = Phase::Entry;
            area.entry_zone = zone;
            self.timers.set(second.into(), at.now.plus_millis(config.entry_delay_millis.into()));
            self.emit(at, 0x20, zone, self.area_code(second));
        }
    }

    /// Whether a zone of an area is in alarm.
    pub(super) fn is_in_alarm(&self, config: &Config<'_>, second: bool) -> bool {
        let zones = if second { config.area_2_zones } else { !config.area_2_zones };
        self.facts.alarm & zones != 0
    }

    /// A zone is in alarm, which ends an entry delay of its area.
    pub(super) fn zone_alarm(&mut self, at: &Moment<'_, '_>, zone: u8) {
        if self.facts.alarm & bit(zone) == 0 {
            self.facts.alarm |= bit(zone);
            self.emit(at, 0x02, zone, self.zone_area(at.config, zone));
        }
        self.sound(at, INTRUSION);
        let second = at.config.area_2_zones & bit(zone) != 0;
        let Area { phase, entry_zone, .. } = *self.area(second);
        if phase == Phase::Entry {
            self.area_mut(second).phase = Phase::Armed;
            self.timers.stop(second.into());
            self.emit(at, 0x21, entry_zone, self.area_code(second));
        }
    }

    /// An alarm key. Duress makes no sound.
    pub(super) fn keypad_alarm(&mut self, at: &Moment<'_, '_>, keypad: u8, kind: AlarmKind) {
        let (pair, upper, sound) = match kind {
            AlarmKind::Fire => (0, false, FIRE),
            AlarmKind::Panic | AlarmKind::Intrusion => (0, true, INTRUSION),
            AlarmKind::Medical => (1, false, SOUNDER),
            AlarmKind::Duress => (1, true, 0),
        };
        let mask = bit(keypad.saturating_add(if upper { 17 } else { 1 }));
        let [first, second] = &mut self.facts.keypads;
        let keypads = if pair == 0 { first } else { second };
        if *keypads & mask == 0 {
            *keypads |= mask;
            self.emit_each(at, Kind::Keypad, 0x02, 0, if pair == 0 { 0x81 } else { 0x83 }, mask);
        }
        self.sound(at, sound);
    }

    /// The panic button of a radio key.
    pub(super) fn user_panic(&mut self, at: &Moment<'_, '_>, user: u8) {
        let [low, high] = &mut self.facts.users;
        let (users, mask) = if user <= 32 { (low, bit(user)) } else { (high, bit(user.saturating_sub(32))) };
        if *users & mask == 0 {
            *users |= mask;
            self.emit(at, 0x02, user, 0x82);
        }
        self.sound(at, INTRUSION);
    }

    /// Switches the sounders of an alarm on and starts its time.
    fn sound(&mut self, at: &Moment<'_, '_>, outputs: u32) {
        self.switch(at, outputs, true);
        if at.config.alarm_millis > 0 {
            self.timers.set(SIREN_TIMER, at.now.plus_millis(at.config.alarm_millis.into()));
        }
    }

    /// Ends the alarms of some zones and all of keypads and users.
    fn end_alarms(&mut self, at: &Moment<'_, '_>, zones: u32) {
        let config = at.config;
        let ended = self.facts.alarm & zones;
        let always = ended & config.twenty_four_hour_zones;
        self.emit_each(at, Kind::Event, 0x03, 1, 0x80, always);
        for second in BOTH {
            let own = if second { config.area_2_zones } else { !config.area_2_zones };
            let mask = ended & own & !always;
            if mask != 0 {
                let zone = u8::try_from(mask.trailing_zeros().saturating_add(1)).unwrap_or(0);
                self.emit_each(at, Kind::Event, 0x03, 1, self.zone_area(config, zone), mask);
            }
        }
        let ([fire, medical], [low, high]) = (self.facts.keypads, self.facts.users);
        self.emit_each(at, Kind::Keypad, 0x03, 0, 0x81, fire);
        self.emit_each(at, Kind::Keypad, 0x03, 0, 0x83, medical);
        self.emit_each(at, Kind::Event, 0x03, 1, 0x82, low);
        self.emit_each(at, Kind::Event, 0x03, 33, 0x82, high);
        self.facts.alarm &= !zones;
        self.facts.keypads = [0; 2];
        self.facts.users = [0; 2];
    }

    /// Switches off what has no reason to sound any more, now that an alarm or only a delay has ended.
    fn silence(&mut self, at: &Moment<'_, '_>, alarm: bool) {
        let mut off = 0;
        if alarm && !self.facts.any_alarm() {
            self.timers.stop(SIREN_TIMER);
            off |= INTRUSION | FIRE;
        }
        let leaving = self.facts.areas.iter().any(|area| area.phase == Phase::Exit);
        let [_, medical] = self.facts.keypads;
        if !leaving && medical & 0xFFFF == 0 {
            off |= SOUNDER;
        }
        self.switch(at, off, false);
    }

    fn set_home_output(&mut self) {
        let home = self.facts.areas.iter().any(|area| area.phase != Phase::Disarmed && area.mode == Mode::Home);
        self.switch_silently(output_bit(Output::Home), home);
    }

    /// Does what is due; at most one thing. Whether there was one.
    pub(super) fn expire(&mut self, at: &Moment<'_, '_>) -> bool {
        for second in BOTH {
            if self.timers.take_due(second.into(), at.now) {
                let Area { phase, entry_zone, .. } = *self.area(second);
                match phase {
                    Phase::Exit => {
                        self.area_mut(second).phase = Phase::Armed;
                        self.emit(at, 0x23, 0, self.area_code(second));
                        self.silence(at, false);
                    }
                    Phase::Entry => self.zone_alarm(at, entry_zone),
                    Phase::Disarmed | Phase::Armed => {}
                }
                return true;
            }
        }
        if self.timers.take_due(SIREN_TIMER, at.now) {
            self.end_alarms(at, u32::MAX);
            self.silence(at, true);
            return true;
        }
        if self.timers.take_due(VERSION_TIMER, at.now) {
            // The request has a name.
            let _known = self.report(at, RequestId::PanelVersion);
            self.keep_reporting(at);
            return true;
        }
        for aux in 1..=8_u8 {
            let timer = PULSE_TIMER.saturating_add(usize::from(aux)).saturating_sub(1);
            if self.timers.take_due(timer, at.now) {
                self.command_output(at, Output::Aux(aux), false);
                return true;
            }
        }
        false
    }

    /// Sets the time of the next unasked version report, if there are any.
    pub(super) fn keep_reporting(&mut self, at: &Moment<'_, '_>) {
        if at.config.version_report_millis > 0 && !self.timers.is_set(VERSION_TIMER) {
            self.timers.set(VERSION_TIMER, at.now.plus_millis(at.config.version_report_millis.into()));
        }
    }
}
