//! Cycles: rounds of inquiry by a template's steps, owned by a person, a team, a partnership or the whole organisation.
//!
//! A cycle has people and agreements, goals with predictions, a plan of actions, a running log, and at its end what was
//! learned. The steps, their questions and what belongs to each are data of a content pack ([`template`]); the same pages
//! serve every owner, with the access that fits it ([`owner`]).

mod api;
mod coachees;
mod contributions;
pub(crate) mod files;
mod foresight;
mod import;
mod owner;
mod parts;
mod policy;
mod review;
mod schema;
pub(crate) mod store;
mod template;
mod verbs;
mod web;
pub(crate) mod words;

use chrono::NaiveDate;
use partnerships::calendar::SchoolYear;
use platform::{
    Cx, Error,
    access::{PathIds, Routes, Standing, Thing},
    db::{FromQueryResult, PersonId},
    room::Subject,
    search::Audience,
};
use uuid::Uuid;

pub(crate) use contributions::{NAV, TAB, panels, today};
pub(crate) use import::kinds as imports;
pub(crate) use owner::Owner;
pub(crate) use policy::Run;
pub(crate) use schema::migrations;

use crate::{CycleId, GoalId, LearningId};

/// The routes of cycles: pages, and the API.
pub(crate) fn routes() -> Routes {
    web::routes().and(api::routes())
}

/// The kind of subject that a cycle is.
pub const SUBJECT: &str = "cycle";

/// Whose a cycle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerKind {
    /// One person's own development.
    Person,
    /// A team, also the one of a working group.
    Team,
    /// A partnership.
    Partnership,
    /// The organisation as a whole.
    Organisation,
}

impl OwnerKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Person, Self::Team, Self::Partnership, Self::Organisation];

    /// The word in files and tables.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Team => "team",
            Self::Partnership => "partnership",
            Self::Organisation => "organisation",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What the tables know as the state of a cycle.
pub(crate) const STATES: [&str; 3] = ["planned", "open", "closed"];

/// Whether a goal was met: the word in files, and the words on pages.
pub(crate) const MET: [(&str, &str); 4] =
    [("yes", "Met"), ("partly", "Partly met"), ("no", "Not met"), ("not_measured", "Not measured")];

/// Where a plan's action stands: the word in files, and the words on pages.
pub(crate) const ACTION_STATUSES: [(&str, &str); 5] = [
    ("not_started", "Not started"),
    ("under_way", "Under way"),
    ("done", "Done"),
    ("carried_over", "Carried over"),
    ("dropped", "Dropped"),
];

/// What kind of thing was learned: the word in files, and the heading on pages.
pub(crate) const LEARNINGS: [(&str, &str); 5] =
    [("keep", "Keep"), ("adapt", "Adapt"), ("drop", "Let go"), ("success", "What worked"), ("failure", "What did not work")];

/// What becomes of a goal in the next cycle: the word in the table, and the words on pages.
pub(crate) const DECISIONS: [(&str, &str); 3] = [("keep", "Keep it"), ("adapt", "Adapt it"), ("drop", "Let it go")];

/// For whom a goal is meant to change something: the word in files, and the words on pages.
pub(crate) const GOAL_KINDS: [(&str, &str); 2] = [("student", "Students"), ("adult", "Adults")];

/// The longest title, in characters.
pub(crate) const TITLE_MOST: usize = 120;
/// The longest text of a goal, an action or a learning, in characters.
pub(crate) const TEXT_MOST: usize = 1_000;
/// The longest of the short texts: a measure, a unit, a group, a reason.
pub(crate) const SHORT_MOST: usize = 200;
/// The longest entry of the log, and the longest agreements, in characters.
pub(crate) const LONG_MOST: usize = 4_000;
/// The largest figure of a goal, and the least below nothing.
pub(crate) const FIGURE_MOST: f64 = 1e9;

/// A cycle as the table has it, with what its owner is called.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Cycle {
    pub id: CycleId,
    pub key: String,
    pub owner_kind: String,
    pub school_year: i32,
    pub number: i32,
    pub title: String,
    pub template_key: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub state: String,
    pub step_key: String,
    pub agreements: String,
    pub closed_on: Option<NaiveDate>,
    pub carried_from_id: Option<CycleId>,
    pub version: i32,
    pub owner_slug: Option<String>,
    pub owner_name: Option<String>,
    pub site_slug: Option<String>,
}

impl Cycle {
    /// Where its page is.
    pub(crate) fn href(&self) -> String {
        href(&self.key)
    }

    /// How other rooms name it. A person's own cycle is named without its title: the audit log has other readers.
    pub(crate) fn subject(&self) -> Subject {
        let title = match (self.owner_kind(), &self.owner_name) {
            (OwnerKind::Person, _) => "A cycle of their own".to_owned(),
            (_, Some(name)) => format!("{}, {name}", self.title),
            (_, None) => self.title.clone(),
        };
        Subject { kind: SUBJECT, key: self.key.clone(), title, href: self.href() }
    }

    pub(crate) fn owner_kind(&self) -> OwnerKind {
        // The schema lets no other word in.
        OwnerKind::from_key(&self.owner_kind).unwrap_or(OwnerKind::Person)
    }

    pub(crate) fn year(&self) -> SchoolYear {
        SchoolYear(self.school_year)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Who may find it by search; nobody finds a person's own.
    pub(crate) fn audience(&self) -> Option<Audience> {
        match self.owner_kind() {
            OwnerKind::Person => None,
            OwnerKind::Team | OwnerKind::Organisation => Some(Audience::Staff),
            OwnerKind::Partnership => Some(Audience::Site(self.site_slug.clone().unwrap_or_default())),
        }
    }
}

/// Where the page of the cycle of that key is.
pub(crate) fn href(key: &str) -> String {
    format!("/cycles/{key}")
}

/// A cycle together with whose it is, as somebody may see it.
pub(crate) struct CycleThere {
    pub owner: Owner,
    pub cycle: Cycle,
    /// Whether whoever asks is named as one of its people.
    pub is_member: bool,
}

impl CycleThere {
    /// The cycle of that key, if these eyes may see it.
    pub(crate) async fn seen_by(cx: &Cx, who: &Standing, key: &str) -> Result<Option<Self>, Error> {
        let Some(cycle) = store::by_key(cx.db().read(), key).await? else { return Ok(None) };
        let slug = cycle.owner_slug.clone().unwrap_or_default();
        let owner = Owner::seen_by(cx, who, cycle.owner_kind(), &slug).await?;
        let Some(owner) = owner else { return Ok(None) };
        let is_member = store::is_member(cx.db().read(), cycle.id, who.person).await?;
        Ok(Some(Self { owner, cycle, is_member }))
    }
}

impl Thing for CycleThere {
    const NAME: &'static str = "cycle";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        Self::seen_by(cx, who, ids.get("cycle")?).await
    }
}

/// A goal, with what was predicted and what came of it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Goal {
    pub id: GoalId,
    pub key: String,
    pub kind: String,
    pub text: String,
    pub measure: String,
    pub unit: String,
    pub student_group: String,
    pub baseline: Option<f64>,
    pub target: Option<f64>,
    pub by_on: Option<NaiveDate>,
    pub predicted: Option<f64>,
    pub predicted_low: Option<f64>,
    pub predicted_high: Option<f64>,
    pub confidence: Option<i32>,
    pub outcome: Option<f64>,
    pub met: String,
    pub happened: String,
    pub decision: String,
}

/// An action of the plan.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct PlanAction {
    pub key: String,
    pub text: String,
    pub owner: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub practice: String,
    pub evidence: String,
    pub resources: String,
    pub status: String,
    pub why_not: String,
}

/// An entry of the running log.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct LogEntry {
    pub id: Uuid,
    pub key: String,
    pub author_id: PersonId,
    pub on_day: NaiveDate,
    pub author: String,
    pub text: String,
}

/// Something that was learned.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Learning {
    pub id: LearningId,
    pub key: String,
    pub kind: String,
    pub text: String,
    pub for_others: String,
    pub author: String,
    pub written_on: NaiveDate,
}
