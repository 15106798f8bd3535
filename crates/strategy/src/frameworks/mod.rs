//! A framework: a published, numbered version of the whole set of practices, with when and for whom each is due.
//!
//! A published version never changes, so it is loaded whole and kept in memory. A code is a label: strand, phase, step and
//! windows are fields of their own, and nothing is computed from the code.

mod api;
mod book;
mod browse;
mod check;
mod differs;
mod draft;
mod files;
mod hold;
pub(crate) mod import;
mod lineage;
mod pack;
mod policy;
mod publish;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod stays;
mod store;
mod timeline;
mod web;
mod wordings;

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span},
    partnerships::Partnership,
};
use platform::{
    import::Refusal,
    room::{NavEntry, Subject},
};

use crate::{FrameworkId, PracticeId};

pub(crate) use publish::BEGINS;
pub(crate) use stays::{InUse, Schedules, framework_in, framework_of};
pub(crate) use store::{sameness, versions_read};

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(draft::routes()).and(stays::routes()).and(api::routes())
}

pub(crate) fn migrations() -> Vec<platform::db::Migration> {
    draft::migrations().into_iter().chain(stays::migrations()).collect()
}

/// The practices' place in the navigation.
pub(crate) const NAV: NavEntry =
    NavEntry { label: "Practices", href: "/practices", icon: "list", order: 30, in_bar: true, wide: false, shown_to: |_| true };

/// Reads a content pack without taking it in, and answers how many practices it holds.
///
/// # Errors
/// All that is wrong with it.
pub fn read_pack(file: &str, text: &str) -> Result<usize, Vec<Refusal>> {
    pack::read(file, text).map(|pack| pack.practices.len())
}

/// The kind of subject that a practice is, for panels.
pub const PRACTICE: &str = "practice";

/// A framework version, whole.
#[derive(Clone, Debug)]
pub struct Framework {
    /// Its id.
    pub id: FrameworkId,
    /// Its readable key, the same for all versions: `vi-pit`.
    pub key: String,
    /// Its number.
    pub version: i32,
    /// Its title.
    pub title: String,
    /// The day from which it counts.
    pub effective_from: NaiveDate,
    /// The on-track rule in words.
    pub rule: String,
    /// The share from which work is on track.
    pub on_track_from: f64,
    /// The share from which it wobbles; below it is off track.
    pub watch_from: f64,
    /// A VIP that is due for longer than this many days makes on-track work wobble.
    pub vip_days_to_watch: i64,
    /// The steps of the cycle, in order.
    pub steps: Vec<Part>,
    /// The strands, in order.
    pub strands: Vec<Part>,
    /// The phases, in order.
    pub phases: Vec<Part>,
    /// The cycles of a year, in order.
    pub cycles: Vec<CycleMonths>,
    /// The words of the tracker, in order.
    pub statuses: Vec<StatusWord>,
    /// The levels of quality, from the lowest.
    pub qualities: Vec<Quality>,
    /// The practices, in order.
    pub practices: Vec<Practice>,
    /// The version that counted before it; none for the first.
    pub before: Option<Arc<Framework>>,
}

/// A step, a strand or a phase.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// A sentence about it; empty for none.
    pub about: String,
    /// A step's questions.
    pub prompts: Vec<String>,
}

/// A cycle of the year, by the framework's months.
#[derive(Clone, Debug)]
pub struct CycleMonths {
    /// Its number, from 1.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// Its first month.
    pub start_month: u32,
    /// Its last month.
    pub end_month: u32,
}

/// A word of the tracker.
#[derive(Clone, Debug)]
pub struct StatusWord {
    /// Its key: `not_started`, `under_way`, `enacted`, `not_applicable`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether it counts as enacted.
    pub counts_as_enacted: bool,
    /// Whether it asks for a reason.
    pub needs_reason: bool,
    /// The reasons offered.
    pub reasons: Vec<String>,
}

/// How well something was enacted.
#[derive(Clone, Debug)]
pub struct Quality {
    /// 1 to 4.
    pub level: i32,
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

/// One line item.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Its id.
    pub id: PracticeId,
    /// The practice of the version before that it is, kept or reworded; none where it is new, or was split or merged.
    pub was: Option<PracticeId>,
    /// The day from which it counts as what it is; none where it was there from the first version on.
    pub since: Option<NaiveDate>,
    /// Its label.
    pub code: String,
    /// The strand's key.
    pub strand: String,
    /// The phase's key.
    pub phase: String,
    /// The step's key.
    pub step: String,
    /// Its wording.
    pub title: String,
    /// What good looks like.
    pub good: String,
    /// Whether it is a very important practice.
    pub vip: bool,
    /// Why it is one.
    pub vip_reason: String,
    /// Whether it is due only in a partnership's first year.
    pub first_year_only: bool,
    /// How often inside a window; empty for once.
    pub recurs: String,
    /// The Approach Essentials module that teaches it.
    pub essential: String,
    /// When it is due: a window a cycle at most.
    pub due: Vec<Due>,
    /// The support models it applies to; the text says how it is adapted there, empty for as it is.
    pub models: BTreeMap<String, String>,
    /// What shows that it was done.
    pub evidence: Vec<String>,
    /// Indicators that it is expected to move: rubric (`str`, `caf`) and code.
    pub indicators: Vec<(String, String)>,
}

/// A window, by the framework's months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The cycle's number.
    pub cycle: i32,
    /// Its first month.
    pub start_month: u32,
    /// Its last month.
    pub end_month: u32,
}

impl Due {
    /// The days of the window in a school year.
    #[must_use]
    pub fn span(&self, calendar: &Calendar, year: SchoolYear) -> Span {
        calendar.months(year, self.start_month, self.end_month)
    }
}

impl Practice {
    /// Whether it is due at all in a partnership of this model, in this school year.
    #[must_use]
    pub fn applies(&self, model_id: &str, first_school_year: SchoolYear, year: SchoolYear) -> bool {
        self.models.contains_key(model_id) && (!self.first_year_only || first_school_year == year)
    }

    /// Whether it is due at all in this partnership, in this school year.
    #[must_use]
    pub fn applies_to(&self, partnership: &Partnership, year: SchoolYear) -> bool {
        self.applies(&partnership.model_id, SchoolYear(partnership.first_school_year), year)
    }

    /// How other rooms name it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject { kind: PRACTICE, key: self.code.clone(), title: self.title.clone(), href: format!("/practices/{}", self.code) }
    }
}

impl Framework {
    /// The practice of that code.
    #[must_use]
    pub fn practice(&self, code: &str) -> Option<&Practice> {
        self.practices.iter().find(|practice| practice.code == code)
    }

    /// The ids under which a practice was recorded, in this version and those before it.
    #[must_use]
    pub fn ids_of(&self, practice: &Practice) -> Vec<PracticeId> {
        let mut ids = vec![practice.id];
        let (mut was, mut before) = (practice.was, self.before.as_deref());
        while let (Some(id), Some(version)) = (was, before) {
            ids.push(id);
            was = version.practices.iter().find(|practice| practice.id == id).and_then(|practice| practice.was);
            before = version.before.as_deref();
        }
        ids
    }

    /// The versions before this one, the latest first.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = &Arc<Self>> + Clone {
        std::iter::successors(self.before.as_ref(), |version| version.before.as_ref())
    }

    /// This version and those before it, the latest first.
    pub(crate) fn with_earlier(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.earlier().map(AsRef::as_ref))
    }

    /// The first id of the practice that has this one in this version or in one before it.
    pub(crate) fn root_of(&self, id: PracticeId) -> PracticeId {
        let found =
            self.with_earlier().find_map(|version| Some((version, version.practices.iter().find(|practice| practice.id == id)?)));
        found.and_then(|(version, practice)| version.ids_of(practice).last().copied()).unwrap_or(id)
    }

    /// Whether this version or one before it has a practice of that code.
    pub(crate) fn knew(&self, code: &str) -> bool {
        self.with_earlier().any(|version| version.practice(code).is_some())
    }

    /// The same version with only some of its practices, for what looks at no others.
    #[must_use]
    pub(crate) fn only(&self, keep: impl Fn(&Practice) -> bool) -> Self {
        let practices = self.practices.iter().filter(|practice| keep(practice)).cloned().collect();
        // Everything else is short; the practices are what is worth not copying.
        Self {
            key: self.key.clone(),
            title: self.title.clone(),
            rule: self.rule.clone(),
            steps: self.steps.clone(),
            strands: self.strands.clone(),
            phases: self.phases.clone(),
            cycles: self.cycles.clone(),
            statuses: self.statuses.clone(),
            qualities: self.qualities.clone(),
            before: self.before.clone(),
            practices,
            ..*self
        }
    }

    /// What people call a step; its key where the framework has no such step.
    #[must_use]
    pub fn step_name<'a>(&'a self, key: &'a str) -> &'a str {
        name_in(&self.steps, key)
    }

    /// What people call a strand.
    #[must_use]
    pub fn strand_name<'a>(&'a self, key: &'a str) -> &'a str {
        name_in(&self.strands, key)
    }

    /// What people call a phase.
    #[must_use]
    pub fn phase_name<'a>(&'a self, key: &'a str) -> &'a str {
        name_in(&self.phases, key)
    }

    /// The cycle that a day lies in, and its days; between cycles the one that comes next, in summer the last.
    #[must_use]
    pub fn cycle_at(&self, calendar: &Calendar, day: NaiveDate) -> Option<(&CycleMonths, Span)> {
        let year = calendar.year_of(day);
        let spans = || self.cycles.iter().map(|cycle| (cycle, calendar.months(year, cycle.start_month, cycle.end_month)));
        spans().find(|(_, span)| day <= span.to).or_else(|| spans().next_back())
    }
}

fn name_in<'a>(parts: &'a [Part], key: &'a str) -> &'a str {
    parts.iter().find(|part| part.key == key).map_or(key, |part| part.name.as_str())
}

#[cfg(test)]
mod tests;
