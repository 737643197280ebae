//! The same work done three ways on the same lines: by the product, by an ordinary program, and by a limit written by hand.
//!
//! All three give the same check value, or the run ends. `cargo run --release -p benches` prints the comparison, `callgrind.sh` the
//! instruction counts, `peers.py` the comparison with another library, and `results.md` holds the numbers of one run.

pub mod g90;
pub mod ksenia;
pub mod kts;
pub mod limit;
pub mod naive;
pub mod ours;
pub mod pool;
pub mod rounds;
pub mod typed;
