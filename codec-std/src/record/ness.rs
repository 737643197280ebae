//! Ness: keys in requests are secret, what panels say is not.

use codec_core::ness::controller::{Command, Controller};
use codec_core::ness::{self, Body, Case, ChecksumMatch, Cut, Framer, Line};
use codec_core::{Env, Machine as _, Refused, Ticket, TxBuf};

use super::{Mask, Recorded, Role, Secrets};
use crate::owned::ness::OwnedCommand;

impl Recorded for Controller<'_> {
    const PROTOCOL: &'static str = "ness";
    const ROLE: Role = Role::Controller;
    const USES_ENTROPY: bool = false;

    type OwnedCommand = OwnedCommand;

    fn command_to_json(command: &Command<'_>, secrets: Secrets) -> serde_json::Result<serde_json::Value> {
        let owned = OwnedCommand::from(command);
        serde_json::to_value(match secrets {
            Secrets::Masked => owned,
            Secrets::Kept => owned.exposed(),
        })
    }

    fn submit_again(&mut self, env: &Env, command: &OwnedCommand, tx: &mut TxBuf<'_>) -> Option<Result<Ticket, Refused>> {
        command.as_command().map(|command| self.submit(env, command, tx))
    }

    fn masks() -> [Box<dyn Mask>; 2] {
        [Box::new(NessMask::from_panel()), Box::new(NessMask::to_panel())]
    }
}

/// Masks the keys of requests in one direction of a connection.
#[derive(Debug)]
pub struct NessMask {
    framer: Framer,
    held: Vec<u8>,
    /// The direction, which says what to make of text that cannot be decoded.
    sender: Sender,
    /// The rest of something too long, which began like a request, is being dropped.
    suspect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// Knows no codes. What looks like a request of another host is masked, or like a piece of one.
    Panel,
    /// May send codes at any place: everything is masked that cannot be decoded.
    Host,
}

impl NessMask {
    /// For what a panel sends.
    #[must_use]
    pub const fn from_panel() -> Self {
        Self { framer: Framer::new(), held: Vec::new(), sender: Sender::Panel, suspect: false }
    }

    /// For what is sent to a panel.
    #[must_use]
    pub const fn to_panel() -> Self {
        Self { framer: Framer::new(), held: Vec::new(), sender: Sender::Host, suspect: false }
    }

    fn run(&mut self, eof: bool, out: &mut Vec<u8>) {
        loop {
            let (text, used) = match self.framer.next(&self.held, eof) {
                Cut::NeedMore => return,
                Cut::Frame { len, used } => {
                    self.suspect = false;
                    (mask_line(self.held.get(..len).unwrap_or_default(), self.sender), used)
                }
                Cut::TooLong { used } => {
                    let text = self.held.get(..used).unwrap_or_default();
                    self.suspect = self.sender == Sender::Host || request_at(text).is_some() || may_be_typed(text);
                    (mask_damaged(text, self.sender), used)
                }
                // The rest of the too long, or what stands between frames.
                Cut::Drop(used) => {
                    let mut text = self.held.get(..used).unwrap_or_default().to_vec();
                    if self.suspect {
                        hide(&mut text);
                    }
                    (text, used)
                }
            };
            let rest = self.held.get(text.len()..used).unwrap_or_default();
            out.extend_from_slice(&text);
            out.extend_from_slice(rest);
            self.held.drain(..used.min(self.held.len()));
        }
    }
}

impl Mask for NessMask {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(bytes);
        self.run(false, out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.run(true, out);
    }
}

/// One line, without its terminator, with the secret in it masked; the length stays.
///
/// The digits among the keys of a request become `0`, unless it is a status request, and the checksum is made to be as right or wrong
/// as it was. What a panel sends stays as it is. In a line that cannot be decoded every digit becomes `0` but for the header of a
/// request: it may be a damaged request.
///
/// ```
/// # use codec_std::record::mask_ness_line;
/// assert_eq!(mask_ness_line(b"8300660A1234E49"), b"8300660A0000E53");
/// assert_eq!(mask_ness_line(b"8300360S14E4"), b"8300360S14E4");
/// assert_eq!(mask_ness_line(b"8300660A1234"), b"8300660A0000");
/// assert_eq!(mask_ness_line(b"82000360154000c6"), b"82000360154000c6");
/// ```
#[must_use]
pub fn mask_ness_line(text: &[u8]) -> Vec<u8> {
    mask_line(text, Sender::Host)
}

fn mask_line(text: &[u8], sender: Sender) -> Vec<u8> {
    match ness::decode(text) {
        Ok(line) => match line.packet().body {
            Body::Request(keys) if keys.status_request().is_none() => {
                mask_request(text, &line).unwrap_or_else(|| mask_damaged(text, Sender::Host))
            }
            _ => text.to_vec(),
        },
        Err(_) => mask_damaged(text, sender),
    }
}

/// Replaces the digits of the keys, and the checksum by one that is as far off as the old one was.
fn mask_request(text: &[u8], line: &Line<'_>) -> Option<Vec<u8>> {
    let mut out = text.to_vec();
    let from = usize::from(line.packet().address.digits()) + 6;
    let to = from + line.data().len();
    hide(out.get_mut(from..to)?);
    let masked = ness::decode(&out).ok()?;
    let (ascii, binary) = (masked.checksum_ascii(), masked.checksum_binary());
    let mut sum = match line.checksum_match() {
        ChecksumMatch::Ascii | ChecksumMatch::Both => ascii,
        ChecksumMatch::Binary => binary?,
        ChecksumMatch::None => ascii.wrapping_add(line.checksum().wrapping_sub(line.checksum_ascii())),
    };
    // A wrong one must not become right by the other rule.
    while line.checksum_match() == ChecksumMatch::None && (sum == ascii || Some(sum) == binary) {
        sum = sum.wrapping_add(1);
    }
    // Requests are in upper case wherever a line does not show otherwise.
    let lower = out.get(..from)?.iter().chain(out.get(to..)?).any(u8::is_ascii_lowercase);
    let case = if lower { Case::Lower } else { Case::Upper };
    out.get_mut(to..to + 2)?.copy_from_slice(&case.digits(sum));
    Some(out)
}

/// Masks what may be a request in text that cannot be decoded.
fn mask_damaged(text: &[u8], sender: Sender) -> Vec<u8> {
    let mut out = text.to_vec();
    match (request_at(text), sender) {
        (Some((start, end)), _) => {
            let (before, rest) = out.split_at_mut(start);
            if sender == Sender::Host {
                hide(before);
            }
            hide(rest.get_mut(end - start..).unwrap_or_default());
        }
        (None, Sender::Host) => hide(&mut out),
        (None, Sender::Panel) if may_be_typed(&out) => hide(&mut out),
        (None, Sender::Panel) => {}
    }
    out
}

/// Where the header of a request begins and ends: `83`, a one- or two-digit address, LENGTH, `60`. A text that only begins with `83`
/// is taken for a request whose header is those two digits.
fn request_at(text: &[u8]) -> Option<(usize, usize)> {
    let header = |at: usize| {
        let rest = text.get(at..)?.strip_prefix(b"83")?;
        let digits = |count: usize| {
            let hex = rest.get(..count)?.iter().all(u8::is_ascii_hexdigit);
            (hex && rest.get(count..count + 2)? == b"60").then_some((at, at + 2 + count + 2))
        };
        digits(3).or_else(|| digits(4))
    };
    (0..text.len()).find_map(header).or_else(|| text.starts_with(b"83").then_some((0, 2)))
}

/// Whether there are keys besides digits in text that does not begin as a panel's line does: START, address, LENGTH, COMMAND.
fn may_be_typed(text: &[u8]) -> bool {
    let panel = match text {
        [b'8', b'2' | b'3' | b'6' | b'7', header @ ..] => {
            header.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
                && matches!(header.get(4..6), Some(b"60" | b"61"))
        }
        _ => false,
    };
    !panel && text.iter().any(|byte| b"AHEXFVPDM*#".contains(byte))
}

fn hide(text: &mut [u8]) {
    text.iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|byte| *byte = b'0');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8(mask_ness_line(text.as_bytes())).unwrap()
    }

    #[test]
    fn requests_lose_their_digits_and_stay_valid() {
        for (text, expected) in [
            ("8300660A1234E49", "8300660A0000E53"),
            ("830016075A", "8300160061"),
            ("8300160A50", "8300160A50"),
            ("8300360S14E4", "8300360S14E4"),
            ("8300360S00E9?", "8300360S00E9?"),
        ] {
            assert_eq!(masked(text), expected);
        }
        for keys in ["1234E", "*9876#", "33*", "H12345678E", "5"] {
            let keys = ness::KeyString::new(codec_core::Secret::new(keys)).unwrap();
            let mut line = [0; ness::MAX_ENCODED];
            for case in [Case::Upper, Case::Lower] {
                let len = ness::encode(&ness::Packet::request(0, keys.as_keys()), case, &mut line).unwrap();
                let out = mask_ness_line(&line[..len]);
                assert_eq!(out.len(), len);
                let decoded = ness::decode(&out).unwrap();
                assert_eq!(decoded.check(ness::ChecksumPolicy::Strict), Ok(()));
                assert!(decoded.data().iter().all(|key| *key == b'0' || !key.is_ascii_digit()));
            }
        }
    }

    #[test]
    fn a_wrong_checksum_stays_wrong() {
        let right = u8::from_str_radix("49", 16).unwrap();
        for wrong in (0..=255_u8).filter(|sum| *sum != right) {
            let out = masked(&format!("8300660A1234E{wrong:02X}"));
            let line = ness::decode(out.as_bytes()).unwrap();
            assert_eq!(line.checksum_match(), ChecksumMatch::None, "{out}");
            assert!(out.starts_with("8300660A0000E"));
        }
    }

    #[test]
    fn damaged_requests_keep_nothing_but_the_header() {
        for (text, expected) in [
            ("8300660A1234E4", "8300660A0000E0"),
            ("8300660A1234E49x", "8300660A0000E00x"),
            ("8300660A1", "8300660A0"),
            ("83001660A1234E49", "83001660A0000E00"),
            ("830A1234E49", "830A0000E00"),
            ("0660A1234E49", "0000A0000E00"),
            ("1234E49", "0000E00"),
            ("9300660A1234E49", "0000000A0000E00"),
            ("xx128300660A1234E4", "xx008300660A0000E0"),
            ("82000360140000", "00000000000000"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_panels_say_stays() {
        for text in ["87008361010900180921183139c7", "82000360154000c6", "820361230001f6", "830066124000072", "8200036015400000"] {
            assert_eq!(masked(text), text);
        }
    }

    fn stream(mask: &mut NessMask, chunks: &[&[u8]]) -> String {
        let mut out = Vec::new();
        for chunk in chunks {
            mask.push(chunk, &mut out);
        }
        mask.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn any_cutting_gives_the_same_bytes() {
        let text = "8300660A1234E49?8300360S14E4?8300560\r\n1234E49\r\n82000360154000c6\r\n8300660A12";
        let expected = "8300660A0000E53?8300360S14E4?8300560\r\n0000E00\r\n82000360154000c6\r\n8300660A00";
        for size in 1..=text.len() {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(stream(&mut NessMask::to_panel(), &chunks), expected, "{size}");
        }
    }

    #[test]
    fn nothing_is_given_before_it_is_judged() {
        let mut mask = NessMask::to_panel();
        let mut out = Vec::new();
        mask.push(b"8300660A1234E4", &mut out);
        assert_eq!(out, b"");
        mask.push(b"9", &mut out);
        assert_eq!(out, b"8300660A0000E53");
    }

    #[test]
    fn a_panels_noise_stays_unless_it_looks_like_a_request() {
        for (text, expected) in [
            ("820003601\r\n", "820003601\r\n"),
            ("12345 hello\r\n", "12345 hello\r\n"),
            ("82000360140000C\r\n", "82000360140000C\r\n"),
            ("0660A1234E49\r\n", "0000A0000E00\r\n"),
            ("34E49\r\n", "00E00\r\n"),
            ("9300660*1234#49\r\n", "0000000*0000#00\r\n"),
            ("12 8300660A1234E4\r\n", "12 8300660A0000E0\r\n"),
            ("870083610109001809211831\r\n", "870083610109001809211831\r\n"),
        ] {
            assert_eq!(stream(&mut NessMask::from_panel(), &[text.as_bytes()]), expected);
        }
    }

    #[test]
    fn the_too_long_is_masked_to_its_end() {
        let text = format!("8304060{}E\r\n820361230001f6\r\n", "12".repeat(100));
        let expected = format!("8304060{}E\r\n820361230001f6\r\n", "00".repeat(100));
        for size in [1, 7, 64, 1000] {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(stream(&mut NessMask::to_panel(), &chunks), expected);
            assert_eq!(stream(&mut NessMask::from_panel(), &chunks), expected);
        }
        let keys = format!("A1234E{}\r\n", "12".repeat(100));
        assert_eq!(stream(&mut NessMask::from_panel(), &[keys.as_bytes()]), format!("A0000E{}\r\n", "00".repeat(100)));
        let noise = format!("{}\r\n", "12".repeat(100));
        assert_eq!(stream(&mut NessMask::from_panel(), &[noise.as_bytes()]), noise);
        assert_eq!(stream(&mut NessMask::to_panel(), &[noise.as_bytes()]), format!("{}\r\n", "00".repeat(100)));
    }
}
