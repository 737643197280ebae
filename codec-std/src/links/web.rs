//! `ws://` and `wss://` addresses.

use super::{Address, AddressError};

/// The path of the WebSocket where an address names none: that of Ksenia panels, the only ones here that have one.
pub const DEFAULT_PATH: &str = "/KseniaWsock";

/// Port of `ws://` and of `wss://`.
const fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

/// What stands behind `ws://` or `wss://`.
pub(super) fn parse(text: &str, rest: &str, tls: bool) -> Result<Address, AddressError> {
    let given = || text.to_owned();
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, DEFAULT_PATH),
    };
    if authority.contains('@') {
        return Err(AddressError::Code);
    }
    // The path goes into the first line of the handshake as it stands.
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err(AddressError::Path(given()));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, behind) = rest.split_once(']').ok_or_else(|| AddressError::Brackets(given()))?;
            match behind.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if behind.is_empty() => (host, None),
                None => return Err(AddressError::Host(given())),
            }
        }
        None => match authority.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err(AddressError::Brackets(given())),
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_graphic() && !b"[]?#\\".contains(&byte)) {
        return Err(AddressError::Host(given()));
    }
    let port = match port {
        Some(digits) => super::port(digits).ok_or_else(|| AddressError::Port(given()))?,
        None => default_port(tls),
    };
    Ok(Address::WebSocket { tls, host: host.to_owned(), port, path: path.to_owned() })
}

/// Host and port as they stand in an address and in the `Host` of a handshake: the port only if it is not the scheme's own.
pub(super) fn authority(tls: bool, host: &str, port: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == default_port(tls) { host } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(tls: bool, host: &str, port: u16, path: &str) -> Address {
        Address::WebSocket { tls, host: host.into(), port, path: path.into() }
    }

    #[test]
    fn addresses_come_back() {
        for (text, expected, host_header) in [
            ("ws://192.0.2.7/KseniaWsock", address(false, "192.0.2.7", 80, "/KseniaWsock"), "192.0.2.7"),
            ("ws://panel.example:8080/KseniaWsock/", address(false, "panel.example", 8080, "/KseniaWsock/"), "panel.example:8080"),
            ("wss://panel.example/KseniaWsock", address(true, "panel.example", 443, "/KseniaWsock"), "panel.example"),
            ("wss://[2001:db8::7]:80/x?y=1", address(true, "2001:db8::7", 80, "/x?y=1"), "[2001:db8::7]:80"),
            ("ws://[::1]/", address(false, "::1", 80, "/"), "[::1]"),
        ] {
            let parsed: Address = text.parse().unwrap();
            assert_eq!((&parsed, parsed.to_string().as_str()), (&expected, text));
            assert_eq!(parsed.host_header().as_deref(), Some(host_header));
        }
    }

    #[test]
    fn what_is_left_out_is_the_usual() {
        assert_eq!("ws://panel".parse(), Ok(address(false, "panel", 80, DEFAULT_PATH)));
        assert_eq!("wss://panel".parse(), Ok(address(true, "panel", 443, DEFAULT_PATH)));
        assert_eq!("wss://panel:443".parse::<Address>().unwrap().to_string(), "wss://panel/KseniaWsock");
        assert_eq!("ws://[::1]".parse(), Ok(address(false, "::1", 80, DEFAULT_PATH)));
        assert_eq!("ws://panel:8080".parse::<Address>().unwrap().path(), Some(DEFAULT_PATH));
    }

    #[test]
    fn errors_say_what_to_write() {
        for (text, hint) in [
            ("ws://", "names no host"),
            ("ws:///KseniaWsock", "names no host"),
            ("ws://:80", "names no host"),
            ("wss://panel:", "names no port"),
            ("wss://panel:0/", "names no port"),
            ("wss://panel:+1", "names no port"),
            ("wss://panel:65536", "names no port"),
            ("ws://::1", "stands in brackets"),
            ("ws://[::1", "stands in brackets"),
            ("ws://[::1]80", "names no host"),
            ("ws://panel?x", "names no host"),
            ("ws://panel/a b", "the path of"),
            ("ws://panel/a\r\nX: y", "the path of"),
            ("ws://panel/è", "the path of"),
            ("ws://panel/#x", "the path of"),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.to_string().contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn a_code_in_an_address_is_refused_and_not_shown() {
        for text in ["ws://user:836510@panel", "wss://836510@panel:443/KseniaWsock"] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error, AddressError::Code);
            assert!(!format!("{error} {error:?}").contains("836510"));
        }
    }
}
