//! Words for what comes from a G90 panel.

use codec_core::g90::local::CommandCode;
use codec_core::g90::local::controller::List;
use codec_core::home::Notice;

use crate::words;

/// The vendor's name.
pub(super) fn command_name(code: CommandCode) -> String {
    code.name().map_or_else(|| format!("command {}", code.raw()), str::to_owned)
}

pub(super) const fn list_name(list: List) -> &'static str {
    match list {
        List::Sensors => "sensor",
        List::Devices => "device",
    }
}

/// `device 3`, or `device 3 outlet 2`.
pub(super) fn output_name(output: u32) -> String {
    match (output & 0xFFFF, output >> 16) {
        (index, 0) => format!("device {index}"),
        (index, node) => format!("device {index} outlet {node}"),
    }
}

pub(super) fn notice(notice: &Notice) -> String {
    words::notice(notice, output_name)
}
