//! What may stand in an entry. Pure: the forms and the verb ask the same questions.

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span},
    partnerships::Partnership,
};

use super::Status;
use crate::frameworks::{CycleMonths, Framework, Practice};

/// The longest note, in characters.
pub const NOTE_MOST: usize = 2_000;
/// The longest key that a client may make.
const KEY_MOST: usize = 100;

/// An entry as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Made by the client, once: what is sent twice with one key is added once.
    pub key: String,
    /// The practice's code.
    pub code: String,
    /// The school year.
    pub year: SchoolYear,
    /// The cycle's number.
    pub cycle: i32,
    /// Where the practice stands.
    pub status: Status,
    /// How well it was enacted, where that can be said.
    pub quality: Option<i32>,
    /// Why it has no place here.
    pub reason: String,
    /// What makes the author say so.
    pub note: String,
}

/// A field of an entry, and the word beside it.
pub type Problem = (&'static str, String);

/// Whether a reason of the framework asks for words of one's own: it says so in brackets, `Other (say what)`.
#[must_use]
pub fn asks_for_words(reason: &str) -> bool {
    reason.trim_end().ends_with(')')
}

/// Whether a text can be an entry's key and part of an address.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    (1..=KEY_MOST).contains(&text.len()) && text.chars().all(fits)
}

/// The reasons that the framework offers for a status.
#[must_use]
pub fn reasons(framework: &Framework, status: Status) -> &[String] {
    framework.statuses.iter().find(|word| word.key == status.key()).map_or(&[], |word| &word.reasons)
}

/// The days of a cycle in a school year.
#[must_use]
pub fn cycle_span(calendar: &Calendar, cycle: &CycleMonths, year: SchoolYear) -> Span {
    calendar.months(year, cycle.start_month, cycle.end_month)
}

/// The practice's window in a cycle, where it has one there for this partnership: without one there is no cell.
#[must_use]
pub fn window_of(
    calendar: &Calendar,
    partnership: &Partnership,
    practice: &Practice,
    year: SchoolYear,
    cycle: i32,
) -> Option<Span> {
    let due = practice.due.iter().find(|due| due.cycle == cycle)?;
    practice.applies_to(partnership, year).then(|| due.span(calendar, year))
}

/// Whether something can be said about a cycle already: it has begun, and the partnership was at work in it.
#[must_use]
pub fn is_open(calendar: &Calendar, partnership: &Partnership, cycle: &CycleMonths, year: SchoolYear, today: NaiveDate) -> bool {
    let span = cycle_span(calendar, cycle, year);
    span.from <= today && span.to >= partnership.started_on && partnership.closed_on.is_none_or(|closed| span.from <= closed)
}

/// What is wrong with an entry; nothing when it can be recorded.
#[must_use]
pub fn problems(
    framework: &Framework,
    calendar: &Calendar,
    partnership: &Partnership,
    today: NaiveDate,
    draft: &Draft,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !is_key(&draft.key) {
        problems.push(("key", "We could not tell this entry from others. Please load the page again.".to_owned()));
    }
    let practice = framework.practice(&draft.code);
    if practice.is_none_or(|practice| window_of(calendar, partnership, practice, draft.year, draft.cycle).is_none()) {
        problems.push((
            "practice",
            format!("{} is not due here in that cycle. Which practice, and which cycle, do you mean?", draft.code),
        ));
    }
    match framework.cycles.iter().find(|cycle| cycle.number == draft.cycle) {
        Some(cycle) if !is_open(calendar, partnership, cycle, draft.year, today) => problems.push((
            "cycle",
            format!(
                "{} of {} is not one that we can say anything about yet. Could it belong in the cycle that is open now?",
                cycle.name, draft.year
            ),
        )),
        Some(_) => {}
        None => problems.push(("cycle", "A school year has no such cycle here.".to_owned())),
    }
    problems.extend(said(framework, draft));
    problems
}

/// What is wrong with what an entry says, wherever it belongs.
#[must_use]
pub fn said(framework: &Framework, draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    let levels = || framework.qualities.iter().map(|quality| quality.level);
    match draft.quality {
        Some(_) if draft.status != Status::Enacted => {
            problems.push(("quality", "How well it went can be said once it is enacted.".to_owned()));
        }
        Some(level) if !levels().any(|known| known == level) => {
            problems.push(("quality", "Please choose one of the levels.".to_owned()));
        }
        Some(_) | None => {}
    }
    let length = draft.note.chars().count();
    if length > NOTE_MOST {
        problems
            .push(("note", format!("This is {length} characters long; {NOTE_MOST} is the most. Could part of it go elsewhere?")));
    }
    let offered = reasons(framework, draft.status);
    if draft.status == Status::NotApplicable {
        if draft.reason.is_empty() {
            problems.push(("reason", "Why does it not apply here? Choose the reason that comes closest.".to_owned()));
        } else if !offered.contains(&draft.reason) {
            problems.push(("reason", "Please choose one of the reasons; the note has room for your own words.".to_owned()));
        } else if asks_for_words(&draft.reason) && draft.note.trim().is_empty() {
            problems.push(("note", "What is the reason, in your own words?".to_owned()));
        }
    } else if !draft.reason.is_empty() {
        problems.push(("reason", "A reason belongs to what does not apply here.".to_owned()));
    }
    problems
}
