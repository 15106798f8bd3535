//! Which version of the practices a partnership works by, where that is not the one that counts today.
//!
//! When a version begins in the middle of a school year, a partnership moves over to it on that day, or it finishes the year on the
//! version that it is working by. Whoever answers for the partnership decides, and may decide anew while the year lasts.
//! From the next school year on everybody works by the version that counts then.

mod moves;
mod policy;
mod schedules;
mod schema;
mod store;
mod verbs;
mod web;

pub(crate) use moves::{Entries, Moves};
pub(crate) use schedules::{Schedules, Selected};
pub(crate) use schema::migrations;
pub(crate) use store::Stays;
pub(crate) use web::routes;

use std::sync::Arc;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
};
use platform::{Cx, Error};

use super::Framework;
use crate::{FrameworkId, tracker};

/// The versions by which partnerships work.
pub(crate) struct InUse {
    /// The version that counts today.
    pub now: Arc<Framework>,
    stays: Arc<Stays>,
}

impl InUse {
    /// What is worked by today; nothing before a framework is published.
    pub(crate) async fn today(cx: &Cx) -> Result<Option<Self>, Error> {
        Self::since(cx, Calendar::of(&cx.settings).year_of(cx.today())).await
    }

    /// What has been worked by in the school years from this one on.
    pub(crate) async fn since(cx: &Cx, year: SchoolYear) -> Result<Option<Self>, Error> {
        let Some(now) = tracker::framework(cx).await? else { return Ok(None) };
        Ok(Some(Self { now, stays: store::since(cx, year).await? }))
    }

    /// The same from what was read by itself, where nobody asks for a page.
    pub(crate) fn of_all(now: Arc<Framework>, stays: Stays) -> Self {
        Self { now, stays: Arc::new(stays) }
    }

    /// The version on which a partnership finishes a school year, or finished it; the one that counts today where nothing else was
    /// decided.
    pub(crate) fn of(&self, partnership: PartnershipId, year: SchoolYear) -> &Arc<Framework> {
        let Some(id) = self.stays_on(partnership, year) else { return &self.now };
        self.earlier().find(|version| version.id == id).unwrap_or(&self.now)
    }

    /// The version on which a partnership finishes a school year, where somebody decided so.
    fn stays_on(&self, partnership: PartnershipId, year: SchoolYear) -> Option<FrameworkId> {
        self.stays.of(partnership, year)
    }

    /// The versions before today's on which any partnership finishes a year.
    fn stayed_on(&self) -> impl Iterator<Item = &Arc<Framework>> {
        let ids = self.stays.versions();
        self.earlier().filter(move |version| ids.contains(&version.id))
    }

    fn earlier(&self) -> impl Iterator<Item = &Arc<Framework>> {
        std::iter::successors(self.now.before.as_ref(), |version| version.before.as_ref())
    }
}

/// The version by which a partnership works today; nothing before a framework is published.
pub(crate) async fn framework_of(cx: &Cx, partnership: PartnershipId) -> Result<Option<Arc<Framework>>, Error> {
    framework_in(cx, partnership, Calendar::of(&cx.settings).year_of(cx.today())).await
}

/// The version by which a partnership works in a school year, or finished it where it was not the one that counts today.
pub(crate) async fn framework_in(cx: &Cx, partnership: PartnershipId, year: SchoolYear) -> Result<Option<Arc<Framework>>, Error> {
    Ok(InUse::since(cx, year).await?.map(|in_use| Arc::clone(in_use.of(partnership, year))))
}

/// A version that begins in the middle of a school year, and the one before it.
#[derive(Clone)]
pub(crate) struct Turn {
    /// The school year.
    pub year: SchoolYear,
    /// The version by which partnerships can finish the year.
    pub before: Arc<Framework>,
    /// The version that began last, or begins last, in that year.
    pub after: Arc<Framework>,
}

/// The turn of this school year, where there is one: also one that is still to come.
pub(crate) fn turn(versions: &[Arc<Framework>], calendar: &Calendar, today: NaiveDate) -> Option<Turn> {
    let year = calendar.year_of(today);
    let span = calendar.span(year);
    let is_within = |version: &&Arc<Framework>| version.effective_from > span.from && version.effective_from <= span.to;
    let after = versions.iter().rev().find(is_within)?;
    // Of several that begin in one year the first one decides what the year was begun with.
    let before = versions.iter().rev().find(|version| version.key == after.key && version.effective_from <= span.from)?;
    Some(Turn { year, before: Arc::clone(before), after: Arc::clone(after) })
}

#[cfg(test)]
mod tests;
