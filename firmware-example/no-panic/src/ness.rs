//! Ness: lines, values, the tracker and both machines.

use codec_core::home::Request;
use codec_core::ness::controller::{self, Command, Outcome};
use codec_core::ness::panel::{self, Dialect, User};
use codec_core::ness::{
    AreaCode, ArmingStatus, AuxOutputs, Body, Case, ChecksumPolicy, ChecksumRule, Controller, Cut, DecodeOptions, EventCode, Framer, Id,
    KeyString, Keys, Line, MiscAlarms, Model, ModelMap, Output, Outputs, Packet, Panel, PanelVersion, RequestId, Stamp, StatusValue,
    SystemEvent, Timestamp, Tracker, Version, ViewState, ZoneFact, ZoneSet, decode, decode_with, encode, encode_with,
};
use codec_core::{Instant, Machine as _};

use crate::buffers::{alarm_kind, area_state, fault, mode, notice, zone_state};
use crate::drive::drive;
use crate::volatile::{Bytes, byte, each, env, flag, maybe, see, word};

pub fn all() {
    lines();
    values();
    keys();
    tracker();
    controller();
    panel();
}

fn policy() -> ChecksumPolicy {
    match byte() {
        0 => ChecksumPolicy::Strict,
        1 => ChecksumPolicy::Either,
        _ => ChecksumPolicy::Ignore,
    }
}

fn case() -> Case {
    if flag() { Case::Lower } else { Case::Upper }
}

fn lines() {
    let (mut framer, bytes) = (Framer::new(), Bytes::<96>::new());
    match framer.next(bytes.get(), flag()) {
        Cut::Frame { len, used } => {
            see((len, used));
            if let Some(Ok(read)) = bytes.get().get(..len).map(decode) {
                line(read);
            }
        }
        cut => see(cut),
    }
    let mut options = DecodeOptions::default();
    options.packed_time = flag();
    match decode_with(bytes.get(), options) {
        Ok(read) => line(read),
        Err(found) => fault(found),
    }
}

fn line(line: Line<'_>) {
    see((line.text(), line.length(), line.command(), line.data(), line.stamp_text(), line.case()));
    see((line.checksum(), line.checksum_binary(), line.checksum_ascii(), line.checksum_match()));
    if let Err(found) = line.check(policy()) {
        fault(found);
    }
    packet(line.packet());
}

fn packet(packet: &Packet<'_>) {
    see((packet.start, packet.sequence, packet.address.value(), packet.address.digits()));
    match packet.body {
        Body::Event(event) => {
            see((event.code.raw(), event.code.name(), event.area.raw(), event.area.name(), event.area.door()));
            see((event.id.value(), event.id.is_hex(), event.id.zone(), event.id.user(), event.id.keypad(), Output::from_id(event.id)));
        }
        Body::Status(update) => {
            see((update.request.raw(), update.request.name(), update.request.zones(), update.value));
            status(update.typed());
        }
        Body::Request(keys) => see((keys.expose(), keys.len(), keys.is_empty(), keys.status_request())),
    }
    if let Some(stamp) = packet.stamp {
        see(stamp);
        if let Some(time) = stamp.time() {
            moment(time);
        }
    }
    let mut out = [0; 96];
    see(encode(packet, case(), &mut out));
    let rule = if flag() { ChecksumRule::ByKind } else { ChecksumRule::Ascii };
    let len = word() as usize;
    if let Some(out) = out.get_mut(..len) {
        see(encode_with(packet, case(), rule, out));
    }
    see(out);
}

fn moment(time: Timestamp) {
    see((time.year(), time.month(), time.day(), time.hour(), time.minute(), time.second(), time.normalized()));
}

fn status(value: StatusValue) {
    match value {
        StatusValue::Zones(fact, zones) => {
            see((fact.index(), zones.value(), zones.bits(), zones.base()));
            each(zones.iter());
        }
        StatusValue::MiscAlarms(set) => {
            see((set.bits(), set.unknown_bits(), set.contains(MiscAlarms::from_bits(word() as u16))));
            each(set.names());
        }
        StatusValue::Arming(set) => {
            see((set.bits(), set.unknown_bits(), set.contains(ArmingStatus::from_bits(word() as u16))));
            each(set.names());
        }
        StatusValue::Outputs(set) => {
            see((set.bits(), set.unknown_bits(), set.contains(Outputs::from_bits(word() as u16))));
            each(set.names());
        }
        StatusValue::View(view) => see((view.raw(), view.name())),
        StatusValue::Version(version) => {
            see((version.value(), version.version.raw(), version.version.major(), version.version.minor()));
        }
        StatusValue::Aux(set) => {
            see((set.bits(), set.unknown_bits(), set.contains(AuxOutputs::from_bits(word() as u16))));
            each(set.names());
        }
        other => see(other),
    }
}

fn values() {
    see((EventCode::from_raw(byte()), AreaCode::from_raw(byte()), ViewState::from_raw(word() as u16)));
    see((Id::decimal(byte()), Id::hexadecimal(byte()), Output::from_number(word() as u32).map(Output::number)));
    see((ZoneSet::from_value(word() as u16, byte()), PanelVersion::from_value(word() as u16)));
    status(StatusValue::new(request_id(), word() as u16));
    each(ZoneFact::ALL.map(ZoneFact::index));
    let time = Timestamp::new(word() as u16, byte(), byte(), byte(), byte(), byte());
    see(time);
    if let Some(time) = Timestamp::from_unix(word()) {
        moment(time);
        see(Stamp::Time(time).time());
    }
    let text = Bytes::<16>::new();
    if let Some(model) = Model::from_name(text.text()) {
        see((model.name(), ModelMap::REV16.byte(model)));
    }
    see((text.text().parse::<Version>(), Version::from_raw(byte())));
    let pairs = [(byte(), Model::D8x)];
    see(ModelMap::new(&pairs).model(byte()));
    packet(&Packet::event(maybe(byte()), flag(), SystemEvent::new(EventCode::from_raw(byte()), byte(), AreaCode::from_raw(byte())), time));
    packet(&Packet::status(byte(), request_id(), word() as u16));
    packet(&Packet::library_event(byte(), SystemEvent::new(EventCode::Alarm, byte(), AreaCode::from_raw(byte()))));
}

fn request_id() -> RequestId {
    RequestId::from_raw(byte())
}

fn keys() {
    let code = Bytes::<40>::new();
    let all = [
        KeyString::new(code.secret()),
        KeyString::arm_away(maybe(code.secret())),
        KeyString::arm_home(maybe(code.secret())),
        KeyString::disarm(code.secret()),
        KeyString::panic(maybe(code.secret())),
        KeyString::aux(byte(), flag()),
        KeyString::status(request_id()),
    ];
    for keys in all {
        match keys {
            Ok(keys) => request(keys.as_keys()),
            Err(error) => see(error),
        }
    }
}

fn request(keys: Keys<'_>) {
    packet(&Packet::request(byte(), keys));
}

fn tracker() {
    let (mut tracker, bytes) = (Tracker::new(flag()), Bytes::<96>::new());
    while flag() {
        if let Ok(line) = decode(bytes.get()) {
            tracker.apply(&line.packet().body, Instant::from_millis(word()));
        }
        see(tracker.has_notice());
        while let Some(found) = tracker.next_notice() {
            notice(found);
        }
        state(&tracker);
    }
}

fn state(tracker: &Tracker) {
    zone_state(tracker.zone(byte()));
    let (state, mode) = tracker.area(word() as u32);
    area_state(state);
    see((mode, Output::from_number(word() as u32).and_then(|output| tracker.output(output)), tracker.misc_alarms()));
}

fn controller() {
    let pairs = [(byte(), Model::D16x)];
    let mut config: controller::Config<'_> = controller::Config::new();
    config.address = byte();
    config.only_from = maybe(byte());
    config.checksum = policy();
    config.decode.packed_time = flag();
    config.drop_repeated = flag();
    config.models = ModelMap::new(&pairs);
    config.keepalive_millis = word() as u32;
    config.refresh_millis = word() as u32;
    config.silence_millis = word() as u32;
    config.answer_millis = word() as u32;
    config.quirks.infer_arming_state = flag();
    config.quirks.separator = flag();
    let mut machine = match Controller::new(config) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Controller<'_>, event: controller::Event<'_>| {
        state(machine.tracker());
        see(machine.panel_info());
        match event {
            controller::Event::Line(read) => line(read),
            controller::Event::Notice(found) => notice(found),
            controller::Event::PanelInfo(info) => see((info.model.map(Model::name), info)),
            controller::Event::Done { ticket, outcome } => {
                see((ticket.number(), outcome));
                if let Outcome::Answer(update) = outcome {
                    status(update.typed());
                }
            }
            controller::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        let code = Bytes::<40>::new();
        let (some, code) = (maybe(code.secret()), code.secret());
        let command = match byte() {
            0 => Command::ArmAway { code: some },
            1 => Command::ArmHome { code: some },
            2 => Command::Disarm { code },
            3 => Command::Panic { code: some },
            4 => Command::Aux { output: byte(), on: flag() },
            5 => Command::Keys(code),
            6 => Command::Status(request_id()),
            7 => Command::PanelInfo,
            8 => Command::Refresh,
            9 => Command::Close,
            _ => {
                let request = match byte() {
                    0 => Request::Arm { area: word() as u32, mode: mode(), code: some },
                    1 => Request::Disarm { area: word() as u32, code: some },
                    2 => Request::Bypass { zone: word() as u32, on: flag(), code: some },
                    _ => Request::Switch { output: word() as u32, on: flag() },
                };
                match Command::try_from(request) {
                    Ok(command) => command,
                    Err(refused) => return see(refused),
                }
            }
        };
        see(machine.submit(env, command, tx));
    });
}

fn panel() {
    let (first, second) = (Bytes::<8>::new(), Bytes::<8>::new());
    let users = [User { number: byte(), code: first.secret() }, User { number: byte(), code: second.secret() }];
    let mut config: panel::Config<'_> = panel::Config::new();
    config.address = byte();
    config.send_address = flag();
    config.send_time = flag();
    config.utc_offset_seconds = word() as i32;
    config.report_alarms = flag();
    config.report_warnings = flag();
    config.report_access = flag();
    config.report_zones = flag();
    config.version_report_millis = word() as u32;
    config.model = if flag() { Model::D16x } else { Model::D32x };
    config.models = ModelMap::REV16;
    config.version = Version::from_raw(byte());
    config.zones = byte();
    config.users = &users;
    config.short_arm = flag();
    config.exit_delay_millis = word() as u32;
    config.entry_delay_millis = word() as u32;
    config.alarm_millis = word() as u32;
    config.area_2_zones = word() as u32;
    config.instant_zones = word() as u32;
    config.home_zones = word() as u32;
    config.twenty_four_hour_zones = word() as u32;
    config.aux_pulse_millis = word() as u32;
    config.dialect = if flag() { Dialect::Panel } else { Dialect::Library };
    config.checksum = policy();
    config.case = case();
    let mut machine = match Panel::new(config) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Panel<'_>, event: panel::Event<'_>| {
        see((machine.zone_open(byte()), Output::from_number(word() as u32).map(|output| machine.output(output))));
        area_state(machine.area(byte()));
        match event {
            panel::Event::Line(read) => line(read),
            panel::Event::Notice(found) => notice(found),
            panel::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, _, tx| {
        let keys = Bytes::<40>::new();
        let Some(command) = happening(&keys) else { return };
        see(machine.submit(&env(), command, tx));
    });
}

fn happening(keys: &Bytes<40>) -> Option<panel::Command<'_>> {
    use panel::Command as Happens;

    Some(match byte() {
        0 => Happens::Zone { zone: byte(), open: flag() },
        1 => Happens::Tamper { zone: byte(), open: flag() },
        2 => Happens::PanelTamper { external: flag(), open: flag() },
        3 => Happens::KeypadTamper { open: flag() },
        4 => Happens::Battery { zone: byte(), low: flag() },
        5 => Happens::PanelBattery { low: flag() },
        6 => Happens::RadioKeyBattery { user: byte(), low: flag() },
        7 => Happens::Supervision { zone: byte(), lost: flag() },
        8 => Happens::Mains { on: flag() },
        9 => Happens::Reporting { ok: flag() },
        10 => Happens::Bypass { zone: byte(), on: flag() },
        11 => Happens::AutoExclude { zone: byte(), on: flag() },
        12 => Happens::KeypadAlarm { keypad: byte(), kind: alarm_kind() },
        13 => Happens::UserPanic { user: byte() },
        14 => Happens::Door { door: byte(), user: byte(), open: flag() },
        15 => Happens::Arm { area: byte(), mode: mode(), user: byte() },
        16 => Happens::Disarm { area: byte(), user: byte() },
        17 => Happens::Output { output: Output::from_number(word() as u32)?, on: flag() },
        18 => Happens::Keys(keys.secret()),
        19 => Happens::PowerUp,
        20 => Happens::Clock,
        21 => Happens::Trip { zone: byte() },
        22 => Happens::ArmingDelayed { user: byte() },
        23 => Happens::Report(request_id()),
        _ => Happens::Close,
    })
}
