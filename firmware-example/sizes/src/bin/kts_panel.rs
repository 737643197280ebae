//! The host.
#![no_std]
#![no_main]

use codec_core::kts::Panel;

sizes::program!(sizes::machine::<Panel<'_>, _>(Panel::new as fn(_, _, _) -> _));
