//! The server's end, for simulated panels.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::path::Path;

use openssl::pkey::PKey;
use openssl::ssl::{HandshakeError, Ssl, SslAcceptor, SslMethod, SslOptions};
use openssl::x509::X509;

use super::TlsError;
use super::client::{explain, reason, setup};
use super::stream::{BlockingStream, Timed, TokioStream};
use crate::links::CONNECT_TIMEOUT;

/// The server's end of TLS: a certificate and its key. It takes TLS 1.2 and 1.3 with ciphers that are good today.
#[derive(Clone)]
pub struct Acceptor(SslAcceptor);

impl Acceptor {
    /// Reads two PEM files: the certificate, with those that signed it behind it if there are any, and its key, without a password.
    ///
    /// # Errors
    /// [`TlsError::File`] for a file that cannot be used, or a key that is not the certificate's.
    pub fn from_pem_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            let error = |error: io::Error| TlsError::File { path: path.to_owned(), reason: error.to_string() };
            std::fs::read(path).map_err(error)
        };
        let bad = |path: &Path, reason: String| TlsError::File { path: path.to_owned(), reason };
        let chain = X509::stack_from_pem(&read(certificate)?).map_err(|error| bad(certificate, reason(&error)))?;
        let mut chain = chain.into_iter();
        let leaf = chain.next().ok_or_else(|| bad(certificate, "no certificate in it".into()))?;
        // Without a password at hand: OpenSSL would ask at the terminal.
        let parsed = PKey::private_key_from_pem_callback(&read(key)?, |_| Ok(0)).map_err(|error| bad(key, reason(&error)))?;

        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).map_err(setup)?;
        builder.set_certificate(&leaf).map_err(|error| bad(certificate, reason(&error)))?;
        for signer in chain {
            builder.add_extra_chain_cert(signer).map_err(|error| bad(certificate, reason(&error)))?;
        }
        builder.set_private_key(&parsed).map_err(|error| bad(key, reason(&error)))?;
        builder.check_private_key().map_err(|error| bad(key, reason(&error)))?;
        builder.set_options(SslOptions::IGNORE_UNEXPECTED_EOF);
        Ok(Self(builder.build()))
    }

    /// Makes a TLS connection of one that was accepted, within [`CONNECT_TIMEOUT`], for a [`blocking::Driver`](crate::blocking::Driver).
    ///
    /// # Errors
    /// What the client did wrong, or does not like, such as the certificate.
    pub fn accept_blocking(&self, stream: TcpStream) -> io::Result<BlockingStream> {
        match self.0.accept(Timed::for_handshake(stream, CONNECT_TIMEOUT)) {
            Ok(mut stream) => {
                stream.get_mut().handshake_is_over();
                Ok(BlockingStream(stream))
            }
            Err(HandshakeError::SetupFailure(error)) => Err(setup(error).into()),
            Err(HandshakeError::Failure(middle) | HandshakeError::WouldBlock(middle)) => Err(explain(middle.into_error())),
        }
    }

    /// As [`accept_blocking`](Self::accept_blocking), on tokio.
    ///
    /// # Errors
    /// As [`accept_blocking`](Self::accept_blocking).
    pub async fn accept(&self, stream: ::tokio::net::TcpStream) -> io::Result<TokioStream> {
        let ssl = Ssl::new(self.0.context()).map_err(setup)?;
        let mut stream = TokioStream::new(ssl, stream).map_err(setup)?;
        match ::tokio::time::timeout(CONNECT_TIMEOUT, stream.accept()).await {
            Ok(Ok(())) => Ok(stream),
            Ok(Err(error)) => Err(explain(error)),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acceptor")
    }
}
