//! What becomes of each practice from one version to the next. Pure.
//!
//! A lineage is a set of lines between the practices of two versions. Fates follow from it: a practice with one line to one
//! that has no other is kept or reworded, and counts as the same; where lines part or meet it was split or merged, and counts
//! as something else.

mod store;

use std::collections::BTreeSet;

pub(crate) use store::{Passage, Passed, Sameness, all, record, same};

/// What becomes of a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fate {
    Kept,
    Reworded,
    Split,
    Merged,
    New,
    Retired,
}

impl Fate {
    pub(crate) const ALL: [Self; 6] = [Self::Kept, Self::Reworded, Self::Split, Self::Merged, Self::New, Self::Retired];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Reworded => "reworded",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::New => "new",
            Self::Retired => "retired",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.key() == key)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Kept => "Kept",
            Self::Reworded => "Reworded",
            Self::Split => "Split",
            Self::Merged => "Merged",
            Self::New => "New",
            Self::Retired => "Retired",
        }
    }

    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Kept => "check",
            Self::Reworded => "edit",
            Self::Split => "split",
            Self::Merged => "merge",
            Self::New => "plus",
            Self::Retired => "stop",
        }
    }
}

/// The fate of one line between an old practice and a new one, by what else hangs on either.
pub(crate) fn fate_of(onward: usize, origins: usize, is_reworded: bool) -> Fate {
    match (onward, origins) {
        (_, 0) => Fate::New,
        (0, _) => Fate::Retired,
        (1, 1) if is_reworded => Fate::Reworded,
        (1, 1) => Fate::Kept,
        (1, _) => Fate::Merged,
        (_, _) => Fate::Split,
    }
}

/// Practices of two versions that hang together, by their places in their lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub before: Vec<usize>,
    pub after: Vec<usize>,
    /// Between which of them lines run, by place within the group.
    pub lines: Vec<(usize, usize)>,
}

impl Group {
    pub(crate) fn fate(&self, is_reworded: bool) -> Fate {
        match (self.before.len(), self.after.len()) {
            (before, 1) if before > 1 => Fate::Merged,
            (before, after) => fate_of(after, before, is_reworded),
        }
    }

    /// The lines as a path over a square of 100 by 100.
    pub(crate) fn path(&self) -> String {
        let height = |place: usize, of: usize| (place * 100 + 50) / of.max(1);
        if self.before.is_empty() {
            return "M45 50 H100 M45 30 V70".to_owned();
        }
        if self.after.is_empty() {
            return "M0 50 H55 M55 30 V70".to_owned();
        }
        let drawn = self.lines.iter().map(|(one, other)| {
            let (from, to) = (height(*one, self.before.len()), height(*other, self.after.len()));
            format!("M0 {from} C60 {from} 40 {to} 100 {to}")
        });
        drawn.collect::<Vec<_>>().join(" ")
    }
}

/// All practices of two versions, in groups that hang together: in the order of the old ones, and what is new at the end.
pub(crate) fn groups(before: usize, after: usize, lines: &BTreeSet<(usize, usize)>) -> Vec<Group> {
    let (mut seen_before, mut seen_after) = (vec![false; before], vec![false; after]);
    let mut groups = Vec::new();
    for start in 0..before {
        if seen_before[start] {
            continue;
        }
        let (mut old, mut new) = (BTreeSet::from([start]), BTreeSet::new());
        loop {
            let size = old.len() + new.len();
            for (one, other) in lines {
                if old.contains(one) || new.contains(other) {
                    old.insert(*one);
                    new.insert(*other);
                }
            }
            if old.len() + new.len() == size {
                break;
            }
        }
        old.iter().for_each(|place| seen_before[*place] = true);
        new.iter().for_each(|place| seen_after[*place] = true);
        groups.push(group(old, new, lines));
    }
    let fresh = (0..after).filter(|place| !seen_after[*place]);
    groups.extend(fresh.map(|place| group(BTreeSet::new(), BTreeSet::from([place]), lines)));
    groups
}

fn group(old: BTreeSet<usize>, new: BTreeSet<usize>, lines: &BTreeSet<(usize, usize)>) -> Group {
    let (before, after): (Vec<usize>, Vec<usize>) = (old.into_iter().collect(), new.into_iter().collect());
    let place = |list: &[usize], wanted: usize| list.iter().position(|one| *one == wanted);
    let within = lines.iter().filter_map(|(one, other)| Some((place(&before, *one)?, place(&after, *other)?))).collect();
    Group { lines: within, before, after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn practices_that_hang_together_are_one_group() {
        // 0 stays; 1 becomes 1 and 2; 2 and 3 become 3; 4 ends; 4 of after is new.
        let lines = BTreeSet::from([(0, 0), (1, 1), (1, 2), (2, 3), (3, 3)]);
        let groups = groups(5, 5, &lines);
        let fates: Vec<Fate> = groups.iter().map(|group| group.fate(false)).collect();
        assert_eq!(fates, [Fate::Kept, Fate::Split, Fate::Merged, Fate::Retired, Fate::New]);
        assert_eq!(groups[1].path(), "M0 50 C60 50 40 25 100 25 M0 50 C60 50 40 75 100 75");
        assert_eq!(groups[2].path(), "M0 25 C60 25 40 50 100 50 M0 75 C60 75 40 50 100 50");
        // A part of a split that is merged with another practice binds both together.
        let tangle = super::groups(2, 2, &BTreeSet::from([(0, 0), (0, 1), (1, 1)]));
        assert_eq!((tangle.len(), tangle[0].fate(false)), (1, Fate::Split));
    }

    #[test]
    fn only_what_has_one_line_counts_as_one() {
        assert_eq!((fate_of(1, 1, true), fate_of(1, 1, false)), (Fate::Reworded, Fate::Kept));
        for (onward, origins) in [(2, 1), (1, 2), (2, 2), (0, 1), (1, 0)] {
            assert!(!matches!(fate_of(onward, origins, false), Fate::Kept | Fate::Reworded), "{onward} {origins}");
        }
    }
}
