//! The panel.
#![no_std]
#![no_main]

use codec_core::g90::notify::Panel;

sizes::program!(sizes::machine::<Panel<'_>, _>(Panel::new as fn(_) -> _));
