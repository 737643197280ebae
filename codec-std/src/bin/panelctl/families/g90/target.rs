//! Where panels are.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use anyhow::Context as _;
use codec_core::g90::COMMAND_PORT;
use codec_std::links::udp_socket;
use tokio::net::{UdpSocket, lookup_host};

/// `HOST` or `HOST:PORT`, with or without `udp://` in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    host: String,
    port: Option<u16>,
}

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "write HOST or HOST:PORT";
        let text = text.strip_prefix("udp://").unwrap_or(text);
        let (host, port) = match text.rsplit_once(':') {
            // An IPv6 address without brackets has no port.
            Some((host, _)) if host.contains(':') && !host.ends_with(']') => (text, None),
            Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port != 0).ok_or(EXPECTED)?)),
            None => (text, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte));
        if plain { Ok(Self { host: host.into(), port }) } else { Err(EXPECTED) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl Target {
    /// Finds the address, with `port` if none was given.
    pub(super) async fn resolve(&self, port: u16) -> anyhow::Result<SocketAddr> {
        let mut found =
            lookup_host((self.host.as_str(), self.port.unwrap_or(port))).await.with_context(|| format!("no address of {self}"))?;
        found.next().with_context(|| format!("no address of {self}"))
    }

    /// The address of a panel's command port.
    pub(super) async fn panel(&self) -> anyhow::Result<SocketAddr> {
        self.resolve(COMMAND_PORT).await
    }
}

/// A socket on a free port that can send to `to`.
pub(super) fn socket_for(to: SocketAddr) -> anyhow::Result<UdpSocket> {
    let ip = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    udp_socket(SocketAddr::new(ip, 0)).context("no port to ask from")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_hosts_with_or_without_a_port() {
        for (text, host, port) in [
            ("192.0.2.1", "192.0.2.1", None),
            ("192.0.2.1:4000", "192.0.2.1", Some(4000)),
            ("udp://panel.example:12368", "panel.example", Some(12368)),
            ("[2001:db8::1]:9", "2001:db8::1", Some(9)),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1]", "2001:db8::1", None),
        ] {
            assert_eq!(text.parse(), Ok(Target { host: host.into(), port }), "{text}");
        }
        for text in ["", ":1", "h:0", "h:70000", "tcp://h:1", "a b"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
