//! Values that the optimiser knows nothing about.

use core::hint::black_box;
use core::ptr::{addr_of, read_volatile};

use codec_core::{Env, Instant, Secret};

static OUTSIDE: u64 = 0;

/// Eight bytes from outside.
#[inline(never)]
pub fn word() -> u64 {
    // SAFETY: a static variable can be read.
    unsafe { read_volatile(addr_of!(OUTSIDE)) }
}

pub fn byte() -> u8 {
    word() as u8
}

pub fn flag() -> bool {
    byte() & 1 == 0
}

/// Perhaps a value.
pub fn maybe<T>(value: T) -> Option<T> {
    flag().then_some(value)
}

/// Bytes, and how many of them count.
pub struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> Bytes<N> {
    pub fn new() -> Self {
        let mut bytes = [0; N];
        bytes.fill_with(byte);
        Self(bytes)
    }

    pub fn get(&self) -> &[u8] {
        self.0.get(..word() as usize).unwrap_or_default()
    }

    pub fn get_mut(&mut self) -> &mut [u8] {
        self.0.get_mut(..word() as usize).unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        core::str::from_utf8(self.get()).unwrap_or_default()
    }

    pub fn secret(&self) -> Secret<&str> {
        Secret::new(self.text())
    }
}

pub fn env() -> Env {
    Env { now: Instant::from_millis(word()), unix: maybe(word()), entropy: [byte(); 16] }
}

/// Gives a value to the outside world.
pub fn see<T>(value: T) {
    black_box(&value);
}

/// Gives all that an iterator has.
pub fn each<T>(values: impl IntoIterator<Item = T>) {
    for value in values {
        see(value);
    }
}
