//! Road maps: the year of a partnership as a timeline, and the year of the whole organisation as their sum.
//!
//! A road map is made, each time that somebody looks, from what is known: the cycles of the framework and those that were begun,
//! closing and renewing from the template of cycles, the practices that are due from the framework's windows, and reviews and
//! key meetings from a template of the content pack ([`template`]). What people move, add, take off or mark as done is kept
//! beside it ([`store`]), with each change and its reason; an entry that nobody touched follows the template ([`rules`]).

mod contributions;
mod import;
mod policy;
mod rules;
mod schema;
mod store;
mod template;
mod verbs;
mod web;
mod year;

use partnerships::{calendar::SchoolYear, partnerships::Partnership};
use platform::{import::Kind, room::Subject};
use serde::{Deserialize, Serialize};

pub(crate) use contributions::{NAV, TAB, panels, today};
pub(crate) use schema::migrations;
pub(crate) use web::routes;

/// The kind of subject that a road map is.
pub(crate) const SUBJECT: &str = "road-map";

/// The longest title, in characters.
pub(crate) const TITLE_MOST: usize = 120;
/// The longest reason, in characters.
pub(crate) const WHY_MOST: usize = 400;
/// The most entries of their own that a partnership has in a school year.
pub(crate) const OWN_MOST: usize = 60;

/// The kinds of files that this slice takes in.
pub(crate) fn imports() -> Vec<Kind> {
    vec![template::KIND, import::KIND]
}

/// Where a partnership's road map of a year is.
pub(crate) fn href(partnership: &Partnership, year: SchoolYear) -> String {
    format!("{}/road-map?year={}", partnership.subject().href, year.key())
}

/// How other rooms name the road map of a partnership's year.
pub(crate) fn subject_of(partnership: &Partnership, year: SchoolYear) -> Subject {
    Subject {
        kind: SUBJECT,
        key: format!("{}.{}", partnership.slug, year.key()),
        title: format!("Road map of {year}, {}", partnership.name),
        href: href(partnership, year),
    }
}

/// What an entry of a road map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryKind {
    /// A cycle of inquiry.
    Cycle,
    /// A review of the site, of its people, or of the work.
    Review,
    /// A meeting that the year hangs on.
    Meeting,
    /// Closing with care, or renewing.
    Closing,
    /// What is peculiar to this place.
    Other,
}

impl EntryKind {
    /// All of them, in the order in which pages show them.
    pub(crate) const ALL: [Self; 5] = [Self::Cycle, Self::Closing, Self::Review, Self::Meeting, Self::Other];

    /// Those that people and templates add.
    pub(crate) const ADDED: [Self; 3] = [Self::Review, Self::Meeting, Self::Other];

    /// The key in files, forms and tables.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Cycle => "cycle",
            Self::Review => "review",
            Self::Meeting => "meeting",
            Self::Closing => "closing",
            Self::Other => "other",
        }
    }

    /// The kind of that key.
    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// One of them, as people say it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cycle => "Cycle",
            Self::Review => "Review",
            Self::Meeting => "Key meeting",
            Self::Closing => "Close and renew",
            Self::Other => "Something else",
        }
    }

    /// Several of them.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Cycle => "Cycles",
            Self::Review => "Reviews",
            Self::Meeting => "Key meetings",
            Self::Closing => "Close and renew",
            Self::Other => "What is peculiar to this place",
        }
    }
}
