//! What templates say: the same words as [`crate::words`], for values that a template hands over by reference.

use chrono::NaiveDate;

use crate::{calendar::SchoolYear, words};

pub(crate) fn day(day: &NaiveDate, now: &NaiveDate) -> String {
    crate::calendar::spoken(*day, *now)
}

pub(crate) fn weekday(day: &NaiveDate, now: &NaiveDate) -> String {
    words::weekday(*day, *now)
}

pub(crate) fn month(day: &NaiveDate, now: &NaiveDate) -> String {
    words::month(*day, *now)
}

pub(crate) fn year(first: &i32) -> String {
    SchoolYear(*first).to_string()
}

pub(crate) fn days(days: &f64) -> String {
    words::days(*days)
}

pub(crate) fn a_week(days: &f64) -> String {
    words::a_week(*days)
}

pub(crate) fn visits(count: &i64) -> String {
    platform::text::counted(*count, "visit", "visits")
}

pub(crate) fn students(count: &i32) -> String {
    platform::text::counted(*count, "student", "students")
}

pub(crate) fn schools<T>(schools: &[T]) -> String {
    platform::text::counted(i64::try_from(schools.len()).unwrap_or(i64::MAX), "school", "schools")
}

pub(crate) fn coachees(count: &usize) -> String {
    platform::text::counted(i64::try_from(*count).unwrap_or(i64::MAX), "coachee", "coachees")
}

pub(crate) fn hours(hours: &f64) -> String {
    crate::visits::hours_words(*hours)
}
