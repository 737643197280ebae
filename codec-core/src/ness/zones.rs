//! What is known about the 32 zones: one bit per zone and fact.

use super::status::{ZoneFact, ZoneSet};
use crate::home::{ZoneFlags, ZoneState};

/// Highest zone number (D32X).
pub const MAX_ZONES: u8 = 32;

/// The protocol-neutral facts and the panel's own ones that make each of them true.
const FLAGS: [(ZoneFlags, &[ZoneFact]); 6] = [
    (ZoneFlags::OPEN, &[ZoneFact::InputUnsealed, ZoneFact::RadioUnsealed, ZoneFact::CbusUnsealed]),
    (ZoneFlags::ALARM, &[ZoneFact::InAlarm]),
    (ZoneFlags::BYPASSED, &[ZoneFact::Excluded, ZoneFact::AutoExcluded, ZoneFact::ExcludedByEither]),
    (ZoneFlags::TAMPER, &[ZoneFact::Tamper]),
    (ZoneFlags::LOW_BATTERY, &[ZoneFact::LowBattery]),
    (ZoneFlags::LOST, &[ZoneFact::SupervisionFail]),
];

/// Zones as bits: zone 1 is bit 0.
pub(crate) const fn zone_bit(zone: u8) -> u32 {
    match zone {
        1..=MAX_ZONES => 1 << zone.wrapping_sub(1),
        _ => 0,
    }
}

/// What is told of one flag.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    known: u32,
    /// Changed, or became known, since it was taken out.
    changed: u32,
}

/// The table. Facts that no flag is made of are not kept: they are in the lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zones {
    /// In the order of `FACTS`.
    facts: [u32; FACTS.len()],
    /// In the order of `FLAGS`.
    told: [Told; FLAGS.len()],
}

/// The facts that are kept.
const FACTS: [ZoneFact; 10] = [
    ZoneFact::InputUnsealed,
    ZoneFact::RadioUnsealed,
    ZoneFact::CbusUnsealed,
    ZoneFact::InAlarm,
    ZoneFact::Excluded,
    ZoneFact::AutoExcluded,
    ZoneFact::ExcludedByEither,
    ZoneFact::Tamper,
    ZoneFact::LowBattery,
    ZoneFact::SupervisionFail,
];

impl Zones {
    pub(crate) const fn new() -> Self {
        Self { facts: [0; FACTS.len()], told: [Told { known: 0, changed: 0 }; FLAGS.len()] }
    }

    /// The zones a fact is true of.
    pub(crate) fn all(&self, fact: ZoneFact) -> u32 {
        FACTS.iter().zip(&self.facts).find(|(kept, _)| **kept == fact).map_or(0, |(_, zones)| *zones)
    }

    /// The zones a flag is true of.
    fn flag(&self, facts: &[ZoneFact]) -> u32 {
        facts.iter().fold(0, |zones, fact| zones | self.all(*fact))
    }

    /// Notes that `fact` is true of those zones of `mask` that are in `set`, and false of the others of `mask`.
    pub(crate) fn tell(&mut self, fact: ZoneFact, mask: u32, set: u32) {
        let Some((index, (_, facts))) = FLAGS.iter().enumerate().find(|(_, (_, facts))| facts.contains(&fact)) else { return };
        let before = self.flag(facts);
        for (_, zones) in FACTS.iter().zip(&mut self.facts).filter(|(kept, _)| **kept == fact) {
            *zones = *zones & !mask | set & mask;
        }
        let after = self.flag(facts);
        if let Some(told) = self.told.get_mut(index) {
            told.changed |= (mask & !told.known) | (before ^ after);
            told.known |= mask;
        }
    }

    /// Notes a status of sixteen zones.
    pub(crate) fn tell_status(&mut self, fact: ZoneFact, zones: ZoneSet) {
        let shift = if zones.base() == 1 { 0 } else { 16 };
        let (mask, set) = (0xFFFF << shift, u32::from(zones.bits()) << shift);
        self.tell(fact, mask, set);
        if fact == ZoneFact::ExcludedByEither {
            self.tell(ZoneFact::Excluded, mask & !set, 0);
            self.tell(ZoneFact::AutoExcluded, mask & !set, 0);
        }
    }

    pub(crate) fn state(&self, zone: u8) -> ZoneState {
        let bit = zone_bit(zone);
        let mut state = ZoneState::default();
        for ((flag, facts), told) in FLAGS.iter().zip(&self.told) {
            if told.known & bit != 0 {
                state.known |= *flag;
            }
            if self.flag(facts) & bit != 0 {
                state.set |= *flag;
            }
        }
        state
    }

    /// Takes out the lowest zone that changed, and what of it changed.
    pub(crate) fn take_changed(&mut self) -> Option<(u8, ZoneFlags)> {
        let all = self.told.iter().fold(0, |all, told| all | told.changed);
        if all == 0 {
            return None;
        }
        let zone = u8::try_from(all.trailing_zeros()).unwrap_or(0).saturating_add(1);
        let bit = zone_bit(zone);
        let mut flags = ZoneFlags::NONE;
        for (told, (flag, _)) in self.told.iter_mut().zip(FLAGS) {
            if told.changed & bit != 0 {
                told.changed &= !bit;
                flags |= flag;
            }
        }
        Some((zone, flags))
    }

    pub(crate) fn has_changed(&self) -> bool {
        self.told.iter().any(|told| told.changed != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_changes_when_the_last_of_its_facts_does() {
        let mut zones = Zones::new();
        zones.tell(ZoneFact::InputUnsealed, zone_bit(5), zone_bit(5));
        assert_eq!(zones.take_changed(), Some((5, ZoneFlags::OPEN)));
        zones.tell(ZoneFact::RadioUnsealed, zone_bit(5), zone_bit(5));
        assert_eq!(zones.take_changed(), None);
        zones.tell(ZoneFact::InputUnsealed, zone_bit(5), 0);
        assert_eq!(zones.take_changed(), None);
        zones.tell(ZoneFact::RadioUnsealed, zone_bit(5), 0);
        assert_eq!(zones.take_changed(), Some((5, ZoneFlags::OPEN)));
        assert_eq!(zones.state(5).is(ZoneFlags::OPEN), Some(false));
        assert_eq!(zones.state(6).is(ZoneFlags::OPEN), None);
    }

    #[test]
    fn a_status_tells_of_sixteen_zones() {
        let mut zones = Zones::new();
        zones.tell_status(ZoneFact::Tamper, ZoneSet::from_value(0x0001, 17));
        let tamper = |zone| zones.state(zone).is(ZoneFlags::TAMPER);
        assert_eq!((tamper(25), tamper(17), tamper(1)), (Some(true), Some(false), None));
        assert_eq!(core::iter::from_fn(|| zones.take_changed()).count(), 16);
    }

    #[test]
    fn exclusion_by_either_follows_the_two_kinds() {
        let mut zones = Zones::new();
        zones.tell_status(ZoneFact::ExcludedByEither, ZoneSet::from_value(0x0100, 1));
        assert_eq!(zones.state(1).is(ZoneFlags::BYPASSED), Some(true));
        zones.tell(ZoneFact::Excluded, zone_bit(2), zone_bit(2));
        zones.tell_status(ZoneFact::ExcludedByEither, ZoneSet::from_value(0, 1));
        assert_eq!(zones.state(2).is(ZoneFlags::BYPASSED), Some(false));
    }
}
