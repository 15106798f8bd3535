//! The tracker: what each practice's enactment looks like, partnership by partnership and cycle by cycle.
//!
//! Entries are only added. A cell is a practice in one cycle of one school year of one partnership; what it shows is the
//! newest of its entries by the time at which it was entered. An entry can be taken back by its author for ten minutes; it
//! stays in the history. Whether work is on track follows from the cells by the framework's rule ([`on_track`]).

mod api;
mod contributions;
mod due;
mod import;
pub mod on_track;
pub mod rules;
mod store;
pub mod verbs;
pub(crate) mod web;

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}

pub(crate) use contributions::{NAV, TAB, panels, today};
pub use due::{DueNow, due_now};
pub(crate) use import::KIND as IMPORT;
pub use store::{cells_of, everybodys_cells};

use std::sync::Arc;

use platform::{Cx, Error};

use crate::frameworks::Framework;

/// The framework that counts today; `None` before one is published.
pub(crate) async fn framework(cx: &Cx) -> Result<Option<Arc<Framework>>, Error> {
    cx.once("the framework of today".to_owned(), async { Ok(Framework::current(cx.db().read(), cx.today()).await?) }).await
}

/// Where a practice stands in a cell. The framework has the words; these are the four things that the rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nothing has happened yet.
    NotStarted,
    /// It has begun.
    UnderWay,
    /// It took place.
    Enacted,
    /// It has no place here, for a reason.
    NotApplicable,
}

impl Status {
    /// All of them, in the order in which practice grows.
    pub const ALL: [Self; 4] = [Self::NotStarted, Self::UnderWay, Self::Enacted, Self::NotApplicable];

    /// The key in files, forms and the framework.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::UnderWay => "under_way",
            Self::Enacted => "enacted",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The status of that key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.key() == key)
    }

    /// The framework's word for it.
    #[must_use]
    pub fn name(self, framework: &Framework) -> &str {
        framework.statuses.iter().find(|word| word.key == self.key()).map_or(self.key(), |word| word.name.as_str())
    }

    /// Whether the framework counts it as enacted.
    #[must_use]
    pub fn counts_as_enacted(self, framework: &Framework) -> bool {
        framework.statuses.iter().any(|word| word.key == self.key() && word.counts_as_enacted)
    }
}

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where the practice stands.
    pub status: Status,
    /// How well it was enacted, where somebody said so.
    pub quality: Option<i32>,
}

/// The level of quality from which something is shown as enacted well.
pub const WELL_FROM: i32 = 3;

impl Cell {
    /// The glyph: `none`, `way`, `done`, `well` or `na`.
    #[must_use]
    pub fn glyph(self) -> &'static str {
        match self.status {
            Status::NotStarted => "none",
            Status::UnderWay => "way",
            Status::Enacted if self.quality.is_some_and(|level| level >= WELL_FROM) => "well",
            Status::Enacted => "done",
            Status::NotApplicable => "na",
        }
    }

    /// In words, with the level of quality by its name.
    #[must_use]
    pub fn words(self, framework: &Framework) -> String {
        let name = self.status.name(framework);
        let level = self.quality.and_then(|level| framework.qualities.iter().find(|quality| quality.level == level));
        match level {
            Some(quality) => format!("{name}: {}", quality.name.to_lowercase()),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
