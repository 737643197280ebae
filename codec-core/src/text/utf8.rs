//! Whether what was looked at is UTF-8. All that has arrived is checked at once, which is a few times faster than piece by piece.

use crate::error::JsonError;

/// How far a window is good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Utf8 {
    /// Bytes at the front of the window that are UTF-8.
    pub(crate) good: usize,
}

impl Utf8 {
    /// Checks `window` up to `at`; more may be checked at the same time. A character may be cut at the end of what has been looked at if
    /// that is inside of a string, `open`. An error comes with its place.
    #[inline]
    pub(crate) fn check(&mut self, window: &[u8], at: usize, open: bool) -> Result<(), (JsonError, usize)> {
        if at <= self.good {
            return Ok(());
        }
        self.advance(window);
        let Some(rest) = window.get(self.good..at) else { return Ok(()) };
        match core::str::from_utf8(rest) {
            // Empty.
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() && open => Ok(()),
            Err(_) => Err((JsonError::Utf8, self.good)),
        }
    }

    #[inline(never)]
    fn advance(&mut self, window: &[u8]) {
        let rest = window.get(self.good..).unwrap_or_default();
        let good = core::str::from_utf8(rest).map_or_else(|error| error.valid_up_to(), str::len);
        self.good = self.good.saturating_add(good);
    }
}
