//! The story with a Ness panel.

use std::time::Duration;

use codec_core::Secret;
use codec_core::ness::controller::{Command, Config, Event, Outcome};
use codec_core::ness::{Controller, panel};
use codec_std::links::Address;
use codec_std::sim::ness::{DEFAULT_CODE, Setup, Simulator, StartError};
use codec_std::tokio::Driver;

use super::words::output_number;
use crate::news::News;
use crate::story::{self, Act, CONFIRMED, DIED, Missing, Story, Timeline};
use crate::watch::{RX_BYTES, TX_BYTES};

/// How long the story may take. As a rule it takes five seconds.
const PATIENCE: Duration = Duration::from_secs(13);

/// Zone of the front door, which has an entry delay.
const DOOR: u8 = 1;
/// Zone of a window.
const WINDOW: u8 = 3;

/// A panel with short delays.
pub(crate) async fn start() -> Result<Simulator, StartError> {
    let mut setup = Setup::new();
    setup.config.exit_delay_millis = 1_000;
    setup.config.entry_delay_millis = 1_000;
    Simulator::start(setup, "127.0.0.1:0", |_| {}).await
}

pub(crate) fn how_to_connect(panel: &Simulator) -> [String; 3] {
    let address = panel.address();
    [
        format!("the ness panel is still there; user 1 has the code {DEFAULT_CODE}. In another terminal:"),
        format!("  panelctl watch ness tcp://{address}"),
        format!("  PANELCTL_CODE={DEFAULT_CODE} panelctl send ness tcp://{address} arm-away"),
    ]
}

type Chapter = story::Chapter<panel::Command<'static>, Command<'static>>;

fn story() -> [Chapter; 7] {
    let code = Secret::new(DEFAULT_CODE);
    [
        Chapter { act: Act::Nothing, expected: &["panel disarmed", "panel is a D16X version 8.7"] },
        Chapter { act: Act::House(panel::Command::Zone { zone: WINDOW, open: true }), expected: &["zone 3 open"] },
        Chapter { act: Act::House(panel::Command::Zone { zone: WINDOW, open: false }), expected: &["zone 3 closed"] },
        Chapter {
            act: Act::Controller(Command::ArmAway { code: Some(code) }),
            expected: &["area 1 exit delay, away", "area 1 armed, away"],
        },
        Chapter {
            act: Act::House(panel::Command::Zone { zone: DOOR, open: true }),
            expected: &["zone 1 open", "area 1 entry delay, away"],
        },
        Chapter { act: Act::Nothing, expected: &["zone 1 alarm", "area 1 triggered, away"] },
        Chapter { act: Act::Controller(Command::Disarm { code }), expected: &["area 1 disarmed"] },
    ]
}

/// Connects to the panel and plays the story.
pub(crate) async fn play(simulator: &Simulator, timeline: Timeline) -> Result<(), Missing> {
    let play = Story::begin(timeline, PATIENCE);
    let address = Address::Tcp { host: simulator.address().ip().to_string(), port: simulator.address().port() };
    let link = address.connect().await.map_err(|error| play.broken(error))?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let controller = Controller::new(Config::new()).map_err(|error| play.broken(error))?;
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).map_err(|error| play.broken(error))?;
    let mut news = News::default();
    for Chapter { act, expected } in story() {
        let mut expected = expected.to_vec();
        match act {
            Act::House(command) => simulator.command(command).await.map_err(|error| play.failed(&expected, error))?,
            Act::Controller(command) => {
                driver.submit(command).map_err(|refused| play.failed(&expected, refused))?;
                expected.push(CONFIRMED);
            }
            Act::Nothing => {}
        }
        play.hear(&expected, async || {
            tokio::select! {
                next = driver.next() => story::event(next).map(|event| words(&event, &mut news)),
                () = simulator.ended() => Err(DIED.into()),
            }
        })
        .await?;
    }
    Ok(())
}

/// What an event is in the timeline.
fn words(event: &Event<'_>, news: &mut News) -> Option<String> {
    match event {
        Event::Notice(notice) => news.words(notice, output_number),
        Event::PanelInfo(info) => {
            let model = info.model.map_or_else(|| format!("model {:02x}", info.model_byte), |model| model.name().into());
            Some(format!("panel is a {model} version {}", info.version))
        }
        Event::Done { outcome: Outcome::Confirmed, .. } => Some(CONFIRMED.into()),
        Event::Done { outcome, .. } => Some(format!("command ended: {outcome:?}")),
        Event::Fault(fault) => Some(format!("bad line: {fault}")),
        Event::Closed(reason) => Some(format!("closed: {reason}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use codec_std::sim::ness::Report;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_simulator_that_dies_is_a_failure() {
        let dies = |report| assert!(!matches!(report, Report::Notice(_)), "this is meant to happen");
        let simulator = Simulator::start(Setup::new(), "127.0.0.1:0", dies).await.unwrap();
        let (lines, mut told) = mpsc::unbounded_channel();
        let missing = play(&simulator, Timeline::new("ness", lines)).await.unwrap_err();
        assert_eq!(missing.missing, "zone 3 open");
        assert!(missing.to_string().contains("gone"), "{missing}");
        // What came before was told.
        let told: Vec<String> = std::iter::from_fn(|| told.try_recv().ok().map(|(_, words)| words)).collect();
        assert!(told.contains(&"panel disarmed".to_owned()), "{told:?}");
    }
}
