#![no_main]
//! See [`fuzz::ness_pair`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ness_pair::run(data));
