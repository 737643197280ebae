use super::*;

fn value(sn: &str, value: &str) -> Note {
    Note::Value { sn: sn.to_owned(), object: "1".to_owned(), value: Some(value.to_owned()), at: 1 }
}

/// A file that goes away.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kts-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn what_is_committed_is_read_scanned_and_told() {
    let file = File::new("read");
    let store = Store::embedded(&file.0, 1 << 20).unwrap();
    let mut notes = store.listen();
    let mut batch = Batch::new();
    for key in ["a/1", "a/2", "a/3", "b/1", "a0"] {
        batch.put(key, &key);
    }
    batch.note(value("A", "1"));
    assert!(store.commit(batch).await.unwrap());
    assert_eq!(store.get::<String>("a/2").await.unwrap().as_deref(), Some("a/2"));
    assert_eq!(store.get::<String>("a/4").await.unwrap(), None);
    let keys = |rows: Vec<(String, String)>| rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(store.scan("a/", None, 10).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(keys(store.scan("a/", Some("1"), 1).await.unwrap()), ["2"]);
    assert_eq!(notes.recv().await.unwrap(), value("A", "1"));

    let mut batch = Batch::new();
    batch.delete("a/2");
    assert!(store.commit(batch).await.unwrap());
    assert_eq!(store.get::<String>("a/2").await.unwrap(), None);
}

#[tokio::test]
async fn once_is_once_and_all_or_nothing() {
    let file = File::new("once");
    let store = Store::embedded(&file.0, 1 << 20).unwrap();
    let mut notes = store.listen();
    let batch = |text: &str| {
        let mut batch = Batch::new();
        batch.once("seen/1");
        batch.put("a/1", &text);
        batch.note(value("A", text));
        batch
    };
    assert!(store.commit(batch("first")).await.unwrap());
    assert!(!store.commit(batch("second")).await.unwrap());
    assert_eq!(store.get::<String>("a/1").await.unwrap().as_deref(), Some("first"));
    assert_eq!(notes.recv().await.unwrap(), value("A", "first"));
    assert!(notes.try_recv().is_err());
}

#[tokio::test]
async fn a_record_that_somebody_else_has_changed_is_not_overwritten() {
    let file = File::new("still");
    let store = Store::embedded(&file.0, 1 << 20).unwrap();
    let put = |text: &str| {
        let mut batch = Batch::new();
        batch.put("a/1", &text);
        batch
    };
    store.commit(put("first")).await.unwrap();
    let read = store.stored::<String>("a/1").await.unwrap().unwrap();
    let (mut mine, mut other) = (put("mine"), put("other"));
    mine.only_if(&read);
    other.only_if(&read);
    // Both on their way at once, so that they meet in one transaction.
    let (other, mine) = tokio::join!(store.commit(other), store.commit(mine));
    assert_eq!((other.unwrap(), mine.unwrap()), (true, false));
    assert_eq!(store.get::<String>("a/1").await.unwrap().as_deref(), Some("other"));
}

#[test]
fn a_file_that_is_open_is_not_opened_twice() {
    let file = File::new("twice");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _guard = runtime.enter();
    let _first = Store::embedded(&file.0, 1 << 20).unwrap();
    assert!(matches!(Store::embedded(&file.0, 1 << 20), Err(StoreError::Open { .. })));
}

#[tokio::test]
async fn what_is_told_is_seen_at_once_and_durable_afterwards() {
    let file = File::new("told");
    let store = Store::embedded(&file.0, 1 << 20).unwrap();
    let mut notes = store.listen();
    let mut batch = Batch::new();
    batch.tell("value/A/1", &"1", value("A", "1"));
    store.write(batch).await.unwrap();
    assert_eq!(notes.try_recv().unwrap(), value("A", "1"));
    assert_eq!(store.get::<String>("value/A/1").await.unwrap().as_deref(), Some("1"));
    assert_eq!(store.scan::<String>("value/A/", None, 10).await.unwrap(), [("1".to_owned(), "1".to_owned())]);
    // A second value overtakes the first before that is written, perhaps.
    let mut batch = Batch::new();
    batch.tell("value/A/1", &"2", value("A", "2"));
    store.write(batch).await.unwrap();
    assert_eq!(store.get::<String>("value/A/1").await.unwrap().as_deref(), Some("2"));
    // What is acknowledged has everything behind it that was seen before.
    let mut batch = Batch::new();
    batch.put("b", &"3");
    assert!(store.commit(batch).await.unwrap());
    assert_eq!(store.stored::<String>("value/A/1").await.unwrap().unwrap().record, "2");
    assert_eq!(notes.try_recv().unwrap(), value("A", "2"));
    assert!(notes.try_recv().is_err(), "told twice");
}

#[tokio::test]
async fn of_what_is_written_together_the_last_counts() {
    let file = File::new("last");
    let store = Store::embedded(&file.0, 1 << 20).unwrap();
    let put = |key: &str, text: &str| {
        let mut batch = Batch::new();
        batch.put(key, &text);
        batch
    };
    // Collected until somebody waits.
    for text in ["1", "2", "3"] {
        store.write(put("a/1", text)).await.unwrap();
        store.write(put("a/2", text)).await.unwrap();
    }
    let mut gone = Batch::new();
    gone.delete("a/2");
    store.write(gone).await.unwrap();
    // One that fails changes nothing, also where it would have been the last.
    let mut never = put("a/1", "never");
    never.only_if(&Stored { key: "a/9".to_owned(), bytes: Vec::new(), record: () });
    assert!(!store.commit(never).await.unwrap());
    assert_eq!(store.get::<String>("a/1").await.unwrap().as_deref(), Some("3"));
    assert_eq!(store.get::<String>("a/2").await.unwrap(), None);
    // A condition sees what was written before it.
    let seen = Stored { key: "a/1".to_owned(), bytes: b"\"4\"".to_vec(), record: () };
    store.write(put("a/1", "4")).await.unwrap();
    let mut then = put("a/3", "then");
    then.only_if(&seen);
    let (then, after) = tokio::join!(store.commit(then), store.commit(put("a/1", "5")));
    assert!(then.unwrap() && after.unwrap());
    assert_eq!(store.get::<String>("a/1").await.unwrap().as_deref(), Some("5"));
}
