//! What a controller tells, in words, without what only became known and is nothing to mention.

use std::collections::BTreeMap;

use codec_core::home::{Notice, ZoneFlags};

use crate::words;

/// Remembers what was known, to tell news from first answers.
#[derive(Debug, Default)]
pub(crate) struct News {
    zones: BTreeMap<u32, ZoneFlags>,
}

impl News {
    /// The notice in words, or `None` if all it says is that something is as it should be and was not known before.
    /// `output` names an output by its number.
    pub(crate) fn words(&mut self, notice: &Notice, output: impl Fn(u32) -> String) -> Option<String> {
        let mut notice = *notice;
        if let Notice::Zone { zone, state, changed } = &mut notice {
            let before = self.zones.insert(*zone, state.known).unwrap_or_default();
            let quiet = changed.without(before).without(state.set);
            *changed = changed.without(quiet);
            if changed.is_empty() {
                return None;
            }
        }
        Some(words::notice(&notice, output))
    }
}

#[cfg(test)]
mod tests {
    use codec_core::home::ZoneState;

    use super::*;

    #[test]
    fn first_answers_are_no_news_unless_something_is_wrong() {
        let mut news = News::default();
        let mut zone =
            |known, set, changed| news.words(&Notice::Zone { zone: 3, state: ZoneState { known, set }, changed }, |_| String::new());
        let both = ZoneFlags::OPEN | ZoneFlags::TAMPER;
        assert_eq!(zone(ZoneFlags::OPEN, ZoneFlags::NONE, ZoneFlags::OPEN), None);
        assert_eq!(zone(both, ZoneFlags::TAMPER, ZoneFlags::TAMPER).unwrap(), "zone 3 tamper");
        assert_eq!(zone(both, ZoneFlags::NONE, ZoneFlags::TAMPER).unwrap(), "zone 3 no tamper");
        assert_eq!(zone(both, ZoneFlags::OPEN, ZoneFlags::OPEN).unwrap(), "zone 3 open");
        assert_eq!(news.words(&Notice::Restarted, |_| String::new()).unwrap(), "panel restarted");
    }
}
