//! The local protocol: JSON arrays in UDP datagrams, port 12368 of the panel.
//!
//! ```text
//!   controller, any port                      panel, 12368
//!   ISTART[100,100,""]IEND          ──►
//!                                   ◄──       ISTART[100,[3,"","TSV018-C3SIA","205","206"]]IEND
//!   ISTART[101,101,[101,[1]]]IEND   ──►
//!                                   ◄──       ISTARTIEND                     done
//!   ISTART[102,102,[102,[1,10]]]IEND ──►
//!                                   ◄──       ISTART[102,[[1,1,1],["Hall",10,...]]]IEND
//! ```
//!
//! Without a machine: [`decode_reply`], [`decode_request`] and [`decode`] read a datagram, [`Send`], [`SystemRequest`] and [`Writer`] write
//! one; [`Rows`] reads a page in one pass. Records: [`HostInfo`], [`HostStatus`], [`UserDataCrc`], [`NoticeFlags`], [`Peripheral`] and the five kinds of configuration.

mod changes;
mod codes;
mod config;
pub mod controller;
mod discovery;
mod fault;
mod lists;
pub mod panel;
mod record;
mod records;
mod request;
mod rows;
mod system;
mod usual;
mod wire;
mod writer;

pub use changes::{AlarmPhonesChanges, Changes, CidConfigChanges, HostConfigChanges, NetworkConfigChanges, SiaConfigChanges};
pub use codes::CommandCode;
pub use config::{AlarmPhones, CidConfig, ConfigKind, HostConfig, NetworkConfig, SiaConfig};
pub use controller::Controller;
pub use discovery::{BROADCAST_MILLIS, Probe, ProbeReply, TARGETED_MILLIS, decode as decode_probe, encode_probe};
pub use fault::LocalFault;
pub use lists::{PAGE_SIZE, Page, Peripheral, PeripheralSetup, page_head};
pub use panel::Panel;
pub use record::Record;
pub use records::{HostInfo, HostStatus, NoticeFlags, Registered, UserDataCrc};
pub use request::Send;
pub use rows::Rows;
pub use system::{System, SystemRequest};
pub use wire::{Answer, END, Message, Reason, Reply, Request, START, decode, decode_reply, decode_request, mend, payload};
pub use writer::Writer;
