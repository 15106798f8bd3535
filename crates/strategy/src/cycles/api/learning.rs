//! What was learned.

use chrono::NaiveDate;
use platform::api::{Asks, Call, Field, Fields, from_choices};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CYCLE, OWNER, OWNER_KIND, SCHOOL_YEAR,
    part::{Place, Told},
    store::{Asked, At},
};
use crate::cycles::{LEARNINGS, SHORT_MOST, TEXT_MOST, parts::Learning};

/// Something learned in a cycle.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Learning")]
pub(super) struct Answer {
    #[serde(flatten)]
    place: Place,
    /// `keep`, `adapt`, `drop`, `success` or `failure`.
    kind: String,
    /// What was learned.
    text: String,
    /// Who else should know, and what.
    for_others: String,
    /// Codes of the practices that it is about.
    practices: Vec<String>,
    /// The author's key.
    author: Option<String>,
    /// The author's name.
    author_name: Option<String>,
    /// The day on which it was written down.
    written_on: NaiveDate,
}

const KIND_WORDS: [&str; LEARNINGS.len()] = from_choices(&LEARNINGS);

pub(super) struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        CYCLE,
        OWNER_KIND,
        OWNER,
        SCHOOL_YEAR,
        Field::choice("kind", &KIND_WORDS, "Only those of this kind."),
        Field::text("practice", 60, "Only those about the practice of this code.").filled(),
        Field::text("author", 100, "Only those by the person of this key.").filled(),
    ];
    const PAGED: bool = true;
}

pub(super) struct Said;

impl Fields for Said {
    const NAME: &'static str = "Learning";
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &KIND_WORDS, "What kind of thing was learned.").required(),
        Field::text("text", TEXT_MOST, "What you learned.").required(),
        Field::text("for_others", SHORT_MOST, "Who else should know, and what."),
        Field::texts("practices", 20, 14, "Codes of the practices that it is about."),
    ];
}

impl Told for Learning {
    type Answer = Answer;
    type Ask = Ask;
    type Said = Said;
    const PERSON: &'static str = "author_id";
    const BY: &'static [&'static str] = &["written_on", "id"];

    fn narrow(asked: &mut Asked, call: &Call<Ask>) {
        asked.and_given("x.kind = {}", call.text("kind"));
        let of_practice = "exists (select 1 from learning_practice z where z.learning_id = x.id and z.code = {})";
        asked.and_given(of_practice, call.text("practice"));
        asked.and_given("w.slug = {}", call.text("author"));
    }

    fn tell(at: At, learning: Self) -> Answer {
        let (place, author, author_name) = Place::of(at);
        Answer {
            place,
            kind: learning.kind,
            text: learning.text,
            for_others: learning.for_others,
            practices: learning.codes.into_iter().collect(),
            author,
            author_name,
            written_on: learning.written_on,
        }
    }
}
