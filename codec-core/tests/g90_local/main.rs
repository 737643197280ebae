//! The local protocol of G90: datagrams, controller, panel.
#![cfg(feature = "g90")]

mod exchange;
mod rig;
mod rows;
mod vectors;
