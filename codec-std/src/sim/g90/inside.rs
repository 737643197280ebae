//! Commands that come through the cloud: the panel is asked on its own port, as by a client in its network.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use codec_core::Secret;
use codec_core::g90::cloud::CommandRequest;
use codec_core::g90::local::{Message, START, decode_request, payload};
use tokio::net::UdpSocket;

use crate::links::udp_socket;

/// Commands that may wait for the panel's answer.
const MAX_ASKED: usize = 16;

/// Asks the panel for the cloud.
pub(super) struct Inside {
    socket: UdpSocket,
    panel: SocketAddr,
    /// Number and code of what was asked and not answered, the oldest first: the panel answers one after the other.
    asked: VecDeque<(u16, u16)>,
    datagram: Vec<u8>,
}

/// A command of the cloud as a request of the local protocol.
pub(super) struct Question {
    number: u16,
    command: u16,
    datagram: Secret<Vec<u8>>,
}

/// The panel's answer to it, without markers.
pub(super) struct Answer {
    pub(super) number: u16,
    pub(super) command: u16,
    pub(super) text: Secret<String>,
}

impl Question {
    /// `None` if it is no request that a panel answers.
    pub(super) fn new(number: u16, request: &CommandRequest<'_>) -> Option<Self> {
        let text = request.text();
        let text = text.expose();
        let parameters = match text.strip_suffix(b"\0").unwrap_or(text) {
            b"" => &b"\"\""[..],
            parameters => parameters,
        };
        let head = format!("[{},{},", request.command(), request.subcommand());
        let datagram = [START, head.as_bytes(), parameters, b"]IEND\0"].concat();
        matches!(decode_request(&datagram), Ok(Message::Request(_))).then(|| Self {
            number,
            command: request.command(),
            datagram: Secret::new(datagram),
        })
    }
}

impl Inside {
    /// For a panel that listens on `address`.
    pub(super) fn new(address: SocketAddr) -> io::Result<Self> {
        let mut panel = address;
        if panel.ip().is_unspecified() {
            panel.set_ip(if panel.is_ipv4() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { Ipv6Addr::LOCALHOST.into() });
        }
        let socket = udp_socket(SocketAddr::new(panel.ip(), 0))?;
        Ok(Self { socket, panel, asked: VecDeque::new(), datagram: vec![0; 8192] })
    }

    /// Whether nothing waits for its answer.
    pub(super) fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    /// Asks. Gives whether it could be asked.
    pub(super) async fn ask(&mut self, question: &Question) -> bool {
        let ready = self.asked.len() < MAX_ASKED;
        let sent = ready && self.socket.send_to(question.datagram.expose(), self.panel).await.is_ok();
        if sent {
            self.asked.push_back((question.number, question.command));
        }
        sent
    }

    /// The next answer. May be dropped while it waits; then nothing is lost.
    pub(super) async fn next(&mut self) -> io::Result<Answer> {
        loop {
            let (len, from) = self.socket.recv_from(&mut self.datagram).await?;
            let datagram = self.datagram.get(..len).unwrap_or_default();
            if from != self.panel {
                continue;
            }
            if let (Ok(text), Some((number, command))) = (payload(datagram), self.asked.pop_front()) {
                let text = Secret::new(String::from_utf8_lossy(text).into_owned());
                return Ok(Answer { number, command, text });
            }
        }
    }
}
