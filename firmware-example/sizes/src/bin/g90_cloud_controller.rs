//! The cloud.
#![no_std]
#![no_main]

use codec_core::g90::cloud::Controller;

sizes::program!(sizes::machine::<Controller<'_>, _>(Controller::new as fn(_, _) -> _));
