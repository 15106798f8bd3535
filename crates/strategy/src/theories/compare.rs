//! What differs between two versions: what came, what went, and what changed, word by word. Pure.

use platform::text::folded;
use similar::TextDiff;

use super::{Measure, Node, NodeKind};
use crate::differences::{Fate, Piece, marked};

/// From which share of common words on two texts of one key are one node that was reworded.
const SAME_KEY_FROM: f32 = 0.3;
/// The same for two texts of different keys.
const OTHER_KEY_FROM: f32 = 0.55;

/// A node in both versions, or in one.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub kind: NodeKind,
    pub fate: Fate,
    pub before: Vec<Piece>,
    pub after: Vec<Piece>,
    /// What else differs, a sentence each.
    pub also: Vec<String>,
}

/// Two versions beside one another, by kind, each in the order of the later one.
pub(super) fn compare(before: &[Node], after: &[Node]) -> Vec<Line> {
    let pairs = matched(before, after);
    let mut lines = Vec::new();
    for kind in NodeKind::ALL {
        for node in after.iter().filter(|node| node.kind == kind) {
            let was = pairs.iter().find(|(_, now)| now.key == node.key).map(|(was, _)| *was);
            lines.push(line(was, node, &pairs, after));
        }
        let gone = before.iter().filter(|node| node.kind == kind && !pairs.iter().any(|(was, _)| was.key == node.key));
        lines.extend(gone.map(|node| Line {
            kind,
            fate: Fate::Went,
            before: vec![Piece { differs: false, text: node.text.clone() }],
            after: Vec::new(),
            also: Vec::new(),
        }));
    }
    lines
}

/// Which node of before is which of after: first those of one key, then those that read most alike.
fn matched<'a>(before: &'a [Node], after: &'a [Node]) -> Vec<(&'a Node, &'a Node)> {
    let mut near: Vec<(bool, f32, usize, usize)> = Vec::new();
    for (one, was) in before.iter().enumerate() {
        for (other, now) in after.iter().enumerate().filter(|(_, now)| now.kind == was.kind) {
            let likeness = likeness(&was.text, &now.text);
            let same_key = was.key == now.key;
            if likeness >= if same_key { SAME_KEY_FROM } else { OTHER_KEY_FROM } {
                near.push((same_key && likeness >= OTHER_KEY_FROM, likeness, one, other));
            }
        }
    }
    near.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then((a.2, a.3).cmp(&(b.2, b.3))));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (.., one, other) in near {
        if !pairs.iter().any(|(was, now)| *was == one || *now == other) {
            pairs.push((one, other));
        }
    }
    pairs.into_iter().map(|(one, other)| (&before[one], &after[other])).collect()
}

/// The share of words that two texts have in common, in one order.
fn likeness(before: &str, after: &str) -> f32 {
    let (before, after) = (folded(before), folded(after));
    let words = |text: &'_ str| -> Vec<String> {
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (before, after) = (words(&before), words(&after));
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    TextDiff::from_slices(&before, &after).ratio()
}

fn line(was: Option<&Node>, now: &Node, pairs: &[(&Node, &Node)], after: &[Node]) -> Line {
    let Some(was) = was else {
        let text = vec![Piece { differs: false, text: now.text.clone() }];
        return Line { kind: now.kind, fate: Fate::Came, before: Vec::new(), after: text, also: Vec::new() };
    };
    let (old, new) = marked(&was.text, &now.text);
    let also = also(was, now, pairs, after);
    let fate = if was.text == now.text && also.is_empty() { Fate::Same } else { Fate::Changed };
    Line { kind: now.kind, fate, before: old, after: new, also }
}

fn also(was: &Node, now: &Node, pairs: &[(&Node, &Node)], after: &[Node]) -> Vec<String> {
    let mut also = Vec::new();
    let mut say = |what: &str, was: String, now: String| {
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        if was != now {
            also.push(format!("{what}: {} → {}.", or_none(was), or_none(now)));
        }
    };
    say("Practices", was.practices.join(", "), now.practices.join(", "));
    say("Indicators", was.indicators.join(", "), now.indicators.join(", "));
    say(
        "Measure",
        was.measure.as_ref().map(measured).unwrap_or_default(),
        now.measure.as_ref().map(measured).unwrap_or_default(),
    );
    say("For which students", was.students.clone(), now.students.clone());
    say("Because", was.because.clone(), now.because.clone());
    let serves = |node: &Node, other: &Node| node.parent.as_deref() == Some(&other.key);
    // A parent that was only reworded is the same parent.
    let stays = now.parent.is_none() || pairs.iter().any(|(before, after)| serves(was, before) && serves(now, after));
    if let Some(over) = after.iter().find(|other| !stays && serves(now, other)) {
        also.push(format!("Now it serves “{}”.", over.text));
    }
    also
}

fn measured(measure: &Measure) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
    format!("{}, {} to {}", measure.name, number(measure.baseline), number(measure.target))
}
