//! What requests do to the panel.

use super::store::{Record, Tables, remove, used};
use super::told::Config;
use crate::error::EncodeError;
use crate::g90::local::codes::CommandCode;
use crate::g90::local::config::ConfigKind;
use crate::g90::local::controller::{List, output_number};
use crate::g90::local::lists::{Peripheral, PeripheralSetup, page_head};
use crate::g90::local::wire::{END, Request, START};
use crate::g90::local::writer::Writer;
use crate::g90::{AlertFlags, ArmState, StateChange};
use crate::home::{AreaState, Mode, Notice};
use crate::text::json::{Array, Text, Value};

/// What a reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Fail,
    /// The panel writes a record or a page.
    Data,
}

/// What is to be told besides the request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct News {
    pub(super) notice: Option<Notice>,
    pub(super) added: Option<(List, i64)>,
}

#[derive(Debug)]
pub(super) struct House<'b> {
    pub(super) tables: Tables<'b>,
    pub(super) state: ArmState,
    pub(super) flags: AlertFlags,
    /// Counts changes of the lists.
    changes: i64,
    last_device: i64,
    pub(super) news: News,
}

impl<'b> House<'b> {
    pub(super) fn new(tables: Tables<'b>, flags: AlertFlags) -> Self {
        for records in [&mut *tables.sensors, &mut *tables.devices, &mut *tables.history, &mut tables.configs[..]] {
            records.fill(Record::EMPTY);
        }
        Self { tables, state: ArmState::Disarm, flags, changes: 1, last_device: -1, news: News::default() }
    }

    pub(super) fn list(&mut self, list: List) -> &mut [Record] {
        match list {
            List::Sensors => self.tables.sensors,
            List::Devices => self.tables.devices,
        }
    }

    fn rows(&self, code: CommandCode) -> &[Record] {
        match code {
            CommandCode::GetSensorList => self.tables.sensors,
            CommandCode::GetDeviceList => self.tables.devices,
            CommandCode::GetHistory => self.tables.history,
            _ => &[],
        }
    }

    pub(super) fn config(&mut self, kind: ConfigKind) -> &mut Record {
        let [host, network, phones, sia, cid] = &mut *self.tables.configs;
        match kind {
            ConfigKind::Host => host,
            ConfigKind::Network => network,
            ConfigKind::Phones => phones,
            ConfigKind::Sia => sia,
            ConfigKind::Cid => cid,
        }
    }

    /// Arms or disarms, and writes it down.
    pub(super) fn arm(&mut self, state: ArmState, unix: u64) {
        self.state = state;
        let (area, mode, change) = match state {
            ArmState::ArmAway => (AreaState::Armed, Some(Mode::Away), StateChange::ArmAway),
            ArmState::ArmHome => (AreaState::Armed, Some(Mode::Home), StateChange::ArmHome),
            ArmState::Alarmed => {
                self.news.notice = Some(Notice::Area { area: 0, state: AreaState::Triggered, mode: None });
                return;
            }
            _ => (AreaState::Disarmed, None, StateChange::Disarm),
        };
        self.news.notice = Some(Notice::Area { area: 0, state: area, mode });
        let unix = i64::try_from(unix).unwrap_or(i64::MAX);
        // Numbers and empty texts always fit.
        let _fits = self.remember(|writer| {
            [2, change.raw(), 0, 0].into_iter().for_each(|number| writer.number(number));
            writer.text("");
            writer.number(unix);
            writer.text("");
        });
    }

    /// Puts a row in front of the history.
    pub(super) fn remember(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> Result<(), EncodeError> {
        let mut row = Record::EMPTY;
        row.set(write)?;
        let mut next = row;
        for slot in self.tables.history.iter_mut() {
            core::mem::swap(slot, &mut next);
        }
        Ok(())
    }

    /// Puts a row into a list, in the place of the one of its number. `None` if the list is full.
    pub(super) fn put(&mut self, list: List, setup: &PeripheralSetup<'_>, place: Option<usize>) -> Option<Result<(), EncodeError>> {
        self.changes = self.changes.saturating_add(1);
        let records = self.list(list);
        let place = place.unwrap_or(used(records));
        let empty = Text::new("");
        let row = Peripheral {
            name: setup.name,
            index: setup.index,
            room_id: setup.room_id,
            kind: setup.kind,
            subtype: setup.subtype,
            timeout: setup.timeout,
            user_flags: setup.user_flags,
            baudrate: setup.baudrate,
            protocol: setup.protocol,
            reserved: setup.reserved,
            node_count: setup.node_count,
            mask: 0,
            private_data: empty,
        };
        Some(records.get_mut(place)?.set(|writer| row.write(writer)))
    }

    pub(super) fn place(&mut self, list: List, index: i64) -> Option<usize> {
        self.list(list).iter().position(|record| record.number(1) == Some(index))
    }

    pub(super) fn delete(&mut self, list: List, index: i64) -> bool {
        let Some(place) = self.place(list, index) else { return false };
        remove(self.list(list), place);
        self.changes = self.changes.saturating_add(1);
        true
    }

    /// Does what a request asks for.
    pub(super) fn obey(&mut self, request: &Request<'_>, unix: u64) -> Answer {
        self.try_obey(request, unix).unwrap_or(Answer::Fail)
    }

    fn try_obey(&mut self, request: &Request<'_>, unix: u64) -> Option<Answer> {
        let code = request.code();
        if let Some(kind) = ConfigKind::ALL.into_iter().find(|kind| kind.load() == code) {
            return (!self.config(kind).is_empty()).then_some(Answer::Data);
        }
        if let Some(kind) = ConfigKind::ALL.into_iter().find(|kind| kind.save() == code) {
            return self.save(kind, request.params()?);
        }
        match code {
            CommandCode::GetHostInfo | CommandCode::GetHostStatus | CommandCode::GetUserDataCrc | CommandCode::GetNoticeFlag => {
                return Some(Answer::Data);
            }
            CommandCode::SetHostStatus => match ArmState::from_raw(request.number(0)?) {
                state @ (ArmState::ArmAway | ArmState::ArmHome | ArmState::Disarm) => self.arm(state, unix),
                _ => return None,
            },
            CommandCode::SetNoticeFlag => self.flags = AlertFlags::from_bits(request.number(0)?),
            CommandCode::SetSingleSensor => self.change(List::Sensors, request)?,
            CommandCode::SetSingleDevice => self.change(List::Devices, request)?,
            CommandCode::AddSensor => self.add(List::Sensors, request)?,
            CommandCode::AddDevice => self.add(List::Devices, request)?,
            CommandCode::DelSensor => return self.delete(List::Sensors, request.number(0)?).then_some(Answer::Done),
            CommandCode::DelDevice => return self.delete(List::Devices, request.number(0)?).then_some(Answer::Done),
            CommandCode::DelAllSensors => self.tables.sensors.fill(Record::EMPTY),
            CommandCode::DelAllDevices => self.tables.devices.fill(Record::EMPTY),
            CommandCode::SendRegDeviceResult => return self.registered(request.number(0)?),
            CommandCode::ControlDevice => self.switch(request.number(0)?, request.number(1)?, request.number(2)?)?,
            code if code.is_paginated() => {
                let (first, last) = (request.number(0)?, request.number(1)?);
                let total = i64::try_from(used(self.rows(code))).unwrap_or(i64::MAX);
                return if first < 1 || last < first { None } else { Some(if first > total { Answer::Done } else { Answer::Data }) };
            }
            _ => return None,
        }
        Some(Answer::Done)
    }

    fn save(&mut self, kind: ConfigKind, params: Array<'_>) -> Option<Answer> {
        let config = self.config(kind);
        let loaded = *config;
        let count = params.values().count();
        let wanted = loaded.fields()?.values().count();
        // What is told only stays as it is.
        let told = usize::from(kind == ConfigKind::Network && wanted == 9);
        if count != wanted.saturating_sub(told) {
            return None;
        }
        config
            .set(|writer| {
                params.values().for_each(|value| writer.value(value));
                loaded.fields().into_iter().flat_map(Array::values).skip(count).for_each(|value| writer.value(value));
            })
            .ok()?;
        Some(Answer::Done)
    }

    fn change(&mut self, list: List, request: &Request<'_>) -> Option<()> {
        let setup = PeripheralSetup::read(Value::Array(request.params()?)).ok()?;
        let place = self.place(list, setup.index)?;
        self.put(list, &setup, Some(place))?.ok()
    }

    fn add(&mut self, list: List, request: &Request<'_>) -> Option<()> {
        let setup = PeripheralSetup::read(Value::Array(request.params()?)).ok()?;
        if self.place(list, setup.index).is_some() {
            return None;
        }
        self.put(list, &setup, None)?.ok()?;
        if list == List::Devices {
            self.last_device = setup.index;
        }
        self.news.added = Some((list, setup.index));
        Some(())
    }

    /// The last step of adding a device, or its cancellation.
    fn registered(&mut self, confirm: i64) -> Option<Answer> {
        self.place(List::Devices, self.last_device)?;
        if confirm == 0 {
            self.delete(List::Devices, self.last_device);
            return Some(Answer::Done);
        }
        Some(Answer::Data)
    }

    fn switch(&mut self, index: i64, action: i64, node: i64) -> Option<()> {
        let place = self.place(List::Devices, index)?;
        let nodes = self.tables.devices.get(place)?.number(10)?;
        if !(0..nodes).contains(&node) || !(0..=1).contains(&action) {
            return None;
        }
        let output = output_number(index, u8::try_from(node).ok()?);
        self.news.notice = Some(Notice::Output { output, on: action == 0 });
        Some(())
    }

    /// Writes the whole reply and gives its length.
    pub(super) fn write(
        &mut self,
        config: &Config<'_>,
        request: &Request<'_>,
        answer: Answer,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let code = request.code();
        match answer {
            Answer::Done | Answer::Fail => {
                let mut writer = Writer::new(out);
                writer.put(START);
                writer.put(if answer == Answer::Fail { b"fail" } else { b"" });
                writer.put(END);
                writer.len()
            }
            Answer::Data if code.is_paginated() => self.page(config, request, out),
            Answer::Data => {
                let mut writer = Writer::reply(out, code);
                self.record(config, code, &mut writer);
                writer.finish()
            }
        }
    }

    /// As many rows as are asked for, allowed, there and fit.
    fn page(&self, config: &Config<'_>, request: &Request<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
        let rows = self.rows(request.code());
        let total = used(rows);
        let (first, last) = (request.number(0).unwrap_or(1).max(1), request.number(1).unwrap_or(1));
        let skip = usize::try_from(first.saturating_sub(1)).unwrap_or(usize::MAX);
        let asked = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let allowed = usize::try_from(config.rows_per_page.max(1)).unwrap_or(1);
        let mut count = asked.min(allowed).min(total.saturating_sub(skip));
        loop {
            let as_i64 = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
            let mut writer = Writer::reply(out, request.code());
            page_head(&mut writer, as_i64(total), first, as_i64(count));
            let texts = rows.iter().skip(skip).take(count).filter_map(Record::fields);
            texts.for_each(|row| writer.value(Value::Array(row)));
            match writer.finish() {
                Err(_) if count > 1 => count = count.saturating_sub(1),
                other => return other,
            }
        }
    }

    fn record(&mut self, config: &Config<'_>, code: CommandCode, writer: &mut Writer<'_>) {
        match code {
            CommandCode::GetHostInfo => {
                let texts = [config.device_id, config.product_name, "1.2", "1.1", config.mcu_hw_version, config.wifi_hw_version];
                texts.into_iter().for_each(|text| writer.text(text));
                [3, 3, 0, 2].into_iter().for_each(|number| writer.number(number));
                writer.text(config.battery_voltage);
                [50, 100].into_iter().for_each(|number| writer.number(number));
            }
            CommandCode::GetHostStatus => {
                writer.number(self.state.raw());
                let texts = [config.phone_number, config.product_name, config.mcu_hw_version, config.wifi_hw_version];
                texts.into_iter().for_each(|text| writer.text(text));
            }
            CommandCode::GetNoticeFlag => writer.number(self.flags.bits()),
            CommandCode::SendRegDeviceResult => writer.number(self.last_device),
            CommandCode::GetUserDataCrc => {
                for list in 0..6_u8 {
                    // Any text that changes when something changed will do.
                    let [.., high, low] = self.changes.to_be_bytes();
                    let digits = [high, low, list].map(|byte| crate::text::hex::Case::Lower.digits(byte));
                    writer.text(core::str::from_utf8(digits.as_flattened()).unwrap_or_default());
                }
            }
            code => {
                if let Some(kind) = ConfigKind::ALL.into_iter().find(|kind| kind.load() == code) {
                    let fields = self.config(kind).fields();
                    fields.into_iter().flat_map(Array::values).for_each(|value| writer.value(value));
                }
            }
        }
    }
}
