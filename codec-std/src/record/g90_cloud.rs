//! The G90 cloud protocol: the texts of commands and of their answers may have passwords in them.

use codec_core::g90::cloud::controller::{Command, Controller};
use codec_core::g90::cloud::{Body, Cut, Framer, decode};
use codec_core::{Env, Machine as _, Refused, Ticket, TxBuf};

use super::{Mask, Recorded, Role, Secrets};
use crate::owned::g90::CloudCommand;

/// A message is never longer than this.
const ROOM: usize = 1 << 17;

impl Recorded for Controller<'_> {
    const PROTOCOL: &'static str = "g90-cloud";
    const ROLE: Role = Role::Controller;
    const USES_ENTROPY: bool = false;

    type OwnedCommand = CloudCommand;

    fn command_to_json(command: &Command<'_>, secrets: Secrets) -> serde_json::Result<serde_json::Value> {
        let owned = CloudCommand::from(command);
        serde_json::to_value(match secrets {
            Secrets::Masked => owned.hidden(),
            Secrets::Kept => owned,
        })
    }

    fn submit_again(&mut self, env: &Env, command: &CloudCommand, tx: &mut TxBuf<'_>) -> Option<Result<Ticket, Refused>> {
        Some(self.submit(env, command.command()?, tx))
    }

    fn masks() -> [Box<dyn Mask>; 2] {
        [Box::new(G90CloudMask::new()), Box::new(G90CloudMask::new())]
    }
}

/// Hides the texts of commands and answers in one direction of a connection, and what is no message.
#[derive(Debug)]
pub struct G90CloudMask {
    framer: Framer,
    held: Vec<u8>,
}

impl Default for G90CloudMask {
    fn default() -> Self {
        Self::new()
    }
}

impl G90CloudMask {
    /// For the beginning of a connection.
    #[must_use]
    pub const fn new() -> Self {
        Self { framer: Framer::new(), held: Vec::new() }
    }

    fn run(&mut self, eof: bool, out: &mut Vec<u8>) {
        loop {
            let (used, whole) = match self.framer.next(&self.held, ROOM, eof) {
                Cut::NeedMore => return,
                Cut::Drop(used) | Cut::Bad { used, .. } => (used, false),
                Cut::Message { len } => (len, true),
            };
            let mut bytes: Vec<u8> = self.held.drain(..used.min(self.held.len())).collect();
            let from = if whole { public(&bytes) } else { 0 };
            hide(bytes.get_mut(from..).unwrap_or_default());
            out.append(&mut bytes);
        }
    }
}

impl Mask for G90CloudMask {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(bytes);
        self.run(false, out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.run(true, out);
        hide(&mut self.held);
        out.append(&mut self.held);
    }
}

/// How many bytes at the front of a message are no secret.
fn public(message: &[u8]) -> usize {
    let text = match decode(message).map(|message| message.body) {
        Ok(Body::CommandAnswer(answer)) => answer.text().expose().len(),
        Ok(Body::Command(command)) => command.text().expose().len(),
        Ok(Body::Unknown(_)) | Err(_) => message.len().saturating_sub(12),
        Ok(_) => 0,
    };
    message.len().saturating_sub(text)
}

fn hide(text: &mut [u8]) {
    text.iter_mut().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).for_each(|byte| *byte = b'0');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spec examples: a hello's answer, the answer to a command, the command.
    const ACK: &[u8] = b"\x41\x20\x00\x10\x0d\x00\x00\x00\x01\x00\x01\x00\x01";
    const ANSWER: &[u8] =
        b"\x01\x00\x00\x20\x25\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x06\x00\x00\x00\x72\x00\x72\x00[114,[\"s3c\"]]\0";
    const COMMAND: &[u8] = b"\x29\x50\x00\x10\x23\x00\x00\x00\x01\x00\x05\x00\x02\x00\xc8\x00\xc8\x00\x05\x00\x00\x00[200,[1,10]]\0";

    fn masked(stream: &[u8], size: usize) -> Vec<u8> {
        let (mut mask, mut out) = (G90CloudMask::new(), Vec::new());
        stream.chunks(size).for_each(|bytes| mask.push(bytes, &mut out));
        mask.finish(&mut out);
        out
    }

    #[test]
    fn texts_are_hidden_however_the_stream_is_cut() {
        let stream = [ACK, ANSWER, COMMAND, ACK].concat();
        let expected = [ACK, &ANSWER[..24], b"[000,[\"000\"]]\0", &COMMAND[..22], b"[000,[0,00]]\0", ACK].concat();
        for size in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(masked(&stream, size), expected, "{size}");
        }
    }

    #[test]
    fn what_is_cut_short_or_no_message_is_hidden() {
        assert!(!masked(&ANSWER[..34], 5).windows(3).any(|bytes| bytes == b"s3c"));
        let out = masked(b"GET /s3cret HTTP/1.1\r\n", 4);
        assert_eq!(out, b"000 /000000 0000/0.0\r\n");
    }
}
