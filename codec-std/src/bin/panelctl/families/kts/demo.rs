//! The story with a KTS host.

use std::time::Duration;

use codec_core::Secret;
use codec_core::kts::controller::{Command, Controller, Event, Outcome};
use codec_core::kts::{RecentSignatures, Scheme};
use codec_std::links::Address;
use codec_std::sim::kts::{DEFAULT_KEY, House, Setup, Simulator};
use codec_std::sim::kts_script::Change;
use codec_std::tokio::{Driver, Listener};
use tokio::time::{Instant, timeout_at};

use super::known::Known;
use super::options::{ControllerArgs, Storage};
use crate::demo::{Missing, Timeline};
use crate::watch::{RX_BYTES, TX_BYTES};
use crate::words;

/// How long the story may take. As a rule it takes three seconds.
const PATIENCE: Duration = Duration::from_secs(13);

/// How long it is quiet between a chapter and the next.
const PAUSE: Duration = Duration::from_millis(400);

const FAMILY: &str = "kts";

/// A server, and a host that dials it.
pub(crate) struct Stage {
    listener: Listener,
    simulator: Simulator,
    server: Address,
}

pub(crate) async fn start() -> anyhow::Result<Stage> {
    let listener = Listener::bind("127.0.0.1:0").await?;
    let address = listener.address()?;
    let server = Address::Tcp { host: address.ip().to_string(), port: address.port() };
    let mut setup = Setup::new(server.clone(), 1);
    setup.house = House::with_zones(1, 16);
    let simulator = Simulator::start(setup, |_| {})?;
    Ok(Stage { listener, simulator, server })
}

impl Stage {
    pub(crate) const fn server(&self) -> &Address {
        &self.server
    }
}

/// A host dials, so there is nothing to connect to.
pub(crate) fn how_to_connect() -> [String; 3] {
    [
        "kts hosts dial: begin with the server, and then a host, each in a terminal of its own:".into(),
        format!("  PANELCTL_KEY={DEFAULT_KEY} panelctl watch kts"),
        "  panelctl simulate kts --push-every 2".into(),
    ]
}

/// What somebody does.
enum Act {
    /// In the flat: an object and its value.
    House(&'static str, &'static str),
    /// At the server: the same.
    Server(&'static str, &'static str),
    /// Wait for what happens by itself.
    Nothing,
}

const CONFIRMED: &str = "command confirmed";

const STORY: [(Act, &[&str]); 4] = [
    (Act::Nothing, &["host 08ABEF000001 registered", "1 zone and 16 objects told"]),
    (Act::House("4", "20.5"), &["Room temperature (4) is 20.5"]),
    (Act::Server("1", "1"), &["Ceiling light (1) is 1", CONFIRMED]),
    (Act::House("16", "1"), &["Alarm (16) is 1", "intrusion alarm of device 16"]),
];

/// Lets the host in and plays the story.
pub(crate) async fn play(stage: &Stage, timeline: Timeline) -> Result<(), Missing> {
    let missing = |missing: &str, why: String| Missing { family: FAMILY, missing: missing.to_owned(), why };
    let connection = |why: String| missing("a connection", why);
    let config = ControllerArgs::default().config();
    let mut storage = Storage::new();
    let (tables, memory, signatures) = storage.lend();
    let mut recent = RecentSignatures::new(signatures);
    let controller = Controller::new(&config, tables, memory).map_err(|error| connection(error.to_string()))?;
    let end = Instant::now() + PATIENCE;
    let accepted = timeout_at(end, stage.listener.accept()).await.map_err(|_| connection("the host has not dialled".into()))?;
    let link = accepted.map_err(|error| connection(error.to_string()))?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).map_err(|error| connection(error.to_string()))?;
    let mut known = Known::default();
    for (act, expected) in STORY {
        let mut expected = expected.to_vec();
        let first = expected.first().copied().unwrap_or_default();
        match act {
            Act::House(object, value) => {
                let change = Change::Set { object: object.into(), value: Some(value.into()) };
                stage.simulator.change(1, change).await.map_err(|error| missing(first, error.to_string()))?;
            }
            Act::Server(object, value) => {
                driver.submit(Command::Set { object, value }).map_err(|refused| missing(first, refused.to_string()))?;
            }
            Act::Nothing => {}
        }
        let mut until = end;
        loop {
            let next = expected.first().copied().unwrap_or("more");
            let words = match timeout_at(until, driver.next()).await {
                Ok(Ok(Some(Event::Registering(_)))) => {
                    let key = Secret::new(DEFAULT_KEY);
                    let answer = Command::Key { key, other: None, scheme: Scheme::Md5, replays: Some(&mut recent) };
                    driver.submit(answer).map_err(|refused| missing(next, refused.to_string()))?;
                    continue;
                }
                Ok(Ok(Some(Event::Registered { .. }))) => Some(format!("host {} registered", driver.machine().sn().unwrap_or("-"))),
                Ok(Ok(Some(Event::Synchronised { .. }))) => Some(known.count()),
                Ok(Ok(Some(event))) => {
                    known.hear(&event);
                    words(&event, &known)
                }
                Ok(Ok(None)) => return Err(missing(next, "the connection ended".into())),
                Ok(Err(error)) => return Err(missing(next, format!("the connection broke: {error}"))),
                Err(_) if expected.is_empty() => break,
                Err(_) => return Err(missing(next, "it did not come in time".into())),
            };
            if let Some(words) = words {
                timeline.tell(&words);
                expected.retain(|expected| *expected != words);
                if expected.is_empty() {
                    until = Instant::now() + PAUSE;
                }
            }
        }
    }
    Ok(())
}

/// What an event is in the timeline.
fn words(event: &Event<'_>, known: &Known) -> Option<String> {
    match event {
        Event::Update { update, .. } => Some(known.update(update)),
        Event::Notice(notice @ codec_core::home::Notice::Alarm { .. }) => Some(words::notice(notice, |_| String::new())),
        Event::Done { outcome: Outcome::Confirmed, .. } => Some(CONFIRMED.into()),
        Event::Done { outcome, .. } => Some(format!("command ended: {outcome:?}")),
        Event::Fault(fault) => Some(format!("bad frame: {fault}")),
        Event::Closed(reason) => Some(format!("closed: {reason}")),
        _ => None,
    }
}
