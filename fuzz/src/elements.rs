//! The input is a JSON text. However it is cut, its pieces are the same, and they are what `serde_json`'s reading of the whole text says
//! they must be.

use codec_core::text::elements::{Elements, MARGIN, MIN_LIMIT, Piece, Watch};
use codec_core::text::json::{self, MAX_DEPTH};

use crate::feed::Cuts;
use crate::tree::{Tree, alike};

/// Below which member records are looked for.
const MEMBER: &str = "PAYLOAD";

/// Sizes of the largest record.
const LIMITS: [usize; 3] = [MIN_LIMIT, 100, 1 << 12];

fn is_record(name: &str) -> bool {
    name.starts_with("STATUS_")
}

/// A piece, with its text and the names on the way to it.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    what: &'static str,
    names: Vec<String>,
    text: Vec<u8>,
}

/// What passes, and where the marks are.
#[derive(Clone, Debug, Default, PartialEq)]
struct Marks {
    passed: Vec<u8>,
    marks: Vec<usize>,
}

impl Watch for Marks {
    const MARK: &'static [u8] = b"CRC_16";

    fn update(&mut self, bytes: &[u8]) {
        self.passed.extend_from_slice(bytes);
    }

    fn mark(&mut self) {
        self.marks.push(self.passed.len());
    }
}

/// All that comes of a text.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    told: Vec<Told>,
    marks: Vec<usize>,
    /// Whether it was whole.
    end: Result<(), String>,
}

/// The body of the target.
pub fn run(data: &[u8]) {
    for limit in LIMITS {
        let whole = told(data, Cuts::Whole, limit);
        for cuts in Cuts::ALL {
            assert_eq!(told(data, cuts, limit), whole, "{cuts:?}, records of {limit} bytes");
        }
    }
    let Reading { told: pieces, marks, end } = told(data, Cuts::Whole, data.len() + MIN_LIMIT);
    let tree = Tree::read(data);
    let deep = tree.as_ref().is_some_and(|tree| tree.depth() > usize::from(MAX_DEPTH));
    match &tree {
        Some(_) => assert_eq!(end.is_ok(), !deep, "{end:?}"),
        // A number may be too large for `serde_json`.
        None => assert_eq!(end.is_ok(), json::check(data).is_ok(), "{end:?}"),
    }
    if end.is_ok() {
        // Outside of a text there are no such letters, so every place is the end of one.
        let ends = (0..=data.len()).filter(|end| data[..*end].ends_with(b"\"CRC_16\""));
        assert_eq!(marks, ends.collect::<Vec<_>>());
    }
    // Names with escapes stay as they are written, and long ones are not kept.
    if let (Some(tree), false) = (tree, deep || data.contains(&b'\\')) {
        let mut expected = Vec::new();
        if path_len(&tree) <= 112 {
            outside(&tree, &mut expected);
            assert_eq!(pieces.len(), expected.len(), "{pieces:?} in place of {expected:?}");
            assert!(pieces.iter().zip(&expected).all(|(piece, expected)| is_as(piece, expected)), "{pieces:?} in place of {expected:?}");
        }
    }
}

/// Reads a text.
fn told(data: &[u8], cuts: Cuts, limit: usize) -> Reading {
    let mut elements = Elements::new(MEMBER, is_record, limit, Marks::default());
    let (mut window, mut told, mut failed) = (Vec::new(), Vec::new(), None);
    for piece in cuts.pieces(data) {
        let mut rest = piece;
        while !rest.is_empty() {
            // All at once is a window that holds everything.
            let room = if cuts == Cuts::Whole { rest.len() } else { limit + MARGIN - window.len() };
            assert!(room > 0, "the window is full and stays full");
            let (now, later) = rest.split_at(room.min(rest.len()));
            window.extend_from_slice(now);
            rest = later;
            // Every byte begins and ends a few things at most.
            for turn in 0.. {
                assert!(turn <= 4 * data.len() + 4, "pieces without end");
                let names = |elements: &Elements<Marks>| elements.path().names().map(str::to_owned).collect();
                let (what, range) = match elements.next_piece(&window) {
                    Piece::More => break,
                    Piece::Scalar { range, quoted: true } => ("text", range),
                    Piece::Scalar { range, quoted: false } => ("word", range),
                    Piece::Part { range, last: false } => ("part", range),
                    Piece::Part { range, last: true } => ("last part", range),
                    Piece::Record { range } => ("record", range),
                    Piece::Open { .. } => ("open", 0..0),
                    Piece::Close => ("close", 0..0),
                    Piece::Fault(fault) => {
                        assert_eq!(failed.replace(fault.to_string()), None, "two faults");
                        continue;
                    }
                    other => panic!("{other:?}"),
                };
                assert!(failed.is_none(), "{what} behind a fault");
                let text = window[range].to_vec();
                assert!(str::from_utf8(&text).is_ok() && text.len() <= limit, "{} bytes of {what}", text.len());
                told.push(Told { what, names: names(&elements), text });
            }
            let free = elements.release(&window);
            window.drain(..free);
        }
    }
    let Marks { passed, marks } = elements.watch().clone();
    assert!(data.starts_with(&passed), "bytes are watched twice, or not at all");
    match failed {
        // Marks behind a fault mean nothing.
        Some(fault) => Reading { told, marks: Vec::new(), end: Err(fault) },
        None => Reading { told, marks, end: elements.finish().map_err(|fault| fault.to_string()) },
    }
}

/// Bytes of the names on the longest way.
fn path_len(tree: &Tree) -> usize {
    match tree {
        Tree::List(values) => values.iter().map(path_len).max().unwrap_or(0),
        Tree::Object(members) => members.iter().map(|(name, value)| name.len() + path_len(value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// What must be told: names on the way, the value, and whether it is a record.
type Expected = (Vec<String>, Tree, bool);

/// The outermost value: its own scalars, and what is below the member.
fn outside(tree: &Tree, expected: &mut Vec<Expected>) {
    let scalar = |value: &Tree| !matches!(value, Tree::List(_) | Tree::Object(_));
    match tree {
        Tree::List(values) => {
            for value in values.iter().filter(|value| scalar(value)) {
                expected.push((Vec::new(), value.clone(), false));
            }
        }
        Tree::Object(members) => {
            for (name, value) in members {
                if scalar(value) {
                    expected.push((path(&[], name), value.clone(), false));
                } else if name == MEMBER {
                    inside(value, &path(&[], name), expected);
                }
            }
        }
        _ => {}
    }
}

/// What is below the member and no record itself.
fn inside(tree: &Tree, names: &[String], expected: &mut Vec<Expected>) {
    match tree {
        Tree::List(values) => {
            for value in values {
                match value {
                    Tree::Object(_) => expected.push((names.to_vec(), value.clone(), true)),
                    Tree::List(_) => inside(value, names, expected),
                    _ => expected.push((names.to_vec(), value.clone(), false)),
                }
            }
        }
        Tree::Object(members) => {
            for (name, value) in members {
                let names = path(names, name);
                match value {
                    Tree::Object(inner) if is_record(name) && !holds_list(name, inner) => expected.push((names, value.clone(), true)),
                    Tree::Object(_) | Tree::List(_) => inside(value, &names, expected),
                    _ => expected.push((names, value.clone(), false)),
                }
            }
        }
        _ => {}
    }
}

/// `"STATUS_OUTPUTS":{"OUTPUTS":[…]}`.
fn holds_list(name: &str, members: &[(String, Tree)]) -> bool {
    matches!(members.first(), Some((first, Tree::List(_))) if !first.is_empty() && name.ends_with(first.as_str()))
}

fn path(names: &[String], name: &str) -> Vec<String> {
    // An empty name is none.
    names.iter().cloned().chain(Some(name.to_owned()).filter(|name| !name.is_empty())).collect()
}

fn is_as(piece: &Told, (names, value, record): &Expected) -> bool {
    let text = match piece.what {
        "text" => [b"\"", piece.text.as_slice(), b"\""].concat(),
        _ => piece.text.clone(),
    };
    piece.names == *names && (piece.what == "record") == *record && Tree::read(&text).is_some_and(|read| alike(&read, value))
}
