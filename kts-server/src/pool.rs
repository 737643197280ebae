//! Buffers that connections borrow while something is in them. Idle connections have none.

use std::sync::{Mutex, PoisonError};

/// Bytes of a buffer. Longer frames pass through in pieces.
pub const BUFFER: usize = 4096;
/// Buffers that are kept for the next one who asks.
const KEPT: usize = 256;

/// The buffers that nobody has.
#[derive(Debug, Default)]
pub struct Pool {
    free: Mutex<Vec<Box<[u8; BUFFER]>>>,
}

/// A buffer that goes back by itself.
#[derive(Debug)]
pub struct Lent<'p> {
    pool: &'p Pool,
    buffer: Option<Box<[u8; BUFFER]>>,
}

impl Pool {
    /// Lends a buffer. What was in it before may still be.
    #[must_use]
    pub fn lend(&self) -> Lent<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent { pool: self, buffer: Some(free.unwrap_or_else(|| Box::new([0; BUFFER]))) }
    }
}

impl Lent<'_> {
    /// The bytes.
    #[must_use]
    pub fn bytes(&mut self) -> &mut [u8] {
        self.buffer.as_mut().map(|buffer| buffer.as_mut_slice()).unwrap_or_default()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut free = self.pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(buffer) = self.buffer.take().filter(|_| free.len() < KEPT) {
            free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_comes_back_is_lent_again() {
        let pool = Pool::default();
        let mut first = pool.lend();
        first.bytes()[0] = 7;
        drop(first);
        let (mut again, mut other) = (pool.lend(), pool.lend());
        assert_eq!((again.bytes()[0], other.bytes()[0]), (7, 0));
        assert_eq!(again.bytes().len(), BUFFER);
    }
}
