//! What happens because time has passed.

use super::*;

impl Controller<'_> {
    pub(super) fn set_timer(&mut self, timer: Timer, now: Instant, millis: u32) {
        if millis != 0 {
            self.timers.set(timer as usize, now.plus_millis(millis.into()));
        }
    }

    pub(super) fn silence_ends(&self) -> Option<Instant> {
        match self.config.silence_millis {
            0 => None,
            _ if self.closing.is_some() || !self.logged_in => None,
            millis => Some(self.last_heard.plus_millis(millis.into())),
        }
    }

    pub(super) fn run_timers(&mut self, env: &Env, tx: &mut TxBuf<'_>) {
        let now = env.now;
        if self.timers.take_due(Timer::Ping as usize, now) {
            let free = tx.free();
            if let Some(socket) = self.link.socket() {
                // Without room there is traffic enough.
                let _ = socket.ping(env, tx);
            }
            self.wrote |= tx.free() != free;
            self.set_timer(Timer::Ping, now, self.config.ping_millis);
        }
        if self.timers.take_due(Timer::Version as usize, now) {
            self.schedule.want(Step::Version);
            self.set_timer(Timer::Version, now, self.config.version_millis);
        }
        if self.timers.take_due(Timer::Poll as usize, now) {
            self.schedule.poll(self.config);
            self.set_timer(Timer::Poll, now, self.config.poll_millis);
        }
        if self.timers.take_due(Timer::Link as usize, now) {
            // Nobody closes in return, or the handshake was never answered.
            self.link = Link::Gone;
            self.begin_close(CloseReason::NoAnswer { millis: self.config.login_millis }, now);
        }
        let _ = self.timers.take_due(Timer::Pace as usize, now);
        if self.silence_ends().is_some_and(|at| at <= now) {
            let millis = u32::try_from(now.millis_since(self.last_heard)).unwrap_or(u32::MAX);
            self.begin_close(CloseReason::Silent { millis }, now);
        }
        match self.memory.requests.expire(now) {
            Some(Asked::Login) => self.begin_close(CloseReason::NoAnswer { millis: self.config.login_millis }, now),
            Some(_) => self.schedule.failed(true),
            None => {}
        }
    }
}
