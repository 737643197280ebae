//! Runs `panelctl` as a process.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, without anything of the environment that it would look at.
pub(crate) fn panelctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_panelctl"));
    command.env_remove("PANELCTL_CODE");
    command
}

/// Runs to the end with all of `input` on standard input.
pub(crate) fn panelctl_with_input(args: &[&str], input: &[u8]) -> Ended {
    let mut child =
        panelctl().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("panelctl was built");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // It may end without reading, which is no fault of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer does not panic");
    Ended {
        code: output.status.code().expect("it is not killed"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
