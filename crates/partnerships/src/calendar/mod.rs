//! The school year, as an organisation counts it.
//!
//! A school year begins on one day (`school_year_starts`, month and day; the first of August unless set otherwise). What a
//! framework says in calendar months ("due in October") is kept as months of the school year counted from the month in
//! which the framework says that years start; so a calendar that begins on another day moves all windows with it.

mod closed;

use std::{fmt, str::FromStr};

use chrono::{Datelike, Days, Months, NaiveDate};
use platform::settings::Settings;

pub use closed::{ClosedDays, SETTING as CLOSED_SETTING};

/// A school year, named by the calendar year in which it begins: 2026 is shown as `2026–27`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(pub i32);

impl SchoolYear {
    /// The year before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0 - 1)
    }

    /// The year after.
    #[must_use]
    pub fn after(self) -> Self {
        Self(self.0 + 1)
    }

    /// As files and addresses write it: `2026-27`.
    #[must_use]
    pub fn key(self) -> String {
        format!("{}-{:02}", self.0, (self.0 + 1).rem_euclid(100))
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{:02}", self.0, (self.0 + 1).rem_euclid(100))
    }
}

impl FromStr for SchoolYear {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("\"{text}\" is not a school year; write it as 2026-27");
        let (first, second) = text.split_once(['-', '–']).ok_or_else(wrong)?;
        let year: i32 = first.trim().parse().map_err(|_| wrong())?;
        let next: i32 = second.trim().parse().map_err(|_| wrong())?;
        if (1900..2200).contains(&year) && (next == (year + 1) % 100 || next == year + 1) { Ok(Self(year)) } else { Err(wrong()) }
    }
}

/// From a day to a day, both within.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Span {
    /// Whether the day lies within.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the whole span lies before the day.
    #[must_use]
    pub fn ended_before(&self, day: NaiveDate) -> bool {
        self.to < day
    }

    /// How many Mondays to Fridays lie within.
    #[must_use]
    pub fn weekdays(&self) -> i64 {
        self.from.iter_days().take_while(|day| *day <= self.to).filter(|day| day.weekday().number_from_monday() <= 5).count()
            as i64
    }
}

/// When school years begin, and how a framework's months map onto them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Month and day on which a school year begins.
    pub starts: (u32, u32),
    /// The calendar month that a framework calls the first of the school year.
    pub first_month: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { starts: (8, 1), first_month: 8 }
    }
}

impl Calendar {
    /// The organisation's calendar: settings `school_year_starts` (`08-01`) and `school_year_first_month` (`8`).
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let default = Self::default();
        let starts = settings.get("school_year_starts").and_then(|text| {
            let (month, day) = text.split_once('-')?;
            let pair = (month.parse().ok()?, day.parse().ok()?);
            NaiveDate::from_ymd_opt(2023, pair.0, pair.1).map(|_| pair)
        });
        let first_month =
            settings.get("school_year_first_month").and_then(|text| text.parse().ok()).filter(|month| (1..=12).contains(month));
        Self { starts: starts.unwrap_or(default.starts), first_month: first_month.unwrap_or(default.first_month) }
    }

    /// The school year that a day belongs to.
    #[must_use]
    pub fn year_of(&self, day: NaiveDate) -> SchoolYear {
        let began = (day.month(), day.day()) >= self.starts;
        SchoolYear(if began { day.year() } else { day.year() - 1 })
    }

    /// The first day of a school year.
    #[must_use]
    pub fn start(&self, year: SchoolYear) -> NaiveDate {
        // `of` lets only days of every year in, so the fallback is never taken.
        NaiveDate::from_ymd_opt(year.0, self.starts.0, self.starts.1).unwrap_or(NaiveDate::MIN)
    }

    /// All days of a school year.
    #[must_use]
    pub fn span(&self, year: SchoolYear) -> Span {
        Span { from: self.start(year), to: self.start(year.after()) - Days::new(1) }
    }

    /// The days from the beginning of one framework month to the end of another (1 to 12, as the content pack writes them)
    /// in a school year. A window that wraps past the year's end is cut there.
    #[must_use]
    pub fn months(&self, year: SchoolYear, start_month: u32, end_month: u32) -> Span {
        let index = |month: u32| (month + 12 - self.first_month) % 12;
        let start = self.start(year);
        let from = start + Months::new(index(start_month));
        let last = if index(end_month) >= index(start_month) { index(end_month) } else { 11 };
        Span { from, to: start + Months::new(last + 1) - Days::new(1) }
    }

    /// How to call a framework month: `October` where school years begin with that calendar month, else the days it covers.
    #[must_use]
    pub fn month_name(&self, month: u32) -> String {
        if self.starts == (self.first_month, 1) {
            return month_word(month).to_owned();
        }
        let span = self.months(SchoolYear(2023), month, month);
        format!("{}–{}", short_month(span.from), short_month(span.to))
    }
}

/// A month of the calendar as a word: `October` for 10.
#[must_use]
pub fn month_word(month: u32) -> &'static str {
    const WORDS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    WORDS.get(month.wrapping_sub(1) as usize).copied().unwrap_or("a month")
}

fn short_month(day: NaiveDate) -> String {
    month_word(day.month()).chars().take(3).collect()
}

/// A day as people say it: `8 October`, with the year where it is not `now`'s.
#[must_use]
pub fn spoken(day: NaiveDate, now: NaiveDate) -> String {
    let word = month_word(day.month());
    if day.year() == now.year() { format!("{} {word}", day.day()) } else { format!("{} {word} {}", day.day(), day.year()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_school_year_begins_in_august() {
        let calendar = Calendar::default();
        assert_eq!(calendar.year_of(day("2026-07-31")), SchoolYear(2025));
        assert_eq!(calendar.year_of(day("2026-08-01")), SchoolYear(2026));
        assert_eq!(calendar.span(SchoolYear(2026)), Span { from: day("2026-08-01"), to: day("2027-07-31") });
    }

    #[test]
    fn windows_are_months_of_the_school_year() {
        let calendar = Calendar::default();
        assert_eq!(calendar.months(SchoolYear(2026), 10, 10), Span { from: day("2026-10-01"), to: day("2026-10-31") });
        assert_eq!(calendar.months(SchoolYear(2026), 12, 2), Span { from: day("2026-12-01"), to: day("2027-02-28") });
        assert_eq!(calendar.month_name(10), "October");
    }

    #[test]
    fn a_year_that_begins_on_another_day_takes_its_windows_along() {
        let calendar = Calendar { starts: (9, 13), first_month: 8 };
        assert_eq!(calendar.months(SchoolYear(2026), 10, 10), Span { from: day("2026-11-13"), to: day("2026-12-12") });
        assert_eq!(calendar.month_name(10), "Nov–Dec");
        assert_eq!(calendar.year_of(day("2026-09-12")), SchoolYear(2025));
    }

    #[test]
    fn school_years_are_read_and_written() {
        assert_eq!("2026-27".parse(), Ok(SchoolYear(2026)));
        assert_eq!("1999-00".parse(), Ok(SchoolYear(1999)));
        assert_eq!(SchoolYear(1999).key(), "1999-00");
        assert!("2026-28".parse::<SchoolYear>().is_err());
        assert_eq!(Span { from: day("2026-10-05"), to: day("2026-10-11") }.weekdays(), 5);
    }
}
