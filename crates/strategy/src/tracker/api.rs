//! The tracker's entries, for programs. Entries are only added; one's own can be taken back for ten minutes.

use chrono::{DateTime, Utc};
use partnerships::{
    calendar::SchoolYear,
    partnerships::{Partnership, Partnerships, Record},
};
use platform::{
    Cx, Error,
    access::{May, PathIds, Policy, Routes, Standing, Thing, actions::See},
    api::{Asks, Call, Field, Fields, Flaw, Item, Listing, Made, New, Problem},
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Status,
    rules::{Draft, NOTE_MOST},
    store::{self, Anywhere, Everywhere},
    verbs::{self, NotRecorded},
};
use crate::frameworks::framework_of;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/tracker-entries",
            "List entries of the tracker, the newest first\n\nThe partner side sees those of the own partnership.",
            list,
        )
        .api_get("/api/v1/tracker-entries/{entry}", "Read an entry", show)
        .api_post("/api/v1/partnerships/{partnership}/tracker-entries", "Record an entry", record)
        .api_post(
            "/api/v1/partnerships/{partnership}/tracker-entries/{entry}/withdrawal",
            "Take an entry of one's own back\n\nFor ten minutes after it was recorded. It stays in the history.",
            withdraw,
        )
}

/// An entry of the tracker.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrackerEntry")]
struct Told {
    /// The key.
    key: String,
    /// The id.
    id: Uuid,
    /// The partnership's key.
    partnership: String,
    /// The practice's code.
    practice: String,
    /// The school year.
    school_year: String,
    /// The cycle's number.
    cycle: i32,
    /// `not_started`, `under_way`, `enacted` or `not_applicable`.
    status: String,
    /// How well it was enacted, 1 to 4, where somebody said so.
    quality: Option<i32>,
    /// Why it does not apply; empty otherwise.
    reason: String,
    /// What makes the author say so.
    note: String,
    /// The author's key.
    author: String,
    /// The author's name.
    author_name: String,
    /// When it was recorded.
    entered_at: DateTime<Utc>,
    /// When it was taken back; null while it stands.
    withdrawn_at: Option<DateTime<Utc>>,
}

fn tell(entry: Anywhere) -> Told {
    Told {
        key: entry.key,
        id: entry.id.0,
        partnership: entry.partnership,
        practice: entry.practice,
        school_year: SchoolYear(entry.school_year).key(),
        cycle: entry.cycle,
        status: entry.status,
        quality: entry.quality,
        reason: entry.reason,
        note: entry.note,
        author: entry.author_slug,
        author_name: entry.author,
        entered_at: entry.entered_at,
        withdrawn_at: entry.withdrawn_at,
    }
}

/// An entry, as this person may see it: where the partnership can be seen.
struct Entry(Anywhere);

impl Thing for Entry {
    const NAME: &'static str = "tracker entry";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        if !<Partnerships as Policy<See>>::permits(who, &Partnerships) {
            return Ok(None);
        }
        let found = store::anywhere(cx.db().read(), ids.get("entry")?, who.only_site()).await?;
        Ok(found.map(Self))
    }
}

impl Policy<See> for Entry {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::text("partnership", 100, "Only those of the partnership of this key.").filled(),
        Field::text("practice", 60, "Only those about the practice of this code.").filled(),
        Field::text("author", 100, "Only those of the person of this key.").filled(),
        Field::year("school_year", "Only those about this school year."),
        Field::whole("cycle", 1, 12, "Only those about this cycle."),
        Field::choice("status", &STATUSES, "Only those that say this."),
        Field::choice("sort", &["-entered_at", "entered_at"], "The newest first, or the oldest."),
    ];
    const PAGED: bool = true;
}

const STATUSES: [&str; 4] = ["not_started", "under_way", "enacted", "not_applicable"];

async fn list(may: May<See, Partnerships>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let asked = Everywhere {
        site: may.who().only_site(),
        partnership: call.text("partnership"),
        practice: call.text("practice"),
        author: call.text("author"),
        status: call.text("status"),
        year: call.text("school_year").parse::<SchoolYear>().ok(),
        cycle: call.text("cycle").parse().ok(),
    };
    let descending = call.text("sort") != "entered_at";
    let page: Page<Anywhere> = store::page_anywhere(call.db().read(), &asked, descending, call.window()).await?;
    Ok(Listing::of(&call, page, tell))
}

async fn show(may: May<See, Entry>, _: Call) -> Result<Item<Told>, Error> {
    Ok(Item::fixed(tell(may.thing().0.clone())))
}

async fn told(cx: &Cx, key: &str) -> Result<Told, Error> {
    Ok(tell(store::anywhere(cx.db().read(), key, None).await?.ok_or(Error::NotFound)?))
}

struct Said;

impl Fields for Said {
    const NAME: &'static str = "TrackerEntry";
    const FIELDS: &'static [Field] = &[
        Field::text("practice", 60, "The practice's code.").required(),
        Field::year("school_year", "The school year.").required(),
        Field::whole("cycle", 1, 12, "The cycle's number.").required(),
        Field::choice("status", &STATUSES, "Where it stands.").required(),
        Field::whole("quality", 1, 4, "How well it was enacted.").or_null(),
        Field::text("reason", 200, "Why it does not apply: one of the framework's reasons."),
        Field::text("note", NOTE_MOST, "What makes you say so."),
    ];
}

/// The member that a problem of the rules is about.
fn member(field: &'static str) -> &'static str {
    if field == "key" { "" } else { field }
}

async fn record(may: May<Record, Partnership>, call: Call, new: New<Said>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let framework = framework_of(cx, may.thing().id).await?.ok_or(Error::NotFound)?;
        let form = new.form();
        let status = Status::from_key(form.value("status")).ok_or(Error::NotFound)?;
        let draft = Draft {
            key: cx.new_id().to_string(),
            code: form.value("practice").to_owned(),
            year: form.value("school_year").parse().map_err(Error::Refused)?,
            cycle: form.value("cycle").parse().unwrap_or(0),
            status,
            quality: form.value("quality").parse().ok(),
            reason: form.value("reason").trim().to_owned(),
            note: form.value("note").trim().replace("\r\n", "\n"),
        };
        match verbs::record(cx, &may, &framework, std::slice::from_ref(&draft)).await {
            Ok(_) => {}
            Err(NotRecorded::Problems(problems)) => {
                let flaws = problems.into_iter().map(|(_, (field, words))| Flaw::of(member(field), words)).collect();
                return Err(Problem::unfit(flaws).into());
            }
            Err(NotRecorded::Error(error)) => return Err(error),
        }
        Ok(Made::at(format!("/api/v1/tracker-entries/{}", draft.key), None, told(cx, &draft.key).await?))
    })
    .await
}

async fn withdraw(may: May<Record, Partnership>, call: Call) -> Result<Item<Told>, Error> {
    let framework = framework_of(&call, may.thing().id).await?.ok_or(Error::NotFound)?;
    let key = may.ids().get("entry")?;
    verbs::withdraw(&call, &may, &framework, key).await?;
    told(&call, key).await.map(Item::fixed)
}
