//! Work for later, as rows: enqueued in the transaction that causes it, claimed with a lease, retried with a growing pause.
//!
//! A job runs once in effect, not once in fact: after a crash its lease runs out and another worker takes it, so a job
//! must bear being begun twice.

mod worker;

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    app::App,
    clock,
    db::{self, ConnectionTrait, DbErr, Engine, Migration},
    room::Answer,
};

pub use worker::{drain, run_workers};

/// The jobs' table.
pub const MIGRATION: Migration = Migration {
    name: "platform-003-jobs",
    why: "Mail and other slow work must survive a crash and never run twice at a time.",
    sql: "create table job (
  id {uuid} primary key,
  kind text not null,
  payload text not null,
  only_one text,
  run_at {instant} not null,
  attempts integer not null,
  leased_until {instant},
  last_error text,
  given_up_at {instant},
  done_at {instant},
  created_at {instant} not null
);
create index job_due on job (run_at) where done_at is null and given_up_at is null;
create index job_finished on job (done_at);
create unique index job_only_one on job (only_one) where done_at is null and given_up_at is null",
    only: &[],
};

/// A kind of work.
pub struct JobKind {
    /// Its name in the table.
    pub name: &'static str,
    /// How often it runs by itself, if it does.
    pub every: Option<Duration>,
    /// Does it. An error puts it off; after ten tries it is given up, visible to the operator.
    pub run: for<'a> fn(&'a App, &'a str) -> Answer<'a, ()>,
}

/// Puts a job in the queue.
///
/// # Errors
/// The database's own.
pub async fn enqueue(
    on: &impl ConnectionTrait,
    now: DateTime<Utc>,
    kind: &str,
    payload: &serde_json::Value,
    run_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let job = New { id: clock::new_id(now), kind, payload: &payload.to_string(), run_at, only_one: None };
    insert(on, now, job).await.map(drop)
}

/// Puts a job in the queue under an id by which it can be asked for, as soon as a worker is free.
///
/// # Errors
/// The database's own.
pub async fn enqueue_as(
    on: &impl ConnectionTrait,
    now: DateTime<Utc>,
    id: uuid::Uuid,
    kind: &str,
    payload: &serde_json::Value,
) -> Result<(), DbErr> {
    let job = New { id, kind, payload: &payload.to_string(), run_at: now, only_one: None };
    insert(on, now, job).await.map(drop)
}

/// Puts a job in the queue unless one of the same name stands there or runs; says whether it did.
///
/// # Errors
/// The database's own.
pub async fn enqueue_one(
    on: &impl ConnectionTrait,
    now: DateTime<Utc>,
    kind: &str,
    payload: &serde_json::Value,
    only_one: &str,
) -> Result<bool, DbErr> {
    let job = New { id: clock::new_id(now), kind, payload: &payload.to_string(), run_at: now, only_one: Some(only_one) };
    insert(on, now, job).await
}

/// Lets a recurring kind of job run as soon as a worker is free: one that waits goes first, else there is a new one.
///
/// # Errors
/// The database's own.
pub async fn run_now(on: &impl ConnectionTrait, now: DateTime<Utc>, kind: &JobKind) -> Result<(), DbErr> {
    let waiting = db::exec(
        on,
        "update job set run_at = $1 where only_one = $2 and done_at is null and given_up_at is null",
        vec![now.into(), kind.name.into()],
    )
    .await?;
    if waiting == 0 { insert(on, now, New::recurring(kind.name, now)).await.map(drop) } else { Ok(()) }
}

/// A job that is put in the queue.
struct New<'a> {
    id: uuid::Uuid,
    kind: &'a str,
    payload: &'a str,
    run_at: DateTime<Utc>,
    /// The name that it has alone while it waits or runs.
    only_one: Option<&'a str>,
}

impl<'a> New<'a> {
    fn recurring(kind: &'a str, now: DateTime<Utc>) -> Self {
        Self { id: clock::new_id(now), kind, payload: "null", run_at: now, only_one: Some(kind) }
    }
}

async fn insert(on: &impl ConnectionTrait, now: DateTime<Utc>, job: New<'_>) -> Result<bool, DbErr> {
    let added = db::exec(
        on,
        "insert into job (id, kind, payload, only_one, run_at, attempts, created_at) values ($1, $2, $3, $4, $5, 0, $6)
         on conflict do nothing",
        vec![job.id.into(), job.kind.into(), job.payload.into(), job.only_one.into(), job.run_at.into(), now.into()],
    )
    .await?;
    Ok(added > 0)
}

/// How many jobs wait, failed at least once, and were given up.
#[derive(Clone, Copy, Debug, Default, crate::db::FromQueryResult)]
pub struct Load {
    /// Jobs that wait for their time or a worker.
    pub waiting: i64,
    /// Of these, jobs that failed at least once.
    pub retrying: i64,
    /// Jobs that were given up.
    pub given_up: i64,
}

/// The state of the queue.
///
/// # Errors
/// The database's own.
pub async fn load(on: &impl ConnectionTrait) -> Result<Load, DbErr> {
    let load = db::one::<Load>(
        on,
        "select count(case when given_up_at is null then 1 end) as waiting,
                count(case when given_up_at is null and attempts > 0 then 1 end) as retrying,
                count(case when given_up_at is not null then 1 end) as given_up
         from job where done_at is null",
        vec![],
    )
    .await?;
    Ok(load.unwrap_or_default())
}

pub(crate) fn claim_sql(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "update job set leased_until = $1, attempts = attempts + 1 where id in (
               select id from job where done_at is null and given_up_at is null and run_at <= $2
                 and (leased_until is null or leased_until < $2) order by run_at limit 1)
             returning id, kind, payload, attempts"
        }
        Engine::Postgres => {
            "update job set leased_until = $1, attempts = attempts + 1 where id in (
               select id from job where done_at is null and given_up_at is null and run_at <= $2
                 and (leased_until is null or leased_until < $2) order by run_at limit 1 for update skip locked)
             returning id, kind, payload, attempts"
        }
    }
}
