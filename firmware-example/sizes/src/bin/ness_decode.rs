//! Reading one line.
#![no_std]
#![no_main]

use core::hint::black_box;

use codec_core::ness;

sizes::program!(sizes::decoder(|line| {
    // What it says is used, as a program would.
    let _ = black_box(ness::decode(line));
}));
