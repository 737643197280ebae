//! What the board knows of the world.

use codec_embassy::World;
use esp_hal::rng::Rng;

/// Random numbers, which are good while the radio runs; there is no clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board;

impl World for Board {
    fn unix(&mut self) -> Option<u64> {
        None
    }

    fn entropy(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        Rng::new().read(&mut bytes);
        bytes
    }
}
