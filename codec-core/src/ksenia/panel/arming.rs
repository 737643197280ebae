//! Arming, delays, alarms, exclusions, memories.

use super::config::ArmWords;
use super::house::{House, Moment, missing};
use super::tables::*;
use crate::error::Refused;
use crate::ksenia::{AlarmState, ArmAction, BypassAction, ClearKind, Detail, LogKind, PartitionArming, ZoneBypass};
use crate::timers::Instant;

fn after_seconds(now: Instant, seconds: u16) -> Instant {
    now.plus_millis(u64::from(seconds).saturating_mul(1000))
}

impl<'h> House<'h> {
    fn zone(&mut self, id: u32) -> Option<&mut ZoneSlot<'h>> {
        self.zones.iter_mut().find(|slot| slot.id == id)
    }

    /// A zone opens or closes.
    pub(super) fn open_zone(&mut self, at: &Moment<'_>, id: u32, open: bool) -> Result<(), Refused> {
        let slot = self.zone(id).ok_or(missing("zone"))?;
        if core::mem::replace(&mut slot.open, open) == open {
            return Ok(());
        }
        slot.news = ALL_NEWS;
        let slot = *slot;
        self.news |= SLOT_NEWS;
        if open && !slot.bypass.is_excluded() {
            self.triggered(at, &slot);
        }
        Ok(())
    }

    /// A zone that takes part has opened.
    fn triggered(&mut self, at: &Moment<'_>, zone: &ZoneSlot<'h>) {
        if zone.response == Response::Nothing {
            return;
        }
        let mut alarms = 0;
        for slot in self.partitions.iter_mut().filter(|slot| zone.partitions & partition_bit(slot.id) != 0) {
            let armed = match slot.arming {
                PartitionArming::Disarmed => false,
                PartitionArming::EntryDelay => zone.response == Response::Instant,
                // The time to leave.
                _ => slot.ends.is_none(),
            };
            if zone.response == Response::Always {
                alarms |= partition_bit(slot.id);
            } else if armed && zone.response == Response::Delayed && slot.entry_seconds > 0 {
                slot.arming = PartitionArming::EntryDelay;
                slot.ends = Some(after_seconds(at.now, slot.entry_seconds));
                slot.news = ALL_NEWS;
                self.news |= SYSTEM_NEWS;
            } else if armed {
                alarms |= partition_bit(slot.id);
            }
        }
        if alarms != 0 {
            self.raise(at, zone.id, alarms);
        }
    }

    /// A zone is in alarm, and these partitions for it.
    fn raise(&mut self, at: &Moment<'_>, zone: u32, partitions: u32) {
        if let Some(slot) = self.zone(zone) {
            slot.alarm = Mark::Active;
            slot.news = ALL_NEWS;
        }
        for slot in self.partitions.iter_mut().filter(|slot| partitions & partition_bit(slot.id) != 0) {
            slot.alarm = AlarmState::Alarm;
            if slot.arming == PartitionArming::EntryDelay {
                (slot.arming, slot.ends) = (PartitionArming::Armed, None);
            }
            slot.news = ALL_NEWS;
        }
        for slot in self.outputs.iter_mut().filter(|slot| slot.is_siren && !slot.on) {
            (slot.on, slot.news) = (true, ALL_NEWS);
        }
        self.news |= SYSTEM_NEWS;
        self.note(at, LogKind::Alarm, Subject::Zone(zone));
    }

    /// A zone is in alarm whatever is armed.
    pub(super) fn trip(&mut self, at: &Moment<'_>, id: u32) -> Result<(), Refused> {
        let partitions = self.zone(id).ok_or(missing("zone"))?.partitions;
        self.raise(at, id, partitions);
        Ok(())
    }

    /// The tamper contact of a detector.
    pub(super) fn tamper_zone(&mut self, id: u32, open: bool) -> Result<(), Refused> {
        let slot = self.zone(id).ok_or(missing("zone"))?;
        if core::mem::replace(&mut slot.tampered, open) == open {
            return Ok(());
        }
        slot.tamper = if open { Mark::Active } else { Mark::Memory };
        slot.news = ALL_NEWS;
        let partitions = slot.partitions;
        self.news |= SYSTEM_NEWS | PUSH_THIRD;
        self.tamper_partitions(partitions);
        Ok(())
    }

    /// A detector is masked or broken.
    pub(super) fn fault_zone(&mut self, id: u32, active: bool) -> Result<(), Refused> {
        let slot = self.zone(id).ok_or(missing("zone"))?;
        if core::mem::replace(&mut slot.faulty, active) != active {
            slot.fault_memory |= active;
            slot.news = ALL_NEWS;
            self.news |= SLOT_NEWS;
        }
        Ok(())
    }

    /// Excludes or includes a zone.
    ///
    /// # Errors
    /// What the panel answers.
    pub(super) fn bypass(&mut self, at: &Moment<'_>, id: u32, action: BypassAction<'_>) -> Result<(), Detail<'static>> {
        let slot = self.zone(id).ok_or(Detail::InvalidParameter)?;
        let bypass = match action {
            BypassAction::Include | BypassAction::Off => ZoneBypass::No,
            BypassAction::Toggle if slot.bypass.is_excluded() => ZoneBypass::No,
            BypassAction::Toggle | BypassAction::Manual | BypassAction::On => ZoneBypass::Manual,
            BypassAction::ManualTimed => ZoneBypass::ManualTimed,
            BypassAction::Automatic => ZoneBypass::Automatic,
            BypassAction::Arming => ZoneBypass::ManualArming,
            BypassAction::Other(_) => return Err(Detail::InvalidParameter),
        };
        if bypass != ZoneBypass::No && !slot.bypass_allowed {
            return Err(Detail::NotBypassable);
        }
        if core::mem::replace(&mut slot.bypass, bypass) != bypass {
            slot.news = ALL_NEWS;
            self.news |= SYSTEM_NEWS;
            let kind = if bypass == ZoneBypass::No { LogKind::ZoneIncluded } else { LogKind::ZoneExcluded };
            self.note(at, kind, Subject::Zone(id));
        }
        Ok(())
    }

    /// The partitions of a command: one, or all for 0.
    pub(super) fn mask(&self, partition: u32) -> Result<u32, Refused> {
        match partition {
            0 => Ok(ALL_PARTITIONS),
            id if self.partitions.iter().any(|slot| slot.id == id) => Ok(partition_bit(id)),
            _ => Err(missing("partition")),
        }
    }

    /// Arms partitions that are not armed.
    pub(super) fn arm(&mut self, at: &Moment<'_>, mask: u32, delayed: bool) {
        let mut armed = 0;
        for slot in self.partitions.iter_mut().filter(|slot| mask & partition_bit(slot.id) != 0) {
            let exits = slot.ends.is_some() && slot.arming != PartitionArming::EntryDelay;
            if slot.arming != PartitionArming::Disarmed && (delayed || !exits) {
                continue;
            }
            (slot.arming, slot.ends) = match (delayed && slot.exit_seconds > 0, at.config.exit_word) {
                (false, _) => (PartitionArming::Armed, None),
                (true, false) => (PartitionArming::Delayed, Some(after_seconds(at.now, slot.exit_seconds))),
                (true, true) => (PartitionArming::ExitDelay, Some(after_seconds(at.now, slot.exit_seconds))),
            };
            slot.news = ALL_NEWS;
            armed |= partition_bit(slot.id);
        }
        if armed == 0 {
            return;
        }
        self.news |= SYSTEM_NEWS;
        self.exclude_open(at, armed);
        for id in 1..=32 {
            if armed & partition_bit(id) != 0 {
                self.note(at, LogKind::PartitionArmed, Subject::Partition(id));
            }
        }
    }

    /// Zones that are open when their partition is armed are left out.
    fn exclude_open(&mut self, at: &Moment<'_>, mask: u32) {
        let takes_part = |slot: &ZoneSlot<'_>| slot.response != Response::Always && slot.response != Response::Nothing;
        for slot in self.zones.iter_mut().filter(|slot| at.config.auto_exclude && slot.partitions & mask != 0 && takes_part(slot)) {
            if slot.open && slot.bypass_allowed && !slot.bypass.is_excluded() {
                (slot.bypass, slot.news) = (ZoneBypass::Automatic, ALL_NEWS);
                self.news |= SYSTEM_NEWS;
            }
        }
    }

    /// Disarms partitions: delays and alarms end, and what the panel left out takes part again.
    pub(super) fn disarm(&mut self, at: &Moment<'_>, mask: u32) {
        let mut disarmed = 0;
        for slot in self.partitions.iter_mut().filter(|slot| mask & partition_bit(slot.id) != 0) {
            let alarm = slot.alarm == AlarmState::Alarm;
            if slot.arming == PartitionArming::Disarmed && !alarm {
                continue;
            }
            (slot.arming, slot.ends, slot.news) = (PartitionArming::Disarmed, None, ALL_NEWS);
            if alarm {
                slot.alarm = AlarmState::Memory;
            }
            disarmed |= partition_bit(slot.id);
        }
        if disarmed == 0 {
            return;
        }
        self.news |= SYSTEM_NEWS;
        for slot in self.zones.iter_mut().filter(|slot| slot.partitions & disarmed != 0) {
            let excluded = matches!(slot.bypass, ZoneBypass::Automatic | ZoneBypass::ManualArming);
            if slot.alarm == Mark::Active {
                (slot.alarm, slot.news) = (Mark::Memory, ALL_NEWS);
            }
            if excluded {
                (slot.bypass, slot.news) = (ZoneBypass::No, ALL_NEWS);
            }
        }
        if self.partitions.iter().all(|slot| slot.alarm != AlarmState::Alarm) {
            for slot in self.outputs.iter_mut().filter(|slot| slot.is_siren && slot.on) {
                (slot.on, slot.news) = (false, ALL_NEWS);
            }
        }
        for id in 1..=32 {
            if disarmed & partition_bit(id) != 0 {
                self.note(at, LogKind::PartitionDisarmed, Subject::Partition(id));
            }
        }
    }

    /// What a client asks of a partition.
    ///
    /// # Errors
    /// What the panel answers.
    pub(super) fn arm_partition(&mut self, at: &Moment<'_>, partition: u32, action: ArmAction<'_>) -> Result<(), Detail<'static>> {
        let mask = partition_bit(partition);
        if !self.partitions.iter().any(|slot| slot.id == partition) {
            return Err(Detail::InvalidParameter);
        }
        let (short, long) = (at.config.arm_words != ArmWords::Long, at.config.arm_words != ArmWords::Short);
        match action {
            ArmAction::Disarm => self.disarm(at, mask),
            ArmAction::Delayed if short => self.arm(at, mask, true),
            ArmAction::Immediate if short => self.arm(at, mask, false),
            ArmAction::DelayedLong if long => self.arm(at, mask, true),
            ArmAction::ImmediateLong if long => self.arm(at, mask, false),
            _ => return Err(Detail::InvalidParameter),
        }
        Ok(())
    }

    /// Runs a scenario.
    ///
    /// # Errors
    /// What the panel answers.
    pub(super) fn run(&mut self, at: &Moment<'_>, scenario: u32) -> Result<(), Detail<'static>> {
        let slot = self.scenarios.iter().find(|slot| slot.id == scenario).ok_or(Detail::InvalidParameter)?;
        if !slot.code.is_usable() {
            return Err(Detail::NotAllowed);
        }
        let action = slot.action;
        if let ScenarioAction::Output { output, action } = action {
            self.switch(at, output, action.text().raw())?;
        }
        self.note(at, LogKind::Scenario, Subject::Scenario(scenario));
        match action {
            ScenarioAction::Nothing | ScenarioAction::Output { .. } => {}
            ScenarioAction::Disarm { partitions } => self.disarm(at, partitions),
            ScenarioAction::Arm { partitions, delayed } => {
                self.disarm(at, !partitions);
                self.arm(at, partitions, delayed);
            }
        }
        Ok(())
    }

    /// Clears memories.
    pub(super) fn clear(&mut self, kind: ClearKind<'_>) {
        match kind {
            ClearKind::CyclesOrMemories => {
                for slot in self.zones.iter_mut() {
                    let marks = [&mut slot.alarm, &mut slot.tamper];
                    for mark in marks.into_iter().filter(|mark| **mark == Mark::Memory) {
                        (*mark, slot.news) = (Mark::None, ALL_NEWS);
                    }
                }
                for slot in self.partitions.iter_mut().filter(|slot| slot.alarm == AlarmState::Memory) {
                    (slot.alarm, slot.news) = (AlarmState::Ok, ALL_NEWS);
                }
                let [now, memory] = &mut self.tampers;
                *memory = *now;
                self.tamper_partitions(ALL_PARTITIONS);
            }
            ClearKind::FaultsMemory => {
                let [now, memory] = &mut self.faults;
                *memory = *now;
                for slot in self.zones.iter_mut().filter(|slot| slot.fault_memory && !slot.faulty) {
                    (slot.fault_memory, slot.news) = (false, ALL_NEWS);
                }
            }
            // There are none.
            ClearKind::Communications | ClearKind::Other(_) => return,
        }
        self.news |= SYSTEM_NEWS;
    }

    /// Ends the delays that are over.
    pub(super) fn expire_delays(&mut self, at: &Moment<'_>) {
        loop {
            let over = |slot: &&mut PartitionSlot<'_>| slot.ends.is_some_and(|ends| ends <= at.now);
            let Some(slot) = self.partitions.iter_mut().find(over) else { return };
            slot.ends = None;
            let bit = partition_bit(slot.id);
            slot.news = ALL_NEWS;
            self.news |= SYSTEM_NEWS;
            if slot.arming == PartitionArming::EntryDelay {
                let began = |zone: &&ZoneSlot<'_>| zone.partitions & bit != 0 && zone.response == Response::Delayed;
                let open = self.zones.iter().filter(began).find(|zone| zone.open && !zone.bypass.is_excluded());
                let zone = open.or_else(|| self.zones.iter().find(began)).map_or(0, |zone| zone.id);
                self.raise(at, zone, bit);
            } else {
                slot.arming = PartitionArming::Armed;
                self.exclude_open(at, bit);
            }
        }
    }
}
