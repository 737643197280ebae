//! One datagram, or one text from the cloud, without a machine.

use super::fault::NotifyFault;
use crate::error::{Fault, FaultKind, JsonError};
use crate::g90::values::{integer, text};
use crate::g90::{AlertSource, AlertType, ArmState, Facts, MessageCode, NotificationKind};
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Text, Value, Values};

/// A datagram with a whole envelope. What is in it is read by [`body`](Self::body).
#[derive(Clone, Copy, Debug)]
pub struct Message<'i> {
    text: &'i str,
    code: MessageCode,
    data: Value<'i>,
}

/// What a message says.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Body<'i> {
    /// A notification.
    Notification(Notification<'i>),
    /// An alert.
    Alert(Alert<'i>),
    /// A message with a code that has no name.
    Other(Value<'i>),
}

/// A notification: message code 170.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Notification<'i> {
    /// The panel was armed or disarmed, or is in alarm.
    Arming(ArmState),
    /// A sensor in the panel's list changed.
    SensorChange {
        /// Its index in the list.
        index: i64,
        /// Its name.
        name: Text<'i>,
        /// 1: it was added. 2 was seen for a change.
        action: i64,
    },
    /// A sensor was active.
    SensorActivity {
        /// Its index in the panel's list.
        index: i64,
        /// Its name.
        name: Text<'i>,
    },
    /// A door is open while the panel is being armed.
    DoorOpenWhenArming {
        /// Index of its sensor in the panel's list.
        index: i64,
        /// Name of the sensor.
        name: Text<'i>,
    },
    /// A firmware update, whose data is not documented, or a kind without a name.
    Other {
        /// The kind.
        kind: NotificationKind,
        /// Its data.
        data: Value<'i>,
    },
}

impl Notification<'_> {
    /// Which it is.
    #[must_use]
    pub const fn kind(&self) -> NotificationKind {
        match self {
            Self::Arming(_) => NotificationKind::ArmDisarm,
            Self::SensorChange { .. } => NotificationKind::SensorChange,
            Self::SensorActivity { .. } => NotificationKind::SensorActivity,
            Self::DoorOpenWhenArming { .. } => NotificationKind::DoorOpenWhenArming,
            Self::Other { kind, .. } => *kind,
        }
    }
}

/// An alert: message code 208.
#[derive(Clone, Copy, Debug)]
pub struct Alert<'i> {
    /// Its numbers; [`Facts::meaning`] says what they mean.
    pub facts: Facts,
    /// Name of the sensor, or empty.
    pub zone_name: Text<'i>,
    /// Which panel.
    pub device_id: Text<'i>,
    /// Seconds since 1970 by the panel's clock, taken as UTC.
    pub unix_time: i64,
    /// Not documented; 0 in all that was seen.
    pub resv4: i64,
    /// Not documented; `[""]` in all that was seen.
    pub other: Value<'i>,
}

/// Checks a datagram: UTF-8, a NUL at the end, strict JSON before it, an array of a message code and data.
///
/// ```
/// use codec_core::g90::notify::{self, Body, Notification};
///
/// let message = notify::decode(b"[170,[5,[100,\"Hall\"]]]\0")?;
/// let Body::Notification(Notification::SensorActivity { index, name }) = message.body()? else { panic!("another message") };
/// assert!(index == 100 && name == "Hall");
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// [`FaultKind::Json`], [`NotifyFault::Terminator`] or [`NotifyFault::Envelope`], and where.
pub fn decode(datagram: &[u8]) -> Result<Message<'_>, Fault> {
    let all = core::str::from_utf8(datagram).map_err(|error| Fault::new(FaultKind::Json(JsonError::Utf8), error.valid_up_to()))?;
    let text = all.strip_suffix('\0').ok_or(wrong(NotifyFault::Terminator, datagram.len()))?;
    let mut cursor = Cursor::new(text);
    let value = cursor.value()?;
    cursor.end()?;
    let array = value.array().ok_or(wrong(NotifyFault::Envelope, 0))?;
    let (code, data) = pair(array).ok_or(wrong(NotifyFault::Envelope, offset(text, array.as_str())))?;
    Ok(Message { text, code: MessageCode::from_raw(code), data })
}

impl<'i> Message<'i> {
    /// What it is.
    #[must_use]
    pub const fn code(&self) -> MessageCode {
        self.code
    }

    /// What is in it, unread.
    #[must_use]
    pub const fn data(&self) -> Value<'i> {
        self.data
    }

    /// The kind of a notification, also if its data cannot be read.
    #[must_use]
    pub fn notification_kind(&self) -> Option<NotificationKind> {
        if self.code != MessageCode::Notification {
            return None;
        }
        pair(self.data.array()?).map(|(kind, _)| NotificationKind::from_raw(kind))
    }

    /// What it says. Kinds, types and states without a name are no fault.
    ///
    /// # Errors
    /// [`NotifyFault::Notification`], [`NotifyFault::Alert`] or [`NotifyFault::Record`], and where.
    pub fn body(&self) -> Result<Body<'i>, Fault> {
        match self.code {
            MessageCode::Notification => self.notification().map(Body::Notification),
            MessageCode::Alert => self.alert().map(Body::Alert),
            MessageCode::Other(_) => Ok(Body::Other(self.data)),
        }
    }

    fn fault(&self, what: NotifyFault, array: Option<Array<'i>>) -> Fault {
        wrong(what, array.map_or(0, |array| offset(self.text, array.as_str())))
    }

    fn notification(&self) -> Result<Notification<'i>, Fault> {
        let outer = self.data.array();
        let (kind, data) = outer.and_then(pair).ok_or(self.fault(NotifyFault::Notification, outer))?;
        let kind = NotificationKind::from_raw(kind);
        if matches!(kind, NotificationKind::FirmwareUpdating | NotificationKind::Other(_)) {
            return Ok(Notification::Other { kind, data });
        }
        let array = data.array().ok_or(self.fault(NotifyFault::Record { element: 0 }, outer))?;
        let mut record = Record::new(array);
        let read = match kind {
            NotificationKind::ArmDisarm => record.integer().map(|state| Notification::Arming(ArmState::from_raw(state))),
            NotificationKind::SensorChange => record.sensor().and_then(|(index, name)| {
                let action = record.integer()?;
                Ok(Notification::SensorChange { index, name, action })
            }),
            NotificationKind::SensorActivity => record.sensor().map(|(index, name)| Notification::SensorActivity { index, name }),
            NotificationKind::DoorOpenWhenArming => record.sensor().map(|(index, name)| Notification::DoorOpenWhenArming { index, name }),
            NotificationKind::FirmwareUpdating | NotificationKind::Other(_) => Ok(Notification::Other { kind, data }),
        };
        read.and_then(|notification| record.end().map(|()| notification)).map_err(|what| self.fault(what, Some(array)))
    }

    fn alert(&self) -> Result<Alert<'i>, Fault> {
        let array = self.data.array().filter(|array| array.values().count() == 9);
        let array = array.ok_or(self.fault(NotifyFault::Alert, self.data.array()))?;
        alert(&mut Record::new(array)).map_err(|what| self.fault(what, Some(array)))
    }
}

fn alert<'i>(record: &mut Record<'i>) -> Result<Alert<'i>, NotifyFault> {
    let facts = Facts {
        alert_type: AlertType::from_raw(record.integer()?),
        event_id: record.integer()?,
        source: AlertSource::from_raw(record.integer()?),
        state: record.integer()?,
    };
    let (zone_name, device_id) = (record.text()?, record.text()?);
    Ok(Alert { facts, zone_name, device_id, unix_time: record.integer()?, resv4: record.integer()?, other: record.value()? })
}

/// The elements of an array, one after the other.
struct Record<'i> {
    values: Values<'i>,
    element: u8,
}

impl<'i> Record<'i> {
    fn new(array: Array<'i>) -> Self {
        Self { values: array.values(), element: 0 }
    }

    fn take<T>(&mut self, read: impl FnOnce(Value<'i>) -> Option<T>) -> Result<T, NotifyFault> {
        let fault = NotifyFault::Record { element: self.element };
        self.element = self.element.saturating_add(1);
        self.values.next().and_then(read).ok_or(fault)
    }

    fn integer(&mut self) -> Result<i64, NotifyFault> {
        self.take(integer)
    }

    fn text(&mut self) -> Result<Text<'i>, NotifyFault> {
        self.take(text)
    }

    fn value(&mut self) -> Result<Value<'i>, NotifyFault> {
        self.take(Some)
    }

    fn sensor(&mut self) -> Result<(i64, Text<'i>), NotifyFault> {
        Ok((self.integer()?, self.text()?))
    }

    fn end(&mut self) -> Result<(), NotifyFault> {
        match self.values.next() {
            None => Ok(()),
            Some(_) => Err(NotifyFault::Record { element: self.element }),
        }
    }
}

/// A number and something else, which most arrays of the protocol are.
fn pair(array: Array<'_>) -> Option<(i64, Value<'_>)> {
    let mut values = array.values();
    match (values.next(), values.next(), values.next()) {
        (Some(number), Some(second), None) => Some((integer(number)?, second)),
        _ => None,
    }
}

fn wrong(what: NotifyFault, at: usize) -> Fault {
    Fault::new(FaultKind::Notify(what), at)
}

/// Where `inner` stands in `outer`, of which it is a part.
fn offset(outer: &str, inner: &str) -> usize {
    inner.as_ptr().addr().wrapping_sub(outer.as_ptr().addr())
}
