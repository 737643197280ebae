//! How the server's end of a connection is set up.

use clap::Args;
use codec_core::kts::controller::{Config, Memory, ObjectSlot, Tables, ZoneSlot};
use codec_core::kts::{Order, SignatureSlot};

/// Most zones and objects of a host that are kept.
const ZONES: usize = 512;
const OBJECTS: usize = 8192;

/// Registrations that are remembered, so that none is accepted twice.
const REMEMBERED: usize = 256;

/// What a replay must know as well.
#[derive(Args, Clone, Debug, Default)]
#[group(id = "kts-controller")]
pub(crate) struct ControllerArgs {
    /// Accept members in any order
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Do not compare the time of a registration with the clock here: one that was overheard can be used again
    #[arg(long)]
    pub(crate) any_clock: bool,
}

impl ControllerArgs {
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new();
        if self.lenient {
            config.order = Order::Lenient;
        }
        if self.any_clock {
            config.clock_window_seconds = None;
        }
        config
    }
}

/// Memory of a controller.
pub(crate) struct Storage {
    zones: Vec<ZoneSlot>,
    objects: Vec<ObjectSlot>,
    memory: Memory,
    signatures: Vec<SignatureSlot>,
}

impl Storage {
    pub(crate) fn new() -> Self {
        Self {
            zones: vec![ZoneSlot::default(); ZONES],
            objects: vec![ObjectSlot::default(); OBJECTS],
            memory: Memory::new(),
            signatures: vec![SignatureSlot::default(); REMEMBERED],
        }
    }

    pub(crate) fn lend(&mut self) -> (Tables<'_>, &mut Memory, &mut [SignatureSlot]) {
        let tables = Tables { zones: &mut self.zones, objects: &mut self.objects, tasks: &mut [] };
        (tables, &mut self.memory, &mut self.signatures)
    }
}
