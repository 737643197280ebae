//! Typed views: one pass over a record, every member a slice of it.
//!
//! Panels send the members of a kind of record in one order, without white space. The readers that [`view!`] makes bet on that: they
//! compare the next expected `"KEY":"` as a whole. A member that stands elsewhere is read the general way, and the bet goes on
//! behind it. On microcontrollers, where the general way is as fast and smaller, there is no bet.

use crate::error::Fault;
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Object, Text};

/// Whether readers try the usual order first.
pub(crate) const SPECULATE: bool = cfg!(target_pointer_width = "64");

/// How a view is read. Not for other crates.
pub trait Read<'i>: Sized {
    /// Reads the object that stands at the cursor, and stops behind it.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'i>) -> Result<Self, Fault>;
}

/// A structure that a record can be read as, with [`Record::view`](super::Record::view) or [`Entry::view`](super::Entry::view).
///
/// Members that are missing, or of another type than text (or object, or list) are `None`. Nothing is required: a push holds only what
/// changed.
pub trait View<'i>: Read<'i> {}

/// Defines a view. Members are `text name: Type = "KEY";` for a string or number, `object name: View = "KEY";` for a nested view and
/// `list name = "KEY";` for an array.
macro_rules! view {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* $shape:ident $field:ident $(: $ty:ty)? = $key:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name<'i> {
            object: $crate::text::json::Object<'i>,
            $($field: Option<&'i str>,)*
        }

        impl<'i> $name<'i> {
            $($crate::ksenia::view::getter! { $(#[$doc])* $shape $field $(: $ty)? = $key })*

            /// The whole record, with members that have no name here.
            #[must_use]
            pub const fn object(&self) -> $crate::text::json::Object<'i> {
                self.object
            }

            /// Reads members that stand in the usual order, and says whether the object ends behind them. Otherwise the cursor stands at
            /// the name of a member.
            #[inline(always)]
            fn usual(&mut self, cursor: &mut $crate::text::cursor::Cursor<'i>) -> Result<bool, $crate::Fault> {
                if $crate::ksenia::view::SPECULATE {
                    let mut rest = cursor.rest();
                    $($crate::ksenia::view::usual!($shape, self, cursor, rest, $field, $key);)*
                    cursor.go(rest);
                }
                Ok(false)
            }

            /// Reads members in any order.
            #[cfg_attr(target_pointer_width = "64", cold, inline(never))]
            fn general(&mut self, cursor: &mut $crate::text::cursor::Cursor<'i>) -> Result<(), $crate::Fault> {
                // An object without members ends here.
                let mut more = !cursor.is_first() || cursor.more(b'}')?;
                while more {
                    self.member(cursor)?;
                    more = cursor.more(b'}')? && !self.usual(cursor)?;
                }
                Ok(())
            }

            /// Reads one member the general way.
            #[cold]
            #[inline(never)]
            fn member(&mut self, cursor: &mut $crate::text::cursor::Cursor<'i>) -> Result<(), $crate::Fault> {
                let key = cursor.key()?;
                let mut room = [0; 32];
                let name = match key.plain() {
                    Some(name) => name,
                    None => key.copy_to(&mut room).unwrap_or_default(),
                };
                let (field, shape) = match name {
                    $($key => (&mut self.$field, $crate::ksenia::view::shape!($shape)),)*
                    _ => return cursor.skip(),
                };
                *field = shape.take(cursor)?;
                Ok(())
            }
        }

        impl<'i> $crate::ksenia::view::Read<'i> for $name<'i> {
            fn read(cursor: &mut $crate::text::cursor::Cursor<'i>) -> Result<Self, $crate::Fault> {
                let from = cursor.at;
                let mut this = Self { object: $crate::text::json::Object::new(""), $($field: None,)* };
                cursor.open()?;
                if !this.usual(cursor)? {
                    this.general(cursor)?;
                }
                cursor.depth = cursor.depth.saturating_sub(1);
                this.object = $crate::text::json::Object::new(cursor.since(from));
                Ok(this)
            }
        }

        impl<'i> $crate::ksenia::view::View<'i> for $name<'i> {}

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $(if let Some(value) = self.$field() {
                    shown.field(stringify!($field), &value);
                })*
                shown.finish()
            }
        }
    };
}
pub(crate) use view;

/// The method that gives a member.
macro_rules! getter {
    ($(#[$doc:meta])* text $field:ident : $ty:ty = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$ty> {
            $crate::ksenia::words::Scalar::read($crate::text::json::Text::new(self.$field?))
        }
    };
    ($(#[$doc:meta])* object $field:ident : $ty:ty = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$ty> {
            $crate::ksenia::view::Read::read(&mut $crate::text::cursor::Cursor::new(self.$field?)).ok()
        }
    };
    ($(#[$doc:meta])* list $field:ident = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$crate::text::json::Array<'i>> {
            self.$field.map($crate::text::json::Array::new)
        }
    };
}
pub(crate) use getter;

/// What a member is read as.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Object,
    List,
}

impl Shape {
    /// The value at the cursor, if it has this shape.
    pub(crate) fn take<'i>(self, cursor: &mut Cursor<'i>) -> Result<Option<&'i str>, Fault> {
        let value = cursor.value()?;
        Ok(match self {
            Self::Text => value.scalar().map(Text::raw),
            Self::Object => value.object().map(Object::as_str),
            Self::List => value.array().map(Array::as_str),
        })
    }
}

/// The shape by its name in [`view!`].
macro_rules! shape {
    (text) => {
        $crate::ksenia::view::Shape::Text
    };
    (object) => {
        $crate::ksenia::view::Shape::Object
    };
    (list) => {
        $crate::ksenia::view::Shape::List
    };
}
pub(crate) use shape;

/// A member in its usual place. `rest` stands at a name, and stays there if the member is not as usual.
macro_rules! usual {
    (text, $this:ident, $cursor:ident, $rest:ident, $field:ident, $key:literal) => {
        if let Some(value) = $rest.strip_prefix(concat!("\"", $key, "\":\"")) {
            let (text, behind) = $crate::text::scan::plain(value);
            if let Some(next) = behind.strip_prefix("\",") {
                $this.$field = Some(text);
                $rest = next;
            } else {
                if let Some(next) = behind.strip_prefix("\"}") {
                    $this.$field = Some(text);
                    $cursor.go(next);
                    return Ok(true);
                }
                $cursor.go($rest);
                return Ok(false);
            }
        }
    };
    ($shape:ident, $this:ident, $cursor:ident, $rest:ident, $field:ident, $key:literal) => {
        if let Some(value) = $rest.strip_prefix(concat!("\"", $key, "\":")) {
            $cursor.go(value);
            $this.$field = $crate::ksenia::view::shape!($shape).take($cursor)?;
            if !$cursor.more(b'}')? {
                return Ok(true);
            }
            $rest = $cursor.rest();
        }
    };
}
pub(crate) use usual;
