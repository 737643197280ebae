//! The configuration: from the last sector of the flash, or from the environment of the build.

use bridge::config::{self, Config, ConfigError};
use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, Flash};
use embassy_rp::peripherals::FLASH;
use static_cell::StaticCell;

const FLASH_LEN: usize = 2 * 1024 * 1024;
/// Where the configuration is, counted from the beginning of the flash.
const SECTOR: u32 = FLASH_LEN as u32 - 4096;
/// As much of it is read.
const MAX: usize = 512;

/// What the flash says.
pub(crate) struct Settings {
    pub(crate) config: Result<Config<'static>, ConfigError>,
    /// An address of one's own, from the number of the flash chip.
    pub(crate) mac: [u8; 6],
}

pub(crate) fn read(flash: Peri<'_, FLASH>) -> Settings {
    static TEXT: StaticCell<[u8; MAX]> = StaticCell::new();
    let mut flash = Flash::<_, Blocking, FLASH_LEN>::new_blocking(flash);
    let sector = TEXT.init([0; MAX]);
    // What cannot be read is not there.
    let stored = flash.blocking_read(SECTOR, sector).ok().and_then(|()| config::text(sector));
    let config = Config::parse(stored.or(option_env!("BRIDGE_CONFIG")).unwrap_or_default());
    let mut number = [0; 8];
    let _ = flash.blocking_unique_id(&mut number);
    let [.., a, b, c, d, e] = number;
    // Locally administered, for one device.
    Settings { config, mac: [0x02, a, b, c, d, e] }
}
