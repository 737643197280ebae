//! Simulated panels on real sockets, for tests, demonstrations and trying things out.
//!
//! [`ness`] is one panel behind a serial-to-Ethernet adapter; [`script`] is the language in which its world is described.

mod adapter;
pub mod ness;
pub mod script;
