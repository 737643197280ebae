//! The `panelctl` command as a user meets it: real processes, real sockets.
#![cfg(unix)]

mod decode;
mod demo;
mod g90_cloud;
mod g90_live;
mod g90_local;
mod g90_notify;
mod g90_watch;
mod ksenia;
mod ksenia_live;
mod ksenia_secrets;
mod kts;
mod kts_live;
mod live;
mod process;
mod secrets;
mod usage;
