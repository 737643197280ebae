//! KTS: frames found in a stream and typed. *Ordinary* is a search for CR LF and `serde_json` into borrowed types.

pub mod ordinary;
pub mod ours;
pub mod pool;

use crate::rounds::{Contender, measure};
use crate::typed::Check;
use pool::Pool;

/// Bytes of a pool, at least.
const POOL: usize = 5 << 18;

/// Everything that the contenders work on.
pub struct Input {
    pushes: Pool,
    objects: Pool,
}

impl Input {
    /// The same on every run.
    #[must_use]
    pub fn generate() -> Self {
        Self { pushes: Pool::pushes(POOL), objects: Pool::objects(POOL) }
    }

    /// Does a task once: its check value and how many bytes it reads.
    ///
    /// # Errors
    /// If there is no such task.
    pub fn count(&self, case: &str) -> Result<(Check, usize), String> {
        let (pushes, objects) = (&self.pushes, &self.objects);
        Ok(match case {
            "ours_pushes" => (ours::ours_pushes(pushes), pushes.stream().len()),
            "ordinary_pushes" => (ordinary::ordinary_pushes(pushes), pushes.stream().len()),
            "ours_objects" => (ours::ours_objects(objects), objects.stream().len()),
            "ordinary_objects" => (ordinary::ordinary_objects(objects), objects.stream().len()),
            "ours_once_pushes" => (ours::ours_once_pushes(pushes), pushes.stream().len()),
            "ours_once_objects" => (ours::ours_once_objects(objects), objects.stream().len()),
            "ours_segments" => (ours::ours_segments(objects), objects.stream().len()),
            _ => return Err(format!("no case {case}")),
        })
    }

    /// Prints times and ratios.
    ///
    /// # Errors
    /// If check values differ.
    pub fn compare(&self, rounds: usize, passes: usize) -> Result<(), String> {
        println!("\nKTS; {rounds} rounds of {passes} passes");
        println!("{:<34} {:>10} {:>10} {:>7}  {:<30}", "ns per frame", "ours", "other", "GB/s", "ratio, wanted");
        let task = |name: &str, pool: &Pool, contenders: &mut [Contender<'_>], of: (usize, usize), wanted: f64, most: bool| {
            let times = measure(contenders, pool.len(), rounds, passes)?;
            let (ours, other, ratio) = (times.of(0).median, times.of(1).median, times.ratio(of.0, of.1));
            let speed = pool.stream().len() as f64 / pool.len() as f64 / ours;
            let judged = if most == (ratio.median <= wanted) { "pass" } else { "MISS" };
            println!(
                "{name:<34} {ours:>10.1} {other:>10.1} {speed:>7.2}  {:.2} [{:.2}-{:.2}] {wanted} {judged}",
                ratio.median, ratio.min, ratio.max
            );
            Ok::<(), String>(())
        };
        let (pushes, objects) = (&self.pushes, &self.objects);
        task(
            "push: frame, type",
            pushes,
            &mut [Contender::new("ours", || ours::ours_pushes(pushes)), Contender::new("ordinary", || ordinary::ordinary_pushes(pushes))],
            (1, 0),
            4.0,
            false,
        )?;
        task(
            "the same in one pass",
            pushes,
            &mut [
                Contender::new("ours", || ours::ours_once_pushes(pushes)),
                Contender::new("ordinary", || ordinary::ordinary_pushes(pushes)),
            ],
            (1, 0),
            4.0,
            false,
        )?;
        task(
            "rsp2 of 40 KB: frame, type",
            objects,
            &mut [
                Contender::new("ours", || ours::ours_objects(objects)),
                Contender::new("ordinary", || ordinary::ordinary_objects(objects)),
            ],
            (1, 0),
            5.0,
            false,
        )?;
        task(
            "the same in one pass",
            objects,
            &mut [
                Contender::new("ours", || ours::ours_once_objects(objects)),
                Contender::new("ordinary", || ordinary::ordinary_objects(objects)),
            ],
            (1, 0),
            5.0,
            false,
        )?;
        task(
            "the same in 1460 B / at once",
            objects,
            &mut [Contender::new("segments", || ours::ours_segments(objects)), Contender::new("at once", || ours::ours_objects(objects))],
            (0, 1),
            1.3,
            true,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_agree() {
        let input = Input::generate();
        for cases in [
            &["ours_pushes", "ours_once_pushes", "ordinary_pushes"][..],
            &["ours_objects", "ours_once_objects", "ordinary_objects", "ours_segments"],
        ] {
            let checks: Vec<Check> = cases.iter().map(|case| input.count(case).unwrap().0).collect();
            assert_ne!(checks[0], Check::default());
            assert!(checks.iter().all(|check| *check == checks[0]), "{cases:?}: {checks:?}");
        }
    }

    /// No object more would fit.
    #[test]
    fn answers_are_full() {
        let objects = Pool::objects(1);
        let len = objects.frames().next().map_or(0, <[u8]>::len);
        assert!((40_500..=codec_core::kts::MAX_FRAME).contains(&len), "{len}");
    }
}
