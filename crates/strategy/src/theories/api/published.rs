//! The versions that are out.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::partnerships::Partnerships;
use platform::{
    Cx, Error,
    access::{May, PathIds, Policy, Routes, Standing, Thing, actions::See},
    api::{Asks, Call, Field, Item, Listing, Made},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{
    Node,
    store::{self, Anywhere},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/theories-of-action",
            "List theories of action, version by version, the newest first\n\nThe partner side sees those of the own partnership.",
            list,
        )
        .api_get("/api/v1/theories-of-action/{theory}", "Read a version of a theory of action", show)
}

/// A version of a partnership's theory of action.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryOfAction")]
pub(super) struct Told {
    /// The key: that of the partnership, with the number of the version.
    key: String,
    /// The partnership's key.
    partnership: String,
    /// The number of the version, from 1.
    version: i32,
    /// The day from which it counts.
    effective_from: NaiveDate,
    /// Why it differs from the version before.
    why_changed: String,
    /// When it was put out.
    published_at: DateTime<Utc>,
    /// Its nodes, in their order.
    nodes: Vec<ToldNode>,
}

/// A node of a theory of action.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryNode")]
pub(super) struct ToldNode {
    /// The name of the node within its version.
    key: String,
    /// The node that it serves; null where it stands for itself.
    parent: Option<String>,
    /// `context`, `sentence`, `aim`, `change`, `condition`, `action`, `assumption`, `measure`, `voices` or `equity`.
    kind: String,
    /// What it says.
    text: String,
    /// For which students first.
    students: String,
    /// Why it should bring about what it serves.
    because: String,
    /// Codes of the practices that it rests on.
    practices: Vec<String>,
    /// Codes of indicators that it should move.
    indicators: Vec<String>,
    /// How one would see it; null where nothing is counted.
    measure: Option<ToldMeasure>,
}

/// A measure of a theory of action.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryMeasure")]
struct ToldMeasure {
    /// What is counted.
    name: String,
    /// `lagging`, `leading`, `process` or `balancing`.
    kind: String,
    /// Where it stood at the beginning.
    baseline: Option<f64>,
    /// Where it should come to.
    target: Option<f64>,
}

pub(super) fn tell_node(node: Node) -> ToldNode {
    ToldNode {
        key: node.key,
        parent: node.parent,
        kind: node.kind.key().to_owned(),
        text: node.text,
        students: node.students,
        because: node.because,
        practices: node.practices,
        indicators: node.indicators,
        measure: node.measure.map(|measure| ToldMeasure {
            name: measure.name,
            kind: measure.kind.key().to_owned(),
            baseline: measure.baseline,
            target: measure.target,
        }),
    }
}

fn tell(row: Anywhere, nodes: Vec<Node>) -> Told {
    Told {
        key: row.key,
        partnership: row.partnership,
        version: row.number,
        effective_from: row.effective_from,
        why_changed: row.why_changed,
        published_at: row.published_at,
        nodes: nodes.into_iter().map(tell_node).collect(),
    }
}

/// A version that is out, as this person may see it: where the partnership can be seen.
struct Version(Anywhere);

impl Thing for Version {
    const NAME: &'static str = "theory of action";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        if !<Partnerships as Policy<See>>::permits(who, &Partnerships) {
            return Ok(None);
        }
        let found = store::anywhere(cx.db().read(), ids.get("theory")?, who.only_site()).await?;
        Ok(found.map(Self))
    }
}

impl Policy<See> for Version {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[Field::text("partnership", 100, "Only those of the partnership of this key.").filled()];
    const PAGED: bool = true;
}

async fn list(may: May<See, Partnerships>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let on = call.db().read();
    let page = store::page_anywhere(on, may.who().only_site(), call.text("partnership"), call.window()).await?;
    let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
    let all = store::nodes_of_all(on, &ids).await?;
    Ok(Listing::of(&call, page, |row| {
        let nodes = all.iter().filter(|(id, _)| *id == row.id).map(|(_, node)| node.clone()).collect();
        tell(row, nodes)
    }))
}

/// A version that is out, with its nodes.
async fn whole(cx: &Cx, row: Anywhere) -> Result<Told, Error> {
    let nodes = store::nodes_of(cx.db().read(), row.id).await?;
    Ok(tell(row, nodes))
}

async fn show(may: May<See, Version>, call: Call) -> Result<Item<Told>, Error> {
    Ok(Item::fixed(whole(&call, may.thing().0.clone()).await?))
}

/// The answer for a version that went out just now.
pub(super) async fn made(cx: &Cx, key: &str) -> Result<Made<Told>, Error> {
    let row = store::anywhere(cx.db().read(), key, None).await?.ok_or(Error::NotFound)?;
    Ok(Made::at(format!("/api/v1/theories-of-action/{key}"), None, whole(cx, row).await?))
}
