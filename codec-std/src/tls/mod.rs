//! TLS for `wss://` and `tls://` links: whom to trust, and what old panels need.
//!
//! Panels have self-signed certificates, and TLS as it was when they were built. Every link checks the certificate unless
//! [`Trust::Anything`] is asked for, and every concession to old panels is an option of its own:
//!
//! | the panel | the option |
//! |---|---|
//! | has a self-signed certificate | [`Trust::Pin`], or [`Trust::CaFile`] with that certificate if it names the host |
//! | does not know secure renegotiation (RFC 5746), as Ksenia Lares 4.0 | [`legacy_renegotiation`](TlsOptions::legacy_renegotiation) |
//! | knows only AES128-SHA, or has a certificate of 1024 bits or with SHA-1, as BTicino 4200C | [`old_ciphers`](TlsOptions::old_ciphers) |
//! | gives up when it is offered TLS 1.3 | [`tls12_only`](TlsOptions::tls12_only) |
//!
//! The implementation is OpenSSL, since panels want what newer libraries have dropped. It is there with the feature `tls-openssl`, which
//! builds OpenSSL from source; without it the options exist all the same, and opening such a link fails with [`TlsError::NotBuilt`].
//!
//! ```
//! use codec_std::tls::{Fingerprint, TlsOptions, Trust};
//!
//! let mut options = TlsOptions::new();
//! options.trust = Trust::Pin("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF".parse()?);
//! options.legacy_renegotiation = true;
//! # Ok::<(), codec_std::tls::FingerprintError>(())
//! ```

#[cfg(feature = "tls-openssl")]
mod client;
mod fingerprint;
#[cfg(not(feature = "tls-openssl"))]
mod missing;
#[cfg(feature = "tls-openssl")]
mod server;
#[cfg(feature = "tls-openssl")]
mod stream;

use std::io;
use std::path::PathBuf;

#[cfg(feature = "tls-openssl")]
pub(crate) use client::Client;
pub use fingerprint::{Fingerprint, FingerprintError};
#[cfg(not(feature = "tls-openssl"))]
pub(crate) use missing::Client;
#[cfg(not(feature = "tls-openssl"))]
pub use missing::{Acceptor, BlockingStream, TokioStream};
#[cfg(feature = "tls-openssl")]
pub use server::Acceptor;
#[cfg(feature = "tls-openssl")]
pub use stream::{BlockingStream, TokioStream};

/// Whether this build can open `wss://` and `tls://` links: the feature `tls-openssl`.
pub const AVAILABLE: bool = cfg!(feature = "tls-openssl");

/// Which certificates of a panel are good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Those that an authority known to the operating system has signed for the host of the address. The default.
    #[default]
    System,
    /// Those that a certificate in this PEM file has signed for the host of the address, or that are in it and name the host.
    CaFile(PathBuf),
    /// The one certificate with this fingerprint, whoever signed it, whatever host it names and whenever it ends.
    Pin(Fingerprint),
    /// Any. Whoever is on the way to the panel can read and change everything, and gets the PIN.
    Anything,
}

/// How to connect by TLS. The default is what a web browser would do: TLS 1.2 or 1.3, keys of at least 2048 bits or as strong, forward
/// secrecy, and a certificate that the operating system trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsOptions {
    /// Which certificates are good. Default [`Trust::System`].
    pub trust: Trust,
    /// Connect to panels that do not know secure renegotiation (RFC 5746), and let them renegotiate. An attacker on the way can put bytes
    /// of his own in front of what the panel reads (CVE-2009-3555); a pinned certificate does not help against that. Default `false`.
    pub legacy_renegotiation: bool,
    /// Take, besides the good ones, ciphers without forward secrecy such as AES128-SHA, and keys and signatures of any strength, 1024-bit
    /// certificates signed with SHA-1 included (OpenSSL's security level 0). Default `false`.
    pub old_ciphers: bool,
    /// Offer TLS 1.2 and nothing newer. Default `false`.
    pub tls12_only: bool,
}

impl TlsOptions {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { trust: Trust::System, legacy_renegotiation: false, old_ciphers: false, tls12_only: false }
    }
}

/// Why there is no TLS connection. It is inside the [`io::Error`] of the attempt ([`TlsError::of`]).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// This build has no TLS.
    #[error("wss:// and tls:// need TLS, which is not in this build: build with --features tls-openssl")]
    NotBuilt,
    /// Nobody trusted vouches for the certificate.
    #[error(
        "the certificate is not trusted: {reason}; its SHA-256 fingerprint, to be compared with the panel's own and pinned, is {found}"
    )]
    Untrusted {
        /// As OpenSSL says it.
        reason: String,
        /// Of the panel's certificate.
        found: Fingerprint,
    },
    /// The certificate is not the pinned one: the panel has a new one, or this is not the panel.
    #[error("the certificate is not the pinned one, its SHA-256 fingerprint is {found}")]
    WrongPin {
        /// Of the certificate that came.
        found: Fingerprint,
    },
    /// The certificate is the pinned one, and its key or signature can be forged.
    #[error("the certificate is the pinned one but too weak ({reason}): old ciphers must be allowed for it")]
    TooWeak {
        /// As OpenSSL says it.
        reason: String,
    },
    /// The panel does not know secure renegotiation.
    #[error("the panel does not know secure renegotiation: legacy renegotiation must be allowed for it")]
    LegacyRenegotiation,
    /// Nothing that both ends take; old ciphers may help, or legacy renegotiation.
    #[error("no TLS connection: {reason}; an old panel may need old ciphers, or TLS 1.2 only")]
    Handshake {
        /// As OpenSSL says it.
        reason: String,
    },
    /// A file with certificates or a key that cannot be used.
    #[error("cannot use {}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// As OpenSSL says it.
        reason: String,
    },
    /// OpenSSL itself cannot be set up.
    #[error("cannot set up TLS: {reason}")]
    Setup {
        /// As OpenSSL says it.
        reason: String,
    },
}

impl TlsError {
    /// What is inside an error of a link, if it is this.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        let kind = match error {
            TlsError::NotBuilt => io::ErrorKind::Unsupported,
            TlsError::File { .. } => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
