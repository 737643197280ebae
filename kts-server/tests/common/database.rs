//! A PostgreSQL of one's own, reached through a socket in a folder.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Folder;

pub struct Database {
    programs: PathBuf,
    folder: Folder,
    child: Child,
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.filter_map(Result::ok).map(|version| version.path().join("bin")).find(|bin| bin.join("postgres").exists())
}

/// It refuses to run as root.
fn command(program: &std::path::Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Database {
    /// `None` where PostgreSQL is not installed, unless `KTS_REQUIRE_POSTGRESQL` says that it must be.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("KTS_REQUIRE_POSTGRESQL").is_none(), "PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = Folder::new();
        // Who it runs as is not who made the folder, perhaps.
        let _ = Command::new("chown").arg("postgres").arg(&folder.0).stderr(Stdio::null()).status();
        let made = command(&programs.join("initdb"))
            .args(["--auth=trust", "--username=kts", "--no-sync", "--pgdata"])
            .arg(folder.0.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let child = Self::run(&programs, &folder);
        Some(Self { programs, folder, child })
    }

    fn run(programs: &std::path::Path, folder: &Folder) -> Child {
        let log = std::fs::File::create(folder.0.join("log")).unwrap();
        let child = command(&programs.join("postgres"))
            .arg("-D")
            .arg(folder.0.join("data"))
            .arg("-k")
            .arg(&folder.0)
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        let ready = || Command::new(programs.join("pg_isready")).arg("-q").arg("-h").arg(&folder.0).status().unwrap().success();
        while !ready() {
            assert!(Instant::now() < until, "{}", std::fs::read_to_string(folder.0.join("log")).unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
        child
    }

    /// The line of a configuration.
    pub fn setting(&self) -> String {
        format!("postgresql = \"host={} user=kts dbname=postgres\"", self.folder.0.display())
    }

    /// Starts after [`stop`](Self::stop).
    pub fn start_again(&mut self) {
        self.child = Self::run(&self.programs, &self.folder);
    }

    /// Ends all connections at once.
    pub fn stop(&mut self) {
        // SIGQUIT: immediate.
        let _ = Command::new("kill").args(["-s", "QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.stop();
    }
}
