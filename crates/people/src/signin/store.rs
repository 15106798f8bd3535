//! What the door asks the database.

use chrono::{DateTime, Utc};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId};

/// Somebody who might sign in.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Known {
    pub id: PersonId,
    pub slug: String,
    pub name: String,
    pub email: String,
    pub phc: Option<String>,
}

const KNOWN: &str = "select p.id, p.slug, p.name, p.email, w.phc from person p left join password w on w.person_id = p.id";

/// The person of an address.
pub(super) async fn by_email(on: &impl ConnectionTrait, email: &str) -> Result<Option<Known>, DbErr> {
    db::one(on, &format!("{KNOWN} where p.email = $1"), vec![email.into()]).await
}

/// The person of a slug who has an address.
pub(super) async fn by_slug(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Known>, DbErr> {
    db::one(on, &format!("{KNOWN} where p.slug = $1 and p.email is not null"), vec![slug.into()]).await
}

/// The person of an id who has an address.
pub(super) async fn by_id(on: &impl ConnectionTrait, person: PersonId) -> Result<Option<Known>, DbErr> {
    db::one(on, &format!("{KNOWN} where p.id = $1 and p.email is not null"), vec![person.into()]).await
}

#[derive(FromQueryResult)]
struct Owner {
    person_id: PersonId,
}

/// Whose the provider's account of that name is here.
pub(super) async fn account_owner(on: &impl ConnectionTrait, issuer: &str, subject: &str) -> Result<Option<PersonId>, DbErr> {
    let sql = "select person_id from provider_account where issuer = $1 and subject = $2";
    Ok(db::one::<Owner>(on, sql, vec![issuer.into(), subject.into()]).await?.map(|owner| owner.person_id))
}

/// Whether a person has an account at the provider.
pub(super) async fn is_linked(on: &impl ConnectionTrait, person: PersonId) -> Result<bool, DbErr> {
    let sql = "select count(*) from provider_account where person_id = $1";
    Ok(db::scalar::<i64>(on, sql, vec![person.into()]).await?.unwrap_or(0) > 0)
}

/// An invitation that can still be taken up.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct OpenInvitation {
    pub id: uuid::Uuid,
    pub person_id: PersonId,
    pub purpose: String,
    pub slug: String,
    pub name: String,
    pub email: String,
}

impl OpenInvitation {
    /// Whom it asks in.
    pub(super) fn known(&self) -> Known {
        Known { id: self.person_id, slug: self.slug.clone(), name: self.name.clone(), email: self.email.clone(), phc: None }
    }
}

/// The open invitation of a token.
pub(super) async fn invitation(
    on: &impl ConnectionTrait,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<OpenInvitation>, DbErr> {
    db::one(
        on,
        "select i.id, i.person_id, i.purpose, p.slug, p.name, p.email from invitation i join person p on p.id = i.person_id
         where i.token_hash = $1 and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > $2
           and p.email is not null",
        vec![token_hash.to_vec().into(), now.into()],
    )
    .await
}
