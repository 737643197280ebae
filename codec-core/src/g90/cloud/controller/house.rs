//! Alerts in the words of [`crate::home`].

use crate::g90::{AlertState, ArmState, Facts, KeypadState, Meaning, RemoteButton, StateChange};
use crate::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags, ZoneState};

/// What an alert says about the house; `None` for what has no word there. A zone is a sensor with its index on the panel.
///
/// A zone's state is what this alert tells: what others told before is not repeated.
pub(super) fn notice(facts: Facts) -> Option<Notice> {
    let number = u32::try_from(facts.event_id).unwrap_or(u32::MAX);
    let zone = |known, set| Notice::Zone { zone: number, state: ZoneState { known, set }, changed: known };
    Some(match facts.meaning() {
        Meaning::Sos { host } => Notice::Alarm { kind: AlarmKind::Panic, source: source(host, number), active: true },
        Meaning::Arming(state) => {
            let (state, mode) = match state {
                ArmState::ArmAway => (AreaState::Armed, Some(Mode::Away)),
                ArmState::ArmHome => (AreaState::Armed, Some(Mode::Home)),
                ArmState::Disarm => (AreaState::Disarmed, None),
                _ => (AreaState::Triggered, None),
            };
            Notice::Area { area: 0, state, mode }
        }
        Meaning::Panel(change) => {
            let (kind, active) = match change {
                StateChange::AcPowerFailure => (TroubleKind::Mains, true),
                StateChange::AcPowerRecover => (TroubleKind::Mains, false),
                StateChange::LowBattery => (TroubleKind::Battery, true),
                StateChange::WifiConnected => (TroubleKind::Reporting, false),
                StateChange::WifiDisconnected => (TroubleKind::Reporting, true),
                _ => return None,
            };
            Notice::Trouble { kind, source: Source::Panel, active }
        }
        Meaning::Alarm { state } => {
            let alarm = ZoneFlags::ALARM;
            match state {
                AlertState::DoorOpen | AlertState::MotionDetected => zone(alarm | ZoneFlags::OPEN, alarm | ZoneFlags::OPEN),
                AlertState::DoorClose => zone(alarm | ZoneFlags::OPEN, alarm),
                AlertState::Tamper => zone(alarm | ZoneFlags::TAMPER, alarm | ZoneFlags::TAMPER),
                AlertState::LowBattery => zone(alarm | ZoneFlags::LOW_BATTERY, alarm | ZoneFlags::LOW_BATTERY),
                _ => zone(alarm, alarm),
            }
        }
        Meaning::Door { open } => zone(ZoneFlags::OPEN, if open { ZoneFlags::OPEN } else { ZoneFlags::NONE }),
        Meaning::Activity => zone(ZoneFlags::OPEN, ZoneFlags::OPEN),
        Meaning::LowBattery | Meaning::Keypad(KeypadState::LowBattery) => zone(ZoneFlags::LOW_BATTERY, ZoneFlags::LOW_BATTERY),
        Meaning::Tamper => zone(ZoneFlags::TAMPER, ZoneFlags::TAMPER),
        Meaning::Button(RemoteButton::Sos) => Notice::Alarm { kind: AlarmKind::Panic, source: source(false, number), active: true },
        _ => return None,
    })
}

const fn source(host: bool, number: u32) -> Source {
    if host { Source::Panel } else { Source::Zone(number) }
}
