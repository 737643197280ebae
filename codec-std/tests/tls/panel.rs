//! A TLS server as a panel has it: one certificate, and an echo behind it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use codec_std::links::{Address, Connector};
use codec_std::tls::{Fingerprint, TlsOptions};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{SslAcceptor, SslMethod, SslVersion};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

/// How old the panel is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    pub(crate) bits: u32,
    pub(crate) sha1: bool,
    pub(crate) ciphers: &'static str,
    pub(crate) newest: SslVersion,
}

pub(crate) const MODERN: Age = Age { bits: 2048, sha1: false, ciphers: "DEFAULT", newest: SslVersion::TLS1_3 };
pub(crate) const TLS_1_2: Age = Age { newest: SslVersion::TLS1_2, ..MODERN };
/// As BTicino 4200C.
pub(crate) const OLD: Age = Age { bits: 1024, sha1: true, ciphers: "AES128-SHA", newest: SslVersion::TLS1_2 };

pub(crate) struct Panel {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
    port: u16,
}

/// A certificate that nobody but its key has signed, for the name `panel.test`.
pub(crate) fn certificate(age: Age) -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(age.bits).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "panel.test").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.append_extension(BasicConstraints::new().critical().build().unwrap()).unwrap();
    let names = SubjectAlternativeName::new().dns("localhost").build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, if age.sha1 { MessageDigest::sha1() } else { MessageDigest::sha256() }).unwrap();
    (builder.build(), key)
}

impl Panel {
    /// Serves until the test ends.
    pub(crate) fn new(age: Age) -> Self {
        let (certificate, key) = certificate(age);
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
        builder.set_security_level(0);
        builder.set_max_proto_version(Some(age.newest)).unwrap();
        builder.set_cipher_list(age.ciphers).unwrap();
        builder.set_certificate(&certificate).unwrap();
        builder.set_private_key(&key).unwrap();
        let acceptor = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let acceptor = acceptor.clone();
                thread::spawn(move || echo(&acceptor, stream.unwrap()));
            }
        });
        Self { certificate, key, port }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let digest = self.certificate.digest(MessageDigest::sha256()).unwrap();
        Fingerprint::new((*digest).try_into().unwrap())
    }

    /// To `127.0.0.1`, which the certificate does not name, or `localhost`, which it does.
    pub(crate) fn connector(&self, host: &str, options: &TlsOptions) -> Connector {
        let address = Address::WebSocket { tls: true, host: host.into(), port: self.port, path: "/".into() };
        Connector::new(address).with_tls(options.clone())
    }

    /// The certificate as a file.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        write(name, &self.certificate.to_pem().unwrap())
    }
}

/// A file that the tests of this run alone use.
pub(crate) fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Sends back what comes. Clients that leave in the handshake are none of its business.
fn echo(acceptor: &SslAcceptor, stream: TcpStream) {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let Ok(mut stream) = acceptor.accept(stream) else { return };
    let mut bytes = [0; 4096];
    while let Ok(len @ 1..) = stream.read(&mut bytes) {
        if stream.write_all(&bytes[..len]).is_err() {
            return;
        }
    }
}
