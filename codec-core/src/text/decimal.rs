//! Readings in decimal text, without floating point.

/// The number in thousandths; digits behind the third are dropped. A comma counts as a point (some firmware). `None` if it is no number or
/// above 2,147,483.
pub(crate) fn thousandths(text: &str) -> Option<i32> {
    let digits = text.as_bytes();
    let (negative, digits) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (mut value, mut places, mut seen) = (0_i64, None, false);
    for byte in digits {
        match (*byte, places) {
            (b'.' | b',', None) => places = Some(0_u8),
            (digit @ b'0'..=b'9', _) => {
                seen = true;
                if let Some(3..) = places {
                    continue;
                }
                places = places.map(|count| count.saturating_add(1));
                value = value.checked_mul(10)?.checked_add(i64::from(digit.wrapping_sub(b'0')))?;
            }
            _ => return None,
        }
    }
    for _ in places.unwrap_or(0)..3 {
        value = value.checked_mul(10)?;
    }
    let value = i32::try_from(value).ok().filter(|_| seen)?;
    Some(if negative { value.wrapping_neg() } else { value })
}
