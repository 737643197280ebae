//! Drivers for the machines of [`codec_core`], for programs on an operating system.
//!
//! `codec-core` decodes, encodes and keeps time, but moves no byte and waits for nothing. This crate does that: [`blocking::Driver`] in
//! a thread, [`tokio::Driver`] on tokio. Both drive any machine over a stream (TCP, a serial line, anything else that reads and writes)
//! and differ in how they wait only.
//!
//! ```no_run
//! use codec_core::ness::controller::{Config, Controller, Event};
//! use codec_std::{blocking::Driver, links::Address};
//!
//! let link = "serial:///dev/ttyUSB0".parse::<Address>()?.open()?;
//! let (mut rx, mut tx) = ([0; 2048], [0; 512]);
//! let mut driver = Driver::new(Controller::new(Config::new())?, link, &mut rx, &mut tx)?;
//! while let Some(event) = driver.next(None)? {
//!     match event {
//!         Event::Notice(notice) => println!("{notice:?}"),
//!         Event::Closed(reason) => println!("{reason}"),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On tokio, events and commands go through one `select!`, since no future of a driver holds anything that could be lost:
//!
//! ```no_run
//! # #[cfg(feature = "tokio")]
//! # async fn example(mut requests: ::tokio::sync::mpsc::Receiver<String>) -> Result<(), Box<dyn std::error::Error>> {
//! use codec_core::Secret;
//! use codec_core::ness::controller::{Command, Config, Controller};
//! use codec_std::{links::Address, tokio::Driver};
//!
//! let link = "tcp://192.0.2.1:2401".parse::<Address>()?.connect().await?;
//! let (mut rx, mut tx) = ([0; 2048], [0; 512]);
//! let mut driver = Driver::new(Controller::new(Config::new())?, link, &mut rx, &mut tx)?;
//! loop {
//!     ::tokio::select! {
//!         event = driver.next() => match event? {
//!             Some(event) => println!("{event:?}"),
//!             None => break,
//!         },
//!         Some(code) = requests.recv() => {
//!             driver.submit(Command::Disarm { code: Secret::new(&code) })?;
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Around them:
//!
//! - [`links`]: addresses such as `tcp://HOST:PORT`, `serial:///dev/ttyUSB0` and `wss://HOST`, and how to open them.
//! - [`tls`]: whom a `wss://` link trusts, and what old panels need (feature `tls-openssl`).
//! - [`blocking::DatagramDriver`] and [`tokio::DatagramDriver`]: drive machines that speak in datagrams, over UDP.
//! - [`discover`]: which G90 panels there are.
//! - [`tokio::ChainedServer`]: a G90 panel's connection, and the one to its vendor's cloud behind it.
//! - [`tokio::Supervisor`] and [`reconnect`]: connects again when a connection ends, without hammering the peer.
//! - [`record`]: writes sessions to a file, secrets masked, and repeats them event by event.
//! - [`owned`]: events and commands without lifetimes, to be kept, sent and stored as JSON.
//! - [`user`]: commands to a Ksenia panel in the name of one of its users.
//! - [`sim`]: simulated panels on TCP and UDP ports, for tests and demonstrations.
//! - [`clock`] and [`observe`]: where machines get the time from, and a hook for everything that goes through a driver.
//!
//! Nothing here logs bytes, and no error, log line or `Debug` output contains a user's code.
#![forbid(unsafe_code)]

pub mod blocking;
pub mod clock;
pub mod discover;
mod engine;
pub mod links;
pub mod observe;
pub mod owned;
pub mod reconnect;
pub mod record;
#[cfg(feature = "sim")]
pub mod sim;
pub mod tls;
#[cfg(feature = "tokio")]
pub mod tokio;
pub mod user;
