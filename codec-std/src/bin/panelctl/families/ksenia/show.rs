//! How a command of `panelctl send ksenia` ended, in words or as objects.

use std::io::Write;

use codec_core::ksenia::controller::Outcome;
use serde_json::{Value, json};

use super::arguments::What;
use super::send::{Answer, Report};
use crate::exit;
use crate::output::{Fields, Output};

/// Prints it, and gives the exit code.
pub(crate) fn report(
    what: &What,
    json: bool,
    timeout: u32,
    report: &Report,
    answer: &Answer,
    output: &mut Output<impl Write>,
) -> anyhow::Result<exit::Outcome> {
    let (code, outcome) = match report {
        Report::Answered(Outcome::Unclear) => (exit::Outcome::Done, "unclear"),
        Report::Answered(_) => (exit::Outcome::Done, name(what)),
        Report::Refused(_) | Report::Denied(_) => (exit::Outcome::Refused, "refused"),
        Report::TimedOut => (exit::Outcome::TimedOut, "timed_out"),
    };
    if json {
        let mut fields = Fields::new();
        fields.insert("ok".into(), json!(code == exit::Outcome::Done));
        fields.insert("outcome".into(), json!(outcome));
        match report {
            Report::Answered(_) => fields.extend(members(what, answer)),
            Report::Refused(detail) | Report::Denied(detail) => {
                fields.insert("detail".into(), json!(detail));
            }
            Report::TimedOut => {}
        }
        output.json(&fields)?;
    } else {
        for line in lines(what, timeout, report, answer) {
            output.line(&line)?;
        }
    }
    output.flush()?;
    Ok(code)
}

/// What a good outcome is called.
const fn name(what: &What) -> &'static str {
    match what {
        What::Logs { .. } => "logs",
        What::Version => "version",
        What::File { .. } => "file",
        What::Read { .. } => "records",
        _ => "confirmed",
    }
}

/// What an answer brought, as members.
fn members(what: &What, answer: &Answer) -> Fields {
    let mut fields = Fields::new();
    match what {
        What::Logs { .. } => {
            let logs: Vec<&Value> = answer.records.iter().filter(|(kind, _)| super::send::is_log(kind)).map(|(_, record)| record).collect();
            fields.insert("logs".into(), json!(logs));
        }
        What::Version => {
            fields.extend(told(answer).map(|(name, value)| (name.to_lowercase(), value.clone())));
            fields.extend(answer.records.iter().map(|(kind, record)| (kind.to_lowercase(), record.clone())));
        }
        What::File { .. } => {
            fields.insert("content".into(), answer.members.get("FILE_CONTENT").cloned().unwrap_or_default());
        }
        What::Read { .. } => {
            let records: Vec<Value> = answer.records.iter().map(|(kind, record)| json!({"kind": kind, "record": record})).collect();
            fields.insert("records".into(), json!(records));
        }
        _ => {}
    }
    fields
}

/// The members of a content that are not about the request itself.
fn told(answer: &Answer) -> impl Iterator<Item = (&String, &Value)> {
    answer.members.iter().filter(|(name, _)| !matches!(name.as_str(), "RESULT" | "RESULT_DETAIL" | "ID_LOGIN"))
}

fn lines(what: &What, timeout: u32, report: &Report, answer: &Answer) -> Vec<String> {
    match report {
        Report::Denied(detail) => return vec![format!("the panel refuses: {}", plain(detail))],
        Report::Refused(detail) => return vec![format!("refused: {detail}")],
        Report::TimedOut => return vec![format!("nothing came within {} s", f64::from(timeout) / 1000.0)],
        Report::Answered(Outcome::Unclear) => return vec!["answered without a result: look at the state".into()],
        Report::Answered(_) => {}
    }
    match what {
        What::Logs { .. } => {
            let logs = answer.records.iter().filter(|(kind, _)| super::send::is_log(kind));
            let member = |record: &Value, names: &[&str]| {
                let found = names.iter().find_map(|name| record.get(*name)).map(text).filter(|text| !text.is_empty());
                found.unwrap_or_else(|| "-".into())
            };
            let row = |record: &Value| {
                let row = [&["DATA", "DATE"][..], &["TIME"], &["TYPE"], &["EV"], &["I1"], &["I2"]].map(|names| member(record, names));
                format!("{}  {}  {:10}  {}  {}  {}", row[0], row[1], row[2], row[3], row[4], row[5])
            };
            logs.map(|(_, record)| row(record)).collect()
        }
        What::Version => {
            let rows = told(answer).map(|(name, value)| format!("{name:10}{}", text(value)));
            let records = answer.records.iter().map(|(kind, record)| format!("{kind:10}{}", members_of(record)));
            rows.chain(records).collect()
        }
        What::File { .. } => {
            let content = answer.members.get("FILE_CONTENT").and_then(Value::as_str).unwrap_or_default();
            content.lines().map(plain).collect()
        }
        What::Read { .. } => answer.records.iter().map(|(kind, record)| format!("{kind}  {}", members_of(record))).collect(),
        _ => vec!["confirmed".into()],
    }
}

/// One line of a terminal.
fn text(value: &Value) -> String {
    plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// Without what a terminal would act on; `--json` has it.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// `ID=1 STA=R`.
fn members_of(record: &Value) -> String {
    match record {
        Value::Object(members) => members.iter().map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(" "),
        other => text(other),
    }
}
