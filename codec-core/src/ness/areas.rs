//! How the areas are armed, from events and from `S14`.

use super::bits::ArmingStatus;
use super::codes::AreaCode;
use crate::home::{AreaState, Mode};
use crate::timers::Instant;

/// Time, in units of 1,024 ms, after which a poll may end the exit delay of "home" and "day", for which `S14` has no "fully armed" bit. Longer than
/// an exit delay is set; only reached when the event that ends it got lost.
const LONGEST_EXIT_DELAY: u32 = 293;

/// Areas 1 and 2, home (3) and day (4), in the order of their codes.
const COUNT: usize = 4;

/// A set of areas: bit 0 is area 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AreaSet(u8);

impl AreaSet {
    const NONE: Self = Self(0);
    const AREA_1: Self = Self(1);
    const ALL: Self = Self(0x0F);

    /// The area of a code, empty if the code is not that of an area.
    pub(crate) const fn of(code: AreaCode) -> Self {
        match code {
            AreaCode::Area1 => Self(1),
            AreaCode::Area2 => Self(2),
            AreaCode::Home => Self(4),
            AreaCode::Day => Self(8),
            _ => Self::NONE,
        }
    }

    const fn or(self, fallback: Self) -> Self {
        if self.0 == 0 { fallback } else { self }
    }

    /// The areas, of those that are armed, whose entry delay runs, given delays 1 and 2 as bits. A delay belongs to the area of its
    /// number if that is armed, else to the first one that is.
    fn entering(self, delays: u8) -> Self {
        let of = |own: u8| match (delays & own, self.0 & own) {
            (0, _) => 0,
            (_, 0) => self.0 & self.0.wrapping_neg(),
            _ => own,
        };
        Self(of(1) | of(2))
    }

    const fn has(self, index: usize) -> bool {
        self.0 >> (index & 7) & 1 != 0
    }
}

#[derive(Clone, Copy, Debug)]
struct Area {
    /// State without alarms.
    base: AreaState,
    mode: Option<Mode>,
    /// Zones whose alarm was raised in this area and is not over.
    alarms: u32,
    /// An alarm without a zone.
    other_alarm: bool,
    /// When `base` changed last, see [`units`].
    since: u32,
}

impl Area {
    fn state(&self) -> AreaState {
        if self.alarms != 0 || self.other_alarm { AreaState::Triggered } else { self.base }
    }

    fn quiet(&mut self) {
        self.alarms = 0;
        self.other_alarm = false;
    }

    fn become_at(&mut self, base: AreaState, now: u32) {
        if self.base != base {
            self.base = base;
            self.since = now;
        }
        if base == AreaState::Disarmed {
            self.mode = None;
        }
    }
}

/// Units of 1,024 ms, good for 139 years: a division by 1,000 takes half a kilobyte on a microcontroller.
pub(crate) fn units(now: Instant) -> u32 {
    u32::try_from(now.as_millis() >> 10).unwrap_or(u32::MAX)
}

/// The four areas, and the panel as a whole.
///
/// The alarm is kept apart from how an area is armed: when it is over, the area is again what it was before, and what happened to it
/// meanwhile has not been lost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Areas {
    areas: [Area; COUNT],
    /// Zones in alarm that belong to no area (24 hour, fire) or to one not told.
    alarms: u32,
    /// Last told: the panel as a whole, then the areas.
    told: [(AreaState, Option<Mode>); 5],
}

impl Areas {
    pub(crate) const fn new() -> Self {
        let area = Area { base: AreaState::Unknown, mode: None, alarms: 0, other_alarm: false, since: 0 };
        Self { areas: [area; COUNT], alarms: 0, told: [(AreaState::Unknown, None); 5] }
    }

    fn each(&mut self, set: AreaSet) -> impl Iterator<Item = &mut Area> {
        self.areas.iter_mut().enumerate().filter(move |(index, _)| set.has(*index)).map(|(_, area)| area)
    }

    /// The areas whose state without alarms is one of `states`.
    fn in_state(&self, states: &[AreaState]) -> AreaSet {
        let bits = self.areas.iter().rev().fold(0, |bits, area| bits << 1 | u8::from(states.contains(&area.base)));
        AreaSet(bits)
    }

    /// Areas change their state without alarms.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn become_at(&mut self, set: AreaSet, base: AreaState, now: u32) {
        self.each(set).for_each(|area| area.become_at(base, now));
    }

    /// Somebody arms. Without an area it is area 1: the Python library's mock panel tells none.
    pub(crate) fn arm(&mut self, code: AreaCode, mode: Mode, now: u32) {
        let set = AreaSet::of(code).or(AreaSet::AREA_1);
        self.become_at(set, AreaState::Arming, now);
        for area in self.each(set) {
            area.quiet();
            area.mode = Some(mode);
        }
    }

    pub(crate) fn exit_delay_start(&mut self, code: AreaCode, now: u32) {
        self.delay(code, AreaState::Arming, AreaState::ExitDelay, now);
    }

    /// Also sent after a disarm during the delay, and then changes nothing.
    pub(crate) fn exit_delay_end(&mut self, code: AreaCode, now: u32) {
        let leaving = self.in_state(&[AreaState::Arming, AreaState::ExitDelay]);
        let told = AreaSet::of(code).or(leaving);
        self.become_at(AreaSet(told.0 & leaving.0), AreaState::Armed, now);
    }

    pub(crate) fn entry_delay_start(&mut self, code: AreaCode, now: u32) {
        self.delay(code, AreaState::Armed, AreaState::EntryDelay, now);
    }

    /// A delay begins: of the area told, else of those that it can begin in.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn delay(&mut self, code: AreaCode, from: AreaState, to: AreaState, now: u32) {
        let ready = self.in_state(&[from]).or(AreaSet::AREA_1);
        self.become_at(AreaSet::of(code).or(ready), to, now);
    }

    /// Ends alarms of the area, and those that belong to none.
    pub(crate) fn disarm(&mut self, code: AreaCode, now: u32) {
        self.alarms = 0;
        let set = AreaSet::of(code).or(AreaSet::ALL);
        self.become_at(set, AreaState::Disarmed, now);
        self.each(set).for_each(Area::quiet);
    }

    /// An alarm of zones (bits), or of none if there is no bit.
    pub(crate) fn alarm(&mut self, code: AreaCode, zones: u32, now: u32) {
        let told = AreaSet::of(code);
        if zones != 0 && told == AreaSet::NONE {
            self.alarms |= zones;
            return;
        }
        let entering = self.in_state(&[AreaState::EntryDelay]);
        let armed = self.in_state(&[AreaState::Armed, AreaState::ExitDelay, AreaState::Arming]);
        for area in self.each(told.or(entering).or(armed).or(AreaSet::AREA_1)) {
            area.alarms |= zones;
            area.other_alarm |= zones == 0;
            if area.base == AreaState::EntryDelay {
                area.become_at(AreaState::Armed, now);
            }
        }
    }

    /// The end of an alarm of zones, or of one without a zone.
    pub(crate) fn alarm_restore(&mut self, code: AreaCode, zones: u32) {
        self.alarms &= !zones;
        for area in &mut self.areas {
            area.alarms &= !zones;
        }
        if zones == 0 {
            self.each(AreaSet::of(code).or(AreaSet::ALL)).for_each(|area| area.other_alarm = false);
        }
    }

    /// `S05` or `S25`: of the zones of `mask` those of `set` are in alarm, `new` of which were not before.
    pub(crate) fn alarm_status(&mut self, mask: u32, set: u32, new: u32) {
        let over = mask & !set;
        self.alarms = self.alarms & !over | new;
        let mut left = self.alarms;
        for area in &mut self.areas {
            area.alarms &= !over;
            left |= area.alarms;
        }
        if set == 0 && left == 0 {
            self.areas.iter_mut().for_each(|area| area.other_alarm = false);
        }
    }

    /// `S14`. `infer` says that a panel may answer without a bit while it is armed.
    // Seldom, and long.
    #[inline(never)]
    pub(crate) fn arming_status(&mut self, status: ArmingStatus, infer: bool, now: u32) {
        // One byte has them all: areas 1 and 2 armed at all, areas 1 and 2 fully, home, day, entry delays 1 and 2. So home and day
        // stand behind the areas that are fully armed, in the order of the table.
        let [bits, _] = status.bits().to_be_bytes();
        let fully = AreaSet(bits >> 2 & 0x0F);
        let armed = AreaSet(bits & 3 | fully.0);
        let of_area_1 = match fully.0 & 0x0C {
            0 => Mode::Away,
            8 => Mode::Day,
            _ => Mode::Home,
        };
        let entering = fully.entering(bits >> 6);
        // If nothing better is known.
        let modes = [of_area_1, Mode::Away, Mode::Home, Mode::Day];
        for (index, (area, mode)) in self.areas.iter_mut().zip(modes).enumerate() {
            if !armed.has(index) {
                if !(infer && armed == AreaSet::NONE && area.base != AreaState::Unknown) {
                    area.become_at(AreaState::Disarmed, now);
                }
                continue;
            }
            // Home and day have no bit of their own for it.
            let leaving = match index {
                0 | 1 => !fully.has(index),
                _ => area.base == AreaState::ExitDelay && now.saturating_sub(area.since) < LONGEST_EXIT_DELAY,
            };
            let base = match (leaving, entering.has(index)) {
                (true, _) => AreaState::ExitDelay,
                (false, true) if area.state() != AreaState::Triggered => AreaState::EntryDelay,
                (false, _) => AreaState::Armed,
            };
            area.become_at(base, now);
            area.mode = area.mode.or(Some(mode));
        }
    }

    /// State and mode of area 1 to 4, or of the panel as a whole (0), given whether an alarm without a zone is on.
    pub(crate) fn area(&self, number: u32, other_alarm: bool) -> (AreaState, Option<Mode>) {
        match usize::try_from(number).unwrap_or(usize::MAX).checked_sub(1) {
            None => self.whole(other_alarm),
            Some(index) => self.areas.get(index).map_or((AreaState::Unknown, None), |area| (area.state(), area.mode)),
        }
    }

    fn whole(&self, other_alarm: bool) -> (AreaState, Option<Mode>) {
        const MOST_URGENT_FIRST: [AreaState; 6] =
            [AreaState::Triggered, AreaState::EntryDelay, AreaState::ExitDelay, AreaState::Arming, AreaState::Armed, AreaState::Disarmed];
        let urgent = MOST_URGENT_FIRST.into_iter().find(|state| self.areas.iter().any(|area| area.state() == *state));
        let state = if other_alarm || self.alarms != 0 { AreaState::Triggered } else { urgent.unwrap_or(AreaState::Unknown) };
        let mode = self.areas.iter().find(|area| area.state() == state).and_then(|area| area.mode);
        (state, mode.or_else(|| self.areas.iter().find_map(|area| area.mode)))
    }

    /// Takes out the next area whose state or mode was not told yet; the panel as a whole comes last.
    pub(crate) fn take_changed(&mut self, other_alarm: bool) -> Option<(u32, AreaState, Option<Mode>)> {
        for number in [1_u32, 2, 3, 4, 0] {
            let now = self.area(number, other_alarm);
            let told = self.told.get_mut(usize::try_from(number).unwrap_or(usize::MAX))?;
            if *told != now {
                *told = now;
                return Some((number, now.0, now.1));
            }
        }
        None
    }

    pub(crate) fn has_changed(&self, other_alarm: bool) -> bool {
        (0..).zip(&self.told).any(|(number, told)| *told != self.area(number, other_alarm))
    }
}
