//! Many hosts in a process.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::flat::{Flat, Setup};
use crate::{KEY, micros, sn};

/// Connects so many hosts, says `ready` when all have registered, then lets each push its clock every `every` milliseconds; never for 0.
/// `raw`: without the protocol, for a reader of lines.
pub(crate) fn run(server: SocketAddr, count: usize, every: u64, raw: bool) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        if raw {
            for number in 0..count {
                tokio::spawn(push(server, number, every, count));
            }
            println!("ready");
            return std::future::pending::<()>().await;
        }
        let mut flats = Vec::with_capacity(count);
        for number in 0..count {
            let mut setup = Setup::new(&sn(number), KEY);
            setup.keepalive_millis = 60_000;
            flats.push(Flat::new(setup, server));
            // Not all in one moment.
            if number % 50 == 49 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while flats.iter().any(|flat| flat.seen().registered == 0) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        println!("ready");
        if every == 0 {
            return std::future::pending::<()>().await;
        }
        let step = Duration::from_millis(every) / u32::try_from(count).unwrap_or(1);
        let mut ticks = tokio::time::interval(step.max(Duration::from_micros(100)));
        for number in (0..count).cycle() {
            ticks.tick().await;
            flats[number].set(1, micros());
        }
    });
}

async fn push(server: SocketAddr, number: usize, every: u64, count: usize) {
    let mut link = tokio::net::TcpStream::connect(server).await.expect("a connection");
    let _ = link.set_nodelay(true);
    tokio::time::sleep(Duration::from_micros(every * 1000 * number as u64 / count as u64)).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(every));
    loop {
        ticks.tick().await;
        let sn = sn(number);
        let push = format!(
            "{{\"sn\":\"{sn}\",\"cmd\":\"push\",\"data\":[{{\"oID\":\"1\",\"EIS\":\"1\",\"val\":\"{}\",\"room\":\"\",\"navi\":\"\"}}]}}\r\n",
            micros()
        );
        if link.write_all(push.as_bytes()).await.is_err() {
            return;
        }
    }
}
