//! The local protocol of G90: datagrams, controller, panel.
#![cfg(feature = "g90")]

mod contract;
mod exchange;
mod properties;
mod rig;
mod rows;
mod vectors;
