//! Arrays with named fields.

use super::fault::LocalFault;
use super::usual::Row;
use super::writer::Writer;
use crate::error::Fault;
use crate::secret::Secret;
use crate::text::json::{Array, Text, Value, Values};

/// What a field of a record can be.
pub(super) trait Field<'i>: Sized {
    /// Takes it from the front; `None` if it is missing or of another type.
    fn take(values: &mut Values<'i>) -> Option<Self>;

    /// What a row as usual has in its place.
    type Column: Copy + Default;

    /// Takes that, with the `end` that must stand behind it. `None` if it is not as usual.
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column>;

    /// Makes a field of it.
    fn of(column: Self::Column) -> Self;

    /// Writes it.
    fn put(&self, writer: &mut Writer<'_>);
}

impl<'i> Field<'i> for i64 {
    type Column = i64;

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.integer()
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
        row.number(end)
    }

    #[inline(always)]
    fn of(column: Self::Column) -> Self {
        column
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.number(*self);
    }
}

impl<'i> Field<'i> for Text<'i> {
    type Column = &'i str;

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.text()
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
        row.string(end)
    }

    #[inline(always)]
    fn of(column: Self::Column) -> Self {
        Text::new(column)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self);
    }
}

impl<'i> Field<'i> for Secret<Text<'i>> {
    type Column = &'i str;

    fn take(values: &mut Values<'i>) -> Option<Self> {
        Text::take(values).map(Secret::new)
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
        row.string(end)
    }

    #[inline(always)]
    fn of(column: Self::Column) -> Self {
        Secret::new(Text::new(column))
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self.expose());
    }
}

/// The last field, if it may be missing.
impl<'i, F: Field<'i>> Field<'i> for Option<F> {
    type Column = F::Column;

    fn take(values: &mut Values<'i>) -> Option<Self> {
        if values.clone().next().is_none() { Some(None) } else { F::take(values).map(Some) }
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
        F::column(row, end)
    }

    #[inline(always)]
    fn of(column: Self::Column) -> Self {
        Some(F::of(column))
    }

    fn put(&self, writer: &mut Writer<'_>) {
        if let Some(field) = self {
            field.put(writer);
        }
    }
}

/// Fields that are numbers with a meaning.
macro_rules! coded_fields {
    ($($name:ident $raw:ident $from:ident $digits:ident $usual:ident),*) => {$(
        impl<'i> Field<'i> for crate::g90::$name {
            type Column = i64;

            #[inline]
            fn take(values: &mut Values<'i>) -> Option<Self> {
                i64::take(values).map(Self::$from)
            }

            #[inline(always)]
            fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
                row.$digits(end)
            }

            #[inline(always)]
            fn of(column: Self::Column) -> Self {
                Self::$usual(column)
            }

            fn put(&self, writer: &mut Writer<'_>) {
                writer.number(self.$raw());
            }
        }
    )*};
}

coded_fields! {
    ArmState raw from_raw number from_raw, GsmStatus raw from_raw number from_raw, WifiStatus raw from_raw number from_raw,
    WifiSetup raw from_raw number from_raw, SpeechLanguage raw from_raw number from_raw, Volume raw from_raw number from_raw,
    ApnAuth raw from_raw number from_raw, PeripheralType raw from_raw mixed looked_up, PeripheralProtocol raw from_raw number from_raw,
    UserFlags bits from_bits mixed from_bits, ReservedFlags bits from_bits number from_bits, AlertFlags bits from_bits number from_bits
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

            #[inline(always)]
            fn usual(text: &'i str, rest: &'i [u8]) -> Option<(Self, &'i [u8])> {
                let mut row = ($(<record!(@column $type)>::default(),)*);
                let behind = Self::columns(text, rest, &mut row)?;
                let ($($field,)*) = row;
                Some((Self { $($field: $crate::g90::local::record::Field::of($field),)* }, behind))
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

            /// Reads a row as usual. Not inlined, and into memory, so that the place in the text stays in registers.
            #[inline(never)]
            fn columns(text: &'i str, rest: &'i [u8], columns: &mut ($(record!(@column $type),)*)) -> Option<&'i [u8]> {
                let ($($field,)*) = columns;
                let mut row = $crate::g90::local::usual::Row::new(text, rest);
                let mut left = Self::FIELDS.len();
                $(
                    left = usize::wrapping_sub(left, 1);
                    let end = if left == 0 { b']' } else { b',' };
                    *$field = <$type as $crate::g90::local::record::Field<'i>>::column(&mut row, end)?;
                )*
                row.rest()
            }

            /// Writes the fields one after the other.
            pub fn write(&self, writer: &mut $crate::g90::local::writer::Writer<'_>) {
                $crate::g90::local::record::Record::write(self, writer);
            }
        }
    };
    (@column $type:ty) => { <$type as $crate::g90::local::record::Field<'i>>::Column };
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

    /// Reads a row whose bracket has been passed, if it is as usual, and gives what stands behind it. `rest` is the end of `text`.
    fn usual(text: &'i str, rest: &'i [u8]) -> Option<(Self, &'i [u8])>;

    /// Writes the fields one after the other.
    fn write(&self, writer: &mut Writer<'_>);
}
