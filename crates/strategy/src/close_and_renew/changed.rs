//! What changed in a school year, worked out from what was recorded. Pure.

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::Partnership,
};

use super::store::{Aimed, Entry, Learned};
use crate::{
    frameworks::{Framework, sameness},
    tracker::{
        Cell, Status,
        on_track::{Assessment, Cells, Facts, Schedule},
        rules::cycle_span,
    },
};

/// A practice that stands elsewhere at the end than at the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    pub code: String,
    pub title: String,
    pub vip: bool,
    pub before: Option<Cell>,
    pub after: Option<Cell>,
}

/// What became of the practices that apply in the year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Practices {
    /// How many there are, without those that don't apply.
    pub all: usize,
    /// How many were enacted at the beginning.
    pub enacted_before: usize,
    /// How many are enacted at the end.
    pub enacted_after: usize,
    pub grew: Vec<Moved>,
    pub fell: Vec<Moved>,
    pub not_applicable: usize,
}

impl Practices {
    /// How many stand where they stood.
    pub(super) fn stayed(&self) -> usize {
        self.all - self.grew.len() - self.fell.len()
    }
}

/// What the tracker says about a year.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    /// The day that the beginning is measured on: the last one of the first cycle.
    pub beginning: NaiveDate,
    /// The day that the end is measured on: the last one of the year, or today.
    pub end: NaiveDate,
    pub on_track_before: Assessment,
    pub on_track_after: Assessment,
    pub practices: Practices,
}

/// What the tracker showed at the end of a day.
fn cells_on(entries: &[Entry], day: NaiveDate) -> Cells {
    let sameness = sameness();
    let mut cells = Cells::new();
    for entry in entries.iter().filter(|entry| entry.entered_on <= day) {
        cells.extend(sameness.ids(entry.practice).into_iter().map(|practice| ((practice, entry.cycle), entry.cell)));
    }
    cells
}

/// How far a practice has come: what was said last about its latest cycle counts.
fn rank(cell: Option<Cell>) -> i32 {
    match cell.map(|cell| cell.status) {
        None | Some(Status::NotStarted | Status::NotApplicable) => 0,
        Some(Status::UnderWay) => 1,
        Some(Status::Enacted) => 2,
    }
}

fn practices(framework: &Framework, facts: Facts<'_>, year: SchoolYear, before: &Cells, after: &Cells) -> Practices {
    let mut found = Practices::default();
    for practice in framework.practices.iter().filter(|one| one.applies(facts.model_id, facts.first_school_year, year)) {
        let mut cycles: Vec<i32> = practice.due.iter().map(|due| due.cycle).collect();
        cycles.sort_unstable_by(|one, other| other.cmp(one));
        let latest = |cells: &Cells| cycles.iter().find_map(|cycle| cells.get(&(practice.id, *cycle)).copied());
        let (was, is) = (latest(before), latest(after));
        if is.is_some_and(|cell| cell.status == Status::NotApplicable) {
            found.not_applicable += 1;
            continue;
        }
        found.all += 1;
        found.enacted_before += usize::from(rank(was) == 2);
        found.enacted_after += usize::from(rank(is) == 2);
        // Where both were enacted, how well says which way it went, if both times somebody said so.
        let quality = |cell: Option<Cell>| cell.and_then(|cell| cell.quality);
        let step = match (rank(is) - rank(was), quality(was), quality(is)) {
            (0, Some(was), Some(is)) => is - was,
            (step, ..) => step,
        };
        let moved =
            || Moved { code: practice.code.clone(), title: practice.title.clone(), vip: practice.vip, before: was, after: is };
        match step {
            1.. => found.grew.push(moved()),
            0 => {}
            _ => found.fell.push(moved()),
        }
    }
    found
}

/// What the tracker says; nothing before the year's first cycle is over, since there is no beginning to compare with yet.
pub(super) fn tracked(
    framework: &Framework,
    calendar: &Calendar,
    partnership: &Partnership,
    year: SchoolYear,
    entries: &[Entry],
    today: NaiveDate,
) -> Option<Tracked> {
    let first = framework.cycles.iter().min_by_key(|cycle| cycle.number)?;
    let beginning = cycle_span(calendar, first, year).to.max(partnership.started_on);
    let last = calendar.span(year).to;
    let end = partnership.closed_on.map_or(last, |closed| closed.min(last)).min(today);
    if end <= beginning {
        return None;
    }
    let facts = Facts::from(partnership);
    let schedule = Schedule::of(framework, calendar, year);
    let (before, after) = (cells_on(entries, beginning), cells_on(entries, end));
    // A window counts from the day after its last one.
    let assess = |cells: &Cells, day: NaiveDate| schedule.assess(facts, cells, day.succ_opt().unwrap_or(day));
    Some(Tracked {
        on_track_before: assess(&before, beginning),
        on_track_after: assess(&after, end),
        practices: practices(framework, facts, year, &before, &after),
        beginning,
        end,
    })
}

/// What came of the year's goals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Goals {
    pub all: usize,
    pub met: usize,
    pub partly: usize,
    pub not_met: usize,
    pub not_measured: usize,
    /// Those that nobody has looked at yet.
    pub open: usize,
    pub keep: usize,
    pub adapt: usize,
    pub drop: usize,
}

/// Counts the goals by what came of them and by what was decided.
pub(super) fn goals(aimed: &[Aimed]) -> Goals {
    let met = |met: &str| aimed.iter().filter(|goal| goal.met == met).count();
    let decided = |decision: &str| aimed.iter().filter(|goal| goal.decision == decision).count();
    Goals {
        all: aimed.len(),
        met: met("yes"),
        partly: met("partly"),
        not_met: met("no"),
        not_measured: met("not_measured"),
        open: met(""),
        keep: decided("keep"),
        adapt: decided("adapt"),
        drop: decided("drop"),
    }
}

/// How many things were learned of each kind, in the order of [`crate::cycles::LEARNINGS`], without kinds that have none.
pub(super) fn learned(learnings: &[Learned]) -> Vec<(&'static str, usize)> {
    let count = |kind: &str| learnings.iter().filter(|learning| learning.kind == kind).count();
    let kinds = crate::cycles::LEARNINGS.into_iter().map(|(kind, words)| (words, count(kind)));
    kinds.filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use partnerships::{PartnershipId, SiteId};
    use platform::db::TeamId;
    use uuid::Uuid;

    use super::*;
    use crate::frameworks::sample::default_framework;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// A partnership of the practice network, whose model has 31 practices with 65 windows a year.
    fn partnership() -> Partnership {
        Partnership {
            id: PartnershipId(Uuid::nil()),
            slug: "cedar".to_owned(),
            site_id: SiteId(Uuid::nil()),
            site_slug: "cedar".to_owned(),
            name: "Cedar".to_owned(),
            region: String::new(),
            model_id: "practice-network".to_owned(),
            model_name: String::new(),
            network: None,
            team_id: TeamId(Uuid::nil()),
            team_name: String::new(),
            supervisor_id: None,
            first_school_year: 2019,
            started_on: day("2019-08-20"),
            status: "active".to_owned(),
            closed_on: None,
            planned_days_per_week: 0.25,
            story: String::new(),
            version: 1,
            staff: Vec::new(),
        }
    }

    fn said(framework: &Framework, code: &str, cycle: i32, on: &str, status: Status, quality: Option<i32>) -> Entry {
        let practice = framework.practice(code).expect("a practice").id;
        Entry { practice, cycle, cell: Cell { status, quality }, entered_on: day(on) }
    }

    #[test]
    fn a_year_is_compared_with_the_end_of_its_first_cycle() {
        use Status::{Enacted, NotApplicable, UnderWay};
        let framework = default_framework();
        let entries = [
            said(&framework, "2.1.3", 1, "2020-09-15", Enacted, Some(2)),
            said(&framework, "1.1.1", 1, "2020-10-01", UnderWay, None),
            said(&framework, "1.1.1", 1, "2020-11-10", Enacted, Some(3)),
            said(&framework, "1.3.1", 1, "2020-11-30", Enacted, Some(3)),
            said(&framework, "3.2.4", 1, "2020-11-30", UnderWay, None),
            said(&framework, "3.2.4", 1, "2020-12-01", Enacted, None),
            said(&framework, "1.1.2", 1, "2021-01-15", Enacted, None),
            said(&framework, "1.1.4", 1, "2021-02-01", NotApplicable, None),
            said(&framework, "2.1.3", 3, "2021-03-20", Enacted, Some(4)),
            said(&framework, "1.3.1", 3, "2021-05-20", UnderWay, None),
            // What is said after the year's last day belongs to no end of it.
            said(&framework, "1.1.3", 1, "2021-08-02", Enacted, None),
        ];
        let (calendar, year) = (Calendar::default(), SchoolYear(2020));
        let at = |today: &str| tracked(&framework, &calendar, &partnership(), year, &entries, day(today));
        assert!(at("2020-11-30").is_none(), "there is nothing to compare before the first cycle is over");
        let found = at("2021-09-01").expect("a year that is over");
        assert_eq!((found.beginning, found.end), (day("2020-11-30"), day("2021-07-31")));
        let codes = |moved: &[Moved]| moved.iter().map(|one| one.code.clone()).collect::<Vec<_>>();
        let practices = &found.practices;
        assert_eq!(codes(&practices.grew), ["1.1.2", "2.1.3", "3.2.4"]);
        assert_eq!(codes(&practices.fell), ["1.3.1"]);
        assert_eq!((practices.all, practices.not_applicable, practices.stayed()), (30, 1, 26));
        assert_eq!((practices.enacted_before, practices.enacted_after), (3, 4));
        let count = |assessment: &Assessment| (assessment.all.enacted, assessment.all.due, assessment.all.not_applicable);
        assert_eq!(count(&found.on_track_before), (3, 24, 0));
        assert_eq!(count(&found.on_track_after), (6, 64, 1));
        // In February the third cycle has not begun.
        let winter = at("2021-02-28").expect("a year under way");
        assert_eq!(codes(&winter.practices.grew), ["1.1.2", "3.2.4"]);
        assert!(winter.practices.fell.is_empty());
    }

    #[test]
    fn a_partnership_that_was_closed_ends_on_that_day() {
        let framework = default_framework();
        let entries = [
            said(&framework, "1.1.1", 1, "2021-01-10", Status::Enacted, None),
            said(&framework, "1.1.2", 1, "2021-03-10", Status::Enacted, None),
        ];
        let closed = Partnership { closed_on: Some(day("2021-01-29")), status: "closed".to_owned(), ..partnership() };
        let found = tracked(&framework, &Calendar::default(), &closed, SchoolYear(2020), &entries, day("2021-09-01"));
        let found = found.expect("a year that was long enough");
        assert_eq!(found.end, day("2021-01-29"));
        assert_eq!((found.practices.enacted_before, found.practices.enacted_after), (0, 1));
    }

    #[test]
    fn goals_and_learnings_are_counted_by_what_came_of_them() {
        let goal = |met: &str, decision: &str| Aimed { met: met.to_owned(), decision: decision.to_owned(), ..Aimed::default() };
        let counted = goals(&[goal("yes", "keep"), goal("yes", ""), goal("partly", "adapt"), goal("no", "drop"), goal("", "")]);
        let expected = Goals { all: 5, met: 2, partly: 1, not_met: 1, open: 1, keep: 1, adapt: 1, drop: 1, ..Goals::default() };
        assert_eq!(counted, expected);
        let learning = |kind: &str| Learned { kind: kind.to_owned(), ..Learned::default() };
        let counts = learned(&[learning("failure"), learning("keep"), learning("failure")]);
        assert_eq!(counts, [("Keep", 1), ("What did not work", 2)]);
    }
}
