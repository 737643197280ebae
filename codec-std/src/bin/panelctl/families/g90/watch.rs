//! `panelctl watch g90`: what the ways of watching have in common.

use std::io::Write;

use clap::{Args, Subcommand};
use codec_core::Fault;
use codec_core::g90::notify::{Alert, Notification};
use codec_std::owned;
use serde_json::{Value, json};

use super::notify::{alert_fields, alert_words, notification_words};
use super::{watch_cloud, watch_local};
use crate::exit::Outcome;
use crate::output::{Fields, Output, complain};
use crate::watch::{time, timed};

/// Watch G90 panels: ask them, or be their cloud
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  panelctl watch g90 local 192.0.2.7\n  panelctl watch g90 cloud --announce 192.0.2.20")]
pub(crate) enum Watch {
    Local(watch_local::LocalArgs),
    Cloud(watch_cloud::CloudArgs),
}

/// What both have.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Print one JSON object per event, connection and state
    #[arg(long)]
    pub(super) json: bool,

    /// Show every message that is received, as `decode` shows it, besides what follows from it
    #[arg(long)]
    pub(super) lines: bool,
}

pub(crate) fn run(watch: &Watch) -> anyhow::Result<Outcome> {
    match watch {
        Watch::Local(args) => watch_local::run(args),
        Watch::Cloud(args) => watch_cloud::run(args),
    }
}

/// Something to be shown.
#[derive(Debug, Default)]
pub(super) struct News {
    /// As an object.
    pub(super) fields: Option<Fields>,
    /// In words, to standard output.
    pub(super) words: Option<String>,
    /// In words, to standard error.
    pub(super) problem: Option<String>,
}

impl News {
    pub(super) fn new(event: &str, more: Fields) -> Self {
        let mut fields = Fields::new();
        fields.insert("event".into(), json!(event));
        fields.extend(more);
        Self { fields: Some(fields), ..Self::default() }
    }

    pub(super) fn words(mut self, words: impl Into<String>) -> Self {
        self.words = Some(words.into());
        self
    }

    pub(super) fn problem(mut self, problem: impl Into<String>) -> Self {
        self.problem = Some(problem.into());
        self
    }

    pub(super) fn fault(fault: &Fault) -> Self {
        let more = serde_json::to_value(owned::Fault::from(*fault)).ok();
        Self::new("fault", object(more)).problem(format!("bad message: {fault}"))
    }

    pub(super) fn alert(alert: &Alert<'_>) -> Self {
        Self::new("alert", alert_fields(alert)).words(format!("alert: {}", alert_words(alert)))
    }

    pub(super) fn notification(notification: &Notification<'_>) -> Self {
        let kind = notification.kind();
        let mut more = Fields::new();
        more.insert("kind".into(), json!(kind.raw()));
        more.insert("kind_name".into(), json!(kind.name()));
        more.insert("detail".into(), json!(notification_words(notification)));
        let name = kind.name().map_or_else(|| kind.raw().to_string(), |name| name.to_lowercase().replace('_', " "));
        Self::new("notification", more).words(format!("notification: {name}  {}", notification_words(notification)))
    }

    pub(super) fn show(self, shown: Shown, output: &mut Output<impl Write>) -> anyhow::Result<()> {
        if shown.json {
            if let Some(fields) = self.fields {
                output.json(&timed(fields))?;
            }
        } else {
            if let Some(words) = self.words {
                output.line(&format!("{}  {words}", time()))?;
            }
            if let Some(problem) = self.problem {
                complain(&problem);
            }
        }
        output.flush()
    }
}

/// The members of an object; none if it is none.
pub(super) fn object(value: Option<Value>) -> Fields {
    match value {
        Some(Value::Object(fields)) => fields,
        _ => Fields::new(),
    }
}
