//! Arguments about certificates: whose are good, and which one is shown.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use codec_std::tls::{Acceptor, Fingerprint, Trust};
use codec_std::tokio::Listener;

/// Whose certificate to take. The default is one that the operating system trusts.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrustArgs {
    /// Take the one certificate with this SHA-256 fingerprint; an attempt without it tells the fingerprint of the one that came
    #[arg(long, global = true, value_name = "FINGERPRINT", conflicts_with_all = ["ca_file", "insecure"])]
    pin_sha256: Option<Fingerprint>,

    /// Take certificates that one in this PEM file has signed
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "insecure")]
    ca_file: Option<PathBuf>,

    /// Take any certificate: whoever is on the way can read and change everything
    #[arg(long, global = true)]
    insecure: bool,
}

impl TrustArgs {
    pub(crate) fn trust(&self) -> Trust {
        match (&self.pin_sha256, &self.ca_file, self.insecure) {
            (Some(pin), ..) => Trust::Pin(*pin),
            (None, Some(file), _) => Trust::CaFile(file.clone()),
            (None, None, true) => Trust::Anything,
            (None, None, false) => Trust::System,
        }
    }
}

/// Where devices dial.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListenArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:41709", global = true)]
    listen: String,

    /// Speak TLS with the certificate in this PEM file
    #[arg(long, value_name = "FILE", global = true)]
    certificate: Option<PathBuf>,

    /// Key of the certificate, a PEM file without a password
    #[arg(long, value_name = "FILE", global = true)]
    certificate_key: Option<PathBuf>,
}

impl ListenArgs {
    /// Reads the certificate. What cannot work is told before a key is asked for.
    pub(crate) fn acceptor(&self) -> anyhow::Result<Option<Acceptor>> {
        match (&self.certificate, &self.certificate_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Acceptor::from_pem_files(certificate, key)?)),
            _ => bail!("--certificate and --certificate-key belong together"),
        }
    }

    pub(crate) async fn listener(&self, acceptor: Option<Acceptor>) -> anyhow::Result<Listener> {
        let listener = Listener::bind(&self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
        Ok(match acceptor {
            Some(acceptor) => listener.with_tls(acceptor),
            None => listener,
        })
    }
}
