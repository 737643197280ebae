#![no_main]
//! See [`fuzz::g90_cloud`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::g90_cloud::run(data));
