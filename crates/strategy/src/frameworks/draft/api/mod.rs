//! The draft of the next version, for programs: what it says, and each kind of change, by the verbs of the pages.

mod act;
mod drafter;
mod end;
mod practice;
mod step;
mod talk;

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{May, Policy, Routes, Standing, Whole, actions::See},
    api::{Asks, Call, Field, Fields, Item, Listing, Made, New},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    discussion, out,
    policy::{Begin, OpenDraft, Versions},
    rules::{Sheet, State},
    store::{self, Draft, Signed},
    verbs,
    web::versions,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/framework-drafts",
            "List the drafts of the next version of the practices\n\nThere is one at most.",
            drafts,
        )
        .api_get(
            "/api/v1/framework-drafts/{draft}",
            "Read a draft: each practice with what it comes from, what becomes of it, and why; and what is looked at before it goes out",
            draft,
        )
        .api_post(
            "/api/v1/framework-drafts",
            "Begin the next version of the practices\n\nIt holds all that is published; there is one draft at most.",
            begin,
        )
        .and(practice::routes())
        .and(act::routes())
        .and(step::routes())
        .and(drafter::routes())
        .and(talk::routes())
        .and(end::routes())
}

/// Drafts as a whole.
#[derive(Default)]
struct Drafts;

impl Whole for Drafts {
    const NAME: &'static str = "drafts of practices";
}

impl Policy<See> for Drafts {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

/// A draft of the next version of the practices.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FrameworkDraft")]
struct Told {
    /// The key that the version will have.
    key: String,
    /// The key of the version that it began from.
    follows: String,
    /// The number of the version to be.
    version: i32,
    /// The title.
    title: String,
    /// What it is for.
    note: String,
    /// Who began it.
    begun_by: String,
    /// When.
    begun_at: DateTime<Utc>,
    /// How many steps have changed it.
    steps: i32,
    /// How many approve it as it stands now.
    approvals: i32,
    /// How many it needs.
    approvals_needed: i32,
}

/// A draft with its practices.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FrameworkDraftWhole")]
struct ToldWhole {
    #[serde(flatten)]
    draft: Told,
    /// Its practices in their order, and those that end.
    practices: Vec<practice::Told>,
    /// What is looked at before it can go out, approvals aside.
    checks: Vec<ToldCheck>,
}

/// Something that is looked at before a draft goes out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftCheck")]
struct ToldCheck {
    /// Whether it holds.
    holds: bool,
    /// Whether it keeps the draft from going out while it does not.
    must: bool,
    /// What it says.
    says: String,
    /// The number of the practice that it is about; null where it is about none.
    practice: Option<i32>,
}

async fn told(cx: &Cx, draft: &Draft) -> Result<Told, Error> {
    let approvals = out::approvals(cx.db().read(), draft.id).await?;
    Ok(Told {
        key: draft.version_key(),
        follows: format!("{}-{}", draft.key, draft.pack()?.meta.version),
        version: draft.number,
        title: draft.title.clone(),
        note: draft.note.clone(),
        begun_by: draft.begun_by.clone(),
        begun_at: draft.begun_at,
        steps: draft.steps,
        approvals: out::standing(draft, &approvals),
        approvals_needed: draft.approvals_needed,
    })
}

struct Paged;

impl Asks for Paged {
    const FIELDS: &'static [Field] = &[];
    const PAGED: bool = true;
}

async fn drafts(_: May<See, Drafts>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let mut all = Vec::new();
    if let Some(draft) = store::open(call.db().read()).await? {
        all.push(told(&call, &draft).await?);
    }
    let page = call.window().page_of_all(all, |draft: &Told| draft.key.clone());
    Ok(Listing::of(&call, page, |draft| draft))
}

async fn draft(may: May<See, OpenDraft>, call: Call) -> Result<Item<ToldWhole>, Error> {
    let draft = &may.draft;
    let signed = store::lines(call.db().read(), draft.id).await?;
    let sheet = Sheet { base: draft.pack()?.practices, lines: signed.iter().map(|one| one.line.clone()).collect() };
    let shown = |one: &&Signed| match one.line.state {
        State::Stands => true,
        State::Retired => one.line.origins.iter().any(|code| sheet.ended(code).is_some()),
        State::Merged | State::Undone => false,
    };
    let practices = signed.iter().filter(shown).map(|one| practice::tell(&sheet, one));
    let practices = practices.collect();
    let waiting = discussion::all(call.db().read(), draft.id).await?.iter().filter(|comment| comment.waits()).count();
    let checks = out::checks(draft, &sheet, &out::pack_of(draft, &sheet, None)?, waiting).into_iter();
    let checks = checks.map(|check| ToldCheck { holds: check.holds, must: check.must, says: check.words, practice: check.line });
    let checks = checks.collect();
    Ok(Item::of(draft.steps, ToldWhole { draft: told(&call, draft).await?, practices, checks }))
}

struct Begun;

impl Fields for Begun {
    const NAME: &'static str = "FrameworkDraft";
    const FIELDS: &'static [Field] = &[
        Field::text("title", 200, "What the version is called.").required(),
        Field::text("note", 1_000, "What it is for.").required(),
        Field::whole("approvals_needed", 1, 9, "How many have to approve it before it goes out.").required().in_form("approvals"),
    ];
}

async fn begin(may: May<Begin, Versions>, call: Call, new: New<Begun>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(beginning) = versions::read(&mut form) else { return Err(New::<Begun>::refused(&form)) };
        verbs::begin(&may, cx, &beginning).await?;
        let draft = store::open(cx.db().read()).await?.ok_or(Error::NotFound)?;
        Ok(Made::at(format!("/api/v1/framework-drafts/{}", draft.version_key()), None, told(cx, &draft).await?))
    })
    .await
}
