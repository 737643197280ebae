#![no_main]
//! See [`fuzz::ksenia_envelope`].
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::ksenia_envelope::run(data));
