//! Hiding secrets in a stream of bytes.

/// Replaces what is secret in one direction of a connection by other characters of the same number.
///
/// Where a chunk ends says nothing about where a frame ends: a mask keeps back what it cannot judge yet, and all bytes that it has
/// given stay in order and in place.
pub trait Mask: Send {
    /// Takes the next bytes and appends to `out` all that can be told now.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>);

    /// Appends the rest, without waiting for more bytes. What is incomplete is masked as far as it could be secret; should bytes follow
    /// after all, they are masked as if they began in the middle of a frame.
    fn finish(&mut self, out: &mut Vec<u8>);
}
