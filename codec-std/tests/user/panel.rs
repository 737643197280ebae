//! A panel with two zones, of which the second must not be excluded.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use codec_core::ksenia::{Action, Head, MessageWriter, Request, decode};
use codec_core::ws::{Accept, Limits, Payload, Received, Role, Server, Socket};
use codec_core::{Env, RxBuf, TxBuf};
use codec_std::clock::Clock;
use codec_std::links::Connector;

pub(crate) const PIN: &str = "190734";
pub(crate) const ACCEPT: Accept = Accept { paths: &["/KseniaWsock"], protocol: "KS_WSOCK", protocol_required: true };

/// What it does when it is asked to run a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Obey,
    /// Cut the connection.
    Vanish,
    /// Say nothing.
    Ignore,
}

pub(crate) struct Panel {
    pub(crate) connector: Connector,
    sessions: mpsc::Receiver<Vec<String>>,
}

impl Panel {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("ws://{}", listener.local_addr().unwrap()).parse().unwrap();
        let (told, sessions) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if told.send(serve(stream.unwrap(), scenario)).is_err() {
                    return;
                }
            }
        });
        Self { connector: Connector::new(address), sessions }
    }

    /// What the next connection asked for, until it ended.
    pub(crate) fn session(&self) -> Vec<String> {
        self.sessions.recv_timeout(Duration::from_secs(30)).expect("a connection that ended")
    }
}

fn serve(mut stream: TcpStream, scenario: Scenario) -> Vec<String> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let clock = Clock::starting_at(Instant::now());
    let (mut received, mut sent) = ([0; 4096], [0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let mut server = Server::new(ACCEPT);
    let mut socket = None;
    let mut asked = Vec::new();
    loop {
        let env = clock.env();
        match &mut socket {
            None => match server.poll(&mut rx) {
                None => {}
                Some(outcome) => {
                    outcome.unwrap();
                    server.accept(&mut tx).unwrap();
                    socket = Some(Socket::new(Role::Server, Limits::new()));
                }
            },
            Some(socket) => {
                while let Some(found) = socket.poll(&env, &mut rx, &mut tx) {
                    match found {
                        Received::Data(piece) if piece.last => {
                            let text = socket.message(&rx).to_vec();
                            if !answer(&text, scenario, socket, &env, &mut tx, &mut asked) {
                                return asked;
                            }
                        }
                        Received::Close(code) => asked.push(format!("CLOSE {}", code.unwrap())),
                        Received::Failed(error) => panic!("{error}"),
                        _ => {}
                    }
                }
            }
        }
        while !tx.is_empty() {
            let len = stream.write(tx.unsent()).unwrap();
            tx.sent(len);
        }
        if socket.as_ref().is_some_and(Socket::is_closed) {
            return asked;
        }
        match stream.read(rx.space()) {
            Ok(len @ 1..) => rx.commit(len),
            _ => return asked,
        }
    }
}

/// Answers a request; `false` if the panel vanishes instead.
fn answer(text: &[u8], scenario: Scenario, socket: &mut Socket, env: &Env, tx: &mut TxBuf<'_>, asked: &mut Vec<String>) -> bool {
    let message = decode(text).unwrap();
    let request = Request::of(&message).unwrap();
    asked.push(format!("{} {}", message.verb().text(), message.form_text().unwrap()));
    let right = request.pin.is_some_and(|pin| pin.expose().raw() == PIN);
    let mut out = [0; 1024];
    let mut writer = MessageWriter::new(&mut out, &Head::answer_to(&message, "A4580F941B25").unwrap());
    let (result, detail) = match request.action {
        Action::Login(_) if !right => ("FAIL", "LOGIN_KO"),
        Action::Login(_) => {
            writer.text("ID_LOGIN", "3");
            ("OK", "LOGIN_OK")
        }
        Action::Logout => ("OK", "ID_OK"),
        Action::Read { .. } => {
            writer.open_list("ZONES");
            for (number, may) in [(1, "T"), (2, "F")] {
                writer.open_item();
                writer.number("ID", number);
                writer.text("BYP_EN", may);
                writer.close_object();
            }
            writer.close_list();
            ("OK", "READ_OK")
        }
        Action::RunScenario(_) if scenario == Scenario::Vanish => return false,
        Action::RunScenario(_) if scenario == Scenario::Ignore => return true,
        _ => ("OK", "CMD_PROCESSED"),
    };
    writer.text("RESULT", result);
    writer.text("RESULT_DETAIL", detail);
    let len = writer.finish(1_769_871_440).unwrap();
    socket.send(env, tx, Payload::Text(std::str::from_utf8(&out[..len]).unwrap())).unwrap();
    true
}
