//! The theory of action of a partnership: the aims, the changes expected to move them, and what brings those changes about.
//!
//! It is a tree of nodes, kept in numbered versions. A version that is out never changes; the next one begins as a draft that
//! takes what stands along. Practices are named by their codes, so that a node shows where their enactment stands today.

mod advice;
mod api;
mod compare;
mod contributions;
mod diagram;
mod draft;
mod import;
mod kept;
mod live;
pub mod rules;
mod schema;
pub(crate) mod store;
mod template;
mod verbs;
mod web;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::partnerships::Partnership;
use platform::{access::Routes, import::Kind, room::Subject};
use serde::{Deserialize, Serialize};

pub(crate) use contributions::{TAB, panels, today};
pub(crate) use schema::migrations;
pub(crate) use verbs::{carry_over, drop_untouched};

use crate::TheoryVersionId;

/// The kind of subject that a theory of action is.
pub(crate) const SUBJECT: &str = "theory";

pub(crate) fn routes() -> Routes {
    web::routes().and(api::routes())
}

/// The kinds of files that this slice takes in.
pub(crate) fn imports() -> Vec<Kind> {
    vec![template::KIND, import::KIND, import::ANSWERS, import::READINGS]
}

/// How other rooms name a partnership's theory of action.
#[must_use]
pub fn subject_of(partnership: &Partnership) -> Subject {
    Subject {
        kind: SUBJECT,
        key: partnership.slug.clone(),
        title: format!("Theory of action, {}", partnership.name),
        href: format!("/partnerships/{}/theory", partnership.slug),
    }
}

/// What files and programs call a version.
#[must_use]
pub fn key_of(partnership: &Partnership, number: i32) -> String {
    format!("{}.v{number}", partnership.slug)
}

/// What a node of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// What is known about the place.
    Context,
    /// The whole in one if-then sentence.
    Sentence,
    /// How much, for which students, by when.
    Aim,
    /// A high-leverage change in adult practice.
    Change,
    /// What must hold for a change.
    Condition,
    /// What is done.
    Action,
    /// What would sink a change if it were wrong, and what would change our mind.
    Assumption,
    /// A measure that stands for itself.
    Measure,
    /// Who wrote this, who checked it.
    Voices,
    /// Answers to the equity questions.
    Equity,
}

impl NodeKind {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 10] = [
        Self::Context,
        Self::Sentence,
        Self::Aim,
        Self::Change,
        Self::Condition,
        Self::Action,
        Self::Assumption,
        Self::Measure,
        Self::Voices,
        Self::Equity,
    ];

    /// The key in files, forms and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Sentence => "sentence",
            Self::Aim => "aim",
            Self::Change => "change",
            Self::Condition => "condition",
            Self::Action => "action",
            Self::Assumption => "assumption",
            Self::Measure => "measure",
            Self::Voices => "voices",
            Self::Equity => "equity",
        }
    }

    /// The kind of that key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// As people say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Context => "What we know about this place",
            Self::Sentence => "In one sentence",
            Self::Aim => "Aim",
            Self::Change => "Change",
            Self::Condition => "Condition",
            Self::Action => "Action",
            Self::Assumption => "Assumption",
            Self::Measure => "Measure",
            Self::Voices => "Who wrote this, who checked it",
            Self::Equity => "Equity questions",
        }
    }
}

/// What a measure is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// What it comes to in the end.
    Lagging,
    /// What shows early.
    Leading,
    /// Whether what was planned is done.
    Process,
    /// What must not suffer meanwhile.
    Balancing,
}

impl MeasureKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lagging, Self::Leading, Self::Process, Self::Balancing];

    /// The key in files, forms and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Lagging => "lagging",
            Self::Leading => "leading",
            Self::Process => "process",
            Self::Balancing => "balancing",
        }
    }

    /// The kind of that key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What it tells, in a few words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lagging => "Shows in the end",
            Self::Leading => "Shows early",
            Self::Process => "Shows that it is done",
            Self::Balancing => "Must not suffer",
        }
    }
}

/// How one would see that something moves.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Measure {
    /// What is counted. In a partnership a measure is known by these words.
    pub name: String,
    /// What it is for.
    pub kind: MeasureKind,
    /// Where it stood at the beginning.
    pub baseline: Option<f64>,
    /// Where it should come to.
    pub target: Option<f64>,
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Node {
    /// Its name within the version: `C1a`. It goes along into the next one.
    pub key: String,
    /// The node that it serves.
    pub parent: Option<String>,
    /// What it is.
    pub kind: NodeKind,
    /// What it says.
    pub text: String,
    /// For which students first; an aim's.
    pub students: String,
    /// Why it should bring about what it serves.
    pub because: String,
    /// The codes of the practices that it rests on.
    pub practices: Vec<String>,
    /// The codes of indicators that it is expected to move.
    pub indicators: Vec<String>,
    /// How one would see it.
    pub measure: Option<Measure>,
    /// Counts edits of the draft that it stands in.
    pub version: i32,
}

impl Node {
    /// A node that says only what it is and its words.
    #[must_use]
    pub fn new(key: &str, kind: NodeKind, parent: Option<&str>, text: &str) -> Self {
        Self {
            key: key.to_owned(),
            parent: parent.map(str::to_owned),
            kind,
            text: text.to_owned(),
            students: String::new(),
            because: String::new(),
            practices: Vec::new(),
            indicators: Vec::new(),
            measure: None,
            version: 1,
        }
    }

    /// Whether both say the same; how often they were edited is no part of that.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let version = self.version;
        *self == Self { version, ..other.clone() }
    }
}

/// A version, without its nodes.
#[derive(Clone, Debug, platform::db::FromQueryResult)]
pub struct TheoryVersion {
    /// Its id.
    pub id: TheoryVersionId,
    /// Its number, from 1.
    pub number: i32,
    /// The day from which it counts; a draft has none.
    pub effective_from: Option<NaiveDate>,
    /// Why it differs from the one before.
    pub why_changed: String,
    /// What it began as.
    pub origin: String,
    /// When it went out; `None` for a draft.
    pub published_at: Option<DateTime<Utc>>,
    /// Who put it out; nobody where it came in by a file.
    pub published_by: Option<String>,
    /// Counts edits.
    pub version: i32,
}

/// A version with its nodes, in their order.
#[derive(Clone, Debug)]
pub struct Theory {
    /// Which one it is.
    pub version: TheoryVersion,
    /// The nodes.
    pub nodes: Vec<Node>,
}

#[cfg(test)]
mod tests;
