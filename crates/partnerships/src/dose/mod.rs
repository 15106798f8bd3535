//! Dose: the days that were agreed with a partnership, beside the days that its visits add up to.
//!
//! Planned counts whole weeks of Monday to Friday, from the first day of the school year (or of the work there) to today
//! (or to the closing), without the days on which schools are closed. While nobody wrote those down planned is rather too
//! high, and a share rather too low. Delivered counts the hours of visits, a day being [`HOURS_A_DAY`] of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{Datelike, Days, Months, NaiveDate};
use platform::{
    Cx, Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, placeholders},
};

use crate::{
    PartnershipId,
    calendar::{Calendar, ClosedDays, SchoolYear, Span},
    partnerships::{OfEverybody, of_everybody},
};

/// How many hours of visits make a day: a school's day of lessons with the meetings before and after it. Doses are agreed
/// in days and visits are logged in hours, so one figure must join them.
pub const HOURS_A_DAY: f64 = 7.0;

/// What was planned and what was delivered over the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dose {
    /// Days that were agreed.
    pub planned_days: f64,
    /// Days that visits add up to.
    pub delivered_days: f64,
    /// How many visits there were.
    pub visits: i64,
}

impl Dose {
    /// Delivered as a share of planned; `None` while nothing was planned.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.planned_days > 0.0).then(|| self.delivered_days / self.planned_days)
    }

    /// Both together, for the sum over several partnerships.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            planned_days: self.planned_days + other.planned_days,
            delivered_days: self.delivered_days + other.delivered_days,
            visits: self.visits + other.visits,
        }
    }
}

/// The days of a school year, up to today, on which the agreed dose is owed; `None` when there are none.
#[must_use]
pub fn owed(
    calendar: &Calendar,
    year: SchoolYear,
    today: NaiveDate,
    started_on: NaiveDate,
    closed_on: Option<NaiveDate>,
) -> Option<Span> {
    let whole = calendar.span(year);
    let from = whole.from.max(started_on);
    let to = whole.to.min(today).min(closed_on.unwrap_or(today));
    (from <= to).then_some(Span { from, to })
}

/// The days that a dose asks for over a time: whole weeks and fifths of one.
#[must_use]
pub fn planned_days(days_per_week: f64, over: Option<Span>, closed: &ClosedDays) -> f64 {
    over.map_or(0.0, |span| days_of_weeks(days_per_week, closed.open_weekdays(span)))
}

fn days_of_weeks(days_per_week: f64, weekdays: i32) -> f64 {
    days_per_week * f64::from(weekdays) / 5.0
}

/// The days that hours of visits add up to.
#[must_use]
pub fn delivered_days(hours: f64) -> f64 {
    // A sum over no visits is a negative zero, and would be shown as one.
    hours / HOURS_A_DAY + 0.0
}

/// The dose of one calendar month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthDose {
    /// The month's first day.
    pub month: NaiveDate,
    /// Days that were agreed in what has passed of it.
    pub planned_days: f64,
    /// Days that its visits add up to.
    pub delivered_days: f64,
}

/// The dose month by month, from the first month in which something is owed or was delivered to the last. `visits` are days
/// with their hours.
#[must_use]
pub fn by_month(days_per_week: f64, over: Option<Span>, closed: &ClosedDays, visits: &[(NaiveDate, f64)]) -> Vec<MonthDose> {
    let starts = over.iter().map(|span| span.from).chain(visits.iter().map(|(day, _)| *day));
    let ends = over.iter().map(|span| span.to).chain(visits.iter().map(|(day, _)| *day));
    let (Some(first), Some(last)) = (starts.min(), ends.max()) else { return Vec::new() };
    let mut months = Vec::new();
    let mut month = first.with_day(1).unwrap_or(first);
    while month <= last {
        let next = month + Months::new(1);
        let end = next - Days::new(1);
        let part = over.and_then(|span| {
            let part = Span { from: span.from.max(month), to: span.to.min(end) };
            (part.from <= part.to).then_some(part)
        });
        let hours: f64 = visits.iter().filter(|(day, _)| month <= *day && *day <= end).map(|(_, hours)| hours).sum();
        let planned_days = planned_days(days_per_week, part, closed);
        months.push(MonthDose { month, planned_days, delivered_days: delivered_days(hours) });
        month = next;
    }
    months
}

#[derive(FromQueryResult)]
struct DoseRow {
    id: PartnershipId,
    started_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    planned_days_per_week: f64,
    hours: f64,
    visits: i64,
}

/// The doses of all partnerships in the present school year, up to today. Only those that changed since somebody last asked are
/// read.
///
/// # Errors
/// The database's own.
pub async fn everybodys(cx: &Cx) -> Result<Arc<OfEverybody<Dose>>, Error> {
    let (calendar, closed, today) = (Calendar::of(&cx.settings), ClosedDays::of(&cx.settings), cx.today());
    of_everybody(cx, today.to_string(), |which| async move {
        Ok(read(cx.db().read(), &calendar, &closed, calendar.year_of(today), today, which.as_deref()).await?)
    })
    .await
}

/// The dose of these partnerships in a school year, up to today; one query.
///
/// # Errors
/// The database's own.
pub async fn of(
    on: &impl ConnectionTrait,
    calendar: &Calendar,
    closed: &ClosedDays,
    year: SchoolYear,
    today: NaiveDate,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, Dose>, DbErr> {
    read(on, calendar, closed, year, today, Some(partnerships)).await
}

/// As [`of`]; `None` are all partnerships.
async fn read(
    on: &impl ConnectionTrait,
    calendar: &Calendar,
    closed: &ClosedDays,
    year: SchoolYear,
    today: NaiveDate,
    partnerships: Option<&[PartnershipId]>,
) -> Result<BTreeMap<PartnershipId, Dose>, DbErr> {
    let span = calendar.span(year);
    let named = partnerships.map(|named| format!("where p.id in ({})", placeholders(3, named.len()))).unwrap_or_default();
    let sql = format!(
        "select p.id, p.started_on, p.closed_on, p.planned_days_per_week,
           cast(coalesce(sum(v.hours), 0) as double precision) as hours, count(v.on_day) as visits
         from partnership p
         left join visit v on v.partnership_id = p.id and v.removed_at is null and v.on_day >= $1 and v.on_day <= $2
         {named}
         group by p.id, p.started_on, p.closed_on, p.planned_days_per_week"
    );
    let mut params: db::Params = vec![span.from.into(), span.to.min(today).into()];
    params.extend(partnerships.into_iter().flatten().map(|id| (*id).into()));
    let rows = db::rows::<DoseRow>(on, &sql, params).await?;
    // Most are owed over the same days, which are counted once.
    let mut weekdays: HashMap<Span, i32> = HashMap::new();
    Ok(rows
        .into_iter()
        .map(|row| {
            let over = owed(calendar, year, today, row.started_on, row.closed_on);
            let open = over.map_or(0, |span| *weekdays.entry(span).or_insert_with(|| closed.open_weekdays(span)));
            let dose = Dose {
                planned_days: days_of_weeks(row.planned_days_per_week, open),
                delivered_days: delivered_days(row.hours),
                visits: row.visits,
            };
            (row.id, dose)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    const YEAR: SchoolYear = SchoolYear(2021);

    #[test]
    fn planned_days_are_weeks_times_the_dose() {
        let calendar = Calendar::default();
        // 2 August to 8 October 2021 is ten weeks of Monday to Friday; the year begins on Sunday, 1 August.
        let over = owed(&calendar, YEAR, day("2021-10-08"), day("2019-08-20"), None);
        assert_eq!(over, Some(Span { from: day("2021-08-01"), to: day("2021-10-08") }));
        assert!((planned_days(3.5, over, &ClosedDays::default()) - 35.0).abs() < 1e-9, "3.5 days a week x 50 weekdays / 5 = 35");
        // On Wednesday, 6 October, 48 weekdays have begun: 3.5 x 48 / 5 = 33.6.
        let over = owed(&calendar, YEAR, day("2021-10-06"), day("2019-08-20"), None);
        assert!((planned_days(3.5, over, &ClosedDays::default()) - 33.6).abs() < 1e-9);
        // Schools open on Monday, 30 August: 28 weekdays until then begin, 3.5 x 28 / 5 = 19.6.
        let closed = ClosedDays::read("2021-06-14 to 2021-08-29 Summer").expect("a line");
        assert!((planned_days(3.5, over, &closed) - 19.6).abs() < 1e-9);
    }

    #[test]
    fn work_that_begins_or_closes_within_the_year_owes_less() {
        let calendar = Calendar::default();
        // From Monday, 20 September, to Friday, 1 October: two weeks.
        let over = owed(&calendar, YEAR, day("2021-10-06"), day("2021-09-20"), Some(day("2021-10-01")));
        assert!((planned_days(1.5, over, &ClosedDays::default()) - 3.0).abs() < 1e-9, "1.5 x 10 / 5 = 3");
        assert_eq!(owed(&calendar, YEAR, day("2021-10-06"), day("2019-08-20"), Some(day("2021-06-30"))), None, "closed before");
        assert_eq!(owed(&calendar, YEAR, day("2021-10-06"), day("2021-11-01"), None), None, "not begun");
        assert!(planned_days(3.5, None, &ClosedDays::default()).abs() < 1e-9);
    }

    #[test]
    fn seven_hours_are_a_day() {
        assert!((delivered_days(24.5) - 3.5).abs() < 1e-9, "24.5 / 7 = 3.5");
        let dose = Dose { planned_days: 7.0, delivered_days: delivered_days(24.5), visits: 4 };
        assert_eq!(dose.share(), Some(0.5));
        assert_eq!(Dose::default().share(), None);
    }

    #[test]
    fn months_share_out_the_dose() {
        let over = Some(Span { from: day("2021-08-16"), to: day("2021-10-06") });
        let visits = [(day("2021-08-17"), 7.0), (day("2021-09-01"), 3.5), (day("2021-09-30"), 7.0)];
        let months = by_month(2.5, over, &ClosedDays::default(), &visits);
        let planned: Vec<f64> = months.iter().map(|month| month.planned_days).collect();
        // August from the 16th: 12 weekdays x 2.5 / 5; September: 22; October to the 6th: 4.
        assert_eq!(planned, [6.0, 11.0, 2.0]);
        let delivered: Vec<f64> = months.iter().map(|month| month.delivered_days).collect();
        assert_eq!(delivered, [1.0, 1.5, 0.0]);
        assert_eq!(by_month(2.5, None, &ClosedDays::default(), &[]), []);
    }
}
