//! How a simulated panel is set up.

use crate::error::ConfigError;
use crate::ness::keys::MAX_CODE;
use crate::ness::{Case, ChecksumPolicy, Model, ModelMap, Version};
use crate::secret::Secret;

/// A person who may arm and disarm.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct User<'b> {
    /// User number, 1 to 56. Events name it.
    pub number: u8,
    /// The code, 1 to 28 digits.
    pub code: Secret<&'b str>,
}

/// Whose way of writing lines a [`Panel`](super::Panel) follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Dialect {
    /// Lines as panels send them: binary checksum, alternating sequence bit, time stamps.
    #[default]
    Panel,
    /// Lines as the mock panel of the Python library sends them.
    ///
    /// Events have a one-digit address, no time stamp, no sequence bit, and neither identity nor area but for the number of a
    /// zone. Only codes that the mock knows are sent: zones, alarms, delays, arming and disarming. It reports an auxiliary output
    /// by a status line and other outputs not at all. All checksums follow the ASCII rule and have upper-case digits.
    Library,
}

/// How a [`Panel`](super::Panel) behaves.
///
/// The names in brackets are the vendor's program options, group P199E.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// The panel's address, 0 to 15. Requests for 0 are always taken, others must match. Default 0.
    pub address: u8,
    /// Write the address in events (1E). Status lines always have one. Default on.
    pub send_address: bool,
    /// Write the time in events (2E), if [`Env::unix`](crate::Env::unix) is known and lies in the years 2000 to 2099. Default on.
    pub send_time: bool,
    /// What to add to UTC to get the panel's local time, in seconds. Default 0.
    pub utc_offset_seconds: i32,
    /// Report alarms and tampers and their ends: codes `02`, `03`, `08`, `09` (3E). Default on.
    pub report_alarms: bool,
    /// Report excluded zones, power, batteries, the dialler, supervision, the clock and the start of the panel: codes `04` to
    /// `07`, `10` to `19`, and `01` with identity and area 0 (4E). Default on.
    pub report_warnings: bool,
    /// Report what users do: delays, arming, disarming, doors: codes `20` to `28`, `2e`, `2f`, `30`, and `00` and `01` with a door (5E). Default on.
    ///
    /// The vendor's document names the options and does not list codes; this division is ours. Outputs (`31`, `32`) have no option
    /// there and are always reported.
    pub report_access: bool,
    /// Report zones that open and close: codes `00` and `01` (6E). Default on.
    pub report_zones: bool,
    /// Send model and version unasked, as a sign of life, every so many milliseconds (7E). 0 for never, the default.
    pub version_report_millis: u32,
    /// What kind of panel it is. Default [`Model::D16x`].
    pub model: Model,
    /// Which byte stands for the model. Default [`ModelMap::REV16`].
    pub models: ModelMap<'b>,
    /// Version of the firmware. Default 8.7.
    pub version: Version,
    /// Number of zones, 1 to 32. Default 16.
    pub zones: u8,
    /// Who may arm and disarm. If two have one code, the first counts. Default nobody.
    pub users: &'b [User<'b>],
    /// Allow arming without a code. Default on.
    pub short_arm: bool,
    /// Time to leave, in milliseconds; 0 for none. Default 10,000.
    pub exit_delay_millis: u32,
    /// Time to disarm after coming in, in milliseconds; 0 for none. Default 10,000.
    pub entry_delay_millis: u32,
    /// How long an alarm lasts, in milliseconds; 0 for until somebody disarms. Default 60,000.
    pub alarm_millis: u32,
    /// Zones that belong to area 2, all others being area 1's. Bit 0 is zone 1, here and below. Default none.
    pub area_2_zones: u32,
    /// Zones without entry delay. Default none.
    pub instant_zones: u32,
    /// Zones that area 1 watches while armed home or day. Default all.
    pub home_zones: u32,
    /// Zones that are always watched, without delay. Default none.
    pub twenty_four_hour_zones: u32,
    /// Switch auxiliary outputs 1 to 8 off again after as many milliseconds (option 8E of P141E and following). 0 for never, the
    /// default.
    pub aux_pulse_millis: u32,
    /// Whose way of writing lines to follow.
    pub dialect: Dialect,
    /// Which checksums of requests to accept. Default [`ChecksumPolicy::Either`].
    pub checksum: ChecksumPolicy,
    /// Case of the letters in lines, for [`Dialect::Panel`]. Panels were seen to send lower case, the default.
    pub case: Case,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            address: 0,
            send_address: true,
            send_time: true,
            utc_offset_seconds: 0,
            report_alarms: true,
            report_warnings: true,
            report_access: true,
            report_zones: true,
            version_report_millis: 0,
            model: Model::D16x,
            models: ModelMap::REV16,
            version: Version::from_raw(0x87),
            zones: 16,
            users: &[],
            short_arm: true,
            exit_delay_millis: 10_000,
            entry_delay_millis: 10_000,
            alarm_millis: 60_000,
            area_2_zones: 0,
            instant_zones: 0,
            home_zones: u32::MAX,
            twenty_four_hour_zones: 0,
            aux_pulse_millis: 0,
            dialect: Dialect::Panel,
            checksum: ChecksumPolicy::Either,
            case: Case::Lower,
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

impl Config<'_> {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let range = |field, min, max, found: u8| {
            if (min..=max).contains(&found) {
                Ok(())
            } else {
                Err(ConfigError::OutOfRange { field, min: min.into(), max: max.into(), found: found.into() })
            }
        };
        range("address", 0, 15, self.address)?;
        range("zones", 1, 32, self.zones)?;
        if self.models.byte(self.model).is_none() {
            return Err(ConfigError::BadText { field: "model" });
        }
        for user in self.users {
            range("user", 1, 56, user.number)?;
            let code = user.code.expose().as_bytes();
            if !(1..=MAX_CODE).contains(&code.len()) || !code.iter().all(u8::is_ascii_digit) {
                return Err(ConfigError::BadText { field: "code" });
            }
        }
        Ok(())
    }
}
