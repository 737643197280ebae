//! System commands: text that the panel hands to its WiFi module. None is answered.

use core::fmt;

use super::wire::{END, START};
use super::writer::Writer;
use crate::error::EncodeError;
use crate::g90::{SystemCommand, SystemSetting};
use crate::text::{cut, split};

const FRONT: &[u8] = b"[0,100,\"AT^IWT=";
const BACK: &[u8] = b",IWT\"]";

/// A system command as received. Printing it shows its number only.
#[derive(Clone, Copy)]
pub struct System<'i> {
    text: &'i str,
}

impl<'i> System<'i> {
    /// The command, if what stands between the markers is one.
    pub(super) fn read(payload: &'i [u8]) -> Option<Self> {
        let text = core::str::from_utf8(payload.strip_prefix(FRONT)?.strip_suffix(BACK)?).ok()?;
        let this = Self { text };
        let digits = this.digits();
        (!digits.is_empty() && digits.len() <= 9).then_some(this)
    }

    fn digits(&self) -> &'i str {
        let end = self.text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }

    /// What is to be done.
    #[must_use]
    pub fn command(&self) -> SystemCommand {
        SystemCommand::from_raw(self.digits().parse().unwrap_or(0))
    }

    /// What stands behind the number, up to `,IWT`.
    #[must_use]
    pub fn data(&self) -> &'i str {
        self.text.get(self.digits().len()..).unwrap_or_default()
    }

    /// All between `AT^IWT=` and `,IWT`.
    #[must_use]
    pub const fn text(&self) -> &'i str {
        self.text
    }

    /// What is to be set, of a command that sets something.
    #[must_use]
    pub fn setting(&self) -> Option<SystemSetting> {
        Some(SystemSetting::from_raw(self.parts()?.0.parse().ok()?))
    }

    /// What it is to be set to: the texts between `&`. Empty if the command sets nothing.
    pub fn values(&self) -> impl Iterator<Item = &'i str> + Clone {
        self.parts().into_iter().flat_map(|(_, values)| split(values, b'&'))
    }

    fn parts(&self) -> Option<(&'i str, &'i str)> {
        if self.command() != SystemCommand::SetConfiguration {
            return None;
        }
        cut(self.data().strip_prefix(',')?, b'=')
    }
}

impl fmt::Debug for System<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System").field("command", &self.command()).finish_non_exhaustive()
    }
}

/// A system command to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SystemRequest<'c> {
    /// Restart the main processor.
    RebootMcu,
    /// Restart the cellular module.
    RebootGsm,
    /// Restart the WiFi module.
    RebootWifi,
    /// Where the panel finds its cloud.
    ServerAddress {
        /// Address or name, 1 to 63 characters: letters, digits, `.`, `-`, `:`.
        host: &'c str,
        /// A second one. Panels have not been seen to use it; the first is repeated if there is none.
        second: Option<&'c str>,
        /// TCP port; the vendor's is 5678.
        port: u16,
    },
}

/// Longest name of a host.
const MAX_HOST: usize = 63;

impl SystemRequest<'_> {
    /// Writes it as a datagram and gives its length.
    ///
    /// # Errors
    /// [`EncodeError`] if a host has a character that may not stand in it or a wrong length, or `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        writer.put(START);
        writer.put(FRONT);
        let reboot = match self {
            Self::RebootMcu => SystemCommand::McuReboot,
            Self::RebootGsm => SystemCommand::GsmReboot,
            Self::RebootWifi => SystemCommand::WifiReboot,
            Self::ServerAddress { .. } => SystemCommand::SetConfiguration,
        };
        writer.put_number(reboot.raw());
        if let Self::ServerAddress { host, second, port } = self {
            writer.put(b",");
            writer.put_number(SystemSetting::ServerAddress.raw());
            for (host, before) in [(Some(*host), &b"="[..]), (Some(second.unwrap_or(host)), b"&")] {
                let host = host.unwrap_or_default();
                check_host(host)?;
                writer.put(before);
                writer.put(host.as_bytes());
            }
            writer.put(b"&");
            writer.put_number(i64::from(*port));
        }
        writer.put(BACK);
        writer.put(END);
        writer.len()
    }
}

fn check_host(host: &str) -> Result<(), EncodeError> {
    if host.is_empty() {
        return Err(EncodeError::Missing { field: "host" });
    }
    // It is put into the text as it is.
    let bad = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    if let Some(at) = host.bytes().position(bad) {
        return Err(EncodeError::BadCharacter { field: "host", at: u32::try_from(at).unwrap_or(u32::MAX) });
    }
    if host.len() > MAX_HOST {
        let found = u32::try_from(host.len()).unwrap_or(u32::MAX);
        return Err(EncodeError::OutOfRange { field: "length of host", min: 1, max: 63, found });
    }
    Ok(())
}
