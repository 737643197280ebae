//! KTS: keys and signatures are secret.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use codec_core::kts::controller::{Command, Controller};
use codec_core::kts::{Body, Cut, Framer, Order, Scheme, decode_with, sign};
use codec_core::text::json::{self, Text, Value};
use codec_core::{Env, Machine as _, Refused, Secret, Ticket, TxBuf};

use super::{Mask, Recorded, Role, Secrets};
use crate::owned::kts::{MASKED_KEY, OwnedCommand};

impl Recorded for Controller<'_> {
    const PROTOCOL: &'static str = "kts";
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
        command.with_command(|command| self.submit(env, command, tx))
    }

    fn masks() -> [Box<dyn Mask>; 2] {
        let verdict = Arc::new(AtomicU8::new(UNDECIDED));
        [Box::new(KtsMask::new(Arc::clone(&verdict))), Box::new(KtsMask::new(verdict))]
    }
}

/// What was said to the last registration.
const UNDECIDED: u8 = 0;
const LET_IN: u8 = 1;
const REFUSED: u8 = 2;

/// Hides keys and signatures in one direction of a connection; the two share whether a registration was accepted.
///
/// A signature is held back until the answer to it is known: a registration that was accepted is signed with the masked key, ten zeros,
/// and another one becomes wrong. Frames keep their lengths. What is no frame has its letters and digits replaced.
#[derive(Debug)]
pub struct KtsMask {
    framer: Framer,
    held: Vec<u8>,
    /// A registration without an answer.
    waiting: Option<Vec<u8>>,
    verdict: Arc<AtomicU8>,
}

impl KtsMask {
    fn new(verdict: Arc<AtomicU8>) -> Self {
        Self { framer: Framer::new(), held: Vec::new(), waiting: None, verdict }
    }

    /// Gives the registration that waits, as the answer to it was.
    fn settle(&mut self, out: &mut Vec<u8>) {
        if let Some(frame) = self.waiting.take() {
            let verdict = self.verdict.swap(UNDECIDED, Ordering::Relaxed);
            out.extend(mask_kts_frame(&frame, verdict == LET_IN));
        }
    }

    fn run(&mut self, eof: bool, out: &mut Vec<u8>) {
        loop {
            let cut = self.framer.next(&self.held, eof);
            let used = match cut {
                Cut::NeedMore => return,
                Cut::Drop(used) | Cut::TooLong { used } | Cut::Frame { used, .. } => used.min(self.held.len()),
            };
            let frame: Vec<u8> = self.held.drain(..used).collect();
            self.settle(out);
            let Cut::Frame { len, .. } = cut else {
                let mut text = frame;
                hide(&mut text);
                out.extend(text);
                continue;
            };
            let mut copy = frame.get(..len).unwrap_or_default().to_vec();
            match decode_with(&mut copy, Order::Lenient).map(|frame| frame.body()) {
                // Its delimiter comes with it.
                Ok(Body::Register(_)) => {
                    self.verdict.store(UNDECIDED, Ordering::Relaxed);
                    self.waiting = Some(frame);
                    continue;
                }
                Ok(Body::RegisterReply(reply)) => self.verdict.store(if reply.is_ok() { LET_IN } else { REFUSED }, Ordering::Relaxed),
                _ => {}
            }
            out.extend(mask_kts_frame(&frame, false));
        }
    }
}

impl Mask for KtsMask {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(bytes);
        self.run(false, out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.run(true, out);
        self.settle(out);
    }
}

/// One frame with its secrets masked; the length stays. `accepted` says that a registration was.
///
/// The bytes of a `key`, at any depth, become `0`. The signature of a registration becomes that with the key `0000000000` if it was accepted,
/// else zeros. In text that is not JSON every letter and digit becomes `0`. `data` that is a text and holds an object is turned into that
/// object, filled up with white space.
///
/// ```
/// # use codec_std::record::mask_kts_frame;
/// let frame = br#"{"sn":"08ABEF112233","cmd":"cfgrsp","data":{"error":"0","key":"s3cret"}}"#;
/// assert_eq!(mask_kts_frame(frame, false), br#"{"sn":"08ABEF112233","cmd":"cfgrsp","data":{"error":"0","key":"000000"}}"#);
/// ```
#[must_use]
pub fn mask_kts_frame(text: &[u8], accepted: bool) -> Vec<u8> {
    let mut masked = text.to_vec();
    // Its delimiter, if it has one, is white space to both.
    let is_frame = decode_with(&mut masked, Order::Lenient).is_ok();
    let text = masked.clone();
    let Ok(value) = json::check(&text) else {
        hide(&mut masked);
        return masked;
    };
    let mut secrets = Vec::new();
    look(value, &mut secrets);
    if let Value::Object(object) = value {
        // A text that holds an object, unless the frame could be read.
        let data = object.get("data").filter(|_| !is_frame && object.text("cmd").is_none_or(|cmd| cmd != "control"));
        secrets.extend(data);
    }
    let mut put = |at: Text<'_>, with: &[u8]| {
        let from = at.raw().as_ptr() as usize - text.as_ptr() as usize;
        if let Some(bytes) = masked.get_mut(from..from + at.raw().len()) {
            bytes.fill(b'0');
            bytes.iter_mut().zip(with).for_each(|(byte, new)| *byte = *new);
        }
    };
    for secret in secrets {
        match secret {
            Value::Text(text) => put(text, b""),
            // No number begins with a zero.
            Value::Number(number) => put(number, b"1"),
            _ => {}
        }
    }
    if let (true, Value::Object(object)) = (accepted, value)
        && let (Some(sn), Some(timestamp), Some(rand), Some(signature)) =
            (object.text("sn"), object.text("timestamp"), object.text("rand"), object.text("sign"))
    {
        let scheme = if signature.raw().len() == 64 { Scheme::HmacSha256 } else { Scheme::Md5 };
        let new = sign(scheme, [sn.raw(), timestamp.raw(), rand.raw()], Secret::new(MASKED_KEY));
        put(signature, new.digits(&mut [0; 64]).as_bytes());
    }
    masked
}

/// Finds the texts and numbers of all keys and signatures.
fn look<'t>(value: Value<'t>, secrets: &mut Vec<Value<'t>>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.members() {
                if name == "key" || name == "sign" {
                    all(value, secrets);
                } else {
                    look(value, secrets);
                }
            }
        }
        Value::Array(array) => array.values().for_each(|value| look(value, secrets)),
        _ => {}
    }
}

fn all<'t>(value: Value<'t>, secrets: &mut Vec<Value<'t>>) {
    match value {
        Value::Object(object) => object.members().for_each(|(_, value)| all(value, secrets)),
        Value::Array(array) => array.values().for_each(|value| all(value, secrets)),
        value => secrets.push(value),
    }
}

fn hide(text: &mut [u8]) {
    text.iter_mut().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).for_each(|byte| *byte = b'0');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document's example, with the signature that fits.
    const REG: &str = r#"{"sn":"08ABEF112233","cmd":"reg","timestamp":"1508845817","rand":"35","sign":"055d764058ea64f7a65d68f8375d77f1"}"#;

    fn masked(text: &str) -> String {
        String::from_utf8(mask_kts_frame(text.as_bytes(), false)).unwrap()
    }

    #[test]
    fn keys_are_hidden_wherever_they_stand() {
        for (text, hidden) in [
            (r#"{"sn":"A","cmd":"cfg","data":{"key":"abc","domain":"d"}}"#, r#"{"sn":"A","cmd":"cfg","data":{"key":"000","domain":"d"}}"#),
            (r#"{"cmd":"cfg","key":{"x":["a1",{"y":12.5}]},"sn":"A"}"#, r#"{"cmd":"cfg","key":{"x":["00",{"y":1000}]},"sn":"A"}"#),
            (r#"{"sn":"A","cmd":"new","data":{"key":17,"sign":"ab"}}"#, r#"{"sn":"A","cmd":"new","data":{"key":10,"sign":"00"}}"#),
            (r#"{"sn":"A","cmd":"control","data":"EIS1=9/9/9=1"}"#, r#"{"sn":"A","cmd":"control","data":"EIS1=9/9/9=1"}"#),
            (r#"{"sn":"A","cmd":"cfg","data":"key s3cret"}"#, r#"{"sn":"A","cmd":"cfg","data":"0000000000"}"#),
            (r#"{"sn":"A","cmd":"cfg","data":{"key":"abc""#, r#"{"00":"0","000":"000","0000":{"000":"000""#),
        ] {
            assert_eq!(masked(text), hidden, "{text}");
        }
        let wrapped = masked(r#"{"sn":"A","cmd":"cfg","data":"{\"key\":\"abc\",\"domain\":\"d\"}"}"#);
        assert!(wrapped.starts_with(r#"{"sn":"A","cmd":"cfg","data":{"key":"000","domain":"d"}"#), "{wrapped}");
    }

    #[test]
    fn a_registration_is_signed_again_when_it_was_accepted() {
        assert!(!masked(REG).contains("055d"));
        let run = |answer: &str| {
            let [mut received, mut sent] = Controller::masks();
            let (mut told, mut rest) = (Vec::new(), Vec::new());
            for byte in REG.bytes().chain(*b"\r\n") {
                received.push(&[byte], &mut told);
            }
            assert!(told.is_empty(), "its answer is not known");
            sent.push(answer.as_bytes(), &mut rest);
            assert_eq!(rest, answer.as_bytes());
            received.finish(&mut told);
            assert_eq!(told.len(), REG.len() + 2);
            told
        };
        let right = |told: &mut [u8]| match decode_with(told, Order::Strict).unwrap().body() {
            Body::Register(found) => found.is_signed_with(Scheme::Md5, Secret::new(MASKED_KEY)),
            _ => panic!("another frame"),
        };
        let answer = |error| format!("{{\"sn\":\"08ABEF112233\",\"cmd\":\"regrsp\",\"data\":{{\"error\":\"{error}\"}}}}\r\n");
        assert!(right(&mut run(&answer(0))));
        assert!(!right(&mut run(&answer(1))));
        assert!(!right(&mut run("")));
    }

    #[test]
    fn what_is_too_long_is_hidden() {
        let [mut mask, _] = Controller::masks();
        let text = format!("{{\"key\":\"{}\"}}\r\n{{\"sn\":\"A\",\"cmd\":\"keepalive\"}}\r\n", "abc".repeat(20_000));
        let mut out = Vec::new();
        text.as_bytes().chunks(1460).for_each(|bytes| mask.push(bytes, &mut out));
        mask.finish(&mut out);
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.len(), text.len());
        assert!(!out.contains("abc"));
        assert!(out.ends_with("{\"sn\":\"A\",\"cmd\":\"keepalive\"}\r\n"));
    }
}
