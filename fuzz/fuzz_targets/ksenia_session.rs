#![no_main]
//! See [`fuzz::ksenia_session`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ksenia_session::run(data));
