//! Teams and who sits in them, for programs.

use chrono::NaiveDate;
use platform::{
    Error,
    access::{
        May, Routes,
        actions::{Create, See},
    },
    api::{Asks, Call, Edit, Field, Fields, Item, Listing, Made, New},
    audit::Actor,
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Team,
    policy::{Lead, Teams},
    store::{self, Member},
    verbs, web,
};
use crate::persons::free_slug;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/teams", "List teams", list)
        .api_post("/api/v1/teams", "Make a team", make)
        .api_get("/api/v1/teams/{team}", "Read a team", show)
        .api_patch("/api/v1/teams/{team}", "Change a team", change)
        .api_get("/api/v1/teams/{team}/memberships", "List who sits in a team\n\nAlso those who sat there before.", members)
}

/// A team.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Team")]
struct Told {
    /// The readable key.
    key: String,
    /// The id.
    id: Uuid,
    /// The name.
    name: String,
    /// `organisation`, `national`, `subteam`, `region` or `working-group`.
    kind: String,
    /// The id of the team that it belongs to.
    parent_id: Option<Uuid>,
    /// What it is for.
    purpose: String,
}

fn tell(team: Team) -> Told {
    Told {
        key: team.slug,
        id: team.id.0,
        name: team.name,
        kind: team.kind,
        parent_id: team.parent_id.map(|id| id.0),
        purpose: team.purpose,
    }
}

/// A seat in a team, from a day to a day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Membership")]
struct Seat {
    /// The id.
    id: Uuid,
    /// The person's key.
    person: String,
    /// The person's name.
    person_name: String,
    /// The role.
    role: String,
    /// The first day.
    from: NaiveDate,
    /// The last day; null while it goes on.
    to: Option<NaiveDate>,
    /// The supervisor's key.
    supervisor: Option<String>,
}

const KINDS: &[&str] = &["organisation", "national", "subteam", "region", "working-group"];

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[Field::choice("kind", KINDS, "Only teams of this kind.")];
    const PAGED: bool = true;
}

async fn list(_: May<See, Teams>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let kind = call.text("kind");
    // There are as many teams as a page of the organisation shows: they are read whole, as there.
    let teams = store::all(call.db().read()).await?.into_iter().filter(|team| kind.is_empty() || team.kind == kind).collect();
    let page: Page<Team> = call.window().page_of_all(teams, |team: &Team| team.slug.clone());
    Ok(Listing::of(&call, page, tell))
}

async fn show(may: May<See, Team>, _: Call) -> Result<Item<Told>, Error> {
    Ok(Item::of(may.version, tell(may.thing().clone())))
}

struct Members;

impl Asks for Members {
    const FIELDS: &'static [Field] = &[];
    const PAGED: bool = true;
}

async fn members(may: May<See, Team>, call: Call<Members>) -> Result<Listing<Seat>, Error> {
    let all = store::members(call.db().read(), may.thing().id).await?;
    let page: Page<Member> = call.window().page_of_all(all, |member: &Member| member.id.to_string());
    Ok(Listing::of(&call, page, |member| Seat {
        id: member.id,
        person: member.slug,
        person_name: member.name,
        role: member.role,
        from: member.from_on,
        to: member.to_on,
        supervisor: member.supervisor_slug,
    }))
}

const NAME: Field = Field::text("name", 120, "What it is called.").required();
const PURPOSE: Field = Field::text("purpose", 400, "What it is for, in a sentence.").required();
const KIND: Field = Field::choice("kind", KINDS, "What kind of team it is.").required();
const PARENT: Field = Field::text("parent", 100, "The key of the team that it belongs to.").or_null();

struct Said;

impl Fields for Said {
    const NAME: &'static str = "Team";
    const FIELDS: &'static [Field] = &[NAME, PURPOSE, KIND, PARENT];
}

async fn make(may: May<Create, Teams>, call: Call, new: New<Said>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let teams = store::all(cx.db().read()).await?;
        let Some(sketch) = web::read(&mut form, &teams) else { return Err(New::<Said>::refused(&form)) };
        let slug = free_slug(&sketch.name, |slug| slug == "new" || teams.iter().any(|team| team.slug == slug));
        let actor = Actor::from(may.who());
        let team = cx
            .db()
            .write(async |tx| verbs::make(tx, cx.db().engine(), cx.now, &actor, slug.clone(), sketch.clone()).await)
            .await?;
        Ok(Made::at(format!("/api/v1/teams/{}", team.slug), team.version, tell(team)))
    })
    .await
}

async fn change(may: May<Lead, Team>, call: Call, edit: Edit<Said>) -> Result<Item<Told>, Error> {
    let team = may.thing();
    let version = edit.on(team.version)?;
    let teams = store::all(call.db().read()).await?;
    let mut form = edit.over(web::standing(team, &teams));
    let Some(sketch) = web::read(&mut form, &teams) else { return Err(Edit::<Said>::refused(&form)) };
    match verbs::change(&call, may.who(), team, sketch, version).await {
        Ok(()) => {}
        Err(Error::Refused(why)) => {
            form.refuse("parent", why);
            return Err(Edit::<Said>::refused(&form));
        }
        Err(error) => return Err(error),
    }
    let team = store::by_slug(call.db().read(), &team.slug).await?.ok_or(Error::NotFound)?;
    Ok(Item::of(team.version, tell(team)))
}
