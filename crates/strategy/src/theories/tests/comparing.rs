//! What differs between two versions.

use super::super::{Measure, MeasureKind, Node, NodeKind, compare::compare};
use crate::differences::Fate;

fn change(key: &str, text: &str) -> Node {
    Node::new(key, NodeKind::Change, Some("A"), text)
}

fn aim(text: &str) -> Node {
    Node::new("A", NodeKind::Aim, None, text)
}

fn fates(before: &[Node], after: &[Node]) -> Vec<(Fate, String)> {
    let told = |line: super::super::compare::Line| {
        let pieces = if line.after.is_empty() { line.before } else { line.after };
        (line.fate, pieces.into_iter().map(|piece| piece.text).collect())
    };
    compare(before, after).into_iter().map(told).collect()
}

#[test]
fn a_node_is_known_by_its_words_where_keys_were_given_anew() {
    let before = [
        aim("Half read."),
        change("C1", "Every student meets a grade-level text every day."),
        change("C2", "Leaders look at student work."),
    ];
    let after = [
        aim("Half read."),
        change("C1", "Leaders look at student work."),
        change("C2", "Students talk to learn in every block."),
    ];
    assert_eq!(
        fates(&before, &after),
        [
            (Fate::Same, "Half read.".to_owned()),
            (Fate::Same, "Leaders look at student work.".to_owned()),
            (Fate::Came, "Students talk to learn in every block.".to_owned()),
            (Fate::Went, "Every student meets a grade-level text every day.".to_owned()),
        ]
    );
}

#[test]
fn what_else_changed_is_said() {
    let mut now = change("C1", "Leaders look at student work.");
    now.practices = vec!["1.1.1".to_owned()];
    now.measure = Some(Measure { name: "Meetings".to_owned(), kind: MeasureKind::Process, baseline: Some(10.0), target: None });
    let lines = compare(&[aim("Half read."), change("C1", "Leaders look at student work.")], &[aim("Half read."), now]);
    assert_eq!(lines[1].fate, Fate::Changed);
    assert_eq!(lines[1].also, ["Practices: none → 1.1.1.", "Measure: none → Meetings, 10 to ?."]);
}

#[test]
fn a_node_that_serves_another_is_said_to() {
    let before = [
        aim("Half read."),
        change("C1", "Leaders look at work."),
        change("C2", "Students talk a lot."),
        Node::new("C1a", NodeKind::Action, Some("C1"), "Meet."),
    ];
    let mut after = before.clone();
    after[3].parent = Some("C2".to_owned());
    let lines = compare(&before, &after);
    assert_eq!(lines[3].also, ["Now it serves “Students talk a lot.”."]);
    after[1].text = "Leaders look at student work.".to_owned();
    after[3].parent = Some("C1".to_owned());
    let lines = compare(&before, &after);
    assert_eq!((lines[3].fate, lines[1].fate), (Fate::Same, Fate::Changed), "a parent that was reworded is the same");
}
