//! A KTS host and a server, joined in memory, in virtual time.

mod joined;
mod registering;
mod rotation;
mod sync;
mod tasks;
