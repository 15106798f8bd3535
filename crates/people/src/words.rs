//! Kinds, roles, days and names as people say them.

use chrono::{Datelike, NaiveDate};
use platform::access::Kind;

/// The roles that we offer, each with the words for it. An organisation may write others.
pub(crate) const ROLES: [(&str, &str); 13] = [
    ("implementer", "Improvement partner"),
    ("supervisor", "Supervising partner"),
    ("director", "Director"),
    ("senior-director", "Senior director"),
    ("chief-of-programs", "Chief of programs"),
    ("national-staff", "National staff"),
    ("design-partner", "Design partner"),
    ("developmental-evaluator", "Developmental evaluator"),
    ("rccp-facilitator", "RCCP facilitator"),
    ("operator", "Operator"),
    ("elected-seat", "Elected seat"),
    ("lead", "Lead"),
    ("member", "Member"),
];

/// The kinds of persons, each with the words for it.
pub(crate) const KINDS: [(&str, &str); 3] = [("staff", "Staff"), ("partner", "Partner side"), ("alumnus", "Alumni")];

/// A role in words.
pub(crate) fn role(role: &str) -> String {
    let known = ROLES.iter().find(|(word, _)| *word == role);
    known.map_or_else(|| of_key(role), |(_, words)| (*words).to_owned())
}

/// A kind of person in words.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Staff => "Staff",
        Kind::Partner => "Partner side",
        Kind::Alumnus => "Alumnus",
    }
}

/// A key as words: `linden-grove` becomes `Linden grove`.
pub(crate) fn of_key(key: &str) -> String {
    let spaced = key.replace('-', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `8 October`, with the year outside the present one.
pub(crate) fn day(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { day.format("%-d %B").to_string() } else { day.format("%-d %B %Y").to_string() }
}

/// `October 2019`.
pub(crate) fn month(day: NaiveDate) -> String {
    day.format("%B %Y").to_string()
}

/// The first name.
pub(crate) fn first(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_known_and_own_have_words() {
        assert_eq!(role("rccp-facilitator"), "RCCP facilitator");
        assert_eq!(role("keeper-of-keys"), "Keeper of keys");
        assert_eq!(of_key(""), "");
    }

    #[test]
    fn the_year_is_said_when_it_is_another() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(day(date("2026-10-08"), date("2026-11-24")), "8 October");
        assert_eq!(day(date("2025-10-08"), date("2026-11-24")), "8 October 2025");
    }
}
