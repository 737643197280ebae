//! The local protocol of G90: datagrams, controller, panel.
#![cfg(feature = "g90")]

mod contract;
mod exchange;
mod rig;
mod rows;
mod vectors;
