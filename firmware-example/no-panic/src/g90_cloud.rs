//! G90, the cloud protocol: messages, a server, a panel, and reading along.

use codec_core::g90::cloud::controller::{self, Mode, Upstream};
use codec_core::g90::cloud::panel;
use codec_core::g90::cloud::{
    Alert, Body, Command as Code, CommandAnswer, CommandRequest, Controller, Cut, Device, DeviceId, Direction, DiscoveryAnswer, Framer,
    Header, Hello, HelloDiscovery, LEFTOVER, Message, Observed, Observer, PaddedText, Panel, Route, SensorAlarm, SensorChange, StateChange,
    TAIL, decode, encode,
};
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType, SensorSlot};
use codec_core::{Machine as _, Secret};

use crate::buffers::{area_state, fault, notice};
use crate::drive::drive;
use crate::g90::{alert_flags, facts, raw, slot, source};
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

pub fn all() {
    wire();
    bodies();
    server();
    client();
    observer();
}

fn wire() {
    let (mut framer, bytes) = (Framer::new(), Bytes::<256>::new());
    match Header::decode(bytes.get()) {
        Ok(found) => header(&found),
        Err(found) => fault(found),
    }
    while flag() {
        match framer.next(bytes.get(), word() as usize, flag()) {
            Cut::Message { len } => match bytes.get().get(..len).map(decode) {
                Some(Ok(found)) => message(found),
                Some(Err(found)) => fault(found),
                None => {}
            },
            Cut::Bad { fault: found, used } => {
                fault(found);
                see(used);
            }
            cut => see(cut),
        }
        see(framer.is_between());
    }
}

fn header(header: &Header) {
    see((header.flag, header.length, header.sequence, header.payload_length()));
    route(header.route);
}

fn route(route: Route) {
    see((route.command.name(), route.source.name(), route.destination.name(), route.is_known(), route.header_size()));
}

fn message(message: Message<'_>) {
    header(&message.header);
    see(message.payload());
    body(&message.body);
}

fn padded(text: PaddedText<'_>) {
    see((text.as_bytes(), text.as_str(), text.is_blank(), DeviceId::from_text(text).as_ref().map(DeviceId::as_str)));
}

fn device(device: Device<'_>) {
    padded(device.guid);
    padded(device.firmware);
    see((device.guid_pad, device.firmware_pad));
}

fn alert(alert: Alert<'_>) {
    facts(alert.facts);
    padded(alert.name);
    see(alert.unix_time);
}

fn body(body: &Body<'_>) {
    see(body.name());
    route(body.route());
    body.alert().map(alert);
    match body {
        Body::Hello(hello) => {
            device(hello.device);
            see(hello.flags);
        }
        Body::HelloDiscovery(hello) => {
            device(hello.device);
            see(hello.flags);
        }
        Body::SensorAlarm(alarm) => {
            alert(alarm.alert_of_panel());
            see((alarm.source(), alarm));
        }
        Body::DiscoveryAnswer(answer) => {
            padded(answer.address);
            see(answer);
        }
        other => see(other),
    }
    let mut out = [0; 256];
    let len = word() as usize;
    if let Some(out) = out.get_mut(..len) {
        see(encode(body, word() as u16, out));
    }
    see(out);
}

/// Messages that do not come from bytes.
fn bodies() {
    let (bytes, tail, leftover) = (Bytes::<40>::new(), [byte(); TAIL], [byte(); LEFTOVER]);
    let name = if flag() { PaddedText::new(bytes.text()) } else { PaddedText::from_field(bytes.get()) };
    let text = Secret::new(bytes.get());
    let device = Device { guid: name, guid_pad: byte(), firmware: name, firmware_pad: byte() };
    let (number, timestamp) = (word() as i32, word() as i32);
    let (command, subcommand, flag) = (word() as u16, word() as u16, word() as u16);
    let route = Route { command: Code(byte()), source: Direction(byte()), destination: Direction(byte()) };
    let all = [
        Body::Ping,
        Body::Hello(Hello { device, flags: [number; 10] }),
        Body::HelloDiscovery(HelloDiscovery { device, flags: [number; 7] }),
        Body::StateChange(StateChange { code: byte(), leftover: &leftover, timestamp, tail: &tail }),
        Body::SensorChange(SensorChange { sensor: byte(), source: byte(), state: byte(), name, timestamp, tail: &tail }),
        Body::SensorAlarm(SensorAlarm { sensor: byte(), peripheral: byte(), state: byte(), name, timestamp, tail: &tail }),
        Body::Notification(bytes.get()),
        Body::CommandAnswer(CommandAnswer { number, flag, number_again: number, command, subcommand, text }),
        Body::HelloAck(byte()),
        Body::HelloAnswer(byte()),
        Body::HelloInfo { port: number },
        Body::DiscoveryAnswer(DiscoveryAnswer { address: name, flags: [number; 2], port: number, timestamp }),
        Body::Command(CommandRequest { flag, command, subcommand, token: number, text }),
        Body::Unknown { route, payload: text },
    ];
    for one in &all {
        body(one);
    }
}

fn server() {
    let (id, address) = (Bytes::<16>::new(), Bytes::<20>::new());
    let ids = [id.text()];
    let mut config: controller::Config<'_> = controller::Config::new();
    config.mode = match byte() {
        0 => Mode::Standalone,
        1 => Mode::Chained,
        _ => Mode::ChainedOnly,
    };
    config.device_ids = &ids;
    config.listen_port = word() as u16;
    config.announced_address = address.text();
    config.announced_port = maybe(word() as u16);
    config.silence_millis = word() as u32;
    config.answer_millis = word() as u32;
    config.occupancy_millis = word() as u32;
    config.alerts = alert_flags();
    config.drop_repeated = flag();
    config.quirks.hello_tells_listen_port = flag();
    let mut sensors = [SensorSlot::default(); 8];
    let mut machine = match Controller::new(config, &mut sensors) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Controller<'_>, event: controller::Event<'_>| {
        see((machine.device(), machine.last_heard(), machine.area().1));
        area_state(machine.area().0);
        machine.sensors().iter().for_each(slot);
        match event {
            controller::Event::Message(found) => message(found),
            controller::Event::Device(found) => see((found.id.as_str(), found.firmware)),
            controller::Event::Notice(found) => notice(found),
            controller::Event::Done { ticket, outcome } => see((ticket.number(), outcome)),
            controller::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        use controller::Command;

        let text = Bytes::<100>::new();
        let command = match byte() {
            0 => Command::Upstream(Upstream::Connecting),
            1 => Command::Upstream(Upstream::Connected),
            2 => Command::Upstream(Upstream::Lost),
            3 => Command::Run { command: word() as u16, parameters: text.secret() },
            4 => Command::Sensor {
                index: word() as u32,
                kind: PeripheralType::from_raw(raw()),
                protocol: PeripheralProtocol::from_raw(raw()),
            },
            5 => Command::Alerts(AlertFlags::from_bits(raw())),
            _ => Command::Close,
        };
        see(machine.submit(env, command, tx));
    });
}

fn client() {
    let (id, firmware, text) = (Bytes::<16>::new(), Bytes::<4>::new(), Bytes::<100>::new());
    let answers = [(word() as u16, text.secret()), (word() as u16, text.secret())];
    let mut config: panel::Config<'_> = panel::Config::new();
    config.device_id = id.text();
    config.firmware = firmware.text();
    config.discover = flag();
    config.ping_millis = word() as u32;
    config.hello_millis = word() as u32;
    config.answer_millis = word() as u32;
    config.answers = &answers;
    config.hello_flags = [word() as i32; 10];
    config.discovery_flags = [word() as i32; 7];
    let mut machine = match Panel::new(config) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Panel<'_>, event: panel::Event<'_>| {
        see(machine.is_online());
        match event {
            panel::Event::Message(found) => message(found),
            panel::Event::Done { ticket } => see(ticket.number()),
            panel::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        use panel::Command;

        let text = Bytes::<100>::new();
        let name = text.text();
        let command = match byte() {
            0 => Command::State(codec_core::g90::StateChange::from_raw(raw())),
            1 => Command::Sensor { sensor: byte(), source: source(), state: byte(), name },
            2 => Command::Alarm { sensor: byte(), peripheral: PeripheralType::from_raw(raw()), state: byte(), name },
            3 => Command::Notify(name),
            4 => Command::Answer { number: word() as u16, command: word() as u16, text: text.secret() },
            _ => Command::Close,
        };
        see(machine.submit(env, command, tx));
    });
}

fn observer() {
    let mut machine = if flag() { Observer::new() } else { Observer::default() };
    let look = |machine: &Observer, event: Observed<'_>| {
        see(machine.is_between());
        match event {
            Observed::Message(found) => message(found),
            Observed::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |_, _, _| each([word()]));
}
