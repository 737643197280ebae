#![no_main]
//! See [`fuzz::ws`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ws::run(data));
