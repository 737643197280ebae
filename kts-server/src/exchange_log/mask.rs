//! Masks secrets in a stream of frames, byte by byte, however it is cut.

/// Where in a frame the last byte was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Anywhere.
    Out,
    /// Behind the quote that ends the name of a secret.
    Name,
    /// Behind the colon.
    Colon,
    /// In a text that a quote behind so many backslashes ends (0, or 1 for JSON in a text).
    Text(u8),
    /// In something that is no text.
    Bare,
}

/// Replaces the values of `key` and `sign` by as many stars.
///
/// A name that is written with escapes counts as the name of a secret: nobody but an attacker writes so.
#[derive(Clone, Copy, Debug)]
pub struct Mask {
    state: State,
    /// The last four bytes that are no backslash.
    word: [u8; 4],
    /// An escape was seen since the last quote.
    escaped: bool,
    /// Backslashes right before.
    slashes: u8,
}

impl Default for Mask {
    fn default() -> Self {
        Self { state: State::Out, word: [0; 4], escaped: false, slashes: 0 }
    }
}

impl Mask {
    /// Masks the next bytes of the stream.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            let slashes = self.slashes;
            self.slashes = if *byte == b'\\' { slashes.saturating_add(1) } else { 0 };
            self.state = match (self.state, *byte) {
                // Whatever is wrong with a frame, the next begins anew.
                (_, b'\n') if self.word[3] == b'\r' => State::Out,
                (State::Out, b'"') if self.is_secret() => State::Name,
                (State::Name, b':') => State::Colon,
                (State::Name | State::Colon, b' ' | b'\t' | b'\r' | b'\n' | b'\\') => self.state,
                (State::Name, _) => State::Out,
                (State::Colon, b'"') => State::Text(slashes.min(1)),
                (State::Colon, b'{' | b'[') => State::Out,
                (State::Colon, _) => {
                    *byte = b'*';
                    State::Bare
                }
                (State::Text(0), b'"') if slashes.is_multiple_of(2) => State::Out,
                (State::Text(1), b'"') if slashes % 4 == 1 => State::Out,
                (State::Bare, b',' | b'}' | b']' | b'\r' | b'\n') => State::Out,
                (State::Text(_), b'\r') => self.state,
                (State::Text(_) | State::Bare, _) => {
                    // The shape stays, so that it can still be read.
                    if *byte != b'\\' {
                        *byte = b'*';
                    }
                    self.state
                }
                (State::Out, _) => State::Out,
            };
            match *byte {
                b'"' => (self.word, self.escaped) = ([0, 0, 0, b'"'], false),
                b'\\' => {}
                byte => {
                    self.escaped |= slashes > 0 && byte == b'u';
                    let [_, b, c, d] = self.word;
                    self.word = [b, c, d, byte];
                }
            }
        }
    }

    fn is_secret(&self) -> bool {
        self.escaped || self.word == *b"sign" || self.word == *b"\"key"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, cut: usize) -> String {
        let (mut bytes, mut mask) = (text.as_bytes().to_vec(), Mask::default());
        bytes.chunks_mut(cut).for_each(|piece| mask.apply(piece));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn secrets_are_masked_however_they_are_written_and_cut() {
        let frames = [
            (
                r#"{"sn":"08","cmd":"reg","timestamp":"15","rand":"35","sign":"055d"}"#,
                r#"{"sn":"08","cmd":"reg","timestamp":"15","rand":"35","sign":"****"}"#,
            ),
            (r#"{"cmd":"cfgrsp","data":{"error":"0","key" : "12\"34"}}"#, r#"{"cmd":"cfgrsp","data":{"error":"0","key" : "**\***"}}"#),
            (
                r#"{"cmd":"cfgrsp","data":"{\"error\":\"0\",\"key\":\"1234\"}"}"#,
                r#"{"cmd":"cfgrsp","data":"{\"error\":\"0\",\"key\":\"****\"}"}"#,
            ),
            (r#"{"key":1234,"error":"0"}"#, r#"{"key":****,"error":"0"}"#),
            (r#"{"\u006bey":"1234"}"#, r#"{"\u006bey":"****"}"#),
            (r#"{"oName":"key","Icon":"@key","val":"1"}"#, r#"{"oName":"key","Icon":"@key","val":"1"}"#),
            ("{\"key\":\"12\r\n{\"val\":\"1\"}\r\n", "{\"key\":\"**\r\n{\"val\":\"1\"}\r\n"),
        ];
        for (frame, expected) in frames {
            for cut in [1, 2, 3, 7, 1000] {
                assert_eq!(masked(frame, cut), expected, "cut {cut}");
            }
        }
    }
}
