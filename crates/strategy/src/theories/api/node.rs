//! The nodes of a draft: added, reworded, moved, and taken out with what hangs below them.

use partnerships::partnerships::{Partnership, Record};
use platform::{
    Cx, Error,
    access::{May, Routes},
    api::{Call, Edit, Field, Fields, Flaw, Gone, Item, Made, New, Problem, Removal, objects},
    web::Form,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        MeasureKind, Node, NodeKind,
        draft::Direction,
        rules::{CODES_MOST, FIGURE_MOST, MEASURE_MOST, TEXT_MOST, a},
        store, verbs,
        web::node::{read, standing},
    },
    draft::address,
    published::{ToldNode, tell_node},
    step,
};
use crate::frameworks::framework_of;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-draft/nodes",
            "Add a node to a draft of a theory of action\n\nIt comes after the others; its key is made here.",
            add,
        )
        .api_get("/api/v1/partnerships/{partnership}/theory-draft/nodes/{node}", "Read a node of a draft", show)
        .api_patch(
            "/api/v1/partnerships/{partnership}/theory-draft/nodes/{node}",
            "Reword a node of a draft, or let it serve another one\n\nWhat it is stays.",
            reword,
        )
        .api_delete(
            "/api/v1/partnerships/{partnership}/theory-draft/nodes/{node}",
            "Take a node out of a draft, with everything below it\n\nThe step that this makes can be gone back to.",
            remove,
        )
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-draft/nodes/{node}/place",
            "Move a node of a draft before or behind its neighbour",
            place,
        )
}

/// A node of a draft.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryDraftNode")]
pub(super) struct Told {
    #[serde(flatten)]
    node: ToldNode,
    /// Counts its changes.
    version: i32,
}

pub(super) fn tell(node: Node) -> Told {
    Told { version: node.version, node: tell_node(node) }
}

async fn found(cx: &Cx, partnership: &Partnership, key: &str) -> Result<Node, Error> {
    let draft = store::draft_of(cx.db().read(), partnership.id).await?;
    draft.nodes.into_iter().find(|node| node.key == key).ok_or(Error::NotFound)
}

async fn show(may: May<Record, Partnership>, call: Call) -> Result<Item<Told>, Error> {
    let node = found(&call, may.thing(), may.ids().get("node")?).await?;
    Ok(Item::of(node.version, tell(node)))
}

const KIND_WORDS: [&str; NodeKind::ALL.len()] = {
    let mut keys = [""; NodeKind::ALL.len()];
    let mut place = 0;
    while place < keys.len() {
        keys[place] = NodeKind::ALL[place].key();
        place += 1;
    }
    keys
};

const MEASURE_WORDS: [&str; MeasureKind::ALL.len()] = {
    let mut keys = [""; MeasureKind::ALL.len()];
    let mut place = 0;
    while place < keys.len() {
        keys[place] = MeasureKind::ALL[place].key();
        place += 1;
    }
    keys
};

static MEASURE: [Field; 4] = [
    Field::text("name", MEASURE_MOST, "What is counted.").required(),
    Field::choice("kind", &MEASURE_WORDS, "What it is for.").required(),
    Field::number("baseline", -FIGURE_MOST, FIGURE_MOST, "Where it stood at the beginning.").or_null(),
    Field::number("target", -FIGURE_MOST, FIGURE_MOST, "Where it should come to.").or_null(),
];

/// The member that holds a measure, under a name of its own: the form parts it in four.
const MEASURED: &str = "measured";

// What may be said of a node, whether it is new or not. Which of it a node can say hangs on what it is.
const PARENT: Field = Field::text("parent", 20, "The key of the node that it serves; null where it stands for itself.").or_null();
const TEXT: Field = Field::text("text", TEXT_MOST, "What it says. Needed, but for a measure, which says what it counts.");
const STUDENTS: Field = Field::text("students", TEXT_MOST, "For which students first; of an aim.");
const BECAUSE: Field =
    Field::text("because", TEXT_MOST, "Why it should bring about what it serves; of a change, a condition or an action.");
const PRACTICES: Field =
    Field::texts("practices", CODES_MOST, 19, "Codes of the practices that it rests on; of a change, a condition or an action.");
const INDICATORS: Field =
    Field::texts("indicators", CODES_MOST, 19, "Codes of indicators that it should move; of an aim or a change.");
const MEASURE_OF: Field = Field::object(
    "measure",
    &MEASURE,
    "How one would see it; null where nothing is counted; of an aim, a change or a measure, which needs it.",
)
.or_null()
.in_form(MEASURED);

struct Added;

impl Fields for Added {
    const NAME: &'static str = "TheoryNode";
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &KIND_WORDS, "What it is.").required(),
        PARENT,
        TEXT,
        STUDENTS,
        BECAUSE,
        PRACTICES,
        INDICATORS,
        MEASURE_OF,
    ];
}

struct Reworded;

impl Fields for Reworded {
    const NAME: &'static str = "TheoryNodeWords";
    const FIELDS: &'static [Field] = &[PARENT, TEXT, STUDENTS, BECAUSE, PRACTICES, INDICATORS, MEASURE_OF];
}

/// Turns what a program sends into what the page's form holds. `sent` is only that; `form` may hold what stands beside it.
fn as_on_the_page(form: &mut Form, sent: &Form, kind: NodeKind) {
    if sent.names().any(|name| name == MEASURED) {
        let measure = objects(sent, MEASURED).pop().unwrap_or_default();
        for (name, member) in [("measure", "name"), ("measure_kind", "kind"), ("baseline", "baseline"), ("target", "target")] {
            form.put(name, vec![measure.get(member).cloned().unwrap_or_default()]);
        }
    }
    // The page shows a node's own fields alone; what is sent beyond them would be lost unseen.
    let shown = [
        ("students", kind.has_students()),
        ("because", kind.has_because()),
        ("practices", kind.has_practices()),
        ("indicators", kind.has_indicators()),
        (MEASURED, kind.has_measure()),
        ("text", kind.has_text() || sent.value("text") == form.value("measure")),
    ];
    for (name, is_shown) in shown {
        if !is_shown && !sent.value(name).is_empty() {
            form.refuse(name, format!("{} does not say this. Please leave it out.", a(kind)));
        }
    }
}

/// The answer for a form that needs another look.
fn refused<F: Fields>(form: &Form) -> Error {
    let flaws = form.errors().iter().map(|(field, word)| match field.as_str() {
        "measure" | "measure_kind" | "baseline" | "target" | MEASURED => Flaw::of("measure", word),
        field if F::FIELDS.iter().any(|known| known.is_called(field)) => Flaw::of(field, word),
        _ => Flaw::of("", word),
    });
    Problem::unfit(flaws.collect()).into()
}

/// What keeps a node from standing there is said about what it serves, as on the page.
fn misplaced(error: Error, is_placed: bool) -> Error {
    match error {
        Error::Refused(words) if is_placed => Problem::unfit(vec![Flaw::of("parent", words)]).into(),
        other => other,
    }
}

async fn add(may: May<Record, Partnership>, call: Call, new: New<Added>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let partnership = may.thing();
        // Without a draft there is nothing to add to.
        store::draft_of(cx.db().read(), partnership.id).await?;
        let sent = new.form();
        let kind = NodeKind::from_key(sent.value("kind")).ok_or(Error::NotFound)?;
        let mut form = new.form();
        as_on_the_page(&mut form, &sent, kind);
        let framework = framework_of(cx, partnership.id).await?;
        let node = read(&mut form, Node::new("", kind, None, ""), framework.as_deref());
        let Some(node) = node else { return Err(refused::<Added>(&form)) };
        let is_placed = node.parent.is_some() || !kind.serves().is_empty();
        let (_, node) = verbs::add(&may, cx, node).await.map_err(|error| misplaced(error, is_placed))?;
        Ok(Made::at(format!("{}/nodes/{}", address(partnership), node.key), node.version, tell(node)))
    })
    .await
}

async fn reword(may: May<Record, Partnership>, call: Call, edit: Edit<Reworded>) -> Result<Item<Told>, Error> {
    let (partnership, key) = (may.thing(), may.ids().get("node")?);
    let now = found(&call, partnership, key).await?;
    let version = edit.on(now.version)?;
    let mut form = edit.over(standing(&now));
    as_on_the_page(&mut form, &edit.over(Form::default()), now.kind);
    let framework = framework_of(&call, partnership.id).await?;
    let Some(node) = read(&mut form, now, framework.as_deref()) else { return Err(refused::<Reworded>(&form)) };
    verbs::reword(&may, &call, version, node).await.map_err(|error| misplaced(error, true))?;
    let node = found(&call, partnership, key).await?;
    Ok(Item::of(node.version, tell(node)))
}

async fn remove(may: May<Record, Partnership>, call: Call, removal: Removal) -> Result<Gone, Error> {
    let key = may.ids().get("node")?;
    let seen = removal.on(found(&call, may.thing(), key).await?.version)?;
    verbs::remove(&may, &call, key, Some(seen)).await?;
    Ok(Gone)
}

struct Moved;

impl Fields for Moved {
    const NAME: &'static str = "TheoryNodeMove";
    const FIELDS: &'static [Field] = &[Field::choice("direction", &["up", "down"], "Where it goes.").required()];
}

async fn place(may: May<Record, Partnership>, call: Call, new: New<Moved>) -> Result<Made<step::Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let direction = if new.form().value("direction") == "up" { Direction::Up } else { Direction::Down };
        let step = verbs::place(&may, cx, may.ids().get("node")?, direction).await?;
        step::made(cx, may.thing(), step).await
    })
    .await
}
