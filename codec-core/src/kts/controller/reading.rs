//! From bytes to events, and what follows from them.

use super::*;
use crate::kts::records::{Object, Reply, Update, Zone};
use crate::kts::wire::{Frame, unwrap_data};
use crate::secret::Secret;
use crate::text::json::Text;

impl Controller<'_> {
    /// The next thing that the host tells.
    pub(super) fn read(&mut self, now: Instant, rx: &mut RxBuf<'_>) -> Option<Slot> {
        let Memory { reader, sn, .. } = &mut *self.memory;
        let registered = self.phase == Phase::Registered;
        let own = registered.then(|| sn.as_str());
        match reader.next(rx, self.config.order, own) {
            Step::Wait => None,
            Step::Fault(fault) => Some(Slot::Fault(fault)),
            Step::Frame(len) => Some(self.frame(len, now, rx)),
            Step::Record(list, range) => {
                self.last_heard = now;
                let text = rx.unread().get(range.clone()).unwrap_or_default();
                let early = self.sync.running;
                self.news.fault = match record(list, text, early) {
                    Event::Zone(zone) => self.flat.zone(&zone),
                    Event::Object(object) => self.flat.object(&object, self.sync.asked),
                    Event::Update { update, .. } => self.flat.update(&update),
                    Event::Fault(fault) => return Some(Slot::Fault(fault)),
                    _ => None,
                };
                Some(Slot::Record(list, range, early))
            }
            Step::End(list) => {
                self.last_heard = now;
                let tag = self.memory.reader.tag();
                match list {
                    List::Zones => self.zones_end(tag),
                    List::Objects => self.objects_end(tag, now),
                    List::Push => {}
                }
                Some(Slot::ListEnd(list))
            }
        }
    }

    /// A frame that is no list.
    fn frame(&mut self, len: usize, now: Instant, rx: &mut RxBuf<'_>) -> Slot {
        loop {
            let fault = match decode_ref(rx.unread().get(..len).unwrap_or_default(), self.config.order) {
                Ok(frame) => return self.obey(&frame, len, now),
                Err(fault) => fault,
            };
            if !unwrap_data(rx.unread_mut().get_mut(..len).unwrap_or_default(), self.config.order) {
                return Slot::Fault(fault);
            }
        }
    }

    /// What follows from a frame that is no list. Not inlined: what it says is large, and not on the stack while the next is read.
    #[inline(never)]
    fn obey(&mut self, frame: &Frame<'_>, len: usize, now: Instant) -> Slot {
        let same = frame.sn().raw() == self.memory.sn.as_str();
        match (frame.body(), self.phase) {
            (Body::Register(registration), phase) => {
                if phase == Phase::Registered && !same {
                    return Slot::Fault(Fault::new(FaultKind::OtherSerial, 0));
                }
                return if self.register(&registration, now) { Slot::Registering(len) } else { Slot::Frame(len) };
            }
            (_, Phase::Waiting | Phase::Asking) => return Slot::Fault(Fault::new(FaultKind::NotRegistered, 0)),
            _ if !same => return Slot::Fault(Fault::new(FaultKind::OtherSerial, 0)),
            (Body::Keepalive, _) => self.owed = Owed::Keepalive,
            (Body::ControlReply(reply), _) => {
                self.requests.settle(Kind::Control, outcome(&reply));
            }
            (Body::ConfigureReply(reply), _) => {
                let same = |key: Secret<Text<'_>>| asking::stamp(Secret::new(key.expose().decoded(&mut [0; 128]).unwrap_or_default()));
                // Another key than the one that was sent.
                let odd = reply.is_ok() && reply.key.is_some_and(|key| same(key) != self.memory.new_key);
                self.requests.settle(Kind::Configure, if odd { Outcome::Unclear } else { outcome(&reply) });
            }
            (Body::TimingReply(reply), _) => {
                self.task_answered(&reply);
            }
            // Requests and unknown commands: nothing follows.
            _ => {}
        }
        self.last_heard = now;
        Slot::Frame(len)
    }
}

/// A record as an event.
pub(super) fn record(list: List, text: &[u8], early: bool) -> Event<'_> {
    let event = match list {
        List::Zones => Zone::parse(text).map(Event::Zone),
        List::Objects => Object::parse(text).map(Event::Object),
        List::Push => Update::parse(text).map(|update| Event::Update { update, early }),
    };
    event.unwrap_or_else(Event::Fault)
}

fn outcome(reply: &Reply<'_>) -> Outcome {
    match reply.code() {
        Some(0) => Outcome::Confirmed,
        Some(code) => Outcome::Refused(code),
        None => Outcome::Unclear,
    }
}
