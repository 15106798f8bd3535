//! Whether work is on track, by the framework's rule. Pure: no clock, no database.
//!
//! The unit that is counted is a **window**: one practice in one cycle of one school year, from the first to the last day on
//! which it is due. A practice that is due in three cycles is counted three times in a year, once for each.
//!
//! A window counts once its last day lies before today: on the last day itself it is still open. It is enacted when its
//! cell's status counts as enacted, whatever the quality. A cell that is not applicable takes the window out of both sides of
//! the share. A window without an entry counts as not enacted: silence is not progress. What was entered early, before a
//! window has ended, counts from the day after its end.
//!
//! A window counts by the version of the framework that counted on its last day: a new version leaves what was counted before it
//! as it was. A practice that was kept or reworded is one practice, counted once a cycle; one that is new, or came from a split or
//! a merger, has no window that ended before its version began, and nothing is carried over into it.
//!
//! These windows don't exist for a partnership: those of practices that its support model does not have, those that ended
//! before the work began, those that end after it was closed, and first-year practices in later years. A school year starts
//! from nothing: on its first days nothing has been due yet, and the state says so instead of calling an empty share good.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span, spoken},
    partnerships::Partnership,
};

use super::{Cell, DueNow, Status};
use crate::{
    PracticeId,
    frameworks::{Framework, Practice},
};

/// What the rule asks about a partnership.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The support model.
    pub model_id: &'a str,
    /// The school year in which the work began.
    pub first_school_year: SchoolYear,
    /// The day on which it began.
    pub started_on: NaiveDate,
    /// The day on which it was closed.
    pub closed_on: Option<NaiveDate>,
}

impl<'a> From<&'a Partnership> for Facts<'a> {
    fn from(partnership: &'a Partnership) -> Self {
        Self {
            model_id: &partnership.model_id,
            first_school_year: SchoolYear(partnership.first_school_year),
            started_on: partnership.started_on,
            closed_on: partnership.closed_on,
        }
    }
}

/// A partnership's cells of one school year, by practice and cycle.
pub type Cells = HashMap<(PracticeId, i32), Cell>;

/// A practice's window in one cycle of a school year.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The practice.
    pub practice: &'a Practice,
    /// The cycle's number.
    pub cycle: i32,
    /// Its days.
    pub span: Span,
}

/// A practice with its windows of a school year, and the first id that it ever had: the same in all versions that kept or reworded it.
struct Scheduled<'a> {
    practice: &'a Practice,
    root: PracticeId,
    windows: Vec<Window<'a>>,
}

/// A window that ended, and what its practice is in the version that counts now; nothing where it is no more.
struct Ended<'a> {
    window: Window<'a>,
    now: Option<&'a Practice>,
}

/// All windows of a framework in one school year, with their days: worked out once for as many partnerships as are asked about.
pub struct Schedule<'a> {
    framework: &'a Framework,
    year: SchoolYear,
    practices: Vec<Scheduled<'a>>,
    /// The windows that ended while a version before this one counted, the oldest first.
    before: Vec<Scheduled<'a>>,
}

fn scheduled<'a>(framework: &'a Framework, calendar: &Calendar, year: SchoolYear) -> impl Iterator<Item = Scheduled<'a>> {
    framework.practices.iter().map(move |practice| {
        let windows = practice.due.iter().map(|due| Window { practice, cycle: due.cycle, span: due.span(calendar, year) });
        let windows = windows.filter(|window| practice.since.is_none_or(|since| window.span.to >= since)).collect();
        let root = framework.ids_of(practice).last().copied().unwrap_or(practice.id);
        Scheduled { practice, root, windows }
    })
}

impl<'a> Schedule<'a> {
    /// Works it out.
    #[must_use]
    pub fn of(framework: &'a Framework, calendar: &Calendar, year: SchoolYear) -> Self {
        let mut before: Vec<Scheduled<'a>> = Vec::new();
        let (mut later, mut earlier) = (framework, framework.before.as_deref());
        while let Some(version) = earlier {
            let counted = |window: &Window<'_>| {
                let began = version.before.is_none() || window.span.to >= version.effective_from;
                began && window.span.to < later.effective_from
            };
            let layer = scheduled(version, calendar, year).filter_map(|mut one| {
                one.windows.retain(counted);
                (!one.windows.is_empty()).then_some(one)
            });
            let layer: Vec<Scheduled<'a>> = layer.collect();
            before.splice(0..0, layer);
            (later, earlier) = (version, version.before.as_deref());
        }
        Self { framework, year, practices: scheduled(framework, calendar, year).collect(), before }
    }

    /// All windows that a partnership has, in the order of the practices.
    pub fn windows<'s>(&'s self, facts: Facts<'s>) -> impl Iterator<Item = Window<'a>> {
        self.of_list(&self.practices, facts).map(|(_, window)| window)
    }

    fn of_list<'s>(&'s self, list: &'s [Scheduled<'a>], facts: Facts<'s>) -> impl Iterator<Item = (PracticeId, Window<'a>)> {
        list.iter()
            .filter(move |one| one.practice.applies(facts.model_id, facts.first_school_year, self.year))
            .flat_map(|one| one.windows.iter().map(|window| (one.root, *window)))
            .filter(move |(_, window)| {
                window.span.to >= facts.started_on && facts.closed_on.is_none_or(|closed| window.span.to <= closed)
            })
    }

    /// The windows that ended before a day, each by the version that counted on its last day.
    fn ended(&self, facts: Facts<'_>, today: NaiveDate) -> Vec<Ended<'a>> {
        let is_past = |window: &Window<'_>| window.span.ended_before(today);
        let own = self.of_list(&self.practices, facts).filter(|(_, window)| is_past(window));
        if self.framework.before.is_none() {
            return own.map(|(_, window)| Ended { now: Some(window.practice), window }).collect();
        }
        let now = |root: PracticeId| self.practices.iter().find(|one| one.root == root).map(|one| one.practice);
        let mut counted: HashSet<(PracticeId, i32)> = HashSet::new();
        let mut ended = Vec::new();
        for (root, window) in self.of_list(&self.before, facts).filter(|(_, window)| is_past(window)) {
            if counted.insert((root, window.cycle)) {
                ended.push(Ended { window, now: now(root) });
            }
        }
        for (root, window) in own.filter(|(_, window)| window.span.to >= self.framework.effective_from) {
            if !counted.contains(&(root, window.cycle)) {
                ended.push(Ended { window, now: Some(window.practice) });
            }
        }
        ended
    }

    /// As [`assess`], on a day of the schedule's year.
    #[must_use]
    pub fn assess(&self, facts: Facts<'_>, cells: &Cells, today: NaiveDate) -> Assessment {
        let framework = self.framework;
        let (mut all, mut vips, mut waiting) = (Count::default(), Count::default(), Vec::new());
        for ended in self.ended(facts, today) {
            let (one, still) = look(framework, cells, &ended, today);
            waiting.extend(still);
            all = all.and(one);
            if ended.window.practice.vip {
                vips = vips.and(one);
            }
        }
        waiting.sort_by_key(|waiting| (!waiting.vip, waiting.since));
        Assessment { state: all.state(framework), vip_state: vips.state(framework), all, vips, waiting }
    }

    /// What is counted of a partnership's windows by the last day of each: those that ended, and those to come as they stand.
    #[must_use]
    pub fn by_last_day(&self, facts: Facts<'_>, cells: &Cells, today: NaiveDate) -> BTreeMap<NaiveDate, Count> {
        let ahead = self.windows(facts).filter(|window| !window.span.ended_before(today));
        let ahead = ahead.map(|window| Ended { now: Some(window.practice), window });
        let mut counts: BTreeMap<NaiveDate, Count> = BTreeMap::new();
        for one in self.ended(facts, today).into_iter().chain(ahead) {
            let sum = counts.entry(one.window.span.to).or_default();
            *sum = sum.and(look(self.framework, cells, &one, today).0);
        }
        counts
    }

    /// As [`due_now`](super::due_now), on a day of the schedule's year.
    #[must_use]
    pub fn due(&self, facts: Facts<'_>, cells: &Cells, today: NaiveDate) -> Vec<DueNow<'a>> {
        if facts.closed_on.is_some_and(|closed| closed < today) {
            return Vec::new();
        }
        let mut due: Vec<DueNow<'a>> = self
            .windows(facts)
            .filter(|window| window.span.from <= today)
            .map(|window| {
                let cell = cells.get(&(window.practice.id, window.cycle)).copied();
                DueNow { window, cell, open: window.span.contains(today) }
            })
            .filter(|due| {
                due.cell.is_none_or(|cell| cell.status != Status::NotApplicable && !cell.status.counts_as_enacted(self.framework))
            })
            .collect();
        due.sort_by_key(|due| (!due.window.practice.vip, due.window.span.to));
        due
    }
}

/// Where work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The share has reached the upper threshold, and no VIP waits for long.
    OnTrack,
    /// Between the thresholds, or a VIP waits for long.
    Wobbling,
    /// Below the lower threshold.
    OffTrack,
    /// Nothing has been due yet.
    NothingDue,
}

impl State {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::OnTrack, Self::Wobbling, Self::OffTrack, Self::NothingDue];

    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OnTrack => "On track",
            Self::Wobbling => "Wobbling",
            Self::OffTrack => "Off track",
            Self::NothingDue => "Nothing due yet",
        }
    }

    /// The class of its pill: `on`, `wob`, `off`; empty when nothing is due.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::OnTrack => "on",
            Self::Wobbling => "wob",
            Self::OffTrack => "off",
            Self::NothingDue => "",
        }
    }

    /// The key in addresses and files.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::OnTrack => "on-track",
            Self::Wobbling => "wobbling",
            Self::OffTrack => "off-track",
            Self::NothingDue => "nothing-due",
        }
    }

    /// The state of that key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What was counted over a set of windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Windows that ended, without those that were not applicable.
    pub due: i32,
    /// Those of them that were enacted.
    pub enacted: i32,
    /// Windows that ended and were not applicable.
    pub not_applicable: i32,
    /// VIP windows that ended longer ago than the framework waits, and were not enacted.
    pub vips_long_due: i32,
}

impl Count {
    /// The share of what was due that was enacted, from 0 to 1; `None` when nothing was due.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.due > 0).then(|| f64::from(self.enacted) / f64::from(self.due))
    }

    /// The state by the framework's thresholds.
    #[must_use]
    pub fn state(&self, framework: &Framework) -> State {
        match self.share() {
            None => State::NothingDue,
            Some(share) if share >= framework.on_track_from && self.vips_long_due == 0 => State::OnTrack,
            Some(share) if share >= framework.watch_from => State::Wobbling,
            Some(_) => State::OffTrack,
        }
    }

    /// Both together, for a team, a region, a model or the whole organisation.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            due: self.due + other.due,
            enacted: self.enacted + other.enacted,
            not_applicable: self.not_applicable + other.not_applicable,
            vips_long_due: self.vips_long_due + other.vips_long_due,
        }
    }

    /// The counts as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let aside = match self.not_applicable {
            0 => String::new(),
            1 => " One more does not apply here.".to_owned(),
            more => format!(" {more} more do not apply here."),
        };
        match (self.due, self.enacted) {
            (0, _) => format!("Nothing has been due yet this school year.{aside}"),
            (1, 1) => format!("The one that has been due so far is enacted.{aside}"),
            (1, _) => format!("The one that has been due so far is not enacted yet.{aside}"),
            (due, enacted) if due == enacted => format!("All {due} that have been due so far are enacted.{aside}"),
            (due, 0) => format!("None of the {due} that have been due so far is enacted yet.{aside}"),
            (due, 1) => format!("1 of the {due} that have been due so far is enacted.{aside}"),
            (due, enacted) => format!("{enacted} of the {due} that have been due so far are enacted.{aside}"),
        }
    }
}

/// A window that ended without being enacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The practice.
    pub practice: PracticeId,
    /// Its label.
    pub code: String,
    /// Whether it is a VIP.
    pub vip: bool,
    /// The cycle's number.
    pub cycle: i32,
    /// The last day of its window: it waits since then.
    pub since: NaiveDate,
}

/// Where a partnership's work stands in the school year of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Over all practices.
    pub all: Count,
    /// The state over all practices.
    pub state: State,
    /// Over the VIPs alone.
    pub vips: Count,
    /// The state over the VIPs alone.
    pub vip_state: State,
    /// Windows that ended and were not enacted: the VIPs first, then in the order in which they ended.
    pub waiting: Vec<Waiting>,
}

impl Assessment {
    /// Where it stands, in the sentences that pages show. `today` decides which dates need a year.
    #[must_use]
    pub fn sentence(&self, framework: &Framework, today: NaiveDate) -> String {
        let mut sentence = self.all.sentence();
        let long_due = self.waiting.iter().find(|waiting| waiting.is_long_due(framework, today));
        if let Some(waiting) = long_due {
            sentence.push_str(&format!(
                " {}, a very important practice, was due by {} and is not enacted yet.",
                waiting.code,
                spoken(waiting.since, today)
            ));
        }
        sentence
    }
}

impl Waiting {
    /// Whether it is a VIP that waits longer than the framework does.
    #[must_use]
    pub fn is_long_due(&self, framework: &Framework, today: NaiveDate) -> bool {
        self.vip && (today - self.since).num_days() > framework.vip_days_to_watch
    }
}

/// Where a partnership's work stands on a day, by the rule of the framework.
///
/// `cells` are those of the school year that `today` lies in.
#[must_use]
pub fn assess(framework: &Framework, calendar: &Calendar, facts: Facts<'_>, cells: &Cells, today: NaiveDate) -> Assessment {
    Schedule::of(framework, calendar, calendar.year_of(today)).assess(facts, cells, today)
}

/// What was counted for each practice whose windows ended, for what rests on some practices only. `cells` as for [`assess`].
#[must_use]
pub fn by_practice(
    framework: &Framework,
    calendar: &Calendar,
    facts: Facts<'_>,
    cells: &Cells,
    today: NaiveDate,
) -> HashMap<PracticeId, Count> {
    let mut counts: HashMap<PracticeId, Count> = HashMap::new();
    for ended in Schedule::of(framework, calendar, calendar.year_of(today)).ended(facts, today) {
        let practice = ended.now.unwrap_or(ended.window.practice);
        let count = counts.entry(practice.id).or_default();
        *count = count.and(look(framework, cells, &ended, today).0);
    }
    counts
}

/// A window that ended: what it counts, and whether it waits. What is no practice any more waits for nobody.
fn look(framework: &Framework, cells: &Cells, ended: &Ended<'_>, today: NaiveDate) -> (Count, Option<Waiting>) {
    let (mut one, window) = (Count::default(), &ended.window);
    match cells.get(&(window.practice.id, window.cycle)).map(|cell| cell.status) {
        Some(Status::NotApplicable) => one.not_applicable = 1,
        Some(status) if status.counts_as_enacted(framework) => (one.due, one.enacted) = (1, 1),
        Some(_) | None => {
            one.due = 1;
            let Some(now) = ended.now else { return (one, None) };
            let still = Waiting {
                practice: now.id,
                code: now.code.clone(),
                vip: window.practice.vip,
                cycle: window.cycle,
                since: window.span.to,
            };
            one.vips_long_due = i32::from(still.is_long_due(framework, today));
            return (one, Some(still));
        }
    }
    (one, None)
}

#[cfg(test)]
mod tests;
