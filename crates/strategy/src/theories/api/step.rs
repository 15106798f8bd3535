//! The steps by which a draft came to be what it is, and going back to what stood before one.

use chrono::{DateTime, Utc};
use partnerships::partnerships::{Partnership, Record};
use platform::{
    Cx, Error,
    access::{May, PathIds, Routes},
    api::{Call, Field, Fields, Item, Listing, Made, New},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        store::{self, Step},
        verbs,
    },
    Paged,
    draft::address,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/partnerships/{partnership}/theory-draft/steps",
            "List the steps of a draft of a theory of action, the newest first",
            list,
        )
        .api_get("/api/v1/partnerships/{partnership}/theory-draft/steps/{step}", "Read a step of a draft", show)
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-draft/steps/{step}/restoration",
            "Let a draft stand as it did before a step\n\nWhat came after that step goes too. That is a step of its own, so nothing is lost by it.",
            restore,
        )
}

/// A step of a draft: what somebody did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryDraftStep")]
pub(super) struct Told {
    /// Its number within the draft, from 2.
    number: i32,
    /// What was done.
    what: String,
    /// Who did it.
    author: String,
    /// When.
    at: DateTime<Utc>,
}

fn tell(step: Step) -> Told {
    Told { number: step.number, what: step.what, author: step.author, at: step.at }
}

async fn one(cx: &Cx, partnership: &Partnership, number: i32) -> Result<Told, Error> {
    let on = cx.db().read();
    let draft = store::draft_of(on, partnership.id).await?.version.id;
    Ok(tell(store::one_step(on, draft, number).await?.ok_or(Error::NotFound)?))
}

/// The answer for a change that made this step.
pub(super) async fn made(cx: &Cx, partnership: &Partnership, number: i32) -> Result<Made<Told>, Error> {
    Ok(Made::at(format!("{}/steps/{number}", address(partnership)), None, one(cx, partnership, number).await?))
}

fn number_of(ids: &PathIds) -> Result<i32, Error> {
    ids.get("step")?.parse().map_err(|_| Error::NotFound)
}

async fn list(may: May<Record, Partnership>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let on = call.db().read();
    let draft = store::draft_of(on, may.thing().id).await?;
    let page = store::page_of_steps(on, draft.version.id, call.window()).await?;
    Ok(Listing::of(&call, page, tell))
}

async fn show(may: May<Record, Partnership>, call: Call) -> Result<Item<Told>, Error> {
    Ok(Item::fixed(one(&call, may.thing(), number_of(may.ids())?).await?))
}

/// Nothing has to be said.
struct Nothing;

impl Fields for Nothing {
    const NAME: &'static str = "TheoryRestoration";
    const FIELDS: &'static [Field] = &[];
}

async fn restore(may: May<Record, Partnership>, call: Call, new: New<Nothing>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let step = verbs::restore(&may, cx, number_of(may.ids())?).await?;
        made(cx, may.thing(), step).await
    })
    .await
}
