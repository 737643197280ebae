//! Fields at fixed places, and the views that read them.

use super::padded::PaddedText;

/// `N` bytes from an offset on. Where both are constants, and so is the length of `fields`, nothing is left to check.
#[inline(always)]
pub(super) fn field<const N: usize>(fields: &[u8], at: usize) -> &[u8; N] {
    match fields.get(at..).and_then(<[u8]>::first_chunk) {
        Some(field) => field,
        None => &[0; N],
    }
}

#[inline(always)]
pub(super) fn byte(fields: &[u8], at: usize) -> u8 {
    let [byte] = *field(fields, at);
    byte
}

#[inline(always)]
pub(super) fn short(fields: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(*field(fields, at))
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(super) fn number(fields: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(*field(fields, at))
}

#[inline(always)]
pub(super) fn text<const N: usize>(fields: &[u8], at: usize) -> PaddedText<'_> {
    PaddedText::from_field(field::<N>(fields, at))
}

/// What stands from an offset on.
pub(super) fn behind(message: &[u8], at: usize) -> &[u8] {
    message.get(at..).unwrap_or_default()
}

/// Writes fields one behind the other, from the front of a room on.
pub(super) struct Writer<'o>(pub(super) &'o mut [u8]);

impl Writer<'_> {
    /// As many of the bytes as there is room for.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let room = core::mem::take(&mut self.0);
        let (front, rest) = room.split_at_mut_checked(bytes.len()).unwrap_or_default();
        crate::text::copy(front, bytes);
        self.0 = rest;
    }

    pub(super) fn numbers(&mut self, values: &[i32]) {
        for value in values {
            self.bytes(&value.to_le_bytes());
        }
    }

    /// A text in a field of `size` bytes; a longer one is cut.
    pub(super) fn text(&mut self, text: PaddedText<'_>, size: usize) {
        let text = text.as_bytes();
        self.bytes(text.get(..size).unwrap_or(text));
        for _ in text.len()..size {
            self.bytes(&[0]);
        }
    }
}

/// Gives a view of a message its accessors, which read the fields when they are asked for. Where they end at a
/// fixed place, all can be compared at once.
macro_rules! view {
    ($name:ident $(, $end:literal)? => { $($(#[$doc:meta])* $field:ident: $type:ty = $read:expr;)* }) => {
        impl<'i> $name<'i> {
            $(
                $(#[$doc])*
                #[must_use]
                #[inline]
                pub fn $field(self) -> $type {
                    let read: fn(Self) -> $type = $read;
                    read(self)
                }
            )*
        }

        $(
            impl PartialEq for $name<'_> {
                fn eq(&self, other: &Self) -> bool {
                    self.message.get(12..$end) == other.message.get(12..$end)
                }
            }

            impl Eq for $name<'_> {}
        )?

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field()))*.finish()
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $name<'_> {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=str}", stringify!($name));
                $(defmt::write!(f, " {=str}: {}", stringify!($field), self.$field());)*
            }
        }
    };
}
pub(super) use view;
