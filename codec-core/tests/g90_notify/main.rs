//! Notifications and alerts of G90 panels.

mod spec;
mod vectors;
