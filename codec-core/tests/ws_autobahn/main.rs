//! The cases of the Autobahn test suite, by their numbers there, against both ends: each is cut into pieces of every size, and
//! the bytes of the peer come from frames that this test makes itself.
//!
//! Sections 12 and 13 are about compression, which is never agreed on. Cases that differ from another only in how the bytes are cut
//! stand in the row of that other.

#![cfg(feature = "ws")]

mod framing;
mod limits;
mod peer;
mod text;

/// Runs a list of cases.
fn run_all(cases: &[peer::Case]) {
    for case in cases {
        peer::check(case);
    }
}
