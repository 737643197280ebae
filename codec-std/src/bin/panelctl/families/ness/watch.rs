//! `panelctl watch ness` and `panelctl replay` of a Ness record: events in words or as objects.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use codec_core::ConfigError;
use codec_core::ness::controller::{Config, Event};
use codec_core::ness::{Body, Controller};
use codec_std::owned::ness::OwnedEvent;
use serde_json::Value;

use super::decode::masked_row;
use super::options::{self, PanelArgs};
use super::table;
use super::words::output_number;
use crate::news::News;
use crate::output::Fields;
use crate::watch::{Heard, QUIET, Watched};

/// How to watch.
#[derive(Args, Clone, Debug)]
pub(crate) struct ControllerArgs {
    #[command(flatten)]
    pub(crate) panel: PanelArgs,

    /// Time between polls of zones, arming and auxiliary outputs; 0 for none
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = options::millis)]
    pub(crate) update_interval: u32,

    /// Time between polls of everything; 0 for none
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = options::millis)]
    pub(crate) refresh_interval: u32,

    /// Connect anew when no event or status was received for so long; 0 for never [default: 30 more than the update interval, or
    /// never without one]
    #[arg(long, value_name = "SECONDS", value_parser = options::millis)]
    pub(crate) silence: Option<u32>,

    /// Take only lines of the panel with this address
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    pub(crate) only_from: Option<u8>,

    /// Show an event again that the panel repeats
    #[arg(long)]
    pub(crate) keep_repeated: bool,

    /// Read time stamps as the vendor's document describes them, with weekday and daylight bits; no known panel sends them so
    #[arg(long)]
    pub(crate) packed_time: bool,
}

impl ControllerArgs {
    pub(crate) fn config(&self) -> Config<'static> {
        let mut config = self.panel.config();
        config.keepalive_millis = self.update_interval;
        config.refresh_millis = self.refresh_interval;
        // A panel that is not asked has no reason to say anything.
        config.silence_millis = match (self.silence, self.update_interval) {
            (Some(silence), _) => silence,
            (None, 0) => 0,
            (None, interval) => interval.saturating_add(30_000),
        };
        config.only_from = self.only_from;
        config.drop_repeated = !self.keep_repeated;
        config.decode.packed_time = self.packed_time;
        config
    }
}

/// A Ness controller and what to show of it.
pub(crate) struct NessWatch {
    config: Config<'static>,
    /// Show lines as well.
    show_lines: bool,
    news: News,
    /// Statuses that were told since the connection came about.
    answered: BTreeSet<u8>,
    /// The last line was an event, not an answer.
    spontaneous: bool,
}

impl NessWatch {
    pub(crate) fn new(config: Config<'static>, show_lines: bool) -> Self {
        Self { config, show_lines, news: News::default(), answered: BTreeSet::new(), spontaneous: false }
    }
}

impl Watched for NessWatch {
    type Machine = Controller<'static>;

    const FIRST_ANSWER: Duration = Duration::from_secs(5);
    const NOTHING_HEARD: &'static str = "connected, and nothing is heard of the panel: check its address, and the speed of an adapter";

    fn machine(&mut self) -> Result<Controller<'static>, ConfigError> {
        Controller::new(self.config)
    }

    fn machine_after(ended: Controller<'static>) -> Result<Controller<'static>, ConfigError> {
        Controller::new(*ended.config())
    }

    fn connected(&mut self) {
        self.news = News::default();
        self.answered.clear();
        self.spontaneous = false;
    }

    fn heard(&mut self, event: &Event<'_>, settled: bool) -> Heard {
        match event {
            Event::Line(line) => {
                self.spontaneous = matches!(line.packet().body, Body::Event(_));
                let answer = matches!(line.packet().body, Body::Status(status) if self.answered.insert(status.request.raw()));
                Heard { patience: answer.then_some(QUIET), words: self.show_lines.then(|| masked_row(line)), ..Heard::default() }
            }
            Event::Notice(notice) => {
                let words = self.news.words(notice, output_number).filter(|_| settled || self.spontaneous);
                Heard { words, ..Heard::default() }
            }
            Event::PanelInfo(info) => {
                let model = info.model.map_or_else(|| format!("model {:02x}", info.model_byte), |model| model.name().into());
                Heard { words: settled.then(|| format!("panel is a {model} version {}", info.version)), ..Heard::default() }
            }
            Event::Fault(fault) => Heard { problem: Some(format!("bad line: {fault}")), ..Heard::default() },
            Event::Closed(reason) => Heard { problem: Some(reason.to_string()), ..Heard::default() },
            _ => Heard::default(),
        }
    }

    fn object(&self, event: Event<'_>) -> Option<Fields> {
        if matches!(event, Event::Line(_)) && !self.show_lines {
            return None;
        }
        match serde_json::to_value(OwnedEvent::from(event)) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        }
    }

    fn table(&self, machine: &Controller<'static>) -> Vec<String> {
        table::lines(machine)
    }

    fn state(&self, machine: &Controller<'static>) -> Fields {
        table::object(machine)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        controller: ControllerArgs,
    }

    #[test]
    fn a_panel_that_is_asked_less_often_may_be_silent_for_longer() {
        let silence = |args: &[&str]| {
            let args = ["watch"].iter().chain(args);
            Cli::try_parse_from(args).map_err(|error| error.to_string()).unwrap().controller.config().silence_millis
        };
        assert_eq!(silence(&[]), 90_000);
        assert_eq!(silence(&["--update-interval", "120"]), 150_000);
        assert_eq!(silence(&["--update-interval", "0"]), 0);
        assert_eq!(silence(&["--update-interval", "120", "--silence", "5"]), 5_000);
        assert_eq!(silence(&["--silence", "0"]), 0);
    }
}
