//! Ksenia: messages, structures and the controller.

use codec_core::home::Request as HomeRequest;
use codec_core::ksenia::controller::{Command as Ask, Config, Event, Memory, Name, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::{
    Account, AccountChange, Action, ArmAction, BypassAction, ClearKind, Command, Controller, CrcPolicy, Day, DayProgramme, Head, ItemRange,
    Kind, Message, MessageWriter, Outcome, OutputAction, Part, Read, Record, Request, ResultCode, RunningCrc, SeasonChange, Session,
    SetOutput, Stream, Structure, ThermostatChange, ThermostatMode, TimerChange, Verb, covered_len, crc_of, decode, decode_with, encode,
    is_structure, open, partition_mask,
};
use codec_core::text::elements::Integrity;
use codec_core::text::json::Text;
use codec_core::{Instant, Machine as _};

use crate::buffers::{area_state, fault, mode, notice, zone_state};
use crate::drive::drive;
use crate::ksenia_views::Members;
use crate::text;
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

pub fn all() {
    let bytes = Bytes::<512>::new();
    checks(bytes.get());
    for found in [decode(bytes.get()), decode_with(bytes.get(), policy()), open(bytes.get(), policy())] {
        match found {
            Ok(found) => message(&found),
            Err(found) => fault(found),
        }
    }
    stream(bytes.get());
    write(bytes.text());
    with_command(|session, command| {
        let mut out = [0; 256];
        see((command.verb(), command.form(), command.needs_pin()));
        see(encode(session, word() as u32, word(), &command, &mut out));
        see(out);
    });
    controller();
}

fn policy() -> CrcPolicy {
    match byte() {
        0 => CrcPolicy::Strict,
        1 => CrcPolicy::Report,
        _ => CrcPolicy::Ignore,
    }
}

fn checks(bytes: &[u8]) {
    let mut crc = RunningCrc::new();
    while flag() {
        crc.update(bytes);
    }
    see((crc.value(), crc_of(bytes), covered_len(bytes)));
    if let Some(found) = Text::of(core::str::from_utf8(bytes).unwrap_or_default()) {
        see((partition_mask(found), is_structure(found.raw()), Kind::from_text(found), Verb::from_text(found).answer()));
    }
}

pub fn message(message: &Message<'_>) {
    see((message.sender(), message.receiver(), message.verb(), message.verb_text(), message.id(), message.form()));
    see((message.form_text(), message.timestamp(), message.crc()));
    message.payload().map(text::object);
    message.outcome().map(outcome);
    each(message.records());
    let mut entries = message.entries(maybe("hall"));
    while let Ok(Some(entry)) = entries.next_entry() {
        see(entry.kind());
        match byte() {
            0 => {
                if let Ok(found) = entry.record() {
                    record(found);
                }
            }
            1 => {
                if let Ok(found) = entry.structure() {
                    structure(found);
                }
            }
            _ => see(entry.view::<codec_core::ksenia::ZoneStatus<'_>>()),
        }
    }
    if let Some(request) = Request::of(message) {
        see((request.login, request.pin));
        match request.action {
            Action::Read { types, range } => {
                each(types.iter());
                see(range);
            }
            Action::Register(types) => each(types.iter()),
            Action::Write(settings) => {
                each(settings.lists());
                settings.thermostats().for_each(|thermostat| thermostat.look());
            }
            other => see(other),
        }
    }
    if let Some(head) = Head::answer_to(message, "panel") {
        let mut out = [0; 256];
        let writer = MessageWriter::new(&mut out, &head);
        see(writer.finish(word()));
    }
}

fn outcome(outcome: Outcome<'_>) {
    see((outcome.is_ok(), outcome.result, outcome.detail, outcome.session));
}

fn record(record: Record<'_>) {
    see((record.kind(), record.id(), record.view::<codec_core::ksenia::ZoneStatus<'_>>()));
    text::object(record.object());
    if let Ok(found) = record.structure() {
        structure(found);
    }
}

fn structure(structure: Structure<'_>) {
    match structure {
        Structure::Zone(view) => view.look(),
        Structure::ZoneStatus(view) => {
            view.look();
            see((view.is_open(), view.is_excluded(), view.in_alarm(), view.is_tampered(), view.has_memory()));
            see((view.bypass().map(|bypass| bypass.is_excluded()), view.bypass().map(|bypass| bypass.text())));
        }
        Structure::Partition(view) => view.look(),
        Structure::PartitionStatus(view) => {
            view.look();
            see(view.remaining());
        }
        Structure::Output(view) => view.look(),
        Structure::OutputStatus(view) => {
            view.look();
            see((view.level(), view.is_on(), view.travel()));
        }
        Structure::Scenario(view) => view.look(),
        Structure::BusSensor(view) => view.look(),
        Structure::BusSensorStatus(view) => {
            view.look();
            if let Some(reading) = view.reading() {
                see((reading.text(), reading.is_reading(), reading.thousandths()));
            }
        }
        Structure::SystemStatus(view) => {
            view.look();
            see(view.arming());
        }
        Structure::PanelStatus(view) => view.look(),
        Structure::ConnectionStatus(view) => view.look(),
        Structure::UpdateStatus(view) => view.look(),
        Structure::ServiceStatus(view) => view.look(),
        Structure::FaultStatus(view) => {
            view.look();
            each(view.active());
        }
        Structure::TamperStatus(view) => {
            view.look();
            each(view.active());
        }
        Structure::PowerLine(view) => view.look(),
        Structure::PowerLineStatus(view) => view.look(),
        Structure::TemperatureSensor(view) => view.look(),
        Structure::TemperatureStatus(view) => view.look(),
        Structure::SensorReading(view) => view.look(),
        Structure::Thermostat(view) => view.look(),
        Structure::ThermostatWiring(view) => view.look(),
        Structure::Account(view) => view.look(),
        Structure::ScheduleTimer(view) => view.look(),
        Structure::LogEntry(view) => view.look(),
        Structure::ProgramCheck(view) => {
            view.look();
            see(view.is_same_as(&view));
        }
        Structure::Versions(view) => view.look(),
        Structure::Named(view) => view.look(),
        Structure::Other(found) => text::object(found.object()),
        _ => {}
    }
}

fn stream(bytes: &[u8]) {
    let integrity = if flag() { Integrity::Verified } else { Integrity::Provisional };
    let mut stream = Stream::new(word() as usize, integrity);
    while !stream.is_done() {
        match stream.next_part(bytes) {
            Part::More => break,
            Part::Fault(found) => fault(found),
            Part::Value { path, text: value } => {
                text::path(path);
                text::text(value);
            }
            Part::Record { record: found, wrapper, integrity } => {
                see((wrapper, integrity));
                record(found);
            }
            part => see(part),
        }
        see(stream.release(bytes));
    }
    see(stream.finish(policy()));
}

fn write(words: &str) {
    let mut out = [0; 256];
    let room = word() as usize;
    let Some(out) = out.get_mut(..room) else { return };
    let mut writer = MessageWriter::new(out, &Head::changes(words, words));
    while flag() {
        writer.text(words, words);
        writer.number(words, word());
        writer.flag(words, flag());
        writer.item_number(word());
        writer.open_object(words);
        writer.open_item();
        writer.close_object();
        writer.open_list(words);
        writer.close_list();
        if let Some(found) = Text::of(words) {
            writer.word(words, found);
            writer.item(found);
            writer.outcome(ResultCode::from_text(found), None);
        }
        see((writer.len(), writer.is_empty(), writer.free()));
        see(writer.take(|bytes| see(bytes)));
    }
    see(writer.finish(word()));
}

/// A session, and any command.
fn with_command(send: impl FnOnce(&Session<'_>, Command<'_>)) {
    let (bytes, pin) = (Bytes::<16>::new(), Bytes::<16>::new());
    let words = bytes.text();
    let Some(other) = Text::of(words) else { return };
    let types = [Kind::ZoneStatus, Kind::from_text(other)];
    let hours = [(byte(), byte())];
    let days = [DayProgramme { day: if flag() { Day::Monday } else { Day::Sunday }, hours: &hours }];
    let season = SeasonChange { preset_1: maybe(words), manual: maybe(words), days: &days, ..SeasonChange::default() };
    let thermostats = [ThermostatChange {
        id: word() as u32,
        mode: maybe(ThermostatMode::from_text(other)),
        manual_hours: maybe(words),
        winter: season,
        switch_off: maybe((words, flag())),
        ..ThermostatChange::default()
    }];
    let timers = [TimerChange { id: word() as u32, enabled: flag() }];
    let accounts = [AccountChange { id: word() as u32, enabled: flag() }];
    let range = maybe(if flag() { ItemRange::All } else { ItemRange::Numbers { first: word() as u32, last: word() as u32 } });
    let command = match byte() {
        0 => Command::Login { account: Account::from_text(other) },
        1 => Command::Logout { account: Account::from_text(other) },
        2 => Command::Read(Read::Types { types: &types, read: maybe(other), range }),
        3 => Command::Read(Read::One { kind: Kind::Zones, read: maybe(other), range }),
        4 => Command::Read(Read::File { path: words, name: words }),
        5 => Command::Register { types: &types },
        6 => Command::SetOutput { output: word() as u32, action: SetOutput::Level(byte()) },
        7 => Command::SetOutput { output: word() as u32, action: SetOutput::Action(OutputAction::from_text(other)) },
        8 => Command::BypassZone { zone: word() as u32, action: BypassAction::from_text(other) },
        9 => Command::RunScenario { scenario: word() as u32 },
        10 => Command::ArmPartition { partition: word() as u32, action: ArmAction::from_text(other) },
        11 => Command::WriteThermostats(&thermostats),
        12 => Command::WriteTimers(&timers),
        13 => Command::WriteAccounts(&accounts),
        14 => Command::Clear(ClearKind::from_text(other)),
        15 => Command::Read(Read::types(&types)),
        16 => Command::Read(Read::one(Kind::Outputs)),
        17 => Command::Logs { count: word() as u32, types: maybe(other) },
        _ => Command::Version,
    };
    send(&Session { sender: words, receiver: words, login: words, pin: maybe(pin.secret()) }, command);
}

fn controller() {
    let (host, pin) = (Bytes::<32>::new(), Bytes::<16>::new());
    let mut config = Config::new(host.text(), pin.secret());
    config.path = host.text();
    config.sender = host.text();
    config.crc = policy();
    config.ping_millis = word() as u32;
    config.version_millis = word() as u32;
    config.poll_millis = word() as u32;
    config.silence_millis = word() as u32;
    config.login_millis = word() as u32;
    config.read_millis = word() as u32;
    config.answer_millis = word() as u32;
    config.pace_millis = word() as u32;
    let (mut zones, mut partitions) = ([ZoneSlot::default(); 4], [PartitionSlot::default(); 4]);
    let (mut outputs, mut memory) = ([OutputSlot::default(); 4], Memory::new());
    let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
    let machine = match Controller::new(&config, tables, &mut memory) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let mut machine = if flag() { machine.over_messages() } else { machine };
    let look = |machine: &Controller<'_>, event: Event<'_>| {
        house(machine.tables());
        let summary = machine.summary();
        area_state(summary.state);
        see(summary);
        match event {
            Event::Message(found) => message(&found),
            Event::Record { record: found, name, integrity, early } => {
                see((name.as_str(), integrity, early));
                record(found);
            }
            Event::Value { name, text: value } => {
                see(name.as_str());
                text::text(value);
            }
            Event::Inner { kind, list, index, object } => {
                see((kind, list.as_str(), index));
                text::object(object);
            }
            Event::Notice(found) => notice(found),
            Event::Fault(found) => fault(found),
            Event::Done { ticket, outcome } => see((ticket.number(), outcome)),
            Event::RecordBegin { name, fault: found, .. } => {
                see((name.as_str(), name == Name::of(host.text())));
                fault(found);
            }
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| match byte() {
        0 => see(machine.submit(env, Ask::Refresh, tx)),
        1 => see(machine.submit(env, Ask::Close, tx)),
        2 => with_command(|_, command| see(machine.submit(env, command.into(), tx))),
        _ => {
            let code = Bytes::<16>::new();
            let code = maybe(code.secret());
            let request = match byte() {
                0 => HomeRequest::Arm { area: word() as u32, mode: mode(), code },
                1 => HomeRequest::Disarm { area: word() as u32, code },
                2 => HomeRequest::Bypass { zone: word() as u32, on: flag(), code },
                _ => HomeRequest::Switch { output: word() as u32, on: flag() },
            };
            match Ask::try_from(request) {
                Ok(command) => see(machine.submit(env, command, tx)),
                Err(refused) => see(refused),
            }
        }
    });
}

fn house(tables: &Tables<'_>) {
    for zone in tables.zones.iter() {
        see((zone.id(), zone.has_memory()));
        zone_state(zone.state());
    }
    for partition in tables.partitions.iter() {
        see((partition.has_memory(), partition.is_tampered()));
        see((partition.id(), partition.delay_left(Instant::from_millis(word()))));
        area_state(partition.state());
    }
    for output in tables.outputs.iter() {
        see((output.id(), output.is_on()));
    }
}
