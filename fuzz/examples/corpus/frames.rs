//! Frames of KTS hosts and servers.

/// One frame each, as the document prints them or slightly off.
const FRAMES: &[(&str, &str)] = &[
    ("reg", r#""cmd":"reg","timestamp":"1508845817","rand":"35","sign":"055d764058ea64f7a65d68f8375d77f1""#),
    ("regrsp", r#""cmd":"regrsp","data":{"error":"1"}"#),
    ("query1", r#""cmd":"query1","data":{"oRoom":"-1","tag":"222"}"#),
    ("query2-wrapped", r#""cmd":"query2","data":"{\"oRoom\":\"1\",\"tag\":\"2\"}""#),
    (
        "rsp1",
        "\"cmd\":\"rsp1\",\"data\":[\n  {\"nID\":\"1\",\"nName\":\"r1\",\"pID\":\"-1\",\"Icon\":\"@bedroom\"},\n  {\"nID\":\"2\",\"nName\":\"r2\"}\n]",
    ),
    ("rsp1-wrapped", r#""cmd":"rsp1","data":"[{\"nID\":\"1\",\"nName\":\"caf\u00e9\\n\"}]""#),
    (
        "rsp2",
        r#""cmd":"rsp2","data":[{"oID":"37","EIS":"1","val":"-1","oName":"Lamp","room":"1","type":"1","addrSet":"1/1/1","addrSet2":"1/2/1","addrSet3":"","group":"","Icon":"@light"},{"oID":38,"EIS":6,"val":12.5}]"#,
    ),
    ("rsp2-address", r#""cmd":"rsp2","data":[{"oID":"37","addrSet":"1/9/1"}],"tag":"2""#),
    ("control", r#""cmd":"control","data":"EIS1=1/1/1=1""#),
    ("controls", r#""cmd":"control","data":"EIS1=1/1/1=1,EIS6\u003d1\/1\/2\u003d255,""#),
    ("controlrsp", r#""cmd":"controlrsp","data":{"error":"0"}"#),
    ("push", r#""cmd":"push","data":[{"oID":"37","EIS":"1","val":"1","room":"","navi":""},7,{"oID":"x"}]"#),
    ("cfg", r#""cmd":"cfg","data":{"key":"1234567890","domain":"kts.example"}"#),
    ("cfgrsp", r#""cmd":"cfgrsp","data":{"error":"0","key":"1234567890"}"#),
    (
        "timing",
        r#""cmd":"timing","data":{"tid":"123","tname":"My Scene","oRoom":"0","flag":"1","time":"09:55","action":"1=1/1/1=0,1=1/1/2=1","repeat":"1,3,4,5,6,7,"}"#,
    ),
    ("timingrsp", r#""cmd":"timingrsp","data":{"error":"1"}"#),
    ("keepalive", r#""cmd":"keepalive""#),
    ("unknown", r#""cmd":"reboot","data":{"now":"1"}"#),
    ("twice", r#""cmd":"keepalive","sn":"1""#),
    ("cut", r#""cmd":"push","data":[{"oID":"3"#),
];

fn frame(rest: &str) -> Vec<u8> {
    format!("{{\"sn\":\"08ABEF112233\",{rest}}}\r\n").into_bytes()
}

pub(crate) fn frames() -> Vec<(String, Vec<u8>)> {
    let mut inputs: Vec<(String, Vec<u8>)> = FRAMES.iter().map(|(name, rest)| ((*name).to_owned(), frame(rest))).collect();
    inputs.push(("order".into(), b"{\"cmd\":\"keepalive\",\"sn\":\"1\"}\r\n\r\n\n{\r}".to_vec()));
    inputs
}

/// Several frames behind one another.
pub(crate) fn sessions() -> Vec<(String, Vec<u8>)> {
    let all = |first: usize, step: usize| FRAMES.iter().skip(first).step_by(step).flat_map(|(_, rest)| frame(rest)).collect::<Vec<u8>>();
    let mut inputs: Vec<(String, Vec<u8>)> = (1..6).map(|step| (format!("every-{step}"), all(step % 3, step))).collect();
    let objects = vec![r#"{"oID":"1","EIS":"1","val":"-1","oName":"é"}"#; 40].join(",\n");
    inputs.push(("large-list".into(), frame(&format!("\"cmd\":\"rsp2\",\"data\":[{objects}]"))));
    let wrapped = format!("[{objects}]").replace('"', "\\\"").replace('\n', "\\n");
    inputs.push(("large-wrapped".into(), frame(&format!("\"cmd\":\"rsp2\",\"data\":\"{wrapped}\""))));
    inputs
        .push(("long-record".into(), frame(&format!("\"cmd\":\"push\",\"data\":[{{\"oID\":\"{}\"}},{{\"oID\":\"1\"}}]", "9".repeat(700)))));
    inputs.push(("long-control".into(), frame(&format!("\"cmd\":\"control\",\"data\":\"{}\"", "9".repeat(1_500)))));
    inputs
}
