//! The frames. Each is decoded into its typed event; one that is not what it should be ends the program.

use core::hint::black_box;

use codec_core::g90::{cloud, notify};
use codec_core::ksenia::{self, CrcPolicy, ZoneStatus};
use codec_core::kts::{self, Order};
use codec_core::ness;

/// Name and decoder of each.
pub(crate) const ALL: &[(&str, fn())] = &[
    ("ness_line", ness_line),
    ("g90_cloud_message", g90_cloud_message),
    ("g90_notification", g90_notification),
    ("kts_registration", kts_registration),
    ("ksenia_changes", ksenia_changes),
];

/// An event with address and time.
fn ness_line() {
    let line = ness::decode(black_box(b"87008361010900180921183139c7"));
    assert!(matches!(black_box(line).expect("good").packet().body, ness::Body::Event(_)));
}

/// An answer to a hello.
fn g90_cloud_message() {
    let message = cloud::decode(black_box(b"\x01\x20\x00\x10\x0d\x00\x00\x00\x01\x00\x02\x00\x1f"));
    assert!(matches!(black_box(message).expect("good").body, cloud::Body::HelloAnswer(answer) if answer.flag() == 31));
}

/// The panel was armed.
fn g90_notification() {
    let body = notify::decode(black_box(b"[170,[1,[1]]]\0")).and_then(|message| message.body());
    assert!(matches!(black_box(body).expect("good"), notify::Body::Notification(_)));
}

/// The registration that the protocol's description prints.
fn kts_registration() {
    const FRAME: &[u8] =
        br#"{"sn":"08ABEF112233","cmd":"reg","timestamp":"1508845817","rand":"35","sign":"055d764058ea64f7a65d68f8375d77f1"}"#;
    let frame = kts::decode_ref(black_box(FRAME), Order::Strict).expect("good");
    assert!(matches!(black_box(frame.body()), kts::Body::Register(_)));
}

/// A push of ten zones with its CRC, each zone read.
pub(crate) const KSENIA_CHANGES: &[u8] = include_bytes!("changes.json");

fn ksenia_changes() {
    // Looked at where they are: what is moved out of a result is on the stack twice.
    let Ok(message) = &ksenia::open(black_box(KSENIA_CHANGES), CrcPolicy::Strict) else { panic!("not good") };
    let (mut entries, mut zones) = (message.entries(None), 0);
    while let Ok(Some(entry)) = entries.next_entry() {
        let Ok(zone) = &entry.view::<ZoneStatus<'_>>() else { panic!("not good") };
        black_box((zone.id(), zone.state(), zone.bypass(), zone.tamper(), zone.alarm()));
        zones += 1;
    }
    assert_eq!(black_box(zones), 10);
}
