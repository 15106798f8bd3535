//! Days on which schools are closed: no visit is planned then.
//!
//! They stand in the setting `school_closed`, a line each: `2026-12-21 to 2027-01-03 Winter break`.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use platform::settings::Settings;

use super::Span;

/// The setting's name.
pub const SETTING: &str = "school_closed";

/// The days on which schools are closed; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedDays(Arc<Vec<(Span, String)>>);

impl ClosedDays {
    /// The organisation's closed days. Lines that can't be read were refused when they were set, so none is left out here.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self::read(settings.get(SETTING).unwrap_or_default()).unwrap_or_default()
    }

    /// Reads them from lines of text.
    ///
    /// # Errors
    /// A sentence for each line that can't be read.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let mut closed = Vec::new();
        let mut problems = Vec::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match read_line(line) {
                Ok(read) => closed.push(read),
                Err(problem) => problems.push(format!("Line {number}, “{}”: {problem}", line.trim())),
            }
        }
        closed.sort_by_key(|(span, _)| span.from);
        if problems.is_empty() { Ok(Self(Arc::new(closed))) } else { Err(problems) }
    }

    /// The days and what they are called, in order.
    #[must_use]
    pub fn spans(&self) -> &[(Span, String)] {
        &self.0
    }

    /// Whether nobody said when schools are closed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How sure a figure about planned days is, with regard to breaks.
    #[must_use]
    pub fn how_sure(&self) -> &'static str {
        if self.is_empty() {
            "Breaks of schools are not taken out, since nobody wrote down yet when schools are closed. So planned is rather too high."
        } else {
            "Days on which schools are closed are taken out of the plan."
        }
    }

    /// How many Mondays to Fridays of the span schools are open.
    #[must_use]
    pub fn open_weekdays(&self, span: Span) -> i32 {
        let is_open =
            |day: &NaiveDate| day.weekday().number_from_monday() <= 5 && !self.0.iter().any(|(closed, _)| closed.contains(*day));
        i32::try_from(span.from.iter_days().take_while(|day| *day <= span.to).filter(is_open).count()).unwrap_or(0)
    }
}

fn read_line(line: &str) -> Result<(Span, String), &'static str> {
    let mut words = line.split_whitespace();
    let mut day = || {
        words.next().and_then(|word| word.parse::<NaiveDate>().ok()).ok_or("write it as 2026-12-21 to 2027-01-03 Winter break.")
    };
    let from = day()?;
    let rest: Vec<&str> = words.collect();
    let (to, name) = match rest.as_slice() {
        ["to", to, name @ ..] => (to.parse().map_err(|_| "the day after “to” is not a date such as 2027-01-03.")?, name),
        name => (from, name),
    };
    if to < from {
        return Err("it ends before it begins.");
    }
    Ok((Span { from, to }, name.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn closed_days_are_no_working_days() {
        let closed = ClosedDays::read("2026-11-23 to 2026-11-29 Autumn break\n\n2026-10-12 Teachers’ day").expect("two lines");
        assert_eq!(closed.spans().len(), 2);
        assert_eq!(closed.spans()[0].1, "Teachers’ day", "in the order of the year");
        let november = Span { from: day("2026-11-01"), to: day("2026-11-30") };
        assert_eq!(november.weekdays(), 21);
        assert_eq!(closed.open_weekdays(november), 16);
        assert_eq!(closed.open_weekdays(Span { from: day("2026-10-12"), to: day("2026-10-12") }), 0);
    }

    #[test]
    fn each_line_that_cannot_be_read_is_named() {
        let problems = ClosedDays::read("2026-11-29 to 2026-11-23 Backwards\nsoon\n2026-11-29 to then").expect_err("three lines");
        assert_eq!(problems.len(), 3);
        assert!(problems[1].starts_with("Line 2, “soon”"), "{problems:?}");
    }
}
