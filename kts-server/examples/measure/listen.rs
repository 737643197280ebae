//! The programs of the building: hear updates through the WebSocket, or as lines.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::flat::micros;

/// A link on which updates come.
pub(crate) enum Listener {
    WebSocket(BufReader<TcpStream>),
    Lines(BufReader<TcpStream>),
}

/// After how long without an update no more is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

fn connect(address: SocketAddr) -> TcpStream {
    let link = TcpStream::connect(address).expect("a connection");
    link.set_read_timeout(Some(PATIENCE)).expect("a time");
    link
}

impl Listener {
    pub(crate) fn lines(address: SocketAddr) -> Self {
        Self::Lines(BufReader::new(connect(address)))
    }

    pub(crate) fn web_socket(api: SocketAddr, token: &str) -> Self {
        let mut link = connect(api);
        let head = format!(
            "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        link.write_all(head.as_bytes()).expect("a request");
        let mut link = BufReader::new(link);
        let mut line = String::new();
        link.read_line(&mut line).expect("an answer");
        assert!(line.starts_with("HTTP/1.1 101 "), "{line}");
        while link.read_line(&mut line).is_ok_and(|len| len > 2) {
            line.clear();
        }
        Self::WebSocket(link)
    }

    fn text(&mut self) -> std::io::Result<String> {
        match self {
            Self::Lines(link) => {
                let mut line = String::new();
                link.read_line(&mut line)?;
                Ok(line)
            }
            Self::WebSocket(link) => {
                let mut head = [0; 2];
                link.read_exact(&mut head)?;
                // A server's messages are not masked; these are shorter than 64 KB.
                let mut length = usize::from(head[1] & 0x7F);
                if length == 126 {
                    let mut more = [0; 2];
                    link.read_exact(&mut more)?;
                    length = usize::from(u16::from_be_bytes(more));
                }
                let mut text = vec![0; length];
                link.read_exact(&mut text)?;
                Ok(String::from_utf8(text).unwrap_or_default())
            }
        }
    }

    /// Hears so many updates, fewer if they stop. How old each is, in microseconds.
    pub(crate) fn hear(&mut self, count: usize) -> Vec<u64> {
        let mut ages = Vec::with_capacity(count);
        while ages.len() < count
            && let Ok(text) = self.text()
        {
            ages.extend(age(&text));
        }
        ages
    }
}

/// The time since a moment that stands in a text as 16 digits.
fn age(text: &str) -> Option<u64> {
    let is_moment = |part: &&str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_digit());
    let then: u64 = text.split('"').find(is_moment)?.parse().ok()?;
    Some(micros().saturating_sub(then))
}

/// A number of the server's metrics.
pub(crate) fn metric(api: SocketAddr, token: &str, name: &str) -> u64 {
    let mut link = connect(api);
    let head = format!("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    link.write_all(head.as_bytes()).expect("a request");
    let mut text = String::new();
    let _ = link.read_to_string(&mut text);
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("kts_{name} ")));
    line.and_then(|number| number.parse().ok()).expect("a number")
}
