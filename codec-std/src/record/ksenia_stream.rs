//! Ksenia: what a connection carries, a WebSocket with messages in it, with the PINs hidden.

use codec_core::ksenia::controller::{Command, Controller};
use codec_core::ws::{Header, Role as End};
use codec_core::{Env, Machine as _, Refused, Ticket, TxBuf};

use super::pins::Pins;
use super::{Mask, Recorded, Role, Secrets};
use crate::owned::ksenia::OwnedCommand;

impl Recorded for Controller<'_> {
    const PROTOCOL: &'static str = "ksenia";
    const ROLE: Role = Role::Controller;
    const USES_ENTROPY: bool = true;

    type OwnedCommand = OwnedCommand;

    /// Commands hold no secret: the code is that of the configuration.
    fn command_to_json(command: &Command<'_>, _: Secrets) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(OwnedCommand::from(command))
    }

    fn submit_again(&mut self, env: &Env, command: &OwnedCommand, tx: &mut TxBuf<'_>) -> Option<Result<Ticket, Refused>> {
        command.with_command(|command| self.submit(env, command, tx))
    }

    fn masks() -> [Box<dyn Mask>; 2] {
        [Box::new(KseniaMask::from_panel()), Box::new(KseniaMask::to_panel())]
    }
}

/// Hides the PINs in one direction of a connection, from the handshake on.
///
/// Frames keep their headers and masks, messages their length, and the CRC fits if it did before. The number of a session stays: it is
/// worth nothing without its connection. What follows a frame that breaks WebSocket is hidden whole.
#[derive(Debug)]
pub struct KseniaMask {
    sender: End,
    state: State,
    message: Pins,
}

#[derive(Debug)]
enum State {
    /// In the head of the handshake. The last bytes, which may be the beginning of its end.
    Head([u8; 4]),
    /// Between frames, or in a header.
    Header(Vec<u8>),
    Payload {
        header: Header,
        read: u64,
    },
    Lost,
}

impl KseniaMask {
    /// For what a panel sends.
    #[must_use]
    pub fn from_panel() -> Self {
        Self::new(End::Server)
    }

    /// For what is sent to a panel.
    #[must_use]
    pub fn to_panel() -> Self {
        Self::new(End::Client)
    }

    fn new(sender: End) -> Self {
        Self { sender, state: State::Head([0; 4]), message: Pins::new() }
    }

    fn byte(&mut self, byte: u8) -> u8 {
        match &mut self.state {
            State::Head(last) => {
                *last = [last[1], last[2], last[3], byte];
                if last == b"\r\n\r\n" {
                    self.state = State::Header(Vec::new());
                }
                byte
            }
            State::Header(bytes) => {
                bytes.push(byte);
                match Header::decode(bytes, self.sender) {
                    Ok(None) => {}
                    Ok(Some((header, _))) => self.go_on(header, 0),
                    Err(_) => self.state = State::Lost,
                }
                byte
            }
            State::Payload { header, read } => {
                let (header, read) = (*header, *read);
                let key = header.mask.map_or(0, |mask| mask[(read % 4) as usize]);
                let given = if header.opcode.is_control() { byte } else { self.message.byte(byte ^ key) ^ key };
                self.go_on(header, read + 1);
                given
            }
            State::Lost => b'0',
        }
    }

    /// Behind `read` bytes of a frame's payload.
    fn go_on(&mut self, header: Header, read: u64) {
        if read < header.len {
            self.state = State::Payload { header, read };
            return;
        }
        if header.last && !header.opcode.is_control() {
            self.message = Pins::new();
        }
        self.state = State::Header(Vec::new());
    }
}

impl Mask for KseniaMask {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        out.extend(bytes.iter().map(|byte| self.byte(*byte)));
    }

    /// Nothing is ever kept back.
    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use codec_core::ksenia::{crc_of, decode};
    use codec_core::ws::OpCode;

    use super::*;

    const HEAD: &str = "GET /KseniaWsock HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n";

    fn sealed(text: &str) -> String {
        let covered = format!("{text},\"CRC_16\"");
        format!("{covered}:\"0x{:04X}\"}}", crc_of(covered.as_bytes()))
    }

    /// A frame, written byte by byte.
    fn frame(opcode: OpCode, last: bool, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![opcode.bits() | if last { 0x80 } else { 0 }];
        let masked = if mask.is_some() { 0x80 } else { 0 };
        match payload.len() {
            short @ ..126 => bytes.push(masked | short as u8),
            long => {
                bytes.push(masked | 126);
                bytes.extend((long as u16).to_be_bytes());
            }
        }
        bytes.extend(mask.iter().flatten());
        let key = mask.unwrap_or_default();
        bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
        bytes
    }

    fn stream(mut mask: KseniaMask, bytes: &[u8], size: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for chunk in bytes.chunks(size) {
            mask.push(chunk, &mut out);
        }
        mask.finish(&mut out);
        assert_eq!(out.len(), bytes.len());
        out
    }

    #[test]
    fn a_code_is_hidden_under_the_mask_of_its_frame() {
        let text =
            sealed(r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"904817","NAME":"a text that makes the frame longer than 125 bytes ... ... ..."}"#);
        assert!(text.len() > 125);
        let key = [0x37, 0xFA, 0x21, 0x3D];
        let hidden =
            sealed(r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"000000","NAME":"a text that makes the frame longer than 125 bytes ... ... ..."}"#);
        let connection = |text: &str| [HEAD.as_bytes(), &frame(OpCode::Text, true, Some(key), text.as_bytes())].concat();
        for size in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(stream(KseniaMask::to_panel(), &connection(&text), size), connection(&hidden));
        }
        assert!(decode(hidden.as_bytes()).is_ok());
    }

    #[test]
    fn a_message_in_parts_is_one_message() {
        let connection = |parts: [&str; 3]| {
            [
                HEAD.as_bytes(),
                &frame(OpCode::Text, false, None, parts[0].as_bytes()),
                &frame(OpCode::Ping, true, None, b"PIN 904817"),
                &frame(OpCode::Continuation, false, None, parts[1].as_bytes()),
                &frame(OpCode::Continuation, true, None, parts[2].as_bytes()),
                &frame(OpCode::Text, true, None, br#"{"ID":"904817"}"#),
            ]
            .concat()
        };
        let given = stream(KseniaMask::from_panel(), &connection([r#"{"PI"#, r#"N":"904"#, r#"817"}"#]), 5);
        assert_eq!(given, connection([r#"{"PI"#, r#"N":"000"#, r#"000"}"#]));
    }

    #[test]
    fn what_breaks_websocket_is_hidden_whole() {
        let plain = frame(OpCode::Text, true, None, br#"{"PIN":"904817"}"#);
        let given = stream(KseniaMask::to_panel(), &[HEAD.as_bytes(), &plain].concat(), 3);
        let rest = given.strip_prefix(HEAD.as_bytes()).unwrap();
        assert_eq!(rest, [&plain[..2], "0".repeat(plain.len() - 2).as_bytes()].concat());
    }
}
