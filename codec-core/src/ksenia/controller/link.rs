//! The WebSocket of a controller, from the handshake on.

use super::Controller;
use super::config::{Config, SUBPROTOCOL};
use super::schedule::Step;
use crate::buf::{RxBuf, TxBuf};
use crate::error::{ConfigError, EncodeError, Refused};
use crate::ksenia::channel::Channel;
use crate::machine::Env;
use crate::text::json::Text;
use crate::ws::{Client, Request, Role};

/// How far the connection is.
#[derive(Debug)]
pub(crate) enum Link {
    /// The request is not sent yet.
    Idle,
    Connecting(Client),
    Open(Channel),
    /// There is nothing to be sent or received any more.
    Gone,
}

fn request<'b>(config: &Config<'b>) -> Request<'b> {
    Request { path: config.path, host: config.host, protocol: Some(SUBPROTOCOL) }
}

impl Link {
    pub(crate) fn dial(config: &Config<'_>, env: &Env, tx: &mut TxBuf<'_>) -> Result<Self, Refused> {
        Client::start(&request(config), env, tx).map(Self::Connecting)
    }

    pub(crate) const fn open() -> Self {
        Self::Open(Channel::socket(Role::Client))
    }

    /// The caller has a WebSocket, and it is open.
    pub(crate) const fn over_messages() -> Self {
        Self::Open(Channel::messages())
    }

    pub(crate) fn socket(&mut self) -> Option<&mut Channel> {
        if let Self::Open(socket) = self { Some(socket) } else { None }
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::Open(socket) if socket.is_open())
    }

    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self, Self::Open(socket) if socket.is_blocked())
    }

    /// Whether there is nothing to wait for.
    pub(crate) const fn is_over(&self) -> bool {
        match self {
            Self::Open(socket) => socket.is_closed(),
            _ => true,
        }
    }

    /// The message that is being read, as far as it is here.
    pub(crate) fn message<'i>(&self, rx: &'i RxBuf<'_>) -> &'i [u8] {
        if let Self::Open(socket) = self { socket.message(rx) } else { &[] }
    }
}

impl Controller<'_> {
    /// For a caller that has its own WebSocket, already open with [`SUBPROTOCOL`]: the machine reads and
    /// writes text messages in place of a stream. Host and path of the configuration are not used then.
    ///
    /// - A received text message goes into [`RxBuf::space`], as far as it fits at a time, and [`RxBuf::end_message`] is called behind its last byte.
    ///   There is no space for the next before the machine has taken it.
    /// - [`TxBuf::unsent`] holds one message or, if [`TxBuf::ends_message`] says no, a part of one: send it whole, then call
    ///   [`TxBuf::sent`]. Parts may go out as frames of one message.
    /// - Pings, pongs and close frames are the caller's: a lost connection is [`RxBuf::set_eof`], and when the machine has ended the caller
    ///   sends what is unsent and then closes, with code 1000, so that the panel keeps no session. The reason `Bye...` in a close frame of
    ///   the panel is for the caller to see.
    ///
    /// ```
    /// use codec_core::ksenia::Controller;
    /// use codec_core::ksenia::controller::{Config, Memory, Tables};
    /// use codec_core::{Env, Machine, RxBuf, Secret, TxBuf};
    ///
    /// let config = Config::new("192.0.2.7", Secret::new("123456"));
    /// let mut memory = Memory::new();
    /// let mut controller = Controller::new(&config, Tables::default(), &mut memory)?.over_messages();
    /// let (mut received, mut sent) = ([0; 2048], [0; Controller::TX_MIN]);
    /// let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    /// let env = Env { unix: Some(1_767_225_600), ..Env::default() };
    /// assert!(controller.poll_event(&env, &mut rx, &mut tx).is_none());
    /// assert!(tx.ends_message() && tx.unsent().starts_with(b"{\"SENDER\":\"codec-core\",\"RECEIVER\":\"\",\"CMD\":\"LOGIN\""));
    /// # Ok::<(), codec_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn over_messages(mut self) -> Self {
        self.link = Link::over_messages();
        self.schedule.want(Step::Login);
        self
    }
}

/// Whether the texts of a configuration can be sent.
pub(crate) fn check(config: &Config<'_>) -> Result<(), ConfigError> {
    let bad = |field| Err(ConfigError::BadText { field });
    if config.host.len() > 128 {
        return bad("host");
    }
    if config.path.len() > 64 {
        return bad("path");
    }
    let mut room = [0; 512];
    match Client::start(&request(config), &Env::default(), &mut TxBuf::new(&mut room)) {
        Ok(_) => {}
        Err(Refused::Invalid(EncodeError::Missing { field } | EncodeError::BadCharacter { field, .. })) => return bad(field),
        Err(_) => return bad("host"),
    }
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !(1..=32).contains(&config.sender.len()) || !config.sender.bytes().all(named) {
        return bad("sender");
    }
    let pin = config.pin.expose();
    if !(1..=32).contains(&pin.len()) || Text::of(pin).is_none() {
        return bad("pin");
    }
    let account = config.account.text().raw();
    if !(1..=24).contains(&account.len()) || Text::of(account).is_none() {
        return bad("account");
    }
    Ok(())
}
