//! `panelctl decode` as a process: our own examples always, the shared vectors where they lie beside the checkout.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::{hex, panelctl_with_input};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("an array of records")
}

/// Decodes all records in one run and compares every field. Gives the lines, the refused ones and the fields compared.
fn compare(records: &[Value]) -> (usize, usize, usize) {
    let input: String = records.iter().map(|record| hex(record["wire"].as_str().unwrap().as_bytes()) + "\n").collect();
    let ended = panelctl_with_input(&["decode", "ness", "--hex", "--json"], input.as_bytes());
    let any_bad = records.iter().any(|record| record["kind"] == "invalid");
    assert_eq!(ended.code, if any_bad { 1 } else { 0 }, "{}", ended.stderr);
    let lines: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    assert_eq!(lines.len(), records.len());
    let (mut refused, mut compared) = (0, 0);
    for (record, ours) in records.iter().zip(&lines) {
        let (name, wire) = (&record["name"], &record["wire"]);
        let bad = record["kind"] == "invalid";
        assert_eq!(ours["ok"], !bad, "{name}: {wire}: {ours}");
        if bad {
            refused += 1;
            assert!(ours["error"].is_string() && ours["detail"].is_string() && ours["at"].is_u64(), "{name}: {ours}");
        } else {
            assert_eq!(ours["kind"], record["kind"], "{name}: {wire}");
        }
        for (field, expected) in record["fields"].as_object().unwrap() {
            let about = ["source", "note", "reason"].contains(&field.as_str()) || field.starts_with("library_");
            if !about {
                assert_eq!(ours.get(field), Some(expected), "{name}: {wire}: {field}");
                compared += 1;
            }
        }
    }
    (lines.len(), refused, compared)
}

#[test]
fn own_examples_agree_field_by_field() {
    let (lines, refused, compared) = compare(&records(&here("tests/data/ness.json")));
    println!("{lines} lines, {refused} refused, {compared} fields compared");
    assert_eq!((lines, refused, compared), (30, 7, 464));
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let path = here("../../shared/vectors/ness.json");
    if !path.exists() {
        println!("no shared vectors beside this checkout");
        return;
    }
    let (lines, refused, compared) = compare(&records(&path));
    println!("{lines} lines, {refused} refused, {compared} fields compared");
    assert_eq!((lines, refused, compared), (432, 14, 8427));
}

#[test]
fn a_raw_stream_decodes_like_its_lines() {
    let records = records(&here("tests/data/ness.json"));
    let good: Vec<&str> =
        records.iter().filter(|record| record["kind"] != "invalid").map(|record| record["wire"].as_str().unwrap()).collect();
    let by_line = panelctl_with_input(
        &["decode", "ness", "--hex"],
        good.iter().map(|wire| hex(wire.as_bytes()) + "\n").collect::<String>().as_bytes(),
    );
    let as_stream = panelctl_with_input(&["decode", "ness", "-"], good.join("\r\n").as_bytes());
    assert_eq!((as_stream.code, as_stream.stdout), (0, by_line.stdout));
}

#[test]
fn noise_costs_one_fault_and_the_next_line_decodes() {
    let mut capture = vec![b'x'; 1 << 20];
    capture.extend(b"\r\n820003600000001b\r\n");
    let ended = panelctl_with_input(&["decode", "ness", "--json"], &capture);
    let lines: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ended.code, lines.len()), (1, 2));
    assert_eq!((&lines[0]["ok"], &lines[0]["error"]), (&Value::Bool(false), &Value::from("too-long")));
    assert_eq!(lines[1]["request_name"], "ZONE_1_16_INPUT_UNSEALED");
}

#[test]
fn the_table_names_things() {
    let ended = panelctl_with_input(&["decode", "ness"], b"87008361010900180921183139c7\r\n8200036014010006\r\n8300660A1234E49\r\n");
    let lines: Vec<Vec<&str>> =
        ended.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["2018-09-21 18:31:39", "0", "event", "sealed", "ok", "zone 9"],
            vec!["-", "0", "status", "arming", "ok", "area 1 armed"],
            vec!["-", "0", "request", "keys", "ok", "A1234E"],
        ]
    );
}

#[test]
fn mask_hides_codes_and_seals_again() {
    let capture = b"8300660A9876E35\r\n8300660*9876#6E?8300360S15E3\r\n8300660A9876E00\r\n87008361010900180921183139c7\r\n";
    for form in [&["--mask"][..], &["--mask", "--json"]] {
        let ended = panelctl_with_input(&[&["decode", "ness"], form].concat(), capture);
        assert_eq!(ended.code, 0);
        assert!(!ended.stdout.contains("9876") && ended.stdout.contains("A0000E") && ended.stdout.contains("*0000#"), "{}", ended.stdout);
        if form.contains(&"--json") {
            let fits: Vec<Value> =
                ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["checksum_match"].clone()).collect();
            assert_eq!(fits, ["ascii", "ascii", "ascii", "none", "both"]);
            assert!(ended.stdout.contains(r#""data":"S15""#));
        }
    }
    // What is left of a request that was cut off in front, or damaged.
    let damaged = b"9876E35\r\n76E35\r\n830987660\r\n8300698A9876E35\r\n87983699876543210123456789\r\n8300660A9876E";
    for form in [&["--mask"][..], &["--mask", "--json"]] {
        let ended = panelctl_with_input(&[&["decode", "ness"], form].concat(), damaged);
        assert_eq!((ended.code, ended.stdout.lines().count()), (1, 6), "{}", ended.stdout);
        for digits in ["98", "87", "76", "69"] {
            assert!(!ended.stdout.contains(digits), "{}", ended.stdout);
        }
    }
    let shown = panelctl_with_input(&["decode", "ness"], capture);
    assert!(shown.stdout.contains("A9876E"));
}
