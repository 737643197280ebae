//! G90, what the panel tells by itself: datagrams, and both machines.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use codec_core::Machine as _;
use codec_core::g90::notify::{
    Alert, Body, Controller, Message, Notification, Panel, controller, decode, encode_alert, encode_notification, escape, panel,
};
use codec_core::g90::{ArmState, HistoryRow, KeypadState, PeripheralProtocol, PeripheralType, RemoteButton, SensorSlot, StateChange};
use codec_core::text::json::{Value, check};

use crate::buffers::{area_state, fault, notice};
use crate::drive::drive;
use crate::g90::{alert_flags, facts, raw, slot};
use crate::text::text;
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

pub fn all() {
    wire();
    listener();
    teller();
}

pub fn address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::from(word() as u32), word() as u16))
}

fn wire() {
    let bytes = Bytes::<256>::new();
    match decode(bytes.get()) {
        Ok(found) => message(found),
        Err(found) => fault(found),
    }
    let mut out = [0; 64];
    match escape(bytes.text(), &mut out) {
        Ok(found) => text(found),
        Err(error) => see(error),
    }
}

fn message(message: Message<'_>) {
    see((message.code(), message.notification_kind(), message.data()));
    match message.body() {
        Ok(Body::Notification(found)) => notification(&found),
        Ok(Body::Alert(found)) => alert(&found),
        Ok(other) => see(other),
        Err(found) => fault(found),
    }
}

fn notification(notification: &Notification<'_>) {
    see((notification, notification.kind()));
    let mut out = [0; 256];
    if let Some(out) = out.get_mut(..word() as usize) {
        see(encode_notification(notification, out));
    }
    see(out);
}

fn alert(alert: &Alert<'_>) {
    facts(alert.facts);
    text(alert.zone_name);
    text(alert.device_id);
    see((alert.unix_time, alert.resv4, alert.other));
    let mut out = [0; 256];
    if let Some(out) = out.get_mut(..word() as usize) {
        see(encode_alert(alert, out));
    }
    see(out);
}

fn listener() {
    let id = Bytes::<16>::new();
    let mut config: controller::Config<'_> = controller::Config::new();
    config.panel = maybe(IpAddr::from(Ipv4Addr::from(word() as u32)));
    config.device_id = id.text();
    config.occupancy_millis = word() as u32;
    config.alerts = alert_flags();
    config.drop_repeated = flag();
    let mut sensors = [SensorSlot::default(); 8];
    let mut machine = Controller::new(config, &mut sensors);
    let look = |machine: &Controller<'_>, event: controller::Event<'_>| {
        see(machine.area().1);
        area_state(machine.area().0);
        machine.sensors().iter().for_each(slot);
        match event {
            controller::Event::Notification(found) => notification(&found),
            controller::Event::Alert(found) => alert(&found),
            controller::Event::Other(found) => message(found),
            controller::Event::Notice(found) => notice(found),
            controller::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        use controller::Command;

        let bytes = Bytes::<256>::new();
        let row = || HistoryRow::from_array(check(bytes.get()).ok().and_then(Value::array)?);
        let command = match (byte(), row()) {
            (0, _) => Command::Sensor {
                index: word() as u32,
                kind: PeripheralType::from_raw(raw()),
                protocol: PeripheralProtocol::from_raw(raw()),
            },
            (1, _) => Command::Alerts(alert_flags()),
            (2, Some(row)) => Command::History(row),
            _ => Command::Close,
        };
        see(machine.submit(env, command, tx));
    });
}

fn teller() {
    let (id, name) = (Bytes::<16>::new(), Bytes::<40>::new());
    let sensors = [panel::Sensor { index: word() as u32, name: name.text(), kind: PeripheralType::from_raw(raw()) }];
    let mut config: panel::Config<'_> = panel::Config::new();
    config.to = address();
    config.device_id = id.text();
    config.alerts = alert_flags();
    config.sensors = &sensors;
    let mut machine = match Panel::new(config) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    drive(
        &mut machine,
        |_, event| each([event]),
        |machine, env, tx| {
            use panel::{Command, SensorEvent};

            let event = match byte() {
                0 => SensorEvent::Active,
                1 => SensorEvent::Closed,
                2 => SensorEvent::Alarm,
                3 => SensorEvent::Tamper,
                4 => SensorEvent::LowBattery,
                5 => SensorEvent::OpenWhenArming,
                6 => SensorEvent::Button(RemoteButton::from_raw(raw())),
                7 => SensorEvent::Keypad(KeypadState::from_raw(raw())),
                _ => SensorEvent::Added,
            };
            let command = match byte() {
                0 => Command::Arm(ArmState::from_raw(raw())),
                1 => Command::Panel(StateChange::from_raw(raw())),
                2 => Command::Sos,
                3 => Command::Sensor { index: word() as u32, event },
                _ => Command::Close,
            };
            see(machine.submit(env, command, tx));
        },
    );
}
