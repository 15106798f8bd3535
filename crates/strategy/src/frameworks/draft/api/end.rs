//! How a draft ends: those who answer for it approve it as it stands, it goes out as the next version, or it is dropped.

use chrono::{DateTime, Utc};
use platform::{
    Error,
    access::{
        May, Routes,
        actions::{Edit, See},
    },
    api::{Call, Field, Fields, Gone, Item, Listing, Made, New, Removal},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        super::{Framework, api as published},
        out::{self, Approval, WORDS_MOST},
        policy::{Approve, OpenDraft, Publish},
        store::Draft,
        verbs,
    },
    Paged,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/framework-drafts/{draft}/approvals", "List who approved a draft, the earliest first", list)
        .api_get("/api/v1/framework-drafts/{draft}/approvals/{person}", "Read somebody's approval of a draft", show)
        .api_post(
            "/api/v1/framework-drafts/{draft}/approvals",
            "Say that a draft can go out as it was read\n\nA change of the draft asks again.",
            approve,
        )
        .api_delete("/api/v1/framework-drafts/{draft}/approvals/{person}", "Take one's own approval back", disapprove)
        .api_post(
            "/api/v1/framework-drafts/{draft}/publication",
            "Put a draft out as the next version, from a day on\n\nIts `checks` must hold, and enough people approve it as it stands.",
            publish,
        )
        .api_delete(
            "/api/v1/framework-drafts/{draft}",
            "Drop a draft as it was read\n\nWhat is published stays as it is.",
            drop_draft,
        )
}

/// Somebody's word that a draft can go out as it stood then.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftApproval")]
struct Told {
    /// The key of the person.
    person: String,
    /// The person's name.
    name: String,
    /// What the person looked at.
    words: String,
    /// How many steps had changed the draft then.
    steps: i32,
    /// Whether the draft still stands as it did then; only such approvals count.
    counts: bool,
    /// When.
    approved_at: DateTime<Utc>,
}

fn tell(draft: &Draft, approval: Approval) -> Told {
    Told {
        counts: approval.step == draft.steps,
        person: approval.slug,
        name: approval.name,
        words: approval.words,
        steps: approval.step,
        approved_at: approval.approved_at,
    }
}

async fn list(may: May<See, OpenDraft>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let all = out::approvals(call.db().read(), may.draft.id).await?;
    let page = call.window().page_of_all(all, |approval: &Approval| approval.slug.clone());
    Ok(Listing::of(&call, page, |approval| tell(&may.draft, approval)))
}

async fn of(cx: &platform::Cx, draft: &Draft, person: &str) -> Result<Approval, Error> {
    let all = out::approvals(cx.db().read(), draft.id).await?;
    all.into_iter().find(|approval| approval.slug == person).ok_or(Error::NotFound)
}

async fn show(may: May<See, OpenDraft>, call: Call) -> Result<Item<Told>, Error> {
    let approval = of(&call, &may.draft, may.ids().get("person")?).await?;
    Ok(Item::of(approval.step, tell(&may.draft, approval)))
}

const STEPS: Field =
    Field::whole("steps", 0, 1_000_000, "How many steps had changed the draft that you read.").required().in_form("version");

struct Approved;

impl Fields for Approved {
    const NAME: &'static str = "DraftApproval";
    const FIELDS: &'static [Field] = &[STEPS, Field::text("words", WORDS_MOST, "What you looked at.").required()];
}

async fn approve(may: May<Approve, OpenDraft>, call: Call, new: New<Approved>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(words) = out::read_words(&mut form) else { return Err(New::<Approved>::refused(&form)) };
        out::approve(&may, cx, form.version(), &words).await?;
        let person = &may.who().slug;
        let approval = of(cx, &may.draft, person).await?;
        let at = format!("/api/v1/framework-drafts/{}/approvals/{person}", may.draft.version_key());
        Ok(Made::at(at, approval.step, tell(&may.draft, approval)))
    })
    .await
}

async fn disapprove(may: May<Approve, OpenDraft>, call: Call, removal: Removal) -> Result<Gone, Error> {
    let person = may.ids().get("person")?;
    let seen = removal.on(of(&call, &may.draft, person).await?.step)?;
    out::disapprove(&may, &call, person, seen).await?;
    Ok(Gone)
}

struct Published;

impl Fields for Published {
    const NAME: &'static str = "DraftPublication";
    const FIELDS: &'static [Field] = &[STEPS, Field::date("effective_from", "The day from which it counts.").required()];
}

async fn publish(may: May<Publish, OpenDraft>, call: Call, new: New<Published>) -> Result<Made<published::Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let from = form.date("effective_from", "From which day does it count?");
        let Some(from) = from else { return Err(New::<Published>::refused(&form)) };
        out::publish(&may, cx, form.version(), from).await?;
        let key = may.draft.version_key();
        let all = Framework::all_versions(cx.db().read()).await?;
        let current = Framework::current(cx.db().read(), cx.today()).await?;
        let version = all.iter().find(|version| published::key_of(version) == key).ok_or(Error::NotFound)?;
        Ok(Made::at(format!("/api/v1/frameworks/{key}"), None, published::told(version, current.as_ref())))
    })
    .await
}

async fn drop_draft(may: May<Edit, OpenDraft>, call: Call, removal: Removal) -> Result<Gone, Error> {
    let seen = removal.on(may.draft.steps)?;
    verbs::drop_draft(&may, &call, seen).await?;
    Ok(Gone)
}
