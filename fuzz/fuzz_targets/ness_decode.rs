#![no_main]
//! See [`fuzz::ness_decode`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ness_decode::run(data));
