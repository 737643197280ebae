//! The server as a process, over loopback, with simulated hosts.

#[path = "../common/mod.rs"]
mod common;

mod crash;
mod description;
mod ends;
mod flow;
mod keys;
mod limits;
mod processes;
mod tenants;
