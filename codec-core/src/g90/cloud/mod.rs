//! What a panel and its cloud say to each other over TCP.

mod alert;
pub mod controller;
mod device_id;
mod encode;
mod header;
mod message;
mod observer;
mod output;
mod padded;
pub mod panel;
mod reader;
mod wire;

pub use alert::Alert;
pub use controller::Controller;
pub use device_id::{DeviceId, MAX_DEVICE_ID};
pub use encode::{MAX_FIXED, encode};
pub use header::{BASIC_HEADER, Command, Direction, Header, MAX_MESSAGE, Route, VERSION, VERSIONED_HEADER};
pub use message::{
    Body, CommandAnswer, CommandRequest, Device, DiscoveryAnswer, Hello, HelloDiscovery, LEFTOVER, Message, SensorAlarm, SensorChange,
    StateChange, TAIL,
};
pub use observer::{Observed, Observer};
pub use padded::PaddedText;
pub use panel::Panel;
pub use wire::{Cut, Framer, decode};
