//! Alarm panels on one side, JSON lines over TCP on the other: everything of a bridge that no board is in.
//!
//! ```text
//!  panel ── TCP, UART ──▶ families::ness   ─┐                          ┌─▶ publish (JSON lines; its place may take MQTT)
//!                         families::ksenia  ┤
//!            UDP          families::g90     ┤
//!            TCP, it dials families::kts    ┴─ reports ─▶ Hub: table ──┘
//!                                           ◀─ orders ── one mailbox per panel
//! ```
//!
//! A board brings a network, a UART if it has one, a [`World`](codec_embassy::World), a [`Config`], a [`Memory`], and calls [`run`]. There is no
//! heap: [`Memory`] is all there is beside the tasks' own state.
//!
//! Each family is one module of [`families`]: how its machine is connected, and what its events and commands are in the words of
//! `codec_core::home`. [`publish`] is the only module that knows how the outside is told.
#![no_std]
#![forbid(unsafe_code)]

mod backoff;
pub mod config;
pub mod families;
mod health;
pub mod hub;
mod log;
pub mod publish;
mod run;
mod session;
pub mod table;

pub use config::{Config, ConfigError};
pub use health::guard;
pub use hub::{Hub, Panel};
pub use run::{Memory, Parts, SOCKETS, Tolerant, Uart, run};
