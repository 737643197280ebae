//! What an ordinary program does.

use std::hint::black_box;

use crc::{CRC_16_SPI_FUJITSU, Crc};
use serde::{Deserialize, Serialize};

use super::pool::{ORDER_ROOM, Orders, Pool};
use super::{fold_changes, fold_zones};
use crate::typed::Check;

/// The default: one table of 512 bytes.
static TABLE: Crc<u16> = Crc::<u16>::new(&CRC_16_SPI_FUJITSU);
const MEMBER: &str = "\"CRC_16\"";

/// Defines a struct of borrowed texts.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[expect(missing_docs, reason = "named as on the wire")]
        pub struct $name<'a> {
            $($(#[$attribute])* pub $field: $ty,)*
        }
    };
}

texts! {
    /// A push.
    Changes {
        sender: &'a str,
        receiver: &'a str,
        cmd: &'a str,
        id: &'a str,
        payload_type: &'a str,
        #[serde(borrow)]
        payload: Wrapped<'a>,
        timestamp: &'a str,
        #[serde(rename = "CRC_16")]
        crc: &'a str,
    }
}

texts! {
    /// Its content.
    Wrapped {
        #[serde(borrow, rename = "HomeAssistant")]
        wrapped: Status<'a>,
    }
}

texts! {
    /// Inside the wrapper.
    Status {
        #[serde(borrow, rename = "STATUS_ZONES")]
        zones: Vec<ZoneState<'a>>,
    }
}

texts! {
    /// What a zone does.
    ZoneState {
        #[serde(deserialize_with = "number")]
        id: u32,
        sta: &'a str,
        byp: &'a str,
        t: &'a str,
        a: &'a str,
        fm: &'a str,
        ohm: &'a str,
        vas: &'a str,
        lbl: &'a str,
    }
}

texts! {
    /// An answer to READ.
    Zones {
        sender: &'a str,
        receiver: &'a str,
        cmd: &'a str,
        id: &'a str,
        payload_type: &'a str,
        #[serde(borrow)]
        payload: List<'a>,
        timestamp: &'a str,
        #[serde(rename = "CRC_16")]
        crc: &'a str,
    }
}

texts! {
    /// Its content.
    List {
        result: &'a str,
        result_detail: &'a str,
        #[serde(borrow)]
        zones: Vec<ZoneEntry<'a>>,
    }
}

texts! {
    /// How a zone is programmed.
    ZoneEntry {
        #[serde(deserialize_with = "number")]
        id: u32,
        des: &'a str,
        prt: &'a str,
        cmd: &'a str,
        byp_en: &'a str,
        cat: &'a str,
        an: &'a str,
        lbl: &'a str,
    }
}

fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    <&str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// The text, if the CRC fits.
fn verified(message: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(message).ok()?;
    let (before, value) = text.split_at(text.rfind(MEMBER)?);
    let value = value[MEMBER.len()..].trim_start_matches([':', ' ']).strip_prefix("\"0x")?;
    let found = u16::from_str_radix(value.split('"').next()?, 16).ok()?;
    let ahead = TABLE.checksum(&text.as_bytes()[..before.len() + MEMBER.len() - 2]);
    (ahead ^ u16::from_be_bytes(*b"6\"") == found).then_some(text)
}

/// Every message of the pool; those that are refused do not count.
#[inline(never)]
pub fn ordinary_changes(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        if let Some(Ok(changes)) = verified(message).map(serde_json::from_str::<Changes<'_>>) {
            fold_changes(&mut check, &changes);
        }
    }
    black_box(check)
}

/// Likewise.
#[inline(never)]
pub fn ordinary_answers(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        if let Some(Ok(zones)) = verified(message).map(serde_json::from_str::<Zones<'_>>) {
            fold_zones(&mut check, &zones);
        }
    }
    black_box(check)
}

/// The rule of the protocol, bit by bit, as clients have it.
#[must_use]
pub fn bitwise(bytes: &[u8]) -> u16 {
    let mut register = 0xFFFF_u16;
    for byte in bytes {
        for bit in (0..8).rev() {
            let top = register & 0x8000 != 0;
            register = register << 1 | u16::from(byte >> bit & 1);
            if top {
                register ^= 0x1021;
            }
        }
    }
    register
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Order<'a> {
    sender: &'a str,
    receiver: &'a str,
    cmd: &'a str,
    id: String,
    payload_type: &'a str,
    payload: OrderContent<'a>,
    timestamp: String,
    #[serde(rename = "CRC_16")]
    crc: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct OrderContent<'a> {
    id_login: &'a str,
    pin: &'a str,
    output: Output<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Output<'a> {
    id: String,
    sta: &'a str,
}

/// Every command, one behind the other in `out`; gives the number of bytes.
#[inline(never)]
pub fn ordinary_orders(orders: &Orders, out: &mut [u8]) -> usize {
    let mut at = 0;
    for (number, output, on) in orders.iter() {
        let order = Order {
            sender: "HomeAssistant",
            receiver: "",
            cmd: "CMD_USR",
            id: number.to_string(),
            payload_type: "CMD_SET_OUTPUT",
            payload: OrderContent {
                id_login: "7",
                pin: "123456",
                output: Output { id: output.to_string(), sta: if on { "ON" } else { "OFF" } },
            },
            timestamp: 1_769_871_440.to_string(),
            crc: "0x0000",
        };
        let Ok(mut text) = serde_json::to_string(&order) else { continue };
        let Some(before) = text.rfind(MEMBER) else { continue };
        let crc = bitwise(&text.as_bytes()[..before + MEMBER.len()]);
        text.truncate(text.len() - 6);
        text.push_str(&format!("{crc:04X}\"}}"));
        out[at..][..ORDER_ROOM][..text.len()].copy_from_slice(text.as_bytes());
        at += text.len();
    }
    black_box(at)
}
