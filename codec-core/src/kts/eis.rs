//! Device types, and what values mean.

use crate::text::decimal;
use crate::text::json::Text;

/// What kind of device an object is a part of (`type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DeviceType<'i> {
    /// 1: a lamp.
    Light,
    /// 2: a blind or curtain.
    Curtain,
    /// 3: an air conditioner.
    AirConditioning,
    /// 4: floor heating.
    FloorHeating,
    /// 5: fresh air.
    FreshAir,
    /// 6: a scene.
    Scene,
    /// 9: security.
    Security,
    /// Another text, kept as it is.
    Other(Text<'i>),
}

impl<'i> DeviceType<'i> {
    pub(crate) fn from_text(text: Text<'i>) -> Self {
        match text.number() {
            Some(1) => Self::Light,
            Some(2) => Self::Curtain,
            Some(3) => Self::AirConditioning,
            Some(4) => Self::FloorHeating,
            Some(5) => Self::FreshAir,
            Some(6) => Self::Scene,
            Some(9) => Self::Security,
            _ => Self::Other(text),
        }
    }

    /// The number on the wire, if the text is one.
    pub(crate) fn number(self) -> Option<u32> {
        Some(match self {
            Self::Light => 1,
            Self::Curtain => 2,
            Self::AirConditioning => 3,
            Self::FloorHeating => 4,
            Self::FreshAir => 5,
            Self::Scene => 6,
            Self::Security => 9,
            Self::Other(text) => return text.number(),
        })
    }

    /// The text on the wire.
    #[must_use]
    pub const fn text(self) -> Text<'i> {
        Text::new(match self {
            Self::Light => "1",
            Self::Curtain => "2",
            Self::AirConditioning => "3",
            Self::FloorHeating => "4",
            Self::FreshAir => "5",
            Self::Scene => "6",
            Self::Security => "9",
            Self::Other(text) => return text,
        })
    }

    /// One word: `light`, `curtain`, `air_conditioning`, `floor_heating`, `fresh_air`, `scene`, `security`, `other`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Curtain => "curtain",
            Self::AirConditioning => "air_conditioning",
            Self::FloorHeating => "floor_heating",
            Self::FreshAir => "fresh_air",
            Self::Scene => "scene",
            Self::Security => "security",
            Self::Other(_) => "other",
        }
    }
}

/// Mode of an air conditioner (EIS 61).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ClimateMode {
    /// 0.
    Cool,
    /// 1.
    Heat,
    /// 2.
    Fan,
}

/// Speed of a fan (EIS 62).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FanSpeed {
    /// 0.
    Auto,
    /// 1.
    Low,
    /// 2.
    Medium,
    /// 3.
    High,
}

/// What a value means, by the kind of device and the type of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Meaning<'i> {
    /// On or off; an alarm is on.
    Switch(bool),
    /// A blind was opened or closed (EIS 1 and 7). Which of 0 and 1 is open the document does not say.
    Move(bool),
    /// Brightness, 0 to 255.
    Brightness(u8),
    /// Colour temperature, two bytes. The document has no unit.
    ColourTemperature(u16),
    /// Position of a curtain, 0 to 255; percent are value / 255 * 100.
    Position(u8),
    /// Temperature to reach, in thousandths of a degree.
    SetTemperature(i32),
    /// Temperature of the room, in thousandths of a degree.
    RoomTemperature(i32),
    /// Mode of an air conditioner.
    Climate(ClimateMode),
    /// Speed of its fan.
    Fan(FanSpeed),
    /// Fine dust, PM2.5. The document has no unit.
    FineDust(u32),
    /// Carbon dioxide. The document has no unit.
    CarbonDioxide(u32),
    /// Mode of the fresh air; the document has no values.
    FreshAirMode(u32),
    /// Humidity. The document has no unit.
    Humidity(u32),
    /// Number of a scene, 0 to 127.
    Scene(u8),
    /// Mode of the alarm (arm, disarm, bypass, …); the document has no values.
    SecurityMode(u32),
    /// A type or value without a meaning here.
    Other(Text<'i>),
}

impl<'i> Meaning<'i> {
    /// The meaning of a value. EIS 2 of a light counts as brightness, and EIS 14 of a scene as its number: the document's examples have
    /// them.
    #[must_use]
    pub fn of(device: DeviceType<'_>, eis: u16, value: Text<'i>) -> Self {
        Self::known(device, eis, value).unwrap_or(Self::Other(value))
    }

    fn known(device: DeviceType<'_>, eis: u16, value: Text<'i>) -> Option<Self> {
        let number = || value.number();
        let byte = || u8::try_from(value.number()?).ok();
        let on = || match value.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        let thousandths = || decimal::thousandths(value.raw());
        Some(match (device, eis) {
            (DeviceType::Curtain, 1 | 7) => Self::Move(on()?),
            (DeviceType::Curtain, 6) => Self::Position(byte()?),
            (DeviceType::Light, 2 | 6) => Self::Brightness(byte()?),
            (DeviceType::Light, 222) => Self::ColourTemperature(u16::try_from(number()?).ok()?),
            (DeviceType::Scene, 6 | 14) => Self::Scene(byte().filter(|scene| *scene < 128)?),
            (DeviceType::Security, 6) => Self::SecurityMode(number()?),
            (DeviceType::AirConditioning | DeviceType::FloorHeating, 5) => Self::SetTemperature(thousandths()?),
            (DeviceType::AirConditioning | DeviceType::FloorHeating, 60) => Self::RoomTemperature(thousandths()?),
            (DeviceType::AirConditioning, 61) => Self::Climate(match number()? {
                0 => ClimateMode::Cool,
                1 => ClimateMode::Heat,
                2 => ClimateMode::Fan,
                _ => return None,
            }),
            (DeviceType::AirConditioning, 62) => Self::Fan(match number()? {
                0 => FanSpeed::Auto,
                1 => FanSpeed::Low,
                2 => FanSpeed::Medium,
                3 => FanSpeed::High,
                _ => return None,
            }),
            (DeviceType::FreshAir, 51) => Self::FineDust(number()?),
            (DeviceType::FreshAir, 52) => Self::CarbonDioxide(number()?),
            (DeviceType::FreshAir, 53) => Self::FreshAirMode(number()?),
            (DeviceType::FreshAir, 54) => Self::Humidity(number()?),
            (_, 1) => Self::Switch(on()?),
            _ => return None,
        })
    }
}
