//! The Ksenia controller against a scripted panel: a real WebSocket server end, with messages as the sources print them.
#![cfg(feature = "ksenia")]

mod commands;
mod endings;
mod hostile;
mod house;
mod large;
mod panel;
mod start;
