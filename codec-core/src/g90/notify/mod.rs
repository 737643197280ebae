//! Notifications and alerts: what a panel tells by itself, as JSON arrays in UDP datagrams to port 12901 and inside the cloud protocol.
//!
//! ```text
//! [170,[5,[100,"Hall"]]] NUL                                            a notification: kind 5, sensor 100
//! [208,[4,100,1,1,"Hall","GA18018B3001021",1631545189,0,[""]]] NUL      an alert: type 4, sensor 100, source 1, state 1, ...
//! ```
//!
//! Panels send them while their WiFi address is exactly 10.10.10.250, as broadcasts from port 45000. Alerts come only if the alert
//! configuration of the panel says so.

pub mod controller;
mod encode;
mod fault;
mod follower;
pub mod panel;
mod wire;

pub use controller::Controller;
pub use encode::{encode_alert, encode_notification, escape};
pub use fault::NotifyFault;
pub use follower::{HISTORY_DEPTH, HISTORY_POLL_MILLIS, HistoryFollower};
pub use panel::Panel;
pub use wire::{Alert, Body, Message, Notification, decode};
