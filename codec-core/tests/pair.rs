//! Controller and panel joined in memory, with virtual time, latency, loss and damage.

use codec_core::home::{AreaState, Notice, ZoneFlags};
use codec_core::ness::controller::{self, Command, Event, Outcome};
use codec_core::ness::panel::{self, User};
use codec_core::ness::{Controller, Output, Panel, RequestId};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, Ticket, TxBuf};

static USERS: [User<'static>; 2] = [User { number: 1, code: Secret::new("1234") }, User { number: 2, code: Secret::new("98765") }];

/// What happens to bytes on the way, and when they arrive.
struct Wire {
    /// Arrival time and bytes, oldest first.
    flying: Vec<(u64, Vec<u8>)>,
    latency: u64,
    random: u64,
    /// One byte in so many is lost or damaged; 0 for none.
    damage: u64,
}

impl Wire {
    fn new(latency: u64, damage: u64, seed: u64) -> Self {
        Self { flying: Vec::new(), latency, random: seed | 1, damage }
    }

    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn carry(&mut self, now: u64, tx: &mut TxBuf<'_>) {
        let mut bytes = tx.unsent().to_vec();
        tx.sent(bytes.len());
        if self.damage > 0 {
            bytes.retain_mut(|byte| {
                let chance = self.next() % (2 * self.damage);
                *byte ^= if chance == 1 { 0x10 } else { 0 };
                chance != 0
            });
        }
        if !bytes.is_empty() {
            self.flying.push((now + self.latency, bytes));
        }
    }

    fn deliver(&mut self, now: u64, rx: &mut RxBuf<'_>) {
        while self.flying.first().is_some_and(|(at, _)| *at <= now) {
            let (_, bytes) = &mut self.flying[0];
            let space = rx.space();
            let len = space.len().min(bytes.len());
            space[..len].copy_from_slice(&bytes[..len]);
            rx.commit(len);
            bytes.drain(..len);
            if !bytes.is_empty() {
                return;
            }
            self.flying.remove(0);
        }
    }
}

struct Pair {
    controller: Controller<'static>,
    panel: Panel<'static>,
    now: u64,
    to_panel: Wire,
    to_controller: Wire,
    buffers: [Vec<u8>; 2],
    notices: Vec<Notice>,
    done: Vec<(Ticket, Outcome)>,
    faults: u32,
}

fn settings() -> panel::Config<'static> {
    let mut settings = panel::Config::new();
    settings.users = &USERS;
    settings.zones = 32;
    settings
}

impl Pair {
    fn new(config: controller::Config<'static>, settings: panel::Config<'static>, latency: u64, damage: u64, seed: u64) -> Self {
        Self {
            controller: Controller::new(config).unwrap(),
            panel: Panel::new(settings).unwrap(),
            now: 0,
            to_panel: Wire::new(latency, damage, seed),
            to_controller: Wire::new(latency, damage, seed ^ 0xABCD),
            buffers: [Vec::new(), Vec::new()],
            notices: Vec::new(),
            done: Vec::new(),
            faults: 0,
        }
    }

    fn env(&self) -> Env {
        Env { unix: Some(1_600_000_000 + self.now / 1000), ..Env::at(Instant::from_millis(self.now)) }
    }

    /// Lets both sides do all they can at this moment.
    fn settle(&mut self, mut act: impl FnMut(&mut Self, &Env, &mut TxBuf<'_>, &mut TxBuf<'_>)) {
        let env = self.env();
        let (mut a, mut b, mut c, mut d) = ([0; 512], [0; 256], [0; 512], [0; 256]);
        let (mut rx, mut tx, mut panel_rx, mut panel_tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b), RxBuf::new(&mut c), TxBuf::new(&mut d));
        for (buffer, rx) in self.buffers.iter_mut().zip([&mut rx, &mut panel_rx]) {
            rx.space()[..buffer.len()].copy_from_slice(buffer);
            rx.commit(buffer.len());
        }
        act(self, &env, &mut tx, &mut panel_tx);
        for step in 0.. {
            assert!(step < 100, "the pair never comes to rest");
            self.to_controller.deliver(self.now, &mut rx);
            self.to_panel.deliver(self.now, &mut panel_rx);
            let mut events = 0;
            while let Some(pending) = self.controller.poll_event(&env, &mut rx, &mut tx) {
                events += 1;
                match self.controller.event(pending, &rx) {
                    Event::Notice(notice) => self.notices.push(notice),
                    Event::Done { ticket, outcome } => self.done.push((ticket, outcome)),
                    Event::Fault(_) => self.faults += 1,
                    Event::Closed(reason) => panic!("{reason}"),
                    _ => {}
                }
            }
            while let Some(pending) = self.panel.poll_event(&env, &mut panel_rx, &mut panel_tx) {
                events += 1;
                if let panel::Event::Closed(reason) = self.panel.event(pending, &panel_rx) {
                    panic!("{reason}");
                }
            }
            let sent = tx.unsent().len() + panel_tx.unsent().len();
            self.to_panel.carry(self.now, &mut tx);
            self.to_controller.carry(self.now, &mut panel_tx);
            let due = |wire: &Wire| wire.flying.first().is_some_and(|(at, _)| *at <= self.now);
            if events == 0 && sent == 0 && !due(&self.to_panel) && !due(&self.to_controller) {
                break;
            }
        }
        self.buffers = [rx.unread().to_vec(), panel_rx.unread().to_vec()];
    }

    /// Goes from deadline to deadline.
    fn pass(&mut self, millis: u64) {
        let until = self.now + millis;
        self.settle(|_, _, _, _| ());
        loop {
            let arrivals = [&self.to_panel, &self.to_controller].into_iter().filter_map(|wire| wire.flying.first().map(|(at, _)| *at));
            let deadlines = [self.controller.poll_timeout(), self.panel.poll_timeout()].into_iter().flatten().map(Instant::as_millis);
            match arrivals.chain(deadlines).min() {
                Some(at) if at <= until => self.now = at.max(self.now),
                _ => break,
            }
            self.settle(|_, _, _, _| ());
        }
        self.now = until;
        self.settle(|_, _, _, _| ());
    }

    fn ask(&mut self, command: Command<'_>) -> Ticket {
        let mut ticket = None;
        self.settle(|pair, env, tx, _| ticket = Some(pair.controller.submit(env, command, tx).unwrap()));
        ticket.unwrap()
    }

    fn happen(&mut self, command: panel::Command<'_>) {
        self.settle(|pair, env, _, panel_tx| {
            pair.panel.submit(env, command, panel_tx).unwrap();
        });
    }

    fn outcome(&self, ticket: Ticket) -> Option<Outcome> {
        self.done.iter().find(|(done, _)| *done == ticket).map(|(_, outcome)| *outcome)
    }

    /// Both sides mean the same house.
    fn assert_agreed(&self) {
        for zone in 1..=32 {
            let open = self.controller.tracker().zone(zone).is(ZoneFlags::OPEN);
            assert_eq!(open, Some(self.panel.zone_open(zone)), "zone {zone}");
        }
        for area in [1, 2] {
            assert_eq!(self.controller.tracker().area(area.into()).0, self.panel.area(area), "area {area}");
        }
        assert_eq!(self.controller.tracker().area(0).0, self.panel.area(0), "the whole");
        for number in 1..=8 {
            let output = Output::Aux(number);
            assert_eq!(self.controller.tracker().output(output), Some(self.panel.output(output)), "output {number}");
        }
    }
}

/// An evening: somebody leaves, somebody breaks in, somebody comes home.
fn story(pair: &mut Pair) {
    use panel::Command::{Mains, Zone};
    pair.happen(Zone { zone: 17, open: true });
    pair.pass(60_000);
    let armed = pair.ask(Command::ArmAway { code: Some(Secret::new("1234")) });
    pair.pass(5_000);
    assert_eq!(pair.outcome(armed), Some(Outcome::Confirmed));
    pair.happen(Zone { zone: 17, open: false });
    pair.pass(10_000);
    assert_eq!(pair.controller.tracker().area(0).0, AreaState::Armed);
    pair.happen(Zone { zone: 3, open: true });
    pair.pass(5_000);
    assert_eq!(pair.controller.tracker().area(0).0, AreaState::EntryDelay);
    pair.pass(10_000);
    assert_eq!(pair.controller.tracker().area(0).0, AreaState::Triggered);
    pair.happen(Mains { on: false });
    pair.happen(Zone { zone: 3, open: false });
    let wrong = pair.ask(Command::Disarm { code: Secret::new("4321") });
    pair.pass(10_000);
    assert_eq!(pair.outcome(wrong), Some(Outcome::TimedOut));
    let light = pair.ask(Command::Aux { output: 2, on: true });
    let disarmed = pair.ask(Command::Disarm { code: Secret::new("98765") });
    pair.pass(10_000);
    assert_eq!((pair.outcome(light), pair.outcome(disarmed)), (Some(Outcome::Confirmed), Some(Outcome::Confirmed)));
    assert_eq!(pair.controller.tracker().area(0).0, AreaState::Disarmed);
}

#[test]
fn both_sides_agree_over_a_perfect_line() {
    let mut pair = Pair::new(controller::Config::new(), settings(), 0, 0, 1);
    story(&mut pair);
    pair.assert_agreed();
    assert_eq!(pair.faults, 0);
}

#[test]
fn both_sides_agree_over_a_slow_line() {
    for latency in [20, 300, 900] {
        let mut pair = Pair::new(controller::Config::new(), settings(), latency, 0, 1);
        story(&mut pair);
        pair.assert_agreed();
    }
}

#[test]
fn both_sides_agree_whatever_the_panel_puts_into_its_lines() {
    for (send_address, send_time) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut settings = settings();
        (settings.send_address, settings.send_time, settings.address) = (send_address, send_time, 7);
        let mut pair = Pair::new(controller::Config::new(), settings, 20, 0, 1);
        story(&mut pair);
        pair.assert_agreed();
    }
}

/// Lines get lost and damaged; when the line is good again, a refresh sets everything right.
#[test]
fn a_bad_line_is_made_good_by_the_polls() {
    for seed in 1..40 {
        let mut config = controller::Config::new();
        config.silence_millis = 0;
        let mut pair = Pair::new(config, settings(), 20, 60, seed);
        for step in 0..30_u32 {
            let zone = u8::try_from(step % 32).unwrap() + 1;
            pair.happen(panel::Command::Zone { zone, open: step % 3 != 0 });
            if step % 10 == 4 {
                pair.ask(Command::ArmAway { code: Some(Secret::new("1234")) });
            }
            if step % 10 == 8 {
                pair.ask(Command::Disarm { code: Secret::new("1234") });
            }
            pair.pass(3_000);
        }
        assert!(pair.faults > 0, "seed {seed}: nothing was damaged");
        (pair.to_panel.damage, pair.to_controller.damage) = (0, 0);
        // Sirens run out, then the next refresh.
        pair.pass(2_000_000);
        pair.assert_agreed();
    }
}

#[test]
fn all_34_answers_come_back() {
    let mut pair = Pair::new(controller::Config::new(), settings(), 20, 0, 1);
    pair.pass(10_000);
    for request in RequestId::ALL {
        let ticket = pair.ask(Command::Status(*request));
        pair.pass(1_000);
        let Some(Outcome::Answer(status)) = pair.outcome(ticket) else { panic!("{request:?}: {:?}", pair.outcome(ticket)) };
        assert_eq!(status.request, *request);
    }
}

#[test]
fn every_command_ends_in_exactly_one_outcome() {
    let mut pair = Pair::new(controller::Config::new(), settings(), 20, 0, 1);
    let mut tickets = Vec::new();
    for _ in 0..5 {
        tickets.push(pair.ask(Command::ArmHome { code: None }));
        tickets.push(pair.ask(Command::PanelInfo));
        tickets.push(pair.ask(Command::Panic { code: None }));
        tickets.push(pair.ask(Command::Refresh));
        tickets.push(pair.ask(Command::Keys(Secret::new("V"))));
        pair.pass(8_000);
    }
    for ticket in tickets {
        assert_eq!(pair.done.iter().filter(|(done, _)| *done == ticket).count(), 1, "{ticket:?}: {:?}", pair.outcome(ticket));
    }
}
