//! `Idempotency-Key`: a request that is sent twice is done once, and answered twice with the same words.
//!
//! The key's row is claimed before the work, marked as done by the very transaction that does the work, and given the answer
//! after it. So a crash at any moment leaves one of two truths: nothing was done and the key is free again after a while, or
//! it was done and the row says so. Rows belong to a person and are kept for a day.

use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Fields, Made, New, Problem, answer::Kept, kinds};
use crate::{
    access::Standing,
    app::Cx,
    db::{self, DbErr, FromQueryResult, Migration, PersonId, Tx},
    error::Error,
    jobs::JobKind,
};

/// The keys' table.
pub const MIGRATION: Migration = Migration {
    name: "platform-api-001-keys",
    why: "A program that sends something twice must not make two of it, whichever instance answers.",
    sql: "create table api_key_use (
  person_id {uuid} not null,
  key text not null,
  fingerprint {bytes} not null,
  claimed_at {instant} not null,
  done_at {instant},
  status integer,
  location text,
  etag text,
  body text,
  constraint api_key_use_pk primary key (person_id, key)
);
create index api_key_use_age on api_key_use (claimed_at)",
    only: &[],
};

/// How long a key is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// After so long a request that has done nothing is not under way any more: it is stopped after a minute.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(2);
/// The longest key.
const LONGEST: usize = 100;

/// Takes keys away whose day is over.
pub const TIDY: JobKind = JobKind {
    name: "tidy idempotency keys",
    every: Some(Duration::from_secs(3600)),
    run: |app, _| {
        Box::pin(async move {
            let before = app.clock.now() - KEPT;
            app.db
                .write(async |tx| db::exec(&**tx, "delete from api_key_use where claimed_at < $1", vec![before.into()]).await)
                .await?;
            Ok(())
        })
    },
};

/// A key, and what was sent with it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub key: String,
    pub fingerprint: Vec<u8>,
}

/// The header, when it is there.
pub(super) fn key_of(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    let fits = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        let word = format!("Idempotency-Key has 1 to {LONGEST} letters, digits and signs without spaces, such as a UUID.");
        return Err(Problem::unreadable(word).into());
    }
    Ok(Some(key.to_owned()))
}

/// Goes along with a request's writes and marks its key as done inside them.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    person: PersonId,
    key: String,
    now: DateTime<Utc>,
}

impl Mark {
    pub(crate) async fn settle(&self, tx: &Tx) -> Result<(), DbErr> {
        let sql = "update api_key_use set done_at = $1 where person_id = $2 and key = $3";
        let touched = db::exec(&**tx, sql, vec![self.now.into(), self.person.into(), self.key.as_str().into()]).await?;
        // Without its row the work could be done a second time, so it is not done at all.
        if touched == 0 { Err(DbErr::RecordNotUpdated) } else { Ok(()) }
    }
}

#[derive(FromQueryResult)]
struct Row {
    fingerprint: Vec<u8>,
    claimed_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    status: Option<i32>,
    location: Option<String>,
    etag: Option<String>,
    body: Option<String>,
}

impl<F: Fields> New<F> {
    /// Makes it, once for each key.
    ///
    /// # Errors
    /// What `make` answers; that the key is in use, or was used for something else.
    pub async fn make<T: serde::Serialize>(
        &self,
        cx: &Cx,
        who: &Standing,
        make: impl AsyncFnOnce(&Cx) -> Result<Made<T>, Error>,
    ) -> Result<Made<T>, Error> {
        let Some(key) = &self.key else { return make(cx).await };
        if let Some(kept) = claim(cx, who, key).await? {
            return Ok(Made::again(kept));
        }
        let mark = Mark { person: who.person, key: key.key.clone(), now: cx.now };
        match make(&cx.marked(mark)).await {
            Ok(made) => {
                let kept = made.kept()?;
                cx.db()
                    .write(async |tx| {
                        let sql = "update api_key_use set done_at = $1, status = $2, location = $3, etag = $4, body = $5
                            where person_id = $6 and key = $7";
                        let params = vec![
                            cx.now.into(),
                            i32::from(kept.status).into(),
                            kept.location.clone().into(),
                            kept.etag.clone().into(),
                            kept.body.clone().into(),
                            who.person.into(),
                            key.key.as_str().into(),
                        ];
                        db::exec(&**tx, sql, params).await
                    })
                    .await?;
                Ok(Made::fresh(kept))
            }
            Err(error) => {
                // What was refused can be put right and sent again with the same key; what was done keeps its row.
                cx.db()
                    .write(async |tx| {
                        let sql = "delete from api_key_use where person_id = $1 and key = $2 and done_at is null";
                        db::exec(&**tx, sql, vec![who.person.into(), key.key.as_str().into()]).await
                    })
                    .await?;
                Err(error)
            }
        }
    }
}

/// Claims the key, or answers what was kept under it.
async fn claim(cx: &Cx, who: &Standing, key: &Key) -> Result<Option<Kept>, Error> {
    cx.db()
        .write(async |tx| {
            let sql = "insert into api_key_use (person_id, key, fingerprint, claimed_at) values ($1, $2, $3, $4)
                on conflict (person_id, key) do nothing";
            let params = vec![who.person.into(), key.key.as_str().into(), key.fingerprint.clone().into(), cx.now.into()];
            if db::exec(&**tx, sql, params).await? > 0 {
                return Ok(None);
            }
            let sql = "select fingerprint, claimed_at, done_at, status, location, etag, body from api_key_use
                where person_id = $1 and key = $2";
            let row = db::one::<Row>(&**tx, sql, vec![who.person.into(), key.key.as_str().into()]).await?;
            // It went between the two statements: the first request was refused just now.
            let Some(row) = row else { return Err(Problem::of(&kinds::IN_FLIGHT).into()) };
            if row.fingerprint != key.fingerprint {
                return Err(Problem::of(&kinds::KEY_REUSED).into());
            }
            if let (Some(status), Some(body)) = (row.status, row.body) {
                let status = u16::try_from(status).unwrap_or(201);
                return Ok(Some(Kept { status, location: row.location, etag: row.etag, body }));
            }
            if row.claimed_at + UNDER_WAY > cx.now {
                return Err(Problem::of(&kinds::IN_FLIGHT).into());
            }
            if row.done_at.is_some() {
                return Err(Problem::of(&kinds::ANSWER_LOST).into());
            }
            // The first request died before it did anything: this one takes its place, unless a third was faster.
            let sql = "update api_key_use set claimed_at = $1
                where person_id = $2 and key = $3 and claimed_at = $4 and done_at is null";
            let params = vec![cx.now.into(), who.person.into(), key.key.as_str().into(), row.claimed_at.into()];
            if db::exec(&**tx, sql, params).await? == 0 {
                return Err(Problem::of(&kinds::IN_FLIGHT).into());
            }
            Ok(None)
        })
        .await
}
