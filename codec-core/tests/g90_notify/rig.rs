//! A controller on a bench: datagrams in, events out.

use std::net::SocketAddr;

use codec_core::g90::notify::Controller;
use codec_core::g90::notify::controller::{Command, Config, Event};
use codec_core::g90::{HistoryRow, SensorSlot};
use codec_core::text::json;
use codec_core::{Env, Instant, Machine as _, Refused, RxBuf, TxBuf};

pub(crate) struct Rig<'b> {
    pub(crate) controller: Controller<'b>,
    pub(crate) now: u64,
    pub(crate) from: SocketAddr,
}

impl<'b> Rig<'b> {
    pub(crate) fn new(config: Config<'b>, sensors: &'b mut [SensorSlot]) -> Self {
        Self { controller: Controller::new(config, sensors), now: 1, from: "192.0.2.7:45000".parse().unwrap() }
    }

    /// Everything that a datagram leads to, as text.
    pub(crate) fn bytes(&mut self, datagram: &[u8]) -> Vec<String> {
        let mut storage = vec![0; Controller::RX_MIN.max(datagram.len())];
        let mut rx = RxBuf::new(&mut storage);
        rx.space()[..datagram.len()].copy_from_slice(datagram);
        rx.commit_datagram(datagram.len(), self.from);
        let seen = self.poll(&mut rx);
        assert!(rx.unread().is_empty() && rx.from().is_none() && !rx.space().is_empty(), "the datagram stays");
        seen
    }

    pub(crate) fn poll(&mut self, rx: &mut RxBuf<'_>) -> Vec<String> {
        let mut tx = TxBuf::new(&mut []);
        let env = Env::at(Instant::from_millis(self.now));
        let mut seen = Vec::new();
        while let Some(pending) = self.controller.poll_event(&env, rx, &mut tx) {
            seen.push(format!("{:?}", self.controller.event(pending, rx)));
        }
        assert!(self.controller.poll_event(&env, rx, &mut tx).is_none(), "a spurious call told something");
        assert!(self.controller.poll_timeout().is_none_or(|at| at.as_millis() > self.now));
        seen
    }

    /// What a good datagram leads to beside itself.
    pub(crate) fn tell(&mut self, text: &str) -> Vec<String> {
        let mut seen = self.bytes(format!("{text}\0").as_bytes());
        let first = seen.remove(0);
        assert!(first.starts_with("Notification(") || first.starts_with("Alert(") || first.starts_with("Other("), "{text}: {first}");
        seen
    }

    pub(crate) fn alert(&mut self, numbers: &str, time: u64) -> Vec<String> {
        self.tell(&format!("[208,[{numbers},\"Hall\",\"GA1\",{time},0,[\"\"]]]"))
    }

    /// Lets time pass, waking the machine when it asks for it.
    pub(crate) fn wait(&mut self, millis: u64) -> Vec<String> {
        let until = self.now + millis;
        let mut seen = Vec::new();
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        while let Some(at) = self.controller.poll_timeout().map(Instant::as_millis).filter(|at| *at <= until) {
            self.now = self.now.max(at);
            seen.extend(self.poll(&mut rx));
        }
        self.now = until;
        seen
    }

    pub(crate) fn submit(&mut self, command: Command<'_>) -> Result<Vec<String>, Refused> {
        self.controller.submit(&Env::at(Instant::from_millis(self.now)), command, &mut TxBuf::new(&mut []))?;
        let mut storage = [0; 8];
        Ok(self.poll(&mut RxBuf::new(&mut storage)))
    }

    pub(crate) fn state(&self, sensor: u32) -> Vec<&'static str> {
        let slot = self.controller.sensors().iter().find(|slot| slot.index() == Some(sensor)).expect("a place for the sensor");
        slot.state().set.names().collect()
    }
}

pub(crate) fn row(text: &str) -> HistoryRow<'_> {
    HistoryRow::from_array(json::check(text.as_bytes()).unwrap().array().unwrap()).unwrap()
}

pub(crate) fn slots<const N: usize>() -> [SensorSlot; N] {
    [SensorSlot::default(); N]
}

/// The notice that an event with numbers for sensors writes.
pub(crate) fn zone(zone: u32, known: &str, set: &str, changed: &str) -> String {
    let set_of = |words: &str| {
        let names: Vec<String> = words.split_whitespace().map(|word| format!("{word:?}")).collect();
        format!("{{{}}}", names.join(", "))
    };
    format!(
        "Notice(Zone {{ zone: {zone}, state: ZoneState {{ known: {}, set: {} }}, changed: {} }})",
        set_of(known),
        set_of(set),
        set_of(changed)
    )
}

/// Events are compared as text; this is what they are made of.
pub(crate) fn event(event: Event<'_>) -> String {
    format!("{event:?}")
}
