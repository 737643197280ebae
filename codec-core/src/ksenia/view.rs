//! Typed views: one pass over a record, every member a slice of it.
//!
//! Panels send the members of a kind of record in one order, without white space. The readers that [`view!`] makes bet on that: they
//! compare the next expected `"KEY":"` as a whole. A member that stands elsewhere is read the general way, and the bet goes on
//! behind it. On microcontrollers one function does so for all views, by the list of their names.

use crate::error::{Fault, JsonError};
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Object, Text};
use crate::text::words::Search;

/// How a view is read. Not for other crates.
pub trait Read<'i>: Sized {
    /// Without members.
    #[doc(hidden)]
    fn empty() -> Self;

    /// Reads the object that stands at the cursor, and stops behind it.
    #[doc(hidden)]
    fn fill(&mut self, cursor: &mut Cursor<'i>) -> Result<(), Fault>;

    /// As [`fill`](Self::fill), a fresh one.
    #[doc(hidden)]
    #[inline]
    fn read(cursor: &mut Cursor<'i>) -> Result<Self, Fault> {
        // Made in place: a copy would take as much stack again.
        let mut this = Ok(Self::empty());
        if let Err(fault) = this.as_mut().map_or(Ok(()), |view: &mut Self| view.fill(cursor)) {
            this = Err(fault);
        }
        this
    }
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
            fields: $crate::ksenia::view::Fields<'i, [Option<&'i str>; [$($key),*].len()]>,
        }

        const _: () = {
            use $crate::Fault;
            use $crate::ksenia::view::{Fields, Layout, Read, View, member, members};
            use $crate::text::FAST;
            use $crate::text::words::{self, Search};
            use $crate::text::cursor::Cursor;
            use $crate::text::json::Object;

            const LAYOUT: &Layout = &Layout { names: words::list!($($key),*), shapes: &[$($crate::ksenia::view::shape!($shape)),*] };

            #[allow(non_camel_case_types, reason = "named as what they stand for")]
            enum Place { $($field),* }

            impl<'i> $name<'i> {
                $($crate::ksenia::view::getter! { $(#[$doc])* $shape $field $(: $ty)? = $key })*

                /// The whole record, with members that have no name here.
                #[must_use]
                pub const fn object(&self) -> Object<'i> {
                    self.fields.object
                }

                /// Reads members that stand in the usual order, and says whether the object ends behind them. Otherwise the cursor stands
                /// at the name of a member.
                #[inline(always)]
                fn usual(&mut self, cursor: &mut Cursor<'i>) -> Result<bool, Fault> {
                    let [$($field),*] = &mut self.fields.slots;
                    let mut rest = cursor.rest();
                    $($crate::ksenia::view::usual!($shape, cursor, rest, $field, $key);)*
                    cursor.go(rest);
                    Ok(false)
                }

                /// Reads members in any order, those behind an odd one as usual.
                #[cold]
                #[inline(never)]
                fn general(&mut self, cursor: &mut Cursor<'i>) -> Result<(), Fault> {
                    // An object without members ends here.
                    let mut more = !cursor.is_first() || cursor.more(b'}')?;
                    while more {
                        member(cursor, &mut Search::new(LAYOUT.names), LAYOUT.shapes, &mut self.fields.slots).map_err(|error| cursor.fault(error))?;
                        more = cursor.more(b'}')? && !self.usual(cursor)?;
                    }
                    Ok(())
                }
            }

            impl<'i> Read<'i> for $name<'i> {
                #[inline]
                fn empty() -> Self {
                    Self { fields: Fields { object: Object::new(""), slots: const { [None; LAYOUT.shapes.len()] } } }
                }

                #[inline]
                fn fill(&mut self, cursor: &mut Cursor<'i>) -> Result<(), Fault> {
                    if !FAST {
                        return members(cursor, LAYOUT, &mut self.fields);
                    }
                    let from = cursor.at;
                    cursor.open()?;
                    if !self.usual(cursor)? {
                        self.general(cursor)?;
                    }
                    cursor.depth = cursor.depth.saturating_sub(1);
                    self.fields.object = Object::new(cursor.since(from));
                    Ok(())
                }
            }

            impl<'i> View<'i> for $name<'i> {}

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
    };
}
pub(crate) use view;

/// A record, and what its members are in the text, in the order of their definition.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'i, S: ?Sized> {
    pub(crate) object: Object<'i>,
    pub(crate) slots: S,
}

/// What the members of a view are called and read as.
pub(crate) struct Layout {
    pub(crate) names: &'static str,
    pub(crate) shapes: &'static [Shape],
}

/// Reads an object with members in any order.
#[inline(never)]
pub(crate) fn members<'i>(
    cursor: &mut Cursor<'i>,
    layout: &'static Layout,
    fields: &mut Fields<'i, [Option<&'i str>]>,
) -> Result<(), Fault> {
    let from = cursor.at;
    let (mut names, shapes, slots) = (Search::new(layout.names), layout.shapes, &mut fields.slots);
    let mut read = || {
        cursor.read_open()?;
        let mut more = cursor.read_more(b'}')?;
        while more {
            match names.expected() {
                // Nearly all are texts, in the order of their definition, and no white space stands between them.
                Some((name, behind)) if cursor.takes_name(name) => {
                    let text = cursor.read_string()?;
                    let place = usize::from(names.take(behind));
                    if let (Some(shape), Some(slot)) = (shapes.get(place), slots.get_mut(place)) {
                        *slot = if let Shape::Text = shape { Some(text.raw()) } else { None };
                    }
                }
                _ => member(cursor, &mut names, shapes, slots)?,
            }
            more = cursor.takes(b',') || cursor.read_more(b'}')?;
        }
        Ok(())
    };
    read().map_err(|error| cursor.fault(error))?;
    cursor.depth = cursor.depth.saturating_sub(1);
    fields.object = Object::new(cursor.since(from));
    Ok(())
}

/// Reads one member in any place.
pub(crate) fn member<'i>(
    cursor: &mut Cursor<'i>,
    names: &mut Search,
    shapes: &[Shape],
    slots: &mut [Option<&'i str>],
) -> Result<(), JsonError> {
    let key = cursor.read_key()?;
    let place = usize::from(names.place(key));
    match (shapes.get(place), slots.get_mut(place)) {
        (Some(shape), Some(slot)) => {
            *slot = shape.take(cursor)?;
            Ok(())
        }
        _ => cursor.pass(),
    }
}

/// The method that gives a member.
macro_rules! getter {
    ($(#[$doc:meta])* text $field:ident : $ty:ty = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$ty> {
            $crate::ksenia::words::Scalar::read($crate::text::json::Text::new((*self.fields.slots.get(Place::$field as usize)?)?))
        }
    };
    ($(#[$doc:meta])* object $field:ident : $ty:ty = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$ty> {
            $crate::ksenia::view::Read::read(&mut $crate::text::cursor::Cursor::new((*self.fields.slots.get(Place::$field as usize)?)?)).ok()
        }
    };
    ($(#[$doc:meta])* list $field:ident = $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(&self) -> Option<$crate::text::json::Array<'i>> {
            self.fields.slots.get(Place::$field as usize)?.map($crate::text::json::Array::new)
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
    pub(crate) fn take<'i>(self, cursor: &mut Cursor<'i>) -> Result<Option<&'i str>, JsonError> {
        let value = cursor.read_value()?;
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
    (text, $cursor:ident, $rest:ident, $field:ident, $key:literal) => {
        if let Some(value) = $rest.strip_prefix(concat!("\"", $key, "\":\"")) {
            let (text, behind) = $crate::text::scan::plain(value);
            if let Some(next) = behind.strip_prefix("\",") {
                *$field = Some(text);
                $rest = next;
            } else {
                if let Some(next) = behind.strip_prefix("\"}") {
                    *$field = Some(text);
                    $cursor.go(next);
                    return Ok(true);
                }
                $cursor.go($rest);
                return Ok(false);
            }
        }
    };
    ($shape:ident, $cursor:ident, $rest:ident, $field:ident, $key:literal) => {
        if let Some(value) = $rest.strip_prefix(concat!("\"", $key, "\":")) {
            $cursor.go(value);
            *$field = $crate::ksenia::view::shape!($shape).take($cursor).map_err(|error| $cursor.fault(error))?;
            if !$cursor.more(b'}')? {
                return Ok(true);
            }
            $rest = $cursor.rest();
        }
    };
}
pub(crate) use usual;
