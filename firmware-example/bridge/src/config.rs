//! What a bridge is told before it starts, as one line of text.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddrV4};

use codec_core::Secret;

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
            Self::NoPanel => f.write_str("the configuration names no panel: `ness=` or `ksenia=`"),
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
        let mut config = Self { ness: None, ksenia: None, address: None, port: 4000, ssid: None, password: None };
        let (mut ksenia, mut pin, mut gateway) = (None, None, None);
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
                "ip" => config.address = Some(address(value).ok_or(ConfigError::BadValue("ip"))?),
                "gateway" => gateway = Some(read("gateway", value)?),
                "port" => config.port = read("port", value)?,
                "ssid" => config.ssid = Some(value),
                "password" => config.password = Some(Secret::new(value)),
                _ => return Err(ConfigError::UnknownKey(at + 1)),
            }
        }
        if let Some((at, host)) = ksenia {
            config.ksenia = Some(Ksenia { at, host, pin: pin.ok_or(ConfigError::Needs("ksenia-pin"))? });
        }
        match (&mut config.address, gateway) {
            (Some(address), gateway) => address.gateway = gateway,
            (None, Some(_)) => return Err(ConfigError::Needs("ip")),
            (None, None) => {}
        }
        if config.ness.is_none() && config.ksenia.is_none() {
            return Err(ConfigError::NoPanel);
        }
        Ok(config)
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

fn read<T: core::str::FromStr>(key: &'static str, value: &str) -> Result<T, ConfigError> {
    value.parse().map_err(|_| ConfigError::BadValue(key))
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
    fn the_least() {
        let config = Config::parse("ness=192.0.2.7:2401").unwrap();
        assert_eq!((config.ness, config.address, config.port), (Some(NessLink::Tcp("192.0.2.7:2401".parse().unwrap())), None, 4000));
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
            ("ness=uart ip=192.0.2.9", ConfigError::BadValue("ip")),
            ("ness=uart ip=192.0.2.9/33", ConfigError::BadValue("ip")),
            ("ness=uart gateway=192.0.2.1", ConfigError::Needs("ip")),
            ("ksenia=192.0.2.7:80", ConfigError::Needs("ksenia-pin")),
        ];
        for (text, error) in cases {
            assert_eq!(Config::parse(text).err(), Some(error), "{text}");
        }
    }
}
