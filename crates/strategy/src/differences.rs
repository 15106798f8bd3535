//! What differs between two texts, word by word. Pure.

use similar::{ChangeTag, TextDiff};

/// Words in a row that both have, or only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub differs: bool,
    pub text: String,
}

/// Both texts, with the words that only one of them has.
pub(crate) fn marked(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                add(&mut old, false, change.value());
                add(&mut new, false, change.value());
            }
            ChangeTag::Delete => add(&mut old, true, change.value()),
            ChangeTag::Insert => add(&mut new, true, change.value()),
        }
    }
    (old, new)
}

fn add(pieces: &mut Vec<Piece>, differs: bool, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.differs == differs => last.text.push_str(text),
        _ => pieces.push(Piece { differs, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_only_one_has_are_marked() {
        let (before, after) = marked("Leaders look at work weekly.", "Leaders look at student work weekly.");
        let differing = |pieces: &[Piece]| -> Vec<String> {
            pieces.iter().filter(|piece| piece.differs).map(|piece| piece.text.trim().to_owned()).collect()
        };
        assert_eq!(differing(&before), Vec::<String>::new());
        assert_eq!(differing(&after), ["student"]);
        let whole = |pieces: &[Piece]| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
        assert_eq!(whole(&before), "Leaders look at work weekly.");
        assert_eq!(whole(&after), "Leaders look at student work weekly.");
    }
}
