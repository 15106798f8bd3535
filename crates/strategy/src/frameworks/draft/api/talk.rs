//! What is said about the practices of a draft, the words that somebody proposes, and taking them in.

use chrono::{DateTime, Utc};
use platform::{
    Error,
    access::{
        May, PathIds, Routes,
        actions::{Edit, See},
    },
    api::{Call, Field, Fields, Item, Listing, Made, New},
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    super::{
        discussion::{self, COMMENT_MOST, Comment},
        policy::{Discuss, OpenDraft},
        rules::TITLE_MOST,
        web::{line::named, talk, view::Read},
    },
    Paged, step,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/framework-drafts/{draft}/comments", "List what was said about a draft, the newest first", list)
        .api_get("/api/v1/framework-drafts/{draft}/comments/{comment}", "Read what somebody said about a draft", show)
        .api_post(
            "/api/v1/framework-drafts/{draft}/practices/{line}/comments",
            "Say something about a practice of a draft\n\nWith a wording, or with what good looks like, it is a proposal that those who draft can take in.",
            say,
        )
        .api_post(
            "/api/v1/framework-drafts/{draft}/comments/{comment}/adoption",
            "Take the words of a proposal into the draft\n\nWhat was said with them becomes the reason.",
            adopt,
        )
}

/// What somebody said about a practice of a draft; a proposal when it comes with words.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftComment")]
struct Told {
    /// The key.
    key: String,
    /// The number of the practice within the draft.
    practice: i32,
    /// Who said it.
    author: String,
    /// When.
    said_at: DateTime<Utc>,
    /// What was said.
    text: String,
    /// The wording that is proposed; null where nothing is.
    title: Option<String>,
    /// What good looks like in the words that are proposed; null where nothing is.
    good: Option<String>,
    /// When the words were taken in; null while they wait, or where nothing is proposed.
    adopted_at: Option<DateTime<Utc>>,
    /// Who took them in.
    adopted_by: Option<String>,
}

fn tell(comment: Comment) -> Told {
    Told {
        key: comment.id.to_string(),
        practice: comment.line,
        author: comment.author,
        said_at: comment.said_at,
        text: comment.text,
        title: comment.title,
        good: comment.good,
        adopted_at: comment.adopted_at,
        adopted_by: comment.adopted_by,
    }
}

async fn list(may: May<See, OpenDraft>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let mut all = discussion::all(call.db().read(), may.draft.id).await?;
    all.reverse();
    let page = call.window().page_of_all(all, |comment: &Comment| comment.id.to_string());
    Ok(Listing::of(&call, page, tell))
}

fn comment_of(ids: &PathIds) -> Result<Uuid, Error> {
    ids.get("comment")?.parse().map_err(|_| Error::NotFound)
}

async fn show(may: May<See, OpenDraft>, call: Call) -> Result<Item<Told>, Error> {
    let comment = discussion::one(call.db().read(), may.draft.id, comment_of(may.ids())?).await?;
    Ok(Item::fixed(tell(comment.ok_or(Error::NotFound)?)))
}

struct Said;

impl Fields for Said {
    const NAME: &'static str = "DraftComment";
    const FIELDS: &'static [Field] = &[
        Field::text("text", COMMENT_MOST, "What you would ask, or say.").required(),
        Field::text("title", TITLE_MOST, "The wording that you propose; empty to propose none."),
        Field::text("good", COMMENT_MOST, "What good looks like in the words that you propose; empty to propose none."),
    ];
}

async fn say(may: May<Discuss, OpenDraft>, call: Call, new: New<Said>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let read = Read::of(cx, &may.draft).await?;
        let one = named(&read, may.ids().get("line")?)?;
        let mut form = new.form();
        let Some(said) = talk::read(&mut form, &one.line.says) else { return Err(New::<Said>::refused(&form)) };
        let id = discussion::say(&may, cx, one.line.number, &said.text, Some((&said.title, &said.good))).await?;
        let comment = discussion::one(cx.db().read(), may.draft.id, id).await?.ok_or(Error::NotFound)?;
        let at = format!("/api/v1/framework-drafts/{}/comments/{id}", may.draft.version_key());
        Ok(Made::at(at, None, tell(comment)))
    })
    .await
}

struct Adopted;

impl Fields for Adopted {
    const NAME: &'static str = "DraftAdoption";
    const FIELDS: &'static [Field] =
        &[Field::whole("version", 1, 1_000_000, "The version of the practice into which the words are taken.").required()];
}

async fn adopt(may: May<Edit, OpenDraft>, call: Call, new: New<Adopted>) -> Result<Made<step::Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let (step, _) = discussion::adopt(&may, cx, comment_of(may.ids())?, new.form().version()).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}
