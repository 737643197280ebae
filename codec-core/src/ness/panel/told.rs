//! Which changes of the house have not been told to the caller yet.
//!
//! A copy of what was told is compared with what is true, so nothing has to be queued and nothing can be lost.

use super::arming::Phase;
use super::config::Config;
use super::house::{Facts, House, bit, trouble};
use crate::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags, ZoneState};
use crate::ness::Output;

const FLAGS: [ZoneFlags; 6] =
    [ZoneFlags::OPEN, ZoneFlags::ALARM, ZoneFlags::BYPASSED, ZoneFlags::TAMPER, ZoneFlags::LOW_BATTERY, ZoneFlags::LOST];

const TROUBLES: [(u8, TroubleKind, Source); 6] = [
    (trouble::MAINS, TroubleKind::Mains, Source::Panel),
    (trouble::BATTERY, TroubleKind::Battery, Source::Panel),
    (trouble::REPORTING, TroubleKind::Reporting, Source::Panel),
    (trouble::CASE, TroubleKind::Tamper, Source::Panel),
    (trouble::EXTERNAL, TroubleKind::Tamper, Source::Device(1)),
    (trouble::KEYPAD, TroubleKind::Tamper, Source::Keypad(0)),
];

type AreaView = (AreaState, Option<Mode>);

/// What the caller knows.
#[derive(Clone, Debug)]
pub(super) struct Told {
    zones: [u32; 6],
    outputs: u32,
    keypads: [u32; 2],
    users: [u32; 2],
    areas: [AreaView; 2],
    troubles: u8,
    starts: u8,
}

const fn zones(facts: &Facts) -> [u32; 6] {
    [facts.open, facts.alarm, facts.excluded | facts.auto_excluded, facts.tamper, facts.low, facts.lost]
}

/// State and mode of an area; an alarm of one of its zones comes before all else.
pub(super) fn area(config: &Config<'_>, house: &House, second: bool) -> AreaView {
    let [one, two] = &house.facts.areas;
    let area = if second { two } else { one };
    let state = if house.is_in_alarm(config, second) { AreaState::Triggered } else { area.state() };
    (state, (area.phase != Phase::Disarmed).then_some(area.mode))
}

impl Told {
    pub(super) const fn new() -> Self {
        let disarmed = (AreaState::Disarmed, None);
        Self { zones: [0; 6], outputs: 0, keypads: [0; 2], users: [0; 2], areas: [disarmed; 2], troubles: 0, starts: 0 }
    }

    /// Whether [`next`](Self::next) has something.
    pub(super) fn is_behind(&self, config: &Config<'_>, house: &House) -> bool {
        self.clone().next(config, house).is_some()
    }

    /// The next thing to tell.
    pub(super) fn next(&mut self, config: &Config<'_>, house: &House) -> Option<Notice> {
        let facts = &house.facts;
        if self.starts != facts.starts {
            self.starts = facts.starts;
            return Some(Notice::Restarted);
        }
        if let Some(notice) = self.next_zone(facts) {
            return Some(notice);
        }
        for (number, told) in (1..).zip(&mut self.areas) {
            let (state, mode) = area(config, house, number == 2);
            if *told != (state, mode) {
                *told = (state, mode);
                return Some(Notice::Area { area: number, state, mode });
            }
        }
        if let Some(notice) = self.next_alarm(facts) {
            return Some(notice);
        }
        if let Some((number, on)) = first_difference(&mut self.outputs, facts.outputs) {
            let output = Output::from_index(number.saturating_sub(1)).map_or(0, Output::number);
            return Some(Notice::Output { output, on });
        }
        for (mask, kind, source) in TROUBLES {
            if (self.troubles ^ facts.troubles) & mask != 0 {
                self.troubles ^= mask;
                return Some(Notice::Trouble { kind, source, active: facts.troubles & mask != 0 });
            }
        }
        None
    }

    fn next_zone(&mut self, facts: &Facts) -> Option<Notice> {
        let now = zones(facts);
        let different = self.zones.iter().zip(now).fold(0, |all, (told, now)| all | (told ^ now));
        let zone = u8::try_from(different.trailing_zeros().saturating_add(1)).ok().filter(|zone| *zone <= 32)?;
        let (mut known, mut set, mut changed) = (ZoneFlags::NONE, ZoneFlags::NONE, ZoneFlags::NONE);
        for ((told, now), flag) in self.zones.iter_mut().zip(now).zip(FLAGS) {
            known |= flag;
            if now & bit(zone) != 0 {
                set |= flag;
            }
            if (*told ^ now) & bit(zone) != 0 {
                changed |= flag;
                *told ^= bit(zone);
            }
        }
        Some(Notice::Zone { zone: zone.into(), state: ZoneState { known, set }, changed })
    }

    fn next_alarm(&mut self, facts: &Facts) -> Option<Notice> {
        let kinds = [[AlarmKind::Fire, AlarmKind::Panic], [AlarmKind::Medical, AlarmKind::Duress]];
        for ((told, now), [lower, upper]) in self.keypads.iter_mut().zip(facts.keypads).zip(kinds) {
            if let Some((number, active)) = first_difference(told, now) {
                let (kind, keypad) = if number > 16 { (upper, number.saturating_sub(17)) } else { (lower, number.saturating_sub(1)) };
                return Some(Notice::Alarm { kind, source: Source::Keypad(keypad.into()), active });
            }
        }
        for ((told, now), base) in self.users.iter_mut().zip(facts.users).zip([0_u8, 32]) {
            if let Some((number, active)) = first_difference(told, now) {
                let source = Source::User(base.saturating_add(number).into());
                return Some(Notice::Alarm { kind: AlarmKind::Panic, source, active });
            }
        }
        None
    }
}

/// Takes over the lowest bit that differs: its number from 1, and whether it is set now.
fn first_difference(told: &mut u32, now: u32) -> Option<(u8, bool)> {
    let different = *told ^ now;
    let number = u8::try_from(different.trailing_zeros().saturating_add(1)).ok().filter(|number| *number <= 32)?;
    *told ^= bit(number);
    Some((number, now & bit(number) != 0))
}
