//! Which status to ask for next. One request is outstanding at a time, which paces them.

use crate::ness::RequestId;

/// Milliseconds to wait for the answer to a poll before the next one is sent. An answer takes 40 ms on the line.
pub(super) const POLL_ANSWER_MILLIS: u64 = 1_000;

/// A set of requests that have a name, a bit for the number of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests(u64);

impl Requests {
    pub(super) const NONE: Self = Self(0);
    /// All 34.
    pub(super) const ALL: Self = Self::of(RequestId::ALL);

    pub(super) const fn of(mut ids: &[RequestId]) -> Self {
        let mut bits = 0;
        while let [id, more @ ..] = ids {
            bits |= Self::one(*id).0;
            ids = more;
        }
        Self(bits)
    }

    pub(super) const fn one(id: RequestId) -> Self {
        match id.raw() {
            // The highest is 0x33.
            raw @ 0..=63 => Self(1 << raw),
            _ => Self::NONE,
        }
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn has(self, id: RequestId) -> bool {
        self.0 & Self::one(id).0 != 0
    }
}

/// What a short poll asks for: what the Python library asks for.
const SHORT: [RequestId; 4] =
    [RequestId::Zone1To16InputUnsealed, RequestId::Zone17To32InputUnsealed, RequestId::Arming, RequestId::AuxiliaryOutputs];

/// Where radio detectors and C-Bus units tell that they are open. Asked before the inputs, so that a zone that is only open there
/// does not look closed in between.
const RADIO: [RequestId; 4] = [
    RequestId::Zone1To16RadioUnsealed,
    RequestId::Zone1To16CbusUnsealed,
    RequestId::Zone17To32RadioUnsealed,
    RequestId::Zone17To32CbusUnsealed,
];

/// Where alarms tell that they are on.
const ALARMS: [RequestId; 3] = [RequestId::Zone1To16InAlarm, RequestId::Zone17To32InAlarm, RequestId::MiscellaneousAlarms];

/// The same, as sets.
pub(super) const SHORT_SET: Requests = Requests::of(&SHORT);
pub(super) const RADIO_SET: Requests = Requests::of(&RADIO);
pub(super) const ALARM_SET: Requests = Requests::of(&ALARMS);

/// What comes before the others: the version, then [`RADIO`], [`SHORT`] and [`ALARMS`].
const URGENT: [RequestId; 12] = {
    let [a, b, c, d] = RADIO;
    let [e, f, g, h] = SHORT;
    let [i, j, k] = ALARMS;
    [RequestId::PanelVersion, a, b, c, d, e, f, g, h, i, j, k]
};

/// What is due, and what is outstanding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Polls {
    due: Requests,
    /// Due when nothing else is: the long tail of a refresh of everything.
    later: bool,
    /// Asked for twice and not answered. Not asked for again before the next refresh, unless it is one of [`SHORT`].
    mute: Requests,
    outstanding: Option<RequestId>,
    /// Not answered the first time: an answer may get lost on the line, so it is asked for again at once.
    again: Option<RequestId>,
}

impl Polls {
    pub(super) const fn new() -> Self {
        Self { due: Requests::NONE, later: false, mute: Requests::NONE, outstanding: None, again: None }
    }

    /// Asks for `requests` in the near future.
    pub(super) fn want(&mut self, requests: Requests) {
        self.due = self.due.and(requests.without(self.mute));
    }

    /// Asks for everything, also for what was not answered before; for the short list first.
    pub(super) fn want_all(&mut self) {
        self.mute = Requests::NONE;
        self.due = self.due.and(SHORT_SET);
        self.later = true;
    }

    /// The next request to send, if none is outstanding.
    pub(super) fn next(&mut self) -> Option<RequestId> {
        if self.outstanding.is_some() {
            return None;
        }
        if self.due.is_empty() && core::mem::take(&mut self.later) {
            self.due = Requests::ALL.without(SHORT_SET);
        }
        self.again.filter(|id| self.due.has(*id)).or_else(|| self.first_due(&URGENT)).or_else(|| self.first_due(RequestId::ALL))
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn first_due(&self, ids: &[RequestId]) -> Option<RequestId> {
        ids.iter().copied().find(|id| self.due.has(*id))
    }

    /// Whether [`next`](Self::next) has something.
    pub(super) fn is_ready(&self) -> bool {
        self.outstanding.is_none() && (self.later || !self.due.is_empty())
    }

    pub(super) fn sent(&mut self, id: RequestId) {
        self.due = self.due.without(Requests::one(id));
        self.outstanding = Some(id);
    }

    /// A status was received. Returns whether it is the one that is waited for.
    pub(super) fn answered(&mut self, id: RequestId) -> bool {
        self.mute = self.mute.without(Requests::one(id));
        let waited_for = self.outstanding == Some(id);
        if waited_for {
            (self.outstanding, self.again) = (None, None);
        }
        waited_for
    }

    /// The outstanding request was not answered in time.
    pub(super) fn gave_up(&mut self) {
        let Some(id) = self.outstanding.take() else { return };
        let request = Requests::one(id);
        if self.again.take() == Some(id) {
            self.mute = self.mute.and(request.without(SHORT_SET));
        } else {
            self.again = Some(id);
            self.due = self.due.and(request);
        }
    }
}
