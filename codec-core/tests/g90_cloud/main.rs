//! The G90 cloud protocol: messages, streams, server and panel.

#![allow(unreachable_pub, reason = "the modules of a test are its own")]

mod desk;
mod messages;
mod pair;
mod panel;
mod rows;
mod server;
mod vectors;
