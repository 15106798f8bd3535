//! The fields that a cycle as a whole has, in a new one and in one that is edited.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{db::PersonId, web::Form};

use crate::cycles::{LONG_MOST, TITLE_MOST, store::Candidate, verbs::Said};

/// The form over these values.
pub(in crate::cycles) fn form<'a>(
    title: &str,
    days: (NaiveDate, NaiveDate),
    agreements: &str,
    members: impl Iterator<Item = &'a str>,
) -> Form {
    let mut form = Form::with([
        ("title", title.to_owned()),
        ("starts_on", days.0.to_string()),
        ("ends_on", days.1.to_string()),
        ("agreements", agreements.to_owned()),
    ]);
    form.put("members", members.map(str::to_owned).collect());
    form
}

/// Reads them; what is wrong gets its word in the form.
pub(in crate::cycles) fn read(form: &mut Form, people: &[Candidate]) -> Option<Said> {
    let title = form.required("title", "What is it about, in a few words?", TITLE_MOST);
    let starts = form.date("starts_on", "On which day does it start?");
    let ends = form.date("ends_on", "On which day does it end?");
    if starts.zip(ends).is_some_and(|(starts, ends)| ends < starts) {
        form.refuse("ends_on", "It would end before it starts. Could the two have changed places?");
    }
    let agreements = form.optional("agreements", LONG_MOST);
    let chosen = form.all("members");
    let members: BTreeSet<PersonId> =
        people.iter().filter(|person| chosen.contains(&person.slug)).map(|person| person.id).collect();
    Some(Said { title: title?, starts_on: starts?, ends_on: ends?, agreements: agreements?, members })
}
