//! Texts with a meaning: codes that keep what they have no name for, flags, decimal readings.

use core::fmt;

use crate::text::decimal;
use crate::text::json::Text;

/// What a member of a record can be read as.
pub(crate) trait Scalar<'i>: Sized {
    /// `None` if the text is not of this kind.
    fn read(text: Text<'i>) -> Option<Self>;
}

impl<'i> Scalar<'i> for Text<'i> {
    fn read(text: Text<'i>) -> Option<Self> {
        Some(text)
    }
}

impl<'i> Scalar<'i> for u32 {
    fn read(text: Text<'i>) -> Option<Self> {
        text.number()
    }
}

impl<'i> Scalar<'i> for u64 {
    fn read(text: Text<'i>) -> Option<Self> {
        text.wide_number()
    }
}

/// Defines an enum over a text that keeps values it has no name for.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum $name<'i> {
            $($(#[$doc])* $variant,)*
            /// A text without a name here, kept as it is.
            Other($crate::text::json::Text<'i>),
        }

        const _: () = {
            use $crate::text::json::Text;
            use $crate::text::{FAST, words};

            /// All words, to be looked up where there is no room for a comparison with each.
            const WORDS: &str = words::list!($($word),*);

            #[derive(Clone, Copy)]
            enum Place { $($variant,)* Other }

            /// The same as numbers, to match with.
            struct Number;

            #[allow(non_upper_case_globals, reason = "named as what they stand for")]
            impl Number {
                $(const $variant: u8 = Place::$variant as u8;)*
                const Other: u8 = Place::Other as u8;
            }

            impl<'i> $name<'i> {
                /// All values that have a name.
                pub const ALL: &'static [$name<'static>] = &[$($name::$variant),*];

                /// The meaning of a text on the wire.
                #[must_use]
                pub fn from_text(text: Text<'i>) -> Self {
                    if FAST {
                        return Self::known(text.raw()).unwrap_or_else(|| Self::unusual(text));
                    }
                    match words::place(WORDS, text) {
                        $(Number::$variant => Self::$variant,)*
                        _ => Self::Other(text),
                    }
                }

                fn known(word: &str) -> Option<Self> {
                    match word {
                        $($word => Some(Self::$variant),)*
                        _ => None,
                    }
                }

                /// A text with an escape may still be a known word.
                #[cold]
                fn unusual(text: Text<'i>) -> Self {
                    let mut room = [0; 32];
                    let decoded = if text.plain().is_some() { None } else { text.copy_to(&mut room) };
                    decoded.and_then(Self::known).unwrap_or(Self::Other(text))
                }

                /// The text on the wire.
                #[must_use]
                pub const fn text(self) -> Text<'i> {
                    if FAST {
                        return match self {
                            $(Self::$variant => Text::new($word),)*
                            Self::Other(text) => text,
                        };
                    }
                    let word = words::at(WORDS, self.place());
                    match self {
                        Self::Other(text) => text,
                        _ => Text::new(word),
                    }
                }
            }

            #[allow(dead_code, reason = "not every list is kept by place")]
            impl $name<'_> {
                /// The value at a place in [`ALL`](Self::ALL).
                pub(crate) const fn at(place: u8) -> Option<$name<'static>> {
                    match place {
                        $(Number::$variant => Some($name::$variant),)*
                        _ => None,
                    }
                }

                /// The place in [`ALL`](Self::ALL), or that behind them for one without a name.
                pub(crate) const fn place(self) -> u8 {
                    match self {
                        $(Self::$variant => Number::$variant,)*
                        Self::Other(_) => Number::Other,
                    }
                }

                /// The same for good, if it has a name.
                pub(crate) const fn named(self) -> Option<$name<'static>> {
                    Self::at(self.place())
                }
            }

            impl<'i> $crate::ksenia::words::Scalar<'i> for $name<'i> {
                fn read(text: Text<'i>) -> Option<Self> {
                    Some(Self::from_text(text))
                }
            }
        };
    };
}
pub(crate) use words;

words! {
    /// A yes-or-no member.
    pub enum Flag {
        /// Yes (`T`).
        Yes = "T";
        /// No (`F`).
        No = "F";
        /// Does not apply (`NA`).
        NotApplicable = "NA";
    }
}

impl Flag<'_> {
    /// Whether it is [`Yes`](Self::Yes).
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// A reading in decimal text: `29.2`, `+21.5`, `-3`. Never a floating-point number: panels send text and humans read text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Decimal<'i> {
    text: Text<'i>,
}

impl<'i> Decimal<'i> {
    pub(crate) const fn new(text: Text<'i>) -> Self {
        Self { text }
    }

    /// As it was sent; `NA` and `-` mean that there is no reading.
    #[must_use]
    pub const fn text(self) -> Text<'i> {
        self.text
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_reading(self) -> bool {
        self.thousandths().is_some()
    }

    /// The reading in thousandths of its unit; digits behind the third are dropped. A comma counts as a point (some firmware).
    ///
    /// `None` if it is no number or above 2,147,483.
    #[must_use]
    pub fn thousandths(self) -> Option<i32> {
        decimal::thousandths(self.text.raw())
    }
}

impl<'i> Scalar<'i> for Decimal<'i> {
    fn read(text: Text<'i>) -> Option<Self> {
        Some(Self::new(text))
    }
}

impl fmt::Display for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl fmt::Debug for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_scale_without_floating_point() {
        let cases = [
            ("29.2", Some(29_200)),
            ("+21.5", Some(21_500)),
            ("-3,25", Some(-3_250)),
            ("0.0009", Some(0)),
            ("7", Some(7_000)),
            ("1234.5678", Some(1_234_567)),
            ("2147483.647", Some(i32::MAX)),
            ("2147484", None),
            ("99999999999999999999", None),
            ("NA", None),
            ("-", None),
            ("", None),
            (".", None),
            ("1.2.3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Decimal::new(Text::new(text)).thousandths(), expected, "{text}");
        }
    }

    #[test]
    fn words_come_back_and_unknown_ones_stay() {
        for flag in Flag::ALL {
            assert_eq!(Flag::from_text(flag.text()), *flag);
        }
        assert_eq!(Flag::from_text(Text::new("\\u0054")), Flag::Yes);
        let odd = Text::new("maybe");
        assert_eq!(Flag::from_text(odd), Flag::Other(odd));
        assert_eq!(Flag::Other(odd).text(), odd);
    }
}
