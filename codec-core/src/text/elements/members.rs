//! The members of most objects: a name and a plain text, without white space. As many as are there are taken at once; where this stops,
//! the scanner goes on byte by byte.

use super::{Elements, MAX_DEPTH, Piece, State, Watch, scan};

impl<W: Watch> Elements<W> {
    /// The record that comes next in a list, if it is whole and plain. If it is not, nothing changes.
    #[inline]
    pub(super) fn record_at_once(&mut self, window: &[u8]) -> Option<Piece> {
        let (before, from): (&[u8], _) = match self.state {
            State::After => (b",{", self.at.saturating_add(1)),
            State::FirstValue => (b"{", self.at),
            _ => return None,
        };
        let in_list = self.levels & 1 == 0 && self.inside != 0 && self.record == 0 && self.depth < MAX_DEPTH;
        if !in_list || !window.get(self.at..)?.starts_with(before) {
            return None;
        }
        let bytes = window.get(from..from.saturating_add(self.limit).min(window.len()))?;
        let end = whole(bytes, 1, W::MARK).filter(|end| bytes.get(*end) == Some(&b'}'))?;
        if self.state == State::After {
            self.names.count(self.depth);
        }
        self.at = from.saturating_add(end).saturating_add(1);
        self.state = State::After;
        Some(Piece::Record { range: from..self.at })
    }

    /// Steps over members of a record that are all there, have a plain text and no white space: most of them.
    pub(super) fn hop(&mut self, seen: &[u8]) {
        let from = match self.state {
            State::FirstKey => self.at,
            State::After if self.levels & 1 == 1 && seen.get(self.at) == Some(&b',') => self.at.saturating_add(1),
            _ => return,
        };
        if let Some(end) = whole(seen, from, W::MARK) {
            self.at = end;
            self.state = State::After;
        }
    }
}

/// Steps over whole members like `"STA":"R"`, the first of which begins at `from`. Gives the place behind the last, if there is one.
///
/// It stops before a member with `mark` as its name or text.
#[inline]
fn whole(bytes: &[u8], from: usize, mark: &[u8]) -> Option<usize> {
    let starts = |at: usize, with: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(with));
    let is_mark = |from, end| bytes.get(from..end) == Some(mark);
    let mut end = None;
    let mut name = from.wrapping_add(1);
    if !starts(from, b"\"") {
        return None;
    }
    loop {
        let name_end = scan::string_end(bytes, name);
        if !starts(name_end, b"\":\"") {
            return end;
        }
        let text = name_end.wrapping_add(3);
        let text_end = scan::string_end(bytes, text);
        let like_mark = (name_end.wrapping_sub(name) == mark.len()) | (text_end.wrapping_sub(text) == mark.len());
        if like_mark && (is_mark(name, name_end) || is_mark(text, text_end)) {
            return end;
        }
        if !starts(text_end, b"\",\"") {
            return if starts(text_end, b"\"") { Some(text_end.wrapping_add(1)) } else { end };
        }
        end = Some(text_end.wrapping_add(1));
        name = text_end.wrapping_add(3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_behind_the_last_whole_and_plain_member() {
        let cases: [(&str, Option<usize>); 14] = [
            (r#"{"A":"b"}"#, Some(8)),
            (r#"{"A":"b","C":""}"#, Some(15)),
            (r#"{"A":"b","C":"d"#, Some(8)),
            (r#"{"A":"b","C":"d\"""#, Some(8)),
            (r#"{"A":"b","C":1}"#, Some(8)),
            (r#"{"A":"b", "C":"d"}"#, Some(8)),
            (r#"{"A":"b" ,"C":"d"}"#, Some(8)),
            (r#"{"A":"b","MARK":"d"}"#, Some(8)),
            (r#"{"A":"b","C":"MARK"}"#, Some(8)),
            (r#"{"A":"b","MARKS":"d"}"#, Some(20)),
            (r#"{"A" :"b"}"#, None),
            (r#"{"A":{}}"#, None),
            ("{\"A\":\"\n\"}", None),
            ("{", None),
        ];
        for (text, end) in cases {
            assert_eq!(whole(text.as_bytes(), 1, b"MARK"), end, "{text}");
        }
        assert_eq!(whole(b"", 1, b""), None);
    }
}
