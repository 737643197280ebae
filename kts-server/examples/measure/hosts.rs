//! Many hosts in a process.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::flat::{Dial, Flat, Setup, micros};
use crate::tls::Tls;
use crate::{KEY, sn};

/// A host, in a word: one that pushes the time when it is told to.
enum Host {
    Flat(Flat),
    /// Without the protocol, for a reader of lines.
    Raw(UnboundedSender<()>),
}

impl Host {
    fn push(&self) {
        match self {
            Self::Flat(flat) => flat.stamp(1),
            Self::Raw(orders) => drop(orders.send(())),
        }
    }
}

/// Connects so many hosts and says `ready` when all have registered. Then, for each line `PUSHES MICROSECONDS` on standard input, one host after
/// the other pushes the time, so many times in all and so far apart.
pub(crate) fn run(server: SocketAddr, count: usize, how: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let hosts = match how {
            "raw" => raw(server, count).await,
            "plain" => registered(server, count).await,
            certificate => {
                let certificate = CertificateDer::from_pem_file(Path::new(certificate)).expect("a certificate");
                registered(Tls::new(server, certificate), count).await
            }
        };
        println!("ready");
        let mut lines = orders();
        let mut turn = hosts.iter().cycle();
        while let Some((pushes, micros)) = lines.recv().await {
            let started = tokio::time::Instant::now();
            for (number, host) in (0..pushes).zip(&mut turn) {
                // As it was planned, whatever has come late before.
                tokio::time::sleep_until(started + Duration::from_micros(micros) * number).await;
                host.push();
            }
            println!("done");
        }
    });
}

fn orders() -> UnboundedReceiver<(u32, u64)> {
    let (orders, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let (pushes, micros) = line.split_once(' ').expect("two numbers");
            let _ = orders.send((pushes.parse().expect("a number"), micros.parse().expect("a number")));
        }
    });
    lines
}

async fn registered(server: impl Dial + Clone, count: usize) -> Vec<Host> {
    let mut flats = Vec::with_capacity(count);
    for number in 0..count {
        let mut setup = Setup::new(&sn(number), KEY);
        setup.keepalive_millis = 60_000;
        flats.push(Flat::new(setup, server.clone()));
        // Not all in one moment.
        if number % 50 == 49 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    while flats.iter().any(|flat| flat.seen().registered == 0) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    flats.into_iter().map(Host::Flat).collect()
}

async fn raw(server: SocketAddr, count: usize) -> Vec<Host> {
    let mut hosts = Vec::with_capacity(count);
    for number in 0..count {
        let mut link = TcpStream::connect(server).await.expect("a connection");
        link.set_nodelay(true).expect("no delay");
        let (orders, mut pushes) = unbounded_channel();
        tokio::spawn(async move {
            while pushes.recv().await.is_some() {
                let (sn, now) = (sn(number), micros());
                let push = format!(
                    "{{\"sn\":\"{sn}\",\"cmd\":\"push\",\"data\":[{{\"oID\":\"1\",\"EIS\":\"1\",\"val\":\"{now}\",\"room\":\"\",\"navi\":\"\"}}]}}\r\n"
                );
                if link.write_all(push.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
        hosts.push(Host::Raw(orders));
    }
    hosts
}
