//! What holds for all texts and numbers.

use codec_core::g90::local::{
    CommandCode, Message, Page, Peripheral, Reply, Rows, Send, Writer, decode, decode_reply, decode_request, mend, page_head,
};
use codec_core::text::json::Value;
use proptest::prelude::*;

proptest! {
    /// The other reader of JSON understands what we write, and it is ASCII.
    #[test]
    fn texts_and_numbers_come_back(texts in prop::collection::vec(any::<String>(), 0..6), numbers in prop::collection::vec(any::<i64>(), 0..6)) {
        let mut out = vec![0; 16_384];
        let mut writer = Writer::request(&mut out, CommandCode::SetRoomInfo);
        texts.iter().for_each(|text| writer.text(text));
        numbers.iter().for_each(|number| writer.number(*number));
        let len = writer.finish().unwrap();
        let datagram = &out[..len];
        prop_assert!(datagram[..len - 1].iter().all(|byte| matches!(byte, b' '..=b'~')));
        let text = core::str::from_utf8(&datagram[6..len - 5]).unwrap();
        let expected = serde_json::json!([141, 141, [141, texts.iter().map(|text| serde_json::json!(text)).chain(numbers.iter().map(|number| serde_json::json!(number))).collect::<Vec<_>>()]]);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(text).unwrap(), expected);
        let Ok(Message::Request(request)) = decode_request(datagram) else { panic!("{text}") };
        let found: Vec<String> = request.params().unwrap().values().filter_map(|value| if let Value::Text(text) = value { Some(text.to_string()) } else { None }).collect();
        prop_assert_eq!(found, texts);
        // As parameters in JSON it is the same datagram.
        let mut again = vec![0; 16_384];
        let params = request.params().unwrap().as_str().to_owned();
        let raw = Send::Raw { code: CommandCode::SetRoomInfo, params: &params };
        let len = raw.encode(&mut again).unwrap();
        prop_assert_eq!(&again[..len], datagram);
    }

    /// Any bytes are decoded or refused, and the two ways of reading agree.
    #[test]
    fn hostile_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), framed in any::<bool>()) {
        let mut datagram = if framed { [b"ISTART[", &bytes[..], b"]IEND\0"].concat() } else { bytes };
        let _ = (decode(&datagram), decode_request(&datagram), decode_reply(&datagram));
        mend(&mut datagram);
        prop_assert!(core::str::from_utf8(&datagram).is_ok());
        if let Ok(Message::Reply(Reply::Answer(answer))) = decode(&datagram) {
            prop_assert!(!matches!(answer.data(), Value::Null));
        }
    }

    /// A page gives the same rows in one pass as after a check of the whole, and is whole if nothing is wrong with it.
    #[test]
    fn pages_read_in_one_pass_are_those_read_in_steps(
        rows in prop::collection::vec((any::<String>(), prop::collection::vec(any::<i64>(), 11)), 0..12),
        off in -1_i64..=1,
        change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut datagram = vec![0; 65_536];
        let mut writer = Writer::reply(&mut datagram, CommandCode::GetSensorList);
        page_head(&mut writer, 25, 1, rows.len() as i64 + i64::from(off == 1));
        for (name, numbers) in &rows {
            writer.open();
            writer.text(name);
            numbers.iter().for_each(|number| writer.number(*number));
            writer.text("");
            if off == -1 {
                writer.number(0);
            }
            writer.close();
        }
        let len = writer.finish().unwrap();
        datagram.truncate(len);
        if let Some((at, byte)) = change {
            let at = at.index(datagram.len());
            datagram[at] = byte;
        }
        let mut one_pass = Rows::<Peripheral<'_>>::open(&datagram, CommandCode::GetSensorList);
        let found: Vec<String> = one_pass.iter_mut().flatten().map(|row| format!("{row:?}")).collect();
        let whole = one_pass.is_some_and(|rows| rows.is_whole());
        let steps: Option<Vec<String>> = match decode_reply(&datagram) {
            Ok(Reply::Answer(answer)) if answer.code() == Some(CommandCode::GetSensorList) => Page::read(answer.data())
                .and_then(|page| page.peripherals().map(|row| row.map(|row| format!("{row:?}"))).collect())
                .ok(),
            _ => None,
        };
        prop_assert_eq!(whole.then_some(found), steps.clone());
        if change.is_none() {
            prop_assert_eq!(steps.map(|rows| rows.len()), (off == 0 || off == -1 && rows.is_empty()).then_some(rows.len()));
        }
    }
}
