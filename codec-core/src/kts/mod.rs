//! KTS hosts: KNX gateways in flats that dial a server. JSON frames over TCP.
//!
//! The [`Panel`] is the host, the [`Controller`] is the server's end of one connection.

mod address;
pub mod controller;
mod eis;
mod encode;
mod frames;
mod hash;
mod members;
pub mod panel;
mod reader;
mod records;
mod replay;
mod rows;
mod short;
mod sign;
mod task;
mod unwrap;
mod usual;
mod verbs;
mod wire;
mod writer;

pub use address::{Action, ActionForm, Actions, GroupAddress};
pub use controller::Controller;
pub use eis::{ClimateMode, DeviceType, FanSpeed, Meaning};
pub use encode::{ActionInfo, ObjectInfo, Send, TaskInfo, UpdateInfo, ZoneInfo, encode};
pub use frames::{Cut, Framer};
pub use panel::Panel;
pub use records::{List, Object, Query, Record, Records, Reply, Settings, TaskReply, Update, Zone};
pub use replay::{Freshness, RecentSignatures, Replays, SignatureSlot};
pub use rows::{Once, Rows, decode_once};
pub use short::Short;
pub use sign::{Scheme, Signature, sign};
pub use task::{Days, Task, TaskFlag, TimeOfDay};
pub use verbs::Verb;
pub use wire::{Body, DELIMITER, Frame, MAX_FRAME, Order, Registration, decode, decode_ref, decode_with};
pub use writer::FrameWriter;
