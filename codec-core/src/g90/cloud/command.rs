//! Local commands that come through the cloud, and their answers.

use super::fields::{behind, number, short, view};
use crate::secret::Secret;

/// The panel's answer to a command of the cloud, 24 bytes and a text.
///
/// It can be read as a message with the short header and two numbers of 4 bytes, as the Python library does, or with the long header and
/// a sequence of 2 bytes; up to 65535 they are the same.
#[derive(Clone, Copy)]
pub struct CommandAnswer<'i> {
    pub(super) message: &'i [u8],
}

view! {
    CommandAnswer => {
        /// Offset 10: number of the command that is answered. Its lower half is the header's sequence.
        number: i32 = |answer| number(answer.message, 10);
        /// Offset 14: 0 in every capture.
        flag: u16 = |answer| short(answer.message, 14);
        /// Offset 16: the same number again.
        number_again: i32 = |answer| number(answer.message, 16);
        /// Offset 20: code of a local command.
        command: u16 = |answer| short(answer.message, 20);
        /// Offset 22: the same code again.
        subcommand: u16 = |answer| short(answer.message, 22);
        /// Offset 24: `[code,[data]]` and a NUL, the answer as it would be in the local network without `ISTART` and
        /// `IEND`. Passwords may be in it.
        text: Secret<&'i [u8]> = |answer| Secret::new(behind(answer.message, 24));
    }
}

impl CommandAnswer<'_> {
    /// What [`encode`](super::encode()) wants between header and text, with 0 for the flag. The number of the command is the sequence of
    /// its answer; behind the text stands a NUL.
    #[must_use]
    pub const fn fields(number: u16, command: u16) -> [u8; 12] {
        let ([a, b], [c, d]) = (number.to_le_bytes(), command.to_le_bytes());
        [0, 0, 0, 0, a, b, 0, 0, c, d, c, d]
    }
}

/// A local command for the panel, 22 bytes and a text. The layout is known from two captures.
#[derive(Clone, Copy)]
pub struct CommandRequest<'i> {
    pub(super) message: &'i [u8],
}

view! {
    CommandRequest => {
        /// Offset 12: 2 in both captures.
        flag: u16 = |request| short(request.message, 12);
        /// Offset 14: code of a local command.
        command: u16 = |request| short(request.message, 14);
        /// Offset 16: the same code again.
        subcommand: u16 = |request| short(request.message, 16);
        /// Offset 18: 5 in both captures.
        token: i32 = |request| number(request.message, 18);
        /// Offset 22: nothing, or `[code,[parameters]]`, and a NUL. Passwords may be in it.
        text: Secret<&'i [u8]> = |request| Secret::new(behind(request.message, 22));
    }
}

impl CommandRequest<'_> {
    /// What [`encode`](super::encode()) wants between header and text, with the flag and the token of the captures. Behind the text stands a
    /// NUL.
    #[must_use]
    pub const fn fields(command: u16) -> [u8; 10] {
        let [a, b] = command.to_le_bytes();
        [2, 0, a, b, a, b, 5, 0, 0, 0]
    }
}
