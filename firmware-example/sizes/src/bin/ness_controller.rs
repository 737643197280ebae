//! The side that watches and commands.
#![no_std]
#![no_main]

use codec_core::ness::Controller;

sizes::program!(sizes::machine::<Controller<'_>, _>(Controller::new as fn(_) -> _));
