//! The story with a KTS host.

use std::time::Duration;

use codec_core::Secret;
use codec_core::kts::controller::{Command, Controller, Event, Outcome};
use codec_core::kts::{RecentSignatures, Scheme};
use codec_std::links::Address;
use codec_std::sim::kts::{DEFAULT_KEY, House, Setup, Simulator};
use codec_std::sim::kts_script::Change;
use codec_std::tokio::{Driver, Listener};
use tokio::time::timeout_at;

use super::known::Known;
use super::options::{ControllerArgs, Storage};
use crate::story::{self, Act, CONFIRMED, Missing, Story, Timeline};
use crate::watch::{RX_BYTES, TX_BYTES};
use crate::words;

/// How long the story may take. As a rule it takes three seconds.
const PATIENCE: Duration = Duration::from_secs(13);

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

/// Objects and their values: in the flat, and at the server.
type Chapter = story::Chapter<(&'static str, &'static str), (&'static str, &'static str)>;

const STORY: [Chapter; 4] = [
    Chapter { act: Act::Nothing, expected: &["host 08ABEF000001 registered", "1 zone and 16 objects told"] },
    Chapter { act: Act::House(("4", "20.5")), expected: &["Room temperature (4) is 20.5"] },
    Chapter { act: Act::Controller(("1", "1")), expected: &["Ceiling light (1) is 1", CONFIRMED] },
    Chapter { act: Act::House(("16", "1")), expected: &["Alarm (16) is 1", "intrusion alarm of device 16"] },
];

/// Lets the host in and plays the story.
pub(crate) async fn play(stage: &Stage, timeline: Timeline) -> Result<(), Missing> {
    let play = Story::begin(timeline, PATIENCE);
    let config = ControllerArgs::default().config();
    let mut storage = Storage::new();
    let (tables, memory, signatures) = storage.lend();
    let mut recent = RecentSignatures::new(signatures);
    let controller = Controller::new(&config, tables, memory).map_err(|error| play.broken(error))?;
    let accepted = timeout_at(play.end, stage.listener.accept()).await.map_err(|_| play.broken("the host has not dialled"))?;
    let link = accepted.map_err(|error| play.broken(error))?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).map_err(|error| play.broken(error))?;
    let mut known = Known::default();
    for Chapter { act, expected } in STORY {
        match act {
            Act::House((object, value)) => {
                let change = Change::Set { object: object.into(), value: Some(value.into()) };
                stage.simulator.change(1, change).await.map_err(|error| play.failed(expected, error))?;
            }
            Act::Controller((object, value)) => {
                driver.submit(Command::Set { object, value }).map_err(|refused| play.failed(expected, refused))?;
            }
            Act::Nothing => {}
        }
        play.hear(expected, async || match story::event(driver.next().await)? {
            Event::Registering(_) => {
                let key = Secret::new(DEFAULT_KEY);
                let answer = Command::Key { key, other: None, scheme: Scheme::Md5, replays: Some(&mut recent) };
                driver.submit(answer).map(|_| None).map_err(|refused| refused.to_string())
            }
            Event::Registered { .. } => Ok(Some(format!("host {} registered", driver.machine().sn().unwrap_or("-")))),
            Event::Synchronised { .. } => Ok(Some(known.count())),
            event => {
                known.hear(&event);
                Ok(words(&event, &known))
            }
        })
        .await?;
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
