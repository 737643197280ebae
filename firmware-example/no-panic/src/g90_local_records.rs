//! G90, the local protocol: records with named fields, and changes of a configuration.

use codec_core::g90::local::{
    AlarmPhones, AlarmPhonesChanges, Changes, CidConfig, CidConfigChanges, ConfigKind, HostConfig, HostConfigChanges, HostInfo, HostStatus,
    NetworkConfig, NetworkConfigChanges, NoticeFlags, Peripheral, PeripheralSetup, Reason, Registered, SiaConfig, SiaConfigChanges,
    UserDataCrc, Writer, page_head,
};
use codec_core::text::json::{Value, check};

use crate::buffers::fault;
use crate::g90::{defined, definition, raw};
use crate::g90_local::code;
use crate::text::text;
use crate::volatile::{Bytes, byte, flag, maybe, see, word};

macro_rules! see_records {
    ($data:ident: $($name:ident)*) => {$(
        match $name::read($data) {
            Ok(record) => {
                let mut out = [0; 256];
                let mut writer = Writer::reply(&mut out, code());
                record.write(&mut writer);
                see((writer.finish(), $name::FIELDS));
                see(&record);
            }
            Err(found) => fault(found),
        }
    )*};
}

pub fn answer_records(data: Value<'_>) {
    see_records!(data: HostInfo HostStatus UserDataCrc NoticeFlags Registered HostConfig NetworkConfig AlarmPhones SiaConfig CidConfig);
    see_records!(data: Peripheral PeripheralSetup);
    let changes = Bytes::<128>::new();
    if let Some(loaded) = data.array() {
        let mut out = [0; 256];
        let mut writer = Writer::request(&mut out, code());
        kind().merge(loaded, check(changes.get()).ok().and_then(Value::array), &mut writer);
        see(writer.finish());
    }
    written(data);
}

fn written(data: Value<'_>) {
    let (name, mut out) = (Bytes::<40>::new(), [0; 128]);
    let mut writer = Writer::request(&mut out, code());
    page_head(&mut writer, raw(), raw(), raw());
    writer.open();
    writer.number(raw());
    writer.text(name.text());
    writer.value(data);
    if flag() {
        writer.close();
    }
    see(writer.finish());
}

pub fn peripheral(row: &Peripheral<'_>) {
    see((row, row.is_wireless()));
    text(row.name);
    row.sensor().map(defined);
    row.device().map(defined);
    see(PeripheralSetup::of(row, definition()));
}

pub fn reasons(reason: Reason<'_>) {
    see(reason.as_bytes());
}

pub fn kind() -> ConfigKind {
    let kind = ConfigKind::ALL.get(usize::from(byte())).copied().unwrap_or(ConfigKind::Host);
    see((kind.load().raw(), kind.save().raw()));
    kind
}

pub fn changes<const N: usize>(texts: &Bytes<N>) -> Changes<'_> {
    let changes = match byte() {
        0 => {
            let mut changes = HostConfigChanges::default();
            changes.alarm_siren_duration = maybe(raw());
            changes.timezone_offset_m = maybe(raw());
            Changes::Host(changes)
        }
        1 => {
            let mut changes = NetworkConfigChanges::default();
            changes.ap_password = maybe(texts.secret());
            changes.apn_auth = maybe(raw());
            Changes::Network(changes)
        }
        2 => {
            let mut changes = AlarmPhonesChanges::default();
            changes.panel_password = maybe(texts.secret());
            changes.phone_number_1 = maybe(texts.text());
            Changes::Phones(changes)
        }
        3 => {
            let mut changes = SiaConfigChanges::default();
            changes.host = maybe(texts.text());
            changes.port = maybe(raw());
            Changes::Sia(changes)
        }
        _ => {
            let mut changes = CidConfigChanges::default();
            changes.phone1 = maybe(texts.text());
            changes.enabled = maybe(raw());
            Changes::Cid(changes)
        }
    };
    see((changes.kind(), word()));
    changes
}
