//! The house as a panel's lines tell it.

use super::areas::{Areas, units};
use super::bits::{MiscAlarms, Outputs};
use super::codes::{AreaCode, EventCode, Id, Output};
use super::packet::{Body, StatusUpdate, SystemEvent};
use super::status::{StatusValue, ZoneFact};
use super::zones::{Zones, zone_bit};
use crate::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind, ZoneState};
use crate::timers::Instant;

/// Bits of `S13` that put the panel as a whole into alarm. Duress is none of them: it is a silent alarm, and a display that shows
/// "triggered" would betray it.
const LOUD: u16 = MiscAlarms::PANIC.bits() | MiscAlarms::MEDICAL.bits() | MiscAlarms::FIRE.bits() | MiscAlarms::PENDANT_PANIC.bits();

/// What is known about zones, areas, outputs, alarms and troubles, and what of it changed.
///
/// A [`Controller`](super::Controller) has one inside. It can also be used alone: give it lines with [`apply`](Self::apply), take
/// changes out with [`next_notice`](Self::next_notice). Areas are numbered 1 and 2, 3 for "home" and 4 for "day", the panel's own
/// codes, and 0 for the panel as a whole; outputs as [`Output::number`] says.
#[derive(Clone, Copy, Debug)]
pub struct Tracker {
    infer_arming_state: bool,
    zones: Zones,
    areas: Areas,
    outputs: Flags,
    /// As in `S13`.
    misc: Flags,
    /// A change that leaves no state behind.
    edge: Option<Notice>,
}

/// Bits that may be unknown.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    known: u32,
    set: u32,
    changed: u32,
}

impl Flags {
    /// Of the bits of `mask` those of `set` are set. What becomes known as clear is no change.
    fn tell(&mut self, mask: u32, set: u32) {
        self.changed |= (self.set ^ set) & mask;
        self.tell_silently(mask, set);
    }

    fn tell_silently(&mut self, mask: u32, set: u32) {
        self.known |= mask;
        self.set = self.set & !mask | set & mask;
    }

    /// Takes out the lowest bit that changed, and whether it is set.
    fn take_changed(&mut self) -> Option<(u8, bool)> {
        if self.changed == 0 {
            return None;
        }
        let bit = self.changed & self.changed.wrapping_neg();
        self.changed &= !bit;
        Some((u8::try_from(bit.trailing_zeros()).unwrap_or(0), self.set & bit != 0))
    }
}

impl Tracker {
    /// A house of which nothing is known. For `infer_arming_state` see [`Quirks`](super::controller::Quirks).
    #[must_use]
    pub const fn new(infer_arming_state: bool) -> Self {
        const NONE: Flags = Flags { known: 0, set: 0, changed: 0 };
        Self { infer_arming_state, zones: Zones::new(), areas: Areas::new(), outputs: NONE, misc: NONE, edge: None }
    }

    /// Takes in what a line says. Take the notices out before the next line.
    pub fn apply(&mut self, body: &Body<'_>, now: Instant) {
        let now = units(now);
        match body {
            Body::Event(event) => self.event(*event, now),
            Body::Status(status) => self.status(*status, now),
            Body::Request(_) => {}
        }
    }

    /// Takes out the next change.
    pub fn next_notice(&mut self) -> Option<Notice> {
        if let Some(edge) = self.edge.take() {
            return Some(edge);
        }
        if let Some((zone, changed)) = self.zones.take_changed() {
            return Some(Notice::Zone { zone: zone.into(), state: self.zones.state(zone), changed });
        }
        if let Some((index, on)) = self.outputs.take_changed() {
            if let Some(output) = Output::from_index(index) {
                return Some(Notice::Output { output: output.number(), on });
            }
        }
        while let Some((bit, active)) = self.misc.take_changed() {
            if let Some(notice) = misc_notice(1 << bit, active) {
                return Some(notice);
            }
        }
        let (area, state, mode) = self.areas.take_changed(self.loud())?;
        Some(Notice::Area { area, state, mode })
    }

    /// Whether [`next_notice`](Self::next_notice) has something.
    #[must_use]
    pub fn has_notice(&self) -> bool {
        self.edge.is_some()
            || self.zones.has_changed()
            || self.outputs.changed != 0
            || self.misc.changed != 0
            || self.areas.has_changed(self.loud())
    }

    /// Everything known about zone 1 to 32.
    #[must_use]
    pub fn zone(&self, zone: u8) -> ZoneState {
        self.zones.state(zone)
    }

    /// State and mode of area 1 to 4, or of the panel as a whole (0).
    #[must_use]
    pub fn area(&self, area: u32) -> (AreaState, Option<Mode>) {
        self.areas.area(area, self.loud())
    }

    /// Whether an output is on, `None` if not told.
    #[must_use]
    pub fn output(&self, output: Output) -> Option<bool> {
        let bit = 1_u32.checked_shl(output.index().into()).unwrap_or(0);
        if self.outputs.known & bit != 0 { Some(self.outputs.set & bit != 0) } else { None }
    }

    /// Alarms and troubles without a zone, as in `S13`: those that are on.
    #[must_use]
    pub fn misc_alarms(&self) -> MiscAlarms {
        MiscAlarms::from_bits(u16::try_from(self.misc.set).unwrap_or(0))
    }

    fn loud(&self) -> bool {
        self.misc.set & u32::from(LOUD) != 0
    }

    /// Whether a radio or C-Bus zone was ever told to be open.
    pub(crate) fn has_radio(&self) -> bool {
        self.zones.all(ZoneFact::RadioUnsealed) | self.zones.all(ZoneFact::CbusUnsealed) != 0
    }

    fn event(&mut self, event: SystemEvent, now: u32) {
        let SystemEvent { code, id, area } = event;
        let zone = zone_bit(id.value());
        // Codes come in pairs, the even one for the beginning; 31 and 32 are the other way round.
        let begins = code.raw() & 1 == 0;
        let on = if begins { zone } else { 0 };
        // What it tells of a zone, if that is all.
        let fact = match code {
            EventCode::Unsealed | EventCode::Sealed => return self.seal(event, zone),
            EventCode::Alarm | EventCode::AlarmRestore => return self.alarm(event, begins, now),
            EventCode::ManualExclude | EventCode::ManualInclude => ZoneFact::Excluded,
            EventCode::AutoExclude | EventCode::AutoInclude => ZoneFact::AutoExcluded,
            EventCode::TamperUnsealed | EventCode::TamperNormal => match (id.keypad(), id, area) {
                (Some(keypad), ..) => {
                    self.misc.tell_silently(MiscAlarms::KEYPAD_TAMPER.bits().into(), if begins { u32::MAX } else { 0 });
                    return self.trouble(TroubleKind::Tamper, Source::Keypad(keypad.into()), begins);
                }
                (None, Id::MAIN_UNIT, AreaCode::Area1) => return self.misc_bit(MiscAlarms::EXT_TAMPER, begins),
                (None, Id::MAIN_UNIT, _) => return self.misc_bit(MiscAlarms::PANEL_TAMPER, begins),
                _ => ZoneFact::Tamper,
            },
            EventCode::PowerFailure | EventCode::PowerNormal => return self.misc_bit(MiscAlarms::MAINS_FAIL, begins),
            EventCode::BatteryFailure | EventCode::BatteryNormal => match (id, area) {
                (Id::MAIN_UNIT, _) => return self.misc_bit(MiscAlarms::PANEL_BATTERY_LOW, begins),
                (_, AreaCode::RadioKey) => return self.trouble(TroubleKind::Battery, Source::User(id.value().into()), begins),
                _ => ZoneFact::LowBattery,
            },
            EventCode::ReportFailure | EventCode::ReportNormal => return self.trouble(TroubleKind::Reporting, Source::Panel, begins),
            EventCode::SupervisionFailure | EventCode::SupervisionNormal => ZoneFact::SupervisionFail,
            EventCode::EntryDelayStart => return self.areas.entry_delay_start(area, now),
            EventCode::ExitDelayStart => return self.areas.exit_delay_start(area, now),
            EventCode::ExitDelayEnd => return self.areas.exit_delay_end(area, now),
            EventCode::ArmedAway => return self.areas.arm(area, Mode::Away, now),
            EventCode::ArmedHome => return self.areas.arm(area, Mode::Home, now),
            EventCode::ArmedDay => return self.areas.arm(area, Mode::Day, now),
            EventCode::ArmedNight => return self.areas.arm(area, Mode::Night, now),
            EventCode::ArmedVacation => return self.areas.arm(area, Mode::Vacation, now),
            EventCode::ArmedHighest => return self.areas.arm(area, Mode::Highest, now),
            EventCode::Disarmed => {
                self.areas.disarm(area, now);
                return self.misc.tell(LOUD.into(), 0);
            }
            EventCode::OutputOn | EventCode::OutputOff => {
                if let Some(output) = Output::from_id(id) {
                    let bit = 1_u32.checked_shl(output.index().into()).unwrap_or(0);
                    self.outputs.tell(bit, if code == EventCode::OutputOn { bit } else { 0 });
                }
                return;
            }
            // The alarm or the disarm that ends the entry delay comes as an event of its own; the others change nothing here.
            EventCode::EntryDelayEnd | EventCode::RealTimeClock | EventCode::ArmingDelayed | EventCode::Unknown(_) => return,
        };
        self.zones.tell(fact, zone, on);
        // A zone included again is excluded by neither.
        if !begins && matches!(fact, ZoneFact::Excluded | ZoneFact::AutoExcluded) {
            self.zones.tell(ZoneFact::ExcludedByEither, zone, 0);
        }
    }

    fn trouble(&mut self, kind: TroubleKind, source: Source, active: bool) {
        self.edge = Some(Notice::Trouble { kind, source, active });
    }

    /// Seal events are about zones, about users at doors, or the panel's start, by their area and ID.
    fn seal(&mut self, event: SystemEvent, zone: u32) {
        let unsealed = event.code == EventCode::Unsealed;
        if event.area.door().is_some() || event.area == AreaCode::Program {
            return;
        }
        if event.id == Id::MAIN_UNIT {
            if !unsealed && event.area == AreaCode::None {
                self.edge = Some(Notice::Restarted);
            }
            return;
        }
        self.zones.tell(ZoneFact::InputUnsealed, zone, if unsealed { zone } else { 0 });
        if !unsealed {
            // "Sealed" is meant of the zone, whichever way it is connected.
            self.zones.tell(ZoneFact::RadioUnsealed, zone, 0);
            self.zones.tell(ZoneFact::CbusUnsealed, zone, 0);
        }
    }

    fn alarm(&mut self, event: SystemEvent, active: bool, now: u32) {
        let SystemEvent { id, area, .. } = event;
        let (kind, bit) = match area {
            AreaCode::Panic if id.user().is_some() => (AlarmKind::Panic, MiscAlarms::PENDANT_PANIC),
            AreaCode::Panic => (AlarmKind::Panic, MiscAlarms::PANIC),
            AreaCode::Medical => (AlarmKind::Medical, MiscAlarms::MEDICAL),
            AreaCode::Duress => (AlarmKind::Duress, MiscAlarms::DURESS),
            AreaCode::Fire => (AlarmKind::Fire, MiscAlarms::FIRE),
            _ => (AlarmKind::Intrusion, MiscAlarms::from_bits(0)),
        };
        // In panic, medical and duress alarms the ID is that of a user.
        let zone = match kind {
            AlarmKind::Intrusion | AlarmKind::Fire => zone_bit(id.value()),
            _ => 0,
        };
        if zone != 0 {
            self.zones.tell(ZoneFact::InAlarm, zone, if active { zone } else { 0 });
        } else {
            let source = match (id.keypad(), id.user()) {
                (Some(keypad), _) => Source::Keypad(keypad.into()),
                (None, Some(user)) => Source::User(user.into()),
                (None, None) => Source::Panel,
            };
            self.edge = Some(Notice::Alarm { kind, source, active });
            self.misc.tell_silently(bit.bits().into(), if active { u32::MAX } else { 0 });
        }
        if zone != 0 || kind == AlarmKind::Intrusion {
            match active {
                true => self.areas.alarm(area, zone, now),
                false => self.areas.alarm_restore(area, zone),
            }
        }
    }

    fn misc_bit(&mut self, bit: MiscAlarms, on: bool) {
        self.misc.tell(bit.bits().into(), if on { u32::MAX } else { 0 });
    }

    fn status(&mut self, status: StatusUpdate, now: u32) {
        match status.typed() {
            StatusValue::Zones(fact, zones) => {
                let before = self.zones.all(fact);
                self.zones.tell_status(fact, zones);
                if fact == ZoneFact::InAlarm {
                    let shift = if zones.base() == 1 { 0 } else { 16 };
                    let (mask, set) = (0xFFFF << shift, u32::from(zones.bits()) << shift);
                    self.areas.alarm_status(mask, set, set & !before);
                }
            }
            StatusValue::MiscAlarms(alarms) => self.misc.tell(0xFFFF, alarms.bits().into()),
            StatusValue::Arming(arming) => self.areas.arming_status(arming, self.infer_arming_state, now),
            StatusValue::Outputs(outputs) => {
                // Sirens and what follows stand in the high byte in the order of the dense table; auxiliary outputs in the low one.
                let bits = u32::from(outputs.bits());
                let has = |bit: Outputs, output: Output| if outputs.contains(bit) { 1 << output.index() } else { 0 };
                let others = has(Outputs::MONITOR_OUT, Output::Home)
                    | has(Outputs::POWER_FAIL, Output::PowerFail)
                    | has(Outputs::PANEL_BATT_FAIL, Output::BatteryFail)
                    | has(Outputs::TAMPER_XPAND, Output::TamperExpander);
                self.outputs.tell(0x003F_FC0F, (bits & 0x0F) | (bits & 0xFF00) << 2 | others);
            }
            StatusValue::Aux(aux) => self.outputs.tell(0xFF, u32::from(aux.bits()) & 0xFF),
            StatusValue::View(_) | StatusValue::Version(_) | StatusValue::Unknown(_) => {}
        }
    }
}

/// What a bit of `S13` means.
fn misc_notice(bit: u16, active: bool) -> Option<Notice> {
    let alarm = |kind| Some(Notice::Alarm { kind, source: Source::Panel, active });
    let trouble = |kind, source| Some(Notice::Trouble { kind, source, active });
    match MiscAlarms::from_bits(bit) {
        MiscAlarms::DURESS => alarm(AlarmKind::Duress),
        MiscAlarms::PANIC => alarm(AlarmKind::Panic),
        MiscAlarms::MEDICAL => alarm(AlarmKind::Medical),
        MiscAlarms::FIRE => alarm(AlarmKind::Fire),
        MiscAlarms::PENDANT_PANIC => Some(Notice::Alarm { kind: AlarmKind::Panic, source: Source::User(0), active }),
        MiscAlarms::EXT_TAMPER => trouble(TroubleKind::Tamper, Source::Device(1)),
        MiscAlarms::PANEL_TAMPER => trouble(TroubleKind::Tamper, Source::Panel),
        MiscAlarms::KEYPAD_TAMPER => trouble(TroubleKind::Tamper, Source::Keypad(0)),
        MiscAlarms::PANEL_BATTERY_LOW => trouble(TroubleKind::Battery, Source::Panel),
        MiscAlarms::PANEL_BATTERY_LOW2 => trouble(TroubleKind::Battery, Source::Device(2)),
        MiscAlarms::MAINS_FAIL => trouble(TroubleKind::Mains, Source::Panel),
        MiscAlarms::CBUS_FAIL => trouble(TroubleKind::Bus, Source::Panel),
        // The end of installer mode is neither; bits without a name mean nothing here.
        _ => None,
    }
}
