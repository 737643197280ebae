//! How a simulated panel is set up.

use crate::error::ConfigError;
use crate::g90::cloud::device_id::MAX_DEVICE_ID;
use crate::g90::cloud::{Hello, HelloDiscovery};
use crate::secret::Secret;

/// How a [`Panel`](super::Panel) behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Its device id (GUID), 1 to 15 bytes. Default `GA00000A0000000`.
    pub device_id: &'b str,
    /// Version of its firmware, 1 to 3 bytes. Default `207`.
    pub firmware: &'b str,
    /// Ask where the cloud is, in place of saying hello: the connection ends with
    /// [`CloseReason::Redirected`](crate::CloseReason::Redirected) when the answer has come. Default off.
    pub discover: bool,
    /// Milliseconds between pings; 0 for none. Default 60,000.
    pub ping_millis: u32,
    /// Milliseconds between hellos; 0 for one at the start only. Default 60,000.
    pub hello_millis: u32,
    /// End with [`CloseReason::NoAnswer`](crate::CloseReason::NoAnswer) when a hello or a ping was not answered for as many milliseconds;
    /// 0 for never. What a real panel does is not known. Default 30,000.
    pub answer_millis: u32,
    /// Answers to commands of the cloud, by the code of the command: `[code,[data]]`, at most 200 bytes each. A command that is not
    /// among them is told and not answered. Default none.
    pub answers: &'b [(u16, Secret<&'b str>)],
    /// Flags of its hello.
    pub hello_flags: [i32; 10],
    /// Flags of its hello where it asks for its cloud.
    pub discovery_flags: [i32; 7],
}

/// Longest answer to a command, in bytes.
pub const MAX_ANSWER: usize = 200;

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            device_id: "GA00000A0000000",
            firmware: "207",
            discover: false,
            ping_millis: 60_000,
            hello_millis: 60_000,
            answer_millis: 30_000,
            answers: &[],
            hello_flags: Hello::USUAL_FLAGS,
            discovery_flags: HelloDiscovery::USUAL_FLAGS,
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

impl Config<'_> {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let text = |field, text: &str, longest| {
            let good = (1..=longest).contains(&text.len()) && !text.trim_ascii().is_empty() && !text.ends_with('\0');
            if good { Ok(()) } else { Err(ConfigError::BadText { field }) }
        };
        text("device_id", self.device_id, MAX_DEVICE_ID)?;
        text("firmware", self.firmware, 3)?;
        if self.answers.iter().any(|(_, answer)| answer.expose().len() > MAX_ANSWER) {
            return Err(ConfigError::BadText { field: "answers" });
        }
        Ok(())
    }
}
