//! Numbers and dates of partnerships as people say them.

use chrono::{Datelike, NaiveDate};

/// A dose: `3½`, `¼`, `1.2`.
pub(crate) fn rate(days: f64) -> String {
    let quarters = (days * 4.0).round();
    if (days * 4.0 - quarters).abs() > 0.001 {
        return format!("{}", (days * 10.0).round() / 10.0);
    }
    let whole = (quarters / 4.0).floor();
    let part = match quarters - whole * 4.0 {
        1.0 => "¼",
        2.0 => "½",
        3.0 => "¾",
        _ => "",
    };
    if whole == 0.0 && !part.is_empty() { part.to_owned() } else { format!("{whole}{part}") }
}

/// `3½ days a week`, `1 day a week`.
#[must_use]
pub fn a_week(days: f64) -> String {
    format!("{} {} a week", rate(days), if days > 1.0 { "days" } else { "day" })
}

/// Counted days: whole ones from ten on, else to a tenth.
pub(crate) fn days(days: f64) -> String {
    if days >= 10.0 { format!("{}", days.round()) } else { format!("{}", (days * 10.0).round() / 10.0) }
}

/// Hours to a quarter: `3.5`.
pub(crate) fn hours(hours: f64) -> String {
    format!("{}", (hours * 100.0).round() / 100.0)
}

/// `first`, `second` … `tenth`, `11th`.
#[must_use]
pub fn ordinal(number: i32) -> String {
    const WORDS: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let word = usize::try_from(number - 1).ok().and_then(|place| WORDS.get(place));
    word.map_or_else(
        || {
            let ending = match (number % 10, number % 100) {
                (1, rest) if rest != 11 => "st",
                (2, rest) if rest != 12 => "nd",
                (3, rest) if rest != 13 => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        },
        |word| (*word).to_owned(),
    )
}

/// `K–5`; empty when no grade is known.
pub(crate) fn grades(low: &str, high: &str) -> String {
    match (low, high) {
        ("", other) | (other, "") => other.to_owned(),
        (low, high) if low == high => low.to_owned(),
        (low, high) => format!("{low}–{high}"),
    }
}

/// A key as a word: `lakes` becomes `Lakes`, `tidewater-network` becomes `Tidewater network`.
pub(crate) fn word_of(key: &str) -> String {
    let spaced = key.replace('-', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The month of a day: `October`, with the year outside the present one.
pub(crate) fn month(day: NaiveDate, now: NaiveDate) -> String {
    let word = day.format("%B");
    if day.year() == now.year() { word.to_string() } else { format!("{word} {}", day.year()) }
}

/// `Wed 6 October`.
pub(crate) fn weekday(day: NaiveDate, now: NaiveDate) -> String {
    format!("{} {}", day.format("%a"), crate::calendar::spoken(day, now))
}

/// The role in a partnership, in words.
pub(crate) fn role(role: &str) -> &'static str {
    match role {
        "lead" => "Improvement partner",
        "co" => "Second improvement partner",
        "apprentice" => "Learns beside them",
        _ => "Works there",
    }
}

/// The mode of a visit, in words.
pub(crate) fn mode(mode: &str) -> &'static str {
    match mode {
        "on-site" => "On site",
        "remote" => "By video",
        "phone" => "By phone",
        "convening" => "Convening",
        _ => "Another way",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_are_said_in_quarters() {
        let said = [3.5, 0.25, 1.0, 1.75, 2.0, 1.2, 0.0].map(rate);
        assert_eq!(said, ["3½", "¼", "1", "1¾", "2", "1.2", "0"]);
        assert_eq!(a_week(0.25), "¼ day a week");
    }

    #[test]
    fn days_are_counted_to_a_tenth_below_ten() {
        assert_eq!([9.44, 32.9, 0.0].map(days), ["9.4", "33", "0"]);
    }

    #[test]
    fn ordinals_grades_and_keys_read_well() {
        assert_eq!([1, 10, 11, 12, 21, 22, 23].map(ordinal), ["first", "tenth", "11th", "12th", "21st", "22nd", "23rd"]);
        assert_eq!([grades("K", "5"), grades("", ""), grades("9", "9")], ["K–5", "", "9"]);
        assert_eq!([word_of("lakes"), word_of("tidewater-network"), word_of("")], ["Lakes", "Tidewater network", ""]);
    }
}
