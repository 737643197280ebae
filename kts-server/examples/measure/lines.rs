//! What to compare with: reads lines from many connections and passes them to whoever listens. Nothing is understood, checked or kept.

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

pub(crate) fn run() {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let hosts = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let listeners = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{} {}", hosts.local_addr().expect("an address"), listeners.local_addr().expect("an address"));
        let (lines, _) = broadcast::channel::<String>(16_384);
        let heard = lines.clone();
        tokio::spawn(async move {
            while let Ok((mut link, _)) = listeners.accept().await {
                let mut heard = heard.subscribe();
                let _ = link.set_nodelay(true);
                tokio::spawn(async move {
                    while let Ok(line) = heard.recv().await {
                        if link.write_all(line.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        while let Ok((link, _)) = hosts.accept().await {
            let lines = lines.clone();
            tokio::spawn(async move {
                let mut reader = BufReader::new(link);
                let mut line = String::new();
                while reader.read_line(&mut line).await.is_ok_and(|len| len > 0) {
                    let _ = lines.send(std::mem::take(&mut line));
                }
            });
        }
    });
}
