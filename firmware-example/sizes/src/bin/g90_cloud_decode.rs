//! Reading one message.
#![no_std]
#![no_main]

use core::hint::black_box;

use codec_core::g90::cloud;

sizes::program!(sizes::decoder(|message| {
    // What it says is used, as a program would.
    let _ = black_box(cloud::decode(message));
}));
