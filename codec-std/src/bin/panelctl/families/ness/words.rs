//! Ness codes in words.

use codec_core::ness::{
    AreaCode, Body, ChecksumMatch, EventCode, Id, Line, ModelMap, Output, PanelVersion, RequestId, StatusValue, SystemEvent, ZoneFact,
};

/// `ENTRY_DELAY_START` as `entry delay start`; a value without a name in hexadecimal.
pub(crate) fn words(name: Option<&str>, raw: u8) -> String {
    name.map_or_else(|| format!("unknown {raw:02x}"), |name| name.to_lowercase().replace('_', " "))
}

pub(crate) fn checksum_words(line: &Line<'_>) -> &'static str {
    let request = matches!(line.packet().body, Body::Request(_));
    match line.checksum_match() {
        ChecksumMatch::Both => "ok",
        ChecksumMatch::Ascii if request => "ok",
        ChecksumMatch::Binary if !request => "ok",
        ChecksumMatch::Ascii => "ascii",
        ChecksumMatch::Binary => "binary",
        ChecksumMatch::None => "wrong",
    }
}

/// What a status is about, in words.
pub(crate) fn request_words(request: RequestId) -> String {
    let Some((fact, first)) = request.zones() else { return words(request.name(), request.raw()) };
    let fact = match fact {
        ZoneFact::InputUnsealed => "unsealed",
        ZoneFact::RadioUnsealed => "radio unsealed",
        ZoneFact::CbusUnsealed => "C-Bus unsealed",
        ZoneFact::InDelay => "in delay",
        ZoneFact::InDoubleTrigger => "in double trigger",
        ZoneFact::InAlarm => "in alarm",
        ZoneFact::Excluded => "excluded",
        ZoneFact::AutoExcluded => "auto-excluded",
        ZoneFact::SupervisionFailPending => "supervision pending",
        ZoneFact::SupervisionFail => "supervision failed",
        ZoneFact::DoorOpen => "door open",
        ZoneFact::LowBattery => "battery low",
        ZoneFact::Tamper => "tamper",
        ZoneFact::ExcludedByEither => "excluded either way",
    };
    format!("zones {first}-{} {fact}", first + 15)
}

/// The value of a status, in words.
pub(crate) fn about_status(status: StatusValue) -> String {
    let members = |names: Vec<&str>, unknown: u16| {
        let mut all: Vec<String> = names.into_iter().map(|name| words(Some(name), 0)).collect();
        if unknown != 0 {
            all.push(format!("unknown bits {unknown:04x}"));
        }
        if all.is_empty() { "none".into() } else { all.join(", ") }
    };
    match status {
        StatusValue::Zones(_, zones) => {
            members(zones.iter().map(|zone| zone.to_string()).collect::<Vec<_>>().iter().map(String::as_str).collect(), 0)
        }
        StatusValue::MiscAlarms(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Arming(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Outputs(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Aux(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::View(view) => view.name().map_or_else(|| format!("unknown {:04x}", view.raw()), |name| words(Some(name), 0)),
        StatusValue::Version(panel) => version_words(panel),
        StatusValue::Unknown(value) => format!("{value:04x}"),
        _ => String::new(),
    }
}

pub(crate) fn version_words(panel: PanelVersion) -> String {
    let model = ModelMap::REV16.model(panel.model).map_or_else(|| format!("model {:02x}", panel.model), |model| model.name().into());
    format!("{model} version {}", panel.version)
}

/// To whom and where, in words. What an identity stands for follows from the event and the area.
pub(crate) fn about_event(event: SystemEvent) -> String {
    let id = event.id;
    let number = id.value();
    let zone = || if id == Id::MAIN_UNIT { "main unit".into() } else { format!("zone {number}") };
    let user = || match id {
        Id::KEYSWITCH => "keyswitch".into(),
        Id::SHORT_ARM => "without code".into(),
        Id::MAIN_UNIT => "main unit".into(),
        _ => format!("user {number}"),
    };
    let who = if let Some(keypad) = id.keypad() {
        format!("keypad {keypad}")
    } else if event.area.door().is_some() {
        user()
    } else {
        match (event.code, event.area) {
            (EventCode::OutputOn | EventCode::OutputOff, _) => output_words(id),
            (
                EventCode::ArmedAway
                | EventCode::ArmedHome
                | EventCode::ArmedDay
                | EventCode::ArmedNight
                | EventCode::ArmedVacation
                | EventCode::ArmedHighest
                | EventCode::Disarmed
                | EventCode::ArmingDelayed,
                _,
            ) => user(),
            (EventCode::Alarm | EventCode::AlarmRestore, AreaCode::Panic) => user(),
            (_, AreaCode::RadioKey) => user(),
            _ => zone(),
        }
    };
    let delay = (EventCode::EntryDelayStart.raw()..=EventCode::ExitDelayEnd.raw()).contains(&event.code.raw());
    match event.area {
        AreaCode::None => who,
        area if delay && id == Id::MAIN_UNIT => area_words(area),
        area => format!("{who}, {}", area_words(area)),
    }
}

fn area_words(area: AreaCode) -> String {
    match area.name() {
        Some(name) => words(Some(name), 0),
        None => format!("area {:02x}", area.raw()),
    }
}

fn output_words(id: Id) -> String {
    match Output::from_id(id) {
        Some(output) => output_name(output),
        None => format!("output {}", id.value()),
    }
}

/// An output by its name.
pub(crate) fn output_name(output: Output) -> String {
    match output {
        Output::Aux(number) => return format!("aux {number}"),
        Output::Siren => "siren",
        Output::SirenSoft => "soft siren",
        Output::SirenSoftHome => "soft siren home",
        Output::SirenFire => "fire siren",
        Output::Strobe => "strobe",
        Output::Reset => "reset",
        Output::Sonalert => "sonalert",
        Output::KeypadDisplay => "keypad display",
        Output::Home => "home output",
        Output::PowerFail => "power fail output",
        Output::BatteryFail => "battery fail output",
        Output::TamperExpander => "tamper expander output",
        other => return format!("output {}", other.number()),
    }
    .into()
}

/// An output by the number that notices carry.
pub(crate) fn output_number(number: u32) -> String {
    Output::from_number(number).map_or_else(|| format!("output {number}"), output_name)
}
