//! From bytes to records: the part of a controller that reads.

use super::*;
use crate::ksenia::OutputStatus;

impl Controller<'_> {
    /// Reads on until there is something to tell.
    pub(super) fn read(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Next {
        match (&self.link, self.reading) {
            (Link::Idle | Link::Connecting(_), _) => self.connect(env, rx, tx),
            (Link::Open(_), Reading::Nothing) => self.receive(env, rx, tx),
            (Link::Open(_), Reading::Whole(_) | Reading::Passing { .. }) => self.records(env, rx, tx),
            (Link::Gone, _) => Next::Wait,
        }
    }

    /// Goes on with the handshake.
    // What it needs is not on the stack later.
    #[inline(never)]
    fn connect(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Next {
        match &mut self.link {
            Link::Idle => match Link::dial(self.config, env, tx) {
                Ok(link) => {
                    self.link = link;
                    self.wrote = true;
                    Next::Again
                }
                // What is in the buffer goes out first.
                Err(_) => Next::Wait,
            },
            Link::Connecting(client) => match client.poll(rx) {
                None => Next::Wait,
                Some(Ok(())) => {
                    self.link = Link::open();
                    self.timers.stop(Timer::Link as usize);
                    self.last_heard = env.now;
                    self.schedule.want(Step::Login);
                    Next::Again
                }
                Some(Err(error)) => {
                    self.link = Link::Gone;
                    self.begin_close(CloseReason::Handshake(error), env.now);
                    Next::Again
                }
            },
            Link::Open(_) | Link::Gone => Next::Wait,
        }
    }

    /// The next thing from the WebSocket.
    fn receive(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Next {
        let Some(socket) = self.link.socket() else { return Next::Wait };
        let unsent = tx.free();
        let received = socket.poll(env, rx, tx);
        self.wrote |= tx.free() != unsent;
        let Some(received) = received else { return Next::Wait };
        self.last_heard = env.now;
        match received {
            Received::Ping | Received::Pong => Next::Again,
            Received::Close(code) => {
                let reprogramming = code == Some(CloseCode::NORMAL) && socket.reason() == "Bye...";
                let reason = if reprogramming { CloseReason::Reprogramming } else { CloseReason::PeerClosed };
                self.begin_close(reason, env.now);
                Next::Again
            }
            Received::Failed(error) => {
                self.begin_close(CloseReason::WebSocket(error.close_code()), env.now);
                Next::Told(Slot::Broken(error))
            }
            Received::Data(piece) => {
                if let Reading::Passing { last, .. } = &mut self.reading {
                    *last = piece.last;
                    return Next::Again;
                }
                let limit = rx.capacity().saturating_sub(ROOM);
                let text = socket.message(rx);
                if text.len() > limit {
                    self.memory.begin(limit, Integrity::Provisional);
                    self.reading = Reading::Passing { last: piece.last, failed: false };
                    return Next::Again;
                }
                if !piece.last {
                    return Next::Again;
                }
                match decode_with(text, self.config.crc) {
                    Ok(message) => {
                        let crc = message.crc();
                        let integrity = if matches!(crc, Crc::Verified(_)) { Integrity::Verified } else { Integrity::Provisional };
                        self.memory.begin(usize::MAX, integrity);
                        // Members may stand in any order: what the records need to know is known before them.
                        self.memory.answer.verb = message.verb().named();
                        let payload = message.payload();
                        let wrapper = payload.and_then(|payload| payload.get(self.config.sender));
                        self.memory.answer.is_wrapped = wrapper.is_some_and(|value| value.object().is_some());
                        self.reading = Reading::Whole(crc);
                        Next::Told(Slot::Message)
                    }
                    Err(fault) => Next::Told(Slot::Fault(fault)),
                }
            }
        }
    }

    /// The next part of the message that is being read.
    fn records(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Next {
        let Some(socket) = self.link.socket() else { return Next::Wait };
        let window = socket.message(rx);
        let piece = self.memory.stream.next_known(window);
        if piece != Piece::More {
            return match self.take_in(&piece, rx, env.now) {
                true => Next::Told(Slot::Part(piece)),
                false => Next::Again,
            };
        }
        self.memory.answer.lists = self.memory.stream.lists();
        let crc = match self.reading {
            Reading::Nothing => return Next::Again,
            Reading::Whole(crc) => Ok(crc),
            Reading::Passing { last, failed } => {
                let free = self.memory.stream.release(window);
                socket.release(rx, free);
                if !last {
                    return self.receive(env, rx, tx);
                }
                if failed {
                    self.reading = Reading::Nothing;
                    return Next::Again;
                }
                self.memory.stream.finish(self.config.crc)
            }
        };
        self.reading = Reading::Nothing;
        match crc {
            Ok(crc) => {
                self.settle(env.now);
                Next::Told(Slot::FrameEnd(crc))
            }
            Err(fault) => Next::Told(Slot::Fault(fault)),
        }
    }

    /// Learns from a part. Says whether it is told.
    fn take_in(&mut self, piece: &Piece, rx: &RxBuf<'_>, now: Instant) -> bool {
        let whole = matches!(self.reading, Reading::Whole(_));
        let Memory { stream, answer, requests } = &mut *self.memory;
        match stream.part(piece, self.link.message(rx)) {
            Part::Head { member, text } => {
                answer.head(member, text);
                false
            }
            Part::Value { path, text } => {
                answer.value(path, text);
                !whole
            }
            Part::Record { record, wrapper, .. } => {
                let own = wrapper == Some(self.config.sender);
                answer.is_wrapped |= own;
                if answer.is_wrapped && wrapper.is_some() && !own {
                    // Of several clients' changes, each takes its own.
                    return false;
                }
                self.news.fault = self.house.apply(&record, now);
                match record.kind() {
                    Kind::OutputStatus if answer.is_push() => {
                        let status: OutputStatus<'_> = record.checked();
                        if let Some(id) = status.id() {
                            requests.output_changed(id, status.is_on(), now);
                        }
                    }
                    Kind::ProgramCheck => {
                        let found = stamp(&record.checked());
                        if self.program.replace(found).is_some_and(|before| before != found) {
                            self.news.reprogrammed = true;
                            self.schedule.want_all(self.config);
                        }
                    }
                    _ => {}
                }
                true
            }
            Part::Fault(_) => {
                if let Reading::Passing { failed, .. } = &mut self.reading {
                    *failed = true;
                }
                true
            }
            _ => true,
        }
    }

    /// The part that was announced, as an event.
    pub(super) fn part<'i>(&self, piece: &Piece, window: &'i [u8]) -> Event<'i> {
        let at = match piece {
            Piece::Record { range } => range.clone(),
            Piece::Scalar { range, .. } | Piece::Part { range, .. } => range.clone(),
            _ => 0..0,
        };
        // What is told borrows the window alone; what the scanner remembers is copied, or is a name of ours.
        let text = window.get(at).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default();
        // Without one here, its name is told beside it.
        let lasting = |kind: Kind<'_>| kind.named().unwrap_or(Kind::Other(Text::new("")));
        match self.memory.stream.part(piece, window) {
            Part::Record { record, integrity, .. } => Event::Record {
                record: Record::new(lasting(record.kind()), crate::text::json::Object::new(text)),
                name: Name::of(record.kind().text().raw()),
                integrity,
                early: !self.registered && self.memory.answer.is_push(),
            },
            Part::Value { path, .. } => Event::Value { name: Name::of(path.last()), text: Text::new(text) },
            Part::Text { path, last, .. } => Event::Text { name: Name::of(path.last()), text: Text::new(text), last },
            Part::Open { kind, fault } => Event::RecordBegin { kind: lasting(kind), name: Name::of(kind.text().raw()), fault },
            Part::Inner { kind, path, .. } => Event::Inner {
                kind: lasting(kind),
                list: Name::of(path.last()),
                index: path.index(),
                object: crate::text::json::Object::new(text),
            },
            Part::Close => Event::RecordEnd,
            Part::Fault(fault) => Event::Fault(fault),
            Part::More | Part::Head { .. } => Event::RecordEnd,
        }
    }
}

/// Stands for the check texts of the programming, to compare them with those before.
fn stamp(check: &ProgramCheck<'_>) -> u64 {
    let [program, configuration] = [check.program(), check.configuration()].map(|text| text.map_or(0, answer::hash));
    u64::from(program) << 32 | u64::from(configuration)
}
