//! Goals, with what is predicted and what came of them.

use chrono::NaiveDate;
use platform::api::{Asks, Call, Field, Fields, from_choices};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CYCLE, OWNER, OWNER_KIND, SCHOOL_YEAR, file,
    part::{Place, Told},
    store::{Asked, At},
};
use crate::cycles::{DECISIONS, FIGURE_MOST, GOAL_KINDS, MET, SHORT_MOST, TEXT_MOST, parts::Goal};

/// A goal of a cycle.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Goal")]
pub(super) struct Answer {
    #[serde(flatten)]
    place: Place,
    /// For whom something would be different: `student` or `adult`.
    kind: String,
    /// What would be different.
    text: String,
    /// How one would know.
    measure: String,
    /// What is counted.
    unit: String,
    /// For which students it is meant.
    student_group: String,
    /// Where it stood.
    baseline: Option<f64>,
    /// Where it should come to.
    target: Option<f64>,
    /// By when.
    by: Option<NaiveDate>,
    /// What is predicted.
    predicted: Option<f64>,
    /// The lower end of what is most likely.
    predicted_low: Option<f64>,
    /// The upper end of what is most likely.
    predicted_high: Option<f64>,
    /// How sure its people are that the target is met, in per cent.
    confidence_percent: Option<i32>,
    /// What it came to.
    outcome: Option<f64>,
    /// `yes`, `partly`, `no` or `not_measured`; null until it is assessed.
    met: Option<String>,
    /// What happened, against what was predicted.
    happened: String,
    /// What becomes of it: `keep`, `adapt` or `drop`; null until that is decided.
    decision: Option<String>,
    /// Codes of the practices that it rests on.
    practices: Vec<String>,
    /// Evidence for it.
    files: Vec<file::Answer>,
}

const KIND_WORDS: [&str; GOAL_KINDS.len()] = from_choices(&GOAL_KINDS);
const MET_WORDS: [&str; MET.len()] = from_choices(&MET);
const DECISION_WORDS: [&str; DECISIONS.len()] = from_choices(&DECISIONS);

const fn figure(name: &'static str, about: &'static str) -> Field {
    Field::number(name, -FIGURE_MOST, FIGURE_MOST, about).or_null()
}

pub(super) struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        CYCLE,
        OWNER_KIND,
        OWNER,
        SCHOOL_YEAR,
        Field::choice("kind", &KIND_WORDS, "Only those for students, or for adults."),
        Field::choice("met", &MET_WORDS, "Only those of which this came."),
        Field::text("practice", 60, "Only those that rest on the practice of this code.").filled(),
    ];
    const PAGED: bool = true;
}

pub(super) struct Said;

impl Fields for Said {
    const NAME: &'static str = "Goal";
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &KIND_WORDS, "For whom something would be different.").required(),
        Field::text("text", TEXT_MOST, "What would be different, and by when.").required(),
        Field::text("measure", SHORT_MOST, "How one would know."),
        Field::text("unit", SHORT_MOST, "What is counted."),
        Field::text("student_group", SHORT_MOST, "For which students it is meant."),
        figure("baseline", "Where it stood."),
        figure("target", "Where it should come to."),
        Field::date("by", "By when.").or_null().in_form("by_on"),
        figure("predicted", "What you predict."),
        figure("predicted_low", "The lower end of what is most likely; a range has two ends."),
        figure("predicted_high", "The upper end of what is most likely."),
        Field::whole("confidence_percent", 1, 99, "How sure you are that the target is met, in per cent.")
            .or_null()
            .in_form("confidence"),
        figure("outcome", "What it came to."),
        Field::choice("met", &MET_WORDS, "Whether the target was met.").or_null(),
        Field::text("happened", TEXT_MOST, "What happened, against what was predicted."),
        Field::choice("decision", &DECISION_WORDS, "What becomes of it.").or_null(),
        Field::texts("practices", 20, 14, "Codes of the practices that it rests on."),
    ];
}

impl Told for Goal {
    type Answer = Answer;
    type Ask = Ask;
    type Said = Said;
    const PERSON: &'static str = "";
    const BY: &'static [&'static str] = &["id"];

    fn narrow(asked: &mut Asked, call: &Call<Ask>) {
        asked.and_given("x.kind = {}", call.text("kind"));
        asked.and_given("x.met = {}", call.text("met"));
        let of_practice = "exists (select 1 from goal_practice z where z.goal_id = x.id and z.code = {})";
        asked.and_given(of_practice, call.text("practice"));
    }

    fn tell(mut at: At, goal: Self) -> Answer {
        let files = file::told(&at.cycle, std::mem::take(&mut at.files));
        let (place, ..) = Place::of(at);
        let said = |word: String| Some(word).filter(|word| !word.is_empty());
        Answer {
            place,
            kind: goal.kind,
            text: goal.text,
            measure: goal.measure,
            unit: goal.unit,
            student_group: goal.student_group,
            baseline: goal.baseline,
            target: goal.target,
            by: goal.by_on,
            predicted: goal.predicted,
            predicted_low: goal.predicted_low,
            predicted_high: goal.predicted_high,
            confidence_percent: goal.confidence,
            outcome: goal.outcome,
            met: said(goal.met),
            happened: goal.happened,
            decision: said(goal.decision),
            practices: goal.codes.into_iter().collect(),
            files,
        }
    }
}
