//! The Ksenia panel: against requests as the sources print them, and against our controller.
#![cfg(feature = "ksenia")]

mod client;
mod commands;
mod house;
mod pair;
mod requests;
mod switches;
