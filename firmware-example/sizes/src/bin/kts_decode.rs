//! Reading one frame.
#![no_std]
#![no_main]

use core::hint::black_box;

use codec_core::kts::{self, Order};

sizes::program!(sizes::decoder(|frame| {
    // What it says is used, as a program would.
    let _ = black_box(kts::decode_ref(frame, Order::Strict).map(|frame| frame.body()));
}));
