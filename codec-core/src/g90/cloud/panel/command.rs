//! What can be done with a simulated panel, and what it tells.

use crate::error::{CloseReason, Fault};
use crate::g90::cloud::Message;
use crate::g90::{AlertSource, PeripheralType, StateChange};
use crate::machine::Ticket;
use crate::secret::Secret;

/// Something that happens to the panel, or that it is to say. Each that is accepted ends in one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// The panel itself changed.
    State(StateChange),
    /// A sensor was active. Numbers are 0 to 255; a name longer than 32 bytes is cut at a character.
    Sensor {
        /// Its index on the panel.
        sensor: u8,
        /// Where it comes from, 0 to 255.
        source: AlertSource,
        /// What it says.
        state: u8,
        /// Its name.
        name: &'c str,
    },
    /// A sensor raises an alarm.
    Alarm {
        /// Its index on the panel.
        sensor: u8,
        /// What kind of sensor it is, 0 to 255.
        peripheral: PeripheralType,
        /// What it says.
        state: u8,
        /// Its name.
        name: &'c str,
    },
    /// The text of a notification or an alert, as the panel would broadcast it, without the NUL.
    Notify(&'c str),
    /// An answer to a command of the cloud that [`Config::answers`](super::Config::answers) has none for.
    Answer {
        /// The number of the command: its [`Header::sequence`](crate::g90::cloud::Header::sequence).
        number: u16,
        /// Its code.
        command: u16,
        /// `[code,[data]]`, without the NUL. Passwords may be in it.
        text: Secret<&'c str>,
    },
    /// End the connection.
    Close,
}

/// What a [`Panel`](super::Panel) tells.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event<'i> {
    /// A message of the cloud. Commands that [`Config::answers`](super::Config::answers) knows are answered already.
    Message(Message<'i>),
    /// The cloud has answered the first hello in all three parts.
    Online,
    /// A command ended: it was written.
    Done {
        /// Which.
        ticket: Ticket,
    },
    /// A message that could not be used. Decoding goes on with the next.
    Fault(Fault),
    /// The connection has ended. Nothing follows.
    Closed(CloseReason),
}
