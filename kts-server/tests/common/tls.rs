//! Hosts and users that speak TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::flat::{Dial, Link};

/// A server that is reached through TLS.
#[derive(Clone)]
pub struct Tls {
    address: SocketAddr,
    connector: TlsConnector,
}

impl Tls {
    pub fn new(address: SocketAddr, trusted: CertificateDer<'static>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(trusted).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
        Self { address, connector: TlsConnector::from(Arc::new(config)) }
    }
}

impl Dial for Tls {
    async fn dial(&self) -> std::io::Result<Box<dyn Link>> {
        let link = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        Ok(Box::new(self.connector.connect(name, link).await?))
    }
}
