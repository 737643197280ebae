//! Every file of the corpus through its target; and the shared vectors, where they lie beside the checkout.

use std::path::{Path, PathBuf};

use fuzz::TARGETS;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_target_survives_its_corpus() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, run) in TARGETS {
        let files = files(&corpus.join(name));
        for file in &files {
            println!("{}", file.display());
            run(&std::fs::read(file).unwrap());
        }
        println!("{name}: {} inputs", files.len());
        assert!(!files.is_empty(), "{name} has no corpus");
    }
    assert_eq!(std::fs::read_dir(&corpus).unwrap().count(), TARGETS.len(), "a corpus without a target");
}

#[test]
fn lines_of_the_shared_vectors_are_decoded() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ness.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wires: Vec<&str> = records.as_array().unwrap().iter().map(|record| record["wire"].as_str().unwrap()).collect();
    let mut inputs = 0;
    for wire in &wires {
        for terminator in ["", "\r\n", "?"] {
            fuzz::ness_decode::run(format!("{wire}{terminator}").as_bytes());
            inputs += 1;
        }
    }
    fuzz::ness_decode::run(wires.join("\r\n").as_bytes());
    println!("ness_decode: {inputs} inputs from {} vectors", wires.len());
    assert!(inputs > 0);
}

#[test]
fn messages_of_the_shared_vectors_are_judged_alike() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ksenia.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wires: Vec<&str> = records.as_array().unwrap().iter().map(|record| record["wire"].as_str().unwrap()).collect();
    for wire in &wires {
        fuzz::ksenia_envelope::run(wire.as_bytes());
        fuzz::elements::run(wire.as_bytes());
    }
    println!("ksenia_envelope, elements: {} vectors", wires.len());
    assert!(!wires.is_empty());
}

#[test]
fn datagrams_of_the_shared_vectors_come_back() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: serde_json::Value = serde_json::from_str(&text).unwrap();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let wires: Vec<Vec<u8>> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["wire_hex"].as_str().unwrap().as_bytes().chunks(2).map(byte).collect())
        .collect();
    wires.iter().for_each(|wire| fuzz::g90_local::run(wire));
    wires.windows(8).for_each(|some| fuzz::g90_local::run(&some.concat()));
    assert!(!wires.is_empty());
    let mut inputs = 0;
    for record in records.as_array().unwrap().iter().filter(|record| record["transport"] == "local-notification") {
        let digits = record["wire_hex"].as_str().unwrap();
        let wire: Vec<u8> = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
        fuzz::g90_notify::run(&wire);
        fuzz::g90_notify::run(&[&[wire.len() as u8][..], &wire].concat());
        inputs += 2;
    }
    println!("g90_notify: {inputs} inputs from vectors");
    assert!(inputs > 0);
}

#[test]
fn packets_of_the_shared_vectors_are_cut_alike() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: serde_json::Value = serde_json::from_str(&text).unwrap();
    let records = records.as_array().unwrap().iter().filter(|record| record["transport"] == "cloud");
    let bytes = |record: &serde_json::Value| {
        let digits = record["wire_hex"].as_str().unwrap();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect::<Vec<u8>>()
    };
    let packets: Vec<Vec<u8>> = records.map(bytes).collect();
    for packet in &packets {
        fuzz::g90_cloud::run(packet);
    }
    fuzz::g90_cloud::run(&packets.concat());
    println!("g90_cloud: {} vectors", packets.len());
    assert!(!packets.is_empty());
}
