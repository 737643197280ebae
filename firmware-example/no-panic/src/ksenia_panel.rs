//! Ksenia: the panel, with a house of every kind of thing.

use codec_core::ksenia::panel::{
    AccountSlot, ArmWords, Command, Config, CrcCheck, Event, File, House, List, LogSlot, LogsForm, Mark, Memory, OutputSlot, PartitionSlot,
    ProgrammeSlot, Response, ScenarioAction, ScenarioSlot, SensorSlot, Shape, Subject, ThermostatSlot, TimerSlot, UnknownRequests,
    UserAnswers, Wrapper, ZoneSlot, partition_bit,
};
use codec_core::ksenia::{
    Account, AlarmState, CodeNeed, FaultCategory, Kind, LogKind, OutputAction, OutputCategory, OutputMode, Panel, PartitionArming,
    ScenarioCategory, Season, SetOutput, TamperCategory, TamperState, ThermostatMode, ZoneBypass, ZoneCategory,
};
use codec_core::text::json::Text;
use codec_core::{Instant, Machine as _};

use crate::buffers::{area_state, fault, notice};
use crate::drive::drive;
use crate::ksenia::message;
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

/// One of these, or the last.
fn any<T: Copy, const N: usize>(values: [T; N], last: T) -> T {
    values.get(word() as usize).copied().unwrap_or(last)
}

fn behave<'b>(config: &mut Config<'b>, words: &'b str) {
    config.identity.mac = words;
    config.identity.model = words;
    config.identity.brand = words;
    config.identity.firmware = words;
    config.identity.web_server = words;
    config.utc_offset_minutes = word() as i16;
    config.crc = any([CrcCheck::Off, CrcCheck::Silent], CrcCheck::Refuse);
    config.generic_keeps_id = flag();
    config.check_pin = flag();
    config.check_session = flag();
    config.one_login = flag();
    config.max_types = byte();
    config.echo_ids = flag();
    config.logs = any([LogsForm::LastLogs, LogsForm::GetLastLogs], LogsForm::ByNumber);
    config.user_answers = any(
        [UserAnswers::Usual, UserAnswers::Reply, UserAnswers::Untyped, UserAnswers::Nested, UserAnswers::NoResult],
        UserAnswers::OutputsUnanswered,
    );
    config.changes_first = flag();
    config.push_before_ack = flag();
    config.wrapper = any([Wrapper::Sender, Wrapper::Fixed(words), Wrapper::Several(words)], Wrapper::Bare);
    config.shape =
        any([Shape::Lists, Shape::Nested, Shape::Single, Shape::ShortNames, Shape::Acknowledgement, Shape::Untyped], Shape::Anonymous);
    config.unknown = any([UnknownRequests::Silent, UnknownRequests::Generic], UnknownRequests::Error);
    config.arm_words = any([ArmWords::Both, ArmWords::Short], ArmWords::Long);
    config.exit_word = flag();
    config.cycle_marks = flag();
    config.auto_exclude = flag();
    config.push_countdown = flag();
    config.program_lists = flag();
    config.protocol_required = flag();
    config.close_after_logout = flag();
    config.refusal_millis = word() as u32;
    config.cover_millis = word() as u32;
    config.pulse_millis = word() as u32;
}

fn mark() -> Mark {
    any([Mark::None, Mark::Active], Mark::Memory)
}

fn zone(words: &str) -> ZoneSlot<'_> {
    let mut slot = ZoneSlot::new(word() as u32, words);
    slot.label = words;
    slot.partitions = partition_bit(word() as u32);
    slot.category = Text::of(words).map_or(ZoneCategory::Door, ZoneCategory::from_text);
    (slot.is_command, slot.bypass_allowed, slot.is_analogue) = (flag(), flag(), flag());
    slot.response = any([Response::Delayed, Response::Instant, Response::Always], Response::Nothing);
    slot.ohms = maybe(word() as u32);
    (slot.open, slot.tampered, slot.faulty, slot.fault_memory) = (flag(), flag(), flag(), flag());
    slot.bypass = any([ZoneBypass::No, ZoneBypass::Automatic], ZoneBypass::Manual);
    (slot.alarm, slot.tamper) = (mark(), mark());
    slot
}

fn partition(words: &str) -> PartitionSlot<'_> {
    let mut slot = PartitionSlot::new(word() as u32, words);
    (slot.exit_seconds, slot.entry_seconds) = (word() as u16, word() as u16);
    slot.arming = any([PartitionArming::Disarmed, PartitionArming::Delayed, PartitionArming::EntryDelay], PartitionArming::Armed);
    slot.alarm = any([AlarmState::Ok, AlarmState::Alarm], AlarmState::Memory);
    slot.tamper = any([TamperState::Ok, TamperState::Tamper], TamperState::Memory);
    slot
}

fn output(words: &str) -> OutputSlot<'_> {
    let mut slot = OutputSlot::new(word() as u32, words);
    slot.category = Text::of(words).map_or(OutputCategory::Cover, OutputCategory::from_text);
    slot.mode = Text::of(words).map_or(OutputMode::Dimmer, OutputMode::from_text);
    (slot.hidden, slot.is_siren, slot.on, slot.level) = (flag(), flag(), flag(), byte());
    slot
}

fn scenario(words: &str) -> ScenarioSlot<'_> {
    let partitions = word() as u32;
    let action = any(
        [
            ScenarioAction::Nothing,
            ScenarioAction::Disarm { partitions },
            ScenarioAction::Output { output: word() as u32, action: switch(words) },
        ],
        ScenarioAction::Arm { partitions, delayed: flag() },
    );
    let mut slot = ScenarioSlot::new(word() as u32, words, action);
    slot.category = Text::of(words).map_or(ScenarioCategory::Arm, ScenarioCategory::from_text);
    slot.code = Text::of(words).map_or(CodeNeed::Needed, CodeNeed::from_text);
    slot
}

fn switch(words: &str) -> OutputAction<'_> {
    Text::of(words).map_or(OutputAction::Toggle, OutputAction::from_text)
}

pub fn all() {
    let bytes = Bytes::<64>::new();
    let words = bytes.text();
    let mut config: Config<'_> = Config::new();
    behave(&mut config, words);
    let (mut zones, mut partitions, mut outputs) = ([zone(words); 2], [partition(words); 2], [output(words); 2]);
    let scenarios = [scenario(words)];
    let mut sensors = [SensorSlot::new(word() as u32, words)];
    (sensors[0].temperature, sensors[0].humidity, sensors[0].light) = (word() as i32, byte(), word() as u32);
    sensors[0].thermostat = maybe(word() as u32);
    let mut thermostats = [ThermostatSlot::new(word() as u32, words)];
    thermostats[0].mode = any(
        [ThermostatMode::Off, ThermostatMode::Manual, ThermostatMode::ManualTimer, ThermostatMode::Weekly, ThermostatMode::SpecialDay1],
        ThermostatMode::SpecialDay2,
    );
    thermostats[0].season = if flag() { Season::Winter } else { Season::Summer };
    thermostats[0].manual_hours = byte();
    thermostats[0].winter.manual = word() as i32;
    thermostats[0].summer.presets = [word() as i32; 3];
    (thermostats[0].heating, thermostats[0].cooling) = (maybe(word() as u32), maybe(word() as u32));
    let mut programmes = [ProgrammeSlot::new(word() as u32, byte())];
    programmes[0].winter = [[(byte(), byte()); 24]; 9];
    let mut timers = [TimerSlot::new(word() as u32, words, word() as u32)];
    (timers[0].at, timers[0].enabled) = ((byte(), byte()), flag());
    let mut accounts = [AccountSlot::new(word() as u32, words, bytes.secret())];
    accounts[0].kind = Text::of(words).map_or(Account::User, Account::from_text);
    accounts[0].disabled = flag();
    let mut log = [LogSlot::FREE; 2];
    let subject = any([Subject::Zone(7), Subject::Partition(7), Subject::Scenario(7), Subject::Account(7)], Subject::None);
    (log[0].id, log[0].unix, log[0].kind, log[0].subject) = (word() as u32, word(), LogKind::Fault, subject);
    let records = [words];
    let lists = [List { kind: Text::of(words).map_or(Kind::PanelStatus, Kind::from_text), records: &records }];
    let files = [File { path: words, name: words, content: words }];
    let mut house = House::new();
    (house.zones, house.partitions, house.outputs) = (&mut zones, &mut partitions, &mut outputs);
    (house.scenarios, house.sensors, house.thermostats) = (&scenarios, &mut sensors, &mut thermostats);
    (house.programmes, house.timers, house.accounts) = (&mut programmes, &mut timers, &mut accounts);
    (house.log, house.lists, house.files) = (&mut log, &lists, &files);
    house.program = (word() as u32, word() as u32);
    let (mut other_zones, mut other) = ([zone(words)], House::new());
    other.zones = &mut other_zones;

    let mut memory = Memory::new();
    let machine = match Panel::new(&config, &mut house, &mut memory) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let mut machine = if flag() { machine.over_messages() } else { machine };
    let look = |machine: &Panel<'_, '_>, event: Event<'_>| {
        see(machine.has_session());
        state(machine.house());
        match event {
            Event::Message(found) => message(&found),
            Event::Notice(found) => notice(found),
            Event::Fault(found) => fault(found),
            other => see(other),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        if flag() {
            return see(machine.follow(&other));
        }
        see(machine.submit(env, happening(words), tx));
    });
}

fn happening(words: &str) -> Command<'_> {
    let id = word() as u32;
    match byte() {
        0 => Command::Zone { zone: id, open: flag() },
        1 => Command::Tamper { zone: id, open: flag() },
        2 => Command::ZoneFault { zone: id, active: flag() },
        3 => Command::Trip { zone: id },
        4 => Command::Bypass { zone: id, on: flag() },
        5 => Command::Arm { partition: id, delayed: flag() },
        6 => Command::Disarm { partition: id },
        7 => Command::RunScenario { scenario: id },
        8 => Command::Output { output: id, action: SetOutput::Level(byte()) },
        9 => Command::switch(id, switch(words)),
        10 => Command::Sensor { sensor: id, temperature: word() as i32, humidity: byte(), light: word() as u32 },
        11 => Command::Fault { category: Text::of(words).map_or(FaultCategory::Fuse, FaultCategory::from_text), active: flag() },
        12 => Command::PanelTamper { category: Text::of(words).map_or(TamperCategory::Panel, TamperCategory::from_text), active: flag() },
        13 => Command::Tell { kind: Text::of(words).map_or(Kind::PanelStatus, Kind::from_text), record: words },
        14 => Command::Reprogram,
        15 => Command::Touch,
        16 => Command::DropSession,
        17 => Command::RefuseUpgrades { millis: id },
        18 => Command::Silence { millis: id },
        _ => Command::Close,
    }
}

fn state(house: &House<'_>) {
    let now = Instant::from_millis(word());
    see(house.refuses_upgrades(now));
    each(house.zones.iter().map(ZoneSlot::flags));
    for slot in house.partitions.iter() {
        area_state(slot.state());
        see(slot.seconds_left(now));
    }
}
