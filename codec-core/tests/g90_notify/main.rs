//! Notifications and alerts of G90 panels.

mod contract;
mod controller;
mod deviations;
mod pair;
mod properties;
mod rig;
mod spec;
mod vectors;
