//! Memberships over time: a row a team, its bars in twelfths of years, and the same in words.

use chrono::{Datelike, NaiveDate};

use super::store::Belonging;
use crate::words;

/// The most years that fit side by side; what lies before them is said in words.
const MOST: i32 = 13;
const FEWEST: i32 = 4;

/// The drawing's classes and words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// Years across, as a class: `u5`.
    pub units: String,
    /// Today's place, as classes.
    pub now: String,
    /// The years' heads: the part that narrow screens leave out, and the rest.
    pub years: Vec<(String, String)>,
    /// First and last year.
    pub span: (i32, i32),
    pub rows: Vec<Row>,
}

/// A team's row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub team: String,
    pub slug: String,
    /// What the bars show, in words.
    pub words: String,
    pub bars: Vec<Bar>,
}

/// A membership as a bar.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub class: String,
    pub label: String,
}

/// A place on the line of time: whole years from its beginning, and twelfths.
fn place(year: i32, month0: u32, first: i32, most: i32) -> (i32, u32) {
    if year < first {
        (0, 0)
    } else if year - first >= most {
        (most, 0)
    } else {
        (year - first, month0)
    }
}

fn classes(unit: &str, part: &str, (whole, twelfths): (i32, u32)) -> String {
    if twelfths == 0 { format!("{unit}{whole}") } else { format!("{unit}{whole} {part}{twelfths}") }
}

/// `Improvement partner, August 2018 to June 2020`.
fn said(belonging: &Belonging, today: NaiveDate) -> String {
    let role = words::role(&belonging.role);
    let from = words::month(belonging.from_on);
    match belonging.to_on {
        None if belonging.from_on > today => format!("{role} from {from}"),
        None => format!("{role} since {from}"),
        Some(to) if words::month(to) == from => format!("{role}, {from}"),
        Some(to) => format!("{role}, {from} to {}", words::month(to)),
    }
}

/// The drawing of these memberships; they come earliest first.
pub(crate) fn draw(belongings: &[Belonging], today: NaiveDate) -> Option<Time> {
    let earliest = belongings.iter().map(|belonging| belonging.from_on.year()).min()?;
    let latest = belongings.iter().flat_map(|one| [Some(one.from_on.year()), one.to_on.map(|to| to.year())]).flatten().max()?;
    let last = latest.clamp(today.year(), today.year() + 2);
    let first = earliest.max(last - MOST + 1).min(last - FEWEST + 1);
    let count = last - first + 1;
    let mut rows: Vec<Row> = Vec::new();
    for belonging in belongings {
        let bar = bar(belonging, first, count, today);
        let words = said(belonging, today);
        match rows.iter_mut().find(|row| row.slug == belonging.team_slug) {
            Some(row) => {
                row.words.push_str("; ");
                row.words.push_str(&words);
                row.bars.extend(bar);
            }
            None => rows.push(Row {
                team: belonging.team_name.clone(),
                slug: belonging.team_slug.clone(),
                words,
                bars: bar.into_iter().collect(),
            }),
        }
    }
    let goes_on = |row: &Row| belongings.iter().any(|one| one.team_slug == row.slug && one.to_on.is_none_or(|to| to >= today));
    // What goes on comes first; both parts keep the order of time.
    rows.sort_by_key(|row| !goes_on(row));
    let heads = (first..=last).map(|year| (format!("{:02}", year / 100), format!("{:02}", year % 100)));
    Some(Time {
        units: format!("u{count}"),
        now: classes("at", "atp", place(today.year(), today.month0(), first, count)),
        years: heads.collect(),
        span: (first, last),
        rows,
    })
}

fn bar(belonging: &Belonging, first: i32, count: i32, today: NaiveDate) -> Option<Bar> {
    let from = belonging.from_on;
    let begins = place(from.year(), from.month0(), first, count);
    let ends = match belonging.to_on {
        None => (count, 0),
        // The month of the last day is filled.
        Some(to) if to.month0() == 11 => place(to.year() + 1, 0, first, count),
        Some(to) => place(to.year(), to.month0() + 1, first, count),
    };
    let twelfths = |(whole, part): (i32, u32)| i64::from(whole) * 12 + i64::from(part);
    let width = twelfths(ends) - twelfths(begins);
    if width <= 0 {
        return None;
    }
    let state = if belonging.to_on.is_none_or(|to| to >= today) { "now" } else { "fill" };
    Some(Bar {
        class: format!("{state} {} {}", classes("a", "ap", begins), classes("b", "bp", ends)),
        // A word that would be cut after two letters says nothing.
        label: if width * 13 >= i64::from(count) * 24 { words::role(&belonging.role) } else { String::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belonging(team: &str, role: &str, from: &str, to: &str) -> Belonging {
        Belonging {
            team_slug: team.to_owned(),
            team_name: team.to_owned(),
            role: role.to_owned(),
            from_on: from.parse().expect("a date"),
            to_on: (!to.is_empty()).then(|| to.parse().expect("a date")),
            supervisor_slug: None,
            supervisor_name: None,
        }
    }

    fn today() -> NaiveDate {
        "2026-11-24".parse().expect("a date")
    }

    #[test]
    fn a_row_a_team_and_a_bar_a_membership() {
        let time = draw(
            &[
                belonging("wg", "member", "2024-01-10", "2024-12-20"),
                belonging("coastal", "implementer", "2023-08-01", "2025-07-31"),
                belonging("coastal", "supervisor", "2025-08-01", ""),
            ],
            today(),
        )
        .expect("a drawing");
        assert_eq!((time.units.as_str(), time.now.as_str(), time.span), ("u4", "at3 atp10", (2023, 2026)));
        assert_eq!(time.rows[0].words, "Improvement partner, August 2023 to July 2025; Supervising partner since August 2025");
        assert_eq!(time.rows[0].bars[0].class, "fill a0 ap7 b2 bp7");
        assert_eq!(time.rows[0].bars[1].class, "now a2 ap7 b4");
        assert_eq!(time.rows[1].bars[0].class, "fill a1 b2");
    }

    #[test]
    fn what_lies_before_the_drawing_is_still_said() {
        let time =
            draw(&[belonging("a", "member", "1999-01-01", "2004-01-01"), belonging("b", "lead", "2008-05-01", "")], today())
                .expect("a drawing");
        assert_eq!((time.units.as_str(), time.span), ("u13", (2014, 2026)));
        assert_eq!(time.rows[0].bars[0].class, "now a0 b13");
        assert!(time.rows[1].bars.is_empty());
        assert_eq!(time.rows[1].words, "Member, January 1999 to January 2004");
        assert_eq!(draw(&[], today()), None);
    }
}
