//! Words as people compare them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// So many near names are offered.
const OFFERED: usize = 3;
/// From how near on.
const NEAR_FROM: f64 = 0.8;

/// The text without accents and capitals, for sorting and finding on both engines alike.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// The nearest of some names to what somebody wrote, the nearest first.
#[must_use]
pub fn near<'a>(said: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // Names of thousands of letters are no slip of a hand.
    if said.len() > 200 {
        return Vec::new();
    }
    let said = folded(said);
    let mut found: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(&said, &folded(name)), name))
        .filter(|(nearness, _)| *nearness >= NEAR_FROM)
        .collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    found.into_iter().take(OFFERED).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_without_accents_and_capitals() {
        assert_eq!(folded("Guadalupe RENTERÍA"), "guadalupe renteria");
    }
}
