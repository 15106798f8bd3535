//! Personal API tokens: a program's way in, in its owner's name. Shown once, kept as a hash, revocable at any time.

mod verbs;
mod web;

use chrono::{DateTime, Utc};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId};
use uuid::Uuid;

pub(crate) use verbs::make;
pub(crate) use web::routes;

/// How many tokens that still open the door one person can have.
const MOST: usize = 20;

/// For how long a token can be good: the word in the form, the words on the page, days.
const TERMS: [(&str, &str, Option<i64>); 4] = [
    ("30", "30 days", Some(30)),
    ("90", "90 days", Some(90)),
    ("365", "A year", Some(365)),
    ("none", "Until you revoke it", None),
];

/// A token, without what only its owner has.
#[derive(Clone, Debug, FromQueryResult)]
struct Token {
    id: Uuid,
    name: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    used_at: Option<DateTime<Utc>>,
    factor_for: String,
    had_factor: i32,
}

/// The tokens of a person that still open the door, the newest first.
async fn open_tokens(on: &impl ConnectionTrait, person: PersonId, now: DateTime<Utc>) -> Result<Vec<Token>, DbErr> {
    db::rows(
        on,
        "select id, name, created_at, expires_at, used_at, factor_for, had_factor from api_token
         where person_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
         order by created_at desc, id desc",
        vec![person.into(), now.into()],
    )
    .await
}
