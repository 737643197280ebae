//! The input is a list of operations on a controller and a panel that are joined in memory, with a clock that stands still but for
//! them. Neither may get stuck, wake for nothing or forget a command; and if no byte was lost, both know the same in the end.

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Result, Unstructured};
use codec_core::home::{AlarmKind, AreaState, Mode, ZoneFlags};
use codec_core::ness::controller::{self, Controller};
use codec_core::ness::panel::{self, Panel, User};
use codec_core::ness::{Output, RequestId};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, Ticket, TxBuf};

const USERS: &[User<'static>] = &[User { number: 1, code: Secret::new("1234") }, User { number: 12, code: Secret::new("98765") }];

/// Longest list of operations.
const MAX_OPERATIONS: usize = 200;

/// Milliseconds that both are left alone at the end: longer than any delay and any interval between polls.
const QUIET_MILLIS: u64 = 1_000_000;

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Way {
    ToController,
    ToPanel,
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Deliver(Way, u8),
    Lose(Way, u8),
    Corrupt(Way, u8, u8),
    Wait(u16),
    WaitLong(u8),
    Settle,
    Panel(panel::Command<'static>),
    Controller(controller::Command<'static>),
}

impl<'a> Arbitrary<'a> for Operation {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=15)? {
            0..=2 => Self::Deliver(u.arbitrary()?, u.arbitrary()?),
            3..=5 => Self::Settle,
            6 => Self::Wait(u.arbitrary()?),
            7 => Self::WaitLong(u.arbitrary()?),
            8 if u.ratio(1, 8)? => Self::Lose(u.arbitrary()?, u.arbitrary()?),
            8 if u.ratio(1, 8)? => Self::Corrupt(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?),
            8..=12 => Self::Panel(panel_command(u)?),
            _ => Self::Controller(controller_command(u)?),
        })
    }
}

const MODES: [Mode; 6] = [Mode::Away, Mode::Home, Mode::Day, Mode::Night, Mode::Vacation, Mode::Highest];
const KINDS: [AlarmKind; 5] = [AlarmKind::Intrusion, AlarmKind::Fire, AlarmKind::Panic, AlarmKind::Medical, AlarmKind::Duress];
const KEYS: [&str; 12] = ["A1234E", "AE", "H1234E", "HE", "1234E", "98765E", "0000E", "*1234#", "P", "F", "11*", "S14"];
const CODES: [&str; 3] = ["1234", "98765", "0000"];

fn panel_command(u: &mut Unstructured<'_>) -> Result<panel::Command<'static>> {
    use panel::Command;
    let zone = u.int_in_range(0..=33)?;
    Ok(match u.int_in_range(0..=24)? {
        0..=3 => Command::Zone { zone, open: u.arbitrary()? },
        4 => Command::Tamper { zone, open: u.arbitrary()? },
        5 => Command::PanelTamper { external: u.arbitrary()?, open: u.arbitrary()? },
        6 => Command::KeypadTamper { open: u.arbitrary()? },
        7 => Command::Battery { zone, low: u.arbitrary()? },
        8 => Command::PanelBattery { low: u.arbitrary()? },
        9 => Command::RadioKeyBattery { user: zone, low: u.arbitrary()? },
        10 => Command::Supervision { zone, lost: u.arbitrary()? },
        11 => Command::Mains { on: u.arbitrary()? },
        12 => Command::Reporting { ok: u.arbitrary()? },
        13 => Command::Bypass { zone, on: u.arbitrary()? },
        14 => Command::AutoExclude { zone, on: u.arbitrary()? },
        15 => Command::KeypadAlarm { keypad: zone, kind: *u.choose(&KINDS)? },
        16 => Command::UserPanic { user: zone },
        17 => Command::Door { door: zone, user: u.arbitrary()?, open: u.arbitrary()? },
        18 => Command::Arm { area: u.int_in_range(0..=4)?, mode: *u.choose(&MODES)?, user: zone },
        19 => Command::Disarm { area: u.int_in_range(0..=5)?, user: zone },
        20 => Command::Output { output: Output::from_number(u.int_in_range(0..=210)?).unwrap_or(Output::Siren), on: u.arbitrary()? },
        21 => Command::Keys(Secret::new(*u.choose(&KEYS)?)),
        22 => Command::Trip { zone },
        23 => Command::Report(u.arbitrary()?),
        // An early end hides what would come after it.
        _ if u.ratio(1, 8)? => Command::Close,
        _ => *u.choose(&[Command::PowerUp, Command::Clock, Command::ArmingDelayed { user: 1 }])?,
    })
}

fn controller_command(u: &mut Unstructured<'_>) -> Result<controller::Command<'static>> {
    use controller::Command;
    let code = Secret::new(*u.choose(&CODES)?);
    let some = if u.arbitrary()? { Some(code) } else { None };
    Ok(match u.int_in_range(0..=16)? {
        0..=2 => Command::ArmAway { code: some },
        3 => Command::ArmHome { code: some },
        4..=6 => Command::Disarm { code },
        7 => Command::Panic { code: some },
        8 => Command::Aux { output: u.int_in_range(0..=9)?, on: u.arbitrary()? },
        9 | 10 => Command::Keys(Secret::new(*u.choose(&KEYS)?)),
        11..=13 => Command::Status(u.arbitrary::<RequestId>()?),
        14 => Command::PanelInfo,
        16 if u.ratio(1, 8)? => Command::Close,
        _ => Command::Refresh,
    })
}

/// A machine with its buffers.
struct Side<'b, M> {
    machine: M,
    rx: RxBuf<'b>,
    tx: TxBuf<'b>,
}

impl<M: Machine> Side<'_, M> {
    /// Polls until there is no event; shows each to `see`. Gives whether there was one.
    fn poll(&mut self, env: &Env, mut see: impl FnMut(M::Event<'_>)) -> bool {
        // Every event stands for bytes received, a change told once, a command or the end.
        for count in 0..2_000 {
            let Some(pending) = self.machine.poll_event(env, &mut self.rx, &mut self.tx) else { return count > 0 };
            see(self.machine.event(pending, &self.rx));
        }
        panic!("events without end");
    }

    /// When it wants to be polled again. Never a moment that has passed.
    fn timeout(&self, env: &Env) -> Option<Instant> {
        let at = self.machine.poll_timeout();
        assert!(at.is_none_or(|at| at == Instant::ZERO || at >= env.now), "{at:?} has passed at {:?}", env.now);
        assert!(at.is_none() || !self.machine.is_closed(), "a deadline after the end");
        at
    }
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

struct Pair<'b> {
    controller: Side<'b, Controller<'b>>,
    panel: Side<'b, Panel<'b>>,
    env: Env,
    /// Bytes were lost or changed, or one side ended.
    harmed: bool,
    /// Accepted commands of the controller whose outcome was not told.
    open: BTreeSet<Ticket>,
    closed: [u8; 2],
}

impl Pair<'_> {
    fn poll(&mut self) -> bool {
        let Self { controller, panel, env, open, closed, .. } = self;
        let told = controller.poll(env, |event| match event {
            controller::Event::Done { ticket, .. } => assert!(open.remove(&ticket), "{ticket:?} ends twice"),
            controller::Event::Closed(_) => closed[0] += 1,
            _ => {}
        });
        let told = panel.poll(env, |event| closed[1] += u8::from(matches!(event, panel::Event::Closed(_)))) || told;
        assert!(closed.iter().all(|count| *count <= 1), "two ends");
        self.harmed |= *closed != [0, 0];
        self.controller.timeout(&self.env);
        self.panel.timeout(&self.env);
        told
    }

    /// Polls and delivers until nothing moves.
    fn settle(&mut self) {
        for _ in 0..2_000 {
            let told = self.poll();
            let moved = self.deliver(Way::ToPanel, usize::MAX) + self.deliver(Way::ToController, usize::MAX);
            let wants = |at: Option<Instant>| at.is_some_and(|at| at <= self.env.now);
            if !told && moved == 0 && !wants(self.controller.timeout(&self.env)) && !wants(self.panel.timeout(&self.env)) {
                return;
            }
        }
        panic!("the two keep each other awake");
    }

    fn deliver(&mut self, way: Way, most: usize) -> usize {
        let Self { controller, panel, .. } = self;
        match way {
            // A machine that has ended reads no more: what is for it is lost.
            Way::ToPanel if panel.machine.is_closed() => discard(&mut controller.tx),
            Way::ToPanel => deliver(&mut controller.tx, &mut panel.rx, most),
            Way::ToController if controller.machine.is_closed() => discard(&mut panel.tx),
            Way::ToController => deliver(&mut panel.tx, &mut controller.rx, most),
        }
    }

    fn wait(&mut self, millis: u64) {
        self.env.now = self.env.now.plus_millis(millis);
        self.env.unix = self.env.unix.map(|unix| unix + millis / 1_000);
    }

    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Deliver(way, most) => {
                self.deliver(way, most.into());
            }
            Operation::Lose(way, len) => {
                let tx = match way {
                    Way::ToPanel => &mut self.controller.tx,
                    Way::ToController => &mut self.panel.tx,
                };
                self.harmed |= len > 0 && !tx.is_empty();
                tx.sent(len.into());
            }
            Operation::Corrupt(way, len, mask) => {
                let (from, to) = match way {
                    Way::ToPanel => (&mut self.controller.tx, &mut self.panel.rx),
                    Way::ToController => (&mut self.panel.tx, &mut self.controller.rx),
                };
                let space = to.space();
                let len = usize::from(len).min(space.len()).min(from.unsent().len());
                for (to, from) in space.iter_mut().zip(from.unsent()).take(len) {
                    *to = from ^ mask;
                }
                to.commit(len);
                from.sent(len);
                self.harmed |= len > 0;
            }
            Operation::Wait(millis) => self.wait(millis.into()),
            Operation::WaitLong(seconds) => self.wait(u64::from(seconds) * 1_000),
            Operation::Settle => self.settle(),
            Operation::Panel(command) => {
                // All or nothing; what is refused is refused without effect.
                let free = self.panel.tx.free();
                let refused = self.panel.machine.submit(&self.env, command, &mut self.panel.tx).is_err();
                assert!(!refused || self.panel.tx.free() == free, "refused, and something was written");
            }
            Operation::Controller(command) => {
                let free = self.controller.tx.free();
                let result = self.controller.machine.submit(&self.env, command, &mut self.controller.tx);
                assert!(result.is_ok() || self.controller.tx.free() == free, "refused, and something was written");
                if let Ok(ticket) = result {
                    assert!(self.open.insert(ticket), "{ticket:?} is given twice");
                }
            }
        }
        if !matches!(operation, Operation::Panel(_) | Operation::Controller(_)) {
            self.poll();
        }
    }

    /// Lets all deadlines pass, one after the other.
    fn rest(&mut self) {
        let end = self.env.now.plus_millis(QUIET_MILLIS);
        // Polls of everything every 15 minutes, short ones every minute, and what follows from them.
        for _ in 0..2_000 {
            self.settle();
            let next = [self.controller.timeout(&self.env), self.panel.timeout(&self.env)].into_iter().flatten().min();
            match next {
                Some(at) if at <= end => self.wait(at.millis_since(self.env.now).max(1)),
                _ => return,
            }
        }
        panic!("never at rest");
    }

    fn agree(&self) {
        let (tracker, panel) = (self.controller.machine.tracker(), &self.panel.machine);
        for zone in 1..=16 {
            assert_eq!(tracker.zone(zone).is(ZoneFlags::OPEN), Some(panel.zone_open(zone)), "zone {zone}");
        }
        let area = |number| tracker.area(number).0;
        assert_eq!(area(0), panel.area(0), "the whole");
        assert_eq!(area(2), panel.area(2), "area 2");
        // To the panel, home and day are ways to arm area 1; to the controller they are areas of their own.
        let first = [1, 3, 4].map(area).into_iter().find(|state| *state != AreaState::Disarmed).unwrap_or(AreaState::Disarmed);
        assert_eq!(first, panel.area(1), "area 1");
    }
}

fn discard(tx: &mut TxBuf<'_>) -> usize {
    let len = tx.unsent().len();
    tx.sent(len);
    len
}

/// The body of the target.
pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let (options, mut operations) = (u8::arbitrary(&mut u).unwrap_or(0), Vec::new());
    while let (false, true, Ok(operation)) = (u.is_empty(), operations.len() < MAX_OPERATIONS, u.arbitrary()) {
        operations.push(operation);
    }
    play(options, &operations);
}

fn play(options: u8, operations: &[Operation]) {
    let has = |bit: u8| options >> bit & 1 != 0;
    let mut config = panel::Config::new();
    config.users = USERS;
    config.send_address = !has(0);
    config.area_2_zones = if has(1) { 0xFF00 } else { 0 };
    config.exit_delay_millis = if has(2) { 0 } else { 10_000 };
    config.entry_delay_millis = if has(3) { 0 } else { 10_000 };
    config.twenty_four_hour_zones = if has(4) { 0x0009 } else { 0 };
    config.version_report_millis = if has(5) { 30_000 } else { 0 };
    let panel = Panel::new(config).expect("the set-up is in range");
    let mut config = controller::Config::new();
    config.quirks.separator = has(6);
    let controller = Controller::new(config).expect("the defaults are in range");
    let (mut a, mut b, mut c, mut d) = ([0; Controller::RX_MIN], [0; 128], [0; Panel::RX_MIN], [0; 128]);
    let env = Env { unix: if has(7) { Some(1_700_000_000) } else { None }, ..Env::at(Instant::from_millis(1)) };
    let mut pair = Pair {
        controller: Side { machine: controller, rx: RxBuf::new(&mut a), tx: TxBuf::new(&mut b) },
        panel: Side { machine: panel, rx: RxBuf::new(&mut c), tx: TxBuf::new(&mut d) },
        env,
        harmed: false,
        open: BTreeSet::new(),
        closed: [0; 2],
    };
    for operation in operations {
        pair.run(*operation);
    }
    pair.rest();
    assert!(pair.open.is_empty(), "{:?} have no outcome", pair.open);
    if !pair.harmed {
        pair.agree();
    }
}
