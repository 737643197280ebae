//! The side of the panel: it answers requests and reports what happens in a simulated house.

mod command;
mod config;

pub use command::{Command, Event, Refusal};
pub use config::{Config, Dialect, User};
