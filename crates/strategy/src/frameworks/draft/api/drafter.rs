//! Who writes at a draft beside those who answer for the practices.

use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Edit, See},
    },
    api::{Call, Field, Fields, Flaw, Gone, Item, Listing, Made, New, Problem, Removal},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        policy::OpenDraft,
        store::{self, Draft, Drafter},
        verbs,
    },
    Paged,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/framework-drafts/{draft}/drafters", "List who was named to write at a draft, by name", list)
        .api_get(
            "/api/v1/framework-drafts/{draft}/drafters/{person}",
            "Read whether somebody was named to write at a draft",
            show,
        )
        .api_post("/api/v1/framework-drafts/{draft}/drafters", "Let somebody of staff write at a draft too", add)
        .api_delete("/api/v1/framework-drafts/{draft}/drafters/{person}", "Let somebody write at a draft no longer", remove)
}

/// Somebody who was named to write at a draft.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Drafter")]
struct Told {
    /// The key of the person.
    person: String,
    /// The person's name.
    name: String,
}

/// Nothing is ever said about a drafter that could change.
const ONLY_VERSION: i32 = 1;

fn tell(drafter: Drafter) -> Told {
    Told { person: drafter.slug, name: drafter.name }
}

async fn list(may: May<See, OpenDraft>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let all = store::drafters(call.db().read(), may.draft.id).await?;
    let page = call.window().page_of_all(all, |drafter: &Drafter| drafter.slug.clone());
    Ok(Listing::of(&call, page, tell))
}

async fn named(cx: &Cx, draft: &Draft, person: &str) -> Result<Drafter, Error> {
    let all = store::drafters(cx.db().read(), draft.id).await?;
    all.into_iter().find(|drafter| drafter.slug == person).ok_or(Error::NotFound)
}

async fn show(may: May<See, OpenDraft>, call: Call) -> Result<Item<Told>, Error> {
    Ok(Item::of(ONLY_VERSION, tell(named(&call, &may.draft, may.ids().get("person")?).await?)))
}

struct Named;

impl Fields for Named {
    const NAME: &'static str = "Drafter";
    const FIELDS: &'static [Field] = &[Field::text("person", 100, "The key of somebody of staff.").required()];
}

async fn add(may: May<Edit, OpenDraft>, call: Call, new: New<Named>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let form = new.form();
        let Some(chosen) = verbs::add_drafter(&may, cx, form.value("person")).await? else {
            return Err(Problem::unfit(vec![Flaw::of("person", "Nobody of staff has that key. Who is meant?")]).into());
        };
        let at = format!("/api/v1/framework-drafts/{}/drafters/{}", may.draft.version_key(), chosen.slug);
        Ok(Made::at(at, ONLY_VERSION, tell(chosen)))
    })
    .await
}

async fn remove(may: May<Edit, OpenDraft>, call: Call, removal: Removal) -> Result<Gone, Error> {
    removal.on(ONLY_VERSION)?;
    verbs::remove_drafter(&may, &call, may.ids().get("person")?).await?;
    Ok(Gone)
}
