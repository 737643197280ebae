//! Panels that do not know secure renegotiation (RFC 5746), for which GnuTLS stands in; OpenSSL's server cannot be made so old.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use codec_std::blocking::Link as _;
use codec_std::links::{Address, BlockingLink, Connector};
use codec_std::tls::{TlsError, TlsOptions, Trust};

use crate::panel::{MODERN, Panel, write};

/// GnuTLS as an echo of lines.
struct Echo {
    child: Child,
    port: u16,
    said: mpsc::Receiver<String>,
}

impl Echo {
    fn new(panel: &Panel) -> Self {
        let key = write("gnutls.key", &panel.key.private_key_to_pem_pkcs8().unwrap());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new("gnutls-serv")
            .args(["--echo", "--noticket", "--port", &port.to_string()])
            .args(["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION"])
            .arg("--x509certfile")
            .arg(panel.file("gnutls.pem"))
            .arg("--x509keyfile")
            .arg(key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gnutls-serv, of Debian's gnutls-bin");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("listening on IPv4")));
        let (told, said) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(told.send(line))));
        Self { child, port, said }
    }

    fn connector(&self, options: TlsOptions) -> Connector {
        let address = Address::WebSocket { tls: true, host: "127.0.0.1".into(), port: self.port, path: "/".into() };
        Connector::new(address).with_tls(options)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(link: &mut BlockingLink, line: &str) -> String {
    link.write_all(line.as_bytes()).unwrap();
    let mut answer = vec![0; line.len()];
    link.read_exact(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
#[ignore = "needs gnutls-serv; `./test tls` installs it"]
fn is_refused_unless_it_is_allowed() {
    let panel = Panel::new(MODERN);
    let echo = Echo::new(&panel);
    let mut options = TlsOptions::new();
    options.trust = Trust::Pin(panel.fingerprint());
    let error = echo.connector(options.clone()).open().unwrap_err();
    assert_eq!(TlsError::of(&error), Some(&TlsError::LegacyRenegotiation));

    options.legacy_renegotiation = true;
    let mut link = echo.connector(options).open().unwrap();
    link.set_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(say(&mut link, "before\n"), "before\n");
    // At this line the server begins a handshake anew, as some panels do by themselves.
    link.write_all(b"**REHANDSHAKE**\n").unwrap();
    link.set_timeout(Duration::from_millis(500)).unwrap();
    let mut space = [0; 64];
    let waited = link.read(&mut space);
    link.set_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(say(&mut link, "after\n"), "after\n", "{waited:?}");
    let said: Vec<String> = echo.said.try_iter().collect();
    assert!(said.iter().any(|line| line.contains("Received hello message")), "{said:?}");
}
