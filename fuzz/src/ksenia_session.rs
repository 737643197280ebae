//! The input is a list of operations on a Ksenia controller and a panel that are joined in memory, with a clock that stands still but for
//! them. Bytes of the input may take the place of what one side sent. Neither may get stuck, wake for nothing or forget a command; and if
//! no byte was lost, both know the same in the end.

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Result, Unstructured};
use codec_core::home::ZoneFlags;
use codec_core::ksenia::controller::{self, Controller, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::panel::{self, House, Response, ScenarioAction};
use codec_core::ksenia::{
    ArmAction, BypassAction, ClearKind, Command, Day, DayProgramme, FaultCategory, Kind, OutputAction, OutputCategory, OutputMode, Panel,
    Read, SetOutput, TamperCategory, ThermostatChange, ThermostatMode,
};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, Ticket, TxBuf};

/// Longest list of operations.
const MAX_OPERATIONS: usize = 120;

/// Milliseconds that both are left alone at the end: longer than any delay, any wait for an answer and any interval between polls.
const QUIET_MILLIS: u64 = 400_000;

#[derive(Clone, Debug)]
enum Operation<'a> {
    /// Bytes that go to the controller (or the panel) as if the other side had sent them.
    Inject(bool, &'a [u8]),
    /// A bit of what flies to the controller (or the panel) changes.
    Corrupt(bool, u16, u8),
    /// Up to so many bytes arrive.
    Deliver(bool, u8),
    Settle,
    Wait(u16),
    Panel(panel::Command<'static>),
    Controller(controller::Command<'static>),
}

impl<'a> Arbitrary<'a> for Operation<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=15)? {
            0 if u.ratio(1, 8)? => {
                let len = u.int_in_range(0..=120)?;
                Self::Inject(u.arbitrary()?, u.bytes(len.min(u.len()))?)
            }
            0 if u.ratio(1, 8)? => Self::Corrupt(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?),
            0..=2 => Self::Deliver(u.arbitrary()?, u.arbitrary()?),
            3..=5 => Self::Settle,
            6 | 7 => Self::Wait(u.arbitrary()?),
            8..=11 => Self::Panel(panel_command(u)?),
            _ => Self::Controller(controller_command(u)?),
        })
    }
}

fn action(u: &mut Unstructured<'_>) -> Result<SetOutput<'static>> {
    Ok(if u.arbitrary()? { SetOutput::Action(*u.choose(OutputAction::ALL)?) } else { SetOutput::Level(u.int_in_range(0..=110)?) })
}

fn panel_command(u: &mut Unstructured<'_>) -> Result<panel::Command<'static>> {
    use panel::Command;
    let zone = u.int_in_range(0..=5)?;
    Ok(match u.int_in_range(0..=20)? {
        0..=3 => Command::Zone { zone, open: u.arbitrary()? },
        4 => Command::Tamper { zone, open: u.arbitrary()? },
        5 => Command::ZoneFault { zone, active: u.arbitrary()? },
        6 => Command::Trip { zone },
        7 => Command::Bypass { zone, on: u.arbitrary()? },
        8 => Command::Arm { partition: u.int_in_range(0..=3)?, delayed: u.arbitrary()? },
        9 => Command::Disarm { partition: u.int_in_range(0..=3)? },
        10 => Command::RunScenario { scenario: u.int_in_range(0..=4)? },
        11 | 12 => Command::Output { output: u.int_in_range(0..=5)?, action: action(u)? },
        13 => Command::Sensor { sensor: 1, temperature: u.arbitrary()?, humidity: u.arbitrary()?, light: u.arbitrary()? },
        14 => Command::Fault { category: *u.choose(FaultCategory::ALL)?, active: u.arbitrary()? },
        15 => Command::PanelTamper { category: *u.choose(TamperCategory::ALL)?, active: u.arbitrary()? },
        16 => Command::Touch,
        // Early ends hide what would come after them.
        17 if u.ratio(1, 8)? => Command::Reprogram,
        18 if u.ratio(1, 8)? => Command::DropSession,
        19 if u.ratio(1, 4)? => Command::Silence { millis: u.int_in_range(0..=60_000)? },
        20 if u.ratio(1, 8)? => Command::Close,
        18 => Command::Tell { kind: *u.choose(&[Kind::OutputStatus, Kind::PanelStatus])?, record: r#"{"ID":"1","M":"13.7"}"# },
        _ => Command::RefuseUpgrades { millis: 1_000 },
    })
}

static DAYS: [DayProgramme<'static>; 1] = [DayProgramme { day: Day::Monday, hours: &[(3, 45); 24] }];

static THERMOSTATS: [ThermostatChange<'static>; 1] = {
    let winter = codec_core::ksenia::SeasonChange { preset_1: None, preset_2: None, preset_3: None, manual: Some("21.5"), days: &[] };
    let summer = codec_core::ksenia::SeasonChange { preset_1: None, preset_2: None, preset_3: None, manual: None, days: &DAYS };
    [ThermostatChange { id: 7, mode: Some(ThermostatMode::Manual), season: None, manual_hours: None, winter, summer, switch_off: None }]
};

fn controller_command(u: &mut Unstructured<'_>) -> Result<controller::Command<'static>> {
    Ok(match u.int_in_range(0..=12)? {
        0..=2 => Command::SetOutput { output: u.int_in_range(0..=5)?, action: action(u)? }.into(),
        3 => Command::BypassZone { zone: u.int_in_range(0..=5)?, action: *u.choose(BypassAction::ALL)? }.into(),
        4 => Command::RunScenario { scenario: u.int_in_range(0..=4)? }.into(),
        5 => Command::ArmPartition { partition: u.int_in_range(0..=3)?, action: *u.choose(ArmAction::ALL)? }.into(),
        6 => Command::Clear(*u.choose(ClearKind::ALL)?).into(),
        7 => Command::Logs { count: u.arbitrary()?, types: None }.into(),
        8 => Command::Read(Read::File { path: "PROG", name: "notes.json" }).into(),
        9 => Command::Version.into(),
        10 => Command::WriteThermostats(&THERMOSTATS).into(),
        11 if u.ratio(1, 8)? => controller::Command::Close,
        _ => controller::Command::Refresh,
    })
}

/// How the panel behaves, by the bits of a number.
fn settings(bits: u32) -> panel::Config<'static> {
    use panel::{Shape, UserAnswers, Wrapper};
    let mut config = panel::Config::new();
    let bit = |at: u32| bits >> at & 1 != 0;
    let shapes = [
        Shape::Lists,
        Shape::Nested,
        Shape::Single,
        Shape::ShortNames,
        Shape::Acknowledgement,
        Shape::Untyped,
        Shape::Anonymous,
        Shape::Lists,
    ];
    let answers = [
        UserAnswers::Usual,
        UserAnswers::Reply,
        UserAnswers::Untyped,
        UserAnswers::Nested,
        UserAnswers::NoResult,
        UserAnswers::OutputsUnanswered,
        UserAnswers::Usual,
        UserAnswers::Usual,
    ];
    config.shape = shapes[(bits & 7) as usize];
    config.user_answers = answers[(bits >> 3 & 7) as usize];
    config.wrapper = match (bit(6), bit(18)) {
        (true, true) => Wrapper::Several("kitchen"),
        (true, false) => Wrapper::Bare,
        (false, _) => Wrapper::Sender,
    };
    config.push_before_ack = bit(19);
    (config.echo_ids, config.changes_first, config.push_countdown) = (!bit(7), bit(8), bit(9));
    (config.exit_word, config.cycle_marks, config.check_session) = (bit(10), bit(11), !bit(12));
    config.cover_millis = if bit(13) { 0 } else { 20_000 };
    config
}

struct Pair<'b, 'h> {
    controller: Controller<'b>,
    panel: Panel<'b, 'h>,
    rx: RxBuf<'b>,
    tx: TxBuf<'b>,
    panel_rx: RxBuf<'b>,
    panel_tx: TxBuf<'b>,
    env: Env,
    asked: BTreeSet<Ticket>,
    /// Bytes were changed or put in between.
    harmed: bool,
    ends: [u32; 2],
}

/// Moves up to `most` bytes.
fn deliver(from: &mut TxBuf<'_>, to: &mut RxBuf<'_>, most: usize) -> usize {
    let space = to.space();
    let len = most.min(space.len()).min(from.unsent().len());
    space[..len].copy_from_slice(&from.unsent()[..len]);
    to.commit(len);
    from.sent(len);
    len
}

impl Pair<'_, '_> {
    fn poll(&mut self) -> bool {
        let mut busy = false;
        for count in 0.. {
            assert!(count < 20_000, "events of the controller without end");
            let Some(pending) = self.controller.poll_event(&self.env, &mut self.rx, &mut self.tx) else { break };
            busy = true;
            match self.controller.event(pending, &self.rx) {
                controller::Event::Done { ticket, .. } => assert!(self.asked.remove(&ticket), "an outcome that nobody waits for"),
                controller::Event::Closed(_) => self.ends[0] += 1,
                _ => {}
            }
        }
        for count in 0.. {
            assert!(count < 20_000, "events of the panel without end");
            let Some(pending) = self.panel.poll_event(&self.env, &mut self.panel_rx, &mut self.panel_tx) else { break };
            busy = true;
            if let panel::Event::Closed(_) = self.panel.event(pending, &self.panel_rx) {
                self.ends[1] += 1;
            }
        }
        // The link of a side that has ended is closed when all is sent; what is sent to it goes nowhere.
        if self.controller.is_closed() {
            self.panel_tx.sent(usize::MAX);
            if self.tx.is_empty() {
                self.panel_rx.set_eof();
            }
        }
        if self.panel.is_closed() {
            self.tx.sent(usize::MAX);
            if self.panel_tx.is_empty() {
                self.rx.set_eof();
            }
        }
        busy
    }

    fn carry(&mut self, most: usize) -> bool {
        deliver(&mut self.tx, &mut self.panel_rx, most) + deliver(&mut self.panel_tx, &mut self.rx, most) > 0
    }

    fn settle(&mut self) {
        for step in 0.. {
            assert!(step < 100_000, "never at rest");
            let (polled, carried) = (self.poll(), self.carry(usize::MAX));
            if !polled && !carried && !self.poll() {
                return;
            }
        }
    }

    fn wait(&mut self, millis: u64) {
        let until = self.env.now.plus_millis(millis);
        self.settle();
        for step in 0.. {
            assert!(step < 10_000, "wakes without end");
            // "At once" may only mean that the other side takes nothing: then it is for that one to wake.
            let waits = |at: Option<Instant>, tx: &TxBuf<'_>| {
                let blocked = at.is_some_and(|at| at <= self.env.now);
                assert!(!blocked || !tx.is_empty(), "{at:?} at {:?}", self.env.now);
                at.filter(|_| !blocked)
            };
            let timeouts = [waits(self.controller.poll_timeout(), &self.tx), waits(self.panel.poll_timeout(), &self.panel_tx)];
            let Some(at) = timeouts.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.tick(at);
            self.settle();
        }
        self.tick(until);
        self.settle();
    }

    fn tick(&mut self, now: Instant) {
        self.env.now = now.max(self.env.now);
        self.env.unix = Some(1_769_871_440 + self.env.now.as_millis() / 1000);
        let noise = self.env.now.as_millis().wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
        self.env.entropy = std::array::from_fn(|at| noise[at % 8]);
    }

    fn act(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Inject(to_controller, bytes) => {
                self.harmed = true;
                let rx = if to_controller { &mut self.rx } else { &mut self.panel_rx };
                let space = rx.space();
                let len = bytes.len().min(space.len());
                space[..len].copy_from_slice(&bytes[..len]);
                rx.commit(len);
            }
            Operation::Corrupt(to_controller, at, bit) => {
                let (from, to) = if to_controller { (&mut self.panel_tx, &mut self.rx) } else { (&mut self.tx, &mut self.panel_rx) };
                let mut bytes = from.unsent().to_vec();
                bytes.truncate(to.space().len());
                if bytes.is_empty() {
                    return;
                }
                self.harmed = true;
                let at = usize::from(at) % bytes.len();
                bytes[at] ^= 1 << (bit & 7);
                to.space()[..bytes.len()].copy_from_slice(&bytes);
                to.commit(bytes.len());
                from.sent(bytes.len());
            }
            Operation::Deliver(to_controller, most) => {
                let (from, to) = if to_controller { (&mut self.panel_tx, &mut self.rx) } else { (&mut self.tx, &mut self.panel_rx) };
                deliver(from, to, most.into());
            }
            Operation::Settle => self.settle(),
            Operation::Wait(millis) => self.wait(millis.into()),
            Operation::Panel(command) => {
                let _ = self.panel.submit(&self.env, command, &mut self.panel_tx);
            }
            Operation::Controller(command) => {
                let unsent = self.tx.unsent().len();
                match self.controller.submit(&self.env, command, &mut self.tx) {
                    Ok(ticket) => assert!(self.asked.insert(ticket), "a ticket given twice"),
                    Err(_) => assert_eq!(self.tx.unsent().len(), unsent, "a refused command wrote something"),
                }
            }
        }
        self.poll();
    }

    fn assert_agreed(&self) {
        let (house, tables) = (self.panel.house(), self.controller.tables());
        for slot in house.zones.iter() {
            let known = tables.zones.iter().find(|zone| zone.id() == Some(slot.id)).expect("the zone was read");
            // The wire has one word for fault, tamper and open.
            let hidden = if slot.faulty || slot.tampered { ZoneFlags::OPEN } else { ZoneFlags::NONE };
            assert_eq!(known.state().set, slot.flags().without(hidden), "zone {}", slot.id);
        }
        for slot in house.partitions.iter() {
            let known = tables.partitions.iter().find(|partition| partition.id() == Some(slot.id)).expect("the partition was read");
            assert_eq!(known.state(), slot.state(), "partition {}", slot.id);
        }
        for slot in house.outputs.iter().filter(|slot| slot.category != OutputCategory::Cover) {
            let known = tables.outputs.iter().find(|output| output.id() == Some(slot.id)).expect("the output was read");
            assert_eq!(known.is_on(), Some(slot.on), "output {}", slot.id);
        }
    }
}

/// Runs one input.
///
/// # Panics
/// If a machine breaks a promise.
pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let bits = u.arbitrary().unwrap_or(0);
    let config = settings(bits);
    let mut zones: [panel::ZoneSlot<'_>; 4] = std::array::from_fn(|at| panel::ZoneSlot::new(at as u32 + 1, "A zone"));
    (zones[1].partitions, zones[1].response) = (2, Response::Instant);
    (zones[2].partitions, zones[2].response, zones[2].bypass_allowed) = (3, Response::Always, false);
    let mut partitions = [panel::PartitionSlot::new(1, "Below"), panel::PartitionSlot::new(2, "Above")];
    let mut outputs: [panel::OutputSlot<'_>; 4] = std::array::from_fn(|at| panel::OutputSlot::new(at as u32 + 1, "An output"));
    outputs[0].is_siren = true;
    outputs[1].category = OutputCategory::Cover;
    outputs[2].mode = OutputMode::Momentary;
    outputs[3].mode = OutputMode::Dimmer;
    let scenarios = [
        panel::ScenarioSlot::new(1, "Off", ScenarioAction::Disarm { partitions: u32::MAX }),
        panel::ScenarioSlot::new(2, "Away", ScenarioAction::Arm { partitions: u32::MAX, delayed: true }),
        panel::ScenarioSlot::new(3, "Night", ScenarioAction::Arm { partitions: 1, delayed: false }),
    ];
    let mut sensors = [panel::SensorSlot::new(1, "A room")];
    sensors[0].thermostat = Some(7);
    let mut thermostats = [panel::ThermostatSlot::new(7, "A room")];
    let mut programmes = [panel::ProgrammeSlot::new(7, 1)];
    let mut accounts = [panel::AccountSlot::new(1, "Anna", Secret::new("123456"))];
    let mut log = [panel::LogSlot::FREE; 5];
    let files = [panel::File { path: "PROG", name: "notes.json", content: "{\"n\":\"\\\\å\"}" }];
    let mut house = House::new();
    (house.zones, house.partitions, house.outputs) = (&mut zones, &mut partitions, &mut outputs);
    (house.scenarios, house.sensors, house.thermostats) = (&scenarios, &mut sensors, &mut thermostats);
    house.programmes = &mut programmes;
    (house.accounts, house.log, house.files) = (&mut accounts, &mut log, &files);
    let settings = controller::Config::new("panel", Secret::new(if bits >> 14 & 15 == 15 { "654321" } else { "123456" }));
    let (mut zones, mut partitions, mut outputs) = ([ZoneSlot::default(); 4], [PartitionSlot::default(); 2], [OutputSlot::default(); 4]);
    let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
    let (mut memory, mut panel_memory) = (controller::Memory::new(), panel::Memory::new());
    let mut storage = [[0; 1024], [0; 1024], [0; 1024], [0; 1024]];
    let [a, b, c, d] = &mut storage;
    let mut pair = Pair {
        controller: Controller::new(&settings, tables, &mut memory).expect("the settings are good"),
        panel: Panel::new(&config, &mut house, &mut panel_memory).expect("the house is good"),
        rx: RxBuf::new(a),
        tx: TxBuf::new(b),
        panel_rx: RxBuf::new(c),
        panel_tx: TxBuf::new(d),
        env: Env::default(),
        asked: BTreeSet::new(),
        harmed: false,
        ends: [0; 2],
    };
    pair.tick(Instant::from_millis(1));
    if bits >> 18 & 1 == 0 {
        // Past the start, so that short inputs see more.
        pair.wait(5_000);
    }
    for _ in 0..MAX_OPERATIONS {
        if u.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut u) else { break };
        pair.act(operation);
    }
    pair.wait(QUIET_MILLIS);
    if !pair.harmed && pair.ends == [0; 2] {
        assert!(pair.asked.is_empty(), "commands without an outcome: {:?}", pair.asked);
        pair.assert_agreed();
    }
    // An end always comes, and with it every outcome.
    if let Ok(ticket) = pair.controller.submit(&pair.env, controller::Command::Close, &mut pair.tx) {
        pair.asked.insert(ticket);
    }
    pair.wait(10_000);
    pair.rx.set_eof();
    pair.panel_rx.set_eof();
    pair.wait(100_000);
    assert_eq!(pair.ends, [1, 1], "ends told");
    assert!(pair.asked.is_empty(), "commands without an outcome: {:?}", pair.asked);
    assert_eq!((pair.controller.poll_timeout(), pair.panel.poll_timeout()), (None, None));
}
