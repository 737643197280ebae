//! Lists of words in one text, each behind a character that says how long it is: the smallest form of a table that can be searched
//! without a look at every byte, and one function for all of them.

use super::json::Text;

/// The place of what is not in a list.
pub(crate) const NONE: u8 = u8::MAX;

/// A list of words of up to 127 bytes each.
macro_rules! list {
    ($($word:expr),* $(,)?) => {{
        const WORDS: &[&str] = &[$($word),*];
        const BYTES: [u8; $crate::text::words::size(WORDS)] = $crate::text::words::pack(WORDS);
        const LIST: &str = match core::str::from_utf8(&BYTES) {
            Ok(words) => words,
            Err(_) => "",
        };
        LIST
    }};
}
pub(crate) use list;

/// How many bytes the list takes.
pub(crate) const fn size(words: &[&str]) -> usize {
    let (mut size, mut rest) = (0_usize, words);
    while let [word, behind @ ..] = rest {
        size = size.wrapping_add(word.len()).wrapping_add(1);
        rest = behind;
    }
    size
}

/// The list.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "evaluated by the compiler, where a panic is an error"
)]
pub(crate) const fn pack<const SIZE: usize>(words: &[&str]) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    let (mut at, mut rest) = (0_usize, words);
    while let [word, behind @ ..] = rest {
        assert!(word.len() < 128, "a length is one character");
        bytes[at] = word.len() as u8;
        let mut place = 0_usize;
        while place < word.len() {
            at = at.wrapping_add(1);
            bytes[at] = word.as_bytes()[place];
            place = place.wrapping_add(1);
        }
        at = at.wrapping_add(1);
        rest = behind;
    }
    bytes
}

/// The first word and what is behind it.
#[inline(always)]
const fn split(words: &[u8]) -> Option<(&[u8], &[u8])> {
    match words {
        [len, rest @ ..] => rest.split_at_checked(*len as usize),
        [] => None,
    }
}

/// Place in `words` of the word that `text` stands for, escapes decoded; or [`NONE`].
pub(crate) fn place(words: &'static str, text: Text<'_>) -> u8 {
    find(words, text).0
}

/// As [`place`], with what is behind that word.
#[inline(never)]
fn find(words: &'static str, text: Text<'_>) -> (u8, &'static [u8]) {
    let mut escaped = false;
    loop {
        let (mut place, mut rest) = (0_u8, words.as_bytes());
        while let Some((word, behind)) = split(rest) {
            if word == text.raw().as_bytes() || escaped && text.is(word) {
                return (place, behind);
            }
            (place, rest) = (place.wrapping_add(1), behind);
        }
        // Nobody writes words with escapes, but may.
        if escaped || text.plain().is_some() {
            return (NONE, rest);
        }
        escaped = true;
    }
}

/// Looks words up that mostly come in the order of the list.
pub(crate) struct Search {
    words: &'static str,
    /// Place of the word behind the one found last, and the words from there on.
    next: u8,
    rest: &'static [u8],
}

impl Search {
    pub(crate) const fn new(words: &'static str) -> Self {
        Self { words, next: 0, rest: words.as_bytes() }
    }

    /// The word that comes next in the list, and what is behind it.
    pub(crate) fn expected(&self) -> Option<(&'static [u8], &'static [u8])> {
        split(self.rest)
    }

    /// That word is here: its place.
    pub(crate) fn take(&mut self, behind: &'static [u8]) -> u8 {
        self.rest = behind;
        let place = self.next;
        self.next = place.wrapping_add(1);
        place
    }

    /// Place of the word that `text` stands for, escapes decoded; or [`NONE`].
    pub(crate) fn place(&mut self, text: Text<'_>) -> u8 {
        let (place, rest) = find(self.words, text);
        (self.next, self.rest) = (place.wrapping_add(1), rest);
        place
    }
}

/// The word at a place; empty behind the last.
#[inline(never)]
pub(crate) const fn at(words: &'static str, place: u8) -> &'static str {
    let (mut rest, mut left) = (words.as_bytes(), place);
    while let Some((word, behind)) = split(rest) {
        if left == 0 {
            return match core::str::from_utf8(word) {
                Ok(word) => word,
                Err(_) => "",
            };
        }
        (rest, left) = (behind, left.wrapping_sub(1));
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = list!("ON", "OFF", "O");

    #[test]
    fn words_are_found_and_given_back() {
        for (number, word) in ["ON", "OFF", "O"].into_iter().enumerate() {
            assert_eq!(place(WORDS, Text::new(word)), number as u8);
            assert_eq!(at(WORDS, number as u8), word);
        }
        assert_eq!(place(WORDS, Text::new("\\u004fN")), 0);
        for word in ["", "OF", "OFFS", "on", "F", "\\u004f\\u004e\\u004e"] {
            assert_eq!(place(WORDS, Text::new(word)), NONE, "{word}");
        }
        assert_eq!(at(WORDS, 3), "");
    }

    #[test]
    fn any_order_will_do() {
        let mut search = Search::new(WORDS);
        for (word, found, next) in [("ON", 0, "OFF"), ("O", 2, ""), ("O", 2, ""), ("?", NONE, ""), ("OFF", 1, "O"), ("ON", 0, "OFF")] {
            assert_eq!(search.place(Text::new(word)), found, "{word}");
            assert_eq!(search.expected().map_or(&b""[..], |(word, _)| word), next.as_bytes());
        }
        for place in [1, 2] {
            let (_, behind) = search.expected().unwrap();
            assert_eq!(search.take(behind), place);
        }
        assert_eq!(search.expected(), None);
    }
}
