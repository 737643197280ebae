//! Certificates, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config;
use crate::metrics::Metrics;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// What is wrong with a certificate or its key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read or is no PEM.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: rustls::pki_types::pem::Error,
    },
    /// They do not fit.
    #[error("{path}: {error}")]
    Use {
        /// The certificate.
        path: PathBuf,
        /// What is wrong.
        error: rustls::Error,
    },
}

/// A certificate that is read again when its files change.
#[derive(Debug)]
pub struct Certificate {
    files: config::Tls,
    current: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads it.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(files: &config::Tls) -> Result<Self, TlsError> {
        Ok(Self { files: files.clone(), current: RwLock::new(Arc::new(read(files)?)) })
    }

    /// What takes the next connection.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads it again. If that fails the one before stays.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = Arc::new(read(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads it again whenever its files change or `again` says so. Connections that stand keep the one they have.
    pub async fn watch(&self, again: &tokio::sync::Notify, metrics: &Metrics) {
        let times = || [modified(&self.files.certificate), modified(&self.files.key)];
        let mut known = times();
        loop {
            let asked = tokio::select! {
                () = again.notified() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let now = times();
            if !asked && now == known {
                continue;
            }
            match self.reload() {
                Ok(()) => {
                    known = now;
                    metrics.tls_reloads_total.add(1);
                    tracing::info!(certificate = %self.files.certificate.display(), "certificate read again");
                }
                // Perhaps only one of both files is new yet: the next look tries again.
                Err(error) => tracing::warn!(%error, "the certificate stays as it is"),
            }
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn read(files: &config::Tls) -> Result<ServerConfig, TlsError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::File { path, error }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(wrong(&files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(wrong(&files.key))?;
    let unusable = |error| TlsError::Use { path: files.certificate.clone(), error };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    // Hosts stay for days: what a shorter handshake would save is not worth its memory.
    config.send_tls13_tickets = 0;
    Ok(config)
}
