//! Arrays with named fields.

use super::fault::LocalFault;
use super::writer::Writer;
use crate::error::Fault;
use crate::secret::Secret;
use crate::text::json::{Array, Text, Value, Values};

/// What a field of a record can be.
pub(super) trait Field<'i>: Sized {
    /// Takes it from the front; `None` if it is missing or of another type.
    fn take(values: &mut Values<'i>) -> Option<Self>;

    /// Writes it.
    fn put(&self, writer: &mut Writer<'_>);
}

impl<'i> Field<'i> for i64 {
    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.integer()
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.number(*self);
    }
}

impl<'i> Field<'i> for Text<'i> {
    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.text()
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self);
    }
}

impl<'i> Field<'i> for Secret<Text<'i>> {
    fn take(values: &mut Values<'i>) -> Option<Self> {
        Text::take(values).map(Secret::new)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self.expose());
    }
}

/// The last field, if it may be missing.
impl<'i, F: Field<'i>> Field<'i> for Option<F> {
    fn take(values: &mut Values<'i>) -> Option<Self> {
        if values.clone().next().is_none() { Some(None) } else { F::take(values).map(Some) }
    }

    fn put(&self, writer: &mut Writer<'_>) {
        if let Some(field) = self {
            field.put(writer);
        }
    }
}

/// Fields that are numbers with a meaning.
macro_rules! coded_fields {
    ($($name:ident $raw:ident $from:ident),*) => {$(
        impl<'i> Field<'i> for crate::g90::$name {
            #[inline]
            fn take(values: &mut Values<'i>) -> Option<Self> {
                i64::take(values).map(Self::$from)
            }

            fn put(&self, writer: &mut Writer<'_>) {
                writer.number(self.$raw());
            }
        }
    )*};
}

coded_fields! {
    ArmState raw from_raw, GsmStatus raw from_raw, WifiStatus raw from_raw, WifiSetup raw from_raw, SpeechLanguage raw from_raw,
    Volume raw from_raw, ApnAuth raw from_raw, PeripheralType raw from_raw, PeripheralProtocol raw from_raw,
    UserFlags bits from_bits, ReservedFlags bits from_bits, AlertFlags bits from_bits
}

/// The values of row `row`.
///
/// # Errors
/// [`LocalFault::Record`] if it is no array.
pub(super) fn values(value: Value<'_>, row: u32) -> Result<Values<'_>, Fault> {
    value.array().map(Array::values).ok_or(LocalFault::Record { row, field: 0 }.into())
}

/// Defines a record: an array whose fields have a fixed order.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident $(<$life:lifetime>)? { $($(#[$doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name $(<$life>)? {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl<'i> $crate::g90::local::record::Record<'i> for record!(@type $name $($life)?) {
            #[inline]
            fn read_in(values: &mut $crate::text::json::Values<'i>, row: u32) -> Result<Self, $crate::error::Fault> {
                let mut at = 0;
                let mut read = || {
                    let this = Self {
                        $($field: {
                            let field = $crate::g90::local::record::Field::take(values)?;
                            at = u32::wrapping_add(at, 1);
                            field
                        },)*
                    };
                    values.close().map(|()| this)
                };
                read().ok_or_else(|| $crate::g90::local::LocalFault::Record { row, field: at }.into())
            }

            fn write(&self, writer: &mut $crate::g90::local::writer::Writer<'_>) {
                $($crate::g90::local::record::Field::put(&self.$field, writer);)*
            }
        }

        impl<'i> record!(@type $name $($life)?) {
            /// Names of the fields, in the order of the wire.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// Reads the data of an answer.
            ///
            /// # Errors
            /// [`LocalFault::Record`](crate::g90::local::LocalFault::Record) if it has too many fields, too few, or one of the wrong type.
            pub fn read(data: $crate::text::json::Value<'i>) -> Result<Self, $crate::error::Fault> {
                $crate::g90::local::record::Record::read_row(data, 0)
            }

            /// Writes the fields one after the other.
            pub fn write(&self, writer: &mut $crate::g90::local::writer::Writer<'_>) {
                $crate::g90::local::record::Record::write(self, writer);
            }
        }
    };
    (@type $name:ident $life:lifetime) => { $name<'i> };
    (@type $name:ident) => { $name };
}
pub(super) use record;

/// An array with named fields. Not for other crates.
pub trait Record<'i>: Sized {
    /// Reads row `row` of a page.
    ///
    /// # Errors
    /// [`LocalFault::Record`].
    fn read_row(value: Value<'i>, row: u32) -> Result<Self, Fault> {
        Self::read_in(&mut values(value, row)?, row)
    }

    /// Reads row `row`, into which `values` has stepped, and steps out of it.
    ///
    /// # Errors
    /// [`LocalFault::Record`].
    fn read_in(values: &mut Values<'i>, row: u32) -> Result<Self, Fault>;

    /// Writes the fields one after the other.
    fn write(&self, writer: &mut Writer<'_>);
}
