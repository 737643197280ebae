//! Reading one message with its CRC, and the states of zones in it.
#![no_std]
#![no_main]

use core::hint::black_box;

use codec_core::Fault;
use codec_core::ksenia::{self, CrcPolicy, ZoneStatus};

fn zones(text: &[u8]) -> Result<(), Fault> {
    let message = ksenia::open(text, CrcPolicy::Strict)?;
    let mut entries = message.entries(None);
    while let Some(entry) = entries.next_entry()? {
        let zone = entry.view::<ZoneStatus<'_>>()?;
        black_box((zone.id(), zone.state(), zone.bypass(), zone.tamper(), zone.alarm()));
    }
    Ok(())
}

sizes::program!(sizes::decoder(|text| {
    let _ = black_box(zones(text));
}));
