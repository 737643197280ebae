//! WebSocket: frames, handshakes and both ends.

use codec_core::ws::{
    Accept, Client, CloseCode, Header, Limits, OpCode, Payload, Reader, Received, Request, Role, Server, Socket, Writer, apply_mask,
};
use codec_core::{RxBuf, TxBuf};

use crate::volatile::{Bytes, byte, env, flag, maybe, see, word};

pub fn all() {
    frames();
    client();
    server();
    let role = role();
    see(role.peer());
    socket(role);
    reader_and_writer(role);
}

fn role() -> Role {
    if flag() { Role::Client } else { Role::Server }
}

fn frames() {
    let bytes = Bytes::<32>::new();
    if let Ok(Some((header, len))) = Header::decode(bytes.get(), role()) {
        let mut out = [0; 32];
        let room = word() as usize;
        see((header, len, header.size(), header.opcode.bits(), header.opcode.is_control()));
        if let Some(out) = out.get_mut(..room) {
            see(header.encode(out));
        }
        apply_mask(&mut out, [byte(); 4], word() as usize);
        see(out);
    }
    see((OpCode::from_bits(byte()), CloseCode::new(word() as u16).map(CloseCode::get)));
}

fn client() {
    let (mut received, mut sent) = ([0; 256], [0; 256]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let (path, host) = (Bytes::<64>::new(), Bytes::<64>::new());
    let request = Request { path: path.text(), host: host.text(), protocol: maybe("KS_WSOCK") };
    let Ok(mut client) = Client::start(&request, &env(), &mut tx) else { return };
    while flag() {
        fill(&mut rx);
        if let Some(Err(error)) = client.poll(&mut rx) {
            see(error.status());
        }
        see(client.protocol_chosen());
    }
    see(tx.unsent());
}

fn server() {
    let (mut received, mut sent) = ([0; 256], [0; 256]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let paths: &[&str] = if flag() { &["/KseniaWsock", "/KseniaWsock/"] } else { &[] };
    let mut server = Server::new(Accept { paths, protocol: "KS_WSOCK", protocol_required: flag() });
    while flag() {
        fill(&mut rx);
        see(server.poll(&mut rx));
        see((server.protocol_offered(), server.accept(&mut tx), Server::refuse(word() as u16, &mut tx)));
    }
    see(tx.unsent());
}

fn socket(role: Role) {
    let (mut received, mut sent) = ([0; 256], [0; 256]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let mut limits = Limits::new();
    limits.max_frame = word() as u32;
    limits.max_message = word() as u32;
    let mut socket = Socket::new(role, limits);
    let bytes = Bytes::<200>::new();
    while !socket.is_closed() {
        fill(&mut rx);
        while let Some(received) = socket.poll(&env(), &mut rx, &mut tx) {
            see((received, socket.message(&rx), socket.control(), socket.reason(), socket.is_blocked(), socket.is_open()));
            if let Received::Failed(error) = received {
                see(error.close_code());
            }
            socket.release(&mut rx, word() as usize);
        }
        let result = match byte() {
            0 => socket.send(&env(), &mut tx, Payload::Text(bytes.text())),
            1 => socket.send(&env(), &mut tx, Payload::Binary(bytes.get())),
            2 => socket.send_part(&env(), &mut tx, Payload::Text(bytes.text()), flag()),
            3 => socket.send_text_with(&env(), &mut tx, |out| {
                out.fill_with(byte);
                Ok(word() as usize)
            }),
            4 => socket.ping(&env(), &mut tx, bytes.get()),
            _ => socket.close(&env(), &mut tx, CloseCode::new(word() as u16).unwrap_or(CloseCode::NORMAL), bytes.text()),
        };
        see(result);
        tx.sent(word() as usize);
    }
}

fn reader_and_writer(role: Role) {
    let (mut received, mut sent) = ([0; 256], [0; 256]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let (mut reader, mut writer) = (Reader::new(role, Limits::new()), Writer::new(role));
    let bytes = Bytes::<200>::new();
    while flag() {
        fill(&mut rx);
        see(reader.poll(&mut rx));
        see((reader.message(&rx), reader.control(), reader.reason()));
        reader.release(&mut rx, word() as usize);
        let env = env();
        see(writer.message(&env, &mut tx, Payload::Binary(bytes.get())));
        see(writer.part(&env, &mut tx, Payload::Text(bytes.text()), flag()));
        see((writer.ping(&env, &mut tx, bytes.get()), writer.pong(&env, &mut tx, bytes.get())));
        see(writer.text_with(&env, &mut tx, |out| Ok(out.len().min(word() as usize))));
        see(writer.close(&env, &mut tx, CloseCode::new(word() as u16), bytes.text()));
        tx.sent(word() as usize);
    }
}

fn fill(rx: &mut RxBuf<'_>) {
    rx.space().fill_with(byte);
    rx.commit(word() as usize);
    if flag() {
        rx.set_eof();
    }
}
