//! A theory as it is drawn: nested lists, which the stylesheet joins by lines where there is room.

use std::collections::BTreeSet;

use super::{
    Measure, Node, NodeKind,
    live::{Live, PracticeLine},
    rules::branch,
};
use crate::tracker::on_track::State;

/// A measure, in words.
#[derive(Clone, Debug)]
pub(super) struct MeasureLine {
    /// The node that says it.
    pub key: String,
    pub name: String,
    pub kind: &'static str,
    pub words: String,
    /// The newest reading; empty before the first.
    pub latest: String,
}

/// A node with what stands in its box, and what hangs below it.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub key: String,
    pub kind: NodeKind,
    pub text: String,
    pub students: String,
    pub because: String,
    pub practices: Vec<PracticeLine>,
    pub indicators: Vec<String>,
    pub state: Option<(State, String)>,
    pub measures: Vec<MeasureLine>,
    /// The assumptions that stand in its box: key and words.
    pub assumptions: Vec<(String, String)>,
    pub below: Vec<Drawn>,
}

/// A text that stands beside the tree: a heading and paragraphs.
pub(super) struct Beside {
    pub kind: NodeKind,
    /// Key and words of each.
    pub texts: Vec<(String, String)>,
}

/// The whole: the tree from its aims, and what stands beside it.
pub(super) struct Diagram {
    pub aims: Vec<Drawn>,
    /// Key and words of each.
    pub sentences: Vec<(String, String)>,
    pub beside: Vec<Beside>,
    /// Where all its practices stand together.
    pub state: Option<(State, String)>,
}

impl Diagram {
    /// Draws nodes, which come in their order.
    pub(super) fn of(nodes: &[Node], live: &Live) -> Self {
        let texts = |kind: NodeKind| -> Vec<(String, String)> {
            nodes.iter().filter(|node| node.kind == kind).map(|node| (node.key.clone(), node.text.clone())).collect()
        };
        let beside = [NodeKind::Context, NodeKind::Equity, NodeKind::Voices].map(|kind| Beside { kind, texts: texts(kind) });
        let codes: BTreeSet<&str> = nodes.iter().flat_map(|node| &node.practices).map(String::as_str).collect();
        Self {
            aims: below(nodes, None, live, &[NodeKind::Aim]),
            sentences: texts(NodeKind::Sentence),
            beside: beside.into_iter().filter(|beside| !beside.texts.is_empty()).collect(),
            state: live.state(&codes),
        }
    }

    /// The same with aims and changes alone, for others' pages: a change shows the practices of everything below it.
    pub(super) fn short(nodes: &[Node], live: &Live) -> Self {
        let mut diagram = Self::of(nodes, live);
        for change in diagram.aims.iter_mut().flat_map(|aim| &mut aim.below) {
            change.practices.extend(gathered(&change.below));
            let mut seen = BTreeSet::new();
            change.practices.retain(|line| seen.insert(line.code.clone()));
            change.below.clear();
            change.assumptions.clear();
            change.because.clear();
        }
        for aim in &mut diagram.aims {
            aim.assumptions.clear();
            aim.practices.clear();
        }
        diagram
    }
}

fn gathered(below: &[Drawn]) -> Vec<PracticeLine> {
    below.iter().flat_map(|node| node.practices.iter().cloned().chain(gathered(&node.below))).collect()
}

fn below(nodes: &[Node], parent: Option<&str>, live: &Live, kinds: &[NodeKind]) -> Vec<Drawn> {
    let here = nodes.iter().filter(|node| node.parent.as_deref() == parent && kinds.contains(&node.kind));
    here.map(|node| drawn(node, nodes, live)).collect()
}

fn drawn(node: &Node, nodes: &[Node], live: &Live) -> Drawn {
    let within = branch(nodes, &node.key);
    let all = nodes.iter().filter(|other| within.contains(other.key.as_str()));
    let codes: BTreeSet<&str> = all.flat_map(|other| &other.practices).map(String::as_str).collect();
    let serving =
        |kind: NodeKind| nodes.iter().filter(move |other| other.kind == kind && other.parent.as_deref() == Some(&node.key));
    let measures = std::iter::once(node).chain(serving(NodeKind::Measure));
    let measures = measures.filter_map(|one| one.measure.as_ref().map(|measure| line(&one.key, measure, live)));
    Drawn {
        key: node.key.clone(),
        kind: node.kind,
        text: node.text.clone(),
        students: node.students.clone(),
        because: node.because.clone(),
        practices: node.practices.iter().map(|code| live.practice(code)).collect(),
        indicators: node.indicators.clone(),
        state: live.state(&codes),
        measures: measures.collect(),
        assumptions: serving(NodeKind::Assumption).map(|other| (other.key.clone(), other.text.clone())).collect(),
        below: below(nodes, Some(&node.key), live, &[NodeKind::Change, NodeKind::Condition, NodeKind::Action]),
    }
}

fn line(key: &str, measure: &Measure, live: &Live) -> MeasureLine {
    let words = match (measure.baseline, measure.target) {
        (Some(from), Some(to)) if (from - to).abs() < f64::EPSILON => format!("stays at {to}"),
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (None, None) => String::new(),
    };
    MeasureLine {
        key: key.to_owned(),
        name: measure.name.clone(),
        kind: measure.kind.word(),
        words,
        latest: live.reading(&measure.name).to_owned(),
    }
}
