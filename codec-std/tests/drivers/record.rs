//! A session that is recorded and repeated gives the same events.

use std::io;

use crate::common::{LINES, Script, Shared, events, quiet};
use codec_core::ness::controller::{Command, Controller};
use codec_core::{Machine as _, Secret};
use codec_std::blocking::Driver;
use codec_std::owned::ness::OwnedEvent;
use codec_std::record::{Log, RecordError, Recorder, Replay, Secrets};

/// Records a session of the given reads. `meddle` is called once, behind the first event.
fn session(
    chunks: &[&[u8]],
    secrets: Secrets,
    meddle: impl FnOnce(&mut Driver<'_, Controller<'static>, Script>),
) -> (Vec<OwnedEvent>, String) {
    let file = Shared::default();
    let reads = chunks.iter().map(|chunk| io::Result::Ok(chunk.to_vec()));
    let (mut rx, mut tx) = ([0; 200], [0; 100]);
    let recorder = Recorder::new::<Controller<'_>>(file.clone(), secrets);
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap().with_observer(Box::new(recorder));
    let mut all: Vec<OwnedEvent> = driver.next(None).unwrap().map(OwnedEvent::from).into_iter().collect();
    meddle(&mut driver);
    all.extend(events(&mut driver));
    driver.take_observer().unwrap().finish().unwrap();
    (all, file.text())
}

fn replay(text: &str) -> Vec<OwnedEvent> {
    let mut log = Log::new(text.as_bytes());
    let mut all = Vec::new();
    while let Some(header) = log.next_header().unwrap() {
        let (mut rx, mut tx) = ([0; 2048], [0; 2048]);
        let mut replay = Replay::new(&header, quiet(), &mut log, &mut rx, &mut tx).unwrap();
        while let Some((_, event)) = replay.next().unwrap() {
            all.push(event.into());
        }
        assert_eq!(replay.differences(), 0);
        assert!(replay.machine().is_closed());
    }
    all
}

#[test]
fn any_cutting_repeats_with_secrets_kept_and_masked() {
    for size in [1, 2, 3, 7, 64] {
        let text = format!("{LINES}\r\nnoise\r\n820003601\r\n8200036014000000\r\n{LINES}");
        let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        for secrets in [Secrets::Kept, Secrets::Masked] {
            let (live, record) = session(&chunks, secrets, |_| {});
            assert!(live.len() > 8, "{live:?}");
            assert_eq!(replay(&record), live);
            assert_eq!(record.lines().filter(|line| line.contains(r#""rx":"#)).count(), chunks.len());
        }
    }
}

#[test]
fn a_command_between_two_events_comes_back_in_its_place() {
    let chunks: [&[u8]; 2] = [LINES.as_bytes(), b"\r\n"];
    let meddle = |driver: &mut Driver<'_, Controller<'static>, Script>| {
        // Whether it is taken or refused, it is part of the session.
        let _ = driver.submit(Command::Keys(Secret::new("A4321E")));
    };
    for secrets in [Secrets::Kept, Secrets::Masked] {
        let (live, record) = session(&chunks, secrets, meddle);
        assert_eq!(replay(&record), live);
        let submit = record.lines().find(|line| line.contains("submit")).unwrap();
        assert!(submit.contains(r#""taken":1"#), "{submit}");
        assert_eq!(submit.contains("4321"), secrets == Secrets::Kept);
        assert_eq!(record.contains("4321"), secrets == Secrets::Kept, "{record}");
    }
}

#[test]
fn received_codes_are_masked_wherever_they_are_cut() {
    let text = b"8300660A4321E49\r\n8300660A4321E4\r\n8200036014000007\r\n8300560432";
    for size in 1..=text.len() {
        let chunks: Vec<&[u8]> = text.chunks(size).collect();
        let (live, record) = session(&chunks, Secrets::Masked, |_| {});
        let (again, kept) = session(&chunks, Secrets::Kept, |_| {});
        assert_eq!(live, again);
        assert_eq!(replay(&kept), live);
        assert_eq!(replay(&record).len(), live.len());
        let bytes = |record: &str| -> Vec<String> {
            let entries = record.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            entries.filter_map(|entry| Some(entry.get("rx")?.as_str()?.to_owned())).collect()
        };
        assert_eq!(bytes(&record).concat(), "8300660A0000E53\r\n8300660A0000E0\r\n8200036014000007\r\n8300560000");
        let lengths = |record: &str| bytes(record).iter().map(String::len).collect::<Vec<_>>();
        assert_eq!(lengths(&record), lengths(&kept));
    }
}

#[test]
fn records_can_be_strung_together() {
    let (first, one) = session(&[LINES.as_bytes()], Secrets::Masked, |_| {});
    let (second, two) = session(&[b"8200036014000007\r\n"], Secrets::Kept, |_| {});
    assert_eq!(replay(&format!("{one}{two}")), [first, second].concat());
}

#[test]
fn a_recorder_that_is_dropped_writes_what_it_holds() {
    let file = Shared::default();
    let (mut rx, mut tx) = ([0; 200], [0; 100]);
    let recorder = Recorder::new::<Controller<'_>>(file.clone(), Secrets::Masked);
    let reads = [Ok(b"82000360".to_vec()), Err(io::ErrorKind::WouldBlock.into())];
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap().with_observer(Box::new(recorder));
    assert!(driver.next(Some(std::time::Instant::now())).unwrap().is_none());
    assert!(!file.text().contains("82000360"));
    drop(driver);
    assert!(file.text().contains(r#""rx":"82000360""#), "{}", file.text());
}

#[test]
fn what_waits_for_the_end_of_a_frame_is_bounded() {
    let file = Shared::default();
    let (mut rx, mut tx) = ([0; 200], [0; 100]);
    let recorder = Recorder::new::<Controller<'_>>(file.clone(), Secrets::Masked);
    let mut reads = vec![Ok(b"8300660A43".to_vec()), Err(io::ErrorKind::WouldBlock.into()), Err(io::ErrorKind::WouldBlock.into())];
    reads.push(Ok(b"21E49\r\n".to_vec()));
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap().with_observer(Box::new(recorder));
    assert!(driver.next(Some(std::time::Instant::now())).unwrap().is_none());
    for _ in 0..3_000 {
        // Refused or not, it is an entry.
        let _ = driver.submit(Command::Refresh);
    }
    let written = file.text().lines().filter(|line| line.contains("submit")).count();
    assert!(written > 1_000, "{written}");
    assert!(file.text().contains(r#""rx":"8300660A00""#), "{}", file.text());
    let _ = events(&mut driver);
    drop(driver);
    let text = file.text();
    assert_eq!(text.lines().filter(|line| line.contains("submit")).count(), 3_000);
    assert!(text.contains(r#""rx":"00E00\r\n""#) && !text.contains("21E"), "{text}");
}

#[test]
fn what_is_no_record_is_refused_with_the_line() {
    let (_, record) = session(&[LINES.as_bytes()], Secrets::Masked, |_| {});
    for (text, line) in [
        ("{\"ms\":0,\"wake\":true}\n".to_owned(), 1),
        ("hello\n".to_owned(), 1),
        (record.replace("\"version\":1", "\"version\":2"), 1),
        (format!("{record}{{\"ms\":1}}\n"), record.lines().count() as u64 + 1),
    ] {
        let mut log = Log::new(text.as_bytes());
        let error = loop {
            match log.next_header() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{text} is taken for a record"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, RecordError::Line { line: found, .. } if found == line), "{text}: {error}");
    }
    let mut log = Log::new(record.as_bytes());
    let mut header = log.next_header().unwrap().unwrap();
    let (mut rx, mut tx) = ([0; 199], [0; 100]);
    let small = Replay::new(&header, quiet(), &mut log, &mut rx, &mut tx).err();
    assert!(matches!(small, Some(RecordError::Config(_))), "{small:?}");
    header.protocol = "other".into();
    let (mut rx, mut tx) = ([0; 200], [0; 100]);
    let other = Replay::new(&header, quiet(), &mut log, &mut rx, &mut tx).err();
    assert!(matches!(other, Some(RecordError::OtherMachine { .. })), "{other:?}");
}
