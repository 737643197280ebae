//! The input is what arrives on port 12901: datagrams, one behind the other, each with its length in front. Nothing stops the machine,
//! nothing is left in the buffer, and what was understood can be written again.

use codec_core::g90::SensorSlot;
use codec_core::g90::notify::controller::{Config, Controller, Event};
use codec_core::g90::notify::{self, Body, Notification};
use codec_core::{Env, Instant, Machine as _, RxBuf, TxBuf};

/// The body of the target.
pub fn run(data: &[u8]) {
    comes_back(data);
    for datagram in datagrams(data) {
        comes_back(datagram);
    }
    let events = by_controller(data, 0);
    assert_eq!(by_controller(data, 2), events, "spurious calls change something");
}

/// Pieces whose lengths, up to 255 bytes, are the bytes before them.
fn datagrams(data: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = data;
    while let [len, behind @ ..] = rest {
        let (piece, more) = behind.split_at(usize::from(*len).min(behind.len()));
        pieces.push(piece);
        rest = more;
    }
    pieces
}

fn by_controller(data: &[u8], spurious: usize) -> Vec<String> {
    let mut sensors = [SensorSlot::default(); 4];
    let mut controller = Controller::new(Config::new(), &mut sensors);
    let mut storage = [0; Controller::RX_MIN];
    let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut []));
    let mut events = Vec::new();
    for (number, datagram) in datagrams(data).into_iter().enumerate() {
        // Two a second, so that sensors become quiet on the way.
        let now = number as u64 * 500;
        let env = Env::at(Instant::from_millis(now));
        let space = rx.space();
        space[..datagram.len()].copy_from_slice(datagram);
        rx.commit_datagram(datagram.len(), ([192, 0, 2, 7], 45_000).into());
        // A message, a fault, and what two sensors, the area and a button can have to say.
        let mut left = 16;
        while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
            let event = controller.event(pending, &rx);
            assert!(!matches!(event, Event::Closed(_)));
            events.push(format!("{event:?}"));
            left -= 1;
            assert!(left > 0, "one datagram has no end");
        }
        for _ in 0..spurious {
            assert!(controller.poll_event(&env, &mut rx, &mut tx).is_none());
        }
        assert!(rx.unread().is_empty() && rx.from().is_none());
        assert!(controller.poll_timeout().is_none_or(|at| at.as_millis() > now));
    }
    rx.set_eof();
    let env = Env::at(Instant::from_millis(u64::MAX));
    while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
        events.push(format!("{:?}", controller.event(pending, &rx)));
    }
    assert!(controller.is_closed());
    events
}

/// All of a message but the white space in its nested values.
fn again_text(body: &Body<'_>) -> String {
    match body {
        Body::Alert(alert) => format!("{:?} {} {} {} {}", alert.facts, alert.zone_name, alert.device_id, alert.unix_time, alert.resv4),
        Body::Notification(Notification::Other { kind, .. }) => format!("{kind:?}"),
        other => format!("{other:?}"),
    }
}

/// A message that was understood is written, read, and is the same.
fn comes_back(datagram: &[u8]) {
    let Ok(message) = notify::decode(datagram) else { return };
    // JSON that we take is JSON for others.
    let text = datagram.strip_suffix(b"\0").expect("a NUL at the end");
    serde_json::from_slice::<serde::de::IgnoredAny>(text).expect("the text is JSON");
    let mut out = vec![0; datagram.len() + 16];
    let written = match message.body() {
        Ok(Body::Notification(notification)) => notify::encode_notification(&notification, &mut out),
        Ok(Body::Alert(alert)) => notify::encode_alert(&alert, &mut out),
        _ => return,
    };
    let len = written.expect("without white space it is no longer");
    // Numbers that do not fit a float are no values there, and minus zero is a float.
    let values = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
    let minus_zero = text.windows(2).any(|pair| pair == b"-0");
    if let (Some(json), false) = (values(text), minus_zero) {
        assert_eq!(values(&out[..len - 1]), Some(json));
    }
    let again = notify::decode(&out[..len]).and_then(|message| message.body()).expect("what is written is read");
    assert_eq!(again_text(&again), again_text(&message.body().expect("it was read before")));
}
