//! Memory of registrations, so that one that was overheard cannot be sent again.

use super::sign::Signature;

/// Whether a registration may be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Freshness {
    /// It was not seen before.
    New,
    /// It was seen before.
    Replayed,
    /// Nobody can say: the memory is full of registrations that are still within the window.
    Full,
}

/// Remembers signatures of registrations. One memory serves all connections; several servers may share one.
///
/// The signature covers serial number, time stamp and random number, so it stands for all three.
pub trait Replays: core::fmt::Debug {
    /// Asks whether a signature is new, and remembers it. It is asked only after the signature was found right and its time stamp within the
    /// window, so that nobody without a key can fill the memory.
    ///
    /// `forget_at` is when the window is over, in seconds since 1970: from then on the time stamp alone is refused. `now` likewise.
    fn remember(&mut self, signature: &Signature, forget_at: u64, now: u64) -> Freshness;
}

/// A place for one signature: 16 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignatureSlot {
    fingerprint: u64,
    /// 0 while it is free.
    forget_at: u64,
}

/// A [`Replays`] on a slice of the caller's. One place is needed for every registration within the clock window: for hosts that come back
/// rarely, about one per host.
///
/// ```
/// use codec_core::Secret;
/// use codec_core::kts::{Freshness, RecentSignatures, Replays, Scheme, SignatureSlot, sign};
///
/// let mut slots = [SignatureSlot::default(); 4];
/// let mut recent = RecentSignatures::new(&mut slots);
/// let signature = sign(Scheme::Md5, ["08ABEF112233", "1508845817", "35"], Secret::new("1234567890"));
/// assert_eq!(recent.remember(&signature, 1_508_846_000, 1_508_845_820), Freshness::New);
/// assert_eq!(recent.remember(&signature, 1_508_846_000, 1_508_845_821), Freshness::Replayed);
/// ```
pub struct RecentSignatures<'b> {
    slots: &'b mut [SignatureSlot],
}

impl<'b> RecentSignatures<'b> {
    /// On `slots`, which may hold signatures from before.
    pub const fn new(slots: &'b mut [SignatureSlot]) -> Self {
        Self { slots }
    }
}

/// Shows nothing of what is remembered. It goes where a [`Replays`] goes, so it needs what cannot panic: printing numbers can.
impl core::fmt::Debug for RecentSignatures<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RecentSignatures")
    }
}

impl Replays for RecentSignatures<'_> {
    fn remember(&mut self, signature: &Signature, forget_at: u64, now: u64) -> Freshness {
        let fingerprint = signature.fingerprint();
        if self.slots.iter().any(|slot| slot.forget_at > now && slot.fingerprint == fingerprint) {
            return Freshness::Replayed;
        }
        match self.slots.iter_mut().find(|slot| slot.forget_at <= now) {
            Some(slot) => {
                *slot = SignatureSlot { fingerprint, forget_at: forget_at.max(now.saturating_add(1)) };
                Freshness::New
            }
            None => Freshness::Full,
        }
    }
}
