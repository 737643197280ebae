//! What the helps of the languages promise, for tests.

use std::fmt::Debug;

/// Every step that a help tells of, with its alternatives and placeholders filled in. `fill` gives what can stand for a word; a word that it
/// does not know is itself, or one of those between bars.
fn lines(help: &str, fill: impl Fn(&str) -> Option<Vec<&'static str>>) -> Vec<String> {
    let mut all = Vec::new();
    for line in help.lines().filter(|line| !line.starts_with('#')) {
        let syntax = line.split("  ").next().unwrap();
        let mut lines = vec![String::new()];
        for word in syntax.split_whitespace() {
            let choices: Vec<&str> = fill(word).unwrap_or_else(|| word.split('|').collect());
            lines = lines.iter().flat_map(|line| choices.iter().map(move |choice| format!("{line} {choice}"))).collect();
        }
        all.append(&mut lines);
    }
    all
}

/// Every line of the help is a step, with a comment too, and with words too many it is a mistake of use. How many there are.
pub(super) fn check<S: Debug, E: Debug>(
    help: &str,
    fill: impl Fn(&str) -> Option<Vec<&'static str>>,
    parse: impl Fn(&str) -> Result<Option<S>, E>,
    is_usage: impl Fn(&E) -> bool,
) -> usize {
    let lines = lines(help, fill);
    for line in &lines {
        assert!(matches!(parse(line), Ok(Some(_))), "{line}");
        assert!(matches!(parse(&format!("{line} # comment")), Ok(Some(_))), "{line}");
        let more = parse(&format!("{line} more more more more"));
        assert!(matches!(&more, Err(error) if is_usage(error)), "{line}: {more:?}");
    }
    lines.len()
}
