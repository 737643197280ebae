//! Numbers of the JSON arrays.

use crate::text::json::{Text, Value};

/// A whole number that fits 64 bits.
pub(crate) fn integer(value: Value<'_>) -> Option<i64> {
    let Value::Number(text) = value else { return None };
    match text.raw().strip_prefix('-') {
        // 19 digits, so that the sign always fits.
        Some(digits) => i64::try_from(Text::new(digits).wide_number()?).ok().map(i64::wrapping_neg),
        None => i64::try_from(text.wide_number()?).ok(),
    }
}

/// A string.
pub(crate) const fn text(value: Value<'_>) -> Option<Text<'_>> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json;

    #[test]
    fn whole_numbers_only() {
        for (json, number) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-254", Some(-254)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775807", Some(-i64::MAX)),
            ("9223372036854775808", None),
            ("99999999999999999999", None),
            ("1.0", None),
            ("1e3", None),
            ("\"1\"", None),
            ("true", None),
            ("null", None),
        ] {
            assert_eq!(integer(json::check(json.as_bytes()).unwrap()), number, "{json}");
        }
    }
}
