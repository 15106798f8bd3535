//! One node of the draft: its form, and what the form sends.

use partnerships::partnerships::{Partnership, Record};
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Toast, go_to_with},
};

use super::{
    super::{
        Measure, MeasureKind, Node, NodeKind,
        draft::{Direction, short},
        rules::{CODES_MOST, FIGURE_MOST, MEASURE_MOST, TEXT_MOST, is_code},
        store,
        template::Template as Pattern,
        verbs,
    },
    draft,
};
use crate::{
    differences::{Piece, marked},
    frameworks::{Framework, framework_of},
};

/// The form of a node, as the rail shows it.
pub(super) struct NodeForm {
    pub kind: NodeKind,
    /// Empty for a new one.
    pub key: String,
    pub title: String,
    pub help: String,
    /// The questions that the answers to fairness answer.
    pub questions: Vec<String>,
    pub form: Form,
    /// What it can serve: key and words.
    pub parents: Vec<(String, String)>,
    /// What can be added below it.
    pub adds: Vec<(&'static str, &'static str)>,
    /// What somebody else wrote meanwhile, beside what stands in the form.
    pub other: Option<(Vec<Piece>, Vec<Piece>)>,
}

impl NodeForm {
    /// The form of a node that is not there yet.
    pub(super) fn new(kind: NodeKind, parent: &str, nodes: &[Node], template: Option<&Pattern>) -> Self {
        let form = Form::with([("kind", kind.key().to_owned()), ("parent", parent.to_owned())]);
        Self::with(kind, "", form, nodes, template)
    }

    /// The form of a node that is.
    pub(super) fn of(node: &Node, nodes: &[Node], template: Option<&Pattern>) -> Self {
        Self::with(node.kind, &node.key, standing(node), nodes, template)
    }

    fn with(kind: NodeKind, key: &str, form: Form, nodes: &[Node], template: Option<&Pattern>) -> Self {
        let parents = nodes.iter().filter(|node| kind.serves().contains(&node.kind) && node.key != key);
        Self {
            kind,
            key: key.to_owned(),
            title: if key.is_empty() { format!("Add: {}", kind.word()) } else { kind.word().to_owned() },
            questions: template
                .filter(|_| kind == NodeKind::Equity)
                .map(|one| one.rules.equity_questions.clone())
                .unwrap_or_default(),
            help: template.map(|template| template.help(kind).to_owned()).unwrap_or_default(),
            form,
            parents: parents.map(|node| (node.key.clone(), format!("{}: {}", node.kind.word(), short(&node.text)))).collect(),
            adds: if key.is_empty() { Vec::new() } else { kind.takes().map(|kind| (kind.key(), kind.word())).collect() },
            other: None,
        }
    }

    pub(super) fn measure_kinds(&self) -> Vec<(&'static str, &'static str)> {
        let none = std::iter::once(("", "Choose what it is for")).filter(|_| self.kind != NodeKind::Measure);
        none.chain(MeasureKind::ALL.into_iter().map(|kind| (kind.key(), kind.word()))).collect()
    }
}

fn figure(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// What stands in a node, as its form shows it.
pub(in super::super) fn standing(node: &Node) -> Form {
    let measure = node.measure.as_ref();
    Form::with([
        ("version", node.version.to_string()),
        ("kind", node.kind.key().to_owned()),
        ("parent", node.parent.clone().unwrap_or_default()),
        ("text", node.text.clone()),
        ("students", node.students.clone()),
        ("because", node.because.clone()),
        ("practices", node.practices.join(", ")),
        ("indicators", node.indicators.join(", ")),
        ("measure", measure.map(|measure| measure.name.clone()).unwrap_or_default()),
        ("measure_kind", measure.map(|measure| measure.kind.key().to_owned()).unwrap_or_default()),
        ("baseline", figure(measure.and_then(|measure| measure.baseline))),
        ("target", figure(measure.and_then(|measure| measure.target))),
    ])
}

fn codes(form: &mut Form, name: &str, known: &[String], framework: Option<&Framework>) -> Option<Vec<String>> {
    let text = form.optional(name, 400)?;
    let codes: Vec<String> =
        text.split([',', ';', ' ', '\n']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    if codes.len() > CODES_MOST || !codes.iter().all(|code| is_code(code)) {
        form.refuse(name, "Codes are short, such as 2.2.3. Please part them by commas.");
        return None;
    }
    let unknown = codes.iter().find(|code| !known.contains(code) && framework.is_some_and(|all| all.practice(code).is_none()));
    if let Some(code) = unknown {
        form.refuse(name, format!("There is no practice {code}. The list of practices has the codes."));
        return None;
    }
    Some(codes)
}

fn optional_figure(form: &mut Form, name: &str) -> Option<Option<f64>> {
    if form.value(name).trim().is_empty() { Some(None) } else { form.number(name, -FIGURE_MOST, FIGURE_MOST).map(Some) }
}

fn measure_of(form: &mut Form, kind: NodeKind) -> Option<Option<Measure>> {
    let name = form.optional("measure", MEASURE_MOST)?;
    let of = MeasureKind::from_key(form.value("measure_kind"));
    let (baseline, target) = (optional_figure(form, "baseline")?, optional_figure(form, "target")?);
    match (name.is_empty(), of) {
        (true, _) if kind == NodeKind::Measure => form.refuse("measure", "What would you count, and of whom?"),
        (true, _) if baseline.is_some() || target.is_some() => form.refuse("measure", "What do these figures count?"),
        (true, _) => return Some(None),
        (false, None) => form.refuse("measure_kind", "What is this measure for? Choose what comes closest."),
        (false, Some(kind)) => return Some(Some(Measure { name, kind, baseline, target })),
    }
    None
}

/// The node that a form asks for; what it does not show stays as it stood.
pub(in super::super) fn read(form: &mut Form, before: Node, framework: Option<&Framework>) -> Option<Node> {
    let shows = before.kind;
    let mut node = before.clone();
    if shows.has_text() {
        let text = form.required("text", "What does it say? A sentence is enough.", TEXT_MOST);
        node.text = text.unwrap_or_default();
    }
    if shows.has_students() {
        node.students = form.optional("students", TEXT_MOST).unwrap_or_default();
    }
    if shows.has_because() {
        node.because = form.optional("because", TEXT_MOST).unwrap_or_default();
    }
    if shows.has_practices() {
        node.practices = codes(form, "practices", &before.practices, framework).unwrap_or_default();
    }
    if shows.has_indicators() {
        node.indicators = codes(form, "indicators", &[], None).unwrap_or_default();
    }
    if shows.has_measure() {
        node.measure = measure_of(form, before.kind).flatten();
        if let Some(measure) = node.measure.as_ref().filter(|_| !shows.has_text()) {
            node.text.clone_from(&measure.name);
        }
    }
    node.parent = Some(form.value("parent").to_owned()).filter(|parent| !parent.is_empty());
    (!form.has_errors()).then_some(node)
}

fn draft_of(partnership: &Partnership) -> String {
    format!("{}/theory/draft", partnership.subject().href)
}

fn done(partnership: &Partnership, key: &str, words: &str, step: i32) -> Answered {
    let draft = draft_of(partnership);
    let place = if key.is_empty() { draft.clone() } else { format!("{draft}#node-{key}") };
    Ok(go_to_with(&place, &Toast::with_undo(words, format!("{draft}/steps/{step}/restoration"))))
}

/// `POST /partnerships/{partnership}/theory/draft/nodes`
pub(super) async fn add(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    // Without a draft there is nothing to add to.
    store::draft_of(cx.db().read(), may.thing().id).await?;
    let kind = NodeKind::from_key(form.value("kind")).ok_or(Error::NotFound)?;
    let framework = framework_of(&cx, may.thing().id).await?;
    if let Some(node) = read(&mut form, Node::new("", kind, None, ""), framework.as_deref()) {
        match verbs::add(&may, &cx, node).await {
            Ok((step, _)) => return done(may.thing(), "", &format!("{} added.", kind.word()), step),
            Err(Error::Refused(words)) => form.refuse(if kind.serves().is_empty() { "text" } else { "parent" }, words),
            Err(error) => return Err(error),
        }
    }
    draft::with_form(&cx, may.who(), may.thing(), |nodes, template| NodeForm::with(kind, "", form, nodes, template)).await
}

/// `POST /partnerships/{partnership}/theory/draft/nodes/{node}`
pub(super) async fn reword(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let key = may.ids().get("node")?.to_owned();
    let draft = store::draft_of(cx.db().read(), may.thing().id).await?;
    let now = draft.nodes.iter().find(|node| node.key == key).ok_or(Error::NotFound)?.clone();
    let framework = framework_of(&cx, may.thing().id).await?;
    let mut is_stale = false;
    if let Some(node) = read(&mut form, now.clone(), framework.as_deref()) {
        match verbs::reword(&may, &cx, form.version(), node).await {
            Ok(step) => return done(may.thing(), &key, "Changed.", step),
            Err(Error::Refused(words)) => form.refuse("parent", words),
            Err(Error::Stale) => is_stale = true,
            Err(error) => return Err(error),
        }
    }
    let other = is_stale.then(|| marked(&now.text, form.value("text")));
    if is_stale {
        // What is typed stands; sent once more, it is meant to stand over the other's words, which are shown beside it.
        form.put("version", vec![now.version.to_string()]);
    }
    draft::with_form(&cx, may.who(), may.thing(), |nodes, template| NodeForm {
        other,
        ..NodeForm::with(now.kind, &key, form, nodes, template)
    })
    .await
}

/// `POST /partnerships/{partnership}/theory/draft/nodes/{node}/place`
pub(super) async fn place(may: May<Record, Partnership>, cx: Cx, form: Form) -> Answered {
    let key = may.ids().get("node")?.to_owned();
    let direction = if form.value("direction") == "up" { Direction::Up } else { Direction::Down };
    let step = verbs::place(&may, &cx, &key, direction).await?;
    done(may.thing(), &key, "Moved.", step)
}

/// `POST /partnerships/{partnership}/theory/draft/nodes/{node}/removal`
pub(super) async fn remove(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let step = verbs::remove(&may, &cx, may.ids().get("node")?, None).await?;
    done(may.thing(), "", "Taken out, with what hung below it.", step)
}
