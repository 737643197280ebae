//! Numbers with names: enums that keep what they have no name for, and sets of bits.

/// Defines an enum over a number of the protocol. A variant is stored as its number, so that giving it back takes neither a table nor a jump,
/// which a processor could not foresee.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $value:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum $name {
            $($(#[$doc])* $variant = $value,)*
            /// A number without a name, kept as it is.
            Other(i64) = u16::MAX,
        }

        impl $name {
            /// All values that have a name, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The meaning of a number on the wire.
            #[must_use]
            pub const fn from_raw(raw: i64) -> Self {
                match raw {
                    $($value => Self::$variant,)*
                    other => Self::Other(other),
                }
            }

            /// The number on the wire.
            #[must_use]
            #[inline]
            pub const fn raw(self) -> i64 {
                let code: u16 = match self {
                    $(Self::$variant => $value,)*
                    Self::Other(raw) => return raw,
                };
                code as i64
            }

            /// The name in upper case with underscores, or `None` for a number without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)*
                    Self::Other(_) => None,
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(Self::from_raw(u.arbitrary()?))
            }
        }
    };
}
pub(crate) use codes;

/// Defines a set of named bits. Bits without a name are kept.
macro_rules! flags {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* $konst:ident = $mask:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
        pub struct $name(i64);

        impl $name {
            /// No bit.
            pub const NONE: Self = Self(0);
            $($(#[$doc])* pub const $konst: Self = Self($mask);)*

            /// Every bit that has a name, in ascending order, and its name.
            pub const NAMES: &'static [(Self, &'static str)] = &[$((Self::$konst, $text)),*];

            /// The set that is this number on the wire.
            #[must_use]
            pub const fn from_bits(bits: i64) -> Self {
                Self(bits)
            }

            /// The number on the wire, bits without a name included.
            #[must_use]
            pub const fn bits(self) -> i64 {
                self.0
            }

            /// Whether every bit of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// The bits of `other` set as well.
            #[must_use]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// The bits of `other` cleared.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// Bits that are set and have no name.
            #[must_use]
            pub const fn unknown_bits(self) -> i64 {
                self.0 & !(0 $(| $mask)*)
            }

            /// The names of the set bits, in ascending order.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES.iter().filter(move |(bit, _)| self.contains(*bit)).map(|(_, name)| *name)
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                self.with(other)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({:#x})", stringify!($name), self.0)
            }
        }
    };
}
pub(crate) use flags;
