//! What stands on a road map, what is late and what comes next. Pure: no clock, no database.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use partnerships::calendar::{Calendar, SchoolYear, Span};

use super::{
    EntryKind,
    store::{CycleThere, Kept, Said},
    template::{InYear, Line, Template},
};
use crate::{
    frameworks::Framework,
    tracker::{
        Status,
        on_track::{Cells, Facts},
        rules::cycle_span,
    },
};

/// The name of the entry in which a year is closed.
pub(super) const CLOSING: &str = "close-and-renew";

/// The name of the cycle of that number.
pub(super) fn cycle_name(number: i32) -> String {
    format!("cycle-{number}")
}

/// Whether a name is one that the program gives.
pub(super) fn is_reserved(name: &str) -> bool {
    name == CLOSING || name.starts_with("cycle-") || name.starts_with("own-")
}

/// The step in which a year is closed, as the template of cycles has it.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    /// What people call it.
    pub name: String,
    /// The step of the framework whose practices go with it.
    pub practices_of: String,
}

/// What a year is made of, wherever it is.
#[derive(Clone)]
pub(super) struct Pattern {
    pub framework: Option<Arc<Framework>>,
    pub template: Option<Template>,
    pub closing: Option<Closing>,
    pub calendar: Calendar,
    pub year: SchoolYear,
    pub today: NaiveDate,
}

/// An entry as the year's pattern has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub name: String,
    pub kind: EntryKind,
    pub title: String,
    pub about: String,
    pub span: Span,
    pub practice: String,
}

/// Somebody who sees to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Someone {
    pub slug: String,
    pub name: String,
}

/// An entry of a road map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub name: String,
    pub kind: EntryKind,
    pub title: String,
    pub about: String,
    pub span: Span,
    /// The days that the pattern has for it; none for what people added.
    pub planned: Option<Span>,
    pub who: Option<Someone>,
    /// The day on which people say that it took place.
    pub done_on: Option<NaiveDate>,
    /// The day on which its cycle was closed, or the end of the year decided.
    pub ended_on: Option<NaiveDate>,
    pub is_removed: bool,
    /// The code of the practice that it is.
    pub practice: String,
    /// What the tracker says of that practice.
    pub tracked: Option<Status>,
    /// Whether that counts as enacted.
    pub is_enacted: bool,
    /// The cycle that it is, once it is there.
    pub cycle: Option<CycleThere>,
    /// Counts changes by hand; 0 where there was none.
    pub version: i32,
    /// Whether its year, or the work, is over.
    pub is_over: bool,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// It took place.
    Done,
    /// It has no place here.
    NotApplicable,
    /// Its last day has gone by.
    Late,
    /// Its days are now.
    Now,
    /// Its days are to come.
    Ahead,
    /// The year went by, and nobody said.
    Unsaid,
}

impl State {
    /// As people say it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::NotApplicable => "Not applicable",
            Self::Late => "Late",
            Self::Now => "Now",
            Self::Ahead => "To come",
            Self::Unsaid => "Nobody said",
        }
    }

    /// The key in files.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotApplicable => "not_applicable",
            Self::Late => "late",
            Self::Now => "now",
            Self::Ahead => "to_come",
            Self::Unsaid => "unsaid",
        }
    }

    /// The glyph of its pill.
    pub(super) const fn glyph(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotApplicable => "na",
            Self::Now => "way",
            Self::Late | Self::Ahead | Self::Unsaid => "none",
        }
    }
}

impl Pattern {
    /// The same for those who finish the year on another version of the practices.
    pub(super) fn by(&self, framework: &Arc<Framework>) -> Self {
        Self { framework: Some(Arc::clone(framework)), ..self.clone() }
    }

    /// The last day of the year.
    fn ends(&self) -> NaiveDate {
        self.calendar.span(self.year).to
    }

    /// What the pattern has for a partnership, in no order.
    pub(super) fn planned(&self, facts: Facts<'_>) -> Vec<Planned> {
        let lives = |span: &Span| span.to >= facts.started_on && facts.closed_on.is_none_or(|closed| span.from <= closed);
        let cycles = self.framework.iter().flat_map(|framework| &framework.cycles).map(|months| Planned {
            name: cycle_name(months.number),
            kind: EntryKind::Cycle,
            title: format!("Cycle {}", months.number),
            about: String::new(),
            span: cycle_span(&self.calendar, months, self.year),
            practice: String::new(),
        });
        let lines = self.template.iter().flat_map(|template| &template.lines).filter(|line| self.has(line, facts));
        let lines = lines.map(|line| Planned {
            name: line.id.clone(),
            kind: line.kind,
            title: line.title.clone(),
            about: line.about.clone(),
            span: self.span_of(line),
            practice: line.practice.clone(),
        });
        cycles.chain(self.closes(facts)).chain(lines).filter(|planned| lives(&planned.span)).collect()
    }

    fn has(&self, line: &Line, facts: Facts<'_>) -> bool {
        let is_first = self.year == facts.first_school_year;
        let is_of_year = match line.in_year {
            InYear::Any => true,
            InYear::First => is_first,
            InYear::Later => !is_first,
        };
        is_of_year && line.is_for(facts.model_id)
    }

    fn span_of(&self, line: &Line) -> Span {
        let span = self.calendar.months(self.year, line.start, line.end.unwrap_or(line.start));
        match line.day {
            Some(day) => {
                let on = span.from + Days::new(u64::from(day - 1));
                Span { from: on, to: on }
            }
            None => span,
        }
    }

    /// Closing and renewing: the days on which the practices of its step are due.
    fn closes(&self, facts: Facts<'_>) -> Option<Planned> {
        let (closing, framework) = (self.closing.as_ref()?, self.framework.as_ref()?);
        let practices = framework.practices.iter().filter(|practice| {
            practice.step == closing.practices_of && practice.applies(facts.model_id, facts.first_school_year, self.year)
        });
        let spans: Vec<Span> =
            practices.flat_map(|practice| &practice.due).map(|due| due.span(&self.calendar, self.year)).collect();
        let span = Span { from: spans.iter().map(|span| span.from).min()?, to: spans.iter().map(|span| span.to).max()? };
        Some(Planned {
            name: CLOSING.to_owned(),
            kind: EntryKind::Closing,
            title: closing.name.clone(),
            about: "Close with care, or renew the vision and go on.".to_owned(),
            span,
            practice: String::new(),
        })
    }

    /// The road map of a partnership: the pattern, with what people changed, what the cycles are and what the tracker says.
    pub(super) fn road_map(&self, facts: Facts<'_>, kept: Vec<Kept>, cycles: &[CycleThere], cells: &Cells) -> Vec<Entry> {
        let is_over = self.ends() < self.today || facts.closed_on.is_some_and(|closed| closed < self.today);
        let last = self.framework.iter().flat_map(|framework| &framework.cycles).map(|months| months.number).max();
        let mut kept = kept;
        let mut entries: Vec<Entry> = Vec::new();
        for planned in self.planned(facts) {
            let own = kept.iter().position(|row| row.name == planned.name).map(|place| kept.swap_remove(place));
            let mut entry = Entry::planned(planned, is_over);
            if let Some(row) = own {
                entry.take(row);
            }
            entries.push(entry);
        }
        // What people added, and what the template has no line for any more.
        for row in kept {
            let Some(kind) = EntryKind::from_key(&row.kind) else { continue };
            let span = Span { from: row.from_on, to: row.to_on };
            let planned = Planned {
                name: row.name.clone(),
                kind,
                title: row.title.clone(),
                about: String::new(),
                span,
                practice: String::new(),
            };
            let mut entry = Entry { planned: None, ..Entry::planned(planned, is_over) };
            entry.take(row);
            entries.push(entry);
        }
        for cycle in cycles {
            let name = cycle_name(cycle.number);
            if let Some(entry) = entries.iter_mut().find(|entry| entry.name == name) {
                entry.be(cycle);
            } else {
                let span = Span { from: cycle.starts_on, to: cycle.ends_on };
                let (title, about, practice) = (String::new(), String::new(), String::new());
                let planned = Planned { name, kind: EntryKind::Cycle, title, about, span, practice };
                let mut entry = Entry { planned: None, ..Entry::planned(planned, is_over) };
                entry.be(cycle);
                entries.push(entry);
            }
        }
        for entry in &mut entries {
            if entry.kind == EntryKind::Closing
                && let Some(cycle) = cycles.iter().find(|cycle| Some(cycle.number) == last)
            {
                entry.ended_on = cycle.closed_on;
                entry.cycle = Some(cycle.clone());
            }
            self.track(entry, cells);
        }
        entries.sort_by(|one, other| {
            (one.kind, one.span.from, one.span.to, &one.name).cmp(&(other.kind, other.span.from, other.span.to, &other.name))
        });
        entries
    }

    /// Looks up what the tracker says of the practice that an entry is, in the window that the entry was planned for.
    fn track(&self, entry: &mut Entry, cells: &Cells) {
        let (Some(planned), Some(framework)) = (entry.planned, self.framework.as_ref()) else { return };
        let Some(practice) = framework.practice(&entry.practice) else { return };
        let due = practice.due.iter().find(|due| {
            let span = due.span(&self.calendar, self.year);
            span.from <= planned.to && planned.from <= span.to
        });
        let cell = due.and_then(|due| cells.get(&(practice.id, due.cycle)));
        entry.tracked = cell.map(|cell| cell.status);
        entry.is_enacted = cell.is_some_and(|cell| cell.status.counts_as_enacted(framework));
    }
}

impl Entry {
    fn planned(planned: Planned, is_over: bool) -> Self {
        Self {
            name: planned.name,
            kind: planned.kind,
            title: planned.title,
            about: planned.about,
            span: planned.span,
            planned: Some(planned.span),
            who: None,
            done_on: None,
            ended_on: None,
            is_removed: false,
            practice: planned.practice,
            tracked: None,
            is_enacted: false,
            cycle: None,
            version: 0,
            is_over,
        }
    }

    /// Takes over what people said.
    fn take(&mut self, row: Kept) {
        if self.planned.is_none() {
            self.title = row.title;
        }
        self.span = Span { from: row.from_on, to: row.to_on };
        self.who = row.person_slug.zip(row.person).map(|(slug, name)| Someone { slug, name });
        self.done_on = row.done_on;
        self.is_removed = row.is_removed;
        self.version = row.version;
    }

    /// Becomes the cycle that is there: its days stand in it.
    fn be(&mut self, cycle: &CycleThere) {
        self.title = format!("Cycle {}: {}", cycle.number, cycle.title);
        self.span = Span { from: cycle.starts_on, to: cycle.ends_on };
        self.done_on = None;
        self.ended_on = cycle.closed_on.filter(|_| cycle.state == "closed");
        self.is_removed = false;
        self.cycle = Some(cycle.clone());
    }

    /// The day on which it was done.
    pub(super) fn done(&self) -> Option<NaiveDate> {
        self.done_on.or(self.ended_on)
    }

    /// Whether it is a cycle that is there, which changes on its own page.
    pub(super) fn is_begun(&self) -> bool {
        self.kind == EntryKind::Cycle && self.cycle.is_some()
    }

    /// Whether people added it.
    pub(super) fn is_own(&self) -> bool {
        self.planned.is_none() && self.cycle.is_none()
    }

    /// The days that it was moved from.
    pub(super) fn moved_from(&self) -> Option<Span> {
        self.planned.filter(|planned| *planned != self.span && !self.is_begun())
    }

    /// Where it stands on a day.
    pub(super) fn state(&self, today: NaiveDate) -> State {
        let is_closed_cycle = self.is_begun() && self.cycle.as_ref().is_some_and(|cycle| cycle.state == "closed");
        if self.done().is_some() || self.is_enacted || is_closed_cycle {
            State::Done
        } else if self.tracked == Some(Status::NotApplicable) {
            State::NotApplicable
        } else if self.is_over {
            State::Unsaid
        } else if self.span.ended_before(today) {
            State::Late
        } else if self.span.contains(today) {
            State::Now
        } else {
            State::Ahead
        }
    }
}

/// Ends the year with what was decided: renewed, or closed with care.
pub(super) fn decided(entries: &mut [Entry], on: NaiveDate) {
    entries.iter_mut().filter(|entry| entry.kind == EntryKind::Closing).for_each(|entry| entry.ended_on = Some(on));
}

/// What an entry says once a change of it is undone: only what that change changed goes back, and what others changed since
/// stays. Nothing when they changed the same.
pub(super) fn without(now: &Said, before: &Said, after: &Said) -> Option<Said> {
    fn part<T: Clone + PartialEq>(now: &T, before: &T, after: &T) -> Option<T> {
        if before == after {
            Some(now.clone())
        } else if now == after {
            Some(before.clone())
        } else {
            None
        }
    }
    let days = |said: &Said| (said.from, said.to);
    let (from, to) = part(&days(now), &days(before), &days(after))?;
    Some(Said {
        kind: part(&now.kind, &before.kind, &after.kind)?,
        title: part(&now.title, &before.title, &after.title)?,
        from,
        to,
        person: part(&now.person, &before.person, &after.person)?,
        done_on: part(&now.done_on, &before.done_on, &after.done_on)?,
        removed: part(&now.removed, &before.removed, &after.removed)?,
    })
}

/// What can be wrong with the days of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amiss {
    /// It ends before it begins.
    EndsFirst,
    /// They are not all of the road map's year.
    OtherYear,
    /// It is said to have taken place on a day that is yet to come.
    ToCome,
}

/// What is wrong with these days, on the road map of a year, on a day.
pub(super) fn amiss(days: Option<Span>, done_on: Option<NaiveDate>, year: Span, today: NaiveDate) -> Vec<Amiss> {
    let mut amiss = Vec::new();
    if let Some(days) = days {
        if days.to < days.from {
            amiss.push(Amiss::EndsFirst);
        } else if !year.contains(days.from) || !year.contains(days.to) {
            amiss.push(Amiss::OtherYear);
        }
    }
    if done_on.is_some_and(|day| day > today) {
        amiss.push(Amiss::ToCome);
    }
    amiss
}

/// Whether a partnership has a road map of that year: from the first of the work to the next one, or to the last of the work.
pub(super) fn is_shown(year: SchoolYear, calendar: &Calendar, today: NaiveDate, facts: Facts<'_>) -> bool {
    let now = calendar.year_of(today);
    let last = facts.closed_on.map_or(now.after(), |closed| calendar.year_of(closed).min(now.after()));
    (facts.first_school_year.min(now)..=last).contains(&year)
}

/// What is late, what has waited longest first.
pub(super) fn late(entries: &[Entry], today: NaiveDate) -> Vec<&Entry> {
    let mut late: Vec<&Entry> = on_it(entries).filter(|entry| entry.state(today) == State::Late).collect();
    late.sort_by(|one, other| (one.span.to, &one.name).cmp(&(other.span.to, &other.name)));
    late
}

/// What comes next, by the day by which it is meant to be done: what goes on now, and what begins.
pub(super) fn next(entries: &[Entry], today: NaiveDate) -> Vec<&Entry> {
    let is_next = |entry: &&Entry| matches!(entry.state(today), State::Now | State::Ahead);
    let mut next: Vec<&Entry> = on_it(entries).filter(is_next).collect();
    next.sort_by(|one, other| (one.span.to, one.span.from, &one.name).cmp(&(other.span.to, other.span.from, &other.name)));
    next
}

/// What is on the road map: not what was taken off.
pub(super) fn on_it(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(|entry| !entry.is_removed)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
