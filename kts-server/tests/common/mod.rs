//! Real processes of the server, and what speaks with them.
#![allow(dead_code, unreachable_pub, reason = "shared by several programs, each of which uses a part of it")]

pub mod database;
pub mod flat;
pub mod tls;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A folder that goes away.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kts-server-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A configuration with quick times. `more` is put at its end.
pub fn config(store: &str, more: &str) -> String {
    format!(
        "[hosts]\nlisten = \"127.0.0.1:0\"\nanswer_seconds = 2\nunread_seconds = 1\n\
         [api]\nlisten = \"127.0.0.1:0\"\n[store]\n{store}\n[log]\nfolder = \"log\"\n{more}\n"
    )
}

/// Runs the program to its end.
pub fn run(arguments: &[&str], config: &Path) -> (ExitStatus, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kts-server")).args(arguments).arg("--config").arg(config).output().unwrap();
    (output.status, String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The first line of what a program that must succeed says.
pub fn said(arguments: &[&str], config: &Path) -> String {
    let (status, out, err) = run(arguments, config);
    assert!(status.success(), "{err}");
    out.lines().next().unwrap_or_default().to_owned()
}

/// A server that is killed when it is dropped.
pub struct Server {
    child: Child,
    pub hosts: SocketAddr,
    pub api: SocketAddr,
    log: PathBuf,
}

impl Server {
    pub fn start(config: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let log = config.with_file_name(format!("stderr-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let errors = std::fs::File::create(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kts-server"));
        let mut child = command.arg("-v").arg("--config").arg(config).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let words: Vec<&str> = ready.split_whitespace().collect();
        let ["ready", "hosts", hosts, "api", api] = words[..] else {
            panic!("{ready:?} {}", std::fs::read_to_string(&log).unwrap_or_default())
        };
        Self { hosts: hosts.parse().unwrap(), api: api.parse().unwrap(), child, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end: {}", self.errors());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A request to the interface: status and body.
    pub async fn request(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let link = TcpStream::connect(self.api).await.unwrap();
        request(link, method, path, token, body).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Value {
        let (status, body) = self.request("GET", path, token, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The value of an object, as the interface shows it.
    pub async fn value(&self, sn: &str, object: &str, token: &str) -> Value {
        let (_, body) = self.request("GET", &format!("/v1/hosts/{sn}/objects/{object}"), token, None).await;
        body["value"].clone()
    }

    /// A number of the metrics.
    pub async fn metric(&self, name: &str, token: &str) -> u64 {
        let text = self.get("/metrics", token).await;
        let line = text.as_str().unwrap().lines().find_map(|line| line.strip_prefix(&format!("kts_{name} ")).map(str::to_owned));
        line.unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request on a connection of its own. A body that is not JSON comes as a string.
pub async fn request(mut link: impl flat::Link, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    link.write_all(head.as_bytes()).await.unwrap();
    link.write_all(body.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = link.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        panic!("{head}")
    } else {
        serde_json::from_str(body).unwrap_or_else(|_| Value::from(body))
    };
    (status, body)
}

/// Waits until something holds.
pub async fn until<T>(what: &str, mut holds: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = holds().await {
            return found;
        }
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A server with an administrator, and one user with one host.
pub struct House {
    pub folder: Folder,
    pub config: PathBuf,
    pub admin: String,
    pub user: String,
}

/// The serial number and key of the document's example.
pub const SN: &str = "08ABEF112233";
pub const KEY: &str = "1234567890";
/// Another host.
pub const OTHER: &str = "BC0008ABEF112233";

impl House {
    pub fn new(more: &str) -> Self {
        Self::with_store("file = \"kts.redb\"", more)
    }

    pub fn with_store(store: &str, more: &str) -> Self {
        let folder = Folder::new();
        let path = folder.write("kts-server.toml", &config(store, more));
        let key = folder.write("key", KEY);
        for sn in [SN, OTHER] {
            said(&["host", "add", sn, "--key-file", key.to_str().unwrap()], &path);
        }
        let admin = said(&["user", "add", "caretaker", "--admin"], &path);
        let user = said(&["user", "add", "alice", "--host", SN], &path);
        Self { folder, config: path, admin, user }
    }

    pub fn start(&self) -> Server {
        Server::start(&self.config)
    }
}

/// Waits until the objects of a host are there.
pub async fn synchronised(server: &Server, sn: &str, token: &str, objects: usize) {
    until("synchronised", async || {
        let (status, body) = server.request("GET", &format!("/v1/hosts/{sn}/objects"), token, None).await;
        (status == 200 && body.as_array().is_some_and(|all| all.len() == objects)).then_some(())
    })
    .await;
}
