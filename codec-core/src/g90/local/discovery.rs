//! Finding panels: everybody is asked for host information, or one panel by its device id.
//!
//! Broadcast: send [`GetHostInfo`](super::CommandCode::GetHostInfo) to 255.255.255.255:12368, collect replies for 10 seconds; each is a
//! [`HostInfo`](super::HostInfo). Targeted: send [`encode_probe`] from port 12901 to 255.255.255.255:12900, collect [`ProbeReply`] for
//! 30 seconds. Its answer does not repeat the device id.

use super::fault::LocalFault;
use super::wire::Message;
use super::writer::Writer;
use crate::error::{EncodeError, Fault, FaultKind, JsonError};
use crate::text::split;

const QUESTION: &str = "IWTAC_PROBE_DEVICE";
const ANSWER: &str = "IWTAC_PROBE_DEVICE_ACK";

/// How long to collect answers to a broadcast, in milliseconds.
pub const BROADCAST_MILLIS: u32 = 10_000;

/// How long to collect answers to a targeted discovery, in milliseconds.
pub const TARGETED_MILLIS: u32 = 30_000;

/// The question for one panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe<'i> {
    /// Whom it is for.
    pub device_id: &'i str,
}

/// The answer to it: texts as they came, without the word in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeReply<'i> {
    /// Model, as `TSV018-3SIA`.
    pub product_name: &'i str,
    /// Version of the local protocol.
    pub wifi_protocol_version: &'i str,
    /// Version of the cloud protocol.
    pub cloud_protocol_version: &'i str,
    /// Version of the main processor.
    pub mcu_hw_version: &'i str,
    /// Version of the firmware.
    pub fw_version: &'i str,
    /// State of the cellular module, see [`GsmStatus`](crate::g90::GsmStatus).
    pub gsm_status: &'i str,
    /// State of WiFi, see [`WifiStatus`](crate::g90::WifiStatus).
    pub wifi_status: &'i str,
    /// Whether the cloud is connected.
    pub server_status: &'i str,
    /// Meaning unknown.
    pub reserved1: &'i str,
    /// Meaning unknown.
    pub reserved2: &'i str,
    /// Strength of the cellular signal, 0 to 100 %.
    pub gsm_signal_level: &'i str,
    /// Strength of the WiFi signal, 0 to 100 %.
    pub wifi_signal_level: &'i str,
}

impl<'i> ProbeReply<'i> {
    /// The word in front.
    pub const MESSAGE: &'static str = ANSWER;

    /// Names and values, in the order of the wire.
    #[must_use]
    pub const fn fields(&self) -> [(&'static str, &'i str); 12] {
        [
            ("product_name", self.product_name),
            ("wifi_protocol_version", self.wifi_protocol_version),
            ("cloud_protocol_version", self.cloud_protocol_version),
            ("mcu_hw_version", self.mcu_hw_version),
            ("fw_version", self.fw_version),
            ("gsm_status", self.gsm_status),
            ("wifi_status", self.wifi_status),
            ("server_status", self.server_status),
            ("reserved1", self.reserved1),
            ("reserved2", self.reserved2),
            ("gsm_signal_level", self.gsm_signal_level),
            ("wifi_signal_level", self.wifi_signal_level),
        ]
    }

    /// Writes it and gives its length.
    ///
    /// # Errors
    /// [`EncodeError::BadCharacter`] for a comma or a control character in a field, [`EncodeError::NoSpace`].
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        writer.put(ANSWER.as_bytes());
        for (name, value) in self.fields() {
            check(name, value)?;
            writer.put(b",");
            writer.put(value.as_bytes());
        }
        writer.put(b"\0");
        writer.len()
    }
}

/// Writes the question for a device id, 1 to 64 characters, and gives its length.
///
/// ```
/// let mut out = [0; 64];
/// let len = codec_core::g90::local::encode_probe("GA18018B3001021", &mut out)?;
/// assert_eq!(&out[..len], b"IWTAC_PROBE_DEVICE,GA18018B3001021\0");
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
///
/// # Errors
/// [`EncodeError`] if the device id is empty, too long or has a comma or a control character, or `out` is too short.
pub fn encode_probe(device_id: &str, out: &mut [u8]) -> Result<usize, EncodeError> {
    check("device id", device_id)?;
    if device_id.is_empty() || device_id.len() > 64 {
        return Err(EncodeError::TextLength { field: "device id", min: 1, max: 64 });
    }
    let mut writer = Writer::new(out);
    writer.put(QUESTION.as_bytes());
    writer.put(b",");
    writer.put(device_id.as_bytes());
    writer.put(b"\0");
    writer.len()
}

fn check(field: &'static str, text: &str) -> Result<(), EncodeError> {
    match text.bytes().position(|byte| byte == b',' || byte.is_ascii_control()) {
        Some(at) => Err(EncodeError::BadCharacter { field, at: u32::try_from(at).unwrap_or(u32::MAX) }),
        None => Ok(()),
    }
}

/// Whether a datagram belongs here rather than to the commands: it begins with the words of discovery, or has no marker and is no text.
pub(super) fn is_probe(datagram: &[u8]) -> bool {
    datagram.starts_with(b"IWTAC") || !datagram.starts_with(super::wire::START) && core::str::from_utf8(datagram).is_err()
}

/// Decodes a datagram of a targeted discovery.
///
/// # Errors
/// Class `json` if it is not UTF-8, [`LocalFault::Probe`] if it begins with another word or does not end with a NUL,
/// [`LocalFault::Record`] if it does not have its 2 or 13 fields.
pub fn decode(datagram: &[u8]) -> Result<Message<'_>, Fault> {
    let text = core::str::from_utf8(datagram)
        .map_err(|error| Fault::new(FaultKind::Json(JsonError::Utf8), error.valid_up_to()))?
        .strip_suffix('\0')
        .ok_or(Fault::new(LocalFault::Probe.into(), datagram.len()))?;
    let mut fields = split(text, b',');
    let word = fields.next().unwrap_or_default();
    let at = core::cell::Cell::new(0_u32);
    let mut next = || {
        at.set(at.get().saturating_add(1));
        fields.next().ok_or(LocalFault::Record { row: 0, field: at.get() })
    };
    let message = match word {
        QUESTION => Message::Probe(Probe { device_id: next()? }),
        ANSWER => Message::ProbeReply(ProbeReply {
            product_name: next()?,
            wifi_protocol_version: next()?,
            cloud_protocol_version: next()?,
            mcu_hw_version: next()?,
            fw_version: next()?,
            gsm_status: next()?,
            wifi_status: next()?,
            server_status: next()?,
            reserved1: next()?,
            reserved2: next()?,
            gsm_signal_level: next()?,
            wifi_signal_level: next()?,
        }),
        _ => return Err(LocalFault::Probe.into()),
    };
    match next() {
        Ok(_) => Err(LocalFault::Record { row: 0, field: at.get() }.into()),
        Err(_) => Ok(message),
    }
}
