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
use store::Stays;
pub(crate) use web::routes;

use std::sync::Arc;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::Partnership,
};
use platform::{
    Cx, Error,
    db::{ConnectionTrait, DbErr},
};

use super::Framework;
use crate::{FrameworkId, tracker};

/// The versions by which partnerships work.
#[derive(Clone)]
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

    /// What has been worked by in all school years, as a transaction sees it.
    pub(crate) async fn read(on: &impl ConnectionTrait, today: NaiveDate) -> Result<Option<Self>, DbErr> {
        let Some(now) = Framework::current(on, today).await? else { return Ok(None) };
        Ok(Some(Self { now, stays: Arc::new(Stays::read(on, SchoolYear(0)).await?) }))
    }

    /// The version on which a partnership finishes a school year, or finished it; the one that counts today where nothing else was
    /// decided.
    pub(crate) fn of(&self, partnership: PartnershipId, year: SchoolYear) -> &Arc<Framework> {
        let Some(id) = self.stays_on(partnership, year) else { return &self.now };
        self.now.earlier().find(|version| version.id == id).unwrap_or(&self.now)
    }

    /// The version that began in the middle of this school year, where one did.
    pub(crate) fn turn(&self, calendar: &Calendar, today: NaiveDate) -> Option<Turn> {
        Turn::among(std::iter::once(&self.now).chain(self.now.earlier()), calendar, today)
    }

    /// The version on which a partnership finishes a school year, where somebody decided so.
    fn stays_on(&self, partnership: PartnershipId, year: SchoolYear) -> Option<FrameworkId> {
        self.stays.of(partnership, year)
    }

    /// The versions before today's on which any partnership finishes a year.
    fn stayed_on(&self) -> impl Iterator<Item = &Arc<Framework>> {
        let ids = self.stays.versions();
        self.now.earlier().filter(move |version| ids.contains(&version.id))
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

impl Turn {
    /// The turn of this school year among these versions, the latest first, where there is one.
    pub(crate) fn among<'a>(
        versions: impl Iterator<Item = &'a Arc<Framework>> + Clone,
        calendar: &Calendar,
        today: NaiveDate,
    ) -> Option<Self> {
        let year = calendar.year_of(today);
        let span = calendar.span(year);
        let after = versions.clone().find(|version| version.effective_from > span.from && version.effective_from <= span.to)?;
        // Of several that begin in one year the first one decides what the year was begun with.
        let before = versions.clone().find(|version| version.key == after.key && version.effective_from <= span.from)?;
        Some(Self { year, before: Arc::clone(before), after: Arc::clone(after) })
    }

    /// Whether a partnership is in the middle of its year when the version begins.
    pub(crate) fn asks(&self, partnership: &Partnership) -> bool {
        partnership.is_open() && partnership.started_on < self.after.effective_from
    }
}

#[cfg(test)]
mod tests;
