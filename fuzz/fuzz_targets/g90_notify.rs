#![no_main]
//! See [`fuzz::g90_notify`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::g90_notify::run(data));
