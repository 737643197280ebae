//! Answer to `S17`: model and version.

use core::fmt;
use core::str::FromStr;

use nom::combinator::all_consuming;
use nom::sequence::separated_pair;
use nom::{IResult, Parser as _};

use crate::error::ConfigError;

/// A panel of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Model {
    /// D8X, 8 zones.
    D8x,
    /// D8X with 3G modem.
    D8xCel3g,
    /// D8X with 4G modem.
    D8xCel4g,
    /// D16X, 16 zones.
    D16x,
    /// D16X with 3G modem.
    D16xCel3g,
    /// D16X with 4G modem.
    D16xCel4g,
    /// D32X, 32 zones.
    D32x,
    /// D8+; in no vendor text, from the Python library.
    DPlus8,
}

impl Model {
    /// The eight models.
    pub const ALL: [Self; 8] =
        [Self::D8x, Self::D8xCel3g, Self::D8xCel4g, Self::D16x, Self::D16xCel3g, Self::D16xCel4g, Self::D32x, Self::DPlus8];

    /// The name in upper case, as the Python library spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::D8x => "D8X",
            Self::D8xCel3g => "D8X_CEL_3G",
            Self::D8xCel4g => "D8X_CEL_4G",
            Self::D16x => "D16X",
            Self::D16xCel3g => "D16X_CEL_3G",
            Self::D16xCel4g => "D16X_CEL_4G",
            Self::D32x => "D32X",
            Self::DPlus8 => "DPLUS8",
        }
    }

    /// The model with a [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name().eq_ignore_ascii_case(name))
    }
}

/// Which model a model byte stands for. The vendor's own table and examples contradict each other for `00`, `04` and `05`, so
/// there are several, and a caller may write its own as a table of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelMap<'b>(&'b [(u8, Model)]);

impl<'b> ModelMap<'b> {
    /// By the examples of the vendor's document, revision 16, and the Python library's mapper of that name. The default here.
    pub const REV16: ModelMap<'static> = ModelMap(&[
        (0x00, Model::D8x),
        (0x04, Model::D8xCel3g),
        (0x05, Model::D8xCel4g),
        (0x06, Model::D32x),
        (0x10, Model::D16x),
        (0x14, Model::D16xCel3g),
        (0x15, Model::D16xCel4g),
        (0x16, Model::DPlus8),
    ]);

    /// The Python library's older mapper.
    pub const LEGACY: ModelMap<'static> = ModelMap(&[(0x00, Model::D16x), (0x04, Model::D16xCel3g), (0x14, Model::D16xCel3g)]);

    /// By the table of the vendor's document, revision 16.
    pub const VENDOR_TABLE: ModelMap<'static> =
        ModelMap(&[(0x00, Model::D16x), (0x04, Model::D16xCel3g), (0x05, Model::D16xCel4g), (0x06, Model::D32x)]);

    /// What the Python library does by default: [`LEGACY`](Self::LEGACY), then [`REV16`](Self::REV16). It calls a D8X a D16X.
    pub const LIBRARY_DEFAULT: ModelMap<'static> = ModelMap(&[
        (0x00, Model::D16x),
        (0x04, Model::D16xCel3g),
        (0x14, Model::D16xCel3g),
        (0x05, Model::D8xCel4g),
        (0x06, Model::D32x),
        (0x10, Model::D16x),
        (0x15, Model::D16xCel4g),
        (0x16, Model::DPlus8),
    ]);

    /// A mapping of the caller's. The first pair that fits counts.
    #[must_use]
    pub const fn new(pairs: &'b [(u8, Model)]) -> Self {
        Self(pairs)
    }

    /// The model a byte stands for.
    #[must_use]
    pub fn model(self, byte: u8) -> Option<Model> {
        self.0.iter().find(|(raw, _)| *raw == byte).map(|(_, model)| *model)
    }

    /// The first byte that stands for a model.
    #[must_use]
    pub fn byte(self, model: Model) -> Option<u8> {
        self.0.iter().find(|(_, mapped)| *mapped == model).map(|(raw, _)| *raw)
    }
}

impl Default for ModelMap<'static> {
    fn default() -> Self {
        Self::REV16
    }
}

/// A version number: two numbers of four bits. `0.0` stands for "older than 7.8" (vendor's document).
///
/// ```
/// # use codec_core::ness::Version;
/// let version: Version = "10.8".parse()?;
/// assert_eq!(version.raw(), 0xA8);
/// assert_eq!(version.to_string(), "10.8");
/// # Ok::<(), codec_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Version(u8);

impl Version {
    /// From the byte on the wire: major in the high four bits, minor in the low four.
    #[must_use]
    pub const fn from_raw(raw: u8) -> Self {
        Self(raw)
    }

    /// The byte on the wire.
    #[must_use]
    pub const fn raw(self) -> u8 {
        self.0
    }

    /// 0 to 15.
    #[must_use]
    pub const fn major(self) -> u8 {
        self.0 >> 4
    }

    /// 0 to 15.
    #[must_use]
    pub const fn minor(self) -> u8 {
        self.0 & 0x0F
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}

impl FromStr for Version {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let parsed = all_consuming(separated_pair(number, dot, number)).parse(text.as_bytes());
        let (_, (major, minor)) = parsed.map_err(|_| ConfigError::BadText { field: "version" })?;
        let half = |found: u32| match u8::try_from(found) {
            Ok(half @ 0..=15) => Ok(half),
            _ => Err(ConfigError::OutOfRange { field: "version", min: 0, max: 15, found }),
        };
        Ok(Self(half(major)? << 4 | half(minor)?))
    }
}

/// One to three decimal digits. The parsers for single characters are our own: nom's cut slices with a check that a compiler cannot
/// always prove away.
fn number(text: &[u8]) -> IResult<&[u8], u32, ()> {
    let count = text.iter().take_while(|digit| digit.is_ascii_digit()).count();
    match text.split_at_checked(count) {
        Some((digits, behind)) if (1..=3).contains(&count) => {
            Ok((behind, digits.iter().fold(0_u32, |number, digit| number.wrapping_mul(10).wrapping_add((digit & 0x0F).into()))))
        }
        _ => Err(nom::Err::Error(())),
    }
}

fn dot(text: &[u8]) -> IResult<&[u8], (), ()> {
    match text {
        [b'.', behind @ ..] => Ok((behind, ())),
        _ => Err(nom::Err::Error(())),
    }
}

/// Model byte and version as a panel reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct PanelVersion {
    /// The model byte; [`ModelMap`] says what it stands for.
    pub model: u8,
    /// The version.
    pub version: Version,
}

impl PanelVersion {
    /// From the 16-bit value of the status line.
    #[must_use]
    pub const fn from_value(value: u16) -> Self {
        let [model, version] = value.to_be_bytes();
        Self { model, version: Version(version) }
    }

    /// The 16-bit value of the status line.
    #[must_use]
    pub const fn value(self) -> u16 {
        u16::from_be_bytes([self.model, self.version.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_words_are_two_numbers_up_to_15() {
        assert_eq!("8.7".parse(), Ok(Version(0x87)));
        assert_eq!("15.15".parse(), Ok(Version(0xFF)));
        for bad in ["", "8", "8.", ".7", "8.7.1", "8.7 ", "-8.7", "1000.0", "8\u{b2}.7"] {
            assert_eq!(bad.parse::<Version>(), Err(ConfigError::BadText { field: "version" }), "{bad}");
        }
        assert_eq!("16.0".parse::<Version>(), Err(ConfigError::OutOfRange { field: "version", min: 0, max: 15, found: 16 }));
        assert_eq!("8.256".parse::<Version>(), Err(ConfigError::OutOfRange { field: "version", min: 0, max: 15, found: 256 }));
    }

    /// The table of model bytes, column by column.
    #[test]
    fn model_bytes_by_every_mapping() {
        use Model::*;
        let bytes = [0x00, 0x04, 0x05, 0x06, 0x10, 0x14, 0x15, 0x16, 0xFF];
        let column = |map: ModelMap<'_>| bytes.map(|byte| map.model(byte));
        assert_eq!(
            column(ModelMap::VENDOR_TABLE),
            [Some(D16x), Some(D16xCel3g), Some(D16xCel4g), Some(D32x), None, None, None, None, None]
        );
        assert_eq!(column(ModelMap::LEGACY), [Some(D16x), Some(D16xCel3g), None, None, None, Some(D16xCel3g), None, None, None]);
        assert_eq!(
            column(ModelMap::REV16),
            [Some(D8x), Some(D8xCel3g), Some(D8xCel4g), Some(D32x), Some(D16x), Some(D16xCel3g), Some(D16xCel4g), Some(DPlus8), None]
        );
        assert_eq!(
            column(ModelMap::LIBRARY_DEFAULT),
            [Some(D16x), Some(D16xCel3g), Some(D8xCel4g), Some(D32x), Some(D16x), Some(D16xCel3g), Some(D16xCel4g), Some(DPlus8), None]
        );
        for model in Model::ALL {
            let byte = ModelMap::REV16.byte(model).unwrap();
            assert_eq!(ModelMap::REV16.model(byte), Some(model));
            assert_eq!(Model::from_name(model.name()), Some(model));
        }
        let own = [(0x42, D32x)];
        assert_eq!(ModelMap::new(&own).model(0x42), Some(D32x));
    }
}
