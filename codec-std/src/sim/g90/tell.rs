//! What the panel says of an act, over UDP, through the cloud and in its history.

use codec_core::g90::cloud::panel::Command as CloudCommand;
use codec_core::g90::notify::panel::{Command, Config, Sensor};
use codec_core::g90::notify::{self, Body, Panel};
use codec_core::g90::{AlertFlags, AlertSource, AlertType, PeripheralType, StateChange};
use codec_core::{Env, Machine as _, Refused, RxBuf, TxBuf};
use serde_json::json;

use super::house::Known;

/// A datagram, and what else follows from it.
pub(super) struct Told {
    /// With its NUL.
    pub(super) datagram: Vec<u8>,
    /// A row for the history, unless the panel writes it by itself.
    pub(super) history: Option<String>,
    pub(super) status: Option<Status>,
}

impl Told {
    /// Without the NUL. The machine writes UTF-8.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.datagram).unwrap_or_default().trim_end_matches('\0')
    }
}

/// A status change as the cloud protocol has it.
#[derive(Clone, Debug)]
pub(super) enum Status {
    Panel(StateChange),
    Sensor { sensor: u8, source: AlertSource, state: u8, name: String },
    Alarm { sensor: u8, peripheral: PeripheralType, state: u8, name: String },
}

impl Status {
    pub(super) fn command(&self) -> CloudCommand<'_> {
        match self {
            Self::Panel(change) => CloudCommand::State(*change),
            Self::Sensor { sensor, source, state, name } => CloudCommand::Sensor { sensor: *sensor, source: *source, state: *state, name },
            Self::Alarm { sensor, peripheral, state, name } => {
                CloudCommand::Alarm { sensor: *sensor, peripheral: *peripheral, state: *state, name }
            }
        }
    }
}

/// The datagrams that tell of `command`.
pub(super) fn tell(device_id: &str, alerts: AlertFlags, sensors: &[Known], command: Command, env: &Env) -> Result<Vec<Told>, Refused> {
    let named: Vec<Sensor<'_>> = sensors.iter().map(|known| Sensor { index: known.index, name: &known.name, kind: known.kind }).collect();
    let mut config = Config::new();
    (config.device_id, config.alerts, config.sensors) = (device_id, alerts, &named);
    // The names were cut to fit, and the device id has been checked.
    let mut panel = Panel::new(config).map_err(|_| Refused::NotAllowed)?;
    let mut storage = [0; Panel::TX_MIN];
    let (mut rx, mut tx) = (RxBuf::new(&mut []), TxBuf::new(&mut storage));
    panel.submit(env, command, &mut tx)?;
    let mut told = Vec::new();
    loop {
        if !tx.is_empty() {
            told.push(consider(tx.unsent(), sensors));
            tx.sent(tx.unsent().len());
        }
        if panel.poll_event(env, &mut rx, &mut tx).is_none() && tx.is_empty() {
            return Ok(told);
        }
    }
}

fn consider(datagram: &[u8], sensors: &[Known]) -> Told {
    let (mut history, mut status) = (None, None);
    if let Ok(Body::Alert(alert)) = notify::decode(datagram).and_then(|message| message.body()) {
        let (facts, name) = (alert.facts, alert.zone_name.to_string());
        let change = StateChange::from_raw(facts.event_id);
        let (sensor, state) = (u8::try_from(facts.event_id), u8::try_from(facts.state));
        status = match (facts.alert_type, sensor, state) {
            (AlertType::StateChange, ..) => Some(Status::Panel(change)),
            (AlertType::SensorActivity, Ok(sensor), Ok(state)) => {
                Some(Status::Sensor { sensor, source: facts.source, state, name: name.clone() })
            }
            (AlertType::Alarm, Ok(sensor), Ok(state)) => sensors
                .iter()
                .find(|known| i64::from(known.index) == facts.event_id)
                .map(|known| Status::Alarm { sensor, peripheral: known.kind, state, name: name.clone() }),
            _ => None,
        };
        // The panel notes by itself that it was armed.
        if facts.alert_type != AlertType::StateChange || change.arm_state().is_none() {
            let row = json!([facts.alert_type.raw(), facts.event_id, facts.source.raw(), facts.state, name, alert.unix_time, ""]);
            history = Some(row.to_string());
        }
    }
    Told { datagram: datagram.to_vec(), history, status }
}
