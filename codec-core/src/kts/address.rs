//! Group addresses, and actions upon them.

use core::fmt;

use nom::sequence::terminated;
use nom::{IResult, Parser as _};

use super::usual::speculate;
use crate::error::{Fault, FaultKind};
use crate::text::json::{Chars, Text};

/// A KNX group address in its three-level form.
///
/// ```
/// # use codec_core::kts::GroupAddress;
/// let address = GroupAddress::parse("2/3/4").unwrap();
/// assert_eq!((address.main(), address.middle(), address.sub()), (2, 3, 4));
/// assert_eq!(GroupAddress::parse("1/9/1"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct GroupAddress(u16);

/// One to three decimal digits, and what follows.
#[inline(always)]
const fn level(text: &[u8]) -> Option<(u16, &[u8])> {
    let (value, behind) = match text {
        [ones @ b'0'..=b'9', behind @ ..] => (*ones as u16 & 15, behind),
        _ => return None,
    };
    let (value, behind) = match behind {
        [ones @ b'0'..=b'9', behind @ ..] => (value.wrapping_mul(10).wrapping_add(*ones as u16 & 15), behind),
        _ => return Some((value, behind)),
    };
    Some(match behind {
        [ones @ b'0'..=b'9', behind @ ..] => (value.wrapping_mul(10).wrapping_add(*ones as u16 & 15), behind),
        _ => (value, behind),
    })
}

/// A number of one to so many decimal digits; all above 65,535 are 65,536.
fn number<'i>(most: u8) -> impl Fn(Chars<'i>) -> IResult<Chars<'i>, u32, ()> {
    move |mut chars| {
        let (mut number, mut count) = (0_u32, 0);
        let mut ahead = chars.clone();
        while let (Some(digit), true) = (ahead.next().and_then(|character| character.to_digit(10)), count < most) {
            number = number.wrapping_mul(10).wrapping_add(digit).min(0x1_0000);
            count = count.wrapping_add(1);
            chars = ahead.clone();
        }
        if count == 0 { Err(nom::Err::Error(())) } else { Ok((chars, number)) }
    }
}

/// As other parsers for single characters our own: nom's cut slices with a check that a compiler cannot always prove away.
fn slash(mut chars: Chars<'_>) -> IResult<Chars<'_>, (), ()> {
    if chars.next() == Some('/') { Ok((chars, ())) } else { Err(nom::Err::Error(())) }
}

/// What stands before a `=`, which some write as an escape.
fn part(text: Text<'_>) -> IResult<Text<'_>, Text<'_>, ()> {
    text.split_once('=').map(|(part, behind)| (behind, part)).ok_or(nom::Err::Error(()))
}

impl GroupAddress {
    /// From its parts: 0 to 31, 0 to 7, 0 to 255.
    #[must_use]
    pub const fn new(main: u8, middle: u8, sub: u8) -> Option<Self> {
        if main > 31 || middle > 7 { None } else { Some(Self((main as u16) << 11 | (middle as u16) << 8 | sub as u16)) }
    }

    /// From `main/middle/sub`, one to three decimal digits each.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_text(Text::of(text)?)
    }

    /// As [`parse`](Self::parse) the address at the front of a text, in one step, and how many bytes it takes. A quote or nothing follows.
    #[inline]
    pub(crate) fn front(text: &[u8]) -> Option<(Self, usize)> {
        let (main, behind) = level(text)?;
        let (middle, behind) = level(behind.strip_prefix(b"/")?)?;
        let (sub, behind) = level(behind.strip_prefix(b"/")?)?;
        if !matches!(behind, [] | [b'"', ..]) || main > 31 || middle > 7 || sub > 255 {
            return None;
        }
        Some((Self(main << 11 | middle << 8 | sub), text.len().saturating_sub(behind.len())))
    }

    /// As [`parse`](Self::parse), for a text that was received.
    #[must_use]
    pub fn from_text(text: Text<'_>) -> Option<Self> {
        if speculate() {
            // As most are: without escapes.
            if let Some((address, len)) = Self::front(text.raw().as_bytes()) {
                return (len == text.raw().len()).then_some(address);
            }
        }
        let level = || number(3);
        let (mut behind, (main, middle, sub)) =
            (terminated(level(), slash), terminated(level(), slash), level()).parse(text.chars()).ok()?;
        if behind.next().is_some() {
            return None;
        }
        Self::new(u8::try_from(main).ok()?, u8::try_from(middle).ok()?, u8::try_from(sub).ok()?)
    }

    /// The main group, 0 to 31.
    #[must_use]
    pub const fn main(self) -> u8 {
        (self.0 >> 11) as u8
    }

    /// The middle group, 0 to 7.
    #[must_use]
    pub const fn middle(self) -> u8 {
        (self.0 >> 8 & 7) as u8
    }

    /// The group, 0 to 255.
    #[must_use]
    pub const fn sub(self) -> u8 {
        (self.0 & 0xFF) as u8
    }
}

impl fmt::Display for GroupAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.main(), self.middle(), self.sub())
    }
}

impl fmt::Debug for GroupAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value for a group address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Action<'i> {
    /// Type of the value.
    pub eis: u16,
    /// Where it goes.
    pub address: GroupAddress,
    /// The value as text, not empty.
    pub value: Text<'i>,
}

/// Where actions stand, which decides how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ActionForm {
    /// `control`: `EIS1=1/1/1=1`.
    Control,
    /// `timing`: `1=1/1/1=1`.
    Timing,
}

impl<'i> Action<'i> {
    /// Reads one action.
    ///
    /// # Errors
    /// Class `action` if a part is missing, the type is no number, or `EIS` stands before it in a task or not in a control; else class
    /// `address`.
    pub fn from_text(text: Text<'i>, form: ActionForm) -> Result<Self, Fault> {
        let wrong = Fault::new(FaultKind::Action, 0);
        let (value, (kind, address)) = (part, part).parse(text).map_err(|_| wrong)?;
        let mut chars = kind.chars();
        if form == ActionForm::Control && !b"EIS".iter().all(|letter| chars.next() == Some(char::from(*letter))) {
            return Err(wrong);
        }
        let (mut behind, eis) = number(19)(chars).map_err(|_| wrong)?;
        let eis = u16::try_from(eis).ok().filter(|_| behind.next().is_none()).ok_or(wrong)?;
        if value.is_empty() {
            return Err(wrong);
        }
        let address = GroupAddress::from_text(address).ok_or(Fault::new(FaultKind::Address, 0))?;
        Ok(Self { eis, address, value })
    }
}

/// The actions of a text, separated by commas. The text was checked.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Actions<'i> {
    rest: Text<'i>,
    form: ActionForm,
}

impl<'i> Actions<'i> {
    /// Checks all actions of a text. A control has one at least, a task may have none; a comma at the end is allowed.
    ///
    /// # Errors
    /// As [`Action::from_text`].
    pub fn from_text(text: Text<'i>, form: ActionForm) -> Result<Self, Fault> {
        Self::check(text, form).map(|()| Self::checked(text, form))
    }

    /// As [`from_text`](Self::from_text), of a text that was checked.
    pub(crate) const fn checked(text: Text<'i>, form: ActionForm) -> Self {
        Self { rest: text, form }
    }

    pub(crate) fn check(text: Text<'i>, form: ActionForm) -> Result<(), Fault> {
        if text.is_empty() && form == ActionForm::Control {
            return Err(Fault::new(FaultKind::Action, 0));
        }
        let mut rest = text;
        while let Some((action, behind)) = first(rest) {
            Action::from_text(action, form)?;
            rest = behind;
        }
        Ok(())
    }

    /// The text they stand in.
    #[must_use]
    pub const fn text(self) -> Text<'i> {
        self.rest
    }
}

/// The first item of a list that may end with a comma, and the rest.
pub(crate) fn first(list: Text<'_>) -> Option<(Text<'_>, Text<'_>)> {
    if list.is_empty() {
        return None;
    }
    Some(list.split_once(',').unwrap_or((list, Text::new(""))))
}

impl<'i> Iterator for Actions<'i> {
    type Item = Action<'i>;

    fn next(&mut self) -> Option<Action<'i>> {
        let (action, behind) = first(self.rest)?;
        self.rest = behind;
        Action::from_text(action, self.form).ok()
    }
}

impl fmt::Debug for Actions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn levels_have_one_to_three_digits_whatever_follows() {
        for value in 0..1000_u16 {
            for digits in [format!("{value}"), format!("{value:02}"), format!("{value:03}")] {
                for behind in ["", "/", "/1/2\"}", "\"", ":   ", "\u{e9}\u{e9}", "/999", "\u{7f}999"] {
                    let text = format!("{digits}{behind}");
                    assert_eq!(level(text.as_bytes()), Some((value, behind.as_bytes())), "{text}");
                }
            }
        }
        for text in ["", "/", "/1", "a123", "\u{e9}12", ":111"] {
            assert_eq!(level(text.as_bytes()), None, "{text}");
        }
        for (text, right) in [("31/7/255", true), ("32/7/255", false), ("31/8/255", false), ("31/7/256", false), ("1/2/3333", false)] {
            assert_eq!(GroupAddress::parse(text).is_some(), right, "{text}");
            assert_eq!(GroupAddress::front(text.as_bytes()).is_some(), right, "{text}");
        }
        for bad in ["1/2", "1/2/", "1//3", "/1/2", "1/2/3/", "1/2/3 ", "+1/2/3", "1/2/0003", "1/2/\u{b2}"] {
            assert_eq!(GroupAddress::parse(bad), None, "{bad}");
        }
        let parts = |address: GroupAddress| (address.main(), address.middle(), address.sub());
        assert_eq!(GroupAddress::parse("031/007/255").map(parts), Some((31, 7, 255)));
    }
}
