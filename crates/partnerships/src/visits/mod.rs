//! Visits: the log of who of us was at a partnership, when, how long, and what it touched. Its hours make the dose.

mod store;

use chrono::NaiveDate;
use sea_orm::FromQueryResult;

pub(crate) use store::{days_of_year, recent};

use crate::{PartnershipId, VisitId, words};

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
    /// The key of whoever of us was there.
    pub person_slug: String,
    /// The name of whoever of us was there.
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
        let hours = words::hours(self.hours);
        if self.is_unusual() {
            return format!("unusual: {hours} hours in a day");
        }
        format!("{hours} {}", if hours == "1" { "hour" } else { "hours" })
    }
}
