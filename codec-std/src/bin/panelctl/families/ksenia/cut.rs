//! Where one message ends and the next begins, in a stream of JSON texts one after the other.

use crate::decode::{Cut, Problem};

/// Longest message of a stream in bytes. The largest that a panel can be asked for has about 250 KB.
pub(crate) const MAX_MESSAGE: usize = 2 << 20;

/// Levels whose kind is remembered. Messages with more than 16 are refused anyway.
const LEVELS: u32 = 128;

/// Finds whole objects. It does not judge them: a text that cannot be JSON is cut where it can no longer be mended, and whoever decodes
/// it says what is wrong.
#[derive(Default)]
pub(crate) struct Cutter {
    /// Bytes of the unit that were looked at.
    seen: usize,
    /// Open braces and brackets.
    depth: u32,
    /// The lowest bit is the innermost level, 1 for an object.
    levels: u128,
    in_string: bool,
    escaped: bool,
    /// The last byte that is no white space and not in a string.
    last: u8,
    /// A unit was too long: its rest is dropped.
    skipping: bool,
}

impl Cutter {
    pub(crate) fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        if self.skipping {
            return self.skip(unread, eof);
        }
        let blanks = unread.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        // The front of a unit is no blank.
        if blanks > 0 {
            return Cut::Drop(blanks);
        }
        while let Some(byte) = unread.get(self.seen) {
            if self.seen == MAX_MESSAGE {
                *self = Self { skipping: true, ..Self::default() };
                let detail = format!("message longer than {MAX_MESSAGE} bytes");
                return Cut::Bad { problem: Problem::new("too-long", detail, MAX_MESSAGE as u64), used: MAX_MESSAGE };
            }
            let whole = if self.depth == 0 { self.outside(*byte) } else { self.inside(*byte) };
            if let Some(with_this) = whole {
                let used = self.seen + usize::from(with_this);
                return self.unit(unread, used);
            }
            self.seen += 1;
        }
        if eof && !unread.is_empty() { self.unit(unread, unread.len()) } else { Cut::NeedMore }
    }

    fn unit(&mut self, unread: &[u8], used: usize) -> Cut {
        *self = Self::default();
        let unit = unread.get(..used).unwrap_or(unread);
        Cut::Unit { len: unit.trim_ascii_end().len(), used }
    }

    /// A byte that is in no object. Something else than an object ends with its line, or where an object begins. Gives whether the unit
    /// ends with this byte or before it.
    fn outside(&mut self, byte: u8) -> Option<bool> {
        match byte {
            b'{' if self.seen > 0 => return Some(false),
            b'{' => self.open(byte),
            b'\n' => return Some(true),
            _ => {}
        }
        None
    }

    /// A byte of an object.
    fn inside(&mut self, byte: u8) -> Option<bool> {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    self.last = byte;
                }
                // No string goes on in another line: the rest of this message is lost.
                b'\n' | b'\r' => return Some(true),
                _ => {}
            }
            return None;
        }
        match byte {
            // No object can begin here, so it is the next message.
            b'{' if !self.may_begin() => return Some(false),
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => {
                self.depth -= 1;
                self.levels >>= 1;
                self.last = byte;
                if self.depth == 0 {
                    return Some(true);
                }
            }
            b'"' => self.in_string = true,
            _ if byte.is_ascii_whitespace() => {}
            _ => self.last = byte,
        }
        None
    }

    /// Whether a value may stand here.
    fn may_begin(&self) -> bool {
        let in_object = self.levels & 1 == 1;
        if in_object { self.last == b':' } else { matches!(self.last, b'[' | b',') }
    }

    fn open(&mut self, byte: u8) {
        // Deeper levels are forgotten from the outside: the innermost is what is asked for.
        self.depth = (self.depth + 1).min(LEVELS);
        self.levels = self.levels << 1 | u128::from(byte == b'{');
        self.last = byte;
    }

    /// Drops up to an object at the beginning of a line.
    fn skip(&mut self, unread: &[u8], eof: bool) -> Cut {
        if let Some(at) = unread.windows(2).position(|pair| pair == b"\n{") {
            self.skipping = false;
            return Cut::Drop(at + 1);
        }
        match unread {
            [] => Cut::NeedMore,
            // The brace may come with the next bytes.
            [b'\n'] if !eof => Cut::NeedMore,
            [.., b'\n'] if !eof => Cut::Drop(unread.len() - 1),
            _ => Cut::Drop(unread.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The units of a stream, `!` for something too long.
    fn units(stream: &[u8], piece: usize) -> Vec<String> {
        let (mut cutter, mut unread, mut units) = (Cutter::default(), Vec::new(), Vec::new());
        for (bytes, eof) in stream.chunks(piece).map(|bytes| (bytes, false)).chain([(&[][..], true)]) {
            unread.extend_from_slice(bytes);
            loop {
                let used = match cutter.cut(&unread, eof) {
                    Cut::NeedMore => break,
                    Cut::Drop(used) => used,
                    Cut::Unit { len, used } => {
                        units.push(String::from_utf8_lossy(&unread[..len]).into_owned());
                        used
                    }
                    Cut::Bad { problem, used } => {
                        assert_eq!(problem.class, "too-long");
                        units.push("!".into());
                        used
                    }
                };
                assert!(used > 0);
                unread.drain(..used);
            }
            assert!(unread.len() <= MAX_MESSAGE + piece);
        }
        assert!(unread.is_empty());
        units
    }

    fn cut_alike(stream: &str) -> Vec<String> {
        let whole = units(stream.as_bytes(), stream.len());
        for piece in [1, 2, 3, 7, 64] {
            assert_eq!(units(stream.as_bytes(), piece), whole, "in pieces of {piece}");
        }
        whole
    }

    #[test]
    fn objects_end_with_their_brace() {
        let stream = "{\"a\":1}{\"b\":{\"c\":[{},{}]}}\r\n\r\n  {\n  \"d\": \"}{\\\"\\\\\"\n}\n{\"é\":[\n{\n}\n]}";
        let expected = [r#"{"a":1}"#, r#"{"b":{"c":[{},{}]}}"#, "{\n  \"d\": \"}{\\\"\\\\\"\n}", "{\"é\":[\n{\n}\n]}"];
        assert_eq!(cut_alike(stream), expected);
    }

    #[test]
    fn what_is_no_object_costs_itself() {
        assert_eq!(cut_alike("noise {\"a\":1} more\n]}\n[{\"b\":2}]\n"), ["noise", r#"{"a":1}"#, "more", "]}", "[", r#"{"b":2}"#, "]"]);
    }

    #[test]
    fn a_message_cut_short_costs_one_more_at_most() {
        let good = r#"{"a":{"b":[1]}}"#;
        for short in 1..good.len() {
            let cut = &good[..short];
            let told = cut_alike(&format!("{cut}\n{good}\n{good}\n{good}\n"));
            assert!(told.ends_with(&[good.into(), good.into()]), "{cut}: {told:?}");
            assert!(told.len() <= 4 && told[0].starts_with(cut), "{cut}: {told:?}");
        }
    }

    #[test]
    fn the_too_long_is_told_once() {
        let good = "{\"a\":1}\n";
        let long = format!("{{\"x\":[{}]}}\n", "\"{}\",\n".repeat(MAX_MESSAGE / 3));
        let stream = format!("{good}{long}{good}");
        for piece in [1000, 1 << 16, stream.len()] {
            assert_eq!(units(stream.as_bytes(), piece), [good.trim(), "!", good.trim()]);
        }
        let endless = "[".repeat(MAX_MESSAGE * 2);
        assert_eq!(units(endless.as_bytes(), 1 << 16), ["!"]);
        let fits = format!("{{\"x\":\"{}\"}}", "y".repeat(MAX_MESSAGE - 8));
        assert_eq!(units(fits.as_bytes(), 1 << 16), [fits]);
    }
}
