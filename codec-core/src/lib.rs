//! Codecs and state machines for closed alarm and home-automation panels: no `std`, no allocation, no I/O.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
#[macro_use]
extern crate std;

mod buf;
mod error;
pub mod home;
#[cfg(feature = "ksenia")]
pub mod ksenia;
mod machine;
#[cfg(feature = "ness")]
pub mod ness;
mod secret;
pub mod text;
mod timers;

pub use buf::{RxBuf, TxBuf};
pub use error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, JsonError, Member, Refused};
pub use machine::{Env, LinkKind, Machine, Pending, Ticket};
pub use secret::Secret;
pub use timers::Instant;
