//! `benches`: compare. `benches ksenia`, `benches g90`, `benches kts`: that family only. `benches pool FILE`: write the lines. `benches cpu FILE`: own CPU time. `benches count CASE`: for callgrind.

use std::process::ExitCode;

use benches::pool::{Pool, Requests};
use benches::rounds::{Contender, Spread, measure};
use benches::typed::{Check, Typed};
use benches::{g90, ksenia, kts, limit, naive, ours};
use codec_core::ness::{self, Packet};

const POOL: usize = 1 << 20;
const ROUNDS: usize = 31;
const PASSES: usize = 6;

/// At least as many times faster than the ordinary way, at most as many times slower than the limit.
const FASTER: f64 = 2.5;
const SLOWER: f64 = 1.6;

/// Everything that the contenders work on.
struct Input {
    pool: Pool,
    stream: Vec<u8>,
    typed: Vec<Typed>,
    requests: Requests,
}

impl Input {
    fn new() -> Self {
        let pool = Pool::generate(POOL);
        Self { stream: pool.stream(), typed: limit::typed(&pool), requests: Requests::generate(1 << 16), pool }
    }

    fn packets(&self) -> Result<Vec<Packet<'_>>, String> {
        self.pool.lines().map(|line| ness::decode(line).map(|line| *line.packet()).map_err(|fault| fault.to_string())).collect()
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => compare(&Input::new())
            .and_then(|()| ksenia::Input::generate().compare(ROUNDS, PASSES))
            .and_then(|()| g90::Input::generate().compare(ROUNDS, PASSES))
            .and_then(|()| kts::Input::generate().compare(ROUNDS, PASSES)),
        ["kts"] => kts::Input::generate().compare(ROUNDS, PASSES),
        ["g90"] => g90::Input::generate().compare(ROUNDS, PASSES),
        ["g90", "pool", file] => write_messages(file),
        ["g90", "cpu", file] => cpu_messages(file),
        ["count", "g90", case] => count_g90(case),
        ["ksenia"] => ksenia::Input::generate().compare(ROUNDS, PASSES),
        ["pool", file] => write_pool(file),
        ["cpu", file] => cpu(file),
        ["count", "ksenia", case] => count_bytes(case, ksenia::Input::generate().count(case)),
        ["count", "kts", case] => count_bytes(case, kts::Input::generate().count(case)),
        ["count", case] => count(&Input::new(), case),
        _ => Err("usage: benches [ksenia | kts | [g90] [pool FILE | cpu FILE] | count [ksenia | kts | g90] CASE]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The check value of an encoder: what it wrote.
fn written(buffer: &mut [u8], encode: impl FnOnce(&mut [u8]) -> usize) -> Check {
    let len = encode(buffer);
    let mut check = Check::default();
    check.text(&buffer[..len]);
    check
}

fn compare(input: &Input) -> Result<(), String> {
    let (pool, stream, typed, requests) = (&input.pool, &input.stream, &input.typed, &input.requests);
    let packets = input.packets()?;
    let (mut a, mut b, mut c) = (vec![0; 2 * POOL], vec![0; 2 * POOL], vec![0; 2 * POOL]);
    println!("{} lines of {:.1} characters, {} requests; {ROUNDS} rounds of {PASSES} passes", pool.len(), pool.mean(), requests.len());
    println!("{:<22} {:>9} {:>9} {:>9}  {:<30} {:<30}", "ns per line", "ours", "ordinary", "limit", "ordinary / ours", "ours / limit");
    let task = |name: &str, items: usize, contenders: &mut [Contender<'_>]| -> Result<(), String> {
        let times = measure(contenders, items, ROUNDS, PASSES)?;
        let show = |ratio: Spread, good: bool| {
            format!("{:.2} [{:.2}-{:.2}] {}", ratio.median, ratio.min, ratio.max, if good { "pass" } else { "MISS" })
        };
        let (faster, slower) = (times.ratio(1, 0), times.ratio(0, 2));
        let [ours, ordinary, limit] = [0, 1, 2].map(|at| times.of(at).median);
        println!(
            "{name:<22} {ours:>9.1} {ordinary:>9.1} {limit:>9.1}  {:<30} {:<30}",
            show(faster, faster.median >= FASTER),
            show(slower, slower.median <= SLOWER)
        );
        Ok(())
    };
    task(
        "decode, verify, type",
        pool.len(),
        &mut [
            Contender::new("ours", || ours::ours_decode(pool)),
            Contender::new("ordinary", || naive::naive_decode(pool)),
            Contender::new("limit", || limit::limit_decode(pool)),
        ],
    )?;
    task(
        "the same from a stream",
        pool.len(),
        &mut [
            Contender::new("ours", || ours::ours_stream(stream)),
            Contender::new("ordinary", || naive::naive_stream(stream)),
            Contender::new("limit", || limit::limit_stream(stream)),
        ],
    )?;
    check_equal(
        "encoded lines",
        [
            written(&mut a, |out| ours::ours_encode(&packets, out)),
            written(&mut b, |out| naive::naive_encode(typed, out)),
            written(&mut c, |out| limit::limit_encode(typed, out)),
        ],
    )?;
    task(
        "encode panel line",
        pool.len(),
        &mut [
            Contender::new("ours", || Check(ours::ours_encode(&packets, &mut a) as u64)),
            Contender::new("ordinary", || Check(naive::naive_encode(typed, &mut b) as u64)),
            Contender::new("limit", || Check(limit::limit_encode(typed, &mut c) as u64)),
        ],
    )?;
    check_equal(
        "encoded requests",
        [
            written(&mut a, |out| ours::ours_request(requests.key_strings(), out)),
            written(&mut b, |out| naive::naive_request(requests.texts(), out)),
            written(&mut c, |out| limit::limit_request(requests.texts(), out)),
        ],
    )?;
    task(
        "encode request",
        requests.len(),
        &mut [
            Contender::new("ours", || Check(ours::ours_request(requests.key_strings(), &mut a) as u64)),
            Contender::new("ordinary", || Check(naive::naive_request(requests.texts(), &mut b) as u64)),
            Contender::new("limit", || Check(limit::limit_request(requests.texts(), &mut c) as u64)),
        ],
    )
}

fn check_equal(what: &str, [ours, ordinary, limit]: [Check; 3]) -> Result<(), String> {
    if ours == ordinary && ours == limit { Ok(()) } else { Err(format!("{what} differ: {ours:?}, {ordinary:?}, {limit:?}")) }
}

fn write_pool(file: &str) -> Result<(), String> {
    let pool = Pool::generate(POOL);
    let mut text = Vec::new();
    for line in pool.lines() {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))
}

/// CPU time of this thread so far, in nanoseconds. Linux only.
fn cpu_time() -> Result<u64, String> {
    let file = "/proc/self/schedstat";
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let first = text.split_whitespace().next().and_then(|number| number.parse().ok());
    first.filter(|nanos| *nanos > 0).ok_or_else(|| format!("{file} does not tell the CPU time"))
}

fn cpu(file: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let pool = Pool::from_text(&text);
    if pool.is_empty() {
        return Err(format!("{file} has no line"));
    }
    cpu_per_item(pool.len(), || ours::ours_decode(&pool))
}

/// Prints the CPU time per item of a task that has so many, in nanoseconds.
fn cpu_per_item(items: usize, task: impl Fn() -> Check) -> Result<(), String> {
    let passes = (20_000_000 / items).max(1);
    task();
    let before = cpu_time()?;
    for _ in 0..passes {
        task();
    }
    let nanos = cpu_time()? - before;
    println!("{:.2}", nanos as f64 / (passes * items) as f64);
    Ok(())
}

/// G90 messages, a line of hexadecimal digits each.
fn write_messages(file: &str) -> Result<(), String> {
    let input = g90::Input::generate();
    let line = |message: &[u8]| message.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text: String = input.messages().messages().map(|message| line(message) + "\n").collect();
    std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))
}

fn cpu_messages(file: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let digits = |line: &str| {
        let pairs = line.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| format!("{file}: no hexadecimal digits"))
    };
    let pool = g90::pool::Pool::of(text.lines().map(digits).collect::<Result<Vec<_>, _>>()?);
    if pool.is_empty() {
        return Err(format!("{file} has no line"));
    }
    cpu_per_item(pool.len(), || g90::cloud::ours_cloud(&pool))
}

/// Does a task once, and prints how many items it had.
fn count(input: &Input, case: &str) -> Result<(), String> {
    let mut out = vec![0; 2 * POOL];
    let (pool, requests) = (&input.pool, &input.requests);
    let packets = input.packets()?;
    let check = match case {
        "ours_decode" => ours::ours_decode(pool).0,
        "naive_decode" => naive::naive_decode(pool).0,
        "limit_decode" => limit::limit_decode(pool).0,
        "ours_stream" => ours::ours_stream(&input.stream).0,
        "naive_stream" => naive::naive_stream(&input.stream).0,
        "limit_stream" => limit::limit_stream(&input.stream).0,
        "ours_encode" => ours::ours_encode(&packets, &mut out) as u64,
        "naive_encode" => naive::naive_encode(&input.typed, &mut out) as u64,
        "limit_encode" => limit::limit_encode(&input.typed, &mut out) as u64,
        "ours_request" => ours::ours_request(requests.key_strings(), &mut out) as u64,
        "naive_request" => naive::naive_request(requests.texts(), &mut out) as u64,
        "limit_request" => limit::limit_request(requests.texts(), &mut out) as u64,
        _ => return Err(format!("no case {case}")),
    };
    if check == 0 {
        return Err(format!("{case} did nothing"));
    }
    println!("{}", if case.ends_with("request") { requests.len() } else { pool.len() });
    Ok(())
}

/// As [`count`], but prints how many bytes there were.
fn count_bytes(case: &str, counted: Result<(Check, usize), String>) -> Result<(), String> {
    let (check, bytes) = counted?;
    if check == Check::default() {
        return Err(format!("{case} did nothing"));
    }
    println!("{bytes}");
    Ok(())
}

/// As [`count`], for G90.
fn count_g90(case: &str) -> Result<(), String> {
    let (check, items) = g90::Input::generate().count(case)?;
    if check == Check::default() {
        return Err(format!("{case} did nothing"));
    }
    println!("{items}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_ways_agree() {
        let input = Input::new();
        let (pool, stream) = (&input.pool, &input.stream);
        let expected = ours::ours_decode(pool);
        assert_ne!(expected, Check::default());
        assert_eq!(naive::naive_decode(pool), expected);
        assert_eq!(limit::limit_decode(pool), expected);
        assert_eq!(ours::ours_stream(stream), expected);
        assert_eq!(naive::naive_stream(stream), expected);
        assert_eq!(limit::limit_stream(stream), expected);
        let packets = input.packets().unwrap();
        let lines: Vec<u8> = pool.lines().flatten().copied().collect();
        let mut out = vec![0; 2 * POOL];
        for encode in [
            |input: &Input, _: &[Packet<'_>], out: &mut [u8]| naive::naive_encode(&input.typed, out),
            |input: &Input, _: &[Packet<'_>], out: &mut [u8]| limit::limit_encode(&input.typed, out),
            |_: &Input, packets: &[Packet<'_>], out: &mut [u8]| ours::ours_encode(packets, out),
        ] {
            let len = encode(&input, &packets, &mut out);
            assert!(out[..len] == lines, "encoded lines are not the decoded ones");
        }
    }

    #[test]
    fn a_wrong_checksum_is_refused_by_all() {
        let good = "8200036015400000";
        let sum = (1..=7).fold(0_u8, |sum, at| sum.wrapping_add(u8::from_str_radix(&good[2 * at - 2..2 * at], 16).unwrap()));
        let right = format!("{}{:02x}", &good[..14], sum.wrapping_neg());
        let wrong = format!("{}{:02x}", &good[..14], sum.wrapping_neg() ^ 1);
        for (text, accepted) in [(right, true), (wrong, false)] {
            let pool = Pool::from_text(&text);
            assert_eq!(ours::ours_decode(&pool) != Check::default(), accepted);
            assert_eq!(naive::naive_decode(&pool) != Check::default(), accepted);
            assert_eq!(limit::limit_decode(&pool) != Check::default(), accepted);
        }
    }
}
