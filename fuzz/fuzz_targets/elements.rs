#![no_main]
//! See [`fuzz::elements`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::elements::run(data));
