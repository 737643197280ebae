//! Wall clock and randomness, which the host lends.

use codec_embassy::World;
use semihosting::experimental::random;
use semihosting::experimental::time::SystemTime;

/// The host's clock and random numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host;

impl Host {
    /// A number for what only has to differ from start to start.
    pub(crate) fn seed(mut self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.entropy();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl World for Host {
    fn unix(&mut self) -> Option<u64> {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
    }

    fn entropy(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        random::fill_bytes(&mut bytes).expect("the host has /dev/urandom");
        bytes
    }
}
