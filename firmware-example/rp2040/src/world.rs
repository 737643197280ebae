//! What the board knows of the world.

use codec_embassy::World;
use embassy_rp::clocks::RoscRng;

/// Random numbers from the ring oscillator; there is no clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board;

impl World for Board {
    fn unix(&mut self) -> Option<u64> {
        None
    }

    fn entropy(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        RoscRng.fill_bytes(&mut bytes);
        bytes
    }
}
