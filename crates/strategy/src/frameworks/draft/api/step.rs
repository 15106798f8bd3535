//! The steps by which a draft came to be what it is, and taking one back.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Edit, See},
    },
    api::{Call, Field, Fields, Item, Listing, Made, New},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        policy::OpenDraft,
        store::{self, Draft, Step},
        verbs,
    },
    Paged,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/framework-drafts/{draft}/steps", "List the steps of a draft, the newest first", list)
        .api_get("/api/v1/framework-drafts/{draft}/steps/{step}", "Read a step of a draft", show)
        .api_post(
            "/api/v1/framework-drafts/{draft}/steps/{step}/reversal",
            "Take a step of a draft back\n\nThat is a step of its own, so nothing is lost by it.",
            undo,
        )
}

/// A step of a draft: what somebody did, and why.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftStep")]
pub(super) struct Told {
    /// Its number within the draft.
    number: i32,
    /// What was done.
    what: String,
    /// Why; empty where nothing needs a reason.
    reason: String,
    /// Who did it.
    author: String,
    /// When.
    at: DateTime<Utc>,
    /// The number of the step that took it back; null while it stands.
    undone_by: Option<i32>,
}

fn tell(step: Step) -> Told {
    Told {
        number: step.number,
        what: step.what,
        reason: step.reason,
        author: step.author,
        at: step.at,
        undone_by: step.undone_by,
    }
}

/// The answer for a change that made this step.
pub(super) async fn made(cx: &Cx, draft: &Draft, number: i32) -> Result<Made<Told>, Error> {
    let step = store::one_step(cx.db().read(), draft.id, number).await?.ok_or(Error::NotFound)?;
    Ok(Made::at(format!("/api/v1/framework-drafts/{}/steps/{number}", draft.version_key()), None, tell(step)))
}

async fn list(may: May<See, OpenDraft>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let page = store::page_of_steps(call.db().read(), may.draft.id, call.window()).await?;
    Ok(Listing::of(&call, page, tell))
}

fn number_of(may: &platform::access::PathIds) -> Result<i32, Error> {
    may.get("step")?.parse().map_err(|_| Error::NotFound)
}

async fn show(may: May<See, OpenDraft>, call: Call) -> Result<Item<Told>, Error> {
    let step = store::one_step(call.db().read(), may.draft.id, number_of(may.ids())?).await?.ok_or(Error::NotFound)?;
    Ok(Item::fixed(tell(step)))
}

/// Nothing has to be said.
struct Nothing;

impl Fields for Nothing {
    const NAME: &'static str = "DraftReversal";
    const FIELDS: &'static [Field] = &[];
}

async fn undo(may: May<Edit, OpenDraft>, call: Call, new: New<Nothing>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let step = verbs::undo(&may, cx, number_of(may.ids())?).await?;
        made(cx, &may.draft, step).await
    })
    .await
}
