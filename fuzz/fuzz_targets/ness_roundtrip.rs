#![no_main]
//! See [`fuzz::ness_roundtrip`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ness_roundtrip::run(data));
