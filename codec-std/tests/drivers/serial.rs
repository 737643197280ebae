//! The serial links over a pseudo terminal.

use std::io::Write as _;

use crate::common::{quiet, told};
use codec_std::blocking::Driver;
use codec_std::links::Address;
use serialport::{SerialPort, TTYPort};

const LINE: &str = "8200036014000007";

/// One end of a pseudo terminal, and the address of the other.
fn terminal() -> (TTYPort, Address) {
    let (master, slave) = TTYPort::pair().unwrap();
    let address = format!("serial://{}", slave.name().unwrap()).parse().unwrap();
    (master, address)
}

#[test]
fn bytes_move_over_a_serial_line() {
    let (mut master, slave) = TTYPort::pair().unwrap();
    write!(master, "{LINE}\r\n").unwrap();
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let link: Box<dyn SerialPort> = Box::new(slave);
    let mut driver = Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    let event = driver.next(None).unwrap().unwrap();
    assert_eq!(told(event).as_deref(), Some(LINE));
}

#[test]
fn an_address_opens_a_serial_line() {
    let (mut master, address) = terminal();
    let link = address.open().unwrap();
    write!(master, "{LINE}\r\n").unwrap();
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    let event = driver.next(None).unwrap().unwrap();
    assert_eq!(told(event).as_deref(), Some(LINE));
    // Pulling the plug ends it, one way or the other.
    drop(master);
    let mut last = None;
    while let Ok(Some(event)) = driver.next(None) {
        last = told(event).or(last);
    }
    assert_eq!((last.as_deref(), driver.is_closed()), (Some("the peer closed the connection"), true));
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn an_address_opens_a_serial_line_on_tokio() {
    let (mut master, address) = terminal();
    let link = address.connect().await.unwrap();
    write!(master, "{LINE}\r\n").unwrap();
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = codec_std::tokio::Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    let event = driver.next().await.unwrap().unwrap();
    assert_eq!(told(event).as_deref(), Some(LINE));
}
