//! The side that listens.
#![no_std]
#![no_main]

use codec_core::g90::notify::Controller;

sizes::program!(sizes::machine::<Controller<'_>, _>(Controller::new as fn(_, _) -> _));
