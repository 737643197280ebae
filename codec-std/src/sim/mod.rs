//! Simulated panels on real sockets, for tests, demonstrations and trying things out.
//!
//! [`ness`] is one panel behind a serial-to-Ethernet adapter, [`ksenia`] one with a WebSocket, [`g90`] one on UDP that dials its cloud,
//! [`kts`] any number of hosts that dial a server; [`script`], [`ksenia_script`], [`g90_script`] and [`kts_script`] are the languages in
//! which their worlds are described.

mod adapter;
pub mod g90;
pub mod g90_script;
pub mod ksenia;
pub mod ksenia_script;
pub mod kts;
pub mod kts_script;
pub mod ness;
pub mod script;
#[cfg(test)]
mod script_help;
