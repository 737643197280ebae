//! The client's end: what is offered, and whose certificate is good.

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::ssl::{
    self, ConnectConfiguration, HandshakeError, SslConnector, SslConnectorBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion,
};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{X509, X509Ref, X509StoreContextRef};

use super::stream::{BlockingStream, Timed, TokioStream};
use super::{Fingerprint, TlsError, TlsOptions, Trust};
use crate::links::CONNECT_TIMEOUT;

/// Ciphers of TLS 1.2 by default: forward secrecy, which keeps the past secret when a panel's key is lost. Those with CBC are there for
/// panels that know nothing newer.
const CIPHERS: &str = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:DHE+AES:!aNULL:!eNULL:!PSK:!SRP:!aDSS";
/// With [`TlsOptions::old_ciphers`]. The good ones come first.
const OLD_CIPHERS: &str = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:DHE+AES:AESGCM:AES:!aNULL:!eNULL:!PSK:!SRP:!aDSS";

/// Security levels of OpenSSL: 112 bits (RSA from 2048, no SHA-1 in signatures), and no limit.
const LEVEL: u32 = 2;
const OLD_LEVEL: u32 = 0;

/// `SSL_OP_LEGACY_SERVER_CONNECT` of OpenSSL 3, which the binding does not name: connect to a server that does not know RFC 5746.
const LEGACY_SERVER_CONNECT: SslOptions = SslOptions::from_bits_retain(0x4);

/// What OpenSSL says of keys and signatures below its security level: `X509_V_ERR_EE_KEY_TOO_SMALL`, `X509_V_ERR_CA_KEY_TOO_SMALL`,
/// `X509_V_ERR_CA_MD_TOO_WEAK`.
const TOO_WEAK: [i32; 3] = [66, 67, 68];

/// Why a certificate was refused. OpenSSL asks about certificates in a callback.
type Refusal = Arc<Mutex<Option<TlsError>>>;

/// One attempt to connect.
pub(crate) struct Client {
    connector: SslConnector,
    trust: Trust,
    refusal: Refusal,
}

impl Client {
    /// # Errors
    /// [`TlsError::File`] and [`TlsError::Setup`].
    pub(crate) fn new(options: &TlsOptions) -> Result<Self, TlsError> {
        let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(setup)?;
        let refusal = Refusal::default();
        offer(&mut builder, options).map_err(setup)?;
        trust(&mut builder, options, &refusal)?;
        Ok(Self { connector: builder.build(), trust: options.trust.clone(), refusal })
    }

    fn configure(&self) -> Result<ConnectConfiguration, TlsError> {
        let named = matches!(self.trust, Trust::System | Trust::CaFile(_));
        Ok(self.connector.configure().map_err(setup)?.verify_hostname(named))
    }

    /// Makes a TLS connection of a new TCP connection, within [`CONNECT_TIMEOUT`].
    pub(crate) fn open(&self, host: &str, stream: TcpStream) -> io::Result<BlockingStream> {
        match self.configure()?.connect(host, Timed::for_handshake(stream, CONNECT_TIMEOUT)) {
            Ok(mut stream) => {
                self.check(stream.ssl())?;
                stream.get_mut().handshake_is_over();
                Ok(BlockingStream(stream))
            }
            Err(HandshakeError::SetupFailure(error)) => Err(setup(error).into()),
            Err(HandshakeError::Failure(middle) | HandshakeError::WouldBlock(middle)) => Err(self.explain(middle.into_error())),
        }
    }

    /// As [`open`](Self::open), on tokio.
    pub(crate) async fn connect(&self, host: &str, stream: ::tokio::net::TcpStream) -> io::Result<TokioStream> {
        let ssl = self.configure()?.into_ssl(host).map_err(setup)?;
        let mut stream = TokioStream::new(ssl, stream).map_err(setup)?;
        match ::tokio::time::timeout(CONNECT_TIMEOUT, stream.connect()).await {
            Ok(Ok(())) => {
                self.check(stream.ssl())?;
                Ok(stream)
            }
            Ok(Err(error)) => Err(self.explain(error)),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// The pin once more, on what the connection ended up with: nothing goes out to anybody else.
    fn check(&self, ssl: &ssl::SslRef) -> Result<(), TlsError> {
        let Trust::Pin(pin) = &self.trust else { return Ok(()) };
        let certificate = ssl.peer_certificate().ok_or(TlsError::Handshake { reason: "no certificate".into() })?;
        let found = fingerprint(&certificate).map_err(setup)?;
        if found == *pin { Ok(()) } else { Err(TlsError::WrongPin { found }) }
    }

    /// Why a handshake failed.
    fn explain(&self, error: ssl::Error) -> io::Error {
        if let Some(refusal) = lock(&self.refusal).take() {
            return refusal.into();
        }
        explain(error)
    }
}

/// As OpenSSL says it.
pub(super) fn explain(error: ssl::Error) -> io::Error {
    let error = match error.into_io_error() {
        // The time is over.
        Ok(error) if error.kind() == io::ErrorKind::WouldBlock => return io::ErrorKind::TimedOut.into(),
        Ok(error) => return error,
        Err(error) => error,
    };
    let reason = error.ssl_error().map_or_else(|| "the other end closed the connection".to_owned(), reason);
    if reason.contains("unsafe legacy renegotiation disabled") {
        return TlsError::LegacyRenegotiation.into();
    }
    TlsError::Handshake { reason }.into()
}

/// The words of the first error, without file names and numbers.
pub(super) fn reason(stack: &ErrorStack) -> String {
    let first = stack.errors().iter().find_map(openssl::error::Error::reason);
    first.map_or_else(|| stack.to_string(), str::to_owned)
}

pub(super) fn setup(error: ErrorStack) -> TlsError {
    TlsError::Setup { reason: reason(&error) }
}

fn lock(refusal: &Refusal) -> MutexGuard<'_, Option<TlsError>> {
    refusal.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Versions, ciphers and renegotiation.
fn offer(builder: &mut SslConnectorBuilder, options: &TlsOptions) -> Result<(), ErrorStack> {
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    if options.tls12_only {
        builder.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    }
    builder.set_security_level(if options.old_ciphers { OLD_LEVEL } else { LEVEL });
    builder.set_cipher_list(if options.old_ciphers { OLD_CIPHERS } else { CIPHERS })?;
    let legacy = LEGACY_SERVER_CONNECT | SslOptions::ALLOW_UNSAFE_LEGACY_RENEGOTIATION;
    if options.legacy_renegotiation {
        builder.set_options(legacy);
    } else {
        // An OpenSSL of the system's may have it on.
        builder.clear_options(legacy);
    }
    // Panels end the TCP connection without a word of TLS. Whether a message was cut off is seen in its frame.
    builder.set_options(SslOptions::IGNORE_UNEXPECTED_EOF);
    Ok(())
}

/// Certificates.
fn trust(builder: &mut SslConnectorBuilder, options: &TlsOptions, refusal: &Refusal) -> Result<(), TlsError> {
    let refusal = Arc::clone(refusal);
    match &options.trust {
        Trust::System => {
            let found = openssl_probe::probe();
            if found.cert_file.is_some() || found.cert_dir.is_some() {
                builder.load_verify_locations(found.cert_file.as_deref(), found.cert_dir.as_deref()).map_err(setup)?;
            }
        }
        Trust::CaFile(path) => {
            let file = |reason| TlsError::File { path: path.clone(), reason };
            let pem = std::fs::read(path).map_err(|error| file(error.to_string()))?;
            let certificates = X509::stack_from_pem(&pem).map_err(|error| file(reason(&error)))?;
            if certificates.is_empty() {
                return Err(file("no certificate in it".into()));
            }
            // In place of the authorities of the system, not besides.
            let mut store = X509StoreBuilder::new().map_err(setup)?;
            for certificate in certificates {
                store.add_cert(certificate).map_err(|error| file(reason(&error)))?;
            }
            // A panel's own certificate is good without the one that signed it.
            store.set_flags(X509VerifyFlags::PARTIAL_CHAIN).map_err(setup)?;
            builder.set_cert_store(store.build());
        }
        Trust::Pin(pin) => {
            let pin = *pin;
            builder.set_verify_callback(SslVerifyMode::PEER, move |good, context| is_pinned(pin, good, context, &refusal));
            return Ok(());
        }
        Trust::Anything => {
            builder.set_verify(SslVerifyMode::NONE);
            return Ok(());
        }
    }
    builder.set_verify_callback(SslVerifyMode::PEER, move |good, context| {
        if !good && let Some(found) = leaf(context) {
            *lock(&refusal) = Some(TlsError::Untrusted { reason: context.error().error_string().to_owned(), found });
        }
        good
    });
    Ok(())
}

/// Is asked about every certificate of the chain, also when the panel renegotiates. It is the panel's own that counts; of what OpenSSL
/// finds wrong only the strength matters.
fn is_pinned(pin: Fingerprint, good: bool, context: &X509StoreContextRef, refusal: &Refusal) -> bool {
    let found = leaf(context);
    let why = match found {
        Some(found) if found != pin => TlsError::WrongPin { found },
        None => TlsError::Handshake { reason: "no certificate".into() },
        Some(_) if !good && TOO_WEAK.contains(&context.error().as_raw()) => {
            TlsError::TooWeak { reason: context.error().error_string().to_owned() }
        }
        Some(_) => return true,
    };
    *lock(refusal) = Some(why);
    false
}

/// The peer's own certificate.
fn leaf(context: &X509StoreContextRef) -> Option<Fingerprint> {
    fingerprint(context.chain()?.get(0)?).ok()
}

fn fingerprint(certificate: &X509Ref) -> Result<Fingerprint, ErrorStack> {
    let digest = certificate.digest(MessageDigest::sha256())?;
    Ok(Fingerprint::new((*digest).try_into().unwrap_or([0; 32])))
}
