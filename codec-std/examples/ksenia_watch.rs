//! Watches a Ksenia panel and runs scenarios.
//!
//! ```text
//! KSENIA_PIN=… cargo run -p codec-std --features tls-openssl --example ksenia_watch -- wss://192.0.2.7 --pin-sha256 9F:86:…
//! ```
//!
//! Standard input takes `output N on`, `output N off`, `scenario N`, which logs in a second time so that the panel's log names the user,
//! and `quit`. Options: `--ca-file FILE`, `--pin-sha256 SHA256`, `--insecure`, `--legacy-renegotiation`, `--old-ciphers`, `--tls12`.

use std::error::Error;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use codec_core::ksenia::controller::{self, Config, Controller, Event, Memory, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::{Command, OutputAction, SetOutput};
use codec_core::{Machine as _, Secret};
use codec_std::blocking::Driver;
use codec_std::links::{Address, Connector};
use codec_std::tls::{TlsOptions, Trust};
use codec_std::user::{UserError, with_user};

fn connector() -> Result<Connector, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: Address = arguments.next().ok_or("write ws://HOST or wss://HOST")?.parse()?;
    let mut tls = TlsOptions::new();
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or("a value is missing");
        match option.as_str() {
            "--ca-file" => tls.trust = Trust::CaFile(value()?.into()),
            "--pin-sha256" => tls.trust = Trust::Pin(value()?.parse()?),
            "--insecure" => tls.trust = Trust::Anything,
            "--legacy-renegotiation" => tls.legacy_renegotiation = true,
            "--old-ciphers" => tls.old_ciphers = true,
            "--tls12" => tls.tls12_only = true,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    Ok(Connector::new(address).with_tls(tls).on_warning(|warning| eprintln!("warning: {warning}")))
}

/// One line of input; `false` for the end.
fn obey(line: &str, driver: &mut Driver<'_, Controller<'_>, impl codec_std::blocking::Link>, user: impl Fn(u32)) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let command: controller::Command<'_> = match words[..] {
        ["output", number, state @ ("on" | "off")] => {
            let action = SetOutput::Action(if state == "on" { OutputAction::On } else { OutputAction::Off });
            Command::SetOutput { output: number.parse().unwrap_or(0), action }.into()
        }
        ["scenario", number] => {
            user(number.parse().unwrap_or(0));
            return true;
        }
        ["quit"] => controller::Command::Close,
        _ => {
            eprintln!("write: output N on|off, scenario N, quit");
            return true;
        }
    };
    match driver.submit(command) {
        Ok(_) => {}
        Err(refused) => println!("refused: {refused}"),
    }
    words != ["quit"]
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let connector = connector()?;
    let pin = std::env::var("KSENIA_PIN").map_err(|_| "the PIN is taken from KSENIA_PIN")?;
    let host = connector.address().host_header().ok_or("write ws://HOST or wss://HOST")?;
    let mut config = Config::new(&host, Secret::new(&pin));
    config.path = connector.address().path().unwrap_or(controller::PATH);
    let (mut zones, mut partitions, mut outputs) =
        (vec![ZoneSlot::default(); 1024], vec![PartitionSlot::default(); 30], vec![OutputSlot::default(); 512]);
    let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
    let mut memory = Memory::new();
    let machine = Controller::new(&config, tables, &mut memory)?;

    let link = connector.open()?;
    println!("connected to {}", connector.address());
    let (mut rx, mut tx) = ([0; 2048], [0; Controller::TX_MIN]);
    let mut driver = Driver::new(machine, link, &mut rx, &mut tx)?;

    let (to_lines, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = to_lines.send(line);
        }
        let _ = to_lines.send("quit".into());
    });
    let as_user = |scenario| {
        let outcome = with_user(&connector, Secret::new(&pin), |user| user.run(Command::RunScenario { scenario }));
        match outcome {
            Ok(outcome) => println!("scenario {scenario}: {outcome:?}"),
            Err(UserError::Closed(reason)) => println!("scenario {scenario}: {reason}"),
            Err(error) => println!("scenario {scenario}: {error}"),
        }
    };
    let mut listening = true;
    loop {
        while let Some(event) = driver.next(Some(Instant::now() + Duration::from_millis(100)))? {
            match event {
                Event::LoggedIn => println!("logged in"),
                Event::Ready { registered } => println!("ready, registered: {registered}"),
                Event::Record { record, .. } => println!("record {} {:?}", record.kind().text(), record.id()),
                Event::Notice(notice) => println!("notice {notice:?}"),
                Event::Done { outcome, .. } => println!("done: {outcome:?}"),
                Event::FrameEnd { crc } => println!("end of a message, CRC {crc:?}"),
                Event::Fault(fault) => println!("fault: {fault}"),
                Event::Broken(error) => println!("broken: {error}"),
                Event::Closed(reason) => println!("closed: {reason}"),
                _ => {}
            }
        }
        if driver.is_closed() {
            return Ok(());
        }
        while let (true, Ok(line)) = (listening, lines.try_recv()) {
            listening = obey(&line, &mut driver, as_user);
        }
    }
}
