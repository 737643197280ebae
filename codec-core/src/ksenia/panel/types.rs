//! Which lists a request names, as bits.

use super::lists::answered_as;
use crate::ksenia::{Action, ItemRange, Kind, Message, Request, Types};

const _: () = assert!(Kind::ALL.len() <= 64);

/// The bit of a list.
pub(super) fn bit(kind: Kind<'_>) -> u64 {
    kind.named().map_or(0, |kind| 1_u64.wrapping_shl(kind.place().into()))
}

/// The lists that a type stands for.
pub(super) fn expand(kind: Kind<'_>) -> u64 {
    let all = |wanted: fn(&str) -> bool| {
        let kinds = (0..u8::MAX).map_while(Kind::at);
        let lists = kinds.filter(|kind| !is_group(*kind) && answered_as(*kind) == *kind && wanted(kind.text().raw()));
        lists.fold(0, |mask, kind| mask | bit(kind))
    };
    match kind {
        Kind::All => all(|name| !name.starts_with("PRG_")),
        Kind::AllForUsers => all(|name| !name.starts_with("PRG_") && !name.starts_with("CFG_")),
        Kind::AllSettings => all(|name| name.starts_with("CFG_")),
        Kind::AllStates => all(|name| name.starts_with("STATUS_")),
        Kind::AllProgram => all(|name| name.starts_with("PRG_")),
        kind if is_group(kind) => 0,
        kind => bit(answered_as(kind)),
    }
}

/// Names that are no list.
const fn is_group(kind: Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::All
            | Kind::AllForUsers
            | Kind::AllSettings
            | Kind::AllStates
            | Kind::AllProgram
            | Kind::Logs
            | Kind::ProgramCheck
            | Kind::Versions
            | Kind::Other(_)
    )
}

pub(super) fn lists<'i>(message: &Message<'i>) -> Option<(Types<'i>, Option<ItemRange>)> {
    match Request::of(message)?.action {
        Action::Read { types, range } => Some((types, range)),
        Action::Register(types) => Some((types, None)),
        _ => None,
    }
}
