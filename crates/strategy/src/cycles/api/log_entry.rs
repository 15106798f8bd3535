//! Entries of logs.

use chrono::NaiveDate;
use platform::api::{Asks, Call, Field, Fields};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CYCLE, OWNER, OWNER_KIND, SCHOOL_YEAR, file,
    part::{Place, Told},
    store::{Asked, At},
};
use crate::cycles::{LONG_MOST, parts::LogEntry};

/// An entry of a cycle's log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LogEntry")]
pub(super) struct Answer {
    #[serde(flatten)]
    place: Place,
    /// The day that it is about.
    date: NaiveDate,
    /// The author's key.
    author: Option<String>,
    /// The author's name.
    author_name: Option<String>,
    /// What was noticed.
    text: String,
    /// What hangs on it.
    files: Vec<file::Answer>,
}

pub(super) struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        CYCLE,
        OWNER_KIND,
        OWNER,
        SCHOOL_YEAR,
        Field::text("author", 100, "Only those by the person of this key.").filled(),
        Field::date("from", "Only those about this day or later ones."),
        Field::date("to", "Only those about this day or earlier ones."),
    ];
    const PAGED: bool = true;
}

pub(super) struct Said;

impl Fields for Said {
    const NAME: &'static str = "LogEntry";
    const FIELDS: &'static [Field] = &[
        Field::text("text", LONG_MOST, "What you noticed.").required(),
        Field::date("date", "The day that it is about, not later than today; today unless given.").in_form("on_day"),
    ];
}

impl Told for LogEntry {
    type Answer = Answer;
    type Ask = Ask;
    type Said = Said;
    const PERSON: &'static str = "author_id";
    const BY: &'static [&'static str] = &["on_day", "id"];

    fn narrow(asked: &mut Asked, call: &Call<Ask>) {
        asked.and_given("w.slug = {}", call.text("author"));
        asked.and_day("x.on_day >= {}", call.text("from"));
        asked.and_day("x.on_day <= {}", call.text("to"));
    }

    fn tell(mut at: At, entry: Self) -> Answer {
        let files = file::told(&at.cycle, std::mem::take(&mut at.files));
        let (place, author, author_name) = Place::of(at);
        Answer { place, date: entry.on_day, author, author_name, text: entry.text, files }
    }
}
