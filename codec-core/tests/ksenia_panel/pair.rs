//! Controller and panel joined in memory, with virtual time, latency, cuts and the loss of the connection.

use codec_core::home::{AreaState, Notice, ZoneFlags};
use codec_core::ksenia::controller::{self, Controller, Event, Outcome, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::panel::{self, Config, House, UserAnswers};
use codec_core::ksenia::{ArmAction, BypassAction, Command, Detail, OutputAction, Panel, SetOutput};
use codec_core::ws::HandshakeError;
use codec_core::{CloseReason, Env, Instant, Machine, Refused, RxBuf, Secret, Ticket, TxBuf};

use crate::house::{PIN, house, leak};

/// Bytes on the way, with the moment at which they arrive.
#[derive(Default)]
struct Wire {
    flying: Vec<(u64, Vec<u8>)>,
}

struct Pair {
    controller: Controller<'static>,
    panel: Panel<'static, 'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    panel_rx: RxBuf<'static>,
    panel_tx: TxBuf<'static>,
    wires: [Wire; 2],
    latency: u64,
    /// Most bytes that arrive at once.
    cut: usize,
    /// Both ends have a WebSocket of their own outside.
    messages: bool,
    now: u64,
    notices: Vec<Notice>,
    done: Vec<(Ticket, Outcome)>,
    records: usize,
    ready: bool,
    told: Vec<String>,
    refused: Vec<String>,
    closed: [Option<CloseReason>; 2],
}

fn settings() -> controller::Config<'static> {
    controller::Config::new("panel", Secret::new(PIN))
}

impl Pair {
    fn new() -> Self {
        Self::with(settings(), Config::new(), house())
    }

    fn with(settings: controller::Config<'static>, config: Config<'static>, house: House<'static>) -> Self {
        Self::build(settings, config, house, 2048, 0)
    }

    fn build(settings: controller::Config<'static>, config: Config<'static>, house: House<'static>, rx: usize, now: u64) -> Self {
        let tables = Tables {
            zones: leak(vec![ZoneSlot::default(); house.zones.len()]),
            partitions: leak(vec![PartitionSlot::default(); house.partitions.len()]),
            outputs: leak(vec![OutputSlot::default(); house.outputs.len()]),
        };
        let controller = Controller::new(Box::leak(Box::new(settings)), tables, Box::leak(Box::default())).unwrap();
        let house = Box::leak(Box::new(house));
        let panel = Panel::new(Box::leak(Box::new(config)), house, Box::leak(Box::default())).unwrap();
        Self {
            controller,
            panel,
            rx: RxBuf::new(leak(vec![0; rx])),
            tx: TxBuf::new(leak(vec![0; Controller::TX_MIN])),
            panel_rx: RxBuf::new(leak(vec![0; 2048])),
            panel_tx: TxBuf::new(leak(vec![0; Panel::TX_MIN])),
            wires: [Wire::default(), Wire::default()],
            latency: 0,
            cut: usize::MAX,
            messages: false,
            now,
            notices: Vec::new(),
            done: Vec::new(),
            records: 0,
            ready: false,
            told: Vec::new(),
            refused: Vec::new(),
            closed: [None; 2],
        }
    }

    fn over_messages(mut self) -> Self {
        (self.controller, self.panel, self.messages) = (self.controller.over_messages(), self.panel.over_messages(), true);
        self
    }

    fn env(&self) -> Env {
        let noise = self.now.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
        let entropy = std::array::from_fn(|at| noise[at % 8] ^ u8::try_from(at).unwrap());
        Env { now: Instant::from_millis(self.now), unix: Some(1_769_871_440 + self.now / 1000), entropy }
    }

    /// Lets both sides do all they can at this moment.
    fn settle(&mut self) {
        let env = self.env();
        for step in 0.. {
            assert!(step < 100_000, "the pair never comes to rest: {:?}", self.told.last());
            let mut busy = false;
            while let Some(pending) = self.controller.poll_event(&env, &mut self.rx, &mut self.tx) {
                busy = true;
                match self.controller.event(pending, &self.rx) {
                    Event::Notice(notice) => self.notices.push(notice),
                    Event::Done { ticket, outcome } => self.done.push((ticket, outcome)),
                    Event::Record { .. } => self.records += 1,
                    Event::Ready { registered } => self.ready = registered,
                    Event::Fault(fault) => panic!("{fault}"),
                    Event::Closed(reason) => self.closed[0] = Some(reason),
                    _ => {}
                }
            }
            while let Some(pending) = self.panel.poll_event(&env, &mut self.panel_rx, &mut self.panel_tx) {
                busy = true;
                match self.panel.event(pending, &self.panel_rx) {
                    panel::Event::Fault(fault) => panic!("{fault}"),
                    panel::Event::Closed(reason) => self.closed[1] = Some(reason),
                    panel::Event::Refused(detail) => self.refused.push(format!("{detail:?}")),
                    event => self.told.push(format!("{event:?}")),
                }
            }
            let at = self.now + self.latency;
            if self.messages {
                busy |= pass(&mut self.tx, &mut self.panel_rx) | pass(&mut self.panel_tx, &mut self.rx);
            } else {
                for (wire, tx) in self.wires.iter_mut().zip([&mut self.tx, &mut self.panel_tx]) {
                    if !tx.is_empty() {
                        wire.flying.push((at, tx.unsent().to_vec()));
                        tx.sent(usize::MAX);
                        busy = true;
                    }
                }
                for (wire, rx) in self.wires.iter_mut().zip([&mut self.panel_rx, &mut self.rx]) {
                    busy |= deliver(wire, rx, self.now, self.cut);
                }
            }
            if !busy {
                return;
            }
        }
    }

    /// Goes from deadline to deadline.
    fn pass(&mut self, millis: u64) {
        let until = self.now + millis;
        self.settle();
        loop {
            let arrivals = self.wires.iter().filter_map(|wire| wire.flying.first().map(|(at, _)| *at));
            let deadlines = [self.controller.poll_timeout(), self.panel.poll_timeout()].into_iter().flatten().map(Instant::as_millis);
            match arrivals.chain(deadlines).min() {
                Some(at) if at <= until => {
                    assert!(at > self.now, "a deadline of {at} at {}", self.now);
                    self.now = at;
                }
                _ => break,
            }
            self.settle();
        }
        self.now = until;
        self.settle();
    }

    fn ask<'c>(&mut self, command: impl Into<controller::Command<'c>>) -> Result<Ticket, Refused> {
        let env = self.env();
        self.controller.submit(&env, command.into(), &mut self.tx)
    }

    fn happen(&mut self, command: panel::Command<'_>) {
        let env = self.env();
        self.panel.submit(&env, command, &mut self.panel_tx).unwrap();
    }

    fn outcome(&self, ticket: Ticket) -> Option<Outcome> {
        let mut all = self.done.iter().filter(|(done, _)| *done == ticket).map(|(_, outcome)| *outcome);
        let outcome = all.next();
        assert_eq!(all.next(), None, "two outcomes");
        outcome
    }

    fn whole(&self) -> Option<AreaState> {
        let of_whole = |notice: &Notice| if let Notice::Area { area: 0, state, .. } = notice { Some(*state) } else { None };
        self.notices.iter().rev().find_map(of_whole)
    }

    /// Both sides mean the same house.
    fn assert_agreed(&self) {
        let house = self.panel.house();
        for slot in house.zones.iter() {
            let known = self.controller.tables().zones.iter().find(|zone| zone.id() == Some(slot.id)).unwrap().state();
            assert_eq!(known.set, slot.flags(), "zone {}", slot.id);
        }
        for slot in house.partitions.iter() {
            let known = self.controller.tables().partitions.iter().find(|partition| partition.id() == Some(slot.id)).unwrap();
            assert_eq!(known.state(), slot.state(), "partition {}", slot.id);
        }
        for slot in house.outputs.iter().filter(|slot| slot.category != codec_core::ksenia::OutputCategory::Cover) {
            let known = self.controller.tables().outputs.iter().find(|output| output.id() == Some(slot.id)).unwrap();
            assert_eq!(known.is_on(), Some(slot.on), "output {}", slot.id);
        }
    }

    /// The connection is gone without a word.
    fn cut_line(&mut self) {
        self.wires = [Wire::default(), Wire::default()];
        self.rx.set_eof();
        self.panel_rx.set_eof();
        self.settle();
    }
}

fn deliver(wire: &mut Wire, rx: &mut RxBuf<'_>, now: u64, cut: usize) -> bool {
    let Some((_, bytes)) = wire.flying.first_mut().filter(|(at, _)| *at <= now) else { return false };
    let space = rx.space();
    let len = space.len().min(bytes.len()).min(cut);
    space[..len].copy_from_slice(&bytes[..len]);
    rx.commit(len);
    bytes.drain(..len);
    if bytes.is_empty() {
        wire.flying.remove(0);
    }
    len > 0
}

/// A message, or a part of one, goes over a WebSocket outside.
fn pass(from: &mut TxBuf<'_>, to: &mut RxBuf<'_>) -> bool {
    let space = to.space();
    let len = from.unsent().len().min(space.len());
    if len == 0 {
        return false;
    }
    space[..len].copy_from_slice(&from.unsent()[..len]);
    to.commit(len);
    let ends = from.ends_message();
    from.sent(len);
    if from.is_empty() && ends {
        to.end_message();
    }
    true
}

/// An evening: somebody leaves, somebody breaks in, somebody comes home.
fn story(pair: &mut Pair) {
    use panel::Command::{Fault, Zone};
    pair.happen(Zone { zone: 4, open: true });
    pair.pass(15_000);
    assert!(pair.ready);
    pair.assert_agreed();
    let armed = pair.ask(Command::RunScenario { scenario: 2 }).unwrap();
    pair.pass(5_000);
    assert_eq!((pair.outcome(armed), pair.whole()), (Some(Outcome::Confirmed), Some(AreaState::ExitDelay)));
    let excluded = pair.controller.tables().zones.iter().find(|zone| zone.id() == Some(4)).unwrap().state();
    assert_eq!(excluded.is(ZoneFlags::OPEN | ZoneFlags::BYPASSED), Some(true));
    pair.pass(20_000);
    assert_eq!(pair.whole(), Some(AreaState::Armed));
    pair.happen(Zone { zone: 1, open: true });
    pair.pass(4_000);
    assert_eq!(pair.whole(), Some(AreaState::EntryDelay));
    let entering = pair.controller.tables().partitions.iter().find(|slot| slot.id() == Some(1)).unwrap();
    let left = entering.delay_left(Instant::from_millis(pair.now)).unwrap();
    assert!((6..=8).contains(&left), "{left}");
    pair.pass(10_000);
    assert_eq!(pair.whole(), Some(AreaState::Triggered));
    pair.happen(Fault { category: codec_core::ksenia::FaultCategory::BatteryLow, active: true });
    pair.happen(Zone { zone: 1, open: false });
    let lamp = pair.ask(Command::SetOutput { output: 2, action: SetOutput::Action(OutputAction::On) }).unwrap();
    pair.pass(5_000);
    let smoke = pair.ask(Command::BypassZone { zone: 3, action: BypassAction::Manual });
    assert_eq!(smoke, Err(Refused::NotAllowed), "the programming was read");
    let off = pair.ask(Command::ArmPartition { partition: 1, action: ArmAction::Disarm }).unwrap();
    pair.pass(5_000);
    let off_too = pair.ask(Command::ArmPartition { partition: 2, action: ArmAction::Disarm }).unwrap();
    pair.pass(5_000);
    assert_eq!([lamp, off, off_too].map(|ticket| pair.outcome(ticket)), [Some(Outcome::Confirmed); 3]);
    assert_eq!(pair.whole(), Some(AreaState::Disarmed));
    assert!(pair.notices.iter().any(|notice| matches!(notice, Notice::Trouble { active: true, .. })));
    pair.assert_agreed();
}

#[test]
fn both_sides_agree_over_a_perfect_line() {
    story(&mut Pair::new());
}

#[test]
fn both_sides_agree_over_a_slow_line() {
    for latency in [20, 300, 900] {
        let mut pair = Pair::new();
        pair.latency = latency;
        story(&mut pair);
    }
}

#[test]
fn both_sides_agree_however_the_bytes_are_cut() {
    for cut in [1, 2, 3, 7, 64] {
        let mut pair = Pair::new();
        pair.cut = cut;
        story(&mut pair);
    }
}

#[test]
fn both_sides_agree_over_messages() {
    let mut pair = Pair::new().over_messages();
    story(&mut pair);
    let ticket = pair.ask(controller::Command::Close).unwrap();
    pair.settle();
    assert_eq!((pair.closed, pair.outcome(ticket)), ([Some(CloseReason::Requested), Some(CloseReason::SessionEnded)], Some(Outcome::Sent)));
    assert!(pair.told.contains(&"LoggedOut".to_owned()));
}

#[test]
fn both_sides_agree_whatever_the_panel_does_differently() {
    let changes: [fn(&mut Config<'static>); 16] = [
        |config| config.echo_ids = false,
        |config| config.user_answers = UserAnswers::Reply,
        |config| config.user_answers = UserAnswers::Untyped,
        |config| config.user_answers = UserAnswers::Nested,
        |config| config.user_answers = UserAnswers::OutputsUnanswered,
        |config| config.changes_first = true,
        |config| config.wrapper = panel::Wrapper::Fixed("HomeAssistant"),
        |config| config.wrapper = panel::Wrapper::Bare,
        |config| config.wrapper = panel::Wrapper::Several("kitchen"),
        |config| config.push_before_ack = true,
        |config| config.shape = panel::Shape::Nested,
        |config| config.shape = panel::Shape::Single,
        |config| config.shape = panel::Shape::ShortNames,
        |config| config.shape = panel::Shape::Anonymous,
        |config| (config.exit_word, config.cycle_marks) = (true, true),
        |config| config.push_countdown = true,
    ];
    for change in changes {
        let mut config = Config::new();
        change(&mut config);
        story(&mut Pair::with(settings(), config, house()));
    }
    for shape in [panel::Shape::Acknowledgement, panel::Shape::Untyped] {
        let mut config = Config::new();
        config.shape = shape;
        story(&mut Pair::with(settings(), config, house()));
    }
}

/// 2,000 records pass through 2 KB of receive buffer and 1 KB of transmit buffer.
#[test]
fn a_large_house_passes_through_small_buffers() {
    let mut large = house();
    large.zones = leak((1..=1000).map(|id| panel::ZoneSlot::new(id, "A zone with a name of some length")).collect());
    let mut pair = Pair::with(settings(), Config::new(), large);
    pair.pass(10_000);
    assert!(pair.ready);
    assert!(pair.records >= 3 * 1000, "{} records", pair.records);
    pair.happen(panel::Command::Zone { zone: 999, open: true });
    pair.pass(100);
    pair.assert_agreed();
}

#[test]
fn a_wrong_code_is_never_tried_again() {
    let mut pair = Pair::with(controller::Config::new("panel", Secret::new("000000")), Config::new(), house());
    pair.pass(600_000);
    assert_eq!(pair.closed, [Some(CloseReason::LoginRefused), Some(CloseReason::PeerClosed)]);
    assert_eq!(pair.refused, ["LoginFailed"]);
}

#[test]
fn a_lost_session_is_understood() {
    let mut pair = Pair::new();
    pair.pass(5_000);
    pair.happen(panel::Command::DropSession);
    let ticket = pair.ask(Command::RunScenario { scenario: 1 }).unwrap();
    pair.pass(1_000);
    assert_eq!(pair.outcome(ticket), Some(Outcome::Refused(Some(Detail::NotLogged))));
    assert_eq!(pair.closed, [Some(CloseReason::SessionEnded), Some(CloseReason::PeerClosed)]);
}

#[test]
fn a_dropped_line_ends_both_and_fails_what_waits() {
    let mut pair = Pair::new();
    pair.latency = 300;
    pair.pass(10_000);
    let ticket = pair.ask(Command::RunScenario { scenario: 1 }).unwrap();
    pair.settle();
    pair.cut_line();
    assert_eq!(pair.closed, [Some(CloseReason::PeerClosed); 2]);
    assert_eq!(pair.outcome(ticket), Some(Outcome::Disconnected));
}

#[test]
fn a_silent_panel_is_left_with_a_close() {
    let mut pair = Pair::new();
    pair.pass(5_000);
    pair.happen(panel::Command::Silence { millis: 200_000 });
    pair.pass(190_000);
    assert!(matches!(pair.closed, [Some(CloseReason::Silent { .. }), None]), "{:?}", pair.closed);
    // When it wakes up it finds LOGOUT and CLOSE: there is no ghost session.
    pair.pass(20_000);
    assert!(pair.closed[1].is_some() && !pair.panel.has_session());
    assert!(pair.told.contains(&"LoggedOut".to_owned()), "{:?}", pair.told);
}

#[test]
fn every_ending_of_the_controller_logs_out_and_closes() {
    let mut pair = Pair::new();
    pair.pass(5_000);
    pair.ask(controller::Command::Close).unwrap();
    pair.pass(3_000);
    assert_eq!(pair.closed, [Some(CloseReason::Requested), Some(CloseReason::SessionEnded)]);
    assert!(pair.told.contains(&"LoggedOut".to_owned()));
}

/// `Bye...`, then HTTP 500 for five seconds, then as before: and the house is as it was.
#[test]
fn a_restart_of_the_panel() {
    let home: &'static mut House<'static> = Box::leak(Box::new(house()));
    let config: &'static Config<'static> = Box::leak(Box::new(Config::new()));
    let settings: &'static controller::Config<'static> = Box::leak(Box::new(settings()));
    let mut ends = Vec::new();
    let mut now = 0;
    for round in 0..4 {
        // One connection after the other, on one house.
        let mut memory = panel::Memory::new();
        let mut controller_memory = controller::Memory::new();
        let mut panel = Panel::new(config, &mut *home, &mut memory).unwrap();
        let mut controller = Controller::new(settings, Tables::default(), &mut controller_memory).unwrap();
        let mut storage = [[0; 2048]; 4];
        let [a, b, c, d] = &mut storage;
        let (mut rx, mut tx, mut panel_rx, mut panel_tx) = (RxBuf::new(a), TxBuf::new(b), RxBuf::new(c), TxBuf::new(d));
        let mut ready = false;
        while !(controller.is_closed() && panel.is_closed()) && now < 100_000 {
            let env = Env { unix: Some(1_769_871_440), ..Env::at(Instant::from_millis(now)) };
            while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
                match controller.event(pending, &rx) {
                    Event::Ready { .. } => ready = true,
                    Event::Closed(reason) => ends.push((now, reason)),
                    _ => {}
                }
            }
            while let Some(pending) = panel.poll_event(&env, &mut panel_rx, &mut panel_tx) {
                let _ = panel.event(pending, &panel_rx);
            }
            for (from, to) in [(&mut tx, &mut panel_rx), (&mut panel_tx, &mut rx)] {
                let len = from.unsent().len().min(to.space().len());
                to.space()[..len].copy_from_slice(&from.unsent()[..len]);
                to.commit(len);
                from.sent(len);
            }
            if panel.is_closed() {
                rx.set_eof();
            }
            if ready && round == 0 {
                panel.submit(&env, panel::Command::Zone { zone: 2, open: true }, &mut panel_tx).unwrap();
                panel.submit(&env, panel::Command::Reprogram, &mut panel_tx).unwrap();
                ready = false;
            }
            if ready && round == 3 {
                assert!(panel.house().zones[1].open);
                let reasons: Vec<CloseReason> = ends.iter().map(|(_, reason)| *reason).collect();
                let refused = CloseReason::Handshake(HandshakeError::HttpStatus(500));
                assert_eq!(reasons, [CloseReason::Reprogramming, refused, refused]);
                return assert!(now - ends[0].0 > 5_000);
            }
            now += 10;
        }
        now += 2_000 - now % 10;
    }
    panic!("the panel never came back: {ends:?}");
}
