//! Who somebody is to us, now: the kind, the seats held today, and the site that a partner-side person works at.

use std::{future::Future, pin::Pin};

use chrono::{DateTime, Utc};

use crate::{
    app::Cx,
    db::{Db, PersonId, TeamId},
    error::Error,
    room::Answer,
};

/// The three kinds of persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Works for the organisation; staff read one another's work.
    Staff,
    /// Works at a partner site: sees the own partnership and what is shared with partners.
    Partner,
    /// Has left: keeps the community and what is published.
    Alumnus,
}

impl Kind {
    /// The word in files, tables and addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Partner => "partner",
            Self::Alumnus => "alumnus",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Staff, Self::Partner, Self::Alumnus].into_iter().find(|kind| kind.word() == word)
    }
}

/// The roles that access asks about. Others are the organisation's own words and give nothing by themselves.
pub mod roles {
    /// Leads a regional team.
    pub const DIRECTOR: &str = "director";
    /// Leads the regional teams of a larger area.
    pub const SENIOR_DIRECTOR: &str = "senior-director";
    /// Answers for the whole programme.
    pub const CHIEF: &str = "chief-of-programs";
    /// Coaches implementers and reads what concerns them.
    pub const SUPERVISOR: &str = "supervisor";
    /// Works in the schools.
    pub const IMPLEMENTER: &str = "implementer";
    /// Keeps the figures clean and the questions sharp.
    pub const EVALUATOR: &str = "developmental-evaluator";
    /// Runs the machine.
    pub const OPERATOR: &str = "operator";
}

/// A membership that holds today.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The team.
    pub team: TeamId,
    /// The team's readable key.
    pub slug: String,
    /// The role in it.
    pub role: String,
}

/// How somebody came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the browser's session; the value is the hash of its token.
    Session(Vec<u8>),
    /// By a personal API token.
    Token,
}

/// Who is asking.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The person.
    pub person: PersonId,
    /// The readable key, part of the person's address.
    pub slug: String,
    /// The full name.
    pub name: String,
    /// The kind.
    pub kind: Kind,
    /// Memberships that hold today.
    pub seats: Vec<Seat>,
    /// The key of the site that a partner-side person works at.
    pub works_at: Option<String>,
    /// How the person came in.
    pub via: Via,
}

impl Standing {
    /// Whether this is staff.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.kind == Kind::Staff
    }

    /// Whether one of today's seats has one of these roles. Only staff hold roles.
    #[must_use]
    pub fn holds(&self, roles: &[&str]) -> bool {
        self.is_staff() && self.seats.iter().any(|seat| roles.contains(&seat.role.as_str()))
    }

    /// Whether one of today's seats is in this team.
    #[must_use]
    pub fn sits_in(&self, team: TeamId) -> bool {
        self.is_staff() && self.seats.iter().any(|seat| seat.team == team)
    }

    /// The key of the one site of which somebody outside of us sees lists, empty for none; `None` for staff, who see all.
    #[must_use]
    pub fn only_site(&self) -> Option<&str> {
        (!self.is_staff()).then(|| self.works_at.as_deref().unwrap_or_default())
    }

    /// The first name, for greetings.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }
}

/// A form that has to wait.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct KeptForm {
    /// Where it was sent to.
    pub address: String,
    /// The page that it was sent from.
    pub back: String,
    /// What was typed, as it was sent.
    pub body: String,
}

/// What the room of people lends to the door: who stands behind a token.
pub trait Identify: Send + Sync {
    /// The person of a session, by the hash of its token; moves the session's idle limit on.
    fn by_session<'a>(
        &'a self,
        db: &'a Db,
        token_hash: Vec<u8>,
        now: DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;

    /// When the person of a session last showed who it is. A door that knows no such time asks nobody again.
    fn proved_at<'a>(&'a self, _: &'a Db, _: Vec<u8>) -> Answer<'a, Option<DateTime<Utc>>> {
        Box::pin(async { Ok(None) })
    }

    /// Keeps what was sent until its sender has shown who it is; answers the word under which it is kept. A door that keeps
    /// nothing answers nothing.
    fn keep_form<'a>(&'a self, _: &'a Cx, _: KeptForm) -> Answer<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    /// A person as what they asked for runs later, with the rights of that time. A door that knows nobody finds nobody.
    fn by_person<'a>(&'a self, _: &'a Db, _: PersonId, _: DateTime<Utc>) -> Answer<'a, Option<Standing>> {
        Box::pin(async { Ok(None) })
    }

    /// The person of a personal API token, by its hash.
    fn by_token<'a>(
        &'a self,
        db: &'a Db,
        token_hash: Vec<u8>,
        now: DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;
}
