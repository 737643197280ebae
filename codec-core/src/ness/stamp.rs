//! The time stamp of an event line: six fields of two digits, local time of the panel.

use super::codes::decimal_digits;
use crate::text::FAST;

/// A moment as a panel writes it: its local time, without a time zone.
///
/// The fields stand as they were sent. Panels that report on the hour send minute 60; [`normalized`](Self::normalized) makes it
/// minute 0 of the next hour.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp {
    // Of each the byte whose hexadecimal digits are the decimal ones on the wire.
    year: u8,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl Timestamp {
    /// A moment from 2000-01-01 00:00:00 to 2099-12-31 23:59:59, minute 60 allowed; `None` if there is no such moment.
    #[inline]
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        if year < 2000 || year > 2099 {
            return None;
        }
        let year = digits(year.wrapping_sub(2000) as u8);
        Self::from_pairs(&[year, digits(month), digits(day), digits(hour), digits(minute), digits(second)])
    }

    /// From the six bytes whose hexadecimal digits are the decimal digits on the wire.
    #[inline]
    pub(crate) const fn from_pairs(pairs: &[u8; 6]) -> Option<Self> {
        let [year, month, day, hour, minute, second] = *pairs;
        if year > 0x99 || hour > 0x23 || minute > 0x60 || second > 0x59 {
            return None;
        }
        if !are_decimal(pairs) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        Some(Self { year, month, day, hour, minute, second })
    }

    /// The six bytes whose hexadecimal digits are the decimal digits on the wire.
    pub(crate) fn pairs(self) -> [u8; 6] {
        [self.year_on_wire(), self.month, self.day, self.hour, self.minute, self.second]
    }

    /// The year 2100 is written as 2000.
    const fn year_on_wire(self) -> u8 {
        if self.year > 0x99 { 0 } else { self.year }
    }

    /// From a byte per field, with the spare high bits of day and hour (see [`Stamp::Packed`]).
    pub(crate) fn from_packed(bytes: &[u8; 6]) -> Option<Stamp<'static>> {
        let [year, month, day, hour, minute, second] = *bytes;
        let time = Self::new(2000_u16.saturating_add(year.into()), month, day & 0x1F, hour & 0x1F, minute, second)?;
        Some(Stamp::Packed { time, weekday: day >> 5, daylight: hour >> 5 })
    }

    /// The byte per field of a [`Stamp::Packed`].
    pub(crate) fn packed(self, weekday: u8, daylight: u8) -> [u8; 6] {
        let [year, month, day, hour, minute, second] = self.pairs().map(number);
        [year, month, weekday << 5 | day, daylight << 5 | hour, minute, second]
    }

    /// From seconds since 1970, or `None` outside the years 2000 to 2099.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Option<Self> {
        // 2000-01-01 00:00:00 UTC.
        // A century of seconds fits 32 bits, which a microcontroller divides with less code than 64.
        let seconds = u32::try_from(seconds.checked_sub(946_684_800)?).ok()?;
        let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
        let (mut year, mut month) = (0, 1);
        // At most 100 years of 12 months.
        for _ in 0..1200 {
            let length = u32::from(number(days_in_month(year, month)));
            if days < length {
                let field = |value: u32| u8::try_from(value).ok().map(digits);
                return Some(Self {
                    year,
                    month,
                    day: field(days.saturating_add(1))?,
                    hour: field(rest / 3600)?,
                    minute: field(rest / 60 % 60)?,
                    second: field(rest % 60)?,
                });
            }
            days = days.saturating_sub(length);
            (year, month) = if month == 0x12 { (next(year), 1) } else { (year, next(month)) };
        }
        None
    }

    /// The same moment with a minute from 0 to 59: minute 60 becomes the next hour, day, month and year as needed. 2099-12-31 23:60
    /// is 2100-01-01 00:00, which a line can only write as 2000.
    #[must_use]
    pub const fn normalized(self) -> Self {
        let mut to = self;
        if to.minute < 0x60 {
            return to;
        }
        to.minute = 0;
        to.hour = next(to.hour);
        if to.hour > 0x23 {
            to.hour = 0;
            to.day = next(to.day);
        }
        if to.day > days_in_month(to.year, to.month) {
            to.day = 1;
            to.month = next(to.month);
        }
        if to.month > 0x12 {
            to.month = 1;
            to.year = next(to.year);
        }
        to
    }

    /// 2000 to 2099, or 2100 from [`normalized`](Self::normalized).
    #[must_use]
    pub const fn year(self) -> u16 {
        2000_u16.saturating_add(number(self.year) as u16)
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        number(self.month)
    }

    /// 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        number(self.day)
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        number(self.hour)
    }

    /// 0 to 59, or 60 as sent.
    #[must_use]
    pub const fn minute(self) -> u8 {
        number(self.minute)
    }

    /// 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        number(self.second)
    }
}

/// The byte whose hexadecimal digits are the decimal digits of a number, 0xFF for more than two.
const fn digits(number: u8) -> u8 {
    if number > 99 { 0xFF } else { decimal_digits(number) }
}

/// The number whose decimal digits are the hexadecimal digits of a byte. The first one may be 10.
const fn number(pair: u8) -> u8 {
    pair.wrapping_sub((pair >> 4).wrapping_mul(6))
}

/// The digits of the next number.
const fn next(pair: u8) -> u8 {
    pair.wrapping_add(if pair & 0x0F == 9 { 7 } else { 1 })
}

/// Whether the second digits are at most 9: adding 6 carries into bit 4 exactly if one is above.
#[inline(always)]
const fn are_decimal(pairs: &[u8; 6]) -> bool {
    let [a, b, c, d, e, f] = *pairs;
    if FAST {
        let ones = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) & 0x0F0F_0F0F_0F0F;
        return ones.wrapping_add(0x0606_0606_0606) & 0x1010_1010_1010 == 0;
    }
    (carry(a) | carry(b) | carry(c) | carry(d) | carry(e) | carry(f)) & 0x10 == 0
}

const fn carry(pair: u8) -> u8 {
    (pair & 0x0F).wrapping_add(6)
}

/// As ISO 8601 without a zone, for example `2018-09-21T18:31:35`, normalised.
impl core::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let t = self.normalized();
        write!(f, "{:04}-{:02x}-{:02x}T{:02x}:{:02x}:{:02x}", t.year(), t.month, t.day, t.hour, t.minute, t.second)
    }
}

/// The digits as sent.
impl core::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Timestamp({:02x?})", self.pairs())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Timestamp {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Timestamp({=[u8; 6]:02x})", self.pairs());
    }
}

/// Days of a month, 0 for a month that does not exist; all as digits. Every fourth year of that century is a leap year.
#[inline]
const fn days_in_month(year: u8, month: u8) -> u8 {
    match month {
        0x02 if number(year) % 4 == 0 => 0x29,
        0x02 => 0x28,
        // Every other month has 31 days, and July and August.
        0x01..=0x12 => 0x30 | (month ^ (month > 7) as u8) & 1,
        _ => 0,
    }
}

/// The time stamp field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stamp<'i> {
    /// Decimal digits that name a moment. All known captures are of this form.
    Time(Timestamp),
    /// Hexadecimal digits with spare bits, as the vendor's document describes and no capture shows. Only decoded when
    /// [`DecodeOptions::packed_time`](super::DecodeOptions::packed_time) asks for it.
    Packed {
        /// The moment.
        time: Timestamp,
        /// Top three bits of the day: 1 is Monday, 0 is not told.
        weekday: u8,
        /// Top three bits of the hour: the panel's indication of daylight saving.
        daylight: u8,
    },
    /// Twelve characters that name no moment, kept as they are.
    Raw(&'i [u8; 12]),
}

impl Stamp<'_> {
    /// The moment, as sent, if there is one.
    #[must_use]
    pub const fn time(self) -> Option<Timestamp> {
        match self {
            Self::Time(time) | Self::Packed { time, .. } => Some(time),
            Self::Raw(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString as _};

    use super::*;

    fn stamp(digits: &str) -> Option<Timestamp> {
        let mut pairs = [0; 6];
        for (pair, text) in pairs.iter_mut().zip(digits.as_bytes().chunks(2)) {
            *pair = crate::text::hex::byte(text[0], text[1]).unwrap();
        }
        let time = Timestamp::from_pairs(&pairs)?;
        assert_eq!(time.pairs(), pairs);
        Some(time)
    }

    #[test]
    fn minute_60_rolls_over_into_hour_day_month_and_year() {
        for (digits, iso) in [
            ("190225176000", "2019-02-25T18:00:00"),
            ("190225176059", "2019-02-25T18:00:59"),
            ("190225236000", "2019-02-26T00:00:00"),
            ("190228236000", "2019-03-01T00:00:00"),
            ("200228236000", "2020-02-29T00:00:00"),
            ("191231236000", "2020-01-01T00:00:00"),
            ("991231236007", "2100-01-01T00:00:07"),
            ("180921183135", "2018-09-21T18:31:35"),
        ] {
            assert_eq!(stamp(digits).unwrap().to_string(), iso);
        }
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for digits in [
            "181321183706",
            "180900183706",
            "180230183706",
            "180921243706",
            "180921186106",
            "180921183760",
            "1809b5183706",
            "180921183 7a6",
            "190229000000",
            "000000000000",
        ] {
            let digits: String = digits.split(' ').collect();
            assert_eq!(stamp(&digits[..12]), None, "{digits}");
        }
    }

    #[test]
    fn packed_stamps_carry_weekday_and_daylight_bits() {
        // 2018-09-21 was a Friday: 5 << 5 | 21 = 0xB5. Daylight bit 1: 1 << 5 | 18 = 0x32.
        let packed = Timestamp::from_packed(&[0x12, 0x09, 0xB5, 0x32, 0x1F, 0x23]);
        let Some(Stamp::Packed { time, weekday, daylight }) = packed else { panic!("not packed") };
        assert_eq!((time.to_string().as_str(), weekday, daylight), ("2018-09-21T18:31:35", 5, 1));
        assert_eq!(Timestamp::from_packed(&[0x12, 0x0D, 0xB5, 0x32, 0x1F, 0x23]), None);
    }

    #[test]
    fn no_digit_is_above_9() {
        let good = [0x99, 0x12, 0x28, 0x23, 0x60, 0x59];
        assert_eq!(Timestamp::from_pairs(&good).map(Timestamp::pairs), Some(good));
        for at in 0..6 {
            for pair in 0..=255 {
                let mut pairs = good;
                pairs[at] = pair;
                let decimal = pair >> 4 <= 9 && pair & 0x0F <= 9;
                assert!(decimal || Timestamp::from_pairs(&pairs).is_none(), "{pairs:02x?}");
            }
        }
        assert_eq!(Timestamp::new(2099, 100, 1, 0, 0, 0), None);
        assert_eq!(Timestamp::new(2099, 255, 1, 0, 0, 0), None);
    }

    #[test]
    fn unix_seconds_become_civil_time() {
        for (seconds, iso) in
            [(946_684_800, "2000-01-01T00:00:00"), (951_782_400, "2000-02-29T00:00:00"), (1_537_554_695, "2018-09-21T18:31:35")]
        {
            assert_eq!(Timestamp::from_unix(seconds).unwrap().to_string(), iso);
        }
        assert_eq!(Timestamp::from_unix(4_102_444_799).unwrap().to_string(), "2099-12-31T23:59:59");
        assert_eq!((Timestamp::from_unix(4_102_444_800), Timestamp::from_unix(0)), (None, None));
    }
}
