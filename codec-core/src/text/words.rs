//! Lists of words in one text, each with a NUL behind it: the smallest form of a table, and one function for all of them.

use super::json::Text;

/// The place of what is not in a list.
pub(crate) const NONE: u8 = u8::MAX;

/// Place in `words` of the word that `text` stands for, escapes decoded; or [`NONE`].
pub(crate) fn place(words: &'static str, text: Text<'_>) -> u8 {
    Search::new(words).place(text)
}

/// Looks words up that mostly come in the order of the list.
pub(crate) struct Search {
    words: &'static str,
    /// What was not looked at the last time, and the place of its first word.
    rest: &'static [u8],
    next: u8,
}

impl Search {
    pub(crate) const fn new(words: &'static str) -> Self {
        Self { words, rest: words.as_bytes(), next: 0 }
    }

    /// Place of the word that `text` stands for, escapes decoded; or [`NONE`].
    pub(crate) fn place(&mut self, text: Text<'_>) -> u8 {
        match self.find(text, false) {
            // Nobody writes words so, but may.
            NONE if text.plain().is_none() => self.find(text, true),
            place => place,
        }
    }

    #[inline(never)]
    fn find(&mut self, text: Text<'_>, escaped: bool) -> u8 {
        let mut last_round = self.next == 0;
        loop {
            let Some(len) = self.rest.iter().position(|byte| *byte == 0) else {
                (self.rest, self.next) = (self.words.as_bytes(), 0);
                if core::mem::replace(&mut last_round, true) {
                    return NONE;
                }
                continue;
            };
            let (word, behind) = self.rest.split_at_checked(len).unwrap_or_default();
            let place = self.next;
            (self.rest, self.next) = (behind.get(1..).unwrap_or_default(), place.wrapping_add(1));
            if word == text.raw().as_bytes() || escaped && text.chars().eq(word.iter().map(|byte| char::from(*byte))) {
                return place;
            }
        }
    }
}

/// The word at a place.
#[inline(never)]
pub(crate) const fn at(words: &'static str, place: u8) -> &'static str {
    let mut rest = words.as_bytes();
    let mut left = place;
    loop {
        let mut len = 0_usize;
        let mut bytes = rest;
        while let [1..=255, behind @ ..] = bytes {
            len = len.wrapping_add(1);
            bytes = behind;
        }
        if left == 0 {
            let (word, _) = match rest.split_at_checked(len) {
                Some(parts) => parts,
                None => (rest, rest),
            };
            return match core::str::from_utf8(word) {
                Ok(word) => word,
                Err(_) => "",
            };
        }
        rest = match bytes {
            [_, behind @ ..] => behind,
            [] => bytes,
        };
        left = left.wrapping_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "ON\0OFF\0O\0";

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
        for (word, found) in [("ON", 0), ("O", 2), ("O", 2), ("ON", 0), ("?", NONE), ("OFF", 1), ("ON", 0)] {
            assert_eq!(search.place(Text::new(word)), found, "{word}");
        }
    }
}
