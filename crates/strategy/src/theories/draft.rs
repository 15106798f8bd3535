//! How a draft changes, node by node. Pure: each rule answers in words what it did.

use platform::Error;

use super::{
    Node, NodeKind,
    rules::{NODES_MOST, branch, misplaced},
};

/// Where a node moves among those beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// The first words of a node, for histories.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn named(node: &Node) -> String {
    format!("{} “{}”", node.kind.key(), short(&node.text))
}

/// Adds a node at the end of those beside it, and gives it a key of its own.
pub(super) fn add(nodes: &mut Vec<Node>, node: &mut Node) -> Result<String, Error> {
    if nodes.len() >= NODES_MOST {
        return Err(Error::Refused(format!("{NODES_MOST} nodes are the most. Could two of them become one?")));
    }
    node.key = free_key(nodes, node);
    node.version = 1;
    if let Some(problem) = misplaced(node, nodes) {
        return Err(Error::Refused(problem));
    }
    let said = format!("{} added", named(node));
    nodes.push(node.clone());
    Ok(said)
}

/// A key that no other node has: a letter for the kind, or the key of what it serves with one more.
fn free_key(nodes: &[Node], node: &Node) -> String {
    let taken = |key: &str| nodes.iter().any(|other| other.key == key);
    let letter = match node.kind {
        NodeKind::Context => "K",
        NodeKind::Sentence => "S",
        NodeKind::Aim => "A",
        NodeKind::Change => "C",
        NodeKind::Condition | NodeKind::Action | NodeKind::Assumption => "N",
        NodeKind::Measure => "M",
        NodeKind::Voices => "V",
        NodeKind::Equity => "E",
    };
    (1..).map(|number| format!("{letter}{number}")).find(|key| !taken(key)).unwrap_or_default()
}

/// Puts other words into a node, unless somebody did so since it was opened.
pub(super) fn reword(nodes: &mut [Node], version: i32, node: Node) -> Result<String, Error> {
    let place = nodes.iter().position(|other| other.key == node.key).ok_or(Error::Stale)?;
    if nodes[place].version != version {
        return Err(Error::Stale);
    }
    let node = Node { version: version + 1, ..node };
    let below = branch(nodes, &node.key);
    if node.parent.as_deref().is_some_and(|parent| below.contains(parent)) {
        return Err(Error::Refused("A node can’t serve itself, nor what hangs below it.".to_owned()));
    }
    if let Some(problem) = misplaced(&node, nodes) {
        return Err(Error::Refused(problem));
    }
    let said = format!("{} changed", named(&nodes[place]));
    nodes[place] = node;
    Ok(said)
}

/// Moves a node before or after its neighbour of the same kind that serves the same.
pub(super) fn place(nodes: &mut [Node], key: &str, direction: Direction) -> Result<String, Error> {
    let here = nodes.iter().position(|node| node.key == key).ok_or(Error::NotFound)?;
    let node = &nodes[here];
    let said = format!("{} moved", named(node));
    let beside = |other: &Node| other.parent == node.parent && group(other.kind) == group(node.kind);
    let other = match direction {
        Direction::Up => (0..here).rev().find(|place| beside(&nodes[*place])),
        Direction::Down => (here + 1..nodes.len()).find(|place| beside(&nodes[*place])),
    };
    // At the end there is nowhere to go, which is no mistake.
    if let Some(other) = other {
        nodes.swap(here, other);
    }
    Ok(said)
}

/// Conditions and actions stand in one row.
fn group(kind: NodeKind) -> NodeKind {
    if kind == NodeKind::Action { NodeKind::Condition } else { kind }
}

/// Takes a node out, with everything below it, unless somebody changed it since the version that was seen.
pub(super) fn remove(nodes: &mut Vec<Node>, key: &str, seen: Option<i32>) -> Result<String, Error> {
    let node = nodes.iter().find(|node| node.key == key).ok_or(Error::NotFound)?;
    if seen.is_some_and(|seen| seen != node.version) {
        return Err(Error::Stale);
    }
    let gone: Vec<String> = branch(nodes, key).into_iter().map(str::to_owned).collect();
    let said = match gone.len() {
        1 => format!("{} taken out", named(node)),
        more => format!("{} taken out, with {} below it", named(node), more - 1),
    };
    nodes.retain(|node| !gone.contains(&node.key));
    Ok(said)
}

/// What stood before, with versions beyond those of now, so that a form that is open on either sees that it changed.
pub(super) fn brought_back(now: &[Node], mut before: Vec<Node>) -> Vec<Node> {
    for node in &mut before {
        let current = now.iter().find(|other| other.key == node.key);
        node.version =
            current.map_or(node.version + 1, |other| if other.says_the_same(node) { other.version } else { other.version + 1 });
    }
    before
}

/// Whether a draft can go out.
pub(super) fn may_go_out(nodes: &[Node]) -> Result<(), String> {
    if nodes.iter().any(|node| node.kind == NodeKind::Aim) {
        return Ok(());
    }
    Err("A theory of action needs an aim before it can count. How much, for which students, by when?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes() -> Vec<Node> {
        vec![
            Node::new("A", NodeKind::Aim, None, "Half read."),
            Node::new("C1", NodeKind::Change, Some("A"), "Leaders look."),
            Node::new("C1a", NodeKind::Condition, Some("C1"), "An hour."),
            Node::new("C1b", NodeKind::Action, Some("C1a"), "Guard it."),
            Node::new("C2", NodeKind::Change, Some("A"), "Students talk."),
        ]
    }

    fn keys(nodes: &[Node]) -> Vec<&str> {
        nodes.iter().map(|node| node.key.as_str()).collect()
    }

    #[test]
    fn a_node_gets_a_key_of_its_own_and_a_place_that_fits() {
        let mut all = nodes();
        let said = add(&mut all, &mut Node::new("", NodeKind::Change, Some("A"), "Families say."));
        assert_eq!(said.ok().as_deref(), Some("change “Families say.” added"));
        assert_eq!(all[5].key, "C3");
        assert!(
            add(&mut all, &mut Node::new("", NodeKind::Condition, Some("A"), "Time.")).is_err(),
            "a condition serves a change"
        );
        assert!(add(&mut all, &mut Node::new("", NodeKind::Change, None, "Alone.")).is_err());
    }

    #[test]
    fn words_change_once_for_each_version_that_was_seen() {
        let mut all = nodes();
        let mut node = all[1].clone();
        node.text = "Leaders look at work.".to_owned();
        assert!(reword(&mut all, 1, node.clone()).is_ok());
        assert_eq!((all[1].text.as_str(), all[1].version), ("Leaders look at work.", 2));
        assert!(matches!(reword(&mut all, 1, node.clone()), Err(Error::Stale)), "somebody was faster");
        node.parent = Some("C1a".to_owned());
        assert!(matches!(reword(&mut all, 2, node), Err(Error::Refused(_))), "nothing serves what hangs below it");
    }

    #[test]
    fn a_node_moves_among_those_beside_it() {
        let mut all = nodes();
        assert!(place(&mut all, "C2", Direction::Up).is_ok());
        assert_eq!(keys(&all), ["A", "C2", "C1a", "C1b", "C1"]);
        assert!(place(&mut all, "C2", Direction::Up).is_ok(), "at the top it stays");
        assert_eq!(keys(&all), ["A", "C2", "C1a", "C1b", "C1"]);
        assert!(place(&mut all, "Z", Direction::Down).is_err());
    }

    #[test]
    fn what_hangs_below_goes_along_and_comes_back() {
        let mut all = nodes();
        let before = all.clone();
        assert!(matches!(remove(&mut all, "C1", Some(2)), Err(Error::Stale)), "somebody changed it meanwhile");
        assert_eq!(remove(&mut all, "C1", Some(1)).ok().as_deref(), Some("change “Leaders look.” taken out, with 2 below it"));
        assert_eq!(keys(&all), ["A", "C2"]);
        let back = brought_back(&all, before);
        assert_eq!(keys(&back), ["A", "C1", "C1a", "C1b", "C2"]);
        assert_eq!((back[0].version, back[1].version), (1, 2), "what was gone is newer than any form that is open on it");
    }
}
