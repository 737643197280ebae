//! Buffers, time, and the words for a house.

use core::net::{Ipv4Addr, SocketAddr};

use codec_core::home::{AlarmKind, AreaState, Mode, Notice, ZoneFlags, ZoneState};
use codec_core::{Fault, Instant, RxBuf, TxBuf};

use crate::volatile::{byte, each, flag, see, word};

pub fn all() {
    receive();
    send();
    let (a, b) = (Instant::from_millis(word()), Instant::from_millis(word()));
    see((a.plus_millis(word()), a.millis_since(b), a.as_millis()));
}

fn receive() {
    let mut storage = [0; 64];
    let mut rx = RxBuf::new(&mut storage);
    while flag() {
        rx.space().fill_with(byte);
        if flag() {
            rx.commit(word() as usize);
        } else {
            rx.commit_datagram(word() as usize, SocketAddr::from((Ipv4Addr::from(word() as u32), word() as u16)));
        }
        see((rx.unread(), rx.from(), rx.is_eof(), rx.capacity(), rx.position()));
        if flag() {
            rx.set_eof();
        }
        if flag() {
            rx.reset();
        }
    }
}

fn send() {
    let mut storage = [0; 64];
    let mut tx = TxBuf::new(&mut storage);
    while flag() {
        see((tx.unsent(), tx.to(), tx.is_empty(), tx.free(), tx.capacity()));
        tx.sent(word() as usize);
        if flag() {
            tx.reset();
        }
    }
}

pub fn fault(fault: Fault) {
    see((fault.kind.class(), fault.at, fault));
}

pub fn notice(notice: Notice) {
    see(notice);
    match notice {
        Notice::Zone { zone, state, changed } => {
            see(zone);
            zone_state(state);
            flags(changed);
        }
        Notice::Area { area, state, mode } => {
            see((area, state.name()));
            see(mode.map(Mode::name));
        }
        Notice::Output { output, on } => see((output, on)),
        Notice::Alarm { kind, source, active } => {
            see((kind.name(), active));
            see(source);
        }
        Notice::Trouble { kind, source, active } => see((kind.name(), source, active)),
        _ => {}
    }
}

pub fn zone_state(state: ZoneState) {
    flags(state.known);
    flags(state.set);
    each([ZoneFlags::OPEN, ZoneFlags::ALARM, ZoneFlags::TAMPER].map(|flag| state.is(flag)));
}

fn flags(flags: ZoneFlags) {
    each(flags.names());
    see((flags.is_empty(), flags.contains(ZoneFlags::LOST), flags.without(ZoneFlags::LOW_BATTERY)));
    see((flags | ZoneFlags::BYPASSED) ^ ZoneFlags::NONE);
}

pub fn area_state(state: AreaState) {
    see((state, state.name()));
}

pub fn mode() -> Mode {
    match byte() {
        0 => Mode::Away,
        1 => Mode::Home,
        2 => Mode::Day,
        3 => Mode::Night,
        4 => Mode::Vacation,
        _ => Mode::Highest,
    }
}

pub fn alarm_kind() -> AlarmKind {
    let kinds = [AlarmKind::Intrusion, AlarmKind::Panic, AlarmKind::Fire, AlarmKind::Medical, AlarmKind::Duress];
    kinds.get(usize::from(byte())).copied().unwrap_or(AlarmKind::Intrusion)
}
