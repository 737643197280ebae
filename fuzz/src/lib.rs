//! What the fuzz targets do with their input. The targets themselves are in `fuzz_targets/`, three lines each.
//!
//! `cargo test` runs every file of `corpus/` through these functions. To look for more, with cargo-fuzz and the nightly toolchain:
//!
//! ```text
//! mkdir -p /tmp/found
//! cargo +nightly fuzz run --features libfuzzer ness_decode /tmp/found fuzz/corpus/ness_decode -- -dict=fuzz/dictionaries/ness.dict
//! ```
//!
//! The first folder takes what is found, so that the committed corpus stays small. The targets for messages have `ksenia.dict`, those of KTS
//! `kts.dict`, those for datagrams `g90.dict`, `g90_cloud` has its own, `ws` and the sessions of Ksenia and G90 have none. `cargo run -p fuzz --example
//! corpus` writes the committed files again, those of `g90_local` excepted, which were written by hand.

pub mod elements;
mod feed;
pub mod g90_cloud;
pub mod g90_local;
pub mod g90_notify;
pub mod g90_session;
pub mod ksenia_envelope;
pub mod ksenia_session;
pub mod kts_decode;
pub mod kts_session;
pub mod ness_decode;
pub mod ness_pair;
pub mod ness_roundtrip;
mod tree;
pub mod ws;

/// Name and body of a target.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("elements", elements::run),
    ("g90_cloud", g90_cloud::run),
    ("g90_local", g90_local::run),
    ("g90_notify", g90_notify::run),
    ("g90_session", g90_session::run),
    ("ksenia_envelope", ksenia_envelope::run),
    ("ksenia_session", ksenia_session::run),
    ("kts_decode", kts_decode::run),
    ("kts_session", kts_session::run),
    ("ness_decode", ness_decode::run),
    ("ness_pair", ness_pair::run),
    ("ness_roundtrip", ness_roundtrip::run),
    ("ws", ws::run),
];
