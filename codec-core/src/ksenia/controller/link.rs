//! The WebSocket of a controller, from the handshake on.

use super::config::{Config, SUBPROTOCOL};
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
