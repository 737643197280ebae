#![no_main]
//! See [`fuzz::g90_session`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::g90_session::run(data));
