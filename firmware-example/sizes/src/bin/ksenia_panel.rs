//! The panel, with WebSocket.
#![no_std]
#![no_main]

use codec_core::ksenia::Panel;

sizes::program!(sizes::machine::<Panel<'_, '_>, _>(Panel::new as fn(_, _, _) -> _));
