//! Visits: the log of who of us was at a partnership, when, how long, and what it touched. Its hours make the dose.

mod api;
mod policy;
mod store;
mod verbs;
mod web;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{PathIds, Standing, Thing},
    db::{FromQueryResult, PersonId},
};

pub(crate) use store::{OwnVisit, days_of_year, of_person, recent};

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}

use crate::{
    PartnershipId, VisitId,
    partnerships::{Partnership, find_seen},
    words,
};

/// More hours than this in one day are a slip of somebody's hand.
pub(crate) const HOURS_IN_A_DAY: f64 = 24.0;

/// How a visit takes place: the key, and the words on pages.
pub(crate) const MODES: &[(&str, &str)] =
    &[("on-site", "On site"), ("remote", "By video"), ("phone", "By phone"), ("convening", "Convening")];

/// One visit.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// Its key, made where it was written down.
    pub key: String,
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// The day.
    pub on_day: NaiveDate,
    /// How long, in hours.
    pub hours: f64,
    /// Whoever of us was there.
    pub person_id: PersonId,
    /// The person's key.
    pub person_slug: String,
    /// The person's name.
    pub person_name: String,
    /// `on-site`, `remote`, `phone` or `convening`.
    pub mode: String,
    /// A note.
    pub note: String,
    /// The day on which it was written down.
    pub logged_on: NaiveDate,
    /// Counts edits.
    pub version: i32,
}

impl Visit {
    /// Whether it claims more hours than a day has.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        self.hours > HOURS_IN_A_DAY
    }

    pub(crate) fn hours_words(&self) -> String {
        hours_words(self.hours)
    }
}

/// `3.5 hours`; more than a day has are marked.
pub(crate) fn hours_words(hours: f64) -> String {
    let said = words::hours(hours);
    if hours > HOURS_IN_A_DAY {
        return format!("unusual: {said} hours in a day");
    }
    format!("{said} {}", if said == "1" { "hour" } else { "hours" })
}

/// A visit together with the partnership that it was paid to; also one that was taken out, so that it can come back.
#[derive(Clone, Debug)]
pub(crate) struct VisitThere {
    pub partnership: Partnership,
    pub visit: Visit,
}

impl Thing for VisitThere {
    const NAME: &'static str = "visit";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let (on, key) = (cx.db().read(), ids.get("visit")?);
        // Programs name the visit alone: the partnership is then its own.
        let slug = match ids.get("partnership") {
            Ok(slug) => Some(slug.to_owned()),
            Err(_) => store::partnership_of(on, key).await?,
        };
        let Some(slug) = slug else { return Ok(None) };
        let Some(partnership) = find_seen(cx, who, &slug).await? else { return Ok(None) };
        let visit = store::find(on, partnership.id, key).await?;
        Ok(visit.map(|visit| Self { partnership, visit }))
    }
}
