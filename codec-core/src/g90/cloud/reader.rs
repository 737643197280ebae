//! Fixed fields, one behind the other.

/// Takes fields off the front of a payload. Every length is a constant, so that a field that is there costs one comparison and no
/// check is left that could panic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'i> {
    rest: &'i [u8],
}

impl<'i> Reader<'i> {
    pub(super) const fn new(rest: &'i [u8]) -> Self {
        Self { rest }
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Option<&'i [u8; N]> {
        let (field, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(field)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| *byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take().map(|field| u16::from_le_bytes(*field))
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.take().map(|field| i32::from_le_bytes(*field))
    }

    /// What is left.
    pub(super) const fn rest(self) -> &'i [u8] {
        self.rest
    }
}
