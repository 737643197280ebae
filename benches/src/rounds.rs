//! Interleaved rounds and the ratios between contenders.

use std::time::Instant;

use crate::typed::Check;

/// One way to do a task.
pub struct Contender<'a> {
    /// Who.
    pub name: &'static str,
    /// Does the whole task once; the check value is the same for all.
    pub run: Box<dyn FnMut() -> Check + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender.
    pub fn new(name: &'static str, run: impl FnMut() -> Check + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Median, smallest and largest of some numbers.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Half are smaller.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { median: values[values.len() / 2], min: values[0], max: values[values.len() - 1] }
    }
}

/// Nanoseconds per item of each contender, one per round.
#[derive(Debug)]
pub struct Times(Vec<Vec<f64>>);

impl Times {
    /// Nanoseconds per item.
    #[must_use]
    pub fn of(&self, contender: usize) -> Spread {
        Spread::of(self.0[contender].clone())
    }

    /// How many times longer one takes than another, compared within each round.
    #[must_use]
    pub fn ratio(&self, slower: usize, faster: usize) -> Spread {
        Spread::of(self.0[slower].iter().zip(&self.0[faster]).map(|(slower, faster)| slower / faster).collect())
    }
}

/// Lets all contenders run in turn, `passes` times per round, another one first each time. The best pass of a round counts: on a
/// machine with other work to do, the others were interrupted.
///
/// # Errors
/// If two check values differ.
pub fn measure(contenders: &mut [Contender<'_>], items: usize, rounds: usize, passes: usize) -> Result<Times, String> {
    let expected = (contenders[0].run)();
    for other in contenders.iter_mut() {
        let found = (other.run)();
        if found != expected {
            return Err(format!("{} gives {found:?} and not {expected:?}", other.name));
        }
    }
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for _ in 0..rounds {
        let mut best = vec![f64::INFINITY; contenders.len()];
        for pass in 0..passes {
            for turn in 0..contenders.len() {
                let at = (pass + turn) % contenders.len();
                let start = Instant::now();
                (contenders[at].run)();
                best[at] = best[at].min(start.elapsed().as_nanos() as f64 / items as f64);
            }
        }
        times.iter_mut().zip(best).for_each(|(times, best)| times.push(best));
    }
    Ok(Times(times))
}
