//! `panelctl decode`: a capture in, one line per unit out.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write};

use anyhow::Context as _;
use codec_core::FaultKind;
use serde_json::json;

use crate::cli::DecodeArgs;
use crate::exit::Outcome;
use crate::output::{Fields, Output, complain};

/// Longest unit that an input line of `--hex` may hold, in bytes. More than the largest message of any protocol.
const MAX_UNIT: usize = 2 << 20;

/// Bytes taken from the input at once.
const CHUNK: usize = 64 << 10;

/// One protocol as `decode` needs it.
pub(crate) trait Decoder {
    /// Decodes one unit. The fields of the object are in `fields`, without `ok`.
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem>;

    /// Finds the next unit at the front of the unread bytes of a stream.
    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut;
}

/// What is at the front of a stream.
pub(crate) enum Cut {
    /// More bytes are needed.
    NeedMore,
    /// Nothing to show.
    Drop(usize),
    /// A unit, and how much to drop with it.
    Unit { len: usize, used: usize },
    /// Something that is no unit, and how much of it to drop.
    Bad { problem: Problem, used: usize },
}

/// A decoded unit.
pub(crate) trait Show {
    /// The members of the JSON object.
    fn fields(&self) -> Fields;

    /// The line of the table.
    fn row(&self) -> String;
}

/// Why a unit could not be decoded.
pub(crate) struct Problem {
    /// One of the documented classes.
    pub(crate) class: &'static str,
    /// For people.
    pub(crate) detail: String,
    /// Offset in bytes from the beginning of the unit.
    pub(crate) at: u64,
    /// What could be read all the same.
    pub(crate) fields: Fields,
}

impl From<codec_core::Fault> for Problem {
    fn from(fault: codec_core::Fault) -> Self {
        Self::new(fault.kind.class(), fault.kind.to_string(), fault.at.into())
    }
}

impl Problem {
    pub(crate) fn new(class: &'static str, detail: impl Into<String>, at: u64) -> Self {
        Self { class, detail: detail.into(), at, fields: Fields::new() }
    }

    /// Without the numbers of the fault: they were read from the unit, and may be a part of a code in one that is damaged.
    pub(crate) fn masked(fault: codec_core::Fault) -> Self {
        let class = fault.kind.class();
        let detail = match fault.kind {
            FaultKind::Truncated { .. } => "frame cut short".into(),
            FaultKind::Trailing { .. } => "bytes left over behind the frame".into(),
            FaultKind::Checksum { .. } => "wrong checksum".into(),
            kind => kind.to_string(),
        };
        Self::new(class, detail, fault.at.into())
    }
}

pub(crate) fn run(args: &DecodeArgs) -> anyhow::Result<Outcome> {
    let mut decoder = args.protocol.decoder(&args.unit)?;
    let mut input: Box<dyn Read> = match args.file.as_deref() {
        Some(path) if path.as_os_str() != "-" => {
            let hint = "a packet itself is read from standard input";
            Box::new(File::open(path).with_context(|| format!("cannot open {} ({hint})", path.display()))?)
        }
        _ => {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                complain("reading from the keyboard, Ctrl-D ends it");
            }
            Box::new(stdin.lock())
        }
    };
    let mut printer = Printer { output: Output::stdout(), json: args.json, bad: 0 };
    if args.hex {
        let mut lines = HexLines::default();
        pump(&mut *input, &mut |bytes, eof| lines.feed(bytes, eof, &mut *decoder, &mut printer))?;
    } else {
        let mut stream = Stream::default();
        pump(&mut *input, &mut |bytes, eof| stream.feed(bytes, eof, &mut *decoder, &mut printer))?;
    }
    Ok(if printer.bad == 0 { Outcome::Done } else { Outcome::Bad })
}

/// Hands over the input as it arrives, and an empty piece with `true` at its end.
fn pump(input: &mut dyn Read, feed: &mut dyn FnMut(&[u8], bool) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return feed(&[], true),
            Ok(len) => feed(&chunk[..len], false)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("cannot read the capture"),
        }
    }
}

/// Prints units and counts the bad ones.
struct Printer<W: Write> {
    output: Output<W>,
    json: bool,
    bad: u64,
}

impl<W: Write> Printer<W> {
    /// `offset` is where the unit begins in a stream.
    fn print(&mut self, unit: Result<Box<dyn Show + '_>, Problem>, offset: Option<u64>) -> anyhow::Result<()> {
        let mut object = Fields::new();
        match unit {
            Ok(unit) if self.json => {
                object.insert("ok".into(), json!(true));
                object.extend(unit.fields());
            }
            Ok(unit) => return self.output.line(&unit.row()),
            Err(problem) => {
                self.bad += 1;
                if !self.json {
                    let place = offset.map_or(String::new(), |offset| format!(" of the unit at byte {offset} of the stream"));
                    let Problem { class, detail, at, .. } = problem;
                    return self.output.line(&format!("bad unit: {detail} ({class}) at byte {at}{place}"));
                }
                object.insert("ok".into(), json!(false));
                object.insert("error".into(), json!(problem.class));
                object.insert("detail".into(), json!(problem.detail));
                object.insert("at".into(), json!(problem.at));
                object.extend(problem.fields);
            }
        }
        if let Some(offset) = offset {
            object.insert("offset".into(), json!(offset));
        }
        self.output.json(&object)
    }
}

/// The stream of bytes as captured. Holds one piece of input and what is left of the unit before it.
#[derive(Default)]
struct Stream {
    unread: Vec<u8>,
    /// Offset of `unread` in the stream.
    position: u64,
}

impl Stream {
    fn feed(&mut self, bytes: &[u8], eof: bool, decoder: &mut dyn Decoder, printer: &mut Printer<impl Write>) -> anyhow::Result<()> {
        self.unread.extend_from_slice(bytes);
        let mut done = 0;
        loop {
            let rest = self.unread.get(done..).unwrap_or_default();
            let offset = Some(self.position + done as u64);
            done += match decoder.cut(rest, eof) {
                Cut::NeedMore => break,
                Cut::Drop(used) => used,
                Cut::Unit { len, used } => {
                    printer.print(decoder.unit(rest.get(..len).unwrap_or(rest)), offset)?;
                    used
                }
                Cut::Bad { problem, used } => {
                    printer.print(Err(problem), offset)?;
                    used
                }
            };
        }
        self.unread.drain(..done);
        self.position += done as u64;
        printer.output.flush()
    }
}

/// Lines of hexadecimal digits. Blanks between digits do not count, so that a dump in pairs works too.
#[derive(Default)]
struct HexLines {
    unit: Vec<u8>,
    /// The first digit of a pair.
    half: Option<u8>,
    /// Characters of the line so far.
    column: u64,
    problem: Option<Problem>,
}

impl HexLines {
    fn feed(&mut self, bytes: &[u8], eof: bool, decoder: &mut dyn Decoder, printer: &mut Printer<impl Write>) -> anyhow::Result<()> {
        for byte in bytes {
            if *byte == b'\n' {
                self.end_line(decoder, printer)?;
            } else {
                self.character(*byte);
            }
        }
        // The last line may lack its end.
        if eof && self.column > 0 {
            self.end_line(decoder, printer)?;
        }
        printer.output.flush()
    }

    fn character(&mut self, byte: u8) {
        let at = self.column;
        self.column += 1;
        if byte.is_ascii_whitespace() || self.problem.is_some() {
            return;
        }
        let Some(digit) = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            self.problem = Some(Problem::new("hex-input", "the input line has a character that is no hexadecimal digit", at));
            return;
        };
        match self.half.take() {
            None => self.half = Some(digit),
            Some(high) if self.unit.len() < MAX_UNIT => self.unit.push(high << 4 | digit),
            Some(_) => {
                let detail = format!("the input line holds more than {MAX_UNIT} bytes");
                self.problem = Some(Problem::new("too-long", detail, MAX_UNIT as u64));
            }
        }
    }

    fn end_line(&mut self, decoder: &mut dyn Decoder, printer: &mut Printer<impl Write>) -> anyhow::Result<()> {
        let mut problem = self.problem.take();
        if self.half.take().is_some() && problem.is_none() {
            problem = Some(Problem::new("hex-input", "the input line has an odd number of digits", self.column));
        }
        self.column = 0;
        let unit = match problem {
            Some(problem) => Err(problem),
            None => decoder.unit(&self.unit),
        };
        printer.print(unit, None)?;
        self.unit.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::UnitArgs;
    use crate::families::Protocol;

    /// The output for input cut into pieces of a size.
    fn decoded(input: &[u8], hex: bool, json: bool, piece: usize) -> (Vec<String>, u64) {
        let mut printed = Vec::new();
        let mut printer = Printer { output: Output::new(&mut printed), json, bad: 0 };
        let mut decoder = Protocol::Ness.decoder(&UnitArgs::default()).unwrap();
        let (mut lines, mut stream) = (HexLines::default(), Stream::default());
        for (bytes, eof) in input.chunks(piece).map(|bytes| (bytes, false)).chain([(&[][..], true)]) {
            match hex {
                true => lines.feed(bytes, eof, &mut *decoder, &mut printer),
                false => stream.feed(bytes, eof, &mut *decoder, &mut printer),
            }
            .unwrap();
            assert!(stream.unread.len() < 256, "{}", stream.unread.len());
        }
        let bad = printer.bad;
        drop(printer);
        (String::from_utf8(printed).unwrap().lines().map(str::to_owned).collect(), bad)
    }

    #[test]
    fn any_cutting_gives_the_same_lines() {
        let mut capture = b"87008361010900180921183139c7\r\n\r\n820003600000001b\n8300360S00E9?8300360S14E4?".to_vec();
        capture.extend(vec![b'z'; 100_000]);
        capture.extend(b"\r\n820003600000001b\r\n87008361");
        let whole = decoded(&capture, false, true, capture.len());
        assert_eq!((whole.0.len(), whole.1), (7, 2), "{whole:?}");
        for piece in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(decoded(&capture, false, true, piece), whole, "pieces of {piece}");
        }
    }

    #[test]
    fn every_hex_line_gives_one_line() {
        let input = b"3832303030333630303030303030316 2\n\n  \r\n3\nxx\n 38 32 \n38323030303336303030303030303162";
        for piece in [1, 5, 1000] {
            let (lines, bad) = decoded(input, true, true, piece);
            assert_eq!(lines.len(), 7);
            assert_eq!(bad, 5);
            assert!(lines[0].starts_with(r#"{"ok":true,"kind":"status","start":130,"#), "{}", lines[0]);
            assert_eq!(lines[1], r#"{"ok":false,"error":"empty","detail":"empty frame","at":0}"#);
            assert_eq!(lines[2], lines[1]);
            assert!(lines[3].contains(r#""error":"hex-input""#) && lines[4].contains(r#""error":"hex-input""#));
            assert!(lines[5].contains(r#""error":"truncated""#));
            assert_eq!(lines[6], lines[0]);
        }
    }

    #[test]
    fn a_line_of_digits_without_end_costs_no_more_than_the_longest_unit() {
        let mut input = vec![b'0'; 3 * 2 * MAX_UNIT];
        input.extend(b"\n38323030303336303030303030303162\n");
        let (lines, bad) = decoded(&input, true, true, 1 << 20);
        assert_eq!((lines.len(), bad), (2, 1));
        assert!(lines[0].contains(r#""error":"too-long""#), "{}", lines[0]);
    }
}
