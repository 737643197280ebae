//! KTS hosts that dial a server by TLS.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::Secret;
use codec_core::kts::Scheme;
use codec_core::kts::controller::{Command, Config, Controller, Event, Memory, ObjectSlot, Tables, ZoneSlot};
use codec_std::links::Address;
use codec_std::sim::kts::{DEFAULT_KEY, Report, Setup, Simulator};
use codec_std::tls::{Acceptor, Trust};
use codec_std::tokio::{Driver, Listener};
use tokio::time::timeout;

use crate::panel::{MODERN, certificate, write};

const DEADLINE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn hosts_register_by_tls_and_only_with_a_server_that_they_trust() {
    let (certificate, key) = certificate(MODERN);
    let file = write("kts.pem", &certificate.to_pem().unwrap());
    let key = write("kts-key.pem", &key.private_key_to_pem_pkcs8().unwrap());
    let acceptor = Acceptor::from_pem_files(&file, &key).unwrap();
    let listener = Listener::bind("127.0.0.1:0").await.unwrap().with_tls(acceptor);
    let port = listener.address().unwrap().port();
    let simulate = |host: &str, trust: Trust| {
        let mut setup = Setup::new(Address::Tls { host: host.into(), port }, 1);
        setup.tls.trust = trust;
        let reports = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&reports);
        let simulator = Simulator::start(setup, move |report| sink.lock().unwrap().push(report)).unwrap();
        (simulator, reports)
    };

    // Nobody trusted vouches for the certificate, and the one who does vouches for another name.
    for (host, trust) in [("localhost", Trust::System), ("127.0.0.1", Trust::CaFile(file.clone()))] {
        let (_hosts, reports) = simulate(host, trust);
        timeout(DEADLINE, listener.accept()).await.unwrap().unwrap_err();
        let left = async {
            while reports.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(DEADLINE, left).await.unwrap();
        let reports = reports.lock().unwrap();
        let Report::Left { reason, .. } = &reports[0] else { panic!("{reports:?}") };
        assert!(reason.contains("certificate is not trusted"), "{reason}");
    }

    let (hosts, _) = simulate("localhost", Trust::CaFile(file));
    let link = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    let (mut zones, mut objects, mut memory) = ([ZoneSlot::default(); 8], [ObjectSlot::default(); 40], Memory::new());
    let tables = Tables { zones: &mut zones, objects: &mut objects, tasks: &mut [] };
    let config = Config::new();
    let controller = Controller::new(&config, tables, &mut memory).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).unwrap();
    let all = async {
        loop {
            let is_asked = match driver.next().await.unwrap().expect("an event") {
                Event::Registering(_) => true,
                Event::Synchronised { complete } => return complete,
                _ => false,
            };
            if is_asked {
                let key = Command::Key { key: Secret::new(DEFAULT_KEY), other: None, scheme: Scheme::Md5, replays: None };
                driver.submit(key).unwrap();
            }
        }
    };
    assert!(timeout(DEADLINE, all).await.expect("everything in time"));
    assert_eq!(hosts.counts().registered, 1);
}
