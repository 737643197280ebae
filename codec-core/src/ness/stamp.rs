//! The time stamp of an event line: six fields of two digits, local time of the panel.

use super::codes::{decimal, decimal_digits};

/// A moment as a panel writes it: its local time, without a time zone.
///
/// The fields stand as they were sent. Panels that report on the hour send minute 60; [`normalized`](Self::normalized) makes it
/// minute 0 of the next hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timestamp {
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
        Self::checked(year.wrapping_sub(2000) as u8, month, day, hour, minute, second)
    }

    #[inline]
    const fn checked(year: u8, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        if day == 0 || day > days_in_month(year, month) || hour > 23 || minute > 60 || second > 59 {
            return None;
        }
        Some(Self { year, month, day, hour, minute, second })
    }

    /// From the six bytes whose hexadecimal digits are the decimal digits on the wire.
    #[inline]
    pub(crate) fn from_pairs(pairs: [u8; 6]) -> Option<Self> {
        let [year, month, day, hour, minute, second] = if AT_ONCE { decimal_at_once(pairs)? } else { decimal_each(pairs)? };
        Self::checked(year, month, day, hour, minute, second)
    }

    /// The six bytes whose hexadecimal digits are the decimal digits on the wire.
    pub(crate) fn pairs(self) -> [u8; 6] {
        [self.year_digits(), self.month, self.day, self.hour, self.minute, self.second].map(decimal_digits)
    }

    /// 0 to 99: the year 2100 is written as 2000.
    const fn year_digits(self) -> u8 {
        if self.year > 99 { 0 } else { self.year }
    }

    /// From a byte per field, with the spare high bits of day and hour (see [`Stamp::Packed`]).
    pub(crate) fn from_packed(bytes: [u8; 6]) -> Option<Stamp<'static>> {
        let [year, month, day, hour, minute, second] = bytes;
        let time = Self::new(2000_u16.saturating_add(year.into()), month, day & 0x1F, hour & 0x1F, minute, second)?;
        Some(Stamp::Packed { time, weekday: day >> 5, daylight: hour >> 5 })
    }

    /// The byte per field of a [`Stamp::Packed`].
    pub(crate) fn packed(self, weekday: u8, daylight: u8) -> [u8; 6] {
        [self.year_digits(), self.month, weekday << 5 | self.day, daylight << 5 | self.hour, self.minute, self.second]
    }

    /// From seconds since 1970, or `None` outside the years 2000 to 2099.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Option<Self> {
        // 2000-01-01 00:00:00 UTC.
        // A century of seconds fits 32 bits, which a microcontroller divides with less code than 64.
        let seconds = u32::try_from(seconds.checked_sub(946_684_800)?).ok()?;
        let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
        let mut year = 0_u8;
        let mut month = 1_u8;
        // At most 100 years of 12 months.
        for _ in 0..1200 {
            let length = u32::from(days_in_month(year, month));
            if days < length {
                let field = |value: u32| u8::try_from(value).ok();
                return Self::new(
                    2000_u16.saturating_add(year.into()),
                    month,
                    field(days.saturating_add(1))?,
                    field(rest / 3600)?,
                    field(rest / 60 % 60)?,
                    field(rest % 60)?,
                );
            }
            days = days.saturating_sub(length);
            (year, month) = if month == 12 { (year.saturating_add(1), 1) } else { (year, month.saturating_add(1)) };
        }
        None
    }

    /// The same moment with a minute from 0 to 59: minute 60 becomes the next hour, day, month and year as needed. 2099-12-31 23:60
    /// is 2100-01-01 00:00, which a line can only write as 2000.
    #[must_use]
    pub const fn normalized(self) -> Self {
        let mut to = self;
        if to.minute < 60 {
            return to;
        }
        to.minute = 0;
        to.hour = to.hour.saturating_add(1);
        if to.hour > 23 {
            to.hour = 0;
            to.day = to.day.saturating_add(1);
        }
        if to.day > days_in_month(to.year, to.month) {
            to.day = 1;
            to.month = to.month.saturating_add(1);
        }
        if to.month > 12 {
            to.month = 1;
            to.year = to.year.saturating_add(1);
        }
        to
    }

    /// 2000 to 2099, or 2100 from [`normalized`](Self::normalized).
    #[must_use]
    pub const fn year(self) -> u16 {
        2000_u16.saturating_add(self.year as u16)
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// 0 to 59, or 60 as sent.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }
}

/// Whether six bytes in one word are faster than six times one, and no larger.
const AT_ONCE: bool = cfg!(target_pointer_width = "64");

/// The numbers that six pairs of decimal digits stand for; `None` if a digit is above 9.
#[inline(always)]
const fn decimal_at_once(pairs: [u8; 6]) -> Option<[u8; 6]> {
    const ONES: u64 = 0x0F0F_0F0F_0F0F;
    const SIXES: u64 = 0x0606_0606_0606;
    // One per byte; no byte of any sum below exceeds 0xFF.
    let [a, b, c, d, e, f] = pairs;
    let pairs = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
    let (tens, ones) = (pairs >> 4 & ONES, pairs & ONES);
    // Adding 6 carries into bit 4 exactly if the digit is above 9.
    if (tens.wrapping_add(SIXES) | ones.wrapping_add(SIXES)) & 0x1010_1010_1010 != 0 {
        return None;
    }
    let [year, month, day, hour, minute, second, _, _] = pairs.wrapping_sub(tens.wrapping_mul(6)).to_le_bytes();
    Some([year, month, day, hour, minute, second])
}

/// The same, one after the other.
#[inline(always)]
fn decimal_each([year, month, day, hour, minute, second]: [u8; 6]) -> Option<[u8; 6]> {
    Some([decimal(year)?, decimal(month)?, decimal(day)?, decimal(hour)?, decimal(minute)?, decimal(second)?])
}

/// As ISO 8601 without a zone, for example `2018-09-21T18:31:35`, normalised.
impl core::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let t = self.normalized();
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year(), t.month, t.day, t.hour, t.minute, t.second)
    }
}

/// Days of a month of the year 2000 + `year`; 0 for a month that does not exist. Every fourth year of that century is a leap year.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the index is masked to 0..16")]
const fn days_in_month(year: u8, month: u8) -> u8 {
    const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    match (month, year % 4) {
        (2, 0) => 29,
        (0..=15, _) => DAYS[(month & 0x0F) as usize],
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
        let time = Timestamp::from_pairs(pairs)?;
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
        let packed = Timestamp::from_packed([0x12, 0x09, 0xB5, 0x32, 0x1F, 0x23]);
        let Some(Stamp::Packed { time, weekday, daylight }) = packed else { panic!("not packed") };
        assert_eq!((time.to_string().as_str(), weekday, daylight), ("2018-09-21T18:31:35", 5, 1));
        assert_eq!(Timestamp::from_packed([0x12, 0x0D, 0xB5, 0x32, 0x1F, 0x23]), None);
    }

    #[test]
    fn both_ways_read_decimal_digits_alike() {
        for pair in 0..=255 {
            for at in 0..6 {
                let mut pairs = [0x99, 0x12, 0x28, 0x23, 0x60, 0x59];
                pairs[at] = pair;
                assert_eq!(decimal_at_once(pairs), decimal_each(pairs));
            }
        }
        assert_eq!(decimal_each([0x99, 0x12, 0x28, 0x23, 0x60, 0x59]), Some([99, 12, 28, 23, 60, 59]));
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
