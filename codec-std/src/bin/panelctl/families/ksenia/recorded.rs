//! How a controller was set up whose session is recorded: as it says itself, in the handshake and in its login.

use std::io::BufRead;

use codec_core::Secret;
use codec_core::ksenia::controller::{Config, PATH};
use codec_core::ksenia::{Controller, CrcPolicy, Request, Verb, decode_with};
use codec_core::ws::{Header, OpCode, Role, apply_mask};
use codec_std::record::{Act, Log, RecordError};

use super::options::Login;

/// What is sent up to the login is shorter, in bytes.
const MOST: usize = 4096;

/// A login for every connection of a record, in order; what was not sent in it has a value that does no harm.
pub(crate) fn logins(mut log: Log<impl BufRead>) -> Result<Vec<Login>, RecordError> {
    let mut logins = Vec::new();
    while let Some(header) = log.next_header()? {
        let mut sent = Vec::new();
        while let Some(entry) = log.next_entry()? {
            if let Act::Sent(bytes) = entry.act
                && sent.len() < MOST
                && header.is_of::<Controller<'_>>()
            {
                sent.extend(bytes);
            }
        }
        logins.push(login(&mut sent));
    }
    Ok(logins)
}

/// Reads the beginning of what a controller sent.
fn login(sent: &mut [u8]) -> Login {
    let head_len = sent.windows(4).position(|end| end == b"\r\n\r\n").map_or(sent.len(), |at| at + 4);
    let (head, frames) = sent.split_at_mut(head_len);
    let head = String::from_utf8_lossy(head);
    let path = head.strip_prefix("GET ").and_then(|head| head.split(' ').next());
    let host = head.lines().find_map(|line| line.strip_prefix("Host: "));
    let mut login = Login {
        host: host.unwrap_or("panel").to_owned(),
        path: path.unwrap_or(PATH).to_owned(),
        sender: Config::new("panel", Secret::new("0")).sender.to_owned(),
        account: "USER".to_owned(),
        pin: Secret::new("0".to_owned()),
    };
    // Without a login nothing depends on them.
    let _ = first_message(frames).and_then(|message| read(message, &mut login));
    login
}

/// The first message, unmasked. It has a frame of its own.
fn first_message(mut frames: &mut [u8]) -> Option<&[u8]> {
    loop {
        let (header, from) = Header::decode(frames, Role::Client).ok()??;
        let to = from.checked_add(usize::try_from(header.len).ok()?)?;
        if to > frames.len() {
            return None;
        }
        let (frame, rest) = frames.split_at_mut(to);
        if header.opcode == OpCode::Text {
            let payload = frame.get_mut(from..)?;
            apply_mask(payload, header.mask.unwrap_or_default(), 0);
            return Some(payload);
        }
        frames = rest;
    }
}

fn read(message: &[u8], login: &mut Login) -> Option<()> {
    let message = decode_with(message, CrcPolicy::Ignore).ok()?;
    if message.verb() != Verb::Login {
        return None;
    }
    login.sender = message.sender()?.to_string();
    login.account = message.form_text()?.to_string();
    login.pin = Secret::new(Request::of(&message)?.pin?.expose().to_string());
    Some(())
}
