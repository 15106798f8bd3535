//! The windows of a school year by each version that partnerships work by.

use std::collections::HashMap;

use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
};

use super::InUse;
use crate::{
    FrameworkId, PracticeId,
    frameworks::{Framework, Practice},
    tracker::on_track::Schedule,
};

/// A schedule for each version that is worked by: worked out once for as many partnerships as are asked about.
pub(crate) struct Schedules<'a> {
    in_use: &'a InUse,
    year: SchoolYear,
    by_version: Vec<(FrameworkId, Schedule<'a>)>,
    now: Schedule<'a>,
}

impl<'a> Schedules<'a> {
    /// Works them out for a school year.
    pub(crate) fn of(in_use: &'a InUse, calendar: &Calendar, year: SchoolYear) -> Self {
        let earlier = in_use.stayed_on().map(|version| (version.id, Schedule::of(version, calendar, year)));
        Self { in_use, year, by_version: earlier.collect(), now: Schedule::of(&in_use.now, calendar, year) }
    }

    /// That of a partnership.
    pub(crate) fn schedule(&self, partnership: PartnershipId) -> &Schedule<'a> {
        let version = self.in_use.of(partnership, self.year);
        self.by_version.iter().find(|(id, _)| *id == version.id).map_or(&self.now, |(_, schedule)| schedule)
    }

    /// The version by which a partnership works.
    pub(crate) fn framework(&self, partnership: PartnershipId) -> &'a Framework {
        self.in_use.of(partnership, self.year)
    }
}

/// Some practices of today's version, as they stand in each version that is worked by: one before today's has those of them that
/// were kept or reworded since, under the ids that they had there.
pub(crate) struct Selected {
    now: Framework,
    earlier: Vec<Framework>,
    today: HashMap<PracticeId, PracticeId>,
}

impl Selected {
    /// The practices of today's version of which `keep` holds.
    pub(crate) fn of(in_use: &InUse, keep: impl Fn(&Practice) -> bool) -> Self {
        let now = in_use.now.only(keep);
        let ids = now.practices.iter().flat_map(|practice| now.ids_of(practice).into_iter().map(|id| (id, practice.id)));
        let today: HashMap<PracticeId, PracticeId> = ids.collect();
        let earlier = in_use.stayed_on().map(|version| version.only(|practice| today.contains_key(&practice.id)));
        Self { earlier: earlier.collect(), now, today }
    }

    /// Those of today's version.
    pub(crate) fn practices(&self) -> &[Practice] {
        &self.now.practices
    }

    /// The id under which today's version has a practice.
    pub(crate) fn today(&self, id: PracticeId) -> PracticeId {
        self.today.get(&id).copied().unwrap_or(id)
    }

    /// Their windows in a school year.
    pub(crate) fn schedules<'a>(&'a self, in_use: &'a InUse, calendar: &Calendar, year: SchoolYear) -> Schedules<'a> {
        let earlier = self.earlier.iter().map(|version| (version.id, Schedule::of(version, calendar, year)));
        Schedules { in_use, year, by_version: earlier.collect(), now: Schedule::of(&self.now, calendar, year) }
    }
}
