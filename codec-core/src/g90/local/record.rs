//! Arrays with named fields.

use super::fault::LocalFault;
use super::usual::Row;
use super::writer::Writer;
use crate::error::Fault;
use crate::secret::Secret;
use crate::text::json::{Array, Text, Value, Values};

/// What a field of a record can be. Not for other crates.
pub trait Field<'i>: Sized {
    /// What stands in its place in a row: a number or a text.
    type Column: Copy;

    /// Nothing read yet.
    const EMPTY: Self::Column;

    /// Takes it from the front; `None` if it is missing or of another type.
    fn take(values: &mut Values<'i>) -> Option<Self::Column>;

    /// Takes it from a row as usual, with the `end` that must stand behind it. `None` if it is not as usual.
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column>;

    /// Makes a field of it.
    fn of(column: Self::Column) -> Self;

    /// Writes it.
    fn put(&self, writer: &mut Writer<'_>);
}

impl<'i> Field<'i> for i64 {
    type Column = Self;

    const EMPTY: Self = 0;

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.integer()
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self> {
        row.number(end)
    }

    #[inline(always)]
    fn of(column: Self) -> Self {
        column
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.number(*self);
    }
}

impl<'i> Field<'i> for Text<'i> {
    type Column = Self;

    const EMPTY: Self = Self::new("");

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self> {
        values.text()
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self> {
        row.string(end).map(Self::new)
    }

    #[inline(always)]
    fn of(column: Self) -> Self {
        column
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self);
    }
}

impl<'i> Field<'i> for Secret<Text<'i>> {
    type Column = Text<'i>;

    const EMPTY: Text<'i> = Text::new("");

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Text<'i>> {
        Text::take(values)
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Text<'i>> {
        Text::column(row, end)
    }

    #[inline(always)]
    fn of(column: Text<'i>) -> Self {
        Self::new(column)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.same_text(*self.expose());
    }
}

/// The last field, if it may be missing.
impl<'i, F: Field<'i>> Field<'i> for Option<F> {
    type Column = Option<F::Column>;

    const EMPTY: Self::Column = None;

    #[inline]
    fn take(values: &mut Values<'i>) -> Option<Self::Column> {
        if values.clone().next().is_none() { Some(None) } else { F::take(values).map(Some) }
    }

    #[inline(always)]
    fn column(row: &mut Row<'i>, end: u8) -> Option<Self::Column> {
        F::column(row, end).map(Some)
    }

    #[inline(always)]
    fn of(column: Self::Column) -> Self {
        column.map(F::of)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        if let Some(field) = self {
            field.put(writer);
        }
    }
}

/// Fields that are numbers with a meaning.
macro_rules! coded_fields {
    ($($name:ident $raw:ident $from:ident $digits:ident),*) => {$(
        impl<'i> Field<'i> for crate::g90::$name {
            type Column = i64;

            const EMPTY: i64 = 0;

            #[inline]
            fn take(values: &mut Values<'i>) -> Option<i64> {
                values.integer()
            }

            #[inline(always)]
            fn column(row: &mut Row<'i>, end: u8) -> Option<i64> {
                row.$digits(end)
            }

            #[inline(always)]
            fn of(column: i64) -> Self {
                Self::$from(column)
            }

            fn put(&self, writer: &mut Writer<'_>) {
                writer.number(self.$raw());
            }
        }
    )*};
}

coded_fields! {
    ArmState raw from_raw number, GsmStatus raw from_raw number, WifiStatus raw from_raw number,
    WifiSetup raw from_raw number, SpeechLanguage raw from_raw number, Volume raw from_raw number,
    ApnAuth raw from_raw number, PeripheralType raw looked_up mixed, PeripheralProtocol raw from_raw number,
    UserFlags bits from_bits mixed, ReservedFlags bits from_bits pair, AlertFlags bits from_bits number
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
            type Columns = ($(record!(@column $type),)*);

            const EMPTY: Self::Columns = ($(<$type as $crate::g90::local::record::Field<'i>>::EMPTY,)*);

            fn general(values: &mut $crate::text::json::Values<'i>, columns: &mut Self::Columns) -> Result<(), u32> {
                let ($($field,)*) = columns;
                let mut at = 0;
                let mut read = || {
                    $(
                        *$field = <$type as $crate::g90::local::record::Field<'i>>::take(values)?;
                        at = u32::wrapping_add(at, 1);
                    )*
                    values.close()
                };
                read().ok_or(at)
            }

            // Not inlined, and into memory, so that the place in the text stays in registers.
            #[inline(never)]
            fn usual(text: &'i str, rest: &'i [u8], columns: &mut Self::Columns) -> Option<&'i [u8]> {
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

            #[inline(always)]
            fn of(($($field,)*): Self::Columns) -> Self {
                Self { $($field: $crate::g90::local::record::Field::of($field),)* }
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
    (@column $type:ty) => { <$type as $crate::g90::local::record::Field<'i>>::Column };
    (@type $name:ident $life:lifetime) => { $name<'i> };
    (@type $name:ident) => { $name };
}
pub(super) use record;

/// An array with named fields. Not for other crates.
pub trait Record<'i>: Sized {
    /// What stands in the fields of a row: numbers and texts.
    type Columns: Copy;

    /// Nothing read yet.
    const EMPTY: Self::Columns;

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
    #[inline]
    fn read_in(values: &mut Values<'i>, row: u32) -> Result<Self, Fault> {
        let mut columns = Self::EMPTY;
        match Self::general(values, &mut columns) {
            Ok(()) => Ok(Self::of(columns)),
            Err(field) => Err(LocalFault::Record { row, field }.into()),
        }
    }

    /// Reads a row into which `values` has stepped, in any spelling, and steps out of it.
    ///
    /// # Errors
    /// The number of the field that is not as it should be, from 0: one more than there are, if the row does not end behind the last.
    fn general(values: &mut Values<'i>, columns: &mut Self::Columns) -> Result<(), u32>;

    /// Reads a row whose bracket has been passed, if it is as usual, and gives what stands behind it. `rest` is the end of `text`.
    fn usual(text: &'i str, rest: &'i [u8], columns: &mut Self::Columns) -> Option<&'i [u8]>;

    /// Makes a record of it.
    fn of(columns: Self::Columns) -> Self;

    /// Writes the fields one after the other.
    fn write(&self, writer: &mut Writer<'_>);
}
