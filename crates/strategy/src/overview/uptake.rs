//! How far practices have taken hold, counted in partnerships.
//!
//! A partnership counts once for each practice: by the newest of the practice's windows that has opened by the day. So a
//! window that is still open counts as it stands today, and one that has not opened counts for nothing yet. Where the
//! practice is not applicable the partnership is left out of the base.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    PracticeId,
    frameworks::Framework,
    tracker::{
        Cell, Status, WELL_FROM,
        on_track::{Cells, Facts, Schedule, Window},
    },
};

/// The newest opened window of each practice, in the order of the practices; `cycle` looks at one cycle alone.
pub(crate) fn newest<'a>(schedule: &Schedule<'a>, facts: Facts<'_>, cycle: Option<i32>, day: NaiveDate) -> Vec<Window<'a>> {
    let mut newest: Vec<Window<'a>> = Vec::new();
    let opened =
        schedule.windows(facts).filter(|window| window.span.from <= day && cycle.is_none_or(|cycle| cycle == window.cycle));
    for window in opened {
        match newest.last_mut() {
            Some(last) if last.practice.id == window.practice.id => {
                if window.span.from >= last.span.from {
                    *last = window;
                }
            }
            _ => newest.push(window),
        }
    }
    newest
}

/// Partnerships by where one practice stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uptake {
    /// Partnerships in which it has come up and applies.
    pub of: i32,
    /// Those where it is enacted.
    pub enacted: i32,
    /// Those where it is under way.
    pub under_way: i32,
    /// Partnerships where it has no place, for a reason; not among the others.
    pub not_applicable: i32,
    /// Those where it is enacted, by the level of quality that somebody gave.
    pub levels: BTreeMap<i32, i32>,
}

impl Uptake {
    /// Counts one partnership.
    pub(crate) fn add(&mut self, framework: &Framework, cell: Option<Cell>) {
        match cell {
            Some(Cell { status: Status::NotApplicable, .. }) => {
                self.not_applicable += 1;
                return;
            }
            Some(cell) if cell.status.counts_as_enacted(framework) => {
                self.enacted += 1;
                if let Some(level) = cell.quality {
                    *self.levels.entry(level).or_default() += 1;
                }
            }
            Some(Cell { status: Status::UnderWay, .. }) => self.under_way += 1,
            Some(_) | None => {}
        }
        self.of += 1;
    }

    /// Both together.
    pub(crate) fn and(&mut self, other: &Self) {
        self.of += other.of;
        self.enacted += other.enacted;
        self.under_way += other.under_way;
        self.not_applicable += other.not_applicable;
        for (level, count) in &other.levels {
            *self.levels.entry(*level).or_default() += count;
        }
    }

    /// The share that is enacted, from 0 to 1.
    pub(crate) fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.enacted) / f64::from(self.of))
    }

    /// The share as people read it: `38%`.
    pub(crate) fn percent(&self) -> String {
        self.share().map(|share| format!("{:.0}%", (share * 100.0).round())).unwrap_or_default()
    }

    /// `3 of 8`.
    pub(crate) fn counts(&self) -> String {
        format!("{} of {}", self.enacted, self.of)
    }

    /// How strongly a cell of the heat map is filled, 0 to 5.
    pub(crate) fn heat(&self) -> u8 {
        let share = self.share().unwrap_or_default();
        [0.1, 0.3, 0.45, 0.65, 0.85].iter().fold(0, |level, from| level + u8::from(share >= *from))
    }

    /// Those where it is enacted well.
    pub(crate) fn well(&self) -> i32 {
        self.levels.range(WELL_FROM..).map(|(_, count)| count).sum()
    }
}

/// What one partnership's cells say about each practice that has come up there.
pub(crate) fn of_partnership<'a>(
    schedule: &Schedule<'a>,
    facts: Facts<'_>,
    cycle: Option<i32>,
    day: NaiveDate,
    cells: &Cells,
) -> Vec<(PracticeId, Window<'a>, Option<Cell>)> {
    newest(schedule, facts, cycle, day)
        .into_iter()
        .map(|window| (window.practice.id, window, cells.get(&(window.practice.id, window.cycle)).copied()))
        .collect()
}

/// In a group of fewer, one partnership moves a share by three points or more.
const SMALL: i32 = 34;

/// A sentence on how far small groups let anybody go.
pub(crate) fn how_sure<'a>(groups: impl Iterator<Item = &'a Uptake>) -> String {
    let bases: Vec<i32> = groups.map(|group| group.of).filter(|of| *of > 0).collect();
    let (Some(least), Some(most)) = (bases.iter().min(), bases.iter().max()) else { return String::new() };
    let points = |base: i32| (100.0 / f64::from(base)).round();
    let (low, high) = (points(*most), points(*least));
    if *least < SMALL {
        let by = if low == high { format!("{high}") } else { format!("{low} to {high}") };
        return format!("Groups are small: one partnership moves a share by {by} points.");
    }
    format!("The smallest group holds {least} partnerships, so one of them moves a share by less than 3 points.")
}

#[cfg(test)]
mod tests {
    use partnerships::calendar::{Calendar, SchoolYear};

    use super::*;
    use crate::frameworks::sample::default_framework;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn cell(status: Status, quality: Option<i32>) -> Option<Cell> {
        Some(Cell { status, quality })
    }

    #[test]
    fn the_newest_opened_window_counts() {
        let (framework, calendar) = (default_framework(), Calendar::default());
        let facts =
            Facts { model_id: "intensive", first_school_year: SchoolYear(2019), started_on: day("2019-08-20"), closed_on: None };
        let cycle_of = |code: &str, cycle: Option<i32>, on: &str| {
            newest(&Schedule::of(&framework, &calendar, SchoolYear(2021)), facts, cycle, day(on))
                .into_iter()
                .find(|window| window.practice.code == code)
                .map(|window| window.cycle)
        };
        // 1.2.4 is due in October and November, January and February, March and April.
        assert_eq!(cycle_of("1.2.4", None, "2021-09-30"), None);
        assert_eq!(cycle_of("1.2.4", None, "2021-10-01"), Some(1));
        assert_eq!(cycle_of("1.2.4", None, "2022-02-01"), Some(2));
        assert_eq!(cycle_of("1.2.4", Some(1), "2022-02-01"), Some(1));
        // 1.1.5 is for first years alone, 1.2.5 for networks alone.
        assert_eq!(cycle_of("1.1.5", None, "2022-06-01"), None);
        assert_eq!(cycle_of("1.2.5", None, "2022-06-01"), None);
    }

    #[test]
    fn not_applicable_counts_neither_way() {
        let framework = default_framework();
        let mut uptake = Uptake::default();
        for one in [
            cell(Status::Enacted, Some(3)),
            cell(Status::Enacted, None),
            cell(Status::UnderWay, None),
            cell(Status::NotStarted, None),
            cell(Status::NotApplicable, None),
            None,
        ] {
            uptake.add(&framework, one);
        }
        assert_eq!((uptake.of, uptake.enacted, uptake.under_way, uptake.not_applicable, uptake.well()), (5, 2, 1, 1, 1));
        assert_eq!((uptake.percent().as_str(), uptake.counts().as_str(), uptake.heat()), ("40%", "2 of 5", 2));
        assert_eq!(Uptake::default().percent(), "");
    }

    #[test]
    fn small_groups_are_called_small() {
        let of = |of: i32| Uptake { of, ..Uptake::default() };
        assert_eq!(how_sure([of(8), of(4)].iter()), "Groups are small: one partnership moves a share by 13 to 25 points.");
        assert_eq!(how_sure([of(5), of(0)].iter()), "Groups are small: one partnership moves a share by 20 points.");
        assert_eq!(how_sure([of(0)].iter()), "");
        assert!(how_sure([of(40), of(90)].iter()).contains("less than 3 points"));
    }
}
