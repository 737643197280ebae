//! Panels are found on real sockets, in a thread and on tokio.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use codec_std::discover::{Found, Heard, Query};
use codec_std::sim::g90::{DEFAULT_DEVICE_ID, Setup, Simulator};
use codec_std::{blocking, tokio as on_tokio};

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn panel() -> Simulator {
    let mut setup = Setup::new();
    setup.discovery = Some(anywhere());
    Simulator::start(setup, anywhere(), |_| ()).unwrap()
}

/// Both questions, for a panel on this host.
fn queries(panel: &Simulator) -> [Query; 2] {
    let here = |query: Query, to| query.ask(to).listen_on(anywhere()).wait(Duration::from_millis(600));
    [here(Query::all(), panel.address()), here(Query::device(DEFAULT_DEVICE_ID).unwrap(), panel.discovery_address().unwrap())]
}

fn check(heard: &[Heard], asked: usize) {
    let [Heard::Panel(found)] = heard else { panic!("{heard:?}") };
    let name = |found: &Found| match (asked, found.info(), found.probe()) {
        (0, Some(info), None) => info.product_name.to_string(),
        (1, None, Some(reply)) => reply.product_name.to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!((found.device_id.as_str(), name(found).as_str()), (DEFAULT_DEVICE_ID, "TSV018-C3SIA"));
}

#[tokio::test]
async fn a_panel_answers_both_questions() {
    let panel = panel();
    for (asked, query) in queries(&panel).into_iter().enumerate() {
        let mut discovery = on_tokio::Discovery::start(query).unwrap();
        let mut heard = Vec::new();
        while let Some(one) = discovery.next().await.unwrap() {
            heard.push(one);
        }
        check(&heard, asked);
        assert_eq!(discovery.next().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_panel_is_found_in_a_thread() {
    let panel = panel();
    for (asked, query) in queries(&panel).into_iter().enumerate() {
        let search = || {
            let mut discovery = blocking::Discovery::start(query).unwrap();
            let mut heard = Vec::new();
            while let Some(one) = discovery.next().unwrap() {
                heard.push(one);
            }
            assert_eq!(discovery.next().unwrap(), None);
            heard
        };
        check(&tokio::task::spawn_blocking(search).await.unwrap(), asked);
    }
}

/// Nobody is there, and another is asked for.
#[test]
fn silence_ends_with_the_time() {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let query = Query::device("GA1").unwrap().ask(nobody.local_addr().unwrap()).listen_on(anywhere()).wait(Duration::from_millis(50));
    assert_eq!(blocking::Discovery::start(query).unwrap().next().unwrap(), None);
    let mut asked = [0; 64];
    let len = nobody.recv(&mut asked).unwrap();
    assert_eq!(&asked[..len], b"IWTAC_PROBE_DEVICE,GA1\0");
}
