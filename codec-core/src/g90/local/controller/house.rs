//! The state of the house: arming, and the two lists.

use super::config::{Slot, Tables};
use super::told::{List, output_number};
use crate::error::{Fault, FaultKind};
use crate::g90::local::lists::{Page, Peripheral};
use crate::g90::{ArmState, UserFlags};
use crate::home::{AreaState, Mode, Notice, ZoneFlags, ZoneState};

/// What is known of the panel.
#[derive(Debug)]
pub(super) struct House<'b> {
    tables: Tables<'b>,
    area: (AreaState, Option<Mode>),
    area_news: bool,
    full_told: [bool; 2],
    full: Option<Fault>,
    /// The first row of a page that cannot be read.
    bad_row: Option<Fault>,
}

impl<'b> House<'b> {
    pub(super) fn new(tables: Tables<'b>) -> Self {
        for slots in [&mut *tables.sensors, &mut *tables.devices] {
            slots.fill(Slot::default());
        }
        Self { tables, area: (AreaState::Unknown, None), area_news: false, full_told: [false; 2], full: None, bad_row: None }
    }

    pub(super) const fn tables(&self) -> &Tables<'b> {
        &self.tables
    }

    pub(super) fn memory(&mut self) -> &mut [u8] {
        self.tables.memory
    }

    pub(super) fn slots(&self, list: List) -> &[Slot] {
        match list {
            List::Sensors => self.tables.sensors,
            List::Devices => self.tables.devices,
        }
    }

    fn slots_mut(&mut self, list: List) -> &mut [Slot] {
        match list {
            List::Sensors => self.tables.sensors,
            List::Devices => self.tables.devices,
        }
    }

    pub(super) fn find(&self, list: List, index: i64) -> Option<&Slot> {
        self.slots(list).iter().find(|slot| slot.present && slot.index == index)
    }

    /// The smallest number that is free below the largest; if there is none, one more for each node.
    pub(super) fn free_index(&self, list: List) -> i64 {
        let slots = self.slots(list);
        let used = |index| slots.iter().any(|slot| slot.is_used() && slot.index == index);
        let largest = slots.iter().filter(|slot| slot.is_used()).map(|slot| slot.index).max().unwrap_or(-1);
        // No more numbers can be taken than there are slots.
        let tried = i64::try_from(slots.len()).unwrap_or(i64::MAX).min(largest);
        let gap = (0..tried).find(|index| !used(*index));
        gap.unwrap_or_else(|| {
            let nodes = |slot: &Slot| if list == List::Devices { slot.nodes.clamp(1, 64) } else { 1 };
            slots.iter().filter(|slot| slot.is_used()).map(nodes).fold(0, i64::saturating_add)
        })
    }

    /// A list is about to be read from its beginning.
    pub(super) fn begin(&mut self, list: List) {
        self.slots_mut(list).iter_mut().for_each(|slot| slot.seen = false);
    }

    /// It was read to its end: what was not seen is gone.
    pub(super) fn end(&mut self, list: List) {
        for slot in self.slots_mut(list).iter_mut().filter(|slot| slot.is_used() && !slot.seen) {
            slot.present = false;
        }
    }

    /// Takes in a page. Rows that cannot be read are passed over; the first is told.
    pub(super) fn page(&mut self, list: List, first: u32, page: &Page<'_>) {
        for (row, number) in page.peripherals().zip(first..) {
            match row {
                Ok(row) => self.row(list, &row, number),
                Err(fault) => self.bad_row = self.bad_row.or(Some(fault)),
            }
        }
    }

    fn row(&mut self, list: List, row: &Peripheral<'_>, number: u32) {
        let told = match list {
            List::Sensors => 0,
            List::Devices => 1,
        };
        let slots = self.slots_mut(list);
        let limit = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        let place = slots.iter().position(|slot| slot.is(row)).or_else(|| slots.iter().position(|slot| !slot.is_used()));
        // What is gone makes room for what is new.
        let place = place.or_else(|| slots.iter().position(|slot| !slot.present && !slot.seen));
        match place.and_then(|place| slots.get_mut(place)) {
            Some(slot) => {
                if !slot.is(row) {
                    *slot = Slot::default();
                }
                if slot.take(row, number) && list == List::Sensors {
                    slot.news |= 1;
                }
            }
            None => {
                if let Some(told) = self.full_told.get_mut(told) {
                    if !*told {
                        self.full = Some(Fault::new(FaultKind::TableFull { limit }, 0));
                    }
                    *told = true;
                }
            }
        }
    }

    /// The panel says how it is armed.
    pub(super) fn armed(&mut self, state: ArmState) {
        let area = match state {
            ArmState::ArmAway => (AreaState::Armed, Some(Mode::Away)),
            ArmState::ArmHome => (AreaState::Armed, Some(Mode::Home)),
            ArmState::Disarm => (AreaState::Disarmed, None),
            ArmState::Alarmed => (AreaState::Triggered, self.area.1),
            ArmState::Other(_) => return,
        };
        self.area_news |= self.area != area;
        self.area = area;
    }

    /// The panel has switched a node.
    pub(super) fn switched(&mut self, index: i64, node: i64, on: bool) {
        let Some(bit) = u32::try_from(node).ok().and_then(|node| 1_u16.checked_shl(node)) else { return };
        if let Some(slot) = self.slots_mut(List::Devices).iter_mut().find(|slot| slot.present && slot.index == index) {
            if slot.known & bit == 0 || (slot.on & bit != 0) != on {
                slot.news |= bit;
            }
            slot.known |= bit;
            slot.on = if on { slot.on | bit } else { slot.on & !bit };
        }
    }

    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.full.take().or_else(|| self.bad_row.take())
    }

    pub(super) fn has_news(&self) -> bool {
        self.area_news
            || self.full.is_some()
            || self.bad_row.is_some()
            || [List::Sensors, List::Devices].iter().any(|list| self.slots(*list).iter().any(|slot| slot.news != 0))
    }

    pub(super) fn next_notice(&mut self) -> Option<Notice> {
        if core::mem::take(&mut self.area_news) {
            let (state, mode) = self.area;
            return Some(Notice::Area { area: 0, state, mode });
        }
        if let Some(slot) = self.tables.sensors.iter_mut().find(|slot| slot.news != 0) {
            slot.news = 0;
            let changed = ZoneFlags::BYPASSED;
            let set = if slot.user_flags().contains(UserFlags::ENABLED) { ZoneFlags::NONE } else { changed };
            let zone = u32::try_from(slot.index).unwrap_or(u32::MAX);
            return Some(Notice::Zone { zone, state: ZoneState { known: changed, set }, changed });
        }
        let slot = self.tables.devices.iter_mut().find(|slot| slot.news != 0)?;
        let node = slot.news.trailing_zeros();
        slot.news &= slot.news.wrapping_sub(1);
        let on = slot.on.checked_shr(node).unwrap_or(0) & 1 == 1;
        Some(Notice::Output { output: output_number(slot.index, u8::try_from(node).unwrap_or(0)), on })
    }
}
