//! What does not connect, and what is said about it.

use std::io;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;

use codec_std::links::{Address, Connector};
use codec_std::tls::{Acceptor, Fingerprint, TlsError, TlsOptions, Trust};

use crate::panel::{Age, MODERN, OLD, Panel, TLS_1_2, certificate, write};

fn trusting(trust: Trust) -> TlsOptions {
    let mut options = TlsOptions::new();
    options.trust = trust;
    options
}

/// The error, the same by both kinds of link.
fn refusal(connector: &Connector) -> TlsError {
    let typed = |error: io::Error| TlsError::of(&error).unwrap_or_else(|| panic!("{error:?}")).clone();
    let blocking = typed(connector.open().unwrap_err());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let on_tokio = typed(runtime.block_on(connector.connect()).unwrap_err());
    assert_eq!(blocking, on_tokio);
    blocking
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    for age in [MODERN, TLS_1_2] {
        let panel = Panel::new(age);
        let error = refusal(&panel.connector("localhost", &TlsOptions::new()));
        let TlsError::Untrusted { reason, found } = &error else { panic!("{error:?}") };
        assert_eq!((reason.as_str(), *found), ("self-signed certificate", panel.fingerprint()));
        assert!(error.to_string().contains(&panel.fingerprint().to_string()), "{error}");
    }
}

#[test]
fn a_certificate_for_another_host() {
    let panel = Panel::new(MODERN);
    let error = refusal(&panel.connector("127.0.0.1", &trusting(Trust::CaFile(panel.file("other-host.pem")))));
    assert!(matches!(&error, TlsError::Untrusted { reason, .. } if reason == "IP address mismatch"), "{error:?}");
}

#[test]
fn a_certificate_that_is_not_in_the_file() {
    let panel = Panel::new(MODERN);
    let other = write("not-in-it.pem", &certificate(MODERN).0.to_pem().unwrap());
    let error = refusal(&panel.connector("localhost", &trusting(Trust::CaFile(other))));
    assert!(matches!(&error, TlsError::Untrusted { found, .. } if *found == panel.fingerprint()), "{error:?}");
}

#[test]
fn another_certificate_than_the_pinned_one() {
    for age in [MODERN, TLS_1_2] {
        let panel = Panel::new(age);
        let mut wrong = *panel.fingerprint().as_bytes();
        wrong[31] ^= 1;
        // No concession changes that.
        for (legacy_renegotiation, old_ciphers) in [(false, false), (true, true)] {
            let mut options = trusting(Trust::Pin(Fingerprint::new(wrong)));
            options.legacy_renegotiation = legacy_renegotiation;
            options.old_ciphers = old_ciphers;
            assert_eq!(refusal(&panel.connector("localhost", &options)), TlsError::WrongPin { found: panel.fingerprint() });
        }
    }
}

#[test]
fn an_old_panel_unless_old_ciphers_are_allowed() {
    let panel = Panel::new(OLD);
    for trust in [Trust::System, Trust::Pin(panel.fingerprint()), Trust::Anything] {
        let error = refusal(&panel.connector("127.0.0.1", &trusting(trust)));
        assert!(matches!(&error, TlsError::Handshake { .. }), "{error:?}");
        assert!(error.to_string().contains("old ciphers"), "{error}");
    }
}

#[test]
fn a_weak_key_even_if_it_is_pinned() {
    let panel = Panel::new(Age { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", sha1: false, ..OLD });
    let mut options = trusting(Trust::Pin(panel.fingerprint()));
    let error = refusal(&panel.connector("127.0.0.1", &options));
    assert_eq!(error, TlsError::TooWeak { reason: "EE certificate key too weak".into() });
    options.old_ciphers = true;
    panel.connector("127.0.0.1", &options).open().unwrap();
}

#[test]
fn files_that_cannot_be_used() {
    let panel = Panel::new(MODERN);
    let empty = write("empty.pem", b"");
    let rubbish = write("rubbish.pem", b"-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
    for path in [Path::new("/does/not/exist.pem"), &empty, &rubbish] {
        let connector = panel.connector("localhost", &trusting(Trust::CaFile(path.to_owned())));
        let error = refusal(&connector);
        assert_eq!(TlsError::of(&connector.check().unwrap_err()), Some(&error));
        assert!(matches!(&error, TlsError::File { path: named, .. } if named == path), "{error:?}");
    }

    let certificate_file = panel.file("server.pem");
    let stranger = write("stranger.pem", &certificate(MODERN).1.private_key_to_pem_pkcs8().unwrap());
    let cipher = openssl::symm::Cipher::aes_128_cbc();
    let locked = write("locked.pem", &panel.key.private_key_to_pem_pkcs8_passphrase(cipher, b"secret").unwrap());
    for key in [Path::new("/does/not/exist.pem"), &empty, &rubbish, &stranger, &locked] {
        let error = Acceptor::from_pem_files(&certificate_file, key).unwrap_err();
        assert!(matches!(&error, TlsError::File { path, .. } if path == key), "{error:?}");
    }
    let error = Acceptor::from_pem_files(&empty, &stranger).unwrap_err();
    assert!(matches!(&error, TlsError::File { path, .. } if *path == empty), "{error:?}");
}

/// A panel whose port is that of plain `ws://`.
#[test]
fn a_server_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::WebSocket { tls: true, host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port(), path: "/".into() };
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let error = refusal(&Connector::new(address));
    assert!(matches!(&error, TlsError::Handshake { .. }), "{error:?}");
}
