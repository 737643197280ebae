//! The two buffers between a driver and a machine. Both work on a slice of the caller's; neither allocates.

use core::cell::Cell;
use core::net::SocketAddr;

/// Whether a copy of overlapping bytes is worth the code of `memmove`, which takes 700 bytes on a microcontroller.
const MEMMOVE: bool = cfg!(target_pointer_width = "64");

/// Moves `bytes[from..to]` to the front; what is behind them then is anything. The checks make the copy's own ones go away, as long as
/// this is the only place that copies so: then the compiler sees both together.
#[inline(never)]
pub(crate) fn move_to_front(bytes: &mut [u8], from: usize, to: usize) {
    if MEMMOVE {
        if from <= to && to <= bytes.len() {
            bytes.copy_within(from..to, 0);
        }
    } else {
        trade_to_front(bytes, from, to);
    }
}

/// The same with bytes that trade places, which no compiler takes for a copy.
fn trade_to_front(bytes: &mut [u8], from: usize, to: usize) {
    let cells = Cell::from_mut(bytes).as_slice_of_cells();
    for (front, moved) in cells.iter().zip(cells.get(from..to).unwrap_or_default()) {
        moved.set(front.replace(moved.get()));
    }
}

/// Received bytes that the machine has not used up.
///
/// The driver puts bytes in with [`space`](Self::space) and [`commit`](Self::commit) (streams) or
/// [`commit_datagram`](Self::commit_datagram). Unread bytes stay in order and unchanged; new ones come behind them. The machine
/// takes them out, those of an event at the `poll_event` after it.
///
/// ```
/// # use codec_core::RxBuf;
/// let mut storage = [0; 64];
/// let mut rx = RxBuf::new(&mut storage);
/// rx.space()[..3].copy_from_slice(b"820");
/// rx.commit(3);
/// assert_eq!(rx.unread(), b"820");
/// ```
#[derive(Debug)]
pub struct RxBuf<'b> {
    storage: &'b mut [u8],
    head: usize,
    tail: usize,
    /// Bytes at `head` that belong to the event given out last.
    held: usize,
    position: u64,
    from: Option<SocketAddr>,
    datagram: bool,
    /// A message ends behind the last byte.
    #[cfg(feature = "ksenia")]
    message: bool,
    eof: bool,
}

impl<'b> RxBuf<'b> {
    /// An empty buffer on `storage`, which must hold at least [`Machine::RX_MIN`](crate::Machine::RX_MIN) bytes.
    pub const fn new(storage: &'b mut [u8]) -> Self {
        Self {
            storage,
            head: 0,
            tail: 0,
            held: 0,
            position: 0,
            from: None,
            datagram: false,
            #[cfg(feature = "ksenia")]
            message: false,
            eof: false,
        }
    }

    /// Where to write the next received bytes. Empty when the buffer is full, after [`set_eof`](Self::set_eof), and while a
    /// datagram waits to be taken: poll the machine first.
    pub fn space(&mut self) -> &mut [u8] {
        if self.head == self.tail {
            self.head = 0;
            self.tail = 0;
        } else if self.storage.len().saturating_sub(self.tail) < self.storage.len() / 2 {
            move_to_front(self.storage, self.head, self.tail);
            self.tail = self.tail.saturating_sub(self.head);
            self.head = 0;
        }
        let from = if self.is_shut() { self.storage.len() } else { self.tail };
        self.storage.get_mut(from..).unwrap_or_default()
    }

    /// Says that the first `len` bytes of [`space`](Self::space) have been written. A `len` beyond the space counts as all of it.
    pub fn commit(&mut self, len: usize) {
        if !self.is_shut() {
            self.tail = self.tail.saturating_add(len).min(self.storage.len());
        }
    }

    /// As [`commit`](Self::commit), for one whole datagram (which may be empty) that `from` sent.
    pub fn commit_datagram(&mut self, len: usize, from: SocketAddr) {
        self.commit(len);
        self.from = Some(from);
        self.datagram = true;
    }

    /// Whether nothing more may come in for now.
    fn is_shut(&self) -> bool {
        #[cfg(feature = "ksenia")]
        let message = self.message;
        #[cfg(not(feature = "ksenia"))]
        let message = false;
        self.eof || self.datagram || message
    }

    /// Says that a message ends behind what was committed: for a machine that is used
    /// [over messages](crate::ksenia::Controller::over_messages). There is no [`space`](Self::space) until the machine has taken it.
    #[cfg(feature = "ksenia")]
    pub fn end_message(&mut self) {
        if !self.eof {
            self.message = true;
        }
    }

    /// Whether a message ends behind the unread bytes.
    #[cfg(feature = "ksenia")]
    pub(crate) const fn message_ends(&self) -> bool {
        self.message
    }

    /// The message has been taken: room for the next.
    #[cfg(feature = "ksenia")]
    pub(crate) fn begin_message(&mut self) {
        self.message = false;
    }

    /// Empties the buffer for the next connection; the storage stays.
    pub fn reset(&mut self) {
        *self = Self::new(core::mem::take(&mut self.storage));
    }

    /// Says that the peer will send no more. What is unread is still decoded.
    pub fn set_eof(&mut self) {
        self.eof = true;
    }

    /// Whether [`set_eof`](Self::set_eof) was called.
    pub const fn is_eof(&self) -> bool {
        self.eof
    }

    /// The bytes not yet released, those of the event given out last included.
    pub fn unread(&self) -> &[u8] {
        self.storage.get(self.head..self.tail).unwrap_or_default()
    }

    /// Who sent the datagram that [`unread`](Self::unread) shows; `None` on streams and between datagrams.
    pub fn from(&self) -> Option<SocketAddr> {
        if self.datagram { self.from } else { None }
    }

    /// Size of the storage in bytes.
    pub const fn capacity(&self) -> usize {
        self.storage.len()
    }

    /// Offset of the first unread byte in everything received so far. Bytes that a machine took out from between others, as
    /// the frame headers of a WebSocket, count as before it.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The unread bytes, to be decoded in place.
    #[cfg(any(feature = "g90", feature = "kts", feature = "ws"))]
    pub(crate) fn unread_mut(&mut self) -> &mut [u8] {
        self.storage.get_mut(self.head..self.tail).unwrap_or_default()
    }

    /// Takes out all unread bytes but the first `len`. They count as used up, so that position and unread bytes still make up
    /// everything received.
    #[cfg(any(feature = "kts", feature = "ws"))]
    pub(crate) fn truncate(&mut self, len: usize) {
        let end = self.head.saturating_add(len).min(self.tail);
        let removed = self.tail.saturating_sub(end);
        self.tail = end;
        self.held = self.held.min(len);
        self.position = self.position.saturating_add(u64::try_from(removed).unwrap_or(u64::MAX));
    }

    /// Keeps the first `len` unread bytes until the next [`release`](Self::release), which drops them.
    pub(crate) fn hold(&mut self, len: usize) {
        self.held = len.min(self.tail.saturating_sub(self.head));
    }

    /// Drops what is held. Machines call it first in `poll_event`.
    pub(crate) fn release(&mut self) {
        let held = core::mem::take(&mut self.held);
        if held > 0 {
            self.discard(held);
        }
    }

    /// Drops the first `len` unread bytes.
    pub(crate) fn discard(&mut self, len: usize) {
        let len = len.min(self.tail.saturating_sub(self.head));
        self.head = self.head.saturating_add(len);
        self.position = self.position.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        // A datagram that is used up, or was empty, makes room for the next.
        self.datagram &= self.head != self.tail;
    }
}

/// Bytes to be sent, written by the machine, taken by the driver.
///
/// On a stream frames stand one behind the other. On a datagram link there is one datagram at a time, for [`to`](Self::to).
#[derive(Debug)]
pub struct TxBuf<'b> {
    storage: &'b mut [u8],
    head: usize,
    tail: usize,
    to: Option<SocketAddr>,
    /// What waits does not end its message.
    #[cfg(feature = "ksenia")]
    open: bool,
}

impl<'b> TxBuf<'b> {
    /// An empty buffer on `storage`, which must hold at least [`Machine::TX_MIN`](crate::Machine::TX_MIN) bytes.
    pub const fn new(storage: &'b mut [u8]) -> Self {
        Self {
            storage,
            head: 0,
            tail: 0,
            to: None,
            #[cfg(feature = "ksenia")]
            open: false,
        }
    }

    /// What remains to be sent, oldest byte first. A datagram is sent whole.
    pub fn unsent(&self) -> &[u8] {
        self.storage.get(self.head..self.tail).unwrap_or_default()
    }

    /// Says that the first `len` bytes of [`unsent`](Self::unsent) have gone out. A `len` beyond them counts as all of them.
    pub fn sent(&mut self, len: usize) {
        self.head = self.head.saturating_add(len).min(self.tail);
        if self.head == self.tail {
            self.head = 0;
            self.tail = 0;
            self.to = None;
        }
    }

    /// Empties the buffer for the next connection; the storage stays.
    pub fn reset(&mut self) {
        self.sent(usize::MAX);
    }

    /// Where the waiting datagram goes; `None` on streams and while nothing waits.
    pub const fn to(&self) -> Option<SocketAddr> {
        self.to
    }

    /// Whether what waits ends its message, where a machine is used
    /// [over messages](crate::ksenia::Controller::over_messages). If not, it is a part of one, and more parts follow when it has been
    /// sent.
    #[cfg(feature = "ksenia")]
    pub const fn ends_message(&self) -> bool {
        !self.open
    }

    #[cfg(feature = "ksenia")]
    pub(crate) fn set_ends_message(&mut self, ends: bool) {
        self.open = !ends;
    }

    /// Whether nothing waits to be sent.
    pub const fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    /// Bytes that still fit.
    pub const fn free(&self) -> usize {
        self.storage.len().saturating_sub(self.tail.saturating_sub(self.head))
    }

    /// Size of the storage in bytes.
    pub const fn capacity(&self) -> usize {
        self.storage.len()
    }

    /// All that is free, in one piece, to write a frame into before its length is known. Only what [`advance`](Self::advance)
    /// names is sent.
    #[cfg(any(feature = "g90", feature = "kts", feature = "ws"))]
    pub(crate) fn spare(&mut self) -> &mut [u8] {
        if self.head > 0 {
            move_to_front(self.storage, self.head, self.tail);
            self.tail = self.tail.saturating_sub(self.head);
            self.head = 0;
        }
        self.storage.get_mut(self.tail..).unwrap_or_default()
    }

    /// Says that the first `len` bytes of [`spare`](Self::spare) are to be sent.
    #[cfg(any(feature = "g90", feature = "kts", feature = "ws"))]
    pub(crate) fn advance(&mut self, len: usize) {
        self.tail = self.tail.saturating_add(len).min(self.storage.len());
    }

    /// Says that the first `len` bytes of [`spare`](Self::spare) are a datagram. Only if nothing waited.
    #[cfg(feature = "g90")]
    pub(crate) fn advance_datagram(&mut self, len: usize, to: SocketAddr) {
        self.tail = self.tail.saturating_add(len).min(self.storage.len());
        self.to = Some(to);
    }

    /// Puts a datagram in, if nothing waits and it fits.
    #[cfg(feature = "g90")]
    pub(crate) fn append_datagram(&mut self, datagram: &[u8], to: SocketAddr) -> bool {
        let fits = self.is_empty() && self.append(datagram);
        if fits {
            self.to = Some(to);
        }
        fits
    }

    /// Appends a whole frame, or nothing when it does not fit.
    pub(crate) fn append(&mut self, frame: &[u8]) -> bool {
        if self.storage.len().saturating_sub(self.tail) < frame.len() {
            move_to_front(self.storage, self.head, self.tail);
            self.tail = self.tail.saturating_sub(self.head);
            self.head = 0;
        }
        let end = self.tail.saturating_add(frame.len());
        match self.storage.get_mut(self.tail..end) {
            Some(room) if room.len() == frame.len() => {
                for (to, from) in room.iter_mut().zip(frame) {
                    *to = *from;
                }
                self.tail = end;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(rx: &mut RxBuf<'_>, bytes: &[u8]) -> usize {
        let space = rx.space();
        let len = space.len().min(bytes.len());
        space[..len].copy_from_slice(&bytes[..len]);
        rx.commit(len);
        len
    }

    #[test]
    fn both_ways_to_the_front_give_the_same() {
        for (from, to) in [(0, 0), (0, 8), (1, 8), (3, 5), (6, 8), (8, 8), (5, 3), (2, 9)] {
            let (mut copied, mut traded) = (*b"abcdefgh", *b"abcdefgh");
            move_to_front(&mut copied, from, to);
            trade_to_front(&mut traded, from, to);
            let moved = if to <= 8 { to.saturating_sub(from) } else { 8 };
            assert_eq!(copied[..moved], traded[..moved], "{from}..{to}");
        }
    }

    #[test]
    fn unread_bytes_survive_compaction() {
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        assert_eq!(put(&mut rx, b"abcdefgh"), 8);
        assert!(rx.space().is_empty());
        rx.hold(6);
        rx.release();
        assert_eq!((rx.unread(), rx.position()), (&b"gh"[..], 6));
        assert_eq!(put(&mut rx, b"ijklmnop"), 6);
        assert_eq!(rx.unread(), b"ghijklmn");
    }

    #[test]
    fn held_bytes_stay_until_released() {
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        put(&mut rx, b"abc");
        rx.hold(2);
        assert_eq!(rx.unread(), b"abc");
        put(&mut rx, b"defghi");
        assert_eq!(rx.unread(), b"abcdefgh");
        rx.release();
        rx.release();
        assert_eq!(rx.unread(), b"cdefgh");
        rx.discard(100);
        assert_eq!((rx.unread(), rx.position()), (&b""[..], 8));
    }

    #[cfg(feature = "ws")]
    #[test]
    fn what_is_taken_out_at_the_end_counts_as_received() {
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        put(&mut rx, b"abcdef");
        rx.discard(1);
        rx.unread_mut()[0] = b'B';
        rx.truncate(2);
        assert_eq!((rx.unread(), rx.position()), (&b"Bc"[..], 4));
        put(&mut rx, b"g");
        rx.truncate(100);
        assert_eq!((rx.unread(), rx.position()), (&b"Bcg"[..], 4));
    }

    #[cfg(feature = "ws")]
    #[test]
    fn a_frame_is_written_before_its_length_is_known() {
        let mut storage = [0; 8];
        let mut tx = TxBuf::new(&mut storage);
        assert!(tx.append(b"abcde"));
        tx.sent(3);
        assert_eq!(tx.spare().len(), 6);
        tx.spare()[..2].copy_from_slice(b"fg");
        assert_eq!(tx.unsent(), b"de");
        tx.advance(2);
        assert_eq!(tx.unsent(), b"defg");
        tx.advance(100);
        assert_eq!(tx.unsent().len(), 8);
    }

    #[test]
    fn nothing_is_accepted_after_the_end() {
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        put(&mut rx, b"abc");
        rx.set_eof();
        assert_eq!(put(&mut rx, b"d"), 0);
        rx.commit(1);
        assert_eq!(rx.unread(), b"abc");
    }

    #[test]
    fn a_reset_buffer_is_as_new() {
        let (mut inward, mut outward) = ([0; 8], [0; 8]);
        let (mut rx, mut tx) = (RxBuf::new(&mut inward), TxBuf::new(&mut outward));
        put(&mut rx, b"abcdef");
        rx.hold(3);
        rx.set_eof();
        rx.reset();
        assert!(!rx.is_eof());
        assert_eq!(put(&mut rx, b"ghijklmn"), 8);
        rx.release();
        assert_eq!((rx.unread(), rx.position()), (&b"ghijklmn"[..], 0));
        assert!(tx.append(b"abc"));
        tx.reset();
        assert!(tx.append(b"defghijk"));
        assert_eq!(tx.unsent(), b"defghijk");
    }

    #[test]
    fn a_datagram_keeps_its_sender_and_its_boundary() {
        let mut storage = [0; 8];
        let mut rx = RxBuf::new(&mut storage);
        let from = SocketAddr::from(([127, 0, 0, 1], 12901));
        rx.space()[..2].copy_from_slice(b"ab");
        rx.commit_datagram(2, from);
        assert!(rx.space().is_empty());
        assert_eq!((rx.unread(), rx.from()), (&b"ab"[..], Some(from)));
        rx.hold(2);
        rx.release();
        assert_eq!((rx.from(), rx.space().len()), (None, 8));
        rx.commit_datagram(0, from);
        assert_eq!((rx.unread(), rx.from()), (&b""[..], Some(from)));
        assert!(rx.space().is_empty());
        rx.discard(0);
        assert_eq!((rx.from(), rx.space().len()), (None, 8));
    }

    #[test]
    fn frames_are_sent_whole_or_not_at_all() {
        let mut storage = [0; 8];
        let mut tx = TxBuf::new(&mut storage);
        assert!(tx.append(b"abcde"));
        assert!(!tx.append(b"fghi"));
        assert_eq!((tx.unsent(), tx.free()), (&b"abcde"[..], 3));
        tx.sent(3);
        assert!(tx.append(b"fghi"));
        assert_eq!(tx.unsent(), b"defghi");
        tx.sent(100);
        assert!(tx.is_empty());
    }
}
