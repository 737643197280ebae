//! What a server with many hosts costs:
//!
//! ```sh
//! cargo build --release -p kts-server --bins --examples && target/release/examples/measure
//! ```
//!
//! Hosts, server and listener are processes of their own: the server on one processor, all others on another one. First 1,000 hosts push; the
//! time from right before the push is written until the listener has the update is taken, in turns with a plain reader of lines in place of the
//! server, and compared turn by turn. Then 10,000 idle connections are held, without TLS and with it. `measure HOSTS CONNECTIONS SECONDS
//! TURNS` does the same with other numbers. Open files must be allowed: `ulimit -n 20000`. On a machine that does something else too, `chrt -f 1` in
//! front of it keeps that out of the times.

#[path = "../../tests/common/flat.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod flat;
mod hosts;
mod lines;
mod listen;
mod process;
#[path = "../../tests/common/tls.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kts_server::access;
use kts_server::records::{Signing, User};
use kts_server::store::Store;

use listen::{Listener, metric};
use process::Process;

/// The key of all hosts.
const KEY: &str = "1234567890";

/// Serial number of a host.
fn sn(number: usize) -> String {
    format!("08AB{number:08}")
}

/// What is measured, and where.
struct Measure {
    /// This program, which is hosts and the reader of lines too.
    me: PathBuf,
    folder: PathBuf,
    token: String,
    /// The processor of the server, and that of everybody else.
    processors: [Option<u32>; 2],
}

/// A server that runs.
struct Running {
    process: Process,
    hosts: String,
    api: SocketAddr,
}

/// A turn of pushes.
#[derive(Default)]
struct Turn {
    pushed: usize,
    /// Microseconds from push to listener, sorted.
    ages: Vec<u64>,
    /// Nanoseconds on a processor.
    busy: u64,
    elapsed: Duration,
}

impl Turn {
    fn at(&self, part: usize) -> f64 {
        let last = self.ages.len().saturating_sub(1);
        self.ages.get((self.ages.len() * part / 1000).min(last)).copied().unwrap_or(0) as f64 / 1000.0
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    match arguments.first().map(String::as_str) {
        Some("hosts") => return hosts::run(arguments[1].parse().expect("an address"), number(2, 1), &arguments[3]),
        Some("lines") => return lines::run(),
        Some("prepare") => return prepare(Path::new(&arguments[1]), number(2, 1)),
        _ => {}
    }
    let (hosts, connections, seconds, turns) = (number(0, 1000), number(1, 10_000), number(2, 5), number(3, 5));
    let me = std::env::current_exe().expect("a path");
    let folder = std::env::temp_dir().join(format!("kts-measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let processors = if process::can_pin() { [Some(0), Some(1)] } else { [None, None] };
    if processors[0].is_none() {
        println!("no second processor, or no program `taskset`: server and hosts share what there is");
    }
    // In a process of its own, so that nobody has the store open afterwards.
    let most = hosts.max(connections).to_string();
    let mut preparing = Process::start(None, &me, &["prepare", folder.to_str().expect("a path"), &most]);
    let token = preparing.line();
    preparing.wait();
    let measure = Measure { me, folder, token, processors };
    for rate in [1, 10] {
        measure.pushes(hosts, rate, seconds, turns);
    }
    for tls in [false, true] {
        measure.idle(connections, tls);
    }
    let _ = std::fs::remove_dir_all(&measure.folder);
}

/// Configuration and store, with hosts and an administrator, whose token is said.
fn prepare(folder: &Path, hosts: usize) {
    let text = "[hosts]\nlisten = \"127.0.0.1:0\"\n[api]\nlisten = \"127.0.0.1:0\"\n[store]\nfile = \"kts.redb\"\n\
                [limits]\nunregistered = 20000\nunregistered_per_address = 20000\nconnections_per_address = 20000\n";
    std::fs::write(folder.join("kts-server.toml"), text).expect("a file");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("a file");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let token = runtime.block_on(async {
        let store = std::sync::Arc::new(Store::embedded(&folder.join("kts.redb"), 16 << 20).expect("a store"));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..hosts {
            let store = std::sync::Arc::clone(&store);
            tasks.spawn(async move { access::put_host(&store, &sn(number), Some(KEY.to_owned()), Signing::Md5).await.expect("a host") });
        }
        tasks.join_all().await;
        let user = User { name: "measure".to_owned(), admin: true, hosts: Vec::new() };
        access::put_user(&store, user).await.expect("a user")
    });
    println!("{token}");
}

impl Measure {
    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("a path").to_owned()
    }

    fn serve(&self, config: &str) -> Running {
        let program = self.me.parent().and_then(Path::parent).expect("a folder").join("kts-server");
        let mut process = Process::start(self.processors[0], &program, &["--quiet", "--config", config]);
        let ready = process.line();
        let words: Vec<&str> = ready.split_whitespace().collect();
        let ["ready", "hosts", hosts, "api", api] = words[..] else { panic!("{ready}") };
        Running { hosts: hosts.to_owned(), api: api.parse().expect("an address"), process }
    }

    fn hosts(&self, address: &str, count: usize, how: &str) -> Process {
        let mut process = Process::start(self.processors[1], &self.me, &["hosts", address, &count.to_string(), how]);
        assert_eq!(process.line(), "ready");
        process
    }

    /// Hosts that push `rate` values per second each, in turns with the reader of lines.
    fn pushes(&self, hosts: usize, rate: usize, seconds: usize, turns: usize) {
        println!("{hosts} hosts, {rate} per second each, {turns} turns of {seconds} seconds:");
        let server = self.serve(&self.file("kts-server.toml"));
        let before = server.process.memory();
        let mut flats = self.hosts(&server.hosts, hosts, "plain");
        // They are asked for everything first.
        while metric(server.api, &self.token, "synchronised_total") < hosts as u64 {
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut lines = Process::start(self.processors[0], &self.me, &["lines"]);
        let ready = lines.line();
        let (address, listeners) = ready.split_once(' ').expect("two addresses");
        let mut raw = self.hosts(address, hosts, "raw");
        let mut told = Listener::web_socket(server.api, &self.token);
        let mut read = Listener::lines(listeners.parse().expect("an address"));
        std::thread::sleep(Duration::from_secs(1));

        let updates = || metric(server.api, &self.token, "updates_total");
        let (known, plan) = (updates(), (hosts * rate * seconds, 1_000_000 / (hosts * rate)));
        let mut all = [const { Vec::new() }; 2];
        for _ in 0..turns {
            all[0].push(turn(&mut flats, &mut told, &server.process, plan));
            all[1].push(turn(&mut raw, &mut read, &lines, plan));
        }
        let (decoded, pushed) = (updates() - known, all[0].iter().map(|turn| turn.pushed).sum::<usize>());
        for (name, turns) in ["server", "plain reader of lines"].into_iter().zip(&all) {
            let heard: usize = turns.iter().map(|turn| turn.ages.len()).sum();
            let share = turns.iter().map(|turn| turn.busy as f64 / turn.elapsed.as_nanos() as f64).sum::<f64>() / turns.len() as f64;
            println!(
                "  {name}: {heard} of {} updates heard, p50 {:.2} ms, p99 {:.2} ms (best turn {:.2}), {:.1} % of a processor",
                turns.iter().map(|turn| turn.pushed).sum::<usize>(),
                median(turns.iter().map(|turn| turn.at(500))),
                median(turns.iter().map(|turn| turn.at(990))),
                turns.iter().map(|turn| turn.at(990)).fold(f64::INFINITY, f64::min),
                share * 100.0,
            );
        }
        let ratio = |part: usize| median(all[0].iter().zip(&all[1]).map(|(server, lines)| server.at(part) / lines.at(part)));
        println!("  server to reader, turn by turn: p50 {:.1}, p99 {:.1}", ratio(500), ratio(990));
        println!("  server: {decoded} of {pushed} pushes decoded, {} KB of memory, {before} KB without hosts", server.process.memory());
    }

    /// Connections that say nothing.
    fn idle(&self, connections: usize, tls: bool) {
        // The cache of the database is of one size, however many connections there are: it must not count as theirs.
        let text = std::fs::read_to_string(self.file("kts-server.toml")).expect("a file");
        let mut text = text.replace("[limits]", "cache_megabytes = 1\n[limits]");
        let mut how = "plain".to_owned();
        if tls {
            text = text.replacen("[hosts]", "[hosts]\ntls = { certificate = \"cert.pem\", key = \"key.pem\" }", 1);
            how = self.file("cert.pem");
        }
        std::fs::write(self.file("idle.toml"), text).expect("a file");
        let server = self.serve(&self.file("idle.toml"));
        let before = server.process.memory();
        let _hosts = self.hosts(&server.hosts, connections, &how);
        while metric(server.api, &self.token, "synchronised_total") < connections as u64 {
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(metric(server.api, &self.token, "connections"), connections as u64);
        // What the registrations needed for a moment is in the number too.
        let grown = server.process.memory().saturating_sub(before);
        let (busy, started) = (server.process.busy(), Instant::now());
        std::thread::sleep(Duration::from_secs(10));
        let share = (server.process.busy() - busy) as f64 / started.elapsed().as_nanos() as f64 * 100.0;
        println!(
            "{connections} idle connections {} TLS: {} KB, {:.2} KB each; {share:.1} % of a processor",
            if tls { "with" } else { "without" },
            server.process.memory(),
            grown as f64 / connections as f64
        );
    }
}

/// One turn: pushes, and what is heard of them.
fn turn(hosts: &mut Process, listener: &mut Listener, server: &Process, (pushes, micros): (usize, usize)) -> Turn {
    let (busy, started) = (server.busy(), Instant::now());
    hosts.tell(&format!("{pushes} {micros}"));
    let mut ages = listener.hear(pushes);
    let turn = Turn { pushed: pushes, busy: server.busy() - busy, elapsed: started.elapsed(), ages: Vec::new() };
    assert_eq!(hosts.line(), "done");
    ages.sort_unstable();
    Turn { ages, ..turn }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
