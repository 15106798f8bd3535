//! What the list of invitations asks the database.

use chrono::{DateTime, Utc};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId};

/// An invitation that nobody has taken up yet.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Open {
    pub slug: String,
    pub name: String,
    pub email: Option<String>,
    pub kind: String,
    pub by_name: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

const OPEN: &str = "select p.slug, p.name, p.email, p.kind, b.name as by_name, i.created_at, i.expires_at
  from invitation i join person p on p.id = i.person_id left join person b on b.id = i.invited_by
  where i.purpose = 'join' and i.accepted_at is null and i.withdrawn_at is null";

/// Invitations that are neither taken up nor withdrawn, the latest first; also those whose time is over.
pub(super) async fn open(on: &impl ConnectionTrait) -> Result<Vec<Open>, DbErr> {
    db::rows(on, &format!("{OPEN} order by i.created_at desc, i.id desc limit 200"), vec![]).await
}

/// The open invitation of a person.
pub(super) async fn of(on: &impl ConnectionTrait, person: PersonId) -> Result<Option<Open>, DbErr> {
    db::one(on, &format!("{OPEN} and i.person_id = $1 order by i.created_at desc limit 1"), vec![person.into()]).await
}
