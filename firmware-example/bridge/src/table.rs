//! What is known of the houses.

use codec_core::home::{AreaState, Mode, Notice, ZoneState};
use heapless::Vec;

use crate::hub::{Name, News, Panel};

/// How many zones there is room for, over all panels.
pub const ZONES: usize = 768;
/// How many areas.
pub const AREAS: usize = 40;
/// How many outputs.
pub const OUTPUTS: usize = 128;
/// How many values without a word of their own.
pub const VALUES: usize = 96;

/// An area as it was told last.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Its state.
    pub state: AreaState,
    /// How it is armed.
    pub mode: Option<Mode>,
}

/// What one row says.
#[derive(Clone, Copy, Debug)]
pub enum Row<'h> {
    /// Zone, area or output, as the notice that it came from.
    Notice(Notice),
    /// Object and value.
    Value(&'h str, &'h str),
}

type Rows<T, const N: usize> = Vec<(Panel, u32, T), N>;

/// The state of all zones, areas and outputs as it was told last.
#[derive(Debug)]
pub struct House {
    zones: Rows<ZoneState, ZONES>,
    areas: Rows<Area, AREAS>,
    outputs: Rows<bool, OUTPUTS>,
    values: Vec<(Panel, Name, Name), VALUES>,
    connected: [bool; Panel::COUNT],
    /// A row found no room.
    full: bool,
}

impl House {
    pub(crate) const fn new() -> Self {
        Self {
            zones: Vec::new(),
            areas: Vec::new(),
            outputs: Vec::new(),
            values: Vec::new(),
            connected: [false; Panel::COUNT],
            full: false,
        }
    }

    pub(crate) fn take(&mut self, panel: Panel, news: &News) {
        let fits = match news {
            News::Up => {
                self.connected[panel as usize] = true;
                true
            }
            News::Down { .. } => {
                self.connected[panel as usize] = false;
                true
            }
            News::Notice(Notice::Zone { zone, state, .. }) => enter(&mut self.zones, panel, *zone, *state),
            News::Notice(Notice::Area { area, state, mode }) => enter(&mut self.areas, panel, *area, Area { state: *state, mode: *mode }),
            News::Notice(Notice::Output { output, on }) => enter(&mut self.outputs, panel, *output, *on),
            News::Value { object, value } => match self.values.iter_mut().find(|row| row.0 == panel && row.1 == *object) {
                Some(row) => {
                    row.2.clone_from(value);
                    true
                }
                None => self.values.push((panel, object.clone(), value.clone())).is_ok(),
            },
            _ => true,
        };
        self.full |= !fits;
    }

    /// Whether the panel is connected. If not, what is known of it may have changed.
    pub const fn is_connected(&self, panel: Panel) -> bool {
        self.connected[panel as usize]
    }

    /// Whether something is missing because a table was full.
    pub const fn is_incomplete(&self) -> bool {
        self.full
    }

    /// The row at place `at` of all rows, in no order; `None` behind the last.
    pub fn row(&self, at: usize) -> Option<(Panel, Row<'_>)> {
        if let Some((panel, zone, state)) = self.zones.get(at) {
            return Some((*panel, Row::Notice(Notice::Zone { zone: *zone, state: *state, changed: state.known })));
        }
        let at = at - self.zones.len();
        if let Some((panel, area, row)) = self.areas.get(at) {
            return Some((*panel, Row::Notice(Notice::Area { area: *area, state: row.state, mode: row.mode })));
        }
        let at = at - self.areas.len();
        if let Some((panel, output, on)) = self.outputs.get(at) {
            return Some((*panel, Row::Notice(Notice::Output { output: *output, on: *on })));
        }
        let (panel, object, value) = self.values.get(at - self.outputs.len())?;
        Some((*panel, Row::Value(object, value)))
    }
}

/// Whether there was room.
fn enter<T, const N: usize>(rows: &mut Rows<T, N>, panel: Panel, number: u32, value: T) -> bool {
    match rows.iter_mut().find(|row| row.0 == panel && row.1 == number) {
        Some(row) => {
            row.2 = value;
            true
        }
        None => rows.push((panel, number, value)).is_ok(),
    }
}
