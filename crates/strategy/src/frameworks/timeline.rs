//! The months of a framework as columns, and a practice's windows as bars over them.

use chrono::NaiveDate;
use partnerships::calendar::{Calendar, SchoolYear, Span};

use super::{Framework, Practice};

/// A month's head: its first letter, which is all that a phone shows, and the rest of its short name.
pub(super) struct Head {
    pub first: String,
    pub rest: String,
}

/// The year as a row of months.
pub(super) struct Timeline {
    year: SchoolYear,
    calendar: Calendar,
    /// The heads of the columns.
    pub heads: Vec<Head>,
    /// The class that says where today is; empty outside these months.
    pub today: String,
    /// On which day of a month the columns begin, where that is not the first.
    pub begins_on: Option<u32>,
}

/// A window in words and as a bar: `fill` past, `now` open, `done` later.
pub(super) struct Bar {
    pub state: &'static str,
    pub from: u32,
    pub to: u32,
}

impl Timeline {
    /// The months from the first of the school year to the last in which anything is due.
    pub(super) fn of(framework: &Framework, calendar: &Calendar, today: NaiveDate) -> Self {
        let cycles = framework.cycles.iter().map(|cycle| cycle.end_month);
        let dues = framework.practices.iter().flat_map(|practice| practice.due.iter().map(|due| due.end_month));
        let columns = cycles.chain(dues).map(|month| index(calendar, month) + 1).max().unwrap_or(12).clamp(4, 12);
        let year = calendar.year_of(today);
        let heads = (0..columns).map(|column| {
            let span = column_span(calendar, year, column);
            let mut name = span.from.format("%b").to_string();
            let rest = name.split_off(1);
            Head { first: name, rest }
        });
        let today = (0..columns).find_map(|column| {
            let span = column_span(calendar, year, column);
            let twelfths = (today - span.from).num_days() * 12 / ((span.to - span.from).num_days() + 1);
            span.contains(today).then(|| format!("at{column} atp{twelfths}"))
        });
        Self {
            year,
            calendar: *calendar,
            heads: heads.collect(),
            today: today.unwrap_or_default(),
            begins_on: (calendar.starts.1 != 1).then_some(calendar.starts.1),
        }
    }

    /// A practice's windows as bars.
    pub(super) fn bars(&self, practice: &Practice, today: NaiveDate) -> Vec<Bar> {
        practice
            .due
            .iter()
            .map(|due| {
                let span = due.span(&self.calendar, self.year);
                let state = if span.ended_before(today) {
                    "fill"
                } else if span.contains(today) {
                    "now"
                } else {
                    "done"
                };
                Bar { state, from: index(&self.calendar, due.start_month), to: index(&self.calendar, due.end_month) + 1 }
            })
            .collect()
    }
}

/// The place of a framework month in the school year, from 0.
pub(super) fn index(calendar: &Calendar, month: u32) -> u32 {
    (month + 12 - calendar.first_month) % 12
}

fn column_span(calendar: &Calendar, year: SchoolYear, column: u32) -> Span {
    let month = (calendar.first_month + column - 1) % 12 + 1;
    calendar.months(year, month, month)
}

/// When a practice comes up, in words: `August to September, then December`.
pub(super) fn months_in_words(practice: &Practice, calendar: &Calendar) -> String {
    let windows = practice.due.iter().map(|due| {
        let (from, to) = (calendar.month_name(due.start_month), calendar.month_name(due.end_month));
        if from == to { from } else { format!("{from} to {to}") }
    });
    windows.collect::<Vec<_>>().join(", then ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::sample::default_framework;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn windows_lie_over_the_months_of_the_school_year() {
        let (framework, today) = (default_framework(), day("2021-10-06"));
        let timeline = Timeline::of(&framework, &Calendar::default(), today);
        assert_eq!(timeline.heads.len(), 11, "from August to June");
        assert_eq!((timeline.heads[2].first.as_str(), timeline.heads[2].rest.as_str()), ("O", "ct"));
        // 5 days of October's 31 have passed: 5 x 12 / 31 is 1 twelfth and a bit.
        assert_eq!(timeline.today, "at2 atp1");
        let practice = framework.practice("1.2.4").expect("1.2.4");
        let bars: Vec<_> = timeline.bars(practice, today).iter().map(|bar| (bar.state, bar.from, bar.to)).collect();
        assert_eq!(bars, [("now", 2, 4), ("done", 5, 7), ("done", 7, 9)]);
        assert_eq!(
            months_in_words(practice, &Calendar::default()),
            "October to November, then January to February, then March to April"
        );
    }

    #[test]
    fn a_moved_year_takes_its_columns_along() {
        let calendar = Calendar { starts: (11, 14), first_month: 8 };
        let timeline = Timeline::of(&default_framework(), &calendar, day("2026-11-24"));
        assert_eq!(timeline.begins_on, Some(14));
        assert_eq!((timeline.heads[0].first.as_str(), timeline.heads[0].rest.as_str()), ("N", "ov"));
        assert_eq!(timeline.today, "at0 atp4");
    }
}
