//! What cells say, in the one way in which our columns expect it.

use calamine::Data;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use crate::Holds;

/// Which comes first where a day is written in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOrder {
    /// 10/04/21 is the 4th of October.
    MonthFirst,
    /// 10/04/21 is the 10th of April.
    DayFirst,
}

/// A workbook's cell as text.
pub(crate) fn of_cell(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        // Only days that a person can have meant: the arithmetic of serial numbers fails far out.
        Data::DateTime(moment) if moment.is_datetime() && (0.0..2_958_466.0).contains(&moment.as_f64()) => {
            moment.as_datetime().map_or_else(|| moment.as_f64().to_string(), of_moment)
        }
        Data::DateTime(moment) => moment.as_f64().to_string(),
    }
}

fn of_moment(at: NaiveDateTime) -> String {
    // Serial numbers are fractions of a day: a second is as fine as they can be trusted.
    let at = at + chrono::TimeDelta::milliseconds(if at.nanosecond() >= 500_000_000 { 500 } else { 0 });
    if at.time().num_seconds_from_midnight() == 0 { at.date().to_string() } else { at.format("%Y-%m-%dT%H:%M:%SZ").to_string() }
}

/// A cell in the form that its column expects; `None` when it is so already, or can't be told.
pub(crate) fn settled(holds: Holds, cell: &str, order: Option<DayOrder>) -> Option<String> {
    match holds {
        Holds::Date if cell.parse::<NaiveDate>().is_err() => day(cell, order).map(|day| day.to_string()),
        Holds::Instant if cell.parse::<DateTime<Utc>>().is_err() => {
            let day = cell.parse().ok().or_else(|| day(cell, order))?;
            // Noon lies on that day almost everywhere.
            let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
            Some(format!("{}Z", day.and_time(noon).format("%Y-%m-%dT%H:%M:%S")))
        }
        Holds::SchoolYear => school_year(cell),
        Holds::Date | Holds::Instant | Holds::Text | Holds::Number | Holds::List | Holds::Word(_) => None,
    }
}

fn day(cell: &str, order: Option<DayOrder>) -> Option<NaiveDate> {
    // A workbook's moment where a day is expected.
    if let Some((date, time)) = cell.split_once('T')
        && time.ends_with('Z')
    {
        return date.parse().ok();
    }
    if let Some((first, second, year)) = figures(cell) {
        let (month, day) = match order? {
            DayOrder::MonthFirst => (first, second),
            DayOrder::DayFirst => (second, first),
        };
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    let cell = cell.replace(',', "");
    ["%Y/%m/%d", "%d %B %Y", "%B %d %Y", "%d-%b-%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(&cell, form).ok().filter(|day| (1900..=2200).contains(&day.year())))
}

/// `10/04/21`, `10.4.2021`: three figures, the year last.
fn figures(cell: &str) -> Option<(u32, u32, i32)> {
    let mark = cell.chars().find(|letter| matches!(letter, '/' | '.' | '-'))?;
    let parts: Vec<&str> = cell.split(mark).map(str::trim).collect();
    let [first, second, year] = parts.as_slice() else { return None };
    let short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !short(first) || !short(second) || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i32 = match year.len() {
        2 => year.parse::<i32>().ok()? + 2000,
        4 => year.parse().ok()?,
        _ => return None,
    };
    Some((first.parse().ok()?, second.parse().ok()?, year))
}

/// In which orders a day in figures makes sense: month first, day first. `None` when it is not in figures.
pub(crate) fn orders(cell: &str) -> Option<(bool, bool)> {
    let (first, second, year) = figures(cell)?;
    Some((NaiveDate::from_ymd_opt(year, first, second).is_some(), NaiveDate::from_ymd_opt(year, second, first).is_some()))
}

/// `2026/27`, `2026–2027` as `2026-27`.
fn school_year(cell: &str) -> Option<String> {
    let (first, second) = cell.split_once(['/', '–', '-'])?;
    let (first, second) = (first.trim(), second.trim());
    let is_year = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_year(first, 4) {
        return None;
    }
    let end = if is_year(second, 2) {
        second
    } else if is_year(second, 4) {
        &second[2..]
    } else {
        return None;
    };
    let settled = format!("{first}-{end}");
    (settled != cell).then_some(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let month_first = Some(DayOrder::MonthFirst);
        let read = |cell: &str, order| settled(Holds::Date, cell, order);
        assert_eq!(read("10/04/21", month_first).as_deref(), Some("2021-10-04"));
        assert_eq!(read("10/04/21", Some(DayOrder::DayFirst)).as_deref(), Some("2021-04-10"));
        assert_eq!(read("10/04/21", None), None, "nobody said which comes first");
        assert_eq!(read("4 October 2021", None).as_deref(), Some("2021-10-04"));
        assert_eq!(read("October 4, 2021", None).as_deref(), Some("2021-10-04"));
        assert_eq!(read("31/02/2021", Some(DayOrder::DayFirst)), None);
        assert_eq!(read("2021-10-04", None), None, "it is so already");
        assert_eq!(settled(Holds::Instant, "2021-10-04", None).as_deref(), Some("2021-10-04T12:00:00Z"));
        assert_eq!(settled(Holds::SchoolYear, "2021–2022", None).as_deref(), Some("2021-22"));
        assert_eq!(settled(Holds::SchoolYear, "2021-22", None), None);
    }
}
