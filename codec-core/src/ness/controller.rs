//! The side that watches and commands a panel.

use super::frames::{Cut, Framer};
use super::status::RequestId;
use super::version::ModelMap;
use super::wire::{ChecksumPolicy, DecodeOptions, Line, MAX_LINE, StatusUpdate, decode_with};
use super::{Model, Version};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, Fault, FaultKind, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::secret::Secret;
use crate::timers::Instant;

/// How a [`Controller`] behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Address in requests, 0 to 15. Panels accept 0 always, another only if it is theirs. Default 0.
    pub address: u8,
    /// Take only lines of the panel with this address, and lines without an address. Default `None`: take all.
    pub only_from: Option<u8>,
    /// Which checksums to accept. Default [`ChecksumPolicy::Either`].
    pub checksum: ChecksumPolicy,
    /// Choices of the decoder.
    pub decode: DecodeOptions,
    /// Drop an event line that repeats the one before it byte for byte, as panels were seen to send it. Default on. With time
    /// stamps switched off in the panel, a real event could look like a repetition if the one between got lost.
    pub drop_repeated: bool,
    /// What model bytes stand for. Default [`ModelMap::REV16`].
    pub models: ModelMap<'b>,
    /// Milliseconds between short polls (zones, arming, auxiliary outputs). They also show that the panel is there. 0 for none.
    /// Default 60,000.
    pub keepalive_millis: u32,
    /// Milliseconds between polls of everything a panel can be asked for. 0 for none. Default 900,000.
    pub refresh_millis: u32,
    /// End with [`CloseReason::Silent`] when nothing was received for as many milliseconds. 0 for never. Default 90,000.
    pub silence_millis: u32,
    /// Milliseconds to wait for the outcome of a command. Default 5,000.
    pub answer_millis: u32,
    /// Ways of some panels.
    pub quirks: Quirks,
}

/// Ways of some panels that a controller can be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Firmware before v5.8 answers `S14` without any bit while armed: only an event leads back to "disarmed".
    pub infer_arming_state: bool,
    /// Put `?` behind every request, which makes a panel pause between messages. The Python library's mock panel does not
    /// understand it.
    pub separator: bool,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            address: 0,
            only_from: None,
            checksum: ChecksumPolicy::Either,
            decode: DecodeOptions { packed_time: false },
            drop_repeated: true,
            models: ModelMap::REV16,
            keepalive_millis: 60_000,
            refresh_millis: 900_000,
            silence_millis: 90_000,
            answer_millis: 5_000,
            quirks: Quirks { infer_arming_state: false, separator: false },
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a [`Controller`] can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// Arm with everybody out. Without a code it is the short arm.
    ArmAway {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Arm with people in. Without a code it is the short arm.
    ArmHome {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Disarm.
    Disarm {
        /// A user's code, 1 to 28 digits.
        code: Secret<&'c str>,
    },
    /// Panic.
    Panic {
        /// A user's code, or `None` for the panic keys alone.
        code: Option<Secret<&'c str>>,
    },
    /// Switch auxiliary output 1 to 8.
    Aux {
        /// Number of the output.
        output: u8,
        /// Whether to switch it on.
        on: bool,
    },
    /// Press keys, 1 to 30 of them, see [`KEYS`](super::KEYS).
    Keys(Secret<&'c str>),
    /// Ask for a status.
    Status(RequestId),
    /// Ask for model and version, or answer from memory if they are known.
    PanelInfo,
    /// Ask for everything now.
    Refresh,
    /// End.
    Close,
}

/// Model and version of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PanelInfo {
    /// The model, if [`Config::models`] knows the byte.
    pub model: Option<Model>,
    /// The model byte.
    pub model_byte: u8,
    /// The version.
    pub version: Version,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent, and nothing tells whether the panel obeyed ([`Command::Keys`], [`Command::Refresh`], [`Command::Close`]).
    Sent,
    /// The panel showed that it obeyed.
    Confirmed,
    /// The answer to a [`Command::Status`].
    Answer(StatusUpdate),
    /// The answer to a [`Command::PanelInfo`].
    PanelInfo(PanelInfo),
    /// Nothing came in time.
    TimedOut,
}

/// What a [`Controller`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A line was received and accepted. What follows from it comes as events of its own.
    Line(Line<'i>),
    /// Something in the house changed.
    Notice(Notice),
    /// Model and version became known or changed.
    PanelInfo(PanelInfo),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A line could not be used. The next one can.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}

/// What was announced by the last `poll_event`.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The line that is held in the receive buffer.
    Line,
    Fault(Fault),
    Closed(CloseReason),
}

/// The machine.
#[derive(Debug)]
pub struct Controller<'b> {
    config: Config<'b>,
    framer: Framer,
    slot: Slot,
    closed: bool,
}

impl<'b> Controller<'b> {
    /// A controller for a new connection.
    ///
    /// # Errors
    /// If the address is above 15.
    pub fn new(config: Config<'b>) -> Result<Self, ConfigError> {
        if config.address > 15 {
            return Err(ConfigError::OutOfRange { field: "address", min: 0, max: 15, found: config.address.into() });
        }
        Ok(Self { config, framer: Framer::new(), slot: Slot::Line, closed: false })
    }
}

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = 128;
    const TX_MIN: usize = 64;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, _env: &Env, rx: &mut RxBuf<'_>, _tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        loop {
            match self.framer.next(rx.unread(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => {
                    self.closed = true;
                    self.slot = Slot::Closed(CloseReason::PeerClosed);
                    return Some(Pending { kind: 0, arg: 0, at: 0, len: 0 });
                }
                Cut::NeedMore => return None,
                Cut::Drop(len) => rx.discard(len),
                Cut::TooLong { used } => {
                    rx.discard(used);
                    self.slot = Slot::Fault(Fault::new(FaultKind::TooLong { limit: 64 }, MAX_LINE));
                    return Some(Pending { kind: 0, arg: 0, at: 0, len: 0 });
                }
                Cut::Frame { len, used } => {
                    rx.hold(used);
                    let text = rx.unread().get(..len).unwrap_or_default();
                    let line = decode_with(text, self.config.decode).and_then(|line| line.check(self.config.checksum));
                    self.slot = match line {
                        Ok(()) => Slot::Line,
                        Err(fault) => Slot::Fault(fault),
                    };
                    return Some(Pending { kind: 0, arg: 0, at: 0, len: u32::try_from(len).unwrap_or(0) });
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Line => {
                let len = usize::try_from(pending.len).unwrap_or(0);
                match decode_with(rx.unread().get(..len).unwrap_or_default(), self.config.decode) {
                    Ok(line) => Event::Line(line),
                    Err(fault) => Event::Fault(fault),
                }
            }
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, _env: &Env, _command: Command<'_>, _tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        Err(Refused::Unsupported)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
