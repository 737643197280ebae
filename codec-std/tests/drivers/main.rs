//! Drivers, links and records, over scripts, pipes, real sockets and pseudo terminals.

mod blocking;
mod blocking_datagram;
#[cfg(feature = "tokio")]
mod cloud;
mod common;
#[cfg(feature = "tokio")]
mod datagram;
#[cfg(feature = "tokio")]
mod exchange;
mod ksenia_mask;
mod record;
#[cfg(unix)]
mod serial;
#[cfg(feature = "tokio")]
mod supervisor;
#[cfg(feature = "tokio")]
mod tokio;
