//! The server.
#![no_std]
#![no_main]

use codec_core::kts::Controller;

sizes::program!(sizes::machine::<Controller<'_>, _>(Controller::new as fn(_, _, _) -> _));
