//! Where days lie on a timeline of twelve months: as classes of the stylesheet, in months and twelfths of a month.

use chrono::{Days, Months, NaiveDate};
use partnerships::calendar::{Calendar, SchoolYear, Span};

/// A month's head: its first letter, and the rest of its short name.
pub(in super::super) struct MonthHead {
    pub first: String,
    pub rest: String,
}

/// A bar or a pin on the timeline.
pub(in super::super) struct Bar {
    /// Its classes.
    pub class: String,
    /// What stands in it.
    pub words: String,
}

/// The twelve months of a school year.
#[derive(Clone, Copy)]
pub(in super::super) struct Scale {
    start: NaiveDate,
}

impl Scale {
    pub(in super::super) fn of(calendar: &Calendar, year: SchoolYear) -> Self {
        Self { start: calendar.start(year) }
    }

    fn month(self, number: u32) -> NaiveDate {
        self.start + Months::new(number)
    }

    /// Whole months since the year's first day, and twelfths of the next one; cut at both ends.
    fn place(self, day: NaiveDate) -> (u32, u32) {
        if day <= self.start {
            return (0, 0);
        }
        let months = (1..=12).take_while(|month| self.month(*month) <= day).count();
        let months = u32::try_from(months).unwrap_or(12);
        if months == 12 {
            return (12, 0);
        }
        let (from, to) = (self.month(months), self.month(months + 1));
        let twelfths = ((day - from).num_days() * 12 + (to - from).num_days() / 2) / (to - from).num_days().max(1);
        match u32::try_from(twelfths).unwrap_or(0) {
            12.. => (months + 1, 0),
            twelfths => (months, twelfths),
        }
    }

    /// The classes of a bar over these days.
    pub(in super::super) fn bar(self, span: Span) -> String {
        let ((a, ap), (b, bp)) = (self.place(span.from), self.place(span.to + Days::new(1)));
        // What is too short to be seen is a twelfth wide.
        let (b, bp) = if (a, ap) == (b, bp) { if bp == 11 { (b + 1, 0) } else { (b, bp + 1) } } else { (b, bp) };
        format!("a{a} ap{ap} b{b} bp{bp}")
    }

    /// The class of today's line; nothing on another year's.
    pub(in super::super) fn today(self, today: NaiveDate) -> String {
        if today < self.start || today >= self.month(12) {
            return String::new();
        }
        let (at, atp) = self.place(today);
        format!("at{at} atp{atp}")
    }

    /// The heads of the months, by the calendar month in which each begins.
    pub(in super::super) fn heads(self) -> Vec<MonthHead> {
        let head = |month: u32| {
            let name = self.month(month).format("%b").to_string();
            MonthHead { first: name.chars().take(1).collect(), rest: name.chars().skip(1).collect() }
        };
        (0..12).map(head).collect()
    }

    /// The days of a month of the year, from 0.
    pub(in super::super) fn month_span(self, month: u32) -> Span {
        Span { from: self.month(month), to: self.month(month + 1) - Days::new(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Span {
        Span { from: from.parse().expect("a day"), to: to.parse().expect("a day") }
    }

    #[test]
    fn days_lie_in_months_and_twelfths() {
        let scale = Scale::of(&Calendar::default(), SchoolYear(2021));
        assert_eq!(scale.bar(span("2021-08-01", "2022-07-31")), "a0 ap0 b12 bp0");
        assert_eq!(scale.bar(span("2021-09-01", "2021-10-31")), "a1 ap0 b3 bp0");
        assert_eq!(scale.bar(span("2021-09-16", "2021-10-15")), "a1 ap6 b2 bp6");
        assert_eq!(scale.bar(span("2021-06-01", "2021-08-31")), "a0 ap0 b1 bp0", "what began before is cut");
        assert_eq!(scale.bar(span("2022-07-31", "2022-09-30")), "a12 ap0 b12 bp1");
        assert_eq!(scale.today("2021-10-06".parse().expect("a day")), "at2 atp2");
        assert_eq!(scale.today("2022-08-01".parse().expect("a day")), "");
        assert_eq!(scale.heads().iter().map(|head| head.first.as_str()).collect::<String>(), "ASONDJFMAMJJ");
    }

    #[test]
    fn a_year_that_begins_on_another_day_has_months_from_there() {
        let scale = Scale::of(&Calendar { starts: (9, 26), first_month: 8 }, SchoolYear(2026));
        assert_eq!(scale.bar(span("2026-09-26", "2026-10-25")), "a0 ap0 b1 bp0");
        assert_eq!(scale.month_span(0), span("2026-09-26", "2026-10-25"));
    }
}
