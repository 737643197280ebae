//! The panel, as far as this protocol shows it: answers requests and discovery, keeps lists, history and configuration.
//!
//! It answers to the sender of each datagram. A driver that binds both ports of a panel, 12368 and 12900, sends each answer from the port to
//! which its question came.
//!
//! Commands whose content is not documented are answered with `fail`. Notifications and the cloud are other protocols:
//! [`Event::Added`] and [`Event::Notice`] say when a panel would tell something there.

mod house;
mod store;
mod told;

use core::net::SocketAddr;

use house::{House, News};
pub use store::{MAX_RECORD, Record, Tables};
pub use told::{Command, Config, Event};

use super::config::ConfigKind;
use super::controller::List;
use super::discovery::ProbeReply;
use super::fault::LocalFault;
use super::lists::PeripheralSetup;
use super::wire::{Message, START, decode, decode_request};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, Refused};
use crate::g90::{ArmState, HistoryRow};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::text::json::{self, Array, Text, Value};
use crate::timers::Instant;

/// Room for the answer to a discovery.
const PROBE_ROOM: usize = 256;

#[derive(Clone, Copy, Debug)]
enum Told {
    /// The datagram that is held in the receive buffer.
    Datagram,
    Notice(Notice),
    Added(List, i64),
    Fault(Fault),
    Closed(CloseReason),
}

/// A simulated panel.
#[derive(Debug)]
pub struct Panel<'b> {
    config: Config<'b>,
    house: House<'b>,
    told: Told,
    tickets: u32,
    wrote: bool,
    /// A datagram waits until its answer has room.
    waits: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Panel<'_>>() <= 512);

impl<'b> Panel<'b> {
    /// A disarmed panel with empty lists and the configuration of a new one.
    ///
    /// # Errors
    /// [`ConfigError::BadText`] if a text of the configuration has a comma or a control character or is longer than 32 bytes.
    pub fn new(config: Config<'b>, tables: Tables<'b>) -> Result<Self, ConfigError> {
        let texts = [
            ("device_id", config.device_id),
            ("product_name", config.product_name),
            ("mcu_hw_version", config.mcu_hw_version),
            ("wifi_hw_version", config.wifi_hw_version),
            ("fw_version", config.fw_version),
            ("phone_number", config.phone_number),
            ("battery_voltage", config.battery_voltage),
        ];
        for (field, text) in texts {
            if text.len() > 32 || !text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b',') {
                return Err(ConfigError::BadText { field });
            }
        }
        let mut house = House::new(tables, config.notice_flags);
        for (kind, fields) in ConfigKind::ALL.into_iter().zip([
            "[900,0,0,1,2,2,60,1,0,60,2]",
            r#"[0,"123456789",1,1,"","","",3,""]"#,
            r#"["1234","","","","","","","","",""]"#,
            r#"["",0,"","","","",0,0,"FFFFFFFF",60]"#,
            r#"["","","",0,"FFFF"]"#,
        ]) {
            // All of these fit.
            let _fits = house.configure(kind, fields);
        }
        Ok(Self { config, house, told: Told::Datagram, tickets: 0, wrote: false, waits: false, closing: None, closed: false })
    }

    /// How it is armed.
    #[must_use]
    pub const fn state(&self) -> ArmState {
        self.house.state
    }

    /// Lists, history and configuration.
    #[must_use]
    pub const fn tables(&self) -> &Tables<'b> {
        &self.house.tables
    }

    fn announce(&mut self, told: Told) -> Option<Pending> {
        self.told = told;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self) -> Option<Pending> {
        let News { notice, added } = &mut self.house.news;
        if let Some(notice) = notice.take() {
            return self.announce(Told::Notice(notice));
        }
        let (list, index) = added.take()?;
        self.announce(Told::Added(list, index))
    }

    /// Answers a datagram.
    fn receive(&mut self, env: &Env, datagram: &[u8], from: SocketAddr, tx: &mut TxBuf<'_>) -> Result<(), Fault> {
        let message = if datagram.starts_with(START) { decode_request(datagram)? } else { decode(datagram)? };
        match message {
            Message::Request(request) => {
                let answer = self.house.obey(&request, env.unix.unwrap_or(0));
                // What does not fit is refused; that always fits.
                let config = self.config;
                let len = match self.house.write(&config, &request, answer, tx.spare()) {
                    Ok(len) => len,
                    Err(_) => self.house.write(&config, &request, house::Answer::Fail, tx.spare()).unwrap_or(0),
                };
                tx.advance_datagram(len, from);
                self.wrote = true;
            }
            Message::Probe(probe) if probe.device_id == self.config.device_id => {
                let reply = ProbeReply {
                    product_name: self.config.product_name,
                    wifi_protocol_version: "1.2",
                    cloud_protocol_version: "1.1",
                    mcu_hw_version: self.config.mcu_hw_version,
                    fw_version: self.config.fw_version,
                    gsm_status: "3",
                    wifi_status: "3",
                    server_status: "1",
                    reserved1: "0",
                    reserved2: "2",
                    gsm_signal_level: "50",
                    wifi_signal_level: "100",
                };
                let mut room = [0; PROBE_ROOM];
                let len = reply.encode(&mut room).unwrap_or(0);
                self.wrote = tx.append_datagram(room.get(..len).unwrap_or_default(), from);
            }
            Message::System(_) | Message::Probe(_) => {}
            Message::Reply(_) | Message::ProbeReply(_) => return Err(LocalFault::Request.into()),
        }
        Ok(())
    }
}

impl Machine for Panel<'_> {
    const LINK: LinkKind = LinkKind::Datagram;
    const RX_MIN: usize = 2048;
    const TX_MIN: usize = 512;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        (self.wrote, self.waits) = (false, false);
        if let Some(pending) = self.announce_waiting() {
            return Some(pending);
        }
        if let Some(reason) = self.closing {
            self.closed = true;
            return self.announce(Told::Closed(reason));
        }
        let Some(from) = rx.from() else {
            if rx.is_eof() {
                self.closed = true;
                return self.announce(Told::Closed(CloseReason::PeerClosed));
            }
            return None;
        };
        if !tx.is_empty() {
            self.waits = true;
            return None;
        }
        let len = rx.unread().len();
        let told = match self.receive(env, rx.unread(), from, tx) {
            Ok(()) => Told::Datagram,
            Err(fault) => Told::Fault(fault),
        };
        if len == 0 {
            rx.discard(0);
            return self.announce(told);
        }
        rx.hold(len);
        self.told = told;
        Some(Pending::reading(len))
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.told {
            Told::Datagram => {
                let datagram = pending.bytes(rx);
                match if datagram.starts_with(START) { decode_request(datagram) } else { decode(datagram) } {
                    Ok(Message::Request(request)) => Event::Request(request),
                    Ok(Message::System(system)) => Event::System(system),
                    Ok(Message::Probe(probe)) => Event::Probe(probe),
                    Ok(_) => Event::Fault(LocalFault::Request.into()),
                    Err(fault) => Event::Fault(fault),
                }
            }
            Told::Notice(notice) => Event::Notice(notice),
            Told::Added(list, index) => Event::Added { list, index },
            Told::Fault(fault) => Event::Fault(fault),
            Told::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, _: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        match command {
            Command::Arm(_) if self.house.news.notice.is_some() => return Err(Refused::TooManyPending { limit: 1 }),
            Command::Arm(state) => match state {
                ArmState::Other(raw) => {
                    return Err(EncodeError::OutOfSignedRange { field: "arm state", min: 1, max: 4, found: raw }.into());
                }
                state => self.house.arm(state, env.unix.unwrap_or(0)),
            },
            Command::Put { list, definition, index, name, user_flags } => {
                // A text is read from JSON: this is where a name becomes that.
                let mut room = [0; MAX_RECORD];
                let mut writer = super::writer::Writer::array(&mut room);
                writer.text(name);
                let len = writer.end_array()?;
                let name = json::check(room.get(..len).unwrap_or_default()).ok().and_then(Value::array);
                let name = name.and_then(|names| names.texts().next()).unwrap_or(Text::new(""));
                let setup = PeripheralSetup::new(name, index, user_flags, definition);
                let place = self.house.place(list, index);
                self.house.put(list, &setup, place).ok_or(Refused::NotAllowed)??;
            }
            Command::Remove { list, index } => {
                if !self.house.delete(list, index) {
                    return Err(Refused::NotAllowed);
                }
            }
            Command::History(row) => {
                let fields = array("history row", row)?;
                HistoryRow::from_array(fields).ok_or(EncodeError::Missing { field: "a field of the history row" })?;
                self.house.remember(|writer| fields.values().for_each(|value| writer.value(value)))?;
            }
            Command::Configure { kind, fields } => self.house.configure(kind, fields)?,
            Command::Close => self.closing = Some(CloseReason::Requested),
        }
        self.tickets = self.tickets.wrapping_add(1);
        Ok(Ticket(self.tickets))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let News { notice, added } = &self.house.news;
        let at_once = self.wrote || self.waits || self.closing.is_some() || notice.is_some() || added.is_some();
        (at_once && !self.closed).then_some(Instant::ZERO)
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

fn array<'c>(field: &'static str, text: &'c str) -> Result<Array<'c>, EncodeError> {
    match json::check(text.as_bytes()) {
        Ok(Value::Array(array)) => Ok(array),
        Ok(_) => Err(EncodeError::BadCharacter { field, at: 0 }),
        Err(fault) => Err(EncodeError::BadCharacter { field, at: fault.at }),
    }
}

impl House<'_> {
    /// Sets a configuration from JSON.
    fn configure(&mut self, kind: ConfigKind, fields: &str) -> Result<(), EncodeError> {
        let fields = array("configuration", fields)?;
        self.config(kind).set(|writer| fields.values().for_each(|value| writer.value(value)))
    }
}
