//! Ksenia: messages decoded, verified and typed; commands encoded.
//!
//! *Ordinary* is `crc` with its default table and `serde_json` into borrowed types; for commands `serde_json` and the bitwise CRC that
//! clients have.

pub mod ordinary;
pub mod ours;
pub mod pool;

use crate::rounds::{Contender, measure};
use crate::typed::Check;
use ordinary::{Changes, Zones};
use pool::{Orders, Pool};

/// Bytes of a pool, at least.
const POOL: usize = 5 << 18;

/// Everything that the contenders work on.
pub struct Input {
    changes: Pool,
    answers: Pool,
    orders: Orders,
}

impl Input {
    /// The same on every run.
    #[must_use]
    pub fn generate() -> Self {
        Self { changes: Pool::changes(POOL), answers: Pool::answers(POOL), orders: Orders::generate(4096) }
    }

    /// Does a task once: its check value and how many bytes it reads or writes.
    ///
    /// # Errors
    /// If there is no such task.
    pub fn count(&self, case: &str) -> Result<(Check, usize), String> {
        let mut out = vec![0; pool::ORDER_ROOM * self.orders.len()];
        Ok(match case {
            "ours_changes" => (ours::ours_changes(&self.changes), self.changes.size()),
            "ordinary_changes" => (ordinary::ordinary_changes(&self.changes), self.changes.size()),
            "ours_answers" => (ours::ours_answers(&self.answers), self.answers.size()),
            "ordinary_answers" => (ordinary::ordinary_answers(&self.answers), self.answers.size()),
            "ours_stream" => (ours::ours_stream(&self.answers), self.answers.size()),
            "ours_orders" => {
                let len = ours::ours_orders(&self.orders, &mut out);
                (Check(len as u64), len)
            }
            "ordinary_orders" => {
                let len = ordinary::ordinary_orders(&self.orders, &mut out);
                (Check(len as u64), len)
            }
            _ => return Err(format!("no case {case}")),
        })
    }

    /// Prints times and ratios.
    ///
    /// # Errors
    /// If check values differ.
    pub fn compare(&self, rounds: usize, passes: usize) -> Result<(), String> {
        println!("\nKsenia; {rounds} rounds of {passes} passes");
        println!("{:<34} {:>10} {:>10} {:>7}  {:<30}", "ns per message", "ours", "ordinary", "GB/s", "ordinary / ours, wanted");
        let task = |name: &str, items: usize, bytes: usize, wanted: f64, contenders: &mut [Contender<'_>]| -> Result<(), String> {
            let times = measure(contenders, items, rounds, passes)?;
            let (ours, ordinary, ratio) = (times.of(0).median, times.of(1).median, times.ratio(1, 0));
            let speed = bytes as f64 / items as f64 / ours;
            let judged = if ratio.median >= wanted { "pass" } else { "MISS" };
            println!(
                "{name:<34} {ours:>10.1} {ordinary:>10.1} {speed:>7.2}  {:.2} [{:.2}-{:.2}] {wanted} {judged}",
                ratio.median, ratio.min, ratio.max
            );
            Ok(())
        };
        let (changes, answers, orders) = (&self.changes, &self.answers, &self.orders);
        task(
            "changes, 300 B: verify, type",
            changes.len(),
            changes.size(),
            4.0,
            &mut [
                Contender::new("ours", || ours::ours_changes(changes)),
                Contender::new("ordinary", || ordinary::ordinary_changes(changes)),
            ],
        )?;
        task(
            "512 zones, 64 KB: verify, type",
            answers.len(),
            answers.size(),
            5.5,
            &mut [
                Contender::new("ours", || ours::ours_answers(answers)),
                Contender::new("ordinary", || ordinary::ordinary_answers(answers)),
            ],
        )?;
        task(
            "the same through 2 KB, 1460 B each",
            answers.len(),
            answers.size(),
            1.0,
            &mut [
                Contender::new("ours", || ours::ours_stream(answers)),
                Contender::new("ordinary", || ordinary::ordinary_answers(answers)),
            ],
        )?;
        let (mut a, mut b) = (vec![0; pool::ORDER_ROOM * orders.len()], vec![0; pool::ORDER_ROOM * orders.len()]);
        let bytes = ours::ours_orders(orders, &mut a);
        let others = ordinary::ordinary_orders(orders, &mut b);
        if a[..bytes] != b[..others] {
            return Err("commands differ".into());
        }
        task(
            "command, encode",
            orders.len(),
            bytes,
            8.0,
            &mut [
                Contender::new("ours", || Check(ours::ours_orders(orders, &mut a) as u64)),
                Contender::new("ordinary", || Check(ordinary::ordinary_orders(orders, &mut b) as u64)),
            ],
        )
    }
}

/// What all decoders find in a message of [`Pool::changes`].
#[inline(always)]
pub(crate) fn fold_changes(check: &mut Check, changes: &Changes<'_>) {
    changes.payload.wrapped.zones.iter().for_each(|zone| {
        check.field(zone.id);
        [zone.sta, zone.byp, zone.t, zone.a, zone.fm, zone.ohm, zone.vas, zone.lbl].into_iter().for_each(|text| check.short(text));
    });
}

/// And of [`Pool::answers`].
#[inline(always)]
pub(crate) fn fold_zones(check: &mut Check, zones: &Zones<'_>) {
    zones.payload.zones.iter().for_each(|zone| {
        check.field(zone.id);
        [zone.des, zone.prt, zone.cmd, zone.byp_en, zone.cat, zone.an, zone.lbl].into_iter().for_each(|text| check.short(text));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_agree() {
        let input = Input::generate();
        for cases in [
            &["ours_changes", "ordinary_changes"][..],
            &["ours_answers", "ordinary_answers", "ours_stream"],
            &["ours_orders", "ordinary_orders"],
        ] {
            let expected = input.count(cases[0]).unwrap();
            assert_ne!(expected.0, Check::default());
            cases.iter().for_each(|case| assert_eq!(input.count(case).unwrap(), expected, "{case}"));
        }
        let mean = |pool: &Pool| pool.size() / pool.len();
        assert!((280..340).contains(&mean(&input.changes)), "{}", mean(&input.changes));
        assert!((60_000..68_000).contains(&mean(&input.answers)), "{}", mean(&input.answers));
    }

    #[test]
    fn a_wrong_check_value_is_refused_by_all() {
        let good = Pool::changes(1);
        let text = String::from_utf8(good.messages().next().unwrap().to_vec()).unwrap();
        let wrong = Pool::of([text.replace("\"SENDER\":\"A", "\"SENDER\":\"B")]);
        assert_ne!(ours::ours_changes(&good), Check::default());
        assert_eq!(ours::ours_changes(&wrong), Check::default());
        assert_eq!(ordinary::ordinary_changes(&wrong), Check::default());
    }
}
