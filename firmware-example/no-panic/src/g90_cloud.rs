//! G90, the cloud protocol: messages, a server, a panel, and reading along.

use codec_core::Machine as _;
use codec_core::g90::cloud::controller::{self, Mode, Upstream};
use codec_core::g90::cloud::panel;
use codec_core::g90::cloud::{
    Alert, Body, Command as Code, CommandAnswer, CommandRequest, Controller, Cut, Device, DeviceId, Direction, DiscoveryAnswer, Framer,
    Header, Hello, HelloDiscovery, Message, Observed, Observer, PaddedText, Panel, Route, SensorAlarm, SensorChange, StateChange, decode,
    encode,
};
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType, SensorSlot};

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
    header(&message.header());
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
    body.alert().map(alert);
    match body {
        Body::Hello(hello) => {
            device(hello.device());
            see(hello.flags());
        }
        Body::HelloDiscovery(hello) => {
            device(hello.device());
            see(hello.flags());
        }
        Body::StateChange(change) => see((change.code(), change.leftover(), change.timestamp(), change.tail(), *change == *change)),
        Body::SensorChange(change) => {
            padded(change.name());
            see((change.sensor(), change.source(), change.state(), change.timestamp(), change.tail()));
        }
        Body::SensorAlarm(alarm) => {
            alert(alarm.alert_of_panel());
            padded(alarm.name());
            see((alarm.source(), alarm.sensor(), alarm.peripheral(), alarm.state(), alarm.timestamp(), alarm.tail()));
        }
        Body::Notification(notification) => see(notification.text()),
        Body::CommandAnswer(answer) => {
            see((answer.number(), answer.flag(), answer.number_again(), answer.command(), answer.subcommand(), answer.text()));
        }
        Body::HelloAck(ack) => see(ack.flag()),
        Body::HelloAnswer(answer) => see(answer.flag()),
        Body::HelloInfo(info) => see(info.port()),
        Body::DiscoveryAnswer(answer) => {
            padded(answer.address());
            see((answer.flags(), answer.port(), answer.timestamp()));
        }
        Body::Command(command) => see((command.flag(), command.command(), command.subcommand(), command.token(), command.text())),
        Body::Unknown(unknown) => {
            route(unknown.route());
            see(unknown.payload());
        }
        other => see(other),
    }
}

/// Messages that do not come from bytes.
fn bodies() {
    let bytes = Bytes::<40>::new();
    let name = if flag() { PaddedText::new(bytes.text()) } else { PaddedText::from_field(bytes.get()) };
    let device = Device { guid: name, guid_pad: byte(), firmware: name, firmware_pad: byte() };
    let (number, timestamp) = (word() as i32, word() as i32);
    let code = word() as u16;
    let mut out = [0; 256];
    let mut write = |fields: &[u8]| {
        let route = Route { command: Code(byte()), source: Direction(byte()), destination: Direction(byte()) };
        let len = word() as usize;
        if let Some(out) = out.get_mut(..len) {
            see(encode(route, word() as u16, &[fields, bytes.get()], out));
        }
        see(out);
    };
    write(&Hello::fields(&device, &[number; 10]));
    write(&HelloDiscovery::fields(&device, &[number; 7]));
    write(&StateChange::fields(byte(), timestamp));
    write(&SensorChange::fields(byte(), byte(), byte(), name, timestamp));
    write(&SensorAlarm::fields(byte(), byte(), byte(), name, timestamp));
    write(&CommandAnswer::fields(word() as u16, code));
    write(&DiscoveryAnswer::fields(name, number, timestamp));
    write(&CommandRequest::fields(code));
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
