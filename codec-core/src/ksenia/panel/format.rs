//! Values as panels write them: temperatures, masks, dates.

/// A short text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Short {
    bytes: [u8; 24],
    len: usize,
}

impl Short {
    const fn new() -> Self {
        Self { bytes: [0; 24], len: 0 }
    }

    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    fn digit(&mut self, value: u64) {
        self.push(b'0'.saturating_add(u8::try_from(value % 10).unwrap_or(0)));
    }

    /// So many digits, with zeros before.
    fn digits(&mut self, value: u64, count: u32) {
        for place in (0..count).rev() {
            self.digit(value.checked_div(10_u64.saturating_pow(place)).unwrap_or(0));
        }
    }
}

/// A number with so many digits.
pub(super) fn padded(value: u64, count: u32) -> Short {
    let mut text = Short::new();
    text.digits(value, count);
    text
}

/// Thousandths as a decimal number with at least one digit behind the point; `plus` before what is not negative, if wanted.
pub(super) fn decimal(thousandths: i32, plus: bool) -> Short {
    let mut text = Short::new();
    if thousandths < 0 {
        text.push(b'-');
    } else if plus {
        text.push(b'+');
    }
    let value = u64::from(thousandths.unsigned_abs());
    let whole = value / 1000;
    let places = whole.checked_ilog10().unwrap_or(0).saturating_add(1);
    text.digits(whole, places);
    text.push(b'.');
    let rest = value % 1000;
    match (rest % 100, rest % 10) {
        (0, _) => text.digits(rest / 100, 1),
        (_, 0) => text.digits(rest / 10, 2),
        _ => text.digits(rest, 3),
    }
    text
}

/// A mask in hexadecimal digits without zeros before, or `ALL`.
pub(super) fn mask(mask: u32) -> Short {
    let mut text = Short::new();
    if mask == u32::MAX {
        for byte in *b"ALL" {
            text.push(byte);
        }
        return text;
    }
    let mut begun = false;
    for shift in (0..8_u32).rev() {
        let nibble = u8::try_from(mask.wrapping_shr(shift.saturating_mul(4)) & 0xF).unwrap_or(0);
        begun |= nibble != 0 || shift == 0;
        if begun {
            text.push(if nibble < 10 { b'0'.saturating_add(nibble) } else { b'A'.saturating_add(nibble).saturating_sub(10) });
        }
    }
    text
}

/// A moment in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    days: u64,
    seconds: u64,
}

impl Local {
    pub(super) fn new(unix: u64, offset_minutes: i16) -> Self {
        let offset = i64::from(offset_minutes).saturating_mul(60);
        let local = unix.saturating_add_signed(offset);
        Self { days: local / 86_400, seconds: local % 86_400 }
    }

    /// 0 for Monday. The first day of 1970 was a Thursday.
    pub(super) const fn weekday(self) -> u64 {
        self.days.saturating_add(3) % 7
    }

    pub(super) const fn hour(self) -> u64 {
        self.seconds / 3600
    }

    /// `HH:MM:SS`.
    pub(super) fn time(self) -> Short {
        let mut text = padded(self.hour(), 2);
        text.push(b':');
        text.digits(self.seconds / 60 % 60, 2);
        text.push(b':');
        text.digits(self.seconds % 60, 2);
        text
    }

    /// `DD/MM/YYYY`. Years are counted from March, so that a leap day is the last of its year, in cycles of 400.
    pub(super) fn date(self) -> Short {
        let days = self.days.saturating_add(719_468);
        let (cycle, day) = (days / 146_097, days % 146_097);
        let leaps = (day / 1460).saturating_add(day / 146_096).saturating_sub(day / 36_524);
        let year = day.saturating_sub(leaps) / 365;
        let before = year.saturating_mul(365).saturating_add(year / 4).saturating_sub(year / 100);
        let day = day.saturating_sub(before);
        let month = day.saturating_mul(5).saturating_add(2) / 153;
        let day = day.saturating_sub(month.saturating_mul(153).saturating_add(2) / 5).saturating_add(1);
        let (month, next) = if month < 10 { (month.saturating_add(3), 0) } else { (month.saturating_sub(9), 1) };
        let year = cycle.saturating_mul(400).saturating_add(year).saturating_add(next);
        let mut text = padded(day, 2);
        text.push(b'/');
        text.digits(month, 2);
        text.push(b'/');
        text.digits(year, 4);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures() {
        for (value, plain, signed) in [
            (21_500, "21.5", "+21.5"),
            (0, "0.0", "+0.0"),
            (-3_250, "-3.25", "-3.25"),
            (999, "0.999", "+0.999"),
            (100_000, "100.0", "+100.0"),
        ] {
            assert_eq!((decimal(value, false).as_str(), decimal(value, true).as_str()), (plain, signed));
        }
        assert_eq!(decimal(i32::MIN, false).as_str(), "-2147483.648");
    }

    #[test]
    fn masks() {
        for (value, text) in [(0, "0"), (1, "1"), (8, "8"), (0x10, "10"), (0xABC, "ABC"), (0x2000_0000, "20000000"), (u32::MAX, "ALL")] {
            assert_eq!(mask(value).as_str(), text);
        }
    }

    /// Checked with `date -u -d @…`.
    #[test]
    fn dates() {
        for (unix, date, time, weekday) in [
            (0, "01/01/1970", "00:00:00", 3),
            (1_769_871_440, "31/01/2026", "14:57:20", 5),
            (951_782_399, "28/02/2000", "23:59:59", 0),
            (951_782_400, "29/02/2000", "00:00:00", 1),
            (4_107_542_400, "01/03/2100", "00:00:00", 0),
            (1_735_689_599, "31/12/2024", "23:59:59", 1),
        ] {
            let local = Local::new(unix, 0);
            assert_eq!((local.date().as_str(), local.time().as_str(), local.weekday()), (date, time, weekday), "{unix}");
        }
        assert_eq!(Local::new(1_769_871_440, 60).time().as_str(), "15:57:20");
        assert_eq!(Local::new(0, -60), Local::new(0, 0));
    }
}
