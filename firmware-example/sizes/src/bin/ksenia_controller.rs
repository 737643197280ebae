//! The side that watches and commands, with WebSocket.
#![no_std]
#![no_main]

use codec_core::ksenia::Controller;

sizes::program!(sizes::machine::<Controller<'_>, _>(Controller::new as fn(_, _, _) -> _));
