//! The demo organisation: files that enter through the product's own import, their dates moved to the present.
//!
//! In the files today is Wednesday, 6 October 2021. All dates move by whole weeks, so weekdays stay, and that week becomes the
//! present one; what would lie in the future is left out. The school year's first day moves along, so that what was due soon
//! is due soon.

mod files;
mod personas;

use std::{collections::BTreeSet, sync::LazyLock};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use partnerships::calendar::{CLOSED_SETTING, SchoolYear};
use platform::{
    App,
    app::Persona,
    audit::Actor,
    import::{self, Holds, Kind, Mode, Source},
    settings::Settings,
};

pub(crate) use personas::of as personas;

/// The kinds of files, in the order in which they refer to one another, each with its file.
const FILES: [(&str, &str); 23] = [
    ("framework", files::PACK),
    ("people", "people.csv"),
    ("teams", "teams.csv"),
    ("memberships", "memberships.csv"),
    ("sites", "sites.csv"),
    ("partnerships", "partnerships.csv"),
    ("partnership-staff", "partnership_staff.csv"),
    ("coachees", "coachees.csv"),
    ("visits", "visits.csv"),
    ("tracker", "tracker.csv.gz"),
    ("cycle-templates", files::CYCLE_TEMPLATES),
    ("cycles", "cycles.csv"),
    ("goals", "goals.csv"),
    ("plan-actions", "plan_actions.csv"),
    ("log-entries", "log_entries.csv"),
    ("learnings", "learnings.csv"),
    ("theory-templates", files::THEORY_TEMPLATE),
    ("theories", "theories.csv"),
    ("plan-templates", files::PLAN_TEMPLATE),
    ("plans", "plans.csv"),
    ("close-and-renew-templates", files::CLOSE_AND_RENEW_TEMPLATE),
    ("road-map-templates", files::ROAD_MAP_TEMPLATE),
    ("road-map-entries", "road_map_entries.csv"),
];

/// How far the demo's dates move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Days, a multiple of seven.
    pub days: u64,
    /// By how much the name of a school year grows.
    pub years: i32,
    /// Month and day on which school years begin then.
    pub year_starts: (u32, u32),
}

/// The shift for a demo that is loaded on `today`; none before the week in which the files end.
#[must_use]
pub fn shift_for(today: NaiveDate) -> Shift {
    let told_week = NaiveDate::from_ymd_opt(2021, 10, 4).unwrap_or(today);
    let weeks = u64::try_from((today - told_week).num_days().max(0) / 7).unwrap_or(0);
    let days = weeks * 7;
    let first = NaiveDate::from_ymd_opt(2021, 8, 1).unwrap_or(today) + Days::new(days);
    // A year can't begin on a day that only leap years have.
    let first = if (first.month(), first.day()) == (2, 29) { first + Days::new(1) } else { first };
    Shift { days, years: first.year() - 2021, year_starts: (first.month(), first.day()) }
}

impl Shift {
    fn of_cell(&self, holds: Holds, cell: &str) -> Option<String> {
        match holds {
            Holds::Date => {
                let day: NaiveDate = cell.parse().ok()?;
                Some((day + Days::new(self.days)).to_string())
            }
            Holds::Instant => {
                let instant: DateTime<Utc> = cell.parse().ok()?;
                let moved = instant + TimeDelta::days(i64::try_from(self.days).unwrap_or(0));
                Some(moved.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            }
            Holds::SchoolYear => {
                let year: SchoolYear = cell.parse().ok()?;
                Some(SchoolYear(year.0 + self.years).key())
            }
            Holds::Text | Holds::Number | Holds::List | Holds::Word(_) => None,
        }
    }
}

/// Fills an empty database with the demo organisation, `scale` times over, and answers its people for one-click sign-in.
///
/// # Errors
/// When a file is not taken in; the message names what is wrong.
pub(crate) async fn load(app: &App, scale: usize, say: impl Fn(&str)) -> anyhow::Result<Vec<Persona>> {
    let now = app.clock.now();
    let shift = shift_for(now.date_naive());
    let (month, day) = shift.year_starts;
    let closed = closed_days(shift)?;
    app.db
        .write_alone(async |tx| {
            Settings::set(&**tx, "organisation", "Lanternfield Partners").await?;
            Settings::set(&**tx, CLOSED_SETTING, &closed).await?;
            Settings::set(&**tx, "school_year_starts", &format!("{month:02}-{day:02}")).await
        })
        .await?;
    let actor = Actor::Process("the demo");
    for (kind, file) in FILES {
        let kind = app.house.import_kind(kind).ok_or_else(|| anyhow::anyhow!("no room takes in {kind}"))?;
        let source = source(kind, file, shift, scale, Some(now))?;
        let tally =
            import::take(app, kind, &[source], &actor, Mode::Take).await.map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
        if let Some(refusal) = tally.refused.first() {
            anyhow::bail!("{refusal} ({} such problems)", tally.refused.len());
        }
        say(&format!("  {:<18} {:>7}", kind.name, tally.new));
    }
    personas::make_tokens(app).await?;
    personas::of(app).await
}

/// Fills an app's empty database with the demo organisation, without a word; for tests and measurements.
///
/// # Errors
/// As [`load`].
pub async fn load_demo(app: &App, scale: usize) -> anyhow::Result<()> {
    load(app, scale, |_| {}).await.map(drop)
}

/// The default content pack: the kinds of files that it holds, each with its file.
pub(crate) const PACK: [(&str, &str); 6] = [
    ("framework", files::PACK),
    ("cycle-templates", files::CYCLE_TEMPLATES),
    ("theory-templates", files::THEORY_TEMPLATE),
    ("plan-templates", files::PLAN_TEMPLATE),
    ("close-and-renew-templates", files::CLOSE_AND_RENEW_TEMPLATE),
    ("road-map-templates", files::ROAD_MAP_TEMPLATE),
];

/// A file of the default content pack.
///
/// # Errors
/// When it can't be read, which a test would have shown.
pub(crate) fn pack(kind: &Kind, file: &str) -> anyhow::Result<Source> {
    source(kind, file, shift_for(NaiveDate::MIN), 1, None)
}

/// When the demo's schools are closed, as the setting has it.
fn closed_days(shift: Shift) -> anyhow::Result<String> {
    let bytes = files::read("closed_days.csv").unwrap_or_default();
    let mut lines = String::new();
    for row in csv::Reader::from_reader(&*bytes).deserialize() {
        let (from, to, name): (String, String, String) = row?;
        let moved = |day: &str| shift.of_cell(Holds::Date, day).unwrap_or_else(|| day.to_owned());
        lines.push_str(&format!("{} to {} {name}\n", moved(&from), moved(&to)));
    }
    Ok(lines)
}

fn source(kind: &Kind, file: &str, shift: Shift, scale: usize, now: Option<DateTime<Utc>>) -> anyhow::Result<Source> {
    let bytes = files::read(file).ok_or_else(|| anyhow::anyhow!("{file} is not in this program"))?;
    let mut source = import::read(kind, file, &bytes)
        .map_err(|refused| anyhow::anyhow!(refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    if let Source::Table(table) = &mut source {
        table.rewrite(|holds, cell| shift.of_cell(holds, cell));
        if let Some(now) = now {
            table.keep(|column, cell| !lies_ahead(column, cell, now));
        }
        if kind.name != "teams" {
            table.multiply(scale, renamed);
        }
    }
    Ok(source)
}

/// Whether a cell says that its row has not happened yet: visits and entries of the rest of this week.
fn lies_ahead(column: &str, cell: &str, now: DateTime<Utc>) -> bool {
    match column {
        "entered_at" => cell.parse::<DateTime<Utc>>().is_ok_and(|at| at > now),
        "date" | "logged_on" | "written_on" => cell.parse::<NaiveDate>().is_ok_and(|day| day > now.date_naive()),
        _ => false,
    }
}

/// A cell of the `copy`th copy of a row: what names a person, a site, a partnership, a visit or an entry gets the number.
fn renamed(column: &str, cell: &str, copy: usize) -> Option<String> {
    let number = |text: &str| match text.split_once('@') {
        Some((name, host)) => format!("{name}+{copy}@{host}"),
        None => format!("{text}-{copy}"),
    };
    Some(match column {
        _ if cell.is_empty() => String::new(),
        "person" | "supervisor" | "coach" | "coachee" | "author" | "agreed_by" | "site" | "district" | "partnership"
        | "network" | "visit" | "entry" => number(cell),
        // In the tracker's file a cycle is a number.
        "cycle" | "plan" | "carried_from" | "goal" | "action" | "learning" if cell.parse::<i32>().is_err() => number(cell),
        // Teams are not copied, so theirs is one more cycle of the same team.
        "owner" if !is_team(cell) => number(cell),
        "members" => cell.split(';').map(number).collect::<Vec<_>>().join(";"),
        "name" => format!("{cell} {copy}"),
        "persona" => String::new(),
        _ => cell.to_owned(),
    })
}

/// Whether an owner of cycles is one of the teams.
fn is_team(slug: &str) -> bool {
    static TEAMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let bytes = files::read("teams.csv").unwrap_or_default();
        let mut rows = csv::Reader::from_reader(&*bytes);
        rows.records().flatten().filter_map(|row| row.get(0).map(str::to_owned)).collect()
    });
    TEAMS.contains(slug)
}

#[cfg(test)]
mod tests {
    use partnerships::calendar::Calendar;

    use super::*;

    fn keeps_its_place(shift: Shift, day: NaiveDate) -> bool {
        let moved = day + Days::new(shift.days);
        let calendar = Calendar { starts: shift.year_starts, first_month: 8 };
        calendar.year_of(moved).0 == Calendar::default().year_of(day).0 + shift.years
    }

    #[test]
    fn weekdays_stay_and_the_week_is_the_present_one() {
        let mut today: NaiveDate = "2024-01-01".parse().expect("a date");
        for _ in 0..1500 {
            let told = NaiveDate::from_ymd_opt(2021, 10, 6).expect("a date") + Days::new(shift_for(today).days);
            assert_eq!(told.weekday(), chrono::Weekday::Wed);
            assert_eq!(told.iso_week(), today.iso_week(), "{today}: {told}");
            today = today + Days::new(1);
        }
    }

    #[test]
    fn what_lies_ahead_is_left_out() {
        let now = "2026-11-24T10:00:00Z".parse().expect("an instant");
        assert!(lies_ahead("entered_at", "2026-11-24T10:00:01Z", now));
        assert!(!lies_ahead("entered_at", "2026-11-24T10:00:00Z", now));
        assert!(lies_ahead("date", "2026-11-25", now));
        assert!(!lies_ahead("date", "2026-11-24", now));
        assert!(!lies_ahead("to", "2030-01-01", now), "a membership may end later");
    }

    #[test]
    fn school_years_stay_with_their_days() {
        for today in ["2026-11-24", "2027-03-20", "2028-02-29", "2030-07-31"] {
            let shift = shift_for(today.parse().expect("a date"));
            for day in ["2021-10-06", "2021-09-01", "2021-06-30", "2020-10-06", "2020-03-16", "2019-09-03"] {
                assert!(keeps_its_place(shift, day.parse().expect("a date")), "{today}: {day} {shift:?}");
            }
        }
    }

    #[test]
    fn cells_move_by_what_they_hold() {
        let shift = shift_for("2026-11-24".parse().expect("a date"));
        assert_eq!(shift, Shift { days: 1876, years: 5, year_starts: (9, 20) });
        assert_eq!(shift.of_cell(Holds::Date, "2021-10-06").as_deref(), Some("2026-11-25"));
        assert_eq!(shift.of_cell(Holds::Instant, "2021-10-06T08:30:00Z").as_deref(), Some("2026-11-25T08:30:00Z"));
        assert_eq!(shift.of_cell(Holds::SchoolYear, "2021-22").as_deref(), Some("2026-27"));
        assert_eq!(shift.of_cell(Holds::Text, "2021-10-06"), None);
    }

    #[test]
    fn copies_get_their_number_where_it_names_something() {
        assert_eq!(renamed("person", "amara.osei@example.org", 3).as_deref(), Some("amara.osei+3@example.org"));
        assert_eq!(renamed("site", "linden-grove", 3).as_deref(), Some("linden-grove-3"));
        assert_eq!(renamed("supervisor", "", 3).as_deref(), Some(""));
        assert_eq!(renamed("team", "lakes", 3).as_deref(), Some("lakes"));
        assert_eq!(renamed("owner", "lakes", 3).as_deref(), Some("lakes"));
        assert_eq!(renamed("owner", "linden-grove", 3).as_deref(), Some("linden-grove-3"));
        assert_eq!(renamed("cycle", "2", 3).as_deref(), Some("2"), "a number of a cycle in the tracker");
        assert_eq!(renamed("cycle", "linden-grove.20.c1", 3).as_deref(), Some("linden-grove.20.c1-3"));
        assert_eq!(renamed("members", "a@example.org;b@example.org", 2).as_deref(), Some("a+2@example.org;b+2@example.org"));
    }
}
