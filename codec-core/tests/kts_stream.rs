//! Lists longer than the memory, frames that are lost, and any cutting: against another decoder, plain `serde_json`.

use codec_core::kts::controller::{Command, Config, Event, Memory, Tables};
use codec_core::kts::{self, Controller, Cut, Framer, MAX_FRAME, ObjectInfo, Scheme, Send, UpdateInfo};
use codec_core::{Env, FaultKind, Instant, Machine, RxBuf, Secret, TxBuf};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The registration of the document.
const REG: &str = r#"{"sn":"08ABEF112233","cmd":"reg","timestamp":"1508845817","rand":"35","sign":"055d764058ea64f7a65d68f8375d77f1"}"#;

/// What a controller tells of a stream, behind a registration.
fn told(stream: &[u8], size: usize, mut cut: impl FnMut() -> usize) -> Vec<String> {
    let (config, mut memory) = (Config::new(), Memory::new());
    let mut controller = Controller::new(&config, Tables::default(), &mut memory).unwrap();
    let (mut a, mut b) = (vec![0; size], vec![0; 1 << 16]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let env = Env { unix: Some(1_508_845_817), ..Env::at(Instant::from_millis(1)) };
    let stream = [REG.as_bytes(), b"\r\n", stream].concat();
    let (mut events, mut rest) = (Vec::new(), &stream[..]);
    loop {
        let space = rx.space();
        let len = cut().max(1).min(space.len()).min(rest.len());
        assert!(len > 0 || rest.is_empty(), "stuck");
        space[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        if len == 0 {
            rx.set_eof();
        }
        while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
            let event = controller.event(pending, &rx);
            let asks = matches!(event, Event::Registering(_));
            events.push(format!("{event:?}"));
            if asks {
                let key = Command::Key { key: Secret::new("1234567890"), other: None, scheme: Scheme::Md5, replays: None };
                controller.submit(&env, key, &mut tx).unwrap();
            }
        }
        tx.sent(usize::MAX);
        if controller.is_closed() {
            return events;
        }
    }
}

fn random(mut state: u64) -> impl FnMut() -> usize {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 90).unwrap()
    }
}

fn frame(cmd: &str, data: &str) -> String {
    format!("{{\"sn\":\"08ABEF112233\",\"cmd\":\"{cmd}\",\"data\":{data}}}\r\n")
}

fn object(number: usize) -> String {
    format!(r#"{{"oID":"{number}","EIS":"1","val":"-1","oName":"caf\u00e9 é \"{number}\"","room":"1","addrSet":"1/1/{}"}}"#, number % 256)
}

#[test]
fn every_cutting_tells_the_same() {
    let objects: Vec<String> = (0..300).map(object).collect();
    let list = format!("[{}]", objects.join(",\r \n"));
    let wrapped = serde_json::to_string(&list).unwrap();
    let noise = "x".repeat(60_000);
    let stream = [
        frame("rsp2", &list),
        frame("rsp2", &wrapped),
        noise.clone() + "\r\n",
        frame("rsp2", &format!("[{},{{\"x\":\"{}\"}},{}]", object(1), "y".repeat(5_000), object(2))),
        frame("rsp2", &format!("[{},\"{noise}\"]", object(3))),
        frame("push", &wrapped[..wrapped.len() - 4]),
        frame("control", &format!("\"{}\"", "z".repeat(3_000))),
        frame("rsp2", &format!("[{}],\"cmd\":\"rsp2\"", object(4))),
        frame("rsp2", "\"[]\""),
        frame("rsp2", "{}"),
        frame("keepalive", "1"),
        noise,
    ]
    .concat();
    for size in [Controller::RX_MIN, 2_048, 1 << 17] {
        let whole = told(stream.as_bytes(), size, || usize::MAX);
        // The long record fits into the largest buffer.
        let objects = 2 * 300 + 4 + usize::from(size > 5_000);
        assert_eq!(whole.iter().filter(|event| event.starts_with("Object(")).count(), objects, "{size}");
        assert_eq!(whole.iter().filter(|event| event.starts_with("ListEnd(Objects)")).count(), 4, "{size}");
        for chunk in [1, 2, 3, 7, 64, 1_460] {
            assert_eq!(told(stream.as_bytes(), size, || chunk), whole, "chunks of {chunk}, {size} bytes of buffer");
        }
        for round in 1..10 {
            assert_eq!(told(stream.as_bytes(), size, random(round)), whole, "random cuts {round}, {size} bytes of buffer");
        }
    }
}

#[test]
fn the_largest_frame_fits_and_one_byte_more_does_not() {
    let head = frame("rsp2", "[]").len() - 2;
    let padded = |len: usize| frame("rsp2", &format!("[{}{}]", object(1), " ".repeat(len - head - object(1).len())));
    for size in [Controller::RX_MIN, 1 << 17] {
        let fits = told(padded(MAX_FRAME).as_bytes(), size, || 1_460);
        assert!(fits.contains(&"ListEnd(Objects)".to_string()), "{fits:?}");
        let longer = told((padded(MAX_FRAME + 1) + &frame("rsp2", "[]")).as_bytes(), size, || 1_460);
        let fault = format!("Fault(Fault {{ kind: TooLong {{ limit: {MAX_FRAME} }}, at: {MAX_FRAME} }})");
        assert_eq!(longer.iter().filter(|event| **event == fault).count(), 1, "{longer:?}");
        assert_eq!(longer.iter().filter(|event| *event == "ListEnd(Objects)").count(), 1, "the next frame is read");
    }
    let mut text = padded(MAX_FRAME).into_bytes();
    text.truncate(MAX_FRAME);
    assert!(kts::decode(&mut text.clone()).is_ok());
    text.push(b' ');
    assert!(matches!(kts::decode(&mut text), Err(fault) if fault.kind == FaultKind::TooLong { limit: 40_960 }));
}

#[test]
fn an_encoder_refuses_what_is_too_long() {
    let name = "n".repeat(255);
    let info =
        ObjectInfo { id: "1", eis: 1, name: &name, room: "1", device: 1, write: None, status: None, third: None, group: "", icon: "" };
    let mut out = vec![0; 1 << 16];
    let fits = (1..).take_while(|count| kts::encode("1", &Send::Objects(&vec![(info, None); *count]), &mut out).is_ok()).count();
    let len = kts::encode("1", &Send::Objects(&vec![(info, None); fits]), &mut out).unwrap();
    assert!(len <= MAX_FRAME + 2 && len > MAX_FRAME - 400, "{fits} objects take {len} bytes");
    let error = kts::encode("1", &Send::Objects(&vec![(info, None); fits + 1]), &mut out).unwrap_err();
    assert!(matches!(error, codec_core::EncodeError::OutOfRange { field: "frame", max: 40_960, .. }));
}

/// The values of a frame as plain `serde_json` sees them.
fn judged(text: &[u8]) -> Option<(String, String, Vec<Value>)> {
    let Value::Object(members) = serde_json::from_slice(text).ok()? else { return None };
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    // Objects of serde_json are sorted here: the order is judged by the text.
    let at = |name: &str| text.windows(name.len() + 2).position(|window| window == format!("\"{name}\"").as_bytes());
    if names.len() != 3 || !(at("sn") < at("cmd") && at("cmd") < at("data")) {
        return None;
    }
    let data = match &members["data"] {
        Value::String(inner) => serde_json::from_str(inner).ok()?,
        other => other.clone(),
    };
    let Value::Array(list) = data else { return None };
    Some((members["sn"].as_str()?.into(), members["cmd"].as_str()?.into(), list))
}

proptest! {
    /// Lists that we write are read by both decoders alike.
    #[test]
    fn another_decoder_reads_what_we_write(
        sn in "[0-9A-F]{12}|[0-9A-F]{16}",
        updates in prop::collection::vec((".{0,12}", 0_u16..300, prop::option::of(".{1,12}")), 0..20),
        wrap in any::<bool>(),
    ) {
        let list: Vec<UpdateInfo<'_>> =
            updates.iter().map(|(id, eis, value)| UpdateInfo { id, eis: *eis, value: value.as_deref() }).collect();
        let mut out = vec![0; 1 << 16];
        let len = kts::encode(&sn, &Send::Push(&list), &mut out).unwrap();
        prop_assert_eq!(&out[len - 2..len], b"\r\n");
        out.truncate(len - 2);
        if wrap {
            let text = String::from_utf8(out).unwrap();
            let at = text.find("\"data\":").unwrap() + 7;
            let data = serde_json::to_string(&text[at..text.len() - 1]).unwrap();
            out = format!("{}{data}}}", &text[..at]).into_bytes();
        }
        let (their_sn, cmd, theirs) = judged(&out).unwrap();
        prop_assert_eq!((&their_sn, cmd.as_str()), (&sn, "push"));
        let frame = kts::decode(&mut out).unwrap();
        prop_assert!(frame.sn() == *sn.as_str());
        let kts::Body::Push(ours) = frame.body() else { panic!("not a push") };
        let ours: Vec<Value> = ours
            .iter()
            .map(|update| {
                let text = |text: Option<codec_core::text::json::Text<'_>>| text.map(|text| text.to_string());
                json!({
                    "oID": text(update.id), "EIS": text(update.eis), "val": text(update.value).unwrap_or("-1".into()), "room": "", "navi": "",
                })
            })
            .collect();
        prop_assert_eq!(ours, theirs);
    }

    /// Frames that are a little damaged are judged alike: what one takes as JSON the other does.
    #[test]
    fn damage_is_judged_alike(at in 0_usize..200, byte in any::<u8>(), kind in 0..3) {
        let mut text = frame("push", r#"[{"oID":"37","EIS":"1","val":"1","room":"","navi":"caf\u00e9"},{"oID":"38","val":-1.5e3}]"#).into_bytes();
        text.truncate(text.len() - 2);
        let at = at % text.len();
        match kind {
            0 => text[at] = byte,
            1 => drop(text.remove(at)),
            _ => text.insert(at, byte),
        }
        let json = serde_json::from_slice::<Value>(&text).is_ok();
        let ours = kts::decode(&mut text);
        match ours {
            Ok(_) => prop_assert!(json),
            Err(fault) if !json => prop_assert_eq!(fault.kind.class(), "json"),
            Err(_) => {}
        }
    }

    /// Any bytes in any cutting: no panic, and the framer gives the same frames.
    #[test]
    fn any_bytes_in_any_cutting(bytes in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'{'), any::<u8>()], 0..400), seed in 1_u64..) {
        let cut = |mut size: Box<dyn FnMut() -> usize>| {
            let (mut framer, mut unread, mut frames, mut rest) = (Framer::new(), Vec::new(), Vec::new(), &bytes[..]);
            loop {
                let len = size().max(1).min(rest.len());
                unread.extend_from_slice(&rest[..len]);
                rest = &rest[len..];
                loop {
                    match framer.next(&unread, rest.is_empty()) {
                        Cut::NeedMore => break,
                        Cut::Drop(used) | Cut::TooLong { used } => drop(unread.drain(..used)),
                        Cut::Frame { len, used } => {
                            frames.push(unread[..len].to_vec());
                            unread.drain(..used);
                        }
                    }
                }
                if rest.is_empty() {
                    return frames;
                }
            }
        };
        prop_assert_eq!(cut(Box::new(|| usize::MAX)), cut(Box::new(random(seed))));
        let whole = told(&bytes, 512, || usize::MAX);
        prop_assert_eq!(told(&bytes, 512, random(seed)), whole);
    }
}

/// What a server keeps for a connection: machine, memory, tables for 16 zones and 40 objects. Buffers are shared while it is idle.
#[test]
fn a_connection_takes_less_than_4_kb() {
    use codec_core::kts::controller::{ObjectSlot, ZoneSlot};
    let machine = size_of::<Controller<'_>>() + size_of::<Memory>();
    let tables = 16 * size_of::<ZoneSlot>() + 40 * size_of::<ObjectSlot>();
    println!(
        "controller {} + {}, host {} + {}, zone {}, object {}",
        size_of::<Controller<'_>>(),
        size_of::<Memory>(),
        size_of::<kts::Panel<'_>>(),
        size_of::<kts::panel::Memory>(),
        size_of::<ZoneSlot>(),
        size_of::<ObjectSlot>(),
    );
    println!("task here {}, there {}", size_of::<codec_core::kts::controller::TaskSlot>(), size_of::<kts::panel::TaskState>());
    assert!(machine + tables <= 4096 - Controller::RX_MIN, "{machine} + {tables}");
}
