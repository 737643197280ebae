//! What a server with many hosts costs: `cargo run --release -p kts-server --example measure -- [HOSTS] [CONNECTIONS] [SECONDS]`.
//!
//! Hosts, server and listener are processes of their own. First HOSTS (1000) hosts push a value per second each; the time from there to the
//! listener's WebSocket is taken, and again with a plain reader of lines in place of the server. Then CONNECTIONS (10,000) idle ones are
//! held. Open files must be allowed: `ulimit -n 25000`.

#[path = "../../tests/common/flat.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod flat;
mod hosts;
mod lines;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kts_server::access;
use kts_server::records::{Signing, User};
use kts_server::store::Store;

/// The key of all hosts.
pub(crate) const KEY: &str = "1234567890";

/// Microseconds since 1970, 16 digits: as long as a value may be.
pub(crate) fn micros() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_micros())).unwrap_or(0)
}

/// Serial number of a host.
pub(crate) fn sn(number: usize) -> String {
    format!("08AB{number:08}")
}

/// A process that is killed when it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts a program and waits for its first line.
    fn start(program: &Path, arguments: &[&str]) -> (Self, String) {
        let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().expect("a program that can be started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        (Self(child), line)
    }

    /// Resident memory in kilobytes.
    fn memory(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Time on a processor so far, in hundredths of a second.
    fn ticks(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum()
    }
}

/// Middle and slowest hundredth, in microseconds.
fn percentiles(mut times: Vec<u64>) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 1000).min(times.len().saturating_sub(1))).copied().unwrap_or(0);
    format!("{} updates, p50 {:.2} ms, p99 {:.2} ms", times.len(), at(500) as f64 / 1000.0, at(990) as f64 / 1000.0)
}

/// The time since a moment that stands in a text as 16 digits.
fn age(text: &str) -> Option<u64> {
    let from = text.find("\"17").or_else(|| text.find("\"18"))?;
    let then: u64 = text.get(from + 1..from + 17)?.parse().ok()?;
    Some(micros().saturating_sub(then))
}

/// Reads lines until the time is over.
fn collect(link: impl std::io::Read, seconds: u64) -> Vec<u64> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut lines = BufReader::new(link).lines();
    let mut times = Vec::new();
    while Instant::now() < until {
        let Some(Ok(line)) = lines.next() else { break };
        times.extend(age(&line));
    }
    times
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    match arguments.first().map(String::as_str) {
        Some("hosts") => {
            return hosts::run(arguments[1].parse().expect("an address"), number(2, 1), number(3, 0) as u64, arguments.len() > 4);
        }
        Some("lines") => return lines::run(),
        Some("prepare") => return prepare(Path::new(&arguments[1]), number(2, 1)),
        _ => {}
    }
    let (hosts, connections, seconds) = (number(0, 1000), number(1, 10_000), number(2, 20) as u64);
    let me = std::env::current_exe().expect("a path");
    let server = me.parent().and_then(Path::parent).expect("a folder").join("kts-server");
    let folder = std::env::temp_dir().join(format!("kts-measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    // In a process of its own, so that nobody has the store open afterwards.
    let most = hosts.max(connections).to_string();
    let (mut preparing, token) = Process::start(&me, &["prepare", folder.to_str().expect("a path"), &most]);
    preparing.0.wait().expect("an end");
    let (config, token) = (folder.join("kts-server.toml"), token.trim());
    let config = config.to_str().expect("a path");

    let (process, ready) = Process::start(&server, &["--config", config]);
    let words: Vec<&str> = ready.split_whitespace().collect();
    let (host_address, api) = (words[2].to_owned(), words[4].parse::<SocketAddr>().expect("an address"));
    let before = process.memory();
    let (_load, _) = Process::start(&me, &["hosts", &host_address, &hosts.to_string(), "1000"]);
    println!("{hosts} hosts, a push per second each:");
    let (ticks, started) = (process.ticks(), Instant::now());
    println!("  server: {}", percentiles(listen(api, token, seconds)));
    let share = (process.ticks() - ticks) as f64 / started.elapsed().as_secs_f64();
    println!("  server: {share:.0} % of a processor, {} KB of memory, {before} KB without hosts", process.memory());
    drop((_load, process));

    let (lines, ready) = Process::start(&me, &["lines"]);
    let words: Vec<&str> = ready.split_whitespace().collect();
    let (_load, _) = Process::start(&me, &["hosts", words[0], &hosts.to_string(), "1000", "raw"]);
    let ticks = lines.ticks();
    let link = TcpStream::connect(words[1]).expect("a connection");
    println!("  plain reader of lines: {}", percentiles(collect(link, seconds)));
    println!("  plain reader of lines: {:.0} % of a processor", (lines.ticks() - ticks) as f64 / seconds as f64);
    drop((_load, lines));

    let (process, ready) = Process::start(&server, &["--config", config]);
    let before = process.memory();
    let address = ready.split_whitespace().nth(2).expect("an address").to_owned();
    let (_load, _) = Process::start(&me, &["hosts", &address, &connections.to_string(), "0"]);
    // What the registrations needed for a moment is in the number too.
    std::thread::sleep(Duration::from_secs(5));
    let grown = process.memory().saturating_sub(before);
    println!("{connections} idle connections: {} KB, {:.2} KB each", process.memory(), grown as f64 / connections as f64);
    let ticks = process.ticks();
    std::thread::sleep(Duration::from_secs(10));
    println!("  {:.1} % of a processor", (process.ticks() - ticks) as f64 / 10.0);
    drop((_load, process));
    let _ = std::fs::remove_dir_all(folder);
}

/// Configuration and store, with hosts and an administrator, whose token is said.
fn prepare(folder: &Path, hosts: usize) {
    let text = "[hosts]\nlisten = \"127.0.0.1:0\"\n[api]\nlisten = \"127.0.0.1:0\"\n[store]\nfile = \"kts.redb\"\n\
                [limits]\nunregistered = 20000\n";
    std::fs::write(folder.join("kts-server.toml"), text).expect("a file");
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

/// Listens to the WebSocket until the time is over; the first seconds, in which hosts register, do not count.
fn listen(api: SocketAddr, token: &str, seconds: u64) -> Vec<u64> {
    let mut link = TcpStream::connect(api).expect("a connection");
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    link.write_all(head.as_bytes()).expect("a request");
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut link = std::io::BufReader::new(link);
    let mut line = String::new();
    while link.read_line(&mut line).is_ok_and(|len| len > 2) {
        line.clear();
    }
    let mut times = Vec::new();
    let mut head = [0; 2];
    while Instant::now() < until && std::io::Read::read_exact(&mut link, &mut head).is_ok() {
        // A server's messages are not masked; these are shorter than 64 KB.
        let mut length = usize::from(head[1] & 0x7F);
        if length == 126 {
            let mut more = [0; 2];
            std::io::Read::read_exact(&mut link, &mut more).expect("a length");
            length = usize::from(u16::from_be_bytes(more));
        }
        let mut text = vec![0; length];
        std::io::Read::read_exact(&mut link, &mut text).expect("a message");
        times.extend(std::str::from_utf8(&text).ok().and_then(age));
    }
    times
}
