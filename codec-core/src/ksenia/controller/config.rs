//! How a controller behaves.

use crate::ksenia::{Account, CrcPolicy, Kind};
use crate::secret::Secret;

/// Path of the panel's WebSocket. Some clients put a slash behind it; panels accept both.
pub const PATH: &str = "/KseniaWsock";

/// The subprotocol that every client offers.
pub const SUBPROTOCOL: &str = "KS_WSOCK";

/// Programming that is read at the start by default: what the states are about.
pub static PROGRAMMING: [Kind<'static>; 6] =
    [Kind::Zones, Kind::Partitions, Kind::Outputs, Kind::Scenarios, Kind::BusSensors, Kind::PowerLines];

/// How a [`Controller`](super::Controller) behaves. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Name or address of the panel, with `:port` if it is not the scheme's own. Up to 128 bytes.
    pub host: &'b str,
    /// Path of the WebSocket, up to 64 bytes. Default [`PATH`].
    pub path: &'b str,
    /// Name of this client, 1 to 32 letters, digits, `_` and `-`. Changes come back wrapped in it. Default `codec-core`.
    pub sender: &'b str,
    /// The code to log in with, up to 32 bytes. It goes over the link as text: use TLS.
    pub pin: Secret<&'b str>,
    /// Kind of account. Default [`Account::User`].
    pub account: Account<'b>,
    /// What is done about wrong check values. Default [`CrcPolicy::Report`].
    pub crc: CrcPolicy,
    /// Lists to read at the start and after a change of the programming, up to 30. Default [`PROGRAMMING`].
    pub programming: &'b [Kind<'b>],
    /// States to read at the start, to register for, and to poll, up to 15. Default [`Kind::STATES`]. Empty for none.
    pub states: &'b [Kind<'b>],
    /// Between pings of the WebSocket. 0 for none. Default 30,000.
    pub ping_millis: u32,
    /// Between questions for the version, which also tell of a change of the programming. 0 for none. Default 60,000.
    pub version_millis: u32,
    /// Between polls of the states, for panels that do not push all changes. 0 for none. Default 60,000.
    pub poll_millis: u32,
    /// End with [`CloseReason::Silent`](crate::CloseReason::Silent) when nothing was received for as long. 0 for never. Default 120,000.
    pub silence_millis: u32,
    /// To wait for the handshake, and for the answer to the login, at least 1. Default 10,000.
    pub login_millis: u32,
    /// To wait for the answer to a read or a registration, at least 1. Default 30,000.
    pub read_millis: u32,
    /// To wait for the answer to anything else, at least 1. Default 30,000.
    pub answer_millis: u32,
    /// Least time between a request that the machine makes by itself and the request before it. Commands of the caller are not held
    /// back, so that several can go at once. Default 200.
    pub pace_millis: u32,
}

/// What [`Config::new`] reads and registers for.
static STATES: [Kind<'static>; 15] = Kind::STATES;

impl<'b> Config<'b> {
    /// The defaults, for a panel and a code.
    #[must_use]
    pub const fn new(host: &'b str, pin: Secret<&'b str>) -> Self {
        Self {
            host,
            path: PATH,
            sender: "codec-core",
            pin,
            account: Account::User,
            crc: CrcPolicy::Report,
            programming: &PROGRAMMING,
            states: &STATES,
            ping_millis: 30_000,
            version_millis: 60_000,
            poll_millis: 60_000,
            silence_millis: 120_000,
            login_millis: 10_000,
            read_millis: 30_000,
            answer_millis: 30_000,
            pace_millis: 200,
        }
    }
}
