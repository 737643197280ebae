//! Several connections at a time: what happens in one house, told to another.

use super::Panel;
use super::house::House;
use super::tables::*;

impl Panel<'_, '_> {
    /// Makes the house as the other one is, which must have been made with the same tables, and tells the client what is different.
    /// Says whether anything was.
    ///
    /// A panel has one client, and its house to itself. A program that serves several clients keeps one more panel, which is never
    /// connected and knows what the house is like: each of the others follows it before it reads on, and it follows each that has read.
    /// All must be given the time of one clock. Names and numbers are not compared; slots of longer tables stay as they are.
    pub fn follow(&mut self, house: &House<'_>) -> bool {
        self.house.follow(house)
    }
}

impl House<'_> {
    fn follow(&mut self, other: &House<'_>) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.zones.iter_mut().zip(other.zones.iter()) {
            let state =
                |slot: &ZoneSlot<'_>| (slot.open, slot.tampered, slot.faulty, slot.fault_memory, slot.bypass, slot.alarm, slot.tamper);
            if state(mine) != state(theirs) {
                (mine.open, mine.tampered, mine.faulty, mine.fault_memory, mine.bypass, mine.alarm, mine.tamper) = state(theirs);
                mine.news |= ALL_NEWS;
                self.news |= SYSTEM_NEWS | PUSH_THIRD;
                changed = true;
            }
        }
        for (mine, theirs) in self.partitions.iter_mut().zip(other.partitions.iter()) {
            let state = |slot: &PartitionSlot<'_>| (slot.arming, slot.alarm, slot.tamper, slot.ends);
            if state(mine) != state(theirs) {
                (mine.arming, mine.alarm, mine.tamper, mine.ends) = state(theirs);
                mine.news |= ALL_NEWS;
                self.news |= SYSTEM_NEWS;
                changed = true;
            }
        }
        for (mine, theirs) in self.outputs.iter_mut().zip(other.outputs.iter()) {
            let state = |slot: &OutputSlot<'_>| (slot.on, slot.level, slot.target, slot.ends);
            if state(mine) != state(theirs) {
                (mine.on, mine.level, mine.target, mine.ends) = state(theirs);
                mine.news |= ALL_NEWS;
                self.news |= SLOT_NEWS;
                changed = true;
            }
        }
        for (mine, theirs) in self.thermostats.iter_mut().zip(other.thermostats.iter()) {
            let state = |slot: &ThermostatSlot<'_>| (slot.mode, slot.season, slot.manual_hours, slot.winter, slot.summer);
            if state(mine) != state(theirs) {
                (mine.mode, mine.season, mine.manual_hours, mine.winter, mine.summer) = state(theirs);
                let its = self.sensors.iter_mut().filter(|sensor| sensor.thermostat == Some(mine.id));
                its.for_each(|sensor| sensor.news |= PUSH_SECOND);
                self.news |= SLOT_NEWS;
                changed = true;
            }
        }
        for (mine, theirs) in self.programmes.iter_mut().zip(other.programmes.iter()) {
            if (mine.winter, mine.summer) != (theirs.winter, theirs.summer) {
                (mine.winter, mine.summer) = (theirs.winter, theirs.summer);
                let its = self.sensors.iter_mut().filter(|sensor| sensor.thermostat == Some(mine.thermostat));
                its.for_each(|sensor| sensor.news |= PUSH_SECOND);
                self.news |= SLOT_NEWS;
                changed = true;
            }
        }
        for (mine, theirs) in self.sensors.iter_mut().zip(other.sensors.iter()) {
            let state = |slot: &SensorSlot<'_>| (slot.temperature, slot.humidity, slot.light);
            if state(mine) != state(theirs) {
                (mine.temperature, mine.humidity, mine.light) = state(theirs);
                mine.news |= PUSH | PUSH_SECOND;
                self.news |= SLOT_NEWS;
                changed = true;
            }
        }
        for (mine, theirs) in self.timers.iter_mut().zip(other.timers.iter()) {
            changed |= core::mem::replace(&mut mine.enabled, theirs.enabled) != theirs.enabled;
        }
        for (mine, theirs) in self.accounts.iter_mut().zip(other.accounts.iter()) {
            changed |= core::mem::replace(&mut mine.disabled, theirs.disabled) != theirs.disabled;
        }
        for (mine, theirs) in self.log.iter_mut().zip(other.log.iter()) {
            changed |= core::mem::replace(mine, *theirs).id != theirs.id;
        }
        if (self.faults, self.tampers) != (other.faults, other.tampers) {
            (self.faults, self.tampers) = (other.faults, other.tampers);
            self.news |= SYSTEM_NEWS | PUSH_SECOND | PUSH_THIRD;
            changed = true;
        }
        changed |= core::mem::replace(&mut self.program, other.program) != other.program;
        changed |= core::mem::replace(&mut self.refuse_until, other.refuse_until) != other.refuse_until;
        self.sessions = self.sessions.max(other.sessions);
        changed
    }
}
