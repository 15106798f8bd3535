//! The template of a theory of action, with its examples: a content pack, kept as the text that came in.

use platform::{
    Error,
    access::roles,
    db::ConnectionTrait,
    import::{Form, Kind, Refusal},
};
use serde::Deserialize;

use super::{
    Measure, MeasureKind, Node, NodeKind,
    rules::{is_key, misplaced},
};
use crate::templates::{self, Meta, TemplatePack};

/// The template as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "theory-templates",
    about: "The template of a theory of action: what belongs into it, its rules, and worked examples, as TOML.",
    columns: &[],
    form: Form::Text,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run: |taking, sources| Box::pin(templates::take::<Pack>(taking, sources)),
    export: |db| Box::pin(templates::export::<Pack>(db)),
};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    meta: Meta,
    template: Rules,
    field: Vec<Field>,
    #[serde(default)]
    example: Vec<ExampleText>,
}

impl TemplatePack for Pack {
    const TABLE: &'static str = "theory_template";
    const DEFAULT_FILE: &'static str = "content/theory-of-action.toml";
    const OF: &'static str = "theories of action";

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn check(&self, file: &str) -> Vec<Refusal> {
        check(file, self)
    }
}

/// What a theory should be like.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// The sentence with gaps.
    pub sentence: String,
    /// The fewest changes of an aim.
    pub changes_least: usize,
    /// The most.
    pub changes_most: usize,
    /// What makes a good one, a sentence each.
    pub rules: Vec<String>,
    /// What to ask about fairness.
    pub equity_questions: Vec<String>,
}

/// What belongs into a theory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// The kind of node.
    pub kind: String,
    /// What it is called.
    pub label: String,
    /// What to write there.
    #[serde(default)]
    pub help: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    id: String,
    title: String,
    site: String,
    context: String,
    sentence: String,
    aim: AimText,
    changes: Vec<ChangeText>,
    #[serde(default)]
    conditions: Vec<ServingText>,
    #[serde(default)]
    actions: Vec<ServingText>,
    #[serde(default)]
    measures: Vec<MeasureText>,
    #[serde(default)]
    assumptions: Vec<AssumptionText>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AimText {
    id: String,
    text: String,
    #[serde(default)]
    students: String,
    baseline: Option<f64>,
    target: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeText {
    id: String,
    text: String,
    #[serde(default)]
    because: String,
    #[serde(default)]
    practices: Vec<String>,
    #[serde(default)]
    str: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServingText {
    id: String,
    serves: String,
    text: String,
    #[serde(default)]
    practices: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureText {
    id: String,
    of: String,
    kind: String,
    name: String,
    baseline: Option<f64>,
    target: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AssumptionText {
    change: String,
    text: String,
    change_our_mind: String,
}

/// A worked example.
#[derive(Clone, Debug)]
pub(super) struct Example {
    /// Its name in addresses and forms.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// The place that it is about.
    pub site: String,
    /// Its tree.
    pub nodes: Vec<Node>,
}

/// The template, read.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub rules: Rules,
    pub fields: Vec<Field>,
    pub examples: Vec<Example>,
}

impl Template {
    /// What came in last; nothing before the first.
    pub(super) async fn read(on: &impl ConnectionTrait) -> Result<Option<Self>, Error> {
        let pack = templates::latest::<Pack>(on).await?;
        Ok(pack.map(|pack| Self {
            rules: pack.template,
            fields: pack.field,
            examples: pack.example.iter().map(example).collect(),
        }))
    }

    /// What to write into a node of a kind.
    pub(super) fn help(&self, kind: NodeKind) -> &str {
        self.fields.iter().find(|field| field.kind == kind.key()).map_or("", |field| field.help.as_str())
    }
}

fn example(text: &ExampleText) -> Example {
    let mut nodes = vec![
        Node::new("K", NodeKind::Context, None, &text.context),
        Node::new("S", NodeKind::Sentence, None, &text.sentence),
        Node { students: text.aim.students.clone(), ..Node::new(&text.aim.id, NodeKind::Aim, None, &text.aim.text) },
    ];
    // The first measure of a node stands in the node itself; the aim's own figures are those of its first.
    let own = |id: &str| text.measures.iter().find(|measure| measure.of == id);
    let measure = |measure: &MeasureText| {
        MeasureKind::from_key(&measure.kind).map(|kind| {
            let (baseline, target) = (measure.baseline, measure.target);
            Measure { name: measure.name.clone(), kind, baseline, target }
        })
    };
    if let Some(aim) = nodes.last_mut() {
        aim.measure = own(&text.aim.id).and_then(measure).map(|measure| Measure {
            baseline: measure.baseline.or(text.aim.baseline),
            target: measure.target.or(text.aim.target),
            ..measure
        });
    }
    for change in &text.changes {
        nodes.push(Node {
            because: change.because.clone(),
            practices: change.practices.clone(),
            indicators: change.str.clone(),
            measure: own(&change.id).and_then(measure),
            ..Node::new(&change.id, NodeKind::Change, Some(&text.aim.id), &change.text)
        });
        for (kind, serving) in [(NodeKind::Condition, &text.conditions), (NodeKind::Action, &text.actions)] {
            nodes.extend(
                serving.iter().filter(|one| one.serves == change.id).map(|one| Node {
                    practices: one.practices.clone(),
                    ..Node::new(&one.id, kind, Some(&change.id), &one.text)
                }),
            );
        }
        for (number, one) in (1..).zip(text.assumptions.iter().filter(|one| one.change == change.id)) {
            let key = format!("{}x{number}", change.id);
            let words = format!("{} {}", one.text, one.change_our_mind);
            nodes.push(Node::new(&key, NodeKind::Assumption, Some(&change.id), &words));
        }
    }
    for further in text.measures.iter().filter(|one| own(&one.of).is_some_and(|first| first.id != one.id)) {
        let node = Node::new(&further.id, NodeKind::Measure, Some(&further.of), &further.name);
        nodes.push(Node { measure: measure(further), ..node });
    }
    Example { key: text.id.clone(), title: text.title.clone(), site: text.site.clone(), nodes }
}

fn refusal(file: &str, place: &str, problem: String, advice: &str) -> Refusal {
    Refusal::whole(file, problem, advice).column(place)
}

fn check(file: &str, pack: &Pack) -> Vec<Refusal> {
    let mut refused = Vec::new();
    if pack.template.changes_least > pack.template.changes_most {
        let problem = "The fewest changes are more than the most.".to_owned();
        refused.push(refusal(file, "template, changes_least", problem, "Swap the two numbers, or make them equal."));
    }
    for field in &pack.field {
        if NodeKind::from_key(&field.kind).is_none() {
            let known: Vec<&str> = NodeKind::ALL.iter().map(|kind| kind.key()).collect();
            let problem = format!("There is no kind {} of node.", field.kind);
            refused.push(refusal(file, "field, kind", problem, &format!("It can be: {}.", known.join(", "))));
        }
    }
    for text in &pack.example {
        let place = format!("example {}", text.id);
        if let Some(measure) = text.measures.iter().find(|measure| MeasureKind::from_key(&measure.kind).is_none()) {
            let problem = format!("There is no kind {} of measure.", measure.kind);
            let advice = "It can be: lagging, leading, process, balancing.";
            refused.push(refusal(file, &format!("{place}, {}", measure.id), problem, advice));
        }
        let known = |id: &str| id == text.aim.id || text.changes.iter().any(|change| change.id == id);
        let named = text.conditions.iter().chain(&text.actions).map(|one| (&one.id, &one.serves));
        let named = named.chain(text.measures.iter().map(|one| (&one.id, &one.of)));
        let named = named.chain(text.assumptions.iter().map(|one| (&one.change, &one.change)));
        for (id, serves) in named.filter(|(_, serves)| !known(serves)) {
            let problem = format!("There is no aim and no change {serves}.");
            refused.push(refusal(file, &format!("{place}, {id}"), problem, "Use the id of the example’s aim or of a change."));
        }
        let nodes = example(text).nodes;
        let mut seen = std::collections::BTreeSet::new();
        for node in &nodes {
            if !is_key(&node.key) || !seen.insert(&node.key) {
                let problem = format!("The id {} is not one that a node can have, or stands twice.", node.key);
                refused.push(refusal(file, &place, problem, "Use letters and digits, and each id once."));
            } else if let Some(problem) = misplaced(node, &nodes) {
                refused.push(refusal(file, &format!("{place}, {}", node.key), problem, "Let it serve another node."));
            }
        }
    }
    refused
}
