//! Pages of lists, and their rows: sensors and devices.

use super::fault::LocalFault;
use super::record::{Record, record};
use super::usual::{self, Row};
use super::writer::Writer;
use crate::error::Fault;
use crate::g90::devices::{self, Definition};
use crate::g90::{AlertSource, AlertType, Facts, HistoryRow, PeripheralProtocol, PeripheralType, ReservedFlags, UserFlags};
use crate::text::json::{Text, Value, Values};

/// Rows on a page that clients ask for.
pub const PAGE_SIZE: u32 = 10;

/// A part of a list, with the rows not looked at yet.
#[derive(Clone, Debug)]
pub struct Page<'i> {
    /// How many rows the list has; panels have been seen to say less.
    pub total: i64,
    /// Number of the first row of this page, from 1.
    pub start: i64,
    /// How many rows are on this page.
    pub count: i64,
    rows: Values<'i>,
}

impl<'i> Page<'i> {
    /// Reads the data of an answer. It must have as many rows as it says.
    ///
    /// # Errors
    /// [`LocalFault::NoPageHeader`], [`LocalFault::PageHeader`], [`LocalFault::TruncatedPage`] or [`LocalFault::ExtraPage`].
    pub fn read(data: Value<'i>) -> Result<Self, Fault> {
        let mut rows = data.array().ok_or(LocalFault::NoPageHeader)?.values();
        let head = rows.next().ok_or(LocalFault::NoPageHeader)?;
        let mut head = head.array().ok_or(LocalFault::PageHeader)?.values();
        let mut number = || head.next().and_then(super::wire::whole).ok_or(LocalFault::PageHeader);
        let (total, start, count) = (number()?, number()?, number()?);
        if head.next().is_some() {
            return Err(LocalFault::PageHeader.into());
        }
        let found = match usual::count(&rows) {
            Some(found) => found,
            None => u32::try_from(rows.clone().count()).unwrap_or(u32::MAX),
        };
        // A count below zero is less than any.
        let said = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
        if said > found {
            return Err(LocalFault::TruncatedPage { count: said, rows: found }.into());
        }
        if said < found || count < 0 {
            return Err(LocalFault::ExtraPage { limit: said, rows: found }.into());
        }
        Ok(Self { total, start, count, rows })
    }

    /// The page that is not there: what [`Reply::Done`](super::Reply::Done) to the request for a page means.
    #[must_use]
    pub fn empty() -> Self {
        Self { total: 0, start: 0, count: 0, rows: crate::text::json::Array::new("[]").values() }
    }

    /// Refuses more rows than were asked for.
    ///
    /// # Errors
    /// [`LocalFault::ExtraPage`].
    pub fn expect_at_most(&self, limit: u32) -> Result<(), Fault> {
        let rows = u32::try_from(self.count).unwrap_or(u32::MAX);
        if self.count.is_positive() && rows > limit { Err(LocalFault::ExtraPage { limit, rows }.into()) } else { Ok(()) }
    }

    /// The rows as they came.
    #[must_use]
    pub fn rows(&self) -> Values<'i> {
        self.rows.clone()
    }

    /// The rows as sensors, or as devices.
    pub fn peripherals(&self) -> impl Iterator<Item = Result<Peripheral<'i>, Fault>> {
        self.records()
    }

    /// The rows as history.
    pub fn history(&self) -> impl Iterator<Item = Result<HistoryRow<'i>, Fault>> {
        self.records()
    }

    fn records<R: Record<'i>>(&self) -> impl Iterator<Item = Result<R, Fault>> {
        let (mut values, mut at, mut columns) = (self.rows(), 0_u32, R::EMPTY);
        core::iter::from_fn(move || {
            let read = match usual::row::<R>(&mut values, &mut columns) {
                Some(()) => Ok(R::of(columns)),
                None => general(&mut values, at)?,
            };
            at = at.saturating_add(1);
            Some(read)
        })
    }
}

/// The next row, in any spelling. A bad one is passed over.
fn general<'i, R: Record<'i>>(values: &mut Values<'i>, at: u32) -> Option<Result<R, Fault>> {
    let before = values.clone();
    let read = match values.open() {
        Some(()) => R::read_in(values, at),
        // The end, or no array.
        None => Err(LocalFault::Record { row: at, field: 0 }.into()),
    };
    if read.is_err() {
        *values = before;
        values.next()?;
    }
    Some(read)
}

/// Writes the head of a page; rows are written next, each between [`open`](Writer::open) and [`close`](Writer::close).
pub fn page_head(writer: &mut Writer<'_>, total: i64, start: i64, count: i64) {
    writer.open();
    writer.number(total);
    writer.number(start);
    writer.number(count);
    writer.close();
}

/// Rows of the history: seven fields, four of them [`Facts`].
impl<'i> Record<'i> for HistoryRow<'i> {
    type Columns = ([i64; 4], Text<'i>, i64, Text<'i>);

    const EMPTY: Self::Columns = ([0; 4], Text::new(""), 0, Text::new(""));

    fn general(values: &mut Values<'i>, (facts, name, time, other): &mut Self::Columns) -> Result<(), u32> {
        for (fact, field) in facts.iter_mut().zip(0_u32..) {
            *fact = values.integer().ok_or(field)?;
        }
        *name = values.text().ok_or(4_u32)?;
        *time = values.integer().ok_or(5_u32)?;
        *other = values.text().ok_or(6_u32)?;
        values.close().ok_or(7)
    }

    #[inline(never)]
    fn usual(text: &'i str, rest: &'i [u8], (facts, name, time, other): &mut Self::Columns) -> Option<&'i [u8]> {
        let mut row = Row::new(text, rest);
        for fact in facts {
            *fact = row.number(b',')?;
        }
        *name = Text::new(row.string(b',')?);
        *time = row.number(b',')?;
        *other = Text::new(row.string(b']')?);
        row.rest()
    }

    #[inline(always)]
    fn of(([alert_type, event_id, source, state], sensor_name, unix_time, other): Self::Columns) -> Self {
        let facts = Facts { alert_type: AlertType::from_raw(alert_type), event_id, source: AlertSource::from_raw(source), state };
        Self { facts, sensor_name, unix_time, other }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        let Facts { alert_type, event_id, source, state } = self.facts;
        [alert_type.raw(), event_id, source.raw(), state].into_iter().for_each(|number| writer.number(number));
        writer.same_text(self.sensor_name);
        writer.number(self.unix_time);
        writer.same_text(self.other);
    }
}

record! {
    /// A row of the list of sensors or of devices: 13 fields.
    pub struct Peripheral<'i> {
        /// Its name.
        name: Text<'i>,
        /// The panel's number of it, which notifications, deletion and switching use. Gaps are normal.
        index: i64,
        /// Room; 0 as far as is known.
        room_id: i64,
        /// What it is.
        kind: PeripheralType,
        /// Which of its kind.
        subtype: i64,
        /// Meaning unknown.
        timeout: i64,
        /// Whether it is in use, and what it does.
        user_flags: UserFlags,
        /// Meaning unknown.
        baudrate: i64,
        /// How it is connected.
        protocol: PeripheralProtocol,
        /// How its radio code is compared, and whether it can be written.
        reserved: ReservedFlags,
        /// How many outlets or channels it has.
        node_count: i64,
        /// Meaning unknown.
        mask: i64,
        /// Empty when read, in all captures.
        private_data: Text<'i>,
    }
}

impl<'i> Peripheral<'i> {
    /// Its definition, if the row is one of the list of sensors.
    #[must_use]
    pub fn sensor(&self) -> Option<&'static Definition> {
        devices::sensor(self.kind.raw(), self.subtype, self.protocol.raw())
    }

    /// Its definition, if the row is one of the list of devices.
    #[must_use]
    pub fn device(&self) -> Option<&'static Definition> {
        devices::device(self.kind.raw(), self.subtype, self.protocol.raw())
    }

    /// Whether it is connected by radio.
    #[must_use]
    pub fn is_wireless(&self) -> bool {
        self.protocol != PeripheralProtocol::Cord
    }
}

record! {
    /// What is sent to change or add a sensor or a device: 14 fields. The last three and `reserved` come from its [`Definition`], since
    /// the panel does not tell them.
    pub struct PeripheralSetup<'i> {
        /// Its name.
        name: Text<'i>,
        /// The panel's number of it.
        index: i64,
        /// Room; 0 as far as is known.
        room_id: i64,
        /// What it is.
        kind: PeripheralType,
        /// Which of its kind.
        subtype: i64,
        /// Meaning unknown.
        timeout: i64,
        /// Whether it is in use, and what it does.
        user_flags: UserFlags,
        /// Meaning unknown.
        baudrate: i64,
        /// How it is connected.
        protocol: PeripheralProtocol,
        /// How its radio code is compared, and whether it can be written.
        reserved: ReservedFlags,
        /// How many outlets or channels it has.
        node_count: i64,
        /// Radio codes that the panel receives.
        rx: i64,
        /// Radio codes that the panel sends.
        tx: i64,
        /// The radio codes, in hexadecimal digits.
        private_data: Text<'i>,
    }
}

impl<'i> PeripheralSetup<'i> {
    /// The row of a list, with what its definition adds.
    #[must_use]
    pub fn of(row: &Peripheral<'i>, definition: &Definition) -> Self {
        Self {
            name: row.name,
            index: row.index,
            room_id: row.room_id,
            kind: row.kind,
            subtype: row.subtype,
            timeout: row.timeout,
            user_flags: row.user_flags,
            baudrate: row.baudrate,
            protocol: row.protocol,
            reserved: definition.reserved(),
            node_count: row.node_count,
            rx: definition.rx().into(),
            tx: definition.tx().into(),
            private_data: Text::new(definition.private_data()),
        }
    }

    /// A new one.
    #[must_use]
    pub fn new(name: Text<'i>, index: i64, user_flags: UserFlags, definition: &Definition) -> Self {
        Self {
            name,
            index,
            room_id: 0,
            kind: definition.peripheral_type(),
            subtype: definition.subtype().into(),
            timeout: definition.timeout().into(),
            user_flags,
            baudrate: definition.baudrate().into(),
            protocol: definition.protocol(),
            reserved: definition.reserved(),
            node_count: definition.node_count().into(),
            rx: definition.rx().into(),
            tx: definition.tx().into(),
            private_data: Text::new(definition.private_data()),
        }
    }
}
