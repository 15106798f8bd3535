//! Persons, for programs.

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Edit as Change, See},
    },
    api::{Asks, Call, Edit, Field, Fields, Item, Listing, Made, New},
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Person,
    policy::{Invite, Keep, People, Someone},
    store::{self, Filter, Order, SeatOf},
    verbs, web,
};
use crate::invitations;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/people", "List people\n\nStaff, people at partner sites, and those who have left.", list)
        .api_post(
            "/api/v1/people",
            "Invite somebody\n\nMakes a page for a new address, a seat where a team is named, and sends a letter with a link. Somebody known keeps the page they have.",
            invite,
        )
        .api_get("/api/v1/people/{person}", "Read a person", show)
        .api_patch(
            "/api/v1/people/{person}",
            "Change a person\n\nName, title and what to ask about can be changed by themselves; e-mail, kind, site and first day only by those who answer for the person.",
            change,
        )
}

/// A person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub(crate) struct Told {
    /// The readable key.
    key: String,
    /// The id.
    id: Uuid,
    /// The full name.
    name: String,
    /// `staff`, `partner` or `alumnus`.
    kind: String,
    /// What they do, in a few words.
    title: String,
    /// The address of those who sign in.
    email: Option<String>,
    /// The key of the site that a partner-side person works at.
    site: Option<String>,
    /// The first day with us.
    started_on: Option<NaiveDate>,
    /// The last day with us.
    ended_on: Option<NaiveDate>,
    /// What to ask them about, in their own words.
    about: String,
    /// Codes of practices that they are glad to be asked about.
    glad_to_be_asked: Vec<String>,
    /// Keys of the teams in which they sit today.
    teams: Vec<String>,
}

fn tell(person: Person, seats: &[SeatOf]) -> Told {
    Told {
        glad_to_be_asked: person.glad_codes().into_iter().map(str::to_owned).collect(),
        teams: seats.iter().filter(|seat| seat.person_id == person.id).map(|seat| seat.slug.clone()).collect(),
        key: person.slug,
        id: person.id.0,
        name: person.name,
        kind: person.kind,
        title: person.title,
        email: person.email,
        site: person.works_at,
        started_on: person.started_on,
        ended_on: person.ended_on,
        about: person.about,
    }
}

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &["staff", "partner", "alumnus"], "Only people of this kind."),
        Field::text("team", 100, "Only those who sit in the team of this key today.").filled(),
        Field::text("role", 80, "Only those who hold this role today.").filled(),
        Field::text("q", 200, "Words of the name.").filled(),
        Field::choice("sort", &["name", "-name", "since", "-since"], "The order; a minus turns it round."),
    ];
    const PAGED: bool = true;
}

async fn list(_: May<See, People>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let on = call.db().read();
    let sort = call.text("sort");
    let order = if sort.ends_with("since") { Order::Since } else { Order::Name };
    let filter = Filter {
        kind: call.text("kind"),
        team: call.text("team"),
        role: call.text("role"),
        q: call.text("q"),
        today: call.today(),
    };
    let found: Page<Person> = store::page(on, &filter, order, sort.starts_with('-'), call.window()).await?;
    let seats = store::seats_of(on, found.rows.iter().map(|person| person.id), call.today()).await?;
    Ok(Listing::of(&call, found, |person| tell(person, &seats)))
}

async fn told(cx: &Cx, person: Person) -> Result<Told, Error> {
    let seats = store::seats_of(cx.db().read(), std::iter::once(person.id), cx.today()).await?;
    Ok(tell(person, &seats))
}

async fn show(may: May<See, Someone>, call: Call) -> Result<Item<Told>, Error> {
    let person = may.thing().person.clone();
    Ok(Item::of(person.version, told(&call, person).await?))
}

struct Said;

impl Fields for Said {
    const NAME: &'static str = "Person";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200, "The full name.").filled(),
        Field::text("title", 200, "What they do, in a few words."),
        Field::text("about", 4000, "What to ask them about."),
        Field::texts("glad_to_be_asked", 20, 20, "Codes of practices that they are glad to be asked about.").in_form("glad"),
        Field::text("email", 200, "The address; only for those who answer for the person.").or_null(),
        Field::choice("kind", &["staff", "partner", "alumnus"], "Only for those who answer for the person."),
        Field::text("site", 100, "The site's key; only for those who answer for the person.").or_null().in_form("works_at"),
        Field::date("started_on", "The first day with us; only for those who answer for the person.").or_null(),
    ];
}

/// What only those who answer for a person may send.
const KEPT: [&str; 4] = ["email", "kind", "works_at", "started_on"];

async fn change(may: May<Change, Someone>, call: Call, edit: Edit<Said>) -> Result<Item<Told>, Error> {
    let version = edit.on(may.thing().version)?;
    let keeps = may.also::<Keep>();
    let standing = web::standing(may.thing());
    let mut form = edit.over(standing.clone());
    if !keeps && KEPT.iter().any(|name| form.value(name) != standing.value(name)) {
        return Err(Error::NotAllowed);
    }
    let Some(change) = web::read(&mut form, may.thing(), keeps) else { return Err(Edit::<Said>::refused(&form)) };
    verbs::change(&call, &may, change, version).await?;
    let person = store::by_slug(call.db().read(), &may.thing().slug).await?.ok_or(Error::NotFound)?;
    Ok(Item::of(person.version, told(&call, person).await?))
}

struct Invited;

impl Fields for Invited {
    const NAME: &'static str = "Person";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200, "The full name.").required(),
        Field::text("email", 200, "Where the letter goes.").required(),
        Field::choice("kind", &["staff", "partner"], "A colleague, or somebody at a partner site.").required(),
        Field::text("title", 200, "What they do, in a few words."),
        Field::text("site", 100, "The key of the site that a partner-side person works at.").in_form("works_at"),
        Field::text("team", 100, "The key of the team in which a colleague sits from today on."),
        Field::text("role", 80, "The role in that team."),
        Field::text("supervisor", 200, "The supervisor's key or address."),
        Field::text("words", 1000, "Words of your own for the letter."),
    ];
}

async fn invite(may: May<Invite, People>, call: Call, new: New<Invited>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(person) = invitations::sent(&may, cx, &mut form).await? else { return Err(New::<Invited>::refused(&form)) };
        let location = format!("/api/v1/people/{}", person.slug);
        Ok(Made::at(location, person.version, told(cx, person).await?))
    })
    .await
}
