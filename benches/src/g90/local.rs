//! Pages of sensors: the product, and `serde_json` into tuples of borrowed texts.

use std::fmt;
use std::hint::black_box;

use codec_core::g90::local::{CommandCode, Page, Peripheral, Reply, Rows, decode_reply};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::pool::Pool;
use crate::typed::Check;

#[inline(always)]
fn fold(check: &mut Check, row: &Peripheral<'_>) {
    check.short(row.name.raw());
    check.short(row.private_data.raw());
    check.row([
        row.index,
        row.room_id,
        row.kind.raw(),
        row.subtype,
        row.timeout,
        row.user_flags.bits(),
        row.baudrate,
        row.protocol.raw(),
        row.reserved.bits(),
        row.node_count,
        row.mask,
    ]);
}

/// Every page of the pool in one pass.
#[inline(never)]
pub fn ours_pages(pool: &Pool) -> Check {
    let mut check = Check::default();
    for datagram in pool.messages() {
        let Some(mut rows) = Rows::<Peripheral<'_>>::open(datagram, CommandCode::GetSensorList) else { continue };
        check.field(rows.total() as u32);
        for row in &mut rows {
            fold(&mut check, &row);
        }
        check.field(u32::from(rows.is_whole()));
    }
    black_box(check)
}

/// Every page, checked as a whole before its rows are looked at.
#[inline(never)]
pub fn checked_pages(pool: &Pool) -> Check {
    let mut check = Check::default();
    for datagram in pool.messages() {
        let Ok(Reply::Answer(answer)) = decode_reply(datagram) else { continue };
        let Ok(page) = Page::read(answer.data()) else { continue };
        check.field(page.total as u32);
        page.peripherals().flatten().for_each(|row| fold(&mut check, &row));
        check.field(1);
    }
    black_box(check)
}

/// A sensor, as it is on the wire.
#[derive(Deserialize)]
struct Row<'a>(&'a str, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, &'a str);

/// A page: its head and its rows are of different types.
struct Rest<'a> {
    head: (i64, i64, i64),
    rows: Vec<Row<'a>>,
}

impl<'de> Deserialize<'de> for Rest<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Rest<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a page")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rest<'de>, A::Error> {
                let head = items.next_element()?.ok_or_else(|| A::Error::custom("no head"))?;
                let mut rows = Vec::with_capacity(10);
                while let Some(row) = items.next_element()? {
                    rows.push(row);
                }
                Ok(Rest { head, rows })
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

/// Likewise, with `serde_json`.
#[inline(never)]
pub fn ordinary_pages(pool: &Pool) -> Check {
    let mut check = Check::default();
    for datagram in pool.messages() {
        let Some(text) = datagram.strip_prefix(b"ISTART").and_then(|rest| rest.strip_suffix(b"IEND\0")) else { continue };
        let Ok((102, Rest { head, rows })) = serde_json::from_slice::<(u32, Rest<'_>)>(text) else { continue };
        check.field(head.0 as u32);
        for Row(name, index, room, kind, subtype, timeout, flags, baudrate, protocol, reserved, nodes, mask, data) in &rows {
            check.short(name);
            check.short(data);
            check.row([index, room, kind, subtype, timeout, flags, baudrate, protocol, reserved, nodes, mask].map(|number| *number));
        }
        check.field(u32::from(head.2 == rows.len() as i64));
    }
    black_box(check)
}
