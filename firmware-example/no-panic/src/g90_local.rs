//! G90, the local protocol: requests, replies, records, discovery, and both machines.

use codec_core::g90::local::controller::{self, Edit, List, Slot};
use codec_core::g90::local::{
    Answer, CommandCode, Controller, LocalFault, Message, Page, Panel, Peripheral, PeripheralSetup, Probe, ProbeReply, Reply, Request,
    Rows, Send, System, SystemRequest, decode, decode_probe, decode_reply, decode_request, encode_probe, mend, panel, payload,
};
use codec_core::g90::{AlertFlags, ArmState, UserFlags};
use codec_core::home;
use codec_core::text::json::Text;
use codec_core::{Fault, Machine as _};

use crate::buffers::{fault, mode, notice};
use crate::drive::drive;
use crate::g90::{alert_flags, definition, raw};
use crate::g90_local_records::{answer_records, changes, kind, peripheral, reasons};
use crate::g90_notify::address;
use crate::text::array;
use crate::volatile::{Bytes, byte, each, flag, maybe, see, word};

pub fn all() {
    wire();
    sent();
    client();
    simulated();
}

pub fn code() -> CommandCode {
    let code = CommandCode::from_raw(word() as u32);
    see((code.raw(), code.name(), code.is_paginated()));
    code
}

fn wire() {
    let mut bytes = Bytes::<512>::new();
    see(mend(bytes.get_mut()));
    see((payload(bytes.get()), CommandCode::from_name(bytes.text()), CommandCode::ALL));
    if let Ok(found) = decode_reply(bytes.get()) {
        reply(found);
    }
    for found in [decode(bytes.get()), decode_request(bytes.get()), decode_probe(bytes.get())] {
        match found {
            Ok(found) => message(found),
            Err(found) => fault(found),
        }
    }
    if let Some(mut rows) = Rows::<Peripheral<'_>>::open(bytes.get(), code()) {
        rows.by_ref().for_each(|row| peripheral(&row));
        see((rows.total(), rows.start(), rows.is_whole()));
    }
    local_fault(LocalFault::WrongCode { expected: word() as u32 });
    local_fault(LocalFault::Sender);
}

fn local_fault(found: LocalFault) {
    see((found.class(), found.is_retryable()));
    fault(Fault::from(found));
}

fn message(message: Message<'_>) {
    match message {
        Message::Request(found) => request(found),
        Message::System(found) => system(found),
        Message::Reply(found) => reply(found),
        Message::Probe(found) => probe(found),
        Message::ProbeReply(found) => {
            each(found.fields());
            let mut out = [0; 128];
            if let Some(out) = out.get_mut(..word() as usize) {
                see(found.encode(out));
            }
        }
        other => see(&other as *const Message<'_>),
    }
}

fn request(request: Request<'_>) {
    see((request.code().raw(), request.subcode(), request.number(word() as usize)));
    request.params().map(array);
}

fn system(system: System<'_>) {
    see((system.command(), system.data(), system.text(), system.setting()));
    each(system.values());
}

fn probe(probe: Probe<'_>) {
    see(probe.device_id);
    let mut out = [0; 64];
    if let Some(out) = out.get_mut(..word() as usize) {
        see(encode_probe(probe.device_id, out));
    }
}

fn reply(reply: Reply<'_>) {
    match reply {
        Reply::Error(reason) => reasons(reason),
        Reply::Answer(found) => answer(found),
        Reply::Done | Reply::Failed => see(flag()),
    }
}

fn answer(answer: Answer<'_>) {
    see((answer.code(), answer.code_value(), answer.expect(code())));
    answer_records(answer.data());
    match Page::read(answer.data()) {
        Ok(found) => page(&found),
        Err(found) => fault(found),
    }
    page(&Page::empty());
}

fn page(page: &Page<'_>) {
    see((page.total, page.start, page.count, page.expect_at_most(word() as u32)));
    each(page.rows());
    for row in page.peripherals() {
        match row {
            Ok(row) => peripheral(&row),
            Err(found) => fault(found),
        }
    }
    for row in page.history() {
        match row {
            Ok(row) => crate::g90::row(row),
            Err(found) => fault(found),
        }
    }
}

/// Any request.
fn send<'c>(text: &'c Bytes<256>) -> Send<'c> {
    let Some(name) = Text::of(text.text()) else { return Send::Plain(code()) };
    let setup = PeripheralSetup::new(name, raw(), UserFlags::from_bits(raw()), definition());
    match byte() {
        0 => Send::Plain(code()),
        1 => Send::Page { list: code(), first: word() as u32, last: word() as u32 },
        2 => Send::Arm(ArmState::from_raw(raw())),
        3 => Send::SetSensor(setup),
        4 => Send::AddSensor(setup),
        5 => Send::SetDevice(setup),
        6 => Send::AddDevice(setup),
        7 => Send::RegisterDevice(flag()),
        8 => Send::DeleteSensor { index: raw() },
        9 => Send::DeleteDevice { index: raw() },
        10 => Send::Switch { index: raw(), node: raw(), on: flag() },
        11 => Send::SetNoticeFlags(AlertFlags::from_bits(raw())),
        _ => Send::Raw { code: code(), params: text.text() },
    }
}

fn system_request<'c>(text: &'c Bytes<256>) -> SystemRequest<'c> {
    match byte() {
        0 => SystemRequest::RebootMcu,
        1 => SystemRequest::RebootGsm,
        2 => SystemRequest::RebootWifi,
        _ => SystemRequest::ServerAddress { host: text.text(), second: maybe(text.text()), port: word() as u16 },
    }
}

fn sent() {
    let (text, mut out) = (Bytes::<256>::new(), [0; 256]);
    let send = send(&text);
    see((send.code().raw(), send.encode(&mut out), system_request(&text).encode(&mut out)));
    see(changes(&text).encode(&mut out));
    see((encode_probe(text.text(), &mut out), ProbeReply::MESSAGE, out));
}

fn list() -> List {
    let list = if flag() { List::Sensors } else { List::Devices };
    see(list.code().raw());
    list
}

fn client() {
    let mut config = controller::Config::new(address());
    config.any_host = flag();
    config.attempts = byte();
    config.timeout_millis = word() as u32;
    config.refresh_millis = word() as u32;
    config.read_lists = flag();
    config.registration_millis = word() as u32;
    let (mut sensors, mut devices, mut memory) = ([Slot::default(); 8], [Slot::default(); 8], [0; 1024]);
    let tables = controller::Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let mut machine = match Controller::new(config, tables) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Controller<'_>, event: controller::Event<'_>| {
        for slot in machine.tables().sensors.iter() {
            see((slot.is_used(), slot.is_present(), slot.index(), slot.kind(), slot.subtype(), slot.protocol()));
            see((slot.user_flags(), slot.node_count()));
        }
        if let Some(found) = event.page() {
            page(&found);
        }
        match event {
            controller::Event::Answer(found) => answer(found),
            controller::Event::Page { list, first, answer: found } => {
                see((list.raw(), first));
                answer(found);
            }
            controller::Event::Reason(found) => reasons(found),
            controller::Event::Notice(found) => notice(found),
            controller::Event::Done { ticket, outcome } => see((ticket.number(), outcome)),
            controller::Event::Fault(found) => fault(found),
            controller::Event::Closed(found) => see(found),
            _ => see(flag()),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        use controller::Command;

        let text = Bytes::<256>::new();
        let command = match byte() {
            0 => Command::Send(send(&text)),
            1 => Command::Read { list: code(), first: word() as u32, last: maybe(word() as u32) },
            2 => Command::System(system_request(&text)),
            3 => Command::Reboot,
            4 => Command::Save(changes(&text)),
            5 => Command::Edit { list: list(), index: raw(), edit: Edit::Flags(UserFlags::from_bits(raw())) },
            6 => Command::Edit { list: list(), index: raw(), edit: Edit::Name(text.text()) },
            7 => Command::Add { list: list(), definition: definition(), name: text.text() },
            8 => Command::Refresh,
            9 => Command::Close,
            _ => {
                let code = maybe(text.secret());
                let request = match byte() {
                    0 => home::Request::Arm { area: word() as u32, mode: mode(), code },
                    1 => home::Request::Disarm { area: word() as u32, code },
                    2 => home::Request::Bypass { zone: word() as u32, on: flag(), code },
                    _ => home::Request::Switch { output: word() as u32, on: flag() },
                };
                match Command::try_from(request) {
                    Ok(command) => command,
                    Err(refused) => return see(refused),
                }
            }
        };
        see((machine.submit(env, command, tx), controller::output_number(raw(), byte())));
    });
}

fn simulated() {
    let text = Bytes::<40>::new();
    let mut config = panel::Config::new(text.text());
    config.product_name = text.text();
    config.rows_per_page = word() as u32;
    config.notice_flags = alert_flags();
    let (mut sensors, mut devices, mut history, mut configs) =
        ([panel::Record::EMPTY; 4], [panel::Record::EMPTY; 4], [panel::Record::EMPTY; 4], [panel::Record::EMPTY; 5]);
    let tables = panel::Tables { sensors: &mut sensors, devices: &mut devices, history: &mut history, configs: &mut configs };
    let mut machine = match Panel::new(config, tables) {
        Ok(machine) => machine,
        Err(error) => return see(error),
    };
    let look = |machine: &Panel<'_>, event: panel::Event<'_>| {
        see(machine.state());
        for record in machine.tables().sensors.iter() {
            see((record.is_empty(), record.number(word() as usize)));
            record.fields().map(array);
        }
        match event {
            panel::Event::Request(found) => request(found),
            panel::Event::System(found) => system(found),
            panel::Event::Probe(found) => probe(found),
            panel::Event::Notice(found) => notice(found),
            panel::Event::Added { list, index } => see((list, index)),
            panel::Event::Fault(found) => fault(found),
            panel::Event::Closed(found) => see(found),
            _ => see(flag()),
        }
    };
    drive(&mut machine, look, |machine, env, tx| {
        use panel::Command;

        let text = Bytes::<256>::new();
        let command = match byte() {
            0 => Command::Arm(ArmState::from_raw(raw())),
            1 => Command::Put {
                list: list(),
                definition: definition(),
                index: raw(),
                name: text.text(),
                user_flags: UserFlags::from_bits(raw()),
            },
            2 => Command::Remove { list: list(), index: raw() },
            3 => Command::History(text.text()),
            4 => Command::Configure { kind: kind(), fields: text.text() },
            _ => Command::Close,
        };
        see(machine.submit(env, command, tx));
    });
}
