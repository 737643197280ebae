//! Sessions as text: what a machine was given and what it sent, so that the session can be repeated exactly.
//!
//! A record is JSON lines. The first is a [`Header`]:
//!
//! ```json
//! {"format":"codec-record","version":1,"protocol":"ness","role":"controller","secrets":"masked","rx_bytes":2048,"tx_bytes":512}
//! ```
//!
//! Every other line is an [`Entry`]: the time, and one thing that happened. `rx` are the bytes of one read and `tx` those of one write,
//! as `rx_hex` and `tx_hex` where they are not plain text; `wake` is a poll without input, at the start or at a deadline; `submit` a
//! command; `eof` the end of the connection:
//!
//! ```json
//! {"ms":0,"unix":1763640000,"wake":true}
//! {"ms":12,"unix":1763640000,"rx":"8200036014"}
//! {"ms":14,"unix":1763640000,"rx":"000007\r\n"}
//! {"ms":900,"unix":1763640001,"submit":{"command":"disarm","code":"0000"}}
//! {"ms":900,"unix":1763640001,"tx":"83005600000E7D\r\n"}
//! {"ms":5000,"unix":1763640005,"eof":true}
//! ```
//!
//! `taken` is there when a program did something else before it had taken all events: so many it had taken since the entry before.
//! `entropy` is there for protocols that use it. Another header begins the record of another connection, so records can be strung
//! together.
//!
//! Secrets are masked unless kept on purpose: each is replaced by characters of the same length and the checksum of its frame is made
//! to fit, so the times, the lengths and the cuts between reads stay. A masked record repeats with the same events as long as nothing
//! depends on a code; a panel's machine must be given the masked code to accept it. The fault of a damaged request may name other digits.

use std::io;

use codec_core::{ConfigError, Env, Instant, Machine, Refused, Ticket};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod g90_cloud;
mod ksenia;
mod ksenia_stream;
mod kts;
mod mask;
mod ness;
mod pins;
mod recorder;
mod replay;

pub use g90_cloud::G90CloudMask;
pub use ksenia::mask_ksenia_message;
pub use ksenia_stream::KseniaMask;
pub use kts::{KtsMask, mask_kts_frame};
pub use mask::Mask;
pub use ness::{NessMask, mask_ness_line};
pub use recorder::Recorder;
pub use replay::{Log, Replay};

pub(crate) use pins::is_pin;

/// Which side of a connection a machine plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watches and commands.
    Controller,
    /// The device.
    Panel,
}

/// What a record does with PINs, codes and keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secrets {
    /// They are replaced by characters of the same length.
    #[default]
    Masked,
    /// They stand in the record as they are. Whoever reads it can disarm the panel.
    Kept,
}

/// What a record must know of a machine.
pub trait Recorded: Machine {
    /// The protocol, a word in lower case.
    const PROTOCOL: &'static str;
    /// The side.
    const ROLE: Role;
    /// Whether the machine looks at [`Env::entropy`]. If not, it is left out.
    const USES_ENTROPY: bool;

    /// A command without lifetime, as it stands in a record.
    type OwnedCommand: DeserializeOwned;

    /// A command for a record.
    ///
    /// # Errors
    /// If the command cannot be written as JSON.
    fn command_to_json(command: &Self::Command<'_>, secrets: Secrets) -> serde_json::Result<serde_json::Value>;

    /// Submits a command of a record again; `None` if this version does not know it.
    fn submit_again(&mut self, env: &Env, command: &Self::OwnedCommand, tx: &mut codec_core::TxBuf<'_>) -> Option<Result<Ticket, Refused>>;

    /// What hides the secrets in the bytes received and in the bytes sent.
    fn masks() -> [Box<dyn Mask>; 2];
}

/// The name of the format in a header.
const FORMAT: &str = "codec-record";
/// The version of the format that this crate writes and reads.
const VERSION: u32 = 1;

/// The first line of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    version: u32,
    /// The protocol, see [`Recorded::PROTOCOL`].
    pub protocol: String,
    /// The side whose record it is.
    pub role: Role,
    /// Whether secrets are masked.
    pub secrets: Secrets,
    /// Size of the receive buffer in bytes. It can make a difference to what a machine gives.
    pub rx_bytes: usize,
    /// Size of the transmit buffer in bytes.
    pub tx_bytes: usize,
}

impl Header {
    /// Whether the record is of this kind of machine.
    #[must_use]
    pub fn is_of<M: Recorded>(&self) -> bool {
        self.protocol == M::PROTOCOL && self.role == M::ROLE
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What the machine knew of the world.
    pub env: Env,
    /// See [`Moment::taken`](crate::observe::Moment::taken).
    pub taken: Option<u32>,
    /// What happened.
    pub act: Act,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// One read gave these bytes.
    Received(Vec<u8>),
    /// One write took these bytes.
    Sent(Vec<u8>),
    /// The machine was polled without an input.
    Woken,
    /// A command was submitted.
    Submitted(serde_json::Value),
    /// The peer sends no more.
    Ended,
}

/// Why a record cannot be read or repeated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is not what it should be.
    #[error("line {line}: {detail}")]
    Line {
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// The record is of another machine.
    #[error("the record is of a {protocol} {role:?}")]
    OtherMachine {
        /// Its protocol.
        protocol: String,
        /// Its side.
        role: Role,
    },
    /// The buffers are smaller than those of the record, or than the machine's least.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// An entry as it stands in the file.
#[derive(Default, Serialize, Deserialize)]
struct EntryLine {
    ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unix: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entropy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rx: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rx_hex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tx: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tx_hex: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wake: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submit: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    eof: bool,
}

impl From<Entry> for EntryLine {
    fn from(entry: Entry) -> Self {
        let Env { now, unix, entropy } = entry.env;
        let entropy = (entropy != [0; 16]).then(|| to_hex(&entropy));
        let mut line = Self { ms: now.as_millis(), unix, entropy, taken: entry.taken, ..Self::default() };
        match entry.act {
            Act::Received(bytes) => match to_text(bytes) {
                Ok(text) => line.rx = Some(text),
                Err(hex) => line.rx_hex = Some(hex),
            },
            Act::Sent(bytes) => match to_text(bytes) {
                Ok(text) => line.tx = Some(text),
                Err(hex) => line.tx_hex = Some(hex),
            },
            Act::Woken => line.wake = true,
            Act::Submitted(command) => line.submit = Some(command),
            Act::Ended => line.eof = true,
        }
        line
    }
}

impl TryFrom<EntryLine> for Entry {
    type Error = &'static str;

    fn try_from(line: EntryLine) -> Result<Self, &'static str> {
        let not_hex = "not pairs of hexadecimal digits";
        let bytes = |text: Option<String>, hex: Option<String>| match (text, hex) {
            (Some(text), None) => Ok(Some(text.into_bytes())),
            (None, Some(hex)) => from_hex(&hex).map(Some).ok_or(not_hex),
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err("bytes both as text and as hex"),
        };
        let acts = [
            bytes(line.rx, line.rx_hex)?.map(Act::Received),
            bytes(line.tx, line.tx_hex)?.map(Act::Sent),
            line.wake.then_some(Act::Woken),
            line.submit.map(Act::Submitted),
            line.eof.then_some(Act::Ended),
        ];
        let mut acts = acts.into_iter().flatten();
        let (Some(act), None) = (acts.next(), acts.next()) else {
            return Err("not exactly one of rx, tx, wake, submit and eof");
        };
        let mut env = Env { unix: line.unix, ..Env::at(Instant::from_millis(line.ms)) };
        if let Some(hex) = line.entropy {
            env.entropy = from_hex(&hex).and_then(|bytes| bytes.try_into().ok()).ok_or("entropy is not 32 hexadecimal digits")?;
        }
        Ok(Self { env, taken: line.taken, act })
    }
}

/// Bytes as text if they are printable ASCII and line ends, else as hex.
fn to_text(bytes: Vec<u8>) -> Result<String, String> {
    let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n'));
    String::from_utf8(bytes)
        .map_err(|error| error.into_bytes())
        .and_then(|text| if plain { Ok(text) } else { Err(text.into_bytes()) })
        .map_err(|bytes| to_hex(&bytes))
}

fn to_hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| codec_core::ness::Case::Lower.digits(*byte);
    bytes.iter().flat_map(digits).map(char::from).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| codec_core::text::hex::byte(*high, *low);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(entry: &Entry) -> String {
        let text = serde_json::to_string(&EntryLine::from(entry.clone())).unwrap();
        let line: EntryLine = serde_json::from_str(&text).unwrap();
        assert_eq!(Entry::try_from(line).unwrap(), *entry);
        text
    }

    #[test]
    fn entries_come_back() {
        let env = Env { unix: Some(1_763_640_000), ..Env::at(Instant::from_millis(12)) };
        let entry = |act| Entry { env, taken: None, act };
        assert_eq!(round_trip(&entry(Act::Woken)), r#"{"ms":12,"unix":1763640000,"wake":true}"#);
        assert_eq!(round_trip(&entry(Act::Ended)), r#"{"ms":12,"unix":1763640000,"eof":true}"#);
        assert_eq!(round_trip(&entry(Act::Received(b"82\"\r\n".to_vec()))), r#"{"ms":12,"unix":1763640000,"rx":"82\"\r\n"}"#);
        assert_eq!(round_trip(&entry(Act::Sent(vec![0, 255, b'a']))), r#"{"ms":12,"unix":1763640000,"tx_hex":"00ff61"}"#);
        assert_eq!(round_trip(&entry(Act::Received("ä".into()))), r#"{"ms":12,"unix":1763640000,"rx_hex":"c3a4"}"#);
        let command = serde_json::json!({"command": "refresh"});
        let mut submit = Entry { env: Env::at(Instant::from_millis(3)), taken: Some(2), act: Act::Submitted(command) };
        assert_eq!(round_trip(&submit), r#"{"ms":3,"taken":2,"submit":{"command":"refresh"}}"#);
        submit.env.entropy = [0xA5; 16];
        assert!(round_trip(&submit).contains(r#""entropy":"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5""#));
    }

    #[test]
    fn an_entry_says_exactly_one_thing() {
        for text in [
            r#"{"ms":1}"#,
            r#"{"ms":1,"wake":true,"eof":true}"#,
            r#"{"ms":1,"rx":"a","rx_hex":"61"}"#,
            r#"{"ms":1,"rx_hex":"6"}"#,
            r#"{"ms":1,"rx_hex":"xx"}"#,
            r#"{"ms":1,"wake":true,"entropy":"00"}"#,
        ] {
            let line: EntryLine = serde_json::from_str(text).unwrap();
            assert!(Entry::try_from(line).is_err(), "{text}");
        }
    }
}
