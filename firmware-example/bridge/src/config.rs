//! What a bridge is told before it starts, as one line of text.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddrV4};

use codec_core::Secret;

use crate::hub::Panel;

/// Where a Ness panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NessLink {
    /// Behind a serial-to-Ethernet adapter.
    Tcp(SocketAddrV4),
    /// On the board's own serial line.
    Uart,
}

/// Where a Ksenia panel is, and how to log in.
#[derive(Clone, Copy, Debug)]
pub struct Ksenia<'t> {
    /// Address and port.
    pub at: SocketAddrV4,
    /// The same as it was written, for the request line.
    pub host: &'t str,
    /// The code.
    pub pin: Secret<&'t str>,
}

/// Which KTS host may connect.
#[derive(Clone, Copy, Debug)]
pub struct Kts<'t> {
    /// Where to listen.
    pub port: u16,
    /// Its serial number.
    pub sn: &'t str,
    /// What it signs with.
    pub key: Secret<&'t str>,
}

/// An address of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub address: Ipv4Addr,
    /// Bits of the network, 0 to 32.
    pub bits: u8,
    /// The router, if there is one.
    pub gateway: Option<Ipv4Addr>,
}

/// A configuration: words `key=value` with white space between.
///
/// | key | value |
/// |---|---|
/// | `ness` | `A.B.C.D:PORT`, or `uart` |
/// | `ksenia` | `A.B.C.D:PORT`, without TLS |
/// | `ksenia-pin` | the code to log in with |
/// | `g90` | `A.B.C.D:PORT`; panels listen on 12368 |
/// | `kts` | TCP port on which the KTS host is waited for |
/// | `kts-sn`, `kts-key` | its serial number and key |
/// | `ip` | `A.B.C.D/BITS`; without it, DHCP |
/// | `gateway` | `A.B.C.D` |
/// | `port` | TCP port for JSON lines, 4000 without it |
/// | `ssid`, `password` | of the Wi-Fi, where a board has one; they cannot hold white space |
#[derive(Clone, Copy, Debug)]
pub struct Config<'t> {
    /// The Ness panel, if there is one.
    pub ness: Option<NessLink>,
    /// The Ksenia panel, if there is one.
    pub ksenia: Option<Ksenia<'t>>,
    /// The G90 panel, if there is one.
    pub g90: Option<SocketAddrV4>,
    /// The KTS host, if there is one.
    pub kts: Option<Kts<'t>>,
    /// The own address, or DHCP.
    pub address: Option<Address>,
    /// The TCP port for JSON lines.
    pub port: u16,
    /// Name of the Wi-Fi.
    pub ssid: Option<&'t str>,
    /// Password of the Wi-Fi.
    pub password: Option<Secret<&'t str>>,
}

/// Why a configuration cannot be used. It names the key and never repeats the value, which may be a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ConfigError {
    /// There is none.
    Missing,
    /// A word, counted from 1, has no key that is known.
    UnknownKey(usize),
    /// The value of this key cannot be read.
    BadValue(&'static str),
    /// No panel is named.
    NoPanel,
    /// This key is needed with the others that are there.
    Needs(&'static str),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no configuration"),
            Self::UnknownKey(word) => write!(f, "word {word} of the configuration has no known key"),
            Self::BadValue(key) => write!(f, "the value of `{key}` cannot be read"),
            Self::NoPanel => f.write_str("the configuration names no panel: `ness=`, `ksenia=`, `g90=` or `kts=`"),
            Self::Needs(key) => write!(f, "the configuration needs `{key}=` as well"),
        }
    }
}

impl core::error::Error for ConfigError {}

impl<'t> Config<'t> {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &'t str) -> Result<Self, ConfigError> {
        let mut config = Self { ness: None, ksenia: None, g90: None, kts: None, address: None, port: 4000, ssid: None, password: None };
        let (mut ksenia, mut pin, mut gateway) = (None, None, None);
        let (mut kts, mut sn, mut key_of_host) = (None, None, None);
        if text.trim().is_empty() {
            return Err(ConfigError::Missing);
        }
        for (at, word) in text.split_whitespace().enumerate() {
            let (key, value) = word.split_once('=').ok_or(ConfigError::UnknownKey(at + 1))?;
            match key {
                "ness" if value == "uart" => config.ness = Some(NessLink::Uart),
                "ness" => config.ness = Some(NessLink::Tcp(read("ness", value)?)),
                "ksenia" => ksenia = Some((read("ksenia", value)?, value)),
                "ksenia-pin" => pin = Some(Secret::new(value)),
                "g90" => config.g90 = Some(read("g90", value)?),
                "kts" => kts = Some(port("kts", value)?),
                "kts-sn" => sn = Some(value),
                "kts-key" => key_of_host = Some(Secret::new(value)),
                "ip" => config.address = Some(address(value).ok_or(ConfigError::BadValue("ip"))?),
                "gateway" => gateway = Some(read("gateway", value)?),
                "port" => config.port = port("port", value)?,
                "ssid" => config.ssid = Some(value),
                "password" => config.password = Some(Secret::new(value)),
                _ => return Err(ConfigError::UnknownKey(at + 1)),
            }
        }
        if let Some((at, host)) = ksenia {
            config.ksenia = Some(Ksenia { at, host, pin: pin.ok_or(ConfigError::Needs("ksenia-pin"))? });
        }
        if let Some(port) = kts {
            let (sn, key) = (sn.ok_or(ConfigError::Needs("kts-sn"))?, key_of_host.ok_or(ConfigError::Needs("kts-key"))?);
            config.kts = Some(Kts { port, sn, key });
        }
        match (&mut config.address, gateway) {
            (Some(address), gateway) => address.gateway = gateway,
            (None, Some(_)) => return Err(ConfigError::Needs("ip")),
            (None, None) => {}
        }
        if config.panels().next().is_none() {
            return Err(ConfigError::NoPanel);
        }
        Ok(config)
    }

    /// The panels that it names.
    pub fn panels(&self) -> impl Iterator<Item = Panel> {
        Panel::ALL.into_iter().filter(|panel| match panel {
            Panel::Ness => self.ness.is_some(),
            Panel::Ksenia => self.ksenia.is_some(),
            Panel::G90 => self.g90.is_some(),
            Panel::Kts => self.kts.is_some(),
        })
    }

    /// How embassy-net is to find its address.
    pub fn network(&self) -> embassy_net::Config {
        let Some(own) = self.address else { return embassy_net::Config::dhcpv4(embassy_net::DhcpConfig::default()) };
        embassy_net::Config::ipv4_static(embassy_net::StaticConfigV4 {
            address: embassy_net::Ipv4Cidr::new(own.address, own.bits),
            gateway: own.gateway,
            dns_servers: Default::default(),
        })
    }
}

/// The text that was written to the front of a flash sector: up to the first byte that is 0 or erased (255). `None` if there is none.
pub fn text(sector: &[u8]) -> Option<&str> {
    let end = sector.iter().position(|byte| matches!(byte, 0 | 255)).unwrap_or(sector.len());
    core::str::from_utf8(&sector[..end]).ok().filter(|text| !text.is_empty())
}

fn read<T: core::str::FromStr>(key: &'static str, value: &str) -> Result<T, ConfigError> {
    value.parse().map_err(|_| ConfigError::BadValue(key))
}

fn port(key: &'static str, value: &str) -> Result<u16, ConfigError> {
    read(key, value).and_then(|port| if port == 0 { Err(ConfigError::BadValue(key)) } else { Ok(port) })
}

fn address(value: &str) -> Option<Address> {
    let (address, bits) = value.split_once('/')?;
    let bits = bits.parse().ok().filter(|bits| *bits <= 32)?;
    Some(Address { address: address.parse().ok()?, bits, gateway: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_configuration() {
        let text =
            "ness=uart ksenia=192.0.2.7:80 ksenia-pin=246810\n ip=192.0.2.9/24 gateway=192.0.2.1 port=5000 ssid=home password=secret";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.ness, Some(NessLink::Uart));
        let ksenia = config.ksenia.unwrap();
        assert_eq!((ksenia.at, ksenia.host, *ksenia.pin.expose()), ("192.0.2.7:80".parse().unwrap(), "192.0.2.7:80", "246810"));
        let own = Address { address: Ipv4Addr::new(192, 0, 2, 9), bits: 24, gateway: Some(Ipv4Addr::new(192, 0, 2, 1)) };
        assert_eq!((config.address, config.port, config.ssid), (Some(own), 5000, Some("home")));
    }

    #[test]
    fn the_other_families() {
        let config = Config::parse("g90=192.0.2.7:12368 kts=5000 kts-sn=08ABEF112233 kts-key=1234567890").unwrap();
        let kts = config.kts.unwrap();
        assert_eq!((config.g90, kts.port, kts.sn), (Some("192.0.2.7:12368".parse().unwrap()), 5000, "08ABEF112233"));
        assert_eq!(*kts.key.expose(), "1234567890");
        assert!(config.panels().eq([Panel::G90, Panel::Kts]));
    }

    #[test]
    fn the_least() {
        let config = Config::parse("ness=192.0.2.7:2401").unwrap();
        assert_eq!((config.ness, config.address, config.port), (Some(NessLink::Tcp("192.0.2.7:2401".parse().unwrap())), None, 4000));
    }

    #[test]
    fn what_is_in_the_flash() {
        assert_eq!(text(b"ness=uart\n\xff\xff\xff"), Some("ness=uart\n"));
        assert_eq!(text(b"ness=uart\0anything"), Some("ness=uart"));
        assert_eq!(text(b"ness=uart"), Some("ness=uart"));
        for nothing in [b"".as_slice(), &[255; 16], &[0; 16], b"\x80\x80\xff"] {
            assert_eq!(text(nothing), None);
        }
    }

    #[test]
    fn mistakes_are_told_without_values() {
        let cases = [
            ("", ConfigError::Missing),
            (" \n", ConfigError::Missing),
            ("port=4000", ConfigError::NoPanel),
            ("ness=uart 1234", ConfigError::UnknownKey(2)),
            ("ness=uart pin=1234", ConfigError::UnknownKey(2)),
            ("ness=192.0.2.7", ConfigError::BadValue("ness")),
            ("ness=uart port=70000", ConfigError::BadValue("port")),
            ("ness=uart port=0", ConfigError::BadValue("port")),
            ("kts=0 kts-sn=08ABEF112233 kts-key=1234567890", ConfigError::BadValue("kts")),
            ("ness=uart ip=192.0.2.9", ConfigError::BadValue("ip")),
            ("ness=uart ip=192.0.2.9/33", ConfigError::BadValue("ip")),
            ("ness=uart gateway=192.0.2.1", ConfigError::Needs("ip")),
            ("ksenia=192.0.2.7:80", ConfigError::Needs("ksenia-pin")),
            ("kts=5000 kts-sn=08ABEF112233", ConfigError::Needs("kts-key")),
            ("kts=5000 kts-key=1234567890", ConfigError::Needs("kts-sn")),
        ];
        for (text, error) in cases {
            assert_eq!(Config::parse(text).err(), Some(error), "{text}");
        }
    }
}
