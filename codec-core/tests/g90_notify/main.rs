//! Notifications and alerts of G90 panels.

mod controller;
mod deviations;
mod properties;
mod rig;
mod spec;
mod vectors;
