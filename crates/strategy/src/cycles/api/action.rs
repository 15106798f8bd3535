//! Actions of plans.

use chrono::NaiveDate;
use platform::{
    api::{Asks, Call, Field, Fields, from_choices},
    web::Form,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CYCLE, OWNER, OWNER_KIND, SCHOOL_YEAR,
    part::{Place, Told},
    store::{Asked, At},
};
use crate::cycles::{ACTION_STATUSES, SHORT_MOST, TEXT_MOST, parts::Action};

/// An action of a cycle's plan.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanAction")]
pub(super) struct Answer {
    #[serde(flatten)]
    place: Place,
    /// What is done.
    text: String,
    /// The key of whoever does it; null while nobody does.
    person: Option<String>,
    /// That person's name.
    person_name: Option<String>,
    /// By when.
    due: Option<NaiveDate>,
    /// The code of the practice that it is about; empty where it is about none.
    practice: String,
    /// Where one will see it.
    evidence: String,
    /// What it takes: material, money, time.
    resources: String,
    /// `not_started`, `under_way`, `done`, `carried_over` or `dropped`.
    status: String,
    /// Why it was not done.
    why_not: String,
}

const STATUS_WORDS: [&str; ACTION_STATUSES.len()] = from_choices(&ACTION_STATUSES);

pub(super) struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        CYCLE,
        OWNER_KIND,
        OWNER,
        SCHOOL_YEAR,
        Field::text("person", 100, "Only those that the person of this key does.").filled(),
        Field::choice("status", &STATUS_WORDS, "Only those that stand so."),
        Field::text("practice", 60, "Only those about the practice of this code.").filled(),
        Field::date("due_to", "Only those that are due up to this day."),
    ];
    const PAGED: bool = true;
}

pub(super) struct Said;

impl Fields for Said {
    const NAME: &'static str = "PlanAction";
    const FIELDS: &'static [Field] = &[
        Field::text("text", TEXT_MOST, "What you will do.").required(),
        Field::text("person", 100, "The key of whoever does it: somebody who works there or is in the cycle.")
            .or_null()
            .in_form("owner"),
        Field::date("due", "By when.").or_null().in_form("due_on"),
        Field::text("practice", 60, "The code of the practice that it is most about."),
        Field::text("evidence", SHORT_MOST, "Where one will see it."),
        Field::text("resources", SHORT_MOST, "What it takes: material, money, time."),
        Field::choice("status", &STATUS_WORDS, "Where it stands; not_started unless given."),
        Field::text("why_not", SHORT_MOST, "Why it was not done."),
    ];
}

impl Told for Action {
    type Answer = Answer;
    type Ask = Ask;
    type Said = Said;
    const PERSON: &'static str = "owner_id";
    const BY: &'static [&'static str] = &["id"];

    fn narrow(asked: &mut Asked, call: &Call<Ask>) {
        asked.and_given("w.slug = {}", call.text("person"));
        asked.and_given("x.status = {}", call.text("status"));
        asked.and_given("x.practice = {}", call.text("practice"));
        asked.and_day("x.due_on <= {}", call.text("due_to"));
    }

    fn tell(at: At, action: Self) -> Answer {
        let (place, person, person_name) = Place::of(at);
        Answer {
            place,
            text: action.text,
            person,
            person_name,
            due: action.due_on,
            practice: action.practice,
            evidence: action.evidence,
            resources: action.resources,
            status: action.status,
            why_not: action.why_not,
        }
    }

    fn complete(form: &mut Form) {
        if form.value("status").is_empty() {
            form.put("status", vec!["not_started".to_owned()]);
        }
    }
}
