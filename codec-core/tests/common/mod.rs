//! A driver for tests: virtual time, any cutting of the input, everything written down.

#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]

pub mod rig;

use std::fmt::Debug;

use codec_core::{Env, Instant, Machine, Refused, RxBuf, TxBuf};

/// One thing that happens to a machine.
#[derive(Clone, Debug)]
pub enum Step {
    /// Bytes arrive.
    Bytes(Vec<u8>),
    /// Time passes, in milliseconds; deadlines on the way are kept.
    Wait(u64),
    /// The `n`th command of the case is submitted.
    Submit(usize),
    /// The peer closes.
    Eof,
}

/// How a run is done. Two runs of the same steps must tell the same.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Largest number of bytes put in at once.
    pub chunk: usize,
    /// Size of the receive buffer; the machine's minimum if 0.
    pub rx: usize,
    /// Size of the transmit buffer; the machine's minimum if 0.
    pub tx: usize,
    /// How many bytes are sent at once; 0 sends all.
    pub send: usize,
    /// Calls that have nothing to do, after every one that has.
    pub spurious: usize,
}

impl Manner {
    /// Everything at once.
    pub const PLAIN: Self = Self { chunk: usize::MAX, rx: 4096, tx: 4096, send: 0, spurious: 0 };
}

/// What a run told and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub events: Vec<String>,
    pub sent: Vec<u8>,
    /// Every `(now, bytes)` that went in, `None` for a wake-up.
    pub log: Vec<(u64, Option<Vec<u8>>)>,
}

/// What a machine can be asked for in tests.
pub trait Case {
    type Machine: Machine + Debug;

    /// A fresh machine.
    fn machine() -> Self::Machine;

    /// Submits the `n`th command.
    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused>;

    /// How many commands there are.
    const COMMANDS: usize;
}

fn env(now: u64) -> Env {
    Env { now: Instant::from_millis(now), unix: Some(1_537_554_695 + now / 1000), entropy: [0x5A; 16] }
}

/// Runs `steps` and returns what was told.
pub fn run<C: Case>(steps: &[Step], manner: Manner) -> Told
where
    for<'i> <C::Machine as Machine>::Event<'i>: Debug,
{
    let mut machine = C::machine();
    let mut rx_storage = vec![0; manner.rx.max(C::Machine::RX_MIN)];
    let mut tx_storage = vec![0; manner.tx.max(C::Machine::TX_MIN)];
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut told = Told::default();
    let mut now = 0;
    drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
    for step in steps {
        match step {
            Step::Bytes(bytes) => {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let space = rx.space();
                    let len = rest.len().min(manner.chunk).min(space.len());
                    assert!(len > 0, "the receive buffer is stuck");
                    space[..len].copy_from_slice(&rest[..len]);
                    rx.commit(len);
                    told.log.push((now, Some(rest[..len].to_vec())));
                    rest = &rest[len..];
                    drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
                }
            }
            Step::Wait(millis) => {
                let until = now + millis;
                for _ in 0..10_000 {
                    match machine.poll_timeout() {
                        Some(at) if at.as_millis() <= until => {
                            assert!(at.as_millis() > now, "a deadline of {at:?} at {now}");
                            now = at.as_millis();
                            told.log.push((now, None));
                            drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
                        }
                        _ => break,
                    }
                }
                now = until;
                drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
            }
            Step::Submit(n) => {
                C::submit(&mut machine, *n, &env(now), &mut tx).expect("the command is good");
                drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
            }
            Step::Eof => {
                rx.set_eof();
                drain::<C>(&mut machine, now, &mut rx, &mut tx, manner, &mut told);
            }
        }
    }
    told
}

/// The driver loop: events out, bytes out, until the machine wants to wait.
fn drain<C: Case>(machine: &mut C::Machine, now: u64, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>, manner: Manner, told: &mut Told)
where
    for<'i> <C::Machine as Machine>::Event<'i>: Debug,
{
    let env = env(now);
    for _ in 0..100_000 {
        let mut nothing = true;
        while let Some(pending) = machine.poll_event(&env, rx, tx) {
            told.events.push(format!("{:?}", machine.event(pending, rx)));
            nothing = false;
        }
        for _ in 0..manner.spurious {
            assert!(machine.poll_event(&env, rx, tx).is_none(), "a spurious call told something");
            let _ = machine.poll_timeout();
        }
        let len = if manner.send == 0 { usize::MAX } else { manner.send }.min(tx.unsent().len());
        told.sent.extend_from_slice(&tx.unsent()[..len]);
        tx.sent(len);
        if nothing && len == 0 && machine.poll_timeout() != Some(Instant::ZERO) {
            if let Some(at) = machine.poll_timeout() {
                assert!(at.as_millis() > now, "a deadline of {at:?} is left at {now}");
            }
            return;
        }
    }
    panic!("the machine never comes to rest");
}

/// Puts a log in again, as a replay does it, and returns what the machine tells.
pub fn replay<C: Case>(log: &[(u64, Option<Vec<u8>>)]) -> Vec<String>
where
    for<'i> <C::Machine as Machine>::Event<'i>: Debug,
{
    let mut machine = C::machine();
    let (mut rx_storage, mut tx_storage) = (vec![0; 4096], vec![0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut told = Told::default();
    drain::<C>(&mut machine, 0, &mut rx, &mut tx, Manner::PLAIN, &mut told);
    for (now, bytes) in log {
        if let Some(bytes) = bytes {
            rx.space()[..bytes.len()].copy_from_slice(bytes);
            rx.commit(bytes.len());
        }
        drain::<C>(&mut machine, *now, &mut rx, &mut tx, Manner::PLAIN, &mut told);
    }
    told.events
}
