//! How a connection ends: LOGOUT and CLOSE, so that the panel keeps no session for a client that has gone.

use super::*;

/// How long a close frame is waited for.
const CLOSE_MILLIS: u64 = 2_000;

impl Controller<'_> {
    /// Ends the connection, for the first reason that comes up.
    pub(super) fn begin_close(&mut self, reason: CloseReason, now: Instant) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(reason);
        self.memory.requests.disconnect();
        self.reading = Reading::Nothing;
        self.timers = Timers::new();
        let open = self.link.socket().is_some_and(|socket| socket.is_open());
        self.logout_owed = open && self.logged_in && reason != CloseReason::SessionEnded;
        self.close_owed = open;
        if self.link.socket().is_some() {
            self.timers.set(Timer::Link as usize, now.plus_millis(CLOSE_MILLIS));
        } else {
            self.link = Link::Gone;
        }
    }

    /// Ends the connection in good order: LOGOUT, CLOSE, and the panel's own CLOSE or the end of the stream.
    pub(super) fn close_is_done(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> bool {
        let unsent = tx.free();
        let over = self.close(env, rx, tx);
        self.wrote |= tx.free() != unsent;
        over
    }

    fn close(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> bool {
        if self.logout_owed {
            let sent = self.write(env, &Request::Logout { account: self.config.account }, tx);
            // A close of the peer makes it needless.
            self.logout_owed = matches!(sent, Err(Refused::NoRoom { .. }));
            if self.logout_owed {
                return rx.is_eof();
            }
        }
        let Some(socket) = self.link.socket() else { return true };
        if self.close_owed {
            self.close_owed = matches!(socket.close(env, tx, CloseCode::NORMAL, ""), Err(Refused::NoRoom { .. }));
        }
        while socket.poll(env, rx, tx).is_some() {
            socket.release(rx, usize::MAX);
        }
        socket.release(rx, usize::MAX);
        socket.is_closed() || rx.is_eof()
    }
}
