//! G90: messages to the cloud, and pages of the local protocol.

pub mod cloud;
pub mod local;
pub mod pool;

use crate::rounds::{Contender, measure};
use crate::typed::Check;
use pool::Pool;

/// Bytes of a pool, at least.
const POOL: usize = 1 << 20;

/// At most as many times slower than fixed offsets written by hand, at least as many times faster than `serde_json`.
const SLOWER: f64 = 3.0;
const FASTER: f64 = 5.0;

/// Everything that the contenders work on.
pub struct Input {
    messages: Pool,
    pages: Pool,
}

impl Input {
    /// The same on every run.
    #[must_use]
    pub fn generate() -> Self {
        Self { messages: Pool::cloud(POOL), pages: Pool::pages(POOL) }
    }

    /// The messages to the cloud.
    #[must_use]
    pub const fn messages(&self) -> &Pool {
        &self.messages
    }

    /// Does a task once: its check value and how many messages it reads.
    ///
    /// # Errors
    /// If there is no such task.
    pub fn count(&self, case: &str) -> Result<(Check, usize), String> {
        Ok(match case {
            "ours_cloud" => (cloud::ours_cloud(&self.messages), self.messages.len()),
            "limit_cloud" => (cloud::limit_cloud(&self.messages), self.messages.len()),
            "ours_pages" => (local::ours_pages(&self.pages), self.pages.len()),
            "checked_pages" => (local::checked_pages(&self.pages), self.pages.len()),
            "ordinary_pages" => (local::ordinary_pages(&self.pages), self.pages.len()),
            _ => return Err(format!("no case {case}")),
        })
    }

    /// Prints times and ratios.
    ///
    /// # Errors
    /// If check values differ.
    pub fn compare(&self, rounds: usize, passes: usize) -> Result<(), String> {
        let (messages, pages) = (&self.messages, &self.pages);
        println!("\nG90; {rounds} rounds of {passes} passes");
        let times = measure(
            &mut [Contender::new("ours", || cloud::ours_cloud(messages)), Contender::new("limit", || cloud::limit_cloud(messages))],
            messages.len(),
            rounds,
            passes,
        )?;
        let ratio = times.ratio(0, 1);
        println!(
            "cloud, {} bytes: ours {:.1} ns, by hand {:.1} ns: {:.2} [{:.2}-{:.2}] times as long, at most {SLOWER} {}",
            messages.size() / messages.len(),
            times.of(0).median,
            times.of(1).median,
            ratio.median,
            ratio.min,
            ratio.max,
            if ratio.median <= SLOWER { "pass" } else { "MISS" }
        );
        let times = measure(
            &mut [
                Contender::new("one pass", || local::ours_pages(pages)),
                Contender::new("checked first", || local::checked_pages(pages)),
                Contender::new("serde_json", || local::ordinary_pages(pages)),
            ],
            pages.len(),
            rounds,
            passes,
        )?;
        for (at, name, wanted) in [(0, "one pass", FASTER), (1, "checked first", 1.0)] {
            let ratio = times.ratio(2, at);
            println!(
                "page, {} bytes, {name}: {:.0} ns, serde_json {:.0} ns: {:.2} [{:.2}-{:.2}] times faster, at least {wanted} {}",
                pages.size() / pages.len(),
                times.of(at).median,
                times.of(2).median,
                ratio.median,
                ratio.min,
                ratio.max,
                if ratio.median >= wanted { "pass" } else { "MISS" }
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_agree() {
        let input = Input::generate();
        for cases in [&["ours_cloud", "limit_cloud"][..], &["ours_pages", "checked_pages", "ordinary_pages"]] {
            let expected = input.count(cases[0]).unwrap();
            assert_ne!(expected.0, Check::default());
            cases.iter().for_each(|case| assert_eq!(input.count(case).unwrap(), expected, "{case}"));
        }
        let mean = |pool: &Pool| pool.size() / pool.len();
        assert!((60..100).contains(&mean(&input.messages)), "{}", mean(&input.messages));
        assert!((420..480).contains(&mean(&input.pages)), "{}", mean(&input.pages));
    }

    #[test]
    fn what_is_cut_short_is_refused_by_all() {
        let input = Input::generate();
        let cut = |pool: &Pool| Pool::of(pool.messages().take(100).map(|message| message[..message.len() - 1].to_vec()));
        let (messages, pages) = (cut(&input.messages), cut(&input.pages));
        assert_eq!((cloud::ours_cloud(&messages), cloud::limit_cloud(&messages)), (Check::default(), Check::default()));
        assert_eq!((local::ours_pages(&pages), local::ordinary_pages(&pages)), (Check::default(), Check::default()));
    }
}
