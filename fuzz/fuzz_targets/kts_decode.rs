#![no_main]
//! See [`fuzz::kts_decode`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::kts_decode::run(data));
