//! Simulated KTS hosts that dial a server on a real socket.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::kts::controller::{Command, Config, Controller, Event, Memory, ObjectSlot, Outcome, Tables, ZoneSlot};
use codec_core::kts::{Body, Scheme};
use codec_core::{CloseReason, Secret};
use codec_std::links::Address;
use codec_std::sim::kts::{DEFAULT_KEY, Done, House, Report, Setup, Simulator, StepError, serial};
use codec_std::sim::kts_script::{Change, Step, Whom};
use codec_std::tokio::Driver;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough for any machine; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

/// Memory of a connection. Tests may leak.
fn leak<T>(values: Vec<T>) -> &'static mut [T] {
    Box::leak(values.into_boxed_slice())
}

/// The server's end of one connection.
struct Server {
    driver: Driver<'static, Controller<'static>, TcpStream>,
    sn: String,
    updates: Vec<(String, Option<String>)>,
}

async fn listen() -> (TcpListener, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, Address::Tcp { host: "127.0.0.1".into(), port })
}

impl Server {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
        let tables = Tables { zones: leak(vec![ZoneSlot::default(); 8]), objects: leak(vec![ObjectSlot::default(); 40]), tasks: &mut [] };
        let config = Box::leak(Box::new(Config::new()));
        let controller = Controller::new(config, tables, Box::leak(Box::new(Memory::new()))).unwrap();
        let driver = Driver::new(controller, stream, leak(vec![0; 2048]), leak(vec![0; 2048])).unwrap();
        Self { driver, sn: String::new(), updates: Vec::new() }
    }

    /// Goes on until an event gives something.
    async fn until<T>(&mut self, mut is: impl FnMut(&Event<'_>) -> Option<T>) -> T {
        let wait = async {
            loop {
                let event = self.driver.next().await.unwrap().expect("an event");
                if let Event::Update { update, .. } = &event {
                    let id = update.id.unwrap().to_string();
                    self.updates.push((id, update.value.map(|value| value.to_string())));
                }
                if let Some(found) = is(&event) {
                    return found;
                }
            }
        };
        timeout(DEADLINE, wait).await.expect("an event in time")
    }

    /// Lets the host in, if it has this key, and reads everything.
    async fn admit(&mut self, key: &str) -> bool {
        self.sn = self.until(|event| if let Event::Registering(host) = event { Some(host.sn.to_string()) } else { None }).await;
        let key = Command::Key { key: Secret::new(key), other: None, scheme: Scheme::Md5, replays: None };
        self.driver.submit(key).unwrap();
        self.until(|event| match event {
            Event::Synchronised { complete } => Some(*complete),
            Event::Closed(reason) => {
                assert_eq!(*reason, CloseReason::LoginRefused);
                Some(false)
            }
            _ => None,
        })
        .await
    }

    fn value(&self, object: &str) -> Option<String> {
        let slot = self.driver.machine().tables().objects.iter().find(|slot| slot.id() == Some(object));
        slot.expect("the object").value().map(str::to_owned)
    }

    async fn run(&mut self, command: Command<'_>) -> Outcome {
        let ticket = self.driver.submit(command).unwrap();
        self.until(|event| match event {
            Event::Done { ticket: done, outcome } if *done == ticket => Some(*outcome),
            _ => None,
        })
        .await
    }
}

fn reports() -> (Arc<Mutex<Vec<Report>>>, impl FnMut(Report) + Send + 'static) {
    let list = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&list);
    (list, move |report| sink.lock().unwrap().push(report))
}

#[tokio::test]
async fn a_host_registers_answers_pushes_and_obeys() {
    let (listener, address) = listen().await;
    let (told, report) = reports();
    let simulator = Simulator::start(Setup::new(address, 1), report).unwrap();
    let mut server = Server::accept(&listener).await;
    assert!(server.admit(DEFAULT_KEY).await);
    assert_eq!(server.sn, serial(1));
    let tables = server.driver.machine().tables();
    assert_eq!(tables.zones.iter().filter(|zone| zone.id().is_some()).count(), 5);
    assert_eq!(tables.objects.iter().filter(|object| object.id().is_some()).count(), 20);
    assert_eq!((server.value("1").as_deref(), server.value("4")), (Some("0"), None));

    let set = |value: &str| Change::Set { object: "4".into(), value: Some(value.into()) };
    simulator.change(1, set("20.5")).await.unwrap();
    server.until(|event| matches!(event, Event::Update { .. }).then_some(())).await;
    assert_eq!(server.updates, [("4".to_owned(), Some("20.5".to_owned()))]);

    assert_eq!(server.run(Command::Set { object: "1", value: "1" }).await, Outcome::Confirmed);
    server.until(|event| matches!(event, Event::Update { .. }).then_some(())).await;
    assert_eq!(server.value("1").as_deref(), Some("1"));
    assert!(told.lock().unwrap().contains(&Report::Value { host: 1, object: "1".into(), value: Some("1".into()) }));

    let unknown = simulator.step(Step::Do(Whom::Host(2), set("1"))).await;
    assert!(matches!(unknown, Err(StepError::Refused(_))), "{unknown:?}");
    let long = simulator.step(Step::Do(Whom::Host(1), set("12345678901234567"))).await;
    assert!(matches!(long, Err(StepError::Refused(_))), "{long:?}");
}

/// What a host has learned outlives its connection.
#[tokio::test]
async fn a_new_key_is_used_for_the_next_connection() {
    let (listener, address) = listen().await;
    let (told, report) = reports();
    let mut setup = Setup::new(address, 1);
    setup.backoff.base = Duration::from_millis(10);
    let simulator = Simulator::start(setup, report).unwrap();
    let mut server = Server::accept(&listener).await;
    assert!(server.admit(DEFAULT_KEY).await);
    let configure = Command::Configure { key: Secret::new("another key"), domain: "kts.example" };
    assert_eq!(server.run(configure).await, Outcome::Confirmed);
    assert_eq!(server.run(Command::Set { object: "2", value: "200" }).await, Outcome::Confirmed);
    assert!(matches!(simulator.step(Step::Do(Whom::All, Change::Drop)).await, Ok(Done::Next)));
    drop(server);

    let mut server = Server::accept(&listener).await;
    assert!(!server.admit(DEFAULT_KEY).await, "the old key is not good any more");
    let mut server = Server::accept(&listener).await;
    assert!(server.admit("another key").await);
    assert_eq!(server.value("2").as_deref(), Some("200"));
    let told = told.lock().unwrap();
    assert!(told.contains(&Report::Configured { host: 1, domain: "kts.example".into() }), "{told:?}");
    assert!(told.iter().any(|report| matches!(report, Report::Left { reason, .. } if reason.contains("refused"))), "{told:?}");
}

#[tokio::test]
async fn many_hosts_have_keys_of_their_own_and_push_by_themselves() {
    const HOSTS: u32 = 12;
    let (listener, address) = listen().await;
    let mut setup = Setup::new(address, HOSTS);
    setup.house = House::with_zones(1, 4);
    for (number, (_, key)) in setup.hosts.iter_mut().enumerate() {
        *key = Secret::new(format!("key {number}"));
    }
    setup.stagger = Duration::from_millis(1);
    setup.push_every = Some(Duration::from_millis(20));
    setup.stamp = true;
    let keys: Vec<(String, String)> = setup.hosts.iter().map(|(sn, key)| (sn.clone(), key.expose().clone())).collect();
    let simulator = Simulator::start(setup, |_| {}).unwrap();
    let mut servers = tokio::task::JoinSet::new();
    for _ in 0..HOSTS {
        let mut server = Server::accept(&listener).await;
        let keys = keys.clone();
        servers.spawn(async move {
            let sn = server.until(|event| if let Event::Registering(host) = event { Some(host.sn.to_string()) } else { None }).await;
            let key = keys.iter().find(|(of, _)| *of == sn).map(|(_, key)| key.as_str()).unwrap();
            let key = Command::Key { key: Secret::new(key), other: None, scheme: Scheme::Md5, replays: None };
            server.driver.submit(key).unwrap();
            server.until(|event| matches!(event, Event::Registered { .. }).then_some(())).await;
            // What is not read yet comes first, and the values are times.
            while !server.updates.iter().any(|(id, _)| id == "4") || server.updates.len() < 3 {
                server.until(|event| matches!(event, Event::Update { .. }).then_some(())).await;
            }
            assert!(
                server.updates.iter().all(|(_, value)| value.as_deref().is_some_and(|value| value.len() == 13)),
                "{:?}",
                server.updates
            );
            (server, sn)
        });
    }
    timeout(DEADLINE, simulator.registered(HOSTS as usize)).await.unwrap();
    let mut seen: Vec<String> = Vec::new();
    let mut open = Vec::new();
    while let Some(done) = servers.join_next().await {
        let (server, sn) = done.unwrap();
        seen.push(sn);
        open.push(server);
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=HOSTS).map(serial).collect::<Vec<_>>());
    let counts = simulator.counts();
    assert_eq!((counts.registered, counts.connections, counts.faults), (12, 12, 0));
    assert!(counts.pushes >= 36, "{counts:?}");
}

/// A frame longer than 40 KB has no word in the protocol, so the host says nothing, and goes on.
#[tokio::test]
async fn the_flat_may_be_too_large_for_one_answer() {
    let (listener, address) = listen().await;
    let (told, report) = reports();
    let mut setup = Setup::new(address, 1);
    setup.house = House::with_zones(1, 300);
    let _simulator = Simulator::start(setup, report).unwrap();
    let mut server = Server::accept(&listener).await;
    server.until(|event| matches!(event, Event::Registering(_)).then_some(())).await;
    let key = Command::Key { key: Secret::new(DEFAULT_KEY), other: None, scheme: Scheme::Md5, replays: None };
    server.driver.submit(key).unwrap();
    server.until(|event| matches!(event, Event::ListEnd(_)).then_some(())).await;
    // The question about the zone stays unanswered; a sign of life does not.
    let keepalive = server.until(|event| matches!(event, Event::Frame(frame) if matches!(frame.body(), Body::Keepalive)).then_some(()));
    let refused = async {
        while !told.lock().unwrap().iter().any(|report| matches!(report, Report::Refused { what, .. } if what == "query2")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        () = keepalive => panic!("sooner than every 60 s"),
        result = timeout(DEADLINE, refused) => result.unwrap(),
    }
}

#[test]
fn what_cannot_be_simulated_is_told_at_the_start() {
    let address: Address = "tcp://127.0.0.1:1".parse().unwrap();
    let start = |change: fn(&mut Setup)| {
        let mut setup = Setup::new(address.clone(), 1);
        change(&mut setup);
        Simulator::start(setup, |_| {}).map(drop)
    };
    assert!(start(|setup| setup.hosts[0].0 = "08 AB".into()).is_err());
    assert!(start(|setup| setup.hosts[0].1 = Secret::new(String::new())).is_err());
    assert!(start(|setup| setup.keepalive_millis = 1).is_err());
    assert!(start(|setup| setup.server = "ws://127.0.0.1".parse().unwrap()).is_err());
}
