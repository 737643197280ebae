//! The lines, one JSON object each.
//!
//! | `event` | members |
//! |---|---|
//! | `state` | the first line, and the first of everything again after lines were lost: `incomplete` if a table was full |
//! | `panel` | `panel`, `connected` |
//! | `zone` | `panel`, `zone`, and of `open`, `alarm`, `bypassed`, `tamper`, `low_battery`, `lost` those that are known |
//! | `area` | `panel`, `area` (0 the panel as a whole), `state`, `mode` while armed |
//! | `output` | `panel`, `output`, `on` |
//! | `value` | `panel`, `object`, `value`: what has no word of its own, in the family's spelling |
//! | `current` | all that is known has been told; what follows happens now |
//! | `up`, `ready`, `restarted` | `panel` |
//! | `down` | `panel`, `why`, `retry_ms` unless it is not tried again |
//! | `alarm`, `trouble` | `panel`, `kind`, `source`, `number` of the source if it has one, `active` |
//! | `fault` | `panel`, `why` |
//! | `done` | to who asked: `panel`, `id`, `outcome` |
//! | `refused` | to who asked: `id`, `why`, and `panel` if it was the panel's machine |
//!
//! Orders: `{"id":7,"panel":"ness","do":"arm","area":1,"mode":"away","code":"1234"}`. `do` is `arm` (`area`, `mode`), `disarm` (`area`),
//! `bypass` (`zone`, `on`), `switch` (`output`, `on`) or `refresh`; `id` is 0, `area` 0, `mode` `away` and `on` true if they are missing.

use codec_core::Secret;
use codec_core::home::{Mode, Notice, Source, ZoneFlags, ZoneState};
use heapless::String;
use serde::{Deserialize, Serialize};

use crate::hub::{News, Order, OrderId, Panel, Report, Wish};
use crate::table::{House, Row};

/// A line out. Members that are `None` are left out.
#[derive(Default, Serialize)]
struct Line<'a> {
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypassed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tamper: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_battery: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_ms: Option<u32>,
}

impl<'a> Line<'a> {
    fn of(event: &'a str) -> Self {
        Self { event, ..Self::default() }
    }

    fn about(event: &'a str, panel: Panel) -> Self {
        Self { event, panel: Some(panel.name()), ..Self::default() }
    }

    /// Writes it with its end; its length.
    fn write(&self, out: &mut [u8]) -> Option<usize> {
        let len = serde_json_core::to_slice(self, out).ok()?;
        *out.get_mut(len)? = b'\n';
        Some(len + 1)
    }
}

fn zone<'a>(panel: Panel, zone: u32, state: ZoneState) -> Line<'a> {
    let is = |flag| state.is(flag);
    Line {
        zone: Some(zone),
        open: is(ZoneFlags::OPEN),
        alarm: is(ZoneFlags::ALARM),
        bypassed: is(ZoneFlags::BYPASSED),
        tamper: is(ZoneFlags::TAMPER),
        low_battery: is(ZoneFlags::LOW_BATTERY),
        lost: is(ZoneFlags::LOST),
        ..Line::about("zone", panel)
    }
}

const fn place(source: Source) -> (&'static str, Option<u32>) {
    match source {
        Source::Keypad(number) => ("keypad", Some(number)),
        Source::User(number) => ("user", Some(number)),
        Source::Device(number) => ("device", Some(number)),
        Source::Zone(number) => ("zone", Some(number)),
        _ => ("panel", None),
    }
}

fn notice<'a>(panel: Panel, notice: &Notice) -> Option<Line<'a>> {
    Some(match *notice {
        Notice::Zone { zone: number, state, .. } => zone(panel, number, state),
        Notice::Area { area, state, mode } => {
            Line { area: Some(area), state: Some(state.name()), mode: mode.map(Mode::name), ..Line::about("area", panel) }
        }
        Notice::Output { output, on } => Line { output: Some(output), on: Some(on), ..Line::about("output", panel) },
        Notice::Alarm { kind, source, active } => {
            let (source, number) = place(source);
            Line { kind: Some(kind.name()), source: Some(source), number, active: Some(active), ..Line::about("alarm", panel) }
        }
        Notice::Trouble { kind, source, active } => {
            let (source, number) = place(source);
            Line { kind: Some(kind.name()), source: Some(source), number, active: Some(active), ..Line::about("trouble", panel) }
        }
        Notice::Restarted => Line::about("restarted", panel),
        _ => return None,
    })
}

fn value<'a>(panel: Panel, object: &'a str, value: &'a str) -> Line<'a> {
    Line { object: Some(object), value: Some(value), ..Line::about("value", panel) }
}

/// Writes a report; its length, or `None` if it is not for this client.
pub(super) fn report(report: &Report, origin: u8, out: &mut [u8]) -> Option<usize> {
    let panel = report.panel;
    let line = match &report.news {
        News::Up => Line::about("up", panel),
        News::Ready => Line::about("ready", panel),
        News::Down { why, retry_millis } => Line { why: Some(why), retry_ms: *retry_millis, ..Line::about("down", panel) },
        News::Notice(what) => notice(panel, what)?,
        News::Value { object, value: told } => value(panel, object, told),
        News::Fault(why) => Line { why: Some(why), ..Line::about("fault", panel) },
        News::Done { order, outcome } if order.origin == origin => {
            Line { id: Some(order.number), outcome: Some(outcome), ..Line::about("done", panel) }
        }
        News::Refused { order, why } if order.origin == origin => {
            Line { id: Some(order.number), why: Some(why), ..Line::about("refused", panel) }
        }
        News::Done { .. } | News::Refused { .. } => return None,
    };
    line.write(out)
}

/// Writes the line at place `at` of all that is known; `None` behind the last.
pub(super) fn known(house: &House, at: usize, out: &mut [u8]) -> Option<usize> {
    let Some(at) = at.checked_sub(1) else {
        return Line { incomplete: house.is_incomplete().then_some(true), ..Line::of("state") }.write(out);
    };
    if let Some(panel) = Panel::ALL.get(at) {
        return Line { connected: Some(house.is_connected(*panel)), ..Line::about("panel", *panel) }.write(out);
    }
    let at = at - Panel::COUNT;
    match (house.row(at), at.checked_sub(1).map(|before| house.row(before))) {
        (Some((panel, Row::Notice(row))), _) => notice(panel, &row)?.write(out),
        (Some((panel, Row::Value(object, told))), _) => value(panel, object, told).write(out),
        // One behind the last row.
        (None, None | Some(Some(_))) => Line::of("current").write(out),
        (None, Some(None)) => None,
    }
}

/// Writes a refusal.
pub(super) fn refused(id: u32, why: &str, out: &mut [u8]) -> Option<usize> {
    Line { id: Some(id), why: Some(why), ..Line::of("refused") }.write(out)
}

/// A line in. Unknown members are refused, which also keeps the reader from following them into any depth.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked<'a> {
    #[serde(default)]
    id: u32,
    panel: &'a str,
    #[serde(rename = "do")]
    what: &'a str,
    #[serde(default)]
    area: u32,
    zone: Option<u32>,
    output: Option<u32>,
    mode: Option<&'a str>,
    on: Option<bool>,
    code: Option<&'a str>,
}

/// Reads an order; `None` for a blank line.
///
/// # Errors
/// The number of the order and why it is none, without anything of the line: a code may be in it.
pub(super) fn order(line: &[u8], origin: u8) -> Result<Option<(Panel, Order)>, (u32, &'static str)> {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Ok(None);
    }
    let (asked, _) = serde_json_core::from_slice::<Asked<'_>>(line).map_err(|_| (0, "not an order"))?;
    let no = |why| (asked.id, why);
    let panel = Panel::named(asked.panel).ok_or(no("unknown panel"))?;
    let on = asked.on.unwrap_or(true);
    let wish = match asked.what {
        "arm" => Wish::Arm { area: asked.area, mode: mode(asked.mode.unwrap_or("away")).ok_or(no("unknown mode"))? },
        "disarm" => Wish::Disarm { area: asked.area },
        "bypass" => Wish::Bypass { zone: asked.zone.ok_or(no("no zone"))?, on },
        "switch" => Wish::Switch { output: asked.output.ok_or(no("no output"))?, on },
        "refresh" => Wish::Refresh,
        _ => return Err(no("unknown order")),
    };
    let code = match asked.code {
        None => None,
        Some(code) => Some(Secret::new(String::try_from(code).map_err(|_| no("the code is too long"))?)),
    };
    Ok(Some((panel, Order { id: OrderId { origin, number: asked.id }, wish, code })))
}

fn mode(name: &str) -> Option<Mode> {
    [Mode::Away, Mode::Home, Mode::Day, Mode::Night, Mode::Vacation, Mode::Highest].into_iter().find(|mode| mode.name() == name)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::borrow::ToOwned as _;
    use std::vec::Vec;

    use codec_core::home::{AreaState, TroubleKind};

    use super::*;
    use crate::hub::{Hub, cut, words};

    fn line(news: News, origin: u8) -> Option<std::string::String> {
        let mut out = [0; 384];
        let len = report(&Report { panel: Panel::Ness, news }, origin, &mut out)?;
        Some(std::str::from_utf8(&out[..len]).unwrap().to_owned())
    }

    #[test]
    fn reports() {
        let state = ZoneState { known: ZoneFlags::OPEN | ZoneFlags::ALARM, set: ZoneFlags::OPEN };
        let cases = [
            (News::Up, r#"{"event":"up","panel":"ness"}"#),
            (
                News::Notice(Notice::Zone { zone: 3, state, changed: ZoneFlags::OPEN }),
                r#"{"event":"zone","panel":"ness","zone":3,"open":true,"alarm":false}"#,
            ),
            (
                News::Notice(Notice::Area { area: 0, state: AreaState::Armed, mode: Some(Mode::Away) }),
                r#"{"event":"area","panel":"ness","area":0,"state":"armed","mode":"away"}"#,
            ),
            (
                News::Notice(Notice::Trouble { kind: TroubleKind::Battery, source: Source::User(4), active: true }),
                r#"{"event":"trouble","panel":"ness","kind":"battery","source":"user","number":4,"active":true}"#,
            ),
            (
                News::Down { why: words("a \"quoted\" reason"), retry_millis: Some(500) },
                r#"{"event":"down","panel":"ness","why":"a \"quoted\" reason","retry_ms":500}"#,
            ),
        ];
        for (news, expected) in cases {
            assert_eq!(line(news, 0).unwrap().trim_end_matches('\n'), expected);
        }
    }

    #[test]
    fn ends_of_orders_are_for_who_gave_them() {
        let done = |number| News::Done { order: OrderId { origin: 1, number }, outcome: "confirmed" };
        assert_eq!(line(done(7), 1).unwrap(), "{\"event\":\"done\",\"panel\":\"ness\",\"id\":7,\"outcome\":\"confirmed\"}\n");
        assert_eq!(line(done(7), 0), None);
    }

    #[test]
    fn orders() {
        let (panel, arm) = order(br#" {"id":7,"panel":"ness","do":"arm","area":1,"mode":"home","code":"1234"} "#, 1).unwrap().unwrap();
        assert_eq!((panel, arm.id), (Panel::Ness, OrderId { origin: 1, number: 7 }));
        assert!(matches!(arm.wish, Wish::Arm { area: 1, mode: Mode::Home }));
        assert_eq!(arm.code.as_ref().unwrap().expose(), "1234");
        assert!(!std::format!("{arm:?}").contains("1234"));
        let (_, switch) = order(br#"{"panel":"ksenia","do":"switch","output":2}"#, 0).unwrap().unwrap();
        assert!(matches!(switch.wish, Wish::Switch { output: 2, on: true }));
        assert!(order(b"\r", 0).unwrap().is_none());
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let deep = [b"{\"panel\":\"ness\",\"do\":".as_slice(), &[b'['; 300]].concat();
        let cases: [(&[u8], _); 9] = [
            (b"arm", (0, "not an order")),
            (b"{}", (0, "not an order")),
            (b"\xff\xff", (0, "not an order")),
            (&deep, (0, "not an order")),
            (br#"{"id":7,"panel":"ness","do":"arm","more":1}"#, (0, "not an order")),
            (br#"{"id":7,"panel":"none","do":"arm"}"#, (7, "unknown panel")),
            (br#"{"id":7,"panel":"ness","do":"dance"}"#, (7, "unknown order")),
            (br#"{"id":7,"panel":"ness","do":"bypass"}"#, (7, "no zone")),
            (br#"{"id":7,"panel":"ness","do":"disarm","code":"11111111112222222222333333333"}"#, (7, "the code is too long")),
        ];
        for (text, expected) in cases {
            assert_eq!(order(text, 0).err(), Some(expected), "{:?}", std::str::from_utf8(text));
        }
    }

    #[test]
    fn all_that_is_known() {
        let hub = Hub::new();
        hub.tell(Panel::Ksenia, News::Up);
        for on in [false, true] {
            hub.tell(Panel::Ksenia, News::Notice(Notice::Output { output: 5, on }));
        }
        for value in ["20", "21.5"] {
            hub.tell(Panel::Kts, News::Value { object: cut("12"), value: cut(value) });
        }
        let mut lines = std::string::String::new();
        let mut out = [0; 384];
        for at in 0.. {
            let Some(len) = hub.look(|house| known(house, at, &mut out)) else { break };
            lines.push_str(std::str::from_utf8(&out[..len]).unwrap());
        }
        let expected = [
            r#"{"event":"state"}"#,
            r#"{"event":"panel","panel":"ness","connected":false}"#,
            r#"{"event":"panel","panel":"ksenia","connected":true}"#,
            r#"{"event":"panel","panel":"g90","connected":false}"#,
            r#"{"event":"panel","panel":"kts","connected":false}"#,
            r#"{"event":"output","panel":"ksenia","output":5,"on":true}"#,
            r#"{"event":"value","panel":"kts","object":"12","value":"21.5"}"#,
            r#"{"event":"current"}"#,
        ];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
    }
}
