//! A controller on a bad line: noise, echoes, answers that get lost, a driver that comes late.

mod common;

use codec_core::CloseReason;
use codec_core::ness::controller::Config;
use common::rig::{Rig, Seen, request, status_line};

fn silent_after(millis: u32) -> Rig {
    let mut config = Config::new();
    (config.keepalive_millis, config.refresh_millis, config.silence_millis) = (0, 0, millis);
    config.only_from = Some(0);
    let mut rig = Rig::new(config);
    rig.feed(b"");
    rig
}

/// Feeds something every second until the machine ends, and gives the second of its end.
fn lasts(rig: &mut Rig, bytes: &str) -> Option<u64> {
    (1..=100).find(|_| {
        rig.now += 1_000;
        let (seen, _) = rig.feed(bytes.as_bytes());
        seen.iter().any(|seen| matches!(seen, Seen::Closed(CloseReason::Silent { .. })))
    })
}

#[test]
fn only_the_panel_keeps_the_connection_alive() {
    let answer = format!("{}\r\n", status_line("000000"));
    assert_eq!(lasts(&mut silent_after(10_000), &answer), None);
    let noise = "~".repeat(300);
    for not_the_panel in ["noise\r\n", &noise, "8300360S00E9\r\n", "820003600000001c\r\n", "8205036000000016\r\n"] {
        assert_eq!(lasts(&mut silent_after(10_000), not_the_panel), Some(10), "{not_the_panel}");
    }
}

/// What waits in the buffer is looked at before the panel counts as gone.
#[test]
fn a_driver_that_comes_late_loses_no_line() {
    let mut rig = silent_after(10_000);
    rig.now = 60_000;
    let (seen, _) = rig.feed(format!("{}\r\n", status_line("000100")).as_bytes());
    assert_eq!(seen.first(), Some(&Seen::Line));
    assert!(!seen.iter().any(|seen| matches!(seen, Seen::Closed(_))), "{seen:?}");
    rig.now += 10_000;
    assert_eq!(rig.feed(b"").0, [Seen::Closed(CloseReason::Silent { millis: 10_000 })]);
}

/// The requests a controller sends in some time, to a panel that answers unless `lost` says so of the n-th time it is asked.
fn asked(rig: &mut Rig, millis: u64, lost: impl Fn(u8, usize) -> bool) -> Vec<u8> {
    let until = rig.now + millis;
    let mut asked = Vec::new();
    let mut answers = String::new();
    while rig.now < until {
        let (_, sent) = if answers.is_empty() { rig.wait(100) } else { rig.feed(answers.as_bytes()) };
        answers.clear();
        for line in sent.lines() {
            let id = request(line).unwrap().raw();
            asked.push(id);
            if !lost(id, asked.iter().filter(|other| **other == id).count()) {
                answers += &format!("{}\r\n", status_line(&format!("{id:02x}0000")));
            }
        }
    }
    asked
}

fn count(asked: &[u8], id: u8) -> usize {
    asked.iter().filter(|other| **other == id).count()
}

#[test]
fn a_lost_answer_is_asked_for_again_and_a_panel_without_one_is_left_in_peace() {
    // The first answer to S05 gets lost: one more request, and S05 is still among what follows an alarm.
    let mut rig = Rig::new(Config::new());
    let start = asked(&mut rig, 30_000, |id, nth| id == 0x05 && nth == 1);
    assert_eq!((start.len(), count(&start, 0x05)), (35, 2), "{start:02x?}");
    rig.event("030500");
    assert_eq!(count(&asked(&mut rig, 3_000, |_, _| false), 0x05), 1);
    // Never answered: asked for twice, then not before the next refresh.
    let mut rig = Rig::new(Config::new());
    let start = asked(&mut rig, 30_000, |id, _| id == 0x05);
    assert_eq!((start.len(), count(&start, 0x05)), (35, 2), "{start:02x?}");
    rig.event("030500");
    assert_eq!(count(&asked(&mut rig, 3_000, |_, _| false), 0x05), 0);
    assert_eq!(count(&asked(&mut rig, 900_000, |_, _| false), 0x05), 1);
    // Each of the others was asked for once.
    assert!((0..34).map(|n| n / 10 * 16 + n % 10).all(|id| count(&start, id) == if id == 0x05 { 2 } else { 1 }), "{start:02x?}");
}
