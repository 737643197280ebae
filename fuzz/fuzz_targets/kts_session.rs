#![no_main]
//! See [`fuzz::kts_session`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::kts_session::run(data));
