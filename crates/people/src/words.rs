//! Kinds, roles, days and names as people say them.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
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
    upper(&key.replace('-', " "))
}

/// `8 October`, with the year outside the present one.
pub(crate) fn day(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { day.format("%-d %B").to_string() } else { day.format("%-d %B %Y").to_string() }
}

/// `October 2019`.
pub(crate) fn month(day: NaiveDate) -> String {
    day.format("%B %Y").to_string()
}

/// A time of a day: `today at 14:05`, `8 October at 14:05`.
pub(crate) fn moment(at: NaiveDateTime, today: NaiveDate) -> String {
    let time = at.format("%H:%M");
    if at.date() == today { format!("today at {time}") } else { format!("{} at {time}", day(at.date(), today)) }
}

/// A browser and its device, as far as the line that a browser says of itself tells.
pub(crate) fn agent(line: &str) -> String {
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let devices = [
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "an Android device"),
        ("CrOS", "a Chromebook"),
        ("Windows", "Windows"),
        ("Macintosh", "a Mac"),
        ("Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| line.contains(sign)).map(|(_, word)| *word);
    match (find(&browsers), find(&devices)) {
        (Some(browser), Some(device)) => format!("{browser} on {device}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(device)) => format!("A browser on {device}"),
        (None, None) => "A browser that we don’t know".to_owned(),
    }
}

/// The same with a capital first letter.
pub(crate) fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a text looks like an e-mail address; whether letters arrive there only a letter can tell.
pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter))
            && !host.contains('@')
    })
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
    fn browsers_are_named_plainly() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0";
        assert_eq!([firefox, safari, edge].map(agent), ["Firefox on Linux", "Safari on an iPhone", "Edge on Windows"]);
        assert_eq!(agent("curl/8"), "A browser that we don’t know");
    }

    #[test]
    fn the_year_is_said_when_it_is_another() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(day(date("2026-10-08"), date("2026-11-24")), "8 October");
        assert_eq!(day(date("2025-10-08"), date("2026-11-24")), "8 October 2025");
    }
}
