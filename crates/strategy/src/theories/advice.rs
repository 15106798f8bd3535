//! What a theory of action could still gain, as kind advice: the template's rules, asked of what stands there. Pure.

use super::{Measure, MeasureKind, Node, NodeKind, rules::branch, template::Template};

/// A word of advice, and the node that it is about; empty for what is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    pub key: String,
    pub words: String,
}

/// What could still be gained, by the template that is in force.
pub(super) fn by_template(nodes: &[Node], template: Option<&Template>) -> Vec<Advice> {
    let (least, most) = template.map_or((2, 4), |template| (template.rules.changes_least, template.rules.changes_most));
    advice(nodes, least, most)
}

/// What could still be gained; `least` and `most` are the template's number of changes of an aim.
fn advice(nodes: &[Node], least: usize, most: usize) -> Vec<Advice> {
    let mut all = Vec::new();
    let mut say = |key: &str, words: String| all.push(Advice { key: key.to_owned(), words });
    let of_kind = |kind: NodeKind| nodes.iter().filter(move |node| node.kind == kind);
    if of_kind(NodeKind::Aim).next().is_none() {
        say("", "There is no aim yet. How much, for which students, by when?".to_owned());
    }
    for aim in of_kind(NodeKind::Aim) {
        let changes = of_kind(NodeKind::Change).filter(|node| node.parent.as_deref() == Some(&aim.key)).count();
        if changes < least || changes > most {
            say(
                &aim.key,
                format!(
                    "This aim has {}. {least} to {most} are few enough to hold in mind and enough to move it.",
                    counted(changes)
                ),
            );
        }
        if !aim.text.chars().any(|letter| letter.is_ascii_digit()) && figure(aim).is_none() {
            say(&aim.key, "The aim names no figure. How much would be enough, and by when?".to_owned());
        }
        if aim.students.is_empty() {
            say(&aim.key, "For which students first? Those served least well belong in the aim, not in a footnote.".to_owned());
        }
        for (kind, words) in [
            (MeasureKind::Lagging, "The aim has no measure that shows in the end. What would tell us that we got there?"),
            (MeasureKind::Balancing, "Nothing here says what must not suffer meanwhile. What should stay as it is?"),
        ] {
            if !measures_of(aim, nodes).any(|measure| measure.kind == kind) {
                say(&aim.key, words.to_owned());
            }
        }
    }
    for change in of_kind(NodeKind::Change) {
        if !measures_of(change, nodes).any(|measure| matches!(measure.kind, MeasureKind::Leading | MeasureKind::Process)) {
            say(&change.key, "This change has no early measure. What could you see within weeks if it takes hold?".to_owned());
        }
        let within = branch(nodes, &change.key);
        if nodes.iter().filter(|node| within.contains(node.key.as_str())).all(|node| node.practices.is_empty()) {
            say(&change.key, "This change rests on no practice of the tracker. Which one would bring it about?".to_owned());
        }
        if !nodes.iter().any(|node| node.kind == NodeKind::Assumption && node.parent.as_deref() == Some(&change.key)) {
            say(&change.key, "What would sink this change if it were wrong? Write it down as an assumption.".to_owned());
        }
    }
    for (kind, words) in [
        (NodeKind::Context, "What do we know about this place that the rest builds on?"),
        (NodeKind::Voices, "Who wrote this, and who checked it?"),
        (NodeKind::Equity, "The equity questions have no answer yet."),
    ] {
        if of_kind(kind).next().is_none() {
            say("", words.to_owned());
        }
    }
    all
}

fn counted(changes: usize) -> String {
    match changes {
        0 => "no change yet".to_owned(),
        1 => "one change".to_owned(),
        more => format!("{more} changes"),
    }
}

fn figure(node: &Node) -> Option<f64> {
    node.measure.as_ref().and_then(|measure| measure.target)
}

fn measures_of<'a>(node: &'a Node, nodes: &'a [Node]) -> impl Iterator<Item = &'a Measure> {
    let below = nodes.iter().filter(|other| other.kind == NodeKind::Measure && other.parent.as_deref() == Some(&node.key));
    std::iter::once(node).chain(below).filter_map(|one| one.measure.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(kind: MeasureKind) -> Option<Measure> {
        Some(Measure { name: "Counted".to_owned(), kind, baseline: None, target: Some(3.0) })
    }

    fn whole() -> Vec<Node> {
        let change = |key: &str| Node {
            practices: vec!["2.2.3".to_owned()],
            measure: measured(MeasureKind::Leading),
            ..Node::new(key, NodeKind::Change, Some("A"), "Adults do it.")
        };
        vec![
            Node::new("K", NodeKind::Context, None, "Known."),
            Node {
                students: "Multilingual learners".to_owned(),
                measure: measured(MeasureKind::Lagging),
                ..Node::new("A", NodeKind::Aim, None, "More read by June.")
            },
            change("C1"),
            Node::new("C1x", NodeKind::Assumption, Some("C1"), "It holds."),
            change("C2"),
            Node::new("C2x", NodeKind::Assumption, Some("C2"), "It holds."),
            Node { measure: measured(MeasureKind::Balancing), ..Node::new("M", NodeKind::Measure, Some("A"), "Pace") },
            Node::new("V", NodeKind::Voices, None, "We."),
            Node::new("E", NodeKind::Equity, None, "Asked."),
        ]
    }

    fn about(nodes: &[Node]) -> Vec<String> {
        advice(nodes, 2, 4).into_iter().map(|one| one.key).collect()
    }

    #[test]
    fn a_whole_one_needs_no_advice_and_an_empty_one_begins_with_the_aim() {
        assert_eq!(about(&whole()), Vec::<String>::new());
        let words: Vec<String> = advice(&[], 2, 4).into_iter().map(|one| one.words).collect();
        assert!(words[0].starts_with("There is no aim yet.") && words.len() == 4, "{words:?}");
    }

    #[test]
    fn each_rule_is_asked_of_what_stands_there() {
        let without = |kind: NodeKind| -> Vec<Node> { whole().into_iter().filter(|node| node.kind != kind).collect() };
        assert_eq!(about(&without(NodeKind::Context)), [""]);
        assert_eq!(about(&without(NodeKind::Voices)), [""]);
        assert_eq!(about(&without(NodeKind::Equity)), [""]);
        assert_eq!(about(&without(NodeKind::Measure)), ["A"]);
        assert_eq!(about(&without(NodeKind::Assumption)), ["C1", "C2"]);
        let changed = |key: &str, change: fn(&mut Node)| -> Vec<String> {
            let mut nodes = whole();
            nodes.iter_mut().filter(|node| node.key == key).for_each(change);
            about(&nodes)
        };
        assert_eq!(changed("A", |aim| aim.students.clear()), ["A"]);
        assert_eq!(changed("A", |aim| aim.measure = None), ["A", "A"], "no figure and nothing that shows in the end");
        assert_eq!(changed("C1", |change| change.practices.clear()), ["C1"]);
        assert_eq!(changed("C1", |change| change.measure = None), ["C1"]);
        assert_eq!(changed("C1", |change| change.parent = None), ["A"], "one change is too few");
    }
}
