//! What may stand where in a theory of action, and what a good one has. Pure.

use std::collections::BTreeSet;

use super::{Node, NodeKind};

/// The longest text of a node, in characters.
pub const TEXT_MOST: usize = 1_200;
/// The longest name of a measure, in characters.
pub const MEASURE_MOST: usize = 200;
/// The largest figure that a measure shows.
pub const FIGURE_MOST: f64 = 1e12;
/// The longest list of codes of a node.
pub const CODES_MOST: usize = 20;
/// The most nodes of a version: beyond it nobody reads one.
pub const NODES_MOST: usize = 200;

/// Whether a text can be a node's key.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'))
}

/// Whether a text can be the code of a practice or an indicator.
#[must_use]
pub fn is_code(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'))
}

impl NodeKind {
    /// What a node of this kind may serve; nothing where it stands for itself.
    #[must_use]
    pub const fn serves(self) -> &'static [Self] {
        match self {
            Self::Context | Self::Sentence | Self::Aim | Self::Voices | Self::Equity => &[],
            Self::Change => &[Self::Aim],
            Self::Condition => &[Self::Change],
            Self::Action => &[Self::Change, Self::Condition],
            Self::Assumption | Self::Measure => &[Self::Aim, Self::Change],
        }
    }

    /// Whether it has words of its own; a measure says what it counts.
    #[must_use]
    pub const fn has_text(self) -> bool {
        !matches!(self, Self::Measure)
    }

    /// Whether it says for which students first.
    #[must_use]
    pub const fn has_students(self) -> bool {
        matches!(self, Self::Aim)
    }

    /// Whether it says why it should bring about what it serves.
    #[must_use]
    pub const fn has_because(self) -> bool {
        matches!(self, Self::Change | Self::Condition | Self::Action)
    }

    /// Whether it names practices that it rests on.
    #[must_use]
    pub const fn has_practices(self) -> bool {
        self.has_because()
    }

    /// Whether it names indicators that it should move.
    #[must_use]
    pub const fn has_indicators(self) -> bool {
        matches!(self, Self::Aim | Self::Change)
    }

    /// Whether something can be counted by which one would see it.
    #[must_use]
    pub const fn has_measure(self) -> bool {
        matches!(self, Self::Aim | Self::Change | Self::Measure)
    }

    /// What may stand below a node of this kind.
    pub fn takes(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |kind| kind.serves().contains(&self))
    }
}

/// What keeps a node from standing where it stands: nothing when it may.
#[must_use]
pub fn misplaced(node: &Node, nodes: &[Node]) -> Option<String> {
    let allowed = node.kind.serves();
    match &node.parent {
        None if allowed.is_empty() => None,
        None => Some(format!("{} serves nothing here. Name the node that it serves.", a(node.kind))),
        Some(_) if allowed.is_empty() => Some(format!("{} stands for itself and serves no other node.", a(node.kind))),
        Some(parent) => match nodes.iter().find(|other| other.key == *parent) {
            None => Some(format!("There is no node {parent} in this version.")),
            Some(other) if allowed.contains(&other.kind) => None,
            Some(other) => {
                let could: Vec<&str> = allowed.iter().map(|kind| kind.key()).collect();
                Some(format!("{} serves {}, not {}.", a(node.kind), could.join(" or "), other.kind.key()))
            }
        },
    }
}

/// A kind as a sentence begins with it.
pub(super) fn a(kind: NodeKind) -> String {
    match kind {
        NodeKind::Aim | NodeKind::Action | NodeKind::Assumption => format!("An {}", kind.key()),
        NodeKind::Change | NodeKind::Condition | NodeKind::Measure => format!("A {}", kind.key()),
        NodeKind::Context | NodeKind::Sentence | NodeKind::Voices | NodeKind::Equity => format!("“{}”", kind.word()),
    }
}

/// The node and everything below it, by key.
#[must_use]
pub fn branch<'a>(nodes: &'a [Node], key: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::from([key]);
    loop {
        let before = found.len();
        let below = nodes.iter().filter(|node| node.parent.as_deref().is_some_and(|parent| found.contains(parent)));
        let below: Vec<&str> = below.map(|node| node.key.as_str()).collect();
        found.extend(below);
        if found.len() == before {
            return found;
        }
    }
}
