//! PINs of Ksenia messages, hidden while they pass, are hidden as in a message that is looked at whole.

use std::path::Path;

use codec_core::ws::{Header, OpCode};
use codec_std::record::{KseniaMask, Mask, mask_ksenia_message};
use serde_json::Value;

const HEAD: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";

/// What a record shows of a message that a panel sends.
fn recorded(text: &[u8], size: usize) -> Vec<u8> {
    let mut header = [0; 16];
    let frame = Header { last: true, opcode: OpCode::Text, mask: None, len: text.len() as u64 };
    let len = frame.encode(&mut header).unwrap();
    let bytes = [HEAD, &header[..len], text].concat();
    let (mut mask, mut out) = (KseniaMask::from_panel(), Vec::new());
    bytes.chunks(size).for_each(|chunk| mask.push(chunk, &mut out));
    mask.finish(&mut out);
    assert_eq!((out.len(), &out[..HEAD.len() + len]), (bytes.len(), &bytes[..HEAD.len() + len]));
    out[HEAD.len() + len..].to_vec()
}

#[test]
fn a_passing_message_is_masked_like_a_whole_one() {
    for text in [
        r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"1234"},"CRC_16":"0x0000"}"#,
        r#"{"CMD":"CMD_USR","PAYLOAD":{"PIN":"é1","OUTPUT":{"ID":"1"},"OLD_PIN":[true,null,-1.5e3]}}"#,
        r#" { "SCENARIOS" : [ { "PIN" : "PR" } , { "PIN" : "4711" } ] , "PINS" : "12" } "#,
        r#"{"a":"\"PIN\":\"12\"","PIN":"\\\"12","b":"12"}"#,
    ] {
        for size in [1, 3, 1000] {
            let whole = String::from_utf8(mask_ksenia_message(text.as_bytes())).unwrap();
            let passing = String::from_utf8(recorded(text.as_bytes(), size)).unwrap();
            // What stands in for a wrong CRC may be another wrong one.
            let front = |text: &str| text.split("0x").next().unwrap().to_owned();
            assert_eq!(front(&passing), front(&whole));
        }
    }
}

/// The shared vectors, where they lie beside the checkout.
#[test]
fn messages_of_the_vectors_pass_alike() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ksenia.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let records: Vec<Value> = serde_json::from_str(&text).expect("an array of records");
    let good = records.iter().filter(|record| record["valid"] == true);
    let mut compared = 0;
    for record in good {
        let wire = record["wire"].as_str().unwrap().as_bytes();
        // A digit of the CRC may become a letter, of which nobody knows the case yet.
        let alike = recorded(wire, 7).eq_ignore_ascii_case(&mask_ksenia_message(wire));
        assert!(alike, "{}", record["name"]);
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}
