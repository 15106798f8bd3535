//! The draft of a partnership's next version as a whole: what it says, how it begins, and how it ends.

use partnerships::partnerships::{Partnership, Record};
use platform::{
    Cx, Error,
    access::{May, Routes},
    api::{Call, Field, Fields, Gone, Item, Made, New, Removal},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        Theory, advice, key_of, store,
        template::Template,
        verbs,
        web::{
            begin::beginning,
            draft::{WHY_MOST, read_publication},
        },
    },
    node, published,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/partnerships/{partnership}/theory-draft",
            "Read the draft of a partnership's next theory of action\n\nThose who write it read it; what is out is among the theories of action.",
            show,
        )
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-draft",
            "Begin a partnership's next theory of action\n\nThere is one draft at most.",
            begin,
        )
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-draft/publication",
            "Put a draft out as the partnership's next theory of action, from a day on\n\nIt needs an aim.",
            publish,
        )
        .api_delete(
            "/api/v1/partnerships/{partnership}/theory-draft",
            "Drop a draft as it was read\n\nWhat is out stays as it is.",
            drop_draft,
        )
}

/// The draft of a partnership's next theory of action.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryDraft")]
struct Told {
    /// The key that the version will have.
    key: String,
    /// The partnership's key.
    partnership: String,
    /// The number of the version to be.
    version: i32,
    /// What it began as, in words.
    origin: String,
    /// The number of the last step that changed it; 1 before the first. Publication names the one that it is meant for.
    step: i32,
    /// Its nodes, in their order.
    nodes: Vec<node::Told>,
    /// What it could still gain. None of it keeps the draft from going out.
    advice: Vec<ToldAdvice>,
}

/// A word of advice on a draft.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryAdvice")]
struct ToldAdvice {
    /// The key of the node that it is about; null where it is about what is not there yet.
    node: Option<String>,
    /// What it says.
    says: String,
}

/// The address of a partnership's draft.
pub(super) fn address(partnership: &Partnership) -> String {
    format!("/api/v1/partnerships/{}/theory-draft", partnership.slug)
}

async fn told(cx: &Cx, partnership: &Partnership) -> Result<Item<Told>, Error> {
    let on = cx.db().read();
    let Theory { version, nodes } = store::draft_of(on, partnership.id).await?;
    let template = Template::read(on).await?;
    let advice = advice::by_template(&nodes, template.as_ref()).into_iter();
    let advice = advice.map(|one| ToldAdvice { node: Some(one.key).filter(|key| !key.is_empty()), says: one.words });
    let told = Told {
        key: key_of(partnership, version.number),
        partnership: partnership.slug.clone(),
        version: version.number,
        origin: version.origin,
        step: version.version,
        advice: advice.collect(),
        nodes: nodes.into_iter().map(node::tell).collect(),
    };
    Ok(Item::of(version.version, told))
}

async fn show(may: May<Record, Partnership>, call: Call) -> Result<Item<Told>, Error> {
    told(&call, may.thing()).await
}

struct Begun;

impl Fields for Begun {
    const NAME: &'static str = "TheoryDraft";
    const FIELDS: &'static [Field] = &[
        Field::text(
            "from",
            60,
            "What it begins as: `standing` for what stands, `template` for the empty template, `partnership` for a copy of \
             another partnership's, or the key of an example of the template.",
        )
        .required(),
        Field::text("partnership", 100, "The key of the other partnership; only with `partnership`.").or_null(),
    ];
}

async fn begin(may: May<Record, Partnership>, call: Call, new: New<Begun>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        if form.value("from") != "partnership" && !form.value("partnership").is_empty() {
            form.refuse("partnership", "Another partnership is named only with “partnership” in “from”.");
        }
        let found = beginning(&may, cx, &mut form).await?;
        let Some((origin, nodes)) = found.filter(|_| !form.has_errors()) else { return Err(New::<Begun>::refused(&form)) };
        verbs::begin(&may, cx, &origin, &nodes).await?;
        let Item { version, value } = told(cx, may.thing()).await?;
        Ok(Made::at(address(may.thing()), version, value))
    })
    .await
}

struct Published;

impl Fields for Published {
    const NAME: &'static str = "TheoryPublication";
    const FIELDS: &'static [Field] = &[
        Field::whole("step", 1, 1_000_000, "The `step` of the draft that you read.").required().in_form("version"),
        Field::date("effective_from", "The day from which it counts.").required(),
        Field::text("why_changed", WHY_MOST, "What you learned that makes it differ from the version before.")
            .required()
            .in_form("why"),
    ];
}

async fn publish(may: May<Record, Partnership>, call: Call, new: New<Published>) -> Result<Made<published::Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some((from, why)) = read_publication(&mut form) else { return Err(New::<Published>::refused(&form)) };
        let number = verbs::publish(&may, cx, form.version(), from, &why).await?;
        published::made(cx, &key_of(may.thing(), number)).await
    })
    .await
}

async fn drop_draft(may: May<Record, Partnership>, call: Call, removal: Removal) -> Result<Gone, Error> {
    let draft = store::draft_of(call.db().read(), may.thing().id).await?;
    let seen = removal.on(draft.version.version)?;
    verbs::drop_draft(&may, &call, Some(seen)).await?;
    Ok(Gone)
}
