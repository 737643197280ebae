//! Processes: where they run, what they need, and what they say.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process that is killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether there are two processors, and the program that chooses one.
pub(crate) fn can_pin() -> bool {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors > 1 && Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

impl Process {
    /// Starts a program, on one processor.
    pub(crate) fn start(processor: Option<u32>, program: &Path, arguments: &[&str]) -> Self {
        let mut command = match processor {
            None => Command::new(program),
            Some(processor) => {
                let mut command = Command::new("taskset");
                command.arg("-c").arg(processor.to_string()).arg(program);
                command
            }
        };
        let mut child =
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a program that can be started");
        let (input, output) = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        Self { child, input, output: BufReader::new(output) }
    }

    /// Its next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        let len = self.output.read_line(&mut line).expect("a line");
        assert!(len > 0, "a process has ended");
        line.trim_end().to_owned()
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("a process that listens");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) {
        self.child.wait().expect("an end");
    }

    /// Resident memory in kilobytes.
    pub(crate) fn memory(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Time on a processor so far, in nanoseconds, of all its threads.
    pub(crate) fn busy(&self) -> u64 {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", self.child.id())) else { return 0 };
        let of_thread = |path: std::path::PathBuf| {
            let text = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
            text.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
        };
        threads.filter_map(Result::ok).map(|thread| of_thread(thread.path())).sum()
    }
}
