//! Teams, and dated memberships in them: several at once, each with a role, none ever erased.

mod api;
mod import;
mod memberships_import;
pub(crate) mod policy;
pub(crate) mod store;
pub(crate) mod verbs;
mod web;

use std::collections::BTreeMap;

use platform::{
    db::{self, ConnectionTrait, DbErr, FromQueryResult, TeamId},
    room::Subject,
};

pub(crate) use import::KIND;
pub(crate) use memberships_import::KIND as MEMBERSHIPS;

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}

/// The kind of subject that a team is, for panels.
pub const SUBJECT: &str = "team";

/// The kinds of teams, and how pages call them.
pub(crate) const KINDS: [(&str, &str); 5] = [
    ("organisation", "Everybody"),
    ("national", "National team"),
    ("subteam", "Subteam"),
    ("region", "Regional team"),
    ("working-group", "Working group"),
];

/// A kind of team in words.
pub(crate) fn kind_words(kind: &str) -> String {
    let known = KINDS.iter().find(|(word, _)| *word == kind);
    known.map_or_else(|| crate::words::of_key(kind), |(_, words)| (*words).to_owned())
}

/// A team as the table has it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Team {
    pub id: TeamId,
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub parent_id: Option<TeamId>,
    pub purpose: String,
    pub version: i32,
}

impl Team {
    /// How other rooms name the team.
    pub(crate) fn subject(&self) -> Subject {
        subject(&self.slug, &self.name)
    }
}

/// How other rooms name a team.
#[must_use]
pub fn subject(slug: &str, name: &str) -> Subject {
    Subject { kind: SUBJECT, key: slug.to_owned(), title: name.to_owned(), href: format!("/teams/{slug}") }
}

#[derive(FromQueryResult)]
struct Choice {
    slug: String,
    name: String,
}

/// All teams by name, for a field that chooses one: slug and name.
pub(crate) async fn choices(on: &impl ConnectionTrait) -> Result<Vec<(String, String)>, DbErr> {
    let rows = db::rows::<Choice>(on, "select slug, name from team order by folded, slug", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

#[derive(FromQueryResult)]
struct SlugRow {
    id: TeamId,
    slug: String,
}

/// All teams by slug: for files that name them so.
///
/// # Errors
/// The database's own.
pub async fn ids_by_slug(on: &impl ConnectionTrait) -> Result<BTreeMap<String, TeamId>, DbErr> {
    let rows = db::rows::<SlugRow>(on, "select id, slug from team", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}
