//! Codecs and state machines for closed alarm and home-automation panels: no `std`, no allocation, no I/O.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]
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

#[cfg(test)]
#[macro_use]
extern crate std;

mod buf;
mod error;
pub mod home;
mod machine;
#[cfg(feature = "ness")]
pub mod ness;
mod secret;
pub mod text;
mod timers;

pub use buf::{RxBuf, TxBuf};
pub use error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
pub use machine::{Env, LinkKind, Machine, Pending, Ticket};
pub use secret::Secret;
pub use timers::Instant;
