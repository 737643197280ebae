//! The machines of [`codec_core`] on [embassy](https://embassy.dev): one driver for every protocol and every link.
//!
//! [`Driver`] runs a [`Machine`](codec_core::Machine) over a stream: a TCP socket of embassy-net or a UART, whose two halves read and
//! write at the same time ([`Split`]), or a TLS stream, which is one object and wants to be flushed ([`FlushFirst`]).
//! [`DatagramDriver`] runs one over UDP. There is no heap and no buffer in here: all memory is what the caller hands in.
//!
//! ```
//! use codec_core::ness::controller::{Command, Config, Event};
//! use codec_core::ness::Controller;
//! use codec_embassy::{Driver, Split, Unsynchronised};
//! use embedded_io_async::{Read, Write};
//!
//! /// Arms a panel over the two halves of a TCP socket or of a UART.
//! async fn arm<R: Read, W: Write<Error = R::Error>>(reader: R, writer: W) -> Result<(), R::Error> {
//!     let (mut received, mut sent) = ([0; 256], [0; 256]);
//!     let controller = Controller::new(Config::new()).expect("a valid configuration");
//!     let link = Split::new(reader, writer);
//!     let mut driver = Driver::new(controller, link, Unsynchronised, &mut received, &mut sent).expect("large buffers");
//!     let ticket = driver.submit(Command::ArmAway { code: None }).expect("room for a command");
//!     while let Some(event) = driver.next().await? {
//!         if matches!(event, Event::Done { ticket: done, .. } if done == ticket) {
//!             break;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Features
//!
//! `net` (on by default): UDP sockets of embassy-net. `defmt`: `defmt::Format` on public types.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

mod datagram;
mod driver;
mod link;
mod session;
mod world;

pub use datagram::{DatagramDriver, Datagrams};
pub use driver::Driver;
pub use link::{FlushFirst, Link, Moved, Split};
pub use world::{Unsynchronised, World};
