//! The `panelctl` command as a user meets it: real processes, real sockets.
#![cfg(unix)]

mod decode;
mod demo;
mod ksenia;
mod ksenia_live;
mod ksenia_secrets;
mod kts;
mod live;
mod process;
mod secrets;
mod usage;
