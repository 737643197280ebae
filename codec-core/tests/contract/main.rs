//! What every machine promises, whatever it speaks. Each check is generic over [`Machine`] and run for all of them.

#[path = "../common/mod.rs"]
mod common;

use std::fmt::Debug;

use codec_core::{Env, Instant, Machine, Refused, RxBuf, TxBuf};
use common::{Case, Manner, Step, Told, replay, run};

/// A case with a story that has a bit of everything: good frames, bad ones, noise, time, commands.
trait Story: Case {
    fn story() -> Vec<Step>;
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn told<S: Story>(manner: Manner) -> Told
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    run::<S>(&S::story(), manner)
}

fn same_for_every_cutting<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let whole = told::<S>(Manner::PLAIN);
    assert!(whole.events.len() > 10, "a story with {} events proves little", whole.events.len());
    for rx in [0, 100, 4096] {
        for chunk in [1, 2, 3, 7, 64] {
            let cut = told::<S>(Manner { chunk, rx, ..Manner::PLAIN });
            assert_eq!(cut.events, whole.events, "chunks of {chunk}, {rx} bytes of buffer");
            assert_eq!(cut.sent, whole.sent, "chunks of {chunk}, {rx} bytes of buffer");
        }
    }
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..50 {
        let mut steps = Vec::new();
        for step in S::story() {
            match step {
                Step::Bytes(bytes) => {
                    let mut rest = &bytes[..];
                    while !rest.is_empty() {
                        let (piece, behind) = rest.split_at(usize::try_from(random.next() % 40).unwrap().min(rest.len()));
                        if !piece.is_empty() {
                            steps.push(Step::Bytes(piece.to_vec()));
                        }
                        rest = behind;
                    }
                }
                other => steps.push(other),
            }
        }
        let cut = run::<S>(&steps, Manner::PLAIN);
        assert_eq!((&cut.events, &cut.sent), (&whole.events, &whole.sent), "random cuts, round {round}");
    }
}

fn spurious_calls_are_no_ops<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    assert_eq!(told::<S>(Manner { spurious: 3, ..Manner::PLAIN }), told::<S>(Manner::PLAIN));
}

/// A peer that takes the bytes one by one, from the smallest buffer, still gets all of them in order.
fn a_full_buffer_progresses<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let whole = told::<S>(Manner::PLAIN);
    let slow = told::<S>(Manner { tx: 0, send: 1, ..Manner::PLAIN });
    assert_eq!(slow.events, whole.events);
    assert_eq!(String::from_utf8_lossy(&slow.sent), String::from_utf8_lossy(&whole.sent));
}

fn a_refused_command_changes_nothing<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let mut refused = 0;
    for n in 0..S::COMMANDS {
        let mut machine = S::machine();
        let (mut rx_storage, mut tx_storage) = (vec![0; 4096], vec![0; S::Machine::TX_MIN]);
        let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
        let env = Env { unix: Some(1_537_554_695), ..Env::at(Instant::from_millis(5)) };
        while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
            let _ = machine.event(pending, &rx);
        }
        // Commands that change nothing the second time are never refused.
        for _ in 0..1000 {
            let (before, unsent) = (format!("{machine:?}"), tx.unsent().to_vec());
            if S::submit(&mut machine, n, &env, &mut tx).is_err() {
                assert_eq!((format!("{machine:?}"), tx.unsent()), (before, &unsent[..]), "command {n}");
                refused += 1;
                break;
            }
        }
    }
    assert!(refused >= 3, "{refused} commands were refused");
}

/// The last event says why, there is one of that kind, and then there is nothing.
fn one_closed_at_the_end<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let told = told::<S>(Manner::PLAIN);
    let closed = told.events.iter().filter(|event| event.starts_with("Closed(")).count();
    assert_eq!((closed, told.events.last().map(|event| event.starts_with("Closed("))), (1, Some(true)), "{:?}", told.events.last());

    let mut machine = S::machine();
    let (mut rx_storage, mut tx_storage) = (vec![0; 4096], vec![0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    rx.set_eof();
    let env = Env::at(Instant::from_millis(1));
    let mut events = Vec::new();
    while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
        events.push(format!("{:?}", machine.event(pending, &rx)));
    }
    assert!(events.last().unwrap().starts_with("Closed("), "{events:?}");
    assert!(machine.is_closed());
    assert_eq!(machine.poll_timeout(), None);
    for n in 0..S::COMMANDS {
        assert_eq!(S::submit(&mut machine, n, &env, &mut tx), Err(Refused::Closed));
    }
    for later in [1, 1_000, 10_000_000] {
        assert!(machine.poll_event(&Env::at(Instant::from_millis(later)), &mut rx, &mut tx).is_none());
    }
}

/// The log of a run without commands, put into a fresh machine, gives the same events.
fn a_replay_tells_the_same<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let mut steps = S::story();
    steps.retain(|step| !matches!(step, Step::Submit(_) | Step::Eof));
    let live = run::<S>(&steps, Manner { chunk: 11, ..Manner::PLAIN });
    let again = replay::<S>(&live.log);
    assert!(again.len() > 10);
    assert_eq!(again, live.events);
}

macro_rules! contract {
    ($module:ident, $story:ty) => {
        contract!($module, $story, no_replay {
            #[test]
            fn a_replay_tells_the_same() {
                super::a_replay_tells_the_same::<$story>();
            }
        });
    };
    ($module:ident, $story:ty, no_replay $({ $more:item })?) => {
        mod $module {
            use super::*;

            $($more)?

            #[test]
            fn same_for_every_cutting() {
                super::same_for_every_cutting::<$story>();
            }

            #[test]
            fn spurious_calls_are_no_ops() {
                super::spurious_calls_are_no_ops::<$story>();
            }

            #[test]
            fn a_full_buffer_progresses() {
                super::a_full_buffer_progresses::<$story>();
            }

            #[test]
            fn a_refused_command_changes_nothing() {
                super::a_refused_command_changes_nothing::<$story>();
            }

            #[test]
            fn one_closed_at_the_end() {
                super::one_closed_at_the_end::<$story>();
            }
        }
    };
}

/// Bytes for a step, from text.
fn bytes(text: &str) -> Step {
    Step::Bytes(text.as_bytes().to_vec())
}

// Behind the macro, which they use.
mod g90;
mod ksenia;
mod kts;
mod ness;
