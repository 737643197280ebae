//! What holds for every input.

use codec_core::g90::notify::controller::Config;
use codec_core::g90::notify::{self, Alert, Body, Notification};
use codec_core::g90::{AlertSource, AlertType, ArmState, Facts};
use codec_core::text::json::{self, Text};
use proptest::prelude::*;

use crate::rig::{Rig, slots};

proptest! {
    #[test]
    fn any_datagram_gives_an_event_and_leaves_nothing(datagram in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut sensors = slots::<2>();
        let mut rig = Rig::new(Config::new(), &mut sensors);
        prop_assert!(!rig.bytes(&datagram).is_empty());
    }

    #[test]
    fn any_numbers_are_decoded_as_they_are(numbers in prop::array::uniform4(any::<i64>()), time in any::<i64>(), name in "\\PC{0,20}") {
        prop_assume!(numbers.iter().chain([&time]).all(|number| *number != i64::MIN));
        let [alert_type, event_id, source, state] = numbers;
        let text = serde_json::json!([208, [alert_type, event_id, source, state, name, "GA1", time, 0, [""]]]).to_string() + "\0";
        let Body::Alert(alert) = notify::decode(text.as_bytes()).unwrap().body().unwrap() else { panic!() };
        prop_assert_eq!(alert.facts, Facts { alert_type: AlertType::from_raw(alert_type), event_id, source: AlertSource::from_raw(source), state });
        prop_assert!(alert.zone_name == name.as_str() && alert.unix_time == time);
        // Whatever it is, a machine survives it.
        let mut sensors = slots::<2>();
        prop_assert!(!Rig::new(Config::new(), &mut sensors).bytes(text.as_bytes()).is_empty());
    }

    #[test]
    fn what_is_encoded_is_decoded(index in 0..i64::MAX, action in any::<i32>(), name in any::<String>()) {
        let mut room = [0; 2048];
        prop_assume!(name.len() * 6 <= room.len());
        let name_text = notify::escape(&name, &mut room).unwrap();
        let mut out = [0; 4096];
        let change = Notification::SensorChange { index, name: name_text, action: action.into() };
        let len = notify::encode_notification(&change, &mut out).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&out[..len - 1]).unwrap();
        prop_assert_eq!(&read, &serde_json::json!([170, [4, [index, name, action]]]));
        let Body::Notification(Notification::SensorChange { index: i, name: n, action: a }) = notify::decode(&out[..len]).unwrap().body().unwrap() else {
            panic!()
        };
        prop_assert!(i == index && n == name.as_str() && a == i64::from(action));
        // A slice that is too short gets nothing that could be taken for a datagram.
        prop_assert!(notify::encode_notification(&change, &mut out[..len - 1]).is_err());
    }
}

#[test]
fn captured_messages_are_written_as_they_came() {
    let mut out = [0; 256];
    for text in [
        "[170,[1,[1]]]\0",
        "[170,[5,[100,\"Hall\"]]]\0",
        "[170,[6,[21,\"Hall\"]]]\0",
        "[170,[4,[3,\"Test sensor\",1]]]\0",
        "[170,[8,[1,null,{\"a\":true}]]]\0",
        "[208,[4,100,1,1,\"Hall\",\"DUMMYGUID\",1631545189,0,[\"\"]]]\0",
        "[208,[1,1,0,0,\"\",\"DUMMYGUID\",1734175050,0,[\"\"]]]\0",
    ] {
        let len = match notify::decode(text.as_bytes()).unwrap().body().unwrap() {
            Body::Notification(notification) => notify::encode_notification(&notification, &mut out),
            Body::Alert(alert) => notify::encode_alert(&alert, &mut out),
            other => panic!("{other:?}"),
        };
        assert_eq!(core::str::from_utf8(&out[..len.unwrap()]), Ok(text));
    }
    let facts = Facts { alert_type: AlertType::Alarm, event_id: -7, source: AlertSource::Other(7), state: 0 };
    let other = json::check(b"[\"\"]").unwrap();
    let alert =
        Alert { facts, zone_name: Text::of("x").unwrap(), device_id: Text::of("GA1").unwrap(), unix_time: i64::MIN, resv4: 0, other };
    let len = notify::encode_alert(&alert, &mut out).unwrap();
    assert_eq!(&out[..len], b"[208,[3,-7,7,0,\"x\",\"GA1\",-9223372036854775808,0,[\"\"]]]\0");
    let len = notify::encode_notification(&Notification::Arming(ArmState::Alarmed), &mut out).unwrap();
    assert_eq!(&out[..len], b"[170,[1,[4]]]\0");
}
