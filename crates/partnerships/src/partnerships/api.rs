//! Partnerships, for programs.

use chrono::NaiveDate;
use platform::{
    Error,
    access::{
        May, Routes,
        actions::{Create, See},
    },
    api::{Asks, Call, Edit, Field, Fields, Item, Listing, Made, New},
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Filter, Partnership, Partnerships, Plan, find_seen,
    list::{self, Order},
    verbs, web,
};
use crate::calendar::SchoolYear;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/partnerships", "List partnerships\n\nThe partner side sees the own one.", list_all)
        .api_post("/api/v1/partnerships", "Begin a partnership with a site", begin)
        .api_get("/api/v1/partnerships/{partnership}", "Read a partnership", show)
        .api_patch("/api/v1/partnerships/{partnership}", "Change what was agreed", agree)
}

/// The organisation's work with a site over some years.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Partnership")]
struct Told {
    /// The readable key.
    key: String,
    /// The id.
    id: Uuid,
    /// The site's name, which is what people call the partnership.
    name: String,
    /// The site's key.
    site: String,
    /// The region that the site lies in.
    region: String,
    /// The support model's key.
    model: String,
    /// The network's key, where several sites work together.
    network: Option<String>,
    /// The id of the team that does the work.
    team_id: Uuid,
    /// The team's name.
    team_name: String,
    /// The supervisor's id.
    supervisor_id: Option<Uuid>,
    /// The school year in which the work began.
    first_school_year: String,
    /// The day on which it began.
    started_on: NaiveDate,
    /// `active` or `closed`.
    status: String,
    /// The day on which it was closed.
    closed_on: Option<NaiveDate>,
    /// The dose that was agreed.
    planned_days_per_week: f64,
    /// Where it stands, in two sentences.
    story: String,
}

fn tell(partnership: Partnership) -> Told {
    Told {
        key: partnership.slug,
        id: partnership.id.0,
        name: partnership.name,
        site: partnership.site_slug,
        region: partnership.region,
        model: partnership.model_id,
        network: partnership.network,
        team_id: partnership.team_id.0,
        team_name: partnership.team_name,
        supervisor_id: partnership.supervisor_id.map(|id| id.0),
        first_school_year: SchoolYear(partnership.first_school_year).key(),
        started_on: partnership.started_on,
        status: partnership.status,
        closed_on: partnership.closed_on,
        planned_days_per_week: partnership.planned_days_per_week,
        story: partnership.story,
    }
}

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::text("model", 60, "Only those of this support model.").filled(),
        Field::text("network", 80, "Only those of this network.").filled(),
        Field::text("team", 100, "Only those of the team of this key.").filled(),
        Field::text("region", 60, "Only those in this region.").filled(),
        Field::text("supervisor", 100, "Only those that the person of this key supervises.").filled(),
        Field::choice("status", &["active", "closed"], "Only those where work goes on, or where it has ended."),
        Field::text("q", 200, "Words of the name.").filled(),
        Field::choice("sort", &["name", "-name", "start", "-start"], "The order; a minus turns it round."),
    ];
    const PAGED: bool = true;
}

async fn list_all(may: May<See, Partnerships>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let text = |name: &str| call.text(name).to_owned();
    let filter = Filter {
        model: text("model"),
        network: text("network"),
        team: text("team"),
        region: text("region"),
        supervisor: text("supervisor"),
        status: text("status"),
        q: text("q"),
    };
    let sort = call.text("sort");
    let order = if sort.ends_with("start") { Order::Start } else { Order::Name };
    // Whoever is not of us sees the own site's; whoever works at none sees nothing.
    let site = (!may.who().is_staff()).then(|| may.who().works_at.clone().unwrap_or_default());
    let page: Page<Partnership> =
        list::page_at(call.db().read(), &filter, site.as_deref(), order, sort.starts_with('-'), call.window()).await?;
    Ok(Listing::of(&call, page, tell))
}

async fn show(may: May<See, Partnership>, _: Call) -> Result<Item<Told>, Error> {
    Ok(Item::of(may.version, tell(may.thing().clone())))
}

const MODEL: Field = Field::text("model", 60, "The support model's key.").required();
const TEAM: Field = Field::text("team", 100, "The key of the team that does the work.").required();
const START: Field = Field::date("started_on", "The day on which the work begins.").required().in_form("started");
const DAYS: Field = Field::number("planned_days_per_week", 0.05, 7.0, "The dose that is agreed.").required().in_form("days");
const NETWORK: Field = Field::text("network", 80, "The network, where several sites work together.").or_null();
const SUPERVISOR: Field = Field::text("supervisor", 100, "The supervisor's key.").or_null();
const STORY: Field = Field::text("story", 2000, "Where it stands, in two sentences.");

struct Begun;

impl Fields for Begun {
    const NAME: &'static str = "Partnership";
    const FIELDS: &'static [Field] =
        &[Field::text("site", 100, "The site's key.").required(), MODEL, TEAM, START, DAYS, NETWORK, SUPERVISOR, STORY];
}

async fn begin(may: May<Create, Partnerships>, call: Call, new: New<Begun>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(begun) = web::begun(&may, cx, &mut form).await? else { return Err(New::<Begun>::refused(&form)) };
        Ok(Made::at(format!("/api/v1/partnerships/{}", begun.slug), begun.version, tell(begun)))
    })
    .await
}

struct Agreed;

impl Fields for Agreed {
    const NAME: &'static str = "Partnership";
    const FIELDS: &'static [Field] = &[MODEL, TEAM, START, DAYS, NETWORK, SUPERVISOR, STORY];
}

async fn agree(may: May<Plan, Partnership>, call: Call, edit: Edit<Agreed>) -> Result<Item<Told>, Error> {
    let version = edit.on(may.version)?;
    let (standing, offered) = web::standing(&may, &call).await?;
    let mut form = edit.over(standing);
    let Some(agreed) = offered.read_form(&mut form, Some(may.thing())) else { return Err(Edit::<Agreed>::refused(&form)) };
    verbs::agree(&may, &call, version, agreed).await?;
    let after = find_seen(&call, may.who(), &may.slug).await?.ok_or(Error::NotFound)?;
    Ok(Item::of(after.version, tell(after)))
}
