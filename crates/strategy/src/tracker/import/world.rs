//! The names that rows refer to, and what whoever brings a file in may write.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::all_on,
};
use platform::{
    Error,
    import::{Known, Row, Taking},
    settings::Settings,
};

use super::super::rules::cycle_span;
use crate::{
    PracticeId,
    bringing::{Authors, Places},
    frameworks::{CycleMonths, Framework, InUse, Practice},
};

pub(super) struct World<'a> {
    places: Places,
    pub practices: Known<PracticeId>,
    /// The first id and the code of every practice of every version.
    known: HashMap<PracticeId, (PracticeId, String)>,
    pub authors: Authors<'a>,
    pub cycles: BTreeSet<i32>,
    months: Vec<CycleMonths>,
    in_use: Option<InUse>,
    calendar: Calendar,
    settings: Settings,
}

impl<'a> World<'a> {
    pub async fn read(taking: &Taking<'a>) -> Result<Self, Error> {
        let on = &**taking.tx;
        let settings = Settings::read(on).await?;
        let today = settings.local(taking.now).date();
        let calendar = Calendar::of(&settings);
        let in_use = InUse::read(on, today).await?;
        let framework = in_use.as_ref().map(|in_use| &in_use.now);
        let partnerships = all_on(on, today).await?;
        // A code that is no more means the practice that had it last.
        let versions = framework.iter().flat_map(|framework| framework.with_earlier());
        let all: Vec<_> = versions.flat_map(|version| &version.practices).collect();
        let root = |practice: &Practice| framework.map_or(practice.id, |now| now.root_of(practice.id));
        let known = all.iter().map(|practice| (practice.id, (root(practice), practice.code.clone())));
        let practices = all.iter().rev().map(|practice| (practice.code.clone(), practice.id));
        Ok(Self {
            places: Places::of(&partnerships, taking.who),
            known: known.collect(),
            practices: Known { what: "practice", ids: practices.collect() },
            authors: Authors::read(taking).await?,
            cycles: framework.iter().flat_map(|framework| &framework.cycles).map(|cycle| cycle.number).collect(),
            months: framework.map(|framework| framework.cycles.clone()).unwrap_or_default(),
            in_use,
            calendar,
            settings,
        })
    }

    /// The row's partnership, if it can be written to.
    pub fn partnership(&self, row: &mut Row<'_>) -> Option<PartnershipId> {
        self.places.find(row)
    }

    /// The version of the practices by which a partnership worked when something was entered about a school year.
    pub fn version(&self, partnership: PartnershipId, year: SchoolYear, at: DateTime<Utc>) -> Option<&Framework> {
        let day = self.settings.local(at).date();
        let mut version = self.in_use.as_ref()?.of(partnership, year);
        while let Some(before) = version.before.as_ref().filter(|_| version.effective_from > day) {
            version = before;
        }
        Some(version)
    }

    /// The practice that a version has under the code of this one.
    pub fn practice_in(&self, version: &Framework, practice: PracticeId) -> Option<PracticeId> {
        let (_, code) = self.known.get(&practice)?;
        version.practice(code).map(|practice| practice.id)
    }

    /// The first id that a practice ever had: the same for all versions that kept or reworded it.
    pub fn root(&self, practice: PracticeId) -> PracticeId {
        self.known.get(&practice).map_or(practice, |(root, _)| *root)
    }

    pub fn year_of(&self, at: DateTime<Utc>) -> SchoolYear {
        self.calendar.year_of(self.settings.local(at).date())
    }

    /// The cycle in whose months an instant lies, by a version; by the one that counts today without it.
    pub fn cycle_of(&self, row: &mut Row<'_>, at: DateTime<Utc>, year: SchoolYear, version: Option<&Framework>) -> Option<i32> {
        let day = self.settings.local(at).date();
        let found = version
            .map_or(&self.months, |version| &version.cycles)
            .iter()
            .find(|cycle| cycle_span(&self.calendar, cycle, year).contains(day));
        if found.is_none() {
            row.refuse("entered_at", "This day lies in no cycle.", "Add a column that says which cycle it belongs to.");
        }
        found.map(|cycle| cycle.number)
    }
}
