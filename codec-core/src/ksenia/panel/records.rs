//! Single records, as a panel writes them.

use super::answer::Desk;
use super::format::{decimal, mask, padded};
use super::house::Moment;
use super::tables::*;
use crate::ksenia::{Day, Detail, MessageWriter, OutputMode, OutputState, ResultCode, Season, ZoneState};

impl ZoneSlot<'_> {
    pub(super) fn programming(&self, w: &mut MessageWriter<'_>) {
        w.text("DES", self.name);
        w.text("PRT", mask(self.partitions).as_str());
        w.flag("CMD", self.is_command);
        w.flag("BYP_EN", self.bypass_allowed);
        w.word("CAT", self.category.text());
        w.flag("AN", self.is_analogue);
        w.text("LBL", self.label);
    }

    pub(super) fn status(&self, at: &Moment<'_>, w: &mut MessageWriter<'_>) {
        let state = match (self.tampered, self.faulty, self.open) {
            (true, _, _) => ZoneState::Tamper,
            (_, true, _) => ZoneState::Fault,
            (_, _, true) => ZoneState::Triggered,
            _ => ZoneState::Rest,
        };
        let mark = |mark: Mark, active| match mark {
            Mark::None => "N",
            Mark::Active => active,
            Mark::Memory => "M",
        };
        let active = if at.config.cycle_marks { "C" } else { "Y" };
        w.word("STA", state.text());
        w.word("BYP", self.bypass.text());
        w.text("T", mark(self.tamper, if at.config.cycle_marks { "C" } else { "T" }));
        w.text("A", mark(self.alarm, active));
        w.flag("FM", self.fault_memory);
        match self.ohms {
            Some(ohms) => w.number("OHM", ohms.into()),
            None => w.text("OHM", "NA"),
        }
        w.flag("VAS", false);
        w.text("LBL", self.label);
    }
}

impl OutputSlot<'_> {
    pub(super) fn status(&self, at: &Moment<'_>, w: &mut MessageWriter<'_>) {
        if self.is_cover() {
            let position = self.position(at.now, at.config.cover_millis);
            let state = match self.target {
                None => OutputState::Stopped,
                Some(target) if target > position => OutputState::Up,
                Some(_) => OutputState::Down,
            };
            w.word("STA", state.text());
            w.number("POS", position.into());
            w.number("TPOS", self.target.unwrap_or(position).into());
            return;
        }
        w.word("STA", if self.on { OutputState::On.text() } else { OutputState::Off.text() });
        if self.mode == OutputMode::Dimmer {
            w.number("POS", if self.on { self.level.into() } else { 0 });
        }
    }
}

impl SensorSlot<'_> {
    pub(super) fn status(&self, w: &mut MessageWriter<'_>) {
        for (key, value) in
            [("SN", "00000000"), ("TYP", "DOMUS"), ("STA", "IL"), ("FW", "0.0.38"), ("HW", "k035"), ("UA", "F"), ("BUS", "1")]
        {
            w.text(key, value);
        }
        w.open_object("DOMUS");
        w.text("TEM", decimal(self.temperature, true).as_str());
        w.number("HUM", self.humidity.into());
        w.number("LHT", self.light.into());
        w.text("PIR", "NA");
        w.text("TL", "NA");
        w.text("TH", "NA");
        w.close_object();
        w.open_list("INFO");
        w.close_list();
    }
}

impl ThermostatSlot<'_> {
    pub(super) const fn points(&self) -> &SetPoints {
        match self.season {
            Season::Summer => &self.summer,
            _ => &self.winter,
        }
    }

    /// The settings in pieces: what stands before the programme of winter, its nine days, what stands before that of summer, its nine
    /// days, and the end.
    pub(super) fn settings(&self, programmes: Option<&ProgrammeSlot>, from: usize, w: &mut MessageWriter<'_>) -> Option<usize> {
        match from {
            0 => {
                w.open_item();
                w.number("ID", self.id.into());
                w.word("ACT_MODE", self.mode.text());
                w.word("ACT_SEA", self.season.text());
                w.text("MAN_HRS", padded(self.manual_hours.into(), 2).as_str());
                w.open_object("WIN");
                self.winter.write(w);
            }
            10 => {
                w.close_object();
                w.open_object("SUM");
                self.summer.write(w);
            }
            1..=9 | 11..=19 => {
                let day = if from < 10 { from.saturating_sub(1) } else { from.saturating_sub(11) };
                let season = if from < 10 { Season::Winter } else { Season::Summer };
                let hours = programmes.and_then(|slot| slot.of(season).get(day));
                if let (Some(hours), Some(day)) = (hours, Day::ALL.get(day)) {
                    w.open_list(day.name());
                    for (preset, shift) in hours {
                        w.open_item();
                        w.number("T", (*preset).into());
                        w.number("S", (*shift).into());
                        w.close_object();
                    }
                    w.close_list();
                }
            }
            _ => {
                w.close_object();
                w.open_object("TOF");
                w.text("T", "0");
                w.text("E", "F");
                w.close_object();
                w.close_object();
                return None;
            }
        }
        Some(from.saturating_add(1))
    }
}

impl SetPoints {
    fn write(&self, w: &mut MessageWriter<'_>) {
        for (key, value) in ["T1", "T2", "T3"].into_iter().zip(self.presets).chain([("TM", self.manual)]) {
            w.text(key, decimal(value, false).as_str());
        }
    }
}

/// Versions of the panel.
pub(super) fn version(desk: &Desk<'_, '_>, w: &mut MessageWriter<'_>) {
    let identity = desk.at.config.identity;
    w.outcome(ResultCode::Ok, Some(Detail::VersionOk));
    w.text("MODEL", identity.model);
    w.text("BRAND", identity.brand);
    w.text("CUST", identity.brand);
    let mut mac = [b'-'; 17];
    // Two digits of three characters. `chunks` would do, but for a division that the compiler does not always see through.
    let places = mac.iter_mut().enumerate().filter(|(place, _)| place % 3 != 2);
    places.zip(identity.mac.bytes()).for_each(|((_, to), digit)| *to = digit);
    w.text("MAC", core::str::from_utf8(&mac).unwrap_or_default());
    for (key, value) in [("BOOT", "1.0.0"), ("IP", "1.0.0"), ("FS", "1.0.0"), ("SSL", "1.0.0"), ("OS", "1.0.0")] {
        w.text(key, value);
    }
    w.open_object("VER_LITE");
    w.text("FW", identity.firmware);
    w.text("WS_REQ", identity.web_server);
    w.text("WS", identity.web_server);
    w.text("VM_REQ", "sim");
    w.text("VM", "sim");
    w.close_object();
    desk.house.program_check(w);
}
