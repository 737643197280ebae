//! G90: numbers with names, definitions, alerts and the history.

use codec_core::g90::devices::{self, Definition};
use codec_core::g90::notify::HistoryFollower;
use codec_core::g90::{
    AlertFlags, AlertMode, AlertSource, AlertState, AlertType, ApnAuth, ArmState, Facts, GsmStatus, HistoryRow, HistoryState,
    InfraredState, KeypadState, MatchMode, MessageCode, NotificationKind, PeripheralProtocol, PeripheralType, ReadWriteMode, RemoteButton,
    ReservedFlags, SensorSlot, SensorState, SpeechLanguage, StateChange, SystemCommand, SystemSetting, UserFlags, Volume, WifiSetup,
    WifiStatus,
};
use codec_core::text::json::{Value, check};

use crate::buffers::zone_state;
use crate::text::text;
use crate::volatile::{Bytes, byte, each, flag, see, word};

pub fn all() {
    codes();
    flags();
    definitions();
    facts(Facts { alert_type: AlertType::from_raw(raw()), event_id: raw(), source: source(), state: raw() });
    follow();
}

pub fn raw() -> i64 {
    word() as i64
}

pub fn source() -> AlertSource {
    AlertSource::from_raw(raw())
}

pub fn alert_flags() -> AlertFlags {
    AlertFlags::from_bits(raw())
}

/// Any of the definitions.
pub fn definition() -> &'static Definition {
    devices::SENSORS.get(word() as usize).or_else(|| devices::DEVICES.first()).unwrap_or_else(|| never())
}

/// There are devices, but only at run time.
fn never() -> ! {
    loop {
        see(byte());
    }
}

macro_rules! see_codes {
    ($($name:ident)*) => {$(
        let code = $name::from_raw(raw());
        see((code, code.raw(), code.name(), $name::ALL));
    )*};
}

fn codes() {
    see_codes! {
        AlertSource AlertState AlertType ArmState HistoryState InfraredState KeypadState MessageCode NotificationKind RemoteButton SensorState
        StateChange MatchMode PeripheralProtocol PeripheralType ReadWriteMode ApnAuth GsmStatus SpeechLanguage SystemCommand SystemSetting
        Volume WifiSetup WifiStatus
    }
    see((AlertState::of(source(), raw()), StateChange::from_raw(raw()).arm_state()));
}

macro_rules! see_flags {
    ($($name:ident)*) => {$(
        let set = $name::from_bits(raw());
        let other = $name::from_bits(raw());
        see((set.bits(), set.unknown_bits(), set.contains(other), set.with(other), set.without(other), set | other));
        each(set.names());
    )*};
}

fn flags() {
    see_flags! { AlertFlags ReservedFlags UserFlags }
    let (set, other) = (UserFlags::from_bits(raw()), UserFlags::from_bits(raw()));
    let mode = set.alert_mode();
    see((set.updated(other), mode, mode.name(), other.with_alert_mode(mode), other.with_alert_mode(AlertMode::Both)));
}

fn definitions() {
    let name = Bytes::<40>::new();
    let found = [
        devices::sensor(raw(), raw(), raw()),
        devices::device(raw(), raw(), raw()),
        devices::sensor_named(name.text()),
        devices::device_named(name.text()),
    ];
    for definition in found.into_iter().flatten() {
        defined(definition);
    }
}

pub fn defined(definition: &Definition) {
    see((definition.name(), definition.peripheral_type(), definition.subtype(), definition.protocol(), definition.private_data()));
    see((definition.rx(), definition.tx(), definition.read_write_mode(), definition.match_mode(), definition.reserved()));
    see((definition.timeout(), definition.baudrate(), definition.node_count()));
}

pub fn facts(facts: Facts) {
    see((facts, facts.meaning()));
}

pub fn row(row: HistoryRow<'_>) {
    facts(row.facts);
    text(row.sensor_name);
    see((row.alert_type(), row.source(), row.state(), row.sensor(), row.sensor_index(), row.unix_time, row.other));
}

pub fn slot(slot: &SensorSlot) {
    see((slot.index(), slot.open_when_arming()));
    zone_state(slot.state());
}

fn follow() {
    let mut follower = HistoryFollower::new();
    while flag() {
        let bytes = Bytes::<256>::new();
        if let Ok(Value::Array(list)) = check(bytes.get()) {
            let rows = || list.values().filter_map(|value| HistoryRow::from_array(value.array()?));
            while let Some(found) = follower.next(rows()) {
                row(found);
            }
        }
        see(follower.has_begun());
    }
}
