//! Where panels and the outside meet.

use core::cell::RefCell;
use core::fmt::{Display, Write as _};
use core::sync::atomic::{AtomicU32, Ordering};

use codec_core::Secret;
use codec_core::home::{Mode, Notice, Request};
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::{Channel, TrySendError};
use embassy_sync::pubsub::{PubSubChannel, Subscriber};
use heapless::String;

use crate::table::House;

/// The panels that a bridge can be connected to, one of each family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Panel {
    /// A Ness panel.
    Ness,
    /// A Ksenia panel.
    Ksenia,
    /// A G90 panel, by its local protocol.
    G90,
    /// A KTS host.
    Kts,
}

impl Panel {
    /// How many there are.
    pub const COUNT: usize = 4;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [Self::Ness, Self::Ksenia, Self::G90, Self::Kts];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ness => "ness",
            Self::Ksenia => "ksenia",
            Self::G90 => "g90",
            Self::Kts => "kts",
        }
    }

    /// The panel of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.name() == name)
    }
}

/// Why something ended or was refused, in words; longer ones are cut.
pub type Words = String<64>;

/// What names a thing of a family without numbers, or its value; longer ones are cut.
pub type Name = String<16>;

/// A text of at most 64 bytes of anything that can be shown.
pub fn words(shown: impl Display) -> Words {
    cut(shown)
}

/// As much of it as there is room for.
pub(crate) fn cut<const N: usize>(shown: impl Display) -> String<N> {
    struct Cut<const N: usize>(String<N>);
    impl<const N: usize> core::fmt::Write for Cut<N> {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            text.chars().try_for_each(|character| self.0.push(character)).map_err(|_| core::fmt::Error)
        }
    }
    let mut cut = Cut(String::new());
    // What does not fit is left out.
    let _ = write!(cut, "{shown}");
    cut.0
}

/// What a panel's task tells.
#[derive(Clone, Debug)]
pub enum News {
    /// It is connected.
    Up,
    /// The state of the house has been read for the first time in this connection.
    Ready,
    /// The connection ended, or did not come about.
    Down {
        /// Why.
        why: Words,
        /// Milliseconds until the next attempt; `None` if there will be none.
        retry_millis: Option<u32>,
    },
    /// Something changed in the house.
    Notice(Notice),
    /// A value that has no word of its own, in the family's spelling.
    Value {
        /// Whose.
        object: Name,
        /// The value.
        value: Name,
    },
    /// Something that the panel sent could not be used.
    Fault(Words),
    /// An order ended.
    Done {
        /// Which.
        order: OrderId,
        /// How, in a word of the family.
        outcome: &'static str,
    },
    /// An order could not be given to the panel.
    Refused {
        /// Which.
        order: OrderId,
        /// Why.
        why: Words,
    },
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where.
    pub panel: Panel,
    /// What.
    pub news: News,
}

/// Names an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderId {
    /// Who gave it.
    pub origin: u8,
    /// The number that it was given with.
    pub number: u32,
}

/// What a panel shall do.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// What.
    pub wish: Wish,
    /// A user's code. It is printed as `***`.
    pub code: Option<Secret<String<28>>>,
}

/// What to do, without the code.
#[derive(Clone, Copy, Debug)]
pub enum Wish {
    /// Arm an area.
    Arm {
        /// Its number, 0 for the panel as a whole.
        area: u32,
        /// How.
        mode: Mode,
    },
    /// Disarm an area.
    Disarm {
        /// Its number, 0 for the panel as a whole.
        area: u32,
    },
    /// Exclude a zone, or include it.
    Bypass {
        /// Its number.
        zone: u32,
        /// Whether to exclude it.
        on: bool,
    },
    /// Switch an output.
    Switch {
        /// Its number.
        output: u32,
        /// Whether to switch it on.
        on: bool,
    },
    /// Read everything again.
    Refresh,
}

impl Order {
    /// The request in it; `None` for [`Wish::Refresh`].
    pub fn request(&self) -> Option<Request<'_>> {
        let code = self.code.as_ref().map(|code| Secret::new(code.expose().as_str()));
        Some(match self.wish {
            Wish::Arm { area, mode } => Request::Arm { area, mode, code },
            Wish::Disarm { area } => Request::Disarm { area, code },
            Wish::Bypass { zone, on } => Request::Bypass { zone, on, code },
            Wish::Switch { output, on } => Request::Switch { output, on },
            Wish::Refresh => return None,
        })
    }
}

/// How many reports a listener may be behind.
const REPORTS: usize = 32;
/// How many may listen.
pub const LISTENERS: usize = 2;
/// How many orders wait for a panel.
const ORDERS: usize = 4;

/// Someone who hears every report, or how many were missed.
pub type Listener<'h> = Subscriber<'h, CriticalSectionRawMutex, Report, REPORTS, LISTENERS, 0>;
pub(crate) type Mailbox = Channel<CriticalSectionRawMutex, Order, ORDERS>;

/// Reports out, orders in, and the table of what is known.
pub struct Hub {
    reports: PubSubChannel<CriticalSectionRawMutex, Report, REPORTS, LISTENERS, 0>,
    mailboxes: [Mailbox; Panel::COUNT],
    house: Mutex<CriticalSectionRawMutex, RefCell<House>>,
    pulses: [AtomicU32; Panel::COUNT],
}

impl Hub {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self {
            reports: PubSubChannel::new(),
            mailboxes: [const { Channel::new() }; Panel::COUNT],
            house: Mutex::new(RefCell::new(House::new())),
            pulses: [const { AtomicU32::new(0) }; Panel::COUNT],
        }
    }

    /// Tells everybody, and enters it in the table. It waits for nobody: who is too slow hears how much was missed.
    pub fn tell(&self, panel: Panel, news: News) {
        self.house.lock(|house| house.borrow_mut().take(panel, &news));
        self.reports.immediate_publisher().publish_immediate(Report { panel, news });
    }

    /// Begins to listen; `None` if [`LISTENERS`] do already.
    pub fn listen(&self) -> Option<Listener<'_>> {
        self.reports.subscriber().ok()
    }

    /// Gives an order.
    ///
    /// # Errors
    /// The order, if the panel has too many already.
    pub fn order(&self, panel: Panel, order: Order) -> Result<(), Order> {
        self.mailbox(panel).try_send(order).map_err(|TrySendError::Full(order)| order)
    }

    /// Looks at the table.
    pub fn look<R>(&self, at: impl FnOnce(&House) -> R) -> R {
        self.house.lock(|house| at(&house.borrow()))
    }

    pub(crate) const fn mailbox(&self, panel: Panel) -> &Mailbox {
        &self.mailboxes[panel as usize]
    }

    /// The task of a panel is alive.
    pub(crate) fn beat(&self, panel: Panel) {
        let pulse = &self.pulses[panel as usize];
        // One writer: no read-modify-write is needed, which small cores do not have.
        pulse.store(pulse.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    pub(crate) fn pulse(&self, panel: Panel) -> u32 {
        self.pulses[panel as usize].load(Ordering::Relaxed)
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
