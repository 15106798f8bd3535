//! The draft of the next version, for programs.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{May, PathIds, Policy, Routes, Standing, Thing, Whole, actions::See},
    api::{Asks, Call, Field, Item, Listing},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    out,
    policy::OpenDraft,
    rules::{Sheet, State},
    store::{self, Draft, Signed},
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
            "Read a draft: each practice with what it comes from, what becomes of it, and why",
            draft,
        )
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

fn key_of(draft: &Draft) -> String {
    format!("{}-{}", draft.key, draft.number)
}

/// A draft, known by its framework's key and the number of the version to be: `vi-pit-2`.
struct Named(OpenDraft);

impl Thing for Named {
    const NAME: &'static str = "draft of practices";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let wanted = ids.get("draft")?;
        Ok(OpenDraft::find(cx, who, ids).await?.filter(|open| key_of(&open.draft) == wanted).map(Self))
    }
}

impl Policy<See> for Named {
    fn permits(who: &Standing, named: &Self) -> bool {
        <OpenDraft as Policy<See>>::permits(who, &named.0)
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
    practices: Vec<ToldLine>,
}

/// A practice of a draft.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftPractice")]
struct ToldLine {
    /// Its number within the draft.
    number: i32,
    /// `kept`, `reworded`, `split`, `merged`, `new` or `retired`.
    fate: String,
    /// The codes of the published practices that it comes from.
    comes_from: Vec<String>,
    /// Why it differs; empty where it does not.
    reason: String,
    /// Who changed it last.
    changed_by: String,
    /// When.
    changed_at: DateTime<Utc>,
    /// The code.
    code: String,
    /// Its wording.
    title: String,
    /// What good looks like.
    good: String,
    /// Whether it is a very important practice.
    vip: bool,
    /// The keys of the support models that it applies to.
    models: Vec<String>,
}

async fn told(call: &Call<impl Asks>, draft: &Draft) -> Result<Told, Error> {
    let approvals = out::approvals(call.db().read(), draft.id).await?;
    Ok(Told {
        key: key_of(draft),
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

async fn draft(may: May<See, Named>, call: Call) -> Result<Item<ToldWhole>, Error> {
    let draft = &may.thing().0.draft;
    let signed = store::lines(call.db().read(), draft.id).await?;
    let sheet = Sheet { base: draft.pack()?.practices, lines: signed.iter().map(|one| one.line.clone()).collect() };
    let shown = |one: &&Signed| match one.line.state {
        State::Stands => true,
        State::Retired => one.line.origins.iter().any(|code| sheet.ended(code).is_some()),
        State::Merged | State::Undone => false,
    };
    let practices = signed.iter().filter(shown).map(|one| ToldLine {
        number: one.line.number,
        fate: sheet.fate(&one.line).key().to_owned(),
        comes_from: one.line.origins.clone(),
        reason: one.line.reason.clone(),
        changed_by: one.by.clone(),
        changed_at: one.at,
        code: one.line.says.code.clone(),
        title: one.line.says.title.clone(),
        good: one.line.says.good.clone(),
        vip: one.line.says.vip,
        models: one.line.says.models.clone(),
    });
    let practices = practices.collect();
    Ok(Item::fixed(ToldWhole { draft: told(&call, draft).await?, practices }))
}
