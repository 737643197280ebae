//! Reading, writing and closing.

use super::*;

impl Panel<'_, '_> {
    /// Lists with changes that the client wants to know.
    fn pushes(&self) -> u64 {
        if self.house.news & SLOTS == 0 || self.registered == 0 {
            return 0;
        }
        let wanted = PUSHED.into_iter().filter(|kind| self.registered & bit(*kind) != 0);
        wanted.filter(|kind| self.house.next_push(*kind, 0).is_some()).fold(0, |mask, kind| mask | bit(kind))
    }

    /// Chooses what is written next.
    fn next_job(&mut self) {
        let waits = self.memory.waiting != Job::Nothing;
        // A registration is confirmed before anything is pushed, as a rule.
        let pushes_first =
            if self.memory.waiting == Job::Snapshot { self.config.push_before_ack } else { !waits || self.config.changes_first };
        let types = if pushes_first { self.pushes() } else { 0 };
        if types != 0 {
            return self.memory.push(types);
        }
        if waits {
            let job = core::mem::replace(&mut self.memory.waiting, Job::Nothing);
            return self.memory.begin(job);
        }
        self.house.news &= !SLOTS;
    }

    /// Writes as much as there is room for. Says whether all is written.
    pub(super) fn write(&mut self, env: &Env, rx: &RxBuf<'_>, tx: &mut TxBuf<'_>) -> bool {
        loop {
            if self.memory.job == Job::Nothing {
                self.next_job();
            }
            let job = self.memory.job;
            if job == Job::Nothing {
                return true;
            }
            let Link::Open(channel) = &mut self.link else { return true };
            if !channel.has_room(tx, PART) {
                return false;
            }
            let request = channel.message(rx);
            let mut desk = Desk { at: moment(self.config, env), house: self.house, request };
            let memory = &mut *self.memory;
            match channel.send_part_with(env, tx, PART, |out| memory.fill(&mut desk, out)) {
                Ok(false) => {}
                Ok(true) => {
                    self.memory.job = Job::Nothing;
                    self.leaving |= matches!(job, Job::Logout { .. }) && self.config.close_after_logout;
                }
                Err(Refused::NoRoom { .. }) if tx.free() < tx.capacity() => return false,
                // The peer closes, or the buffer is smaller than it must be.
                Err(_) => {
                    self.memory.job = Job::Nothing;
                    self.memory.waiting = Job::Nothing;
                    self.registered = 0;
                    return true;
                }
            }
        }
    }

    pub(super) fn begin_close(&mut self, reason: CloseReason, owed: Owed, now: Instant) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(reason);
        self.memory.job = Job::Nothing;
        self.memory.waiting = Job::Nothing;
        self.session = None;
        self.registered = 0;
        self.close_by = now.plus_millis(CLOSE_MILLIS);
        self.owed = if matches!(&self.link, Link::Open(channel) if channel.is_open()) { owed } else { Owed::Nothing };
        if !matches!(self.link, Link::Open(_)) {
            self.link = Link::Gone;
        }
    }

    /// Ends the connection in good order.
    pub(super) fn close_is_done(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> bool {
        let Link::Open(channel) = &mut self.link else { return true };
        let reason = match self.owed {
            Owed::Nothing => None,
            Owed::Close => Some(""),
            Owed::Bye => Some("Bye..."),
        };
        if let Some(reason) = reason {
            if !matches!(channel.close(env, tx, CloseCode::NORMAL, reason), Err(Refused::NoRoom { .. })) {
                self.owed = Owed::Nothing;
            }
        }
        while channel.poll(env, rx, tx).is_some() {
            channel.release(rx, usize::MAX);
        }
        channel.release(rx, usize::MAX);
        channel.is_closed() || rx.is_eof() || env.now >= self.close_by
    }

    /// Reads on until there is something to tell. `None` to wait.
    pub(super) fn read(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Slot> {
        loop {
            match &mut self.link {
                Link::Gone => return None,
                Link::Handshake(server) => {
                    let refused = self.house.refuses_upgrades(env.now);
                    let outcome = match server.poll(rx)? {
                        Ok(()) if refused => Err((500, HandshakeError::HttpStatus(500))),
                        Ok(()) => Ok(()),
                        Err(error) => Err((error.status(), error)),
                    };
                    // The buffer is empty so far.
                    let written = match outcome {
                        Ok(()) => server.accept(tx),
                        Err((status, _)) => Server::refuse(status, tx),
                    };
                    return match (outcome, written) {
                        (Ok(()), Ok(())) => {
                            self.link = Link::Open(Channel::socket(Role::Server));
                            Some(Slot::Open)
                        }
                        (Err((_, error)), _) => {
                            self.begin_close(CloseReason::Handshake(error), Owed::Nothing, env.now);
                            None
                        }
                        (Ok(()), Err(_)) => {
                            self.begin_close(CloseReason::Requested, Owed::Nothing, env.now);
                            None
                        }
                    };
                }
                Link::Open(channel) => match channel.poll(env, rx, tx)? {
                    Received::Ping | Received::Pong => {}
                    Received::Close(_) => {
                        self.begin_close(CloseReason::PeerClosed, Owed::Nothing, env.now);
                        return None;
                    }
                    Received::Failed(error) => {
                        self.begin_close(CloseReason::WebSocket(error.close_code()), Owed::Nothing, env.now);
                        return Some(Slot::Broken(error));
                    }
                    Received::Data(piece) => {
                        let limit = rx.capacity().saturating_sub(ROOM);
                        let text = channel.message(rx);
                        if self.skipping || text.len() > limit {
                            channel.release(rx, usize::MAX);
                            let begins = !core::mem::replace(&mut self.skipping, !piece.last);
                            if begins {
                                let limit = u32::try_from(limit).unwrap_or(u32::MAX);
                                return Some(Slot::Fault(Fault::new(FaultKind::TooLong { limit }, rx.capacity())));
                            }
                        } else if piece.last {
                            return Some(self.obey(env, text));
                        }
                    }
                },
            }
        }
    }
}
