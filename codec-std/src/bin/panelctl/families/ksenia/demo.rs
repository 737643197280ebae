//! The story with a Ksenia panel.

use std::time::Duration;

use codec_core::Secret;
use codec_core::ksenia::controller::{self, Event, Outcome};
use codec_core::ksenia::{BypassAction, Command, Controller, SetOutput, panel};
use codec_std::links::Address;
use codec_std::sim::ksenia::{DEFAULT_CODE, Setup, Simulator, StartError};
use codec_std::tokio::Driver;

use super::known::Known;
use super::options::{AccountKind, Login, LoginArgs, Storage};
use crate::news::News;
use crate::story::{self, Act, CONFIRMED, DIED, Missing, Story, Timeline};
use crate::watch::{GOODBYE, RX_BYTES, TX_BYTES};

/// How long the story may take. As a rule it takes six seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A panel with short delays.
pub(crate) async fn start() -> Result<Simulator, StartError> {
    let mut setup = Setup::new();
    for partition in &mut setup.partitions {
        (partition.exit_seconds, partition.entry_seconds) = (1, 1);
    }
    Simulator::start(setup, "127.0.0.1:0", |_| {}).await
}

pub(crate) fn how_to_connect(panel: &Simulator) -> [String; 3] {
    let address = panel.address();
    [
        format!("the ksenia panel is still there; user 1 has the code {DEFAULT_CODE}. In another terminal:"),
        format!("  PANELCTL_CODE={DEFAULT_CODE} panelctl watch ksenia ws://{address}"),
        format!("  PANELCTL_CODE={DEFAULT_CODE} panelctl send ksenia ws://{address} arm-away"),
    ]
}

type Chapter = story::Chapter<panel::Command<'static>, Command<'static>>;

fn story() -> [Chapter; 8] {
    let zone = |zone, open| Act::House(panel::Command::Zone { zone, open });
    [
        Chapter { act: Act::Nothing, expected: &["logged in", "all is read, and changes will be told"] },
        Chapter {
            act: Act::Controller(Command::SetOutput { output: 5, action: SetOutput::Level(40) }),
            expected: &["output 5 on (Reading lamp)"],
        },
        Chapter {
            act: Act::Controller(Command::BypassZone { zone: 2, action: BypassAction::Manual }),
            expected: &["zone 2 excluded (Kitchen window)"],
        },
        Chapter { act: zone(2, true), expected: &["zone 2 open (Kitchen window)"] },
        Chapter {
            act: Act::Controller(Command::RunScenario { scenario: 2 }),
            expected: &["area 1 exit delay (Ground floor)", "panel exit delay, away", "panel armed, away"],
        },
        Chapter { act: zone(1, true), expected: &["zone 1 open (Front door)", "area 1 entry delay (Ground floor)"] },
        Chapter { act: Act::Nothing, expected: &["area 1 triggered (Ground floor)", "output 1 on (Siren)"] },
        Chapter { act: Act::Controller(Command::RunScenario { scenario: 1 }), expected: &["panel disarmed", "output 1 off (Siren)"] },
    ]
}

/// Connects to the panel and plays the story.
pub(crate) async fn play(simulator: &Simulator, timeline: Timeline) -> Result<(), Missing> {
    let play = Story::begin(timeline, PATIENCE);
    let address = simulator.address();
    let address = Address::WebSocket { tls: false, host: address.ip().to_string(), port: address.port(), path: "/KseniaWsock".into() };
    let args = LoginArgs { account: AccountKind::User, sender: "demo".into() };
    let login = Login::new(&address, &args, Secret::new(DEFAULT_CODE.to_owned())).map_err(|error| play.broken(error))?;
    let config = login.config();
    let mut storage = Storage::new();
    let (tables, memory) = storage.lend();
    let controller = Controller::new(&config, tables, memory).map_err(|error| play.broken(error))?;
    let link = address.connect().await.map_err(|error| play.broken(error))?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).map_err(|error| play.broken(error))?;
    let mut told = Told::default();
    for Chapter { act, expected } in story() {
        let mut expected = expected.to_vec();
        match act {
            Act::House(command) => simulator.command(command).await.map_err(|error| play.failed(&expected, error))?,
            Act::Controller(command) => {
                driver.submit(command.into()).map_err(|refused| play.failed(&expected, refused))?;
                expected.push(CONFIRMED);
            }
            Act::Nothing => {}
        }
        play.hear(&expected, async || {
            tokio::select! {
                next = driver.next() => story::event(next).map(|event| told.words(&event)),
                () = simulator.ended() => Err(DIED.into()),
            }
        })
        .await?;
    }
    // In good order, as a real panel wants it; that is no part of the story.
    if driver.submit(controller::Command::Close).is_ok() {
        let rest = async { while let Ok(Some(_)) = driver.next().await {} };
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    }
    Ok(())
}

/// What is known, to tell news and names.
#[derive(Default)]
struct Told {
    known: Known,
    news: News,
    ready: bool,
}

impl Told {
    /// What an event is in the timeline.
    fn words(&mut self, event: &Event<'_>) -> Option<String> {
        match event {
            Event::LoggedIn => Some("logged in".into()),
            Event::Ready { registered } => {
                self.ready = true;
                let changes = if *registered { "changes will be told" } else { "changes will not be told" };
                Some(format!("all is read, and {changes}"))
            }
            Event::Record { record, .. } => {
                self.known.record(record);
                None
            }
            Event::Notice(notice) => {
                let words = self.news.words(notice, |output| format!("output {output}")).filter(|_| self.ready)?;
                Some(self.known.with_name(notice, words))
            }
            Event::Done { outcome: Outcome::Confirmed, .. } => Some(CONFIRMED.into()),
            Event::Done { outcome, .. } => Some(format!("command ended: {outcome:?}")),
            Event::Fault(fault) => Some(format!("bad message: {fault}")),
            Event::Closed(reason) => Some(format!("closed: {reason}")),
            _ => None,
        }
    }
}
