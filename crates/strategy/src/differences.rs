//! What differs between two texts, word by word. Pure.

use similar::{ChangeTag, TextDiff};

/// What became of something between two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Came,
    Went,
    Changed,
    Same,
}

impl Fate {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Came => "New",
            Self::Went => "Gone",
            Self::Changed => "Changed",
            Self::Same => "The same",
        }
    }
}

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

/// Whose words these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Both,
    Before,
    After,
}

/// Words in a row, of both texts or of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Woven {
    pub whose: Whose,
    pub text: String,
}

impl Woven {
    /// Whether it goes away.
    pub(crate) fn is_gone(&self) -> bool {
        self.whose == Whose::Before
    }

    /// Whether it comes.
    pub(crate) fn is_new(&self) -> bool {
        self.whose == Whose::After
    }
}

/// From which share of common words on two texts are read as one that was changed.
const ALIKE_FROM: f32 = 0.5;

/// Both texts in one: what goes away stands where it stood, beside what comes. Texts that have little in common stand one after the
/// other, because nobody reads two sentences that are shuffled into one.
pub(crate) fn woven(before: &str, after: &str) -> Vec<Woven> {
    let mut pieces: Vec<Woven> = Vec::new();
    let difference = TextDiff::from_words(before, after);
    if difference.ratio() < ALIKE_FROM {
        let whole = [(Whose::Before, before), (Whose::Both, " "), (Whose::After, after)];
        let has_both = !before.is_empty() && !after.is_empty();
        let kept = whole.into_iter().filter(|(whose, text)| !text.is_empty() && (has_both || *whose != Whose::Both));
        return kept.map(|(whose, text)| Woven { whose, text: text.to_owned() }).collect();
    }
    for change in difference.iter_all_changes() {
        let whose = match change.tag() {
            ChangeTag::Equal => Whose::Both,
            ChangeTag::Delete => Whose::Before,
            ChangeTag::Insert => Whose::After,
        };
        match pieces.last_mut() {
            Some(last) if last.whose == whose => last.text.push_str(change.value()),
            _ => pieces.push(Woven { whose, text: change.value().to_owned() }),
        }
    }
    pieces
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

    #[test]
    fn both_texts_stand_in_one() {
        let pieces = woven("Meet the principal weekly.", "Meet the principal every week.");
        let said: Vec<(Whose, &str)> = pieces.iter().map(|piece| (piece.whose, piece.text.as_str())).collect();
        assert_eq!(said[0], (Whose::Both, "Meet the principal "));
        let of = |whose: Whose| {
            let own = said.iter().filter(|(other, _)| *other == Whose::Both || *other == whose);
            own.map(|(_, text)| *text).collect::<String>()
        };
        assert_eq!(of(Whose::Before), "Meet the principal weekly.");
        assert_eq!(of(Whose::After), "Meet the principal every week.");
        let other: Vec<Whose> =
            woven("Agree the coachee list.", "Set a goal with each.").iter().map(|piece| piece.whose).collect();
        assert_eq!(other, [Whose::Before, Whose::Both, Whose::After], "two sentences are not shuffled into one");
        assert_eq!(woven("", "New."), [Woven { whose: Whose::After, text: "New.".to_owned() }]);
    }
}
