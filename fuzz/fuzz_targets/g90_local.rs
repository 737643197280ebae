#![no_main]
//! See [`fuzz::g90_local`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::g90_local::run(data));
