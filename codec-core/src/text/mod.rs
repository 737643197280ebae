//! Text scanners shared by the protocols.

pub mod hex;
