//! What a panel and its cloud say to each other over TCP, port 5678.
//!
//! ```text
//! basic      01 10 00 00  08 00 00 00                              a ping, which has no more
//!            cmd src fl dst  length
//! versioned  01 10 00 20  48 00 00 00  01 00  00 00  payload        a hello of 72 bytes
//!            cmd src fl dst  length    version sequence
//! ```
//!
//! The panel dials, says who it is, and tells what happens. [`decode`] reads one message, [`Framer`] cuts a stream into them, [`encode()`]
//! writes one. [`Controller`] is a server, [`Panel`] the other side, [`Observer`] reads along.

mod alert;
mod command;
pub mod controller;
mod device_id;
mod encode;
mod fields;
mod header;
mod hello;
mod message;
mod observer;
mod output;
mod padded;
pub mod panel;
mod status;
mod wire;

pub use alert::Alert;
pub use command::{CommandAnswer, CommandRequest};
pub use controller::Controller;
pub use device_id::{DeviceId, MAX_DEVICE_ID};
pub use encode::{MAX_FIXED, encode};
pub use header::{BASIC_HEADER, Command, Direction, Header, MAX_MESSAGE, Route, VERSION, VERSIONED_HEADER};
pub use hello::{Device, DiscoveryAnswer, Hello, HelloAck, HelloAnswer, HelloDiscovery, HelloInfo};
pub use message::{Body, Message, Notification, Unknown};
pub use observer::{Observed, Observer};
pub use padded::PaddedText;
pub use panel::Panel;
pub use status::{LEFTOVER, SensorAlarm, SensorChange, StateChange, TAIL};
pub use wire::{Cut, Framer, decode};
