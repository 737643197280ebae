//! KTS: frames, signatures, the server's end and the host.

use codec_core::home::Request as HomeRequest;
use codec_core::kts::controller::{Command as Ask, Config, Event, Failure, Memory, ObjectSlot, Outcome, Tables, TaskSlot, ZoneSlot};
use codec_core::kts::panel::{self, Credentials, ObjectState, TaskState};
use codec_core::kts::{
    Action, ActionForm, ActionInfo, Actions, Body, Controller, Cut, Days, DeviceType, Frame, FrameWriter, Framer, GroupAddress, Meaning,
    Object, ObjectInfo, Once, Order, Panel, Query, RecentSignatures, Record, Replays as _, Rows, Scheme, Send, Settings, Short, Signature,
    SignatureSlot, Task, TaskFlag, TaskInfo, TaskReply, TimeOfDay, Update, UpdateInfo, Verb, Zone, ZoneInfo, decode, decode_once,
    decode_ref, decode_with, encode, sign,
};
use codec_core::text::json::Text;
use codec_core::{Fault, Machine as _};

use crate::buffers::{fault, mode, notice};
use crate::drive::drive;
use crate::text;
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

pub fn all() {
    let mut bytes = [0; 512];
    bytes.fill_with(byte);
    frame(decode(&mut bytes));
    frame(decode_with(&mut bytes, order()));
    frame(decode_ref(&bytes, order()));
    once();
    let mut framer = Framer::new();
    while flag() {
        match framer.next(&bytes, flag()) {
            Cut::NeedMore => break,
            cut => see(cut),
        }
    }
    small();
    signatures();
    send();
    write();
    controller();
    host();
}

fn order() -> Order {
    if flag() { Order::Strict } else { Order::Lenient }
}

fn scheme() -> Scheme {
    if flag() { Scheme::Md5 } else { Scheme::HmacSha256 }
}

fn frame(found: Result<Frame<'_>, Fault>) {
    let frame = match found {
        Ok(frame) => frame,
        Err(error) => return fault(error),
    };
    see((frame.sn(), frame.verb(), frame.cmd(), frame.data(), frame.tag()));
    see((frame.verb().text(), frame.verb().is_list()));
    let reply = |reply: codec_core::kts::Reply<'_>| see((reply, reply.code(), reply.is_ok()));
    match frame.body() {
        Body::Register(found) => {
            let key = Bytes::<64>::new();
            see((found, found.is_signed_with(scheme(), key.secret())));
        }
        Body::RegisterReply(found) | Body::ControlReply(found) | Body::ConfigureReply(found) => reply(found),
        Body::QueryZones(found) | Body::QueryObjects(found) => query(found),
        Body::Zones(list) => list.iter().for_each(|found| zone(&found)),
        Body::Objects(list) => list.iter().for_each(|found| object(&found)),
        Body::Push(list) => list.iter().for_each(|found| update(&found)),
        Body::Control(found) => actions(found),
        Body::Configure(found) => settings(found),
        Body::Timing(found) => task(&found),
        Body::TimingReply(found) => task_reply(&found),
        other => see(other),
    }
}

fn once() {
    let bytes = Bytes::<512>::new();
    match decode_once(bytes.get(), order()) {
        Ok(Once::Zones(list)) => rows(list, |found| zone(&found)),
        Ok(Once::Objects(list)) => rows(list, |found| object(&found)),
        Ok(Once::Push(list)) => rows(list, |found| update(&found)),
        Ok(Once::Frame(found)) => frame(Ok(found)),
        Ok(_) => {}
        Err(error) => fault(error),
    }
}

fn rows<'i, T: Record<'i>>(mut rows: Rows<'i, T>, told: impl Fn(T)) {
    see(rows.sn());
    while flag() {
        match rows.next_row() {
            Ok(Some(row)) => told(row),
            Ok(None) => {}
            Err(error) => fault(error),
        }
    }
}

fn query(query: Query<'_>) {
    see((query.room, query.tag));
}

fn settings(settings: Settings<'_>) {
    see((settings.key.map(|key| *key.expose()), settings.domain));
}

fn zone(zone: &Zone<'_>) {
    see((zone.id, zone.name, zone.parent, zone.icon));
    zone.name.map(text::text);
}

fn object(object: &Object<'_>) {
    see((object.id, object.eis, object.eis_number(), object.value, object.name, object.room, object.device));
    each([object.write, object.status, object.third]);
    see((object.group, object.icon));
    if let (Some(device), Some(eis), Some(value)) = (object.device, object.eis_number(), object.value) {
        meaning(device, eis, value);
    }
}

fn meaning(device: DeviceType<'_>, eis: u16, value: Text<'_>) {
    see((device.text(), device.name(), Meaning::of(device, eis, value)));
}

fn update(update: &Update<'_>) {
    see((update.id, update.eis, update.eis_number(), update.value, update.room, update.navi));
}

fn actions(actions: Actions<'_>) {
    see(actions.text());
    actions.for_each(|action| see((action.eis, action.address, action.value)));
}

fn task(task: &Task<'_>) {
    see((task.id, task.name, task.room, task.flag, task.time, task.repeat));
    task.flag.map(|flag| see((flag.text(), flag.name())));
    task.actions.map(actions);
    see(task.time_of_day());
    each(task.days().iter());
}

fn task_reply(reply: &TaskReply<'_>) {
    see((reply.error, reply.is_ok()));
    task(&reply.task);
}

fn small() {
    let bytes = Bytes::<64>::new();
    let words = bytes.text();
    if let Some(address) = GroupAddress::parse(words).or(GroupAddress::new(byte(), byte(), byte())) {
        see((address, address.main(), address.middle(), address.sub()));
    }
    if let Some(time) = TimeOfDay::parse(words).or(TimeOfDay::new(byte(), byte())) {
        see((time, time.hour(), time.minute(), time.minutes()));
    }
    let days = Days::default().with(byte());
    see((days.contains(byte()), days.is_empty()));
    each(days.iter());
    see((Short::<16>::of(words).map(|short| (short.is_empty(), short)), Short::<300>::of(words)));
    if let Some(found) = Text::of(words) {
        let form = if flag() { ActionForm::Control } else { ActionForm::Timing };
        see((Action::from_text(found, form), GroupAddress::from_text(found), Short::<16>::of_text(found)));
        if let Ok(found) = Actions::from_text(found, form) {
            actions(found);
        }
        each(Days::from_text(found).iter());
        see(Verb::from_text(found));
    }
}

fn signatures() {
    let (bytes, key) = (Bytes::<64>::new(), Bytes::<100>::new());
    let signature = sign(scheme(), [bytes.text(); 3], key.secret());
    let other = Signature::parse(bytes.text()).unwrap_or(signature);
    see((signature.as_bytes(), signature.fingerprint(), signature.matches(&other)));
    see(signature.digits(&mut [0; 64]));
    let mut slots = [SignatureSlot::default(); 4];
    see(RecentSignatures::new(&mut slots).remember(&signature, word(), word()));
}

fn action(words: &str) -> ActionInfo<'_> {
    ActionInfo { eis: word() as u16, address: address(), value: words }
}

fn address() -> GroupAddress {
    GroupAddress::new(byte() & 31, byte() & 7, byte()).unwrap_or(ANY)
}

const ANY: GroupAddress = match GroupAddress::new(1, 1, 1) {
    Some(address) => address,
    None => panic!(),
};

fn with_task(words: &str, send: impl FnOnce(&TaskInfo<'_>)) {
    let actions = [action(words), action(words)];
    let flag = match byte() {
        0 => TaskFlag::Enable,
        1 => TaskFlag::Disable,
        2 => TaskFlag::Delete,
        _ => TaskFlag::Other(Text::of(words).unwrap_or(Verb::Keepalive.text())),
    };
    let Some(time) = TimeOfDay::new(byte() % 24, byte() % 60) else { return };
    let actions = actions.get(..word() as usize).unwrap_or_default();
    let days = Days::default().with(byte());
    send(&TaskInfo { id: words, name: words, room: words, flag, time, actions, days });
}

fn object_info(words: &str) -> ObjectInfo<'_> {
    let (write, status, third) = (maybe(address()), maybe(address()), maybe(address()));
    let (eis, device) = (word() as u16, byte());
    ObjectInfo { id: words, eis, name: words, room: words, device, write, status, third, group: words, icon: words }
}

fn zone_info(words: &str) -> ZoneInfo<'_> {
    ZoneInfo { id: words, name: words, parent: maybe(words), icon: words }
}

fn send() {
    let (bytes, key) = (Bytes::<64>::new(), Bytes::<32>::new());
    let words = bytes.text();
    let (zones, objects) = ([zone_info(words)], [(object_info(words), maybe(words))]);
    let updates = [UpdateInfo { id: words, eis: word() as u16, value: maybe(words) }];
    with_task(words, |task| {
        let sign = sign(scheme(), [words; 3], key.secret());
        let frame = match byte() {
            0 => Send::Register { timestamp: word(), rand: words, sign },
            1 => Send::RegisterReply(byte()),
            2 => Send::QueryZones { room: maybe(words), tag: words },
            3 => Send::Zones(&zones),
            4 => Send::QueryObjects { room: maybe(words), tag: words },
            5 => Send::Objects(&objects),
            6 => Send::Control(action(words)),
            7 => Send::ControlReply(byte()),
            8 => Send::Push(&updates),
            9 => Send::Configure { key: key.secret(), domain: words },
            10 => Send::ConfigureReply { error: byte(), key: maybe(key.secret()) },
            11 => Send::Timing(task),
            12 => Send::TimingDone(task),
            13 => Send::TimingFailed(byte()),
            _ => Send::Keepalive,
        };
        let mut out = [0; 512];
        see((frame.verb(), encode(words, &frame, &mut out)));
        see(out);
    });
}

fn write() {
    let bytes = Bytes::<64>::new();
    let words = bytes.text();
    let mut out = [0; 256];
    let room = word() as usize;
    let Some(out) = out.get_mut(..room) else { return };
    let mut writer = FrameWriter::new(out, words, words);
    while flag() {
        writer.text(words, words);
        writer.number(words, word());
        writer.secret(words, bytes.secret());
        if let Some(found) = Text::of(words) {
            writer.word(words, found);
        }
        writer.open_data();
        writer.open_list();
        writer.open_item();
        writer.close_object();
        writer.close_list();
        see((writer.len(), writer.is_empty()));
        see(writer.take(|bytes| see(bytes)));
    }
    see(writer.finish());
}

fn controller() {
    let mut config = Config::new();
    config.order = order();
    config.registration_millis = word() as u32;
    config.heartbeat_millis = word() as u32;
    config.missed_beats = word() as u32;
    config.answer_millis = word() as u32;
    config.clock_window_seconds = maybe(word() as u32);
    config.unread_millis = word() as u32;
    config.unread_tries = byte();
    let (mut zones, mut objects) = ([ZoneSlot::default(); 4], [ObjectSlot::default(); 4]);
    let (mut tasks, mut memory) = ([TaskSlot::default(); 2], Memory::new());
    let bytes = Bytes::<32>::new();
    with_task(bytes.text(), |task| {
        if let (Some(slot), Ok(kept)) = (tasks.first_mut(), TaskSlot::keep(task)) {
            *slot = kept;
        }
    });
    let tables = Tables { zones: &mut zones, objects: &mut objects, tasks: &mut tasks };
    let mut machine = match Controller::new(&config, tables, &mut memory) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let mut slots = [SignatureSlot::default(); 4];
    let mut recent = RecentSignatures::new(&mut slots);
    let look = |machine: &Controller<'_>, event: Event<'_>| {
        see(machine.sn());
        flat(machine.tables());
        match event {
            Event::Zone(found) => zone(&found),
            Event::Object(found) => object(&found),
            Event::Update { update: found, early } => {
                see(early);
                update(&found);
            }
            Event::Frame(found) => frame(Ok(found)),
            Event::Notice(found) => notice(found),
            Event::Fault(found) => fault(found),
            Event::TaskRefused { id } => see(id.as_str()),
            Event::Done { ticket, outcome } => {
                see((ticket.number(), outcome.failure().map(Failure::name)));
                see(outcome == Outcome::Confirmed);
            }
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        let (bytes, key) = (Bytes::<32>::new(), Bytes::<32>::new());
        let words = bytes.text();
        let command = match byte() {
            0 => {
                let replays = if flag() { Some(&mut recent as &mut dyn codec_core::kts::Replays) } else { None };
                Ask::Key { key: key.secret(), other: maybe(bytes.secret()), scheme: scheme(), replays }
            }
            1 => Ask::Refuse,
            2 => Ask::Control(action(words)),
            3 => Ask::Set { object: words, value: words },
            4 => Ask::Switch { object: word() as u32, on: flag() },
            5 => Ask::Query { room: maybe(words) },
            6 => return with_task(words, |task| see(machine.submit(env, Ask::Timing(task), tx))),
            7 => Ask::Configure { key: key.secret(), domain: words },
            8 => Ask::Resync,
            9 => Ask::Close,
            _ => {
                let request = match byte() {
                    0 => HomeRequest::Arm { area: word() as u32, mode: mode(), code: None },
                    _ => HomeRequest::Switch { output: word() as u32, on: flag() },
                };
                match Ask::try_from(request) {
                    Ok(command) => command,
                    Err(refused) => return see((refused, Failure::from(refused).name())),
                }
            }
        };
        see(machine.submit(env, command, tx).map_err(Failure::from));
    });
    let (_, tables, _) = machine.into_parts();
    flat(&tables);
}

fn flat(tables: &Tables<'_>) {
    each(tables.zones.iter().map(ZoneSlot::id));
    for object in tables.objects.iter() {
        see((object.id(), object.value(), object.eis(), object.device()));
    }
    for task in tables.tasks.iter() {
        see((task.id(), task.is_owed(), task.time()));
    }
}

fn host() {
    let (sn, names, key) = (Bytes::<32>::new(), Bytes::<32>::new(), Bytes::<32>::new());
    let words = names.text();
    let zones = [zone_info(words), zone_info(words)];
    let mut config = panel::Config::new(sn.text());
    config.zones = &zones;
    config.scheme = scheme();
    config.order = order();
    config.keepalive_millis = word() as u32;
    config.answer_millis = word() as u32;
    config.silence_millis = word() as u32;
    config.utc_offset_seconds = word() as i32;
    config.accept_configure = flag();
    let mut objects = [ObjectState::new(object_info(words)), ObjectState::new(object_info(words)).with_value(words)];
    let (mut tasks, mut memory) = ([TaskState::default(); 2], panel::Memory::new());
    let Some(mut credentials) = Credentials::new(key.secret(), words) else { return };
    let tables = panel::Tables { objects: &mut objects, tasks: &mut tasks, credentials: &mut credentials };
    let mut machine = match Panel::new(&config, tables, &mut memory) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Panel<'_>, event: panel::Event<'_>| {
        house(machine.tables());
        match event {
            panel::Event::Frame(found) => frame(Ok(found)),
            panel::Event::Refused { verb, refusal } => see((verb, refusal)),
            panel::Event::Notice(found) => notice(found),
            panel::Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        let bytes = Bytes::<32>::new();
        let words = bytes.text();
        let command = match byte() {
            0 => panel::Command::Set { object: words, value: maybe(words) },
            _ => panel::Command::Close,
        };
        see(machine.submit(env, command, tx));
    });
    let (_, tables, _) = machine.into_parts();
    house(&tables);
}

fn house(tables: &panel::Tables<'_>) {
    for object in tables.objects.iter() {
        see((object.info, object.value()));
    }
    for task in tables.tasks.iter() {
        see((task.id(), task.is_enabled()));
    }
    see((tables.credentials.key().expose(), tables.credentials.domain()));
}
