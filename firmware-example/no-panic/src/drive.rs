//! Any machine, in a loop like a driver's.

use core::net::{Ipv4Addr, SocketAddr};

use codec_core::{Env, LinkKind, Machine, RxBuf, TxBuf};

use crate::volatile::{byte, env, flag, see, word};

/// Runs a machine until it ends. `look` is given every event, `ask` may give commands.
pub fn drive<M: Machine>(machine: &mut M, mut look: impl FnMut(&M, M::Event<'_>), mut ask: impl FnMut(&mut M, &Env, &mut TxBuf<'_>)) {
    let (mut received, mut sent) = ([0; 2048], [0; 1024]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    see((M::LINK, M::RX_MIN, M::TX_MIN));
    while !machine.is_closed() {
        let env = env();
        while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
            see(&pending);
            look(machine, machine.event(pending, &rx));
        }
        see(tx.unsent());
        tx.sent(word() as usize);
        rx.space().fill_with(byte);
        if M::LINK == LinkKind::Datagram {
            rx.commit_datagram(word() as usize, SocketAddr::from((Ipv4Addr::from(word() as u32), word() as u16)));
        } else {
            rx.commit(word() as usize);
        }
        if flag() {
            rx.set_eof();
        }
        ask(machine, &env, &mut tx);
        see(machine.poll_timeout());
    }
}
