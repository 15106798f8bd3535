//! Visits, for programs.

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Edit as Change, See},
    },
    api::{Asks, Call, Edit, Field, Fields, Gone, Item, Listing, Made, New, Removal, from_choices},
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    HOURS_IN_A_DAY, MODES, VisitThere,
    store::{self, Anywhere, Everywhere, Touched},
    verbs, web,
};
use crate::partnerships::{Partnership, Partnerships, Record};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/visits", "List visits, the newest first\n\nThe partner side sees those to the own site.", list)
        .api_post("/api/v1/partnerships/{partnership}/visits", "Log a visit", log)
        .api_get("/api/v1/visits/{visit}", "Read a visit", show)
        .api_patch("/api/v1/visits/{visit}", "Put a visit right", correct)
        .api_delete("/api/v1/visits/{visit}", "Take a visit out\n\nThe page of visits can bring it back.", remove)
}

/// A visit to a partnership.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Visit")]
struct Told {
    /// The key.
    key: String,
    /// The id.
    id: Uuid,
    /// The partnership's key.
    partnership: String,
    /// The day.
    date: NaiveDate,
    /// How long, in hours.
    hours: f64,
    /// The key of whoever of us was there.
    person: String,
    /// That person's name.
    person_name: String,
    /// `on-site`, `remote`, `phone` or `convening`.
    mode: String,
    /// Codes of the practices that it touched.
    practices: Vec<String>,
    /// A note.
    note: String,
    /// The day on which it was written down.
    logged_on: NaiveDate,
}

fn tell(Anywhere { visit, partnership }: Anywhere, touched: &[Touched]) -> Told {
    Told {
        practices: touched.iter().filter(|one| one.visit_id == visit.id).map(|one| one.code.clone()).collect(),
        key: visit.key,
        id: visit.id.0,
        partnership,
        date: visit.on_day,
        hours: visit.hours,
        person: visit.person_slug,
        person_name: visit.person_name,
        mode: visit.mode,
        note: visit.note,
        logged_on: visit.logged_on,
    }
}

/// A visit that stands, with its version.
async fn told(cx: &Cx, key: &str) -> Result<(i32, Told), Error> {
    let on = cx.db().read();
    let found = store::anywhere(on, key).await?.ok_or(Error::NotFound)?;
    let touched = store::touched(on, &[found.visit.id]).await?;
    Ok((found.visit.version, tell(found, &touched)))
}

const MODE_WORDS: [&str; MODES.len()] = from_choices(MODES);

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::text("partnership", 100, "Only those to the partnership of this key.").filled(),
        Field::text("person", 100, "Only those of the person of this key.").filled(),
        Field::choice("mode", &MODE_WORDS, "Only those that took place so."),
        Field::date("from", "Only those from this day on."),
        Field::date("to", "Only those up to this day."),
    ];
    const PAGED: bool = true;
}

async fn list(may: May<See, Partnerships>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let on = call.db().read();
    let asked = Everywhere {
        site: may.who().only_site(),
        partnership: call.text("partnership"),
        person: call.text("person"),
        mode: call.text("mode"),
        from: call.text("from").parse().ok(),
        to: call.text("to").parse().ok(),
    };
    let page: Page<Anywhere> = store::page_anywhere(on, &asked, call.window()).await?;
    let ids: Vec<_> = page.rows.iter().map(|row| row.visit.id).collect();
    let touched = store::touched(on, &ids).await?;
    Ok(Listing::of(&call, page, |row| tell(row, &touched)))
}

async fn show(may: May<See, VisitThere>, call: Call) -> Result<Item<Told>, Error> {
    let (version, told) = told(&call, &may.visit.key).await?;
    Ok(Item::of(version, told))
}

struct Said;

impl Fields for Said {
    const NAME: &'static str = "Visit";
    const FIELDS: &'static [Field] = &[
        Field::date("date", "The day, not later than today.").required(),
        Field::number("hours", 0.05, HOURS_IN_A_DAY, "How long, in hours.").required(),
        Field::choice("mode", &MODE_WORDS, "How you met.").required(),
        Field::text("person", 100, "The key of whoever was there: you, unless you plan the partnership."),
        Field::texts("practices", 20, 14, "Codes of the practices that it touched."),
        Field::text("note", 1000, "A note."),
    ];
}

async fn log(may: May<Record, Partnership>, call: Call, new: New<Said>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(said) = web::read_new(&may, cx, &mut form).await? else { return Err(New::<Said>::refused(&form)) };
        let key = cx.new_id();
        verbs::log(&may, cx, key, &said).await?;
        let (version, told) = told(cx, &key.to_string()).await?;
        Ok(Made::at(format!("/api/v1/visits/{key}"), version, told))
    })
    .await
}

async fn correct(may: May<Change, VisitThere>, call: Call, edit: Edit<Said>) -> Result<Item<Told>, Error> {
    // One that was taken out is not there to be changed.
    told(&call, &may.visit.key).await?;
    let version = edit.on(may.visit.version)?;
    let mut form = edit.over(web::standing(&call, &may.visit).await?);
    let Some(said) = web::read_standing(&may, &call, &mut form).await? else { return Err(Edit::<Said>::refused(&form)) };
    verbs::correct(&may, &call, version, &said).await?;
    let (version, told) = told(&call, &may.visit.key).await?;
    Ok(Item::of(version, told))
}

async fn remove(may: May<Change, VisitThere>, call: Call, removal: Removal) -> Result<Gone, Error> {
    told(&call, &may.visit.key).await?;
    let version = removal.on(may.visit.version)?;
    verbs::remove_version(&may, &call, version).await?;
    Ok(Gone)
}
