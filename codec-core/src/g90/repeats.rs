//! Alerts that arrive twice: as two datagrams, or as a datagram and through the cloud.

use super::Facts;

/// How many sources of alerts are remembered.
const REMEMBERED: usize = 8;

/// The last alert of each of the last sources: what it was of, and what it said, as FNV-1a sums of 64 bits.
///
/// Of one sensor only the last alert counts, so that a door which opens, closes and opens within a second is seen to do so.
#[derive(Clone, Debug)]
pub(crate) struct Repeats {
    last: [(u64, u64); REMEMBERED],
    next: u8,
}

impl Repeats {
    pub(crate) const fn new() -> Self {
        Self { last: [(0, 0); REMEMBERED], next: 0 }
    }

    /// Whether this alert is the last of its source once more. Remembers it.
    pub(crate) fn is_repeated(&mut self, facts: Facts, unix_time: i64) -> bool {
        // In a change of the panel the event is what it says.
        let (event, said) = match facts.alert_type {
            super::AlertType::StateChange => (0, facts.event_id),
            _ => (facts.event_id, facts.state),
        };
        let of = sum(&[facts.alert_type.raw(), facts.source.raw(), event]);
        let what = sum(&[said, facts.state, unix_time]);
        if let Some(last) = self.last.iter_mut().find(|last| last.0 == of) {
            return core::mem::replace(&mut last.1, what) == what;
        }
        if let Some(last) = self.last.get_mut(usize::from(self.next)) {
            *last = (of, what);
        }
        self.next = if usize::from(self.next).saturating_add(1) < REMEMBERED { self.next.saturating_add(1) } else { 0 };
        false
    }
}

/// FNV-1a over the numbers.
pub(crate) fn sum(numbers: &[i64]) -> u64 {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
