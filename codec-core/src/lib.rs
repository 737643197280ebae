//! Codecs and state machines for closed alarm and home-automation panels: no `std`, no allocation, no I/O.
//!
//! A panel's protocol is spoken by a [`Machine`]: one value for one side of one connection. It decodes and encodes, knows the
//! protocol's timers and the state of the house, and waits for nothing. What moves bytes and waits is the *driver*, some twenty lines
//! that look the same for every protocol and every runtime.
//!
//! ```text
//!                driver: the only place that waits
//!        ┌──────────────────────────────────────────────────────┐
//! bytes ─┼─► RxBuf ── unread ──┐                 ┌── TxBuf ──────┼─► bytes
//!        │                     ▼                 │ frames        │
//!        │   Env ──► poll_event(&env, rx, tx) ───┘               │
//!        │   (now,     └─► event(pending, rx) ───────────────────┼─► events
//!        │    clock,   submit(&env, command, tx) ◄───────────────┼── commands
//!        │    chance)  poll_timeout()   is_closed()              │
//!        └──────────────────────────────────────────────────────┘
//! ```
//!
//! | panel | module | controller | panel side |
//! |---|---|---|---|
//! | Ness D8X, D16X, D32X, D8+ | [`ness`] | [`ness::Controller`] | [`ness::Panel`] |
//! | Ksenia Lares 4.0 | [`ksenia`] | [`ksenia::Controller`] | [`ksenia::Panel`] |
//! | KTS hosts (KNX gateways) | [`kts`] | [`kts::Controller`] | [`kts::Panel`] |
//! | G90, commands and replies | [`g90::local`] | [`g90::local::Controller`] | [`g90::local::Panel`] |
//! | G90, what it tells by itself | [`g90::notify`] | [`g90::notify::Controller`] | [`g90::notify::Panel`] |
//! | G90, its cloud | [`g90::cloud`] | [`g90::cloud::Controller`] | [`g90::cloud::Panel`] |
//!
//! A **controller** watches and commands a panel, whoever dials whom. A **panel** is the device, or a simulation of it. [`home`] has
//! the words that all protocols share: a bridge that needs no more works with every panel.
//!
//! # The driver loop
//!
//! 1. **Take events out:** call [`Machine::poll_event`] until it gives `None`, and look at each with [`Machine::event`]. An event
//!    borrows the receive buffer; its bytes are released by the next `poll_event`.
//! 2. **Send** what the [`TxBuf`] holds, as much as goes, and say how much with [`TxBuf::sent`].
//! 3. **Stop** if [`Machine::is_closed`].
//! 4. **Wait** for the first of: bytes to receive, room to send if something is unsent, the moment of [`Machine::poll_timeout`], a
//!    command of yours.
//! 5. Received bytes go into [`RxBuf::space`] with [`RxBuf::commit`], the end of the stream is [`RxBuf::set_eof`], a command goes to
//!    [`Machine::submit`]. Then begin again with 1.
//!
//! **Every change goes round the whole loop:** after a command, too, comes step 1. A driver that forgets does not hang, since
//! `poll_timeout` is then "at once"; calls that have nothing to do change nothing.
//!
//! Here is the loop twice, a controller and a panel joined in memory. The clock is virtual: nothing in this crate reads one.
//!
//! ```
//! use codec_core::home::{AreaState, Notice};
//! use codec_core::ness::controller::{Command, Config, Event};
//! use codec_core::ness::panel::{self, User};
//! use codec_core::ness::{Controller, Panel};
//! use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};
//!
//! /// Steps 1 and 2, the wire being another buffer: events out, then bytes across.
//! fn turn<M: Machine>(machine: &mut M, env: &Env, rx: &mut RxBuf, tx: &mut TxBuf, peer: &mut RxBuf, mut see: impl FnMut(M::Event<'_>)) {
//!     while let Some(pending) = machine.poll_event(env, rx, tx) {
//!         see(machine.event(pending, rx));
//!     }
//!     let unsent = tx.unsent();
//!     let space = peer.space();
//!     let len = unsent.len().min(space.len());
//!     space[..len].copy_from_slice(&unsent[..len]);
//!     peer.commit(len);
//!     tx.sent(len);
//! }
//!
//! let users = [User { number: 1, code: Secret::new("1234") }];
//! let mut settings = panel::Config::new();
//! (settings.users, settings.exit_delay_millis) = (&users, 2_000);
//! let mut panel = Panel::new(settings)?;
//! let mut controller = Controller::new(Config::new())?;
//!
//! let mut storage = [[0; 256]; 4];
//! let [a, b, c, d] = &mut storage;
//! let (mut rx, mut tx) = (RxBuf::new(a), TxBuf::new(b));
//! let (mut panel_rx, mut panel_tx) = (RxBuf::new(c), TxBuf::new(d));
//!
//! let mut seen = Vec::new();
//! let mut asked = false;
//! for millis in (0..5_000).step_by(10) {
//!     let env = Env::at(Instant::from_millis(millis));
//!     turn(&mut controller, &env, &mut rx, &mut tx, &mut panel_rx, |event| {
//!         if let Event::Notice(Notice::Area { area: 0, state, .. }) = event {
//!             seen.push(state);
//!         }
//!     });
//!     turn(&mut panel, &env, &mut panel_rx, &mut panel_tx, &mut rx, |_| ());
//!     if !asked && seen == [AreaState::Disarmed] {
//!         // Known from the poll at the start: now arm it.
//!         controller.submit(&env, Command::ArmAway { code: Some(Secret::new("1234")) }, &mut tx)?;
//!         asked = true;
//!     }
//! }
//! assert_eq!(seen, [AreaState::Disarmed, AreaState::Arming, AreaState::ExitDelay, AreaState::Armed]);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Without a machine
//!
//! Each protocol's module decodes one frame from a slice and encodes one into a slice, without time or state: see [`ness::decode`] and
//! [`ness::encode()`].
//!
//! # Features
//!
//! One per protocol (`ness`, `ksenia`, `g90`, `kts`) and `ws` for WebSocket, all on by default. `defmt`: `defmt::Format` on public types; the
//! crate itself never logs. `serde`: records into structs of the caller's. `wide-tables`: larger tables for CRCs on small targets. `arbitrary`:
//! for fuzz harnesses of other crates.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]
#![cfg_attr(
    not(all(feature = "g90", feature = "ksenia", feature = "kts", feature = "ness", feature = "ws")),
    allow(dead_code, unreachable_pub, reason = "not every protocol uses all that they share")
)]
// Nothing the peer or the caller does may panic. Lints see most ways to do so, not all.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_in_result,
        clippy::unwrap_used,
    )
)]

// The derive macro of `arbitrary` names `std`.
#[cfg(any(test, feature = "arbitrary"))]
#[cfg_attr(test, macro_use)]
extern crate std;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod buf;
mod error;
#[cfg(feature = "g90")]
pub mod g90;
pub mod home;
#[cfg(feature = "ksenia")]
pub mod ksenia;
#[cfg(feature = "kts")]
pub mod kts;
mod machine;
#[cfg(feature = "ness")]
pub mod ness;
mod secret;
pub mod text;
mod timers;
#[cfg(feature = "ws")]
pub mod ws;

pub use buf::{RxBuf, TxBuf};
pub use error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, JsonError, Member, Refused};
pub use machine::{Env, LinkKind, Machine, Pending, Ticket};
pub use secret::Secret;
pub use timers::Instant;
