//! Teams, and dated memberships in them: several at once, each with a role, none ever erased.

mod import;
mod memberships_import;

use std::collections::BTreeMap;

use platform::{
    db::{self, TeamId},
    room::Subject,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

pub(crate) use import::KIND;
pub(crate) use memberships_import::KIND as MEMBERSHIPS;

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

/// How other rooms name a team.
#[must_use]
pub fn subject(slug: &str, name: &str) -> Subject {
    Subject { kind: SUBJECT, key: slug.to_owned(), title: name.to_owned(), href: format!("/teams/{slug}") }
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
