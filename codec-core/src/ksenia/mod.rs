//! Ksenia Lares 4.0 panels: JSON messages over a WebSocket.

mod crc;

pub use crc::{LANES, RunningCrc, covered_len, crc_of};
