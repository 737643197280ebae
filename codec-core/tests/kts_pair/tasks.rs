//! Scheduled tasks and the copy of them.

use codec_core::kts::controller::Command;
use codec_core::kts::{ActionInfo, Days, GroupAddress, TaskFlag, TaskInfo, TimeOfDay};

use crate::joined::{Joined, Setup};

fn action(value: &'static str) -> ActionInfo<'static> {
    ActionInfo { eis: 1, address: GroupAddress::new(1, 1, 37).unwrap(), value }
}

fn task<'c>(flag: TaskFlag<'c>, actions: &'c [ActionInfo<'c>]) -> TaskInfo<'c> {
    let time = TimeOfDay::new(9, 55).unwrap();
    TaskInfo { id: "123", name: "My Scene", room: "0", flag, time, actions, days: Days::NONE.with(1).with(3) }
}

fn done(joined: &mut Joined, task: &TaskInfo<'_>) -> String {
    joined.server.clear();
    joined.submit(Command::Timing(task)).unwrap();
    joined.run(1_000);
    joined.take("Done").concat()
}

#[test]
fn a_task_runs_at_its_time_on_its_days() {
    // 9:00 UTC is 9:30 there.
    let mut setup = Setup::new();
    setup.host.utc_offset_seconds = 1800;
    let mut joined = setup.join();
    joined.run(2_000);
    assert_eq!(done(&mut joined, &task(TaskFlag::Enable, &[action("1")])), "Done { ticket: Ticket(2), outcome: Confirmed }");
    joined.run(24 * 60 * 1000);
    assert_eq!(joined.value("37"), Some("0"));
    joined.run(2 * 60 * 1000);
    assert_eq!(joined.value("37"), Some("1"));
    assert_eq!(joined.host.iter().filter(|event| event.starts_with("TaskRan")).count(), 1);
    // Once; not on Tuesday; on Wednesday.
    joined.push("37", Some("0"));
    joined.run(86_400_000);
    assert_eq!(joined.value("37"), Some("0"));
    joined.run(86_400_000);
    assert_eq!(joined.value("37"), Some("1"));

    joined.push("37", Some("0"));
    assert!(done(&mut joined, &task(TaskFlag::Disable, &[action("1")])).contains("Confirmed"));
    joined.run(7 * 86_400_000);
    assert_eq!(joined.value("37"), Some("0"));
    assert_eq!(joined.panel.tables().tasks[0].id(), Some("123"));
    assert!(done(&mut joined, &task(TaskFlag::Delete, &[])).contains("Confirmed"));
    assert_eq!(joined.panel.tables().tasks[0].id(), None);
    assert_eq!(joined.controller.tables().tasks[0].id(), None);
}

#[test]
fn tasks_are_sent_again_after_a_registration() {
    let mut setup = Setup::new();
    setup.tasks = 2;
    let mut joined = setup.join();
    joined.run(2_000);
    joined.lose = |frame| frame.contains("timing");
    assert_eq!(done(&mut joined, &task(TaskFlag::Enable, &[action("1")])), "");
    joined.run(12_000);
    assert!(joined.take("Done").concat().contains("TimedOut"));
    // Written before it was sent, and still owed.
    assert!(joined.controller.tables().tasks[0].is_owed());
    let kept = joined.controller.tables().tasks[0];

    let mut again = Setup::new();
    again.tasks = 2;
    let mut again = again.join_with(&[kept]);
    again.run(2_000);
    assert_eq!(again.panel.tables().tasks[0].id(), Some("123"));
    assert!(!again.controller.tables().tasks[0].is_owed());
    let wire = String::from_utf8(again.to_host.clone()).unwrap();
    let data = r#""data":{"tid":"123","tname":"My Scene","oRoom":"0","flag":"1","time":"09:55","action":"1=1/1/37=1","repeat":"1,3,"}"#;
    assert!(wire.contains(data), "{wire}");
}

#[test]
fn a_full_table_takes_no_task() {
    let mut setup = Setup::new();
    setup.tasks = 1;
    let mut joined = setup.join();
    joined.run(2_000);
    assert!(done(&mut joined, &task(TaskFlag::Enable, &[action("1")])).contains("Confirmed"));
    let another = TaskInfo { id: "124", ..task(TaskFlag::Enable, &[]) };
    assert!(joined.submit(Command::Timing(&another)).is_err());
}
