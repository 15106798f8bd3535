//! Workers: claim, run, settle.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use super::{JobKind, New, claim_sql, insert};
use crate::{
    app::App,
    db::{self, ConnectionTrait, DbErr, Engine, FromQueryResult},
    error::Error,
};

/// How long a job stays with a worker that says nothing; after a crash another one takes it.
const LEASE: chrono::Duration = chrono::Duration::seconds(60);
/// How often a worker says that it is still at it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
const TRIES: i32 = 10;
/// Any fixed number other than the schema's.
const SCHEDULE_LOCK: i64 = 0x6a6f_6273;
const PAUSE: Duration = Duration::from_secs(3);

#[derive(FromQueryResult)]
struct Claimed {
    id: uuid::Uuid,
    kind: String,
    payload: String,
    attempts: i32,
}

/// Runs jobs until the program ends.
pub async fn run_workers(app: Arc<App>) {
    let workers = (0..app.config.workers).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            loop {
                match step(&app).await {
                    Ok(true) => {}
                    Ok(false) => tokio::time::sleep(PAUSE).await,
                    Err(error) => {
                        tracing::error!(%error, "the queue of jobs can't be read");
                        tokio::time::sleep(PAUSE * 5).await;
                    }
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        let Err(error) = worker.await;
        tracing::error!(%error, "a worker ended");
    }
}

/// Runs what is due now until nothing is left; for tests and for commands that must not leave work behind.
///
/// # Errors
/// The database's own.
pub async fn drain(app: &App) -> Result<usize, Error> {
    let mut ran = 0;
    while step(app).await? {
        ran += 1;
    }
    Ok(ran)
}

async fn step(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    schedule(app, now).await?;
    let claimed = app
        .db
        .write(async |tx| db::one::<Claimed>(&**tx, claim_sql(app.db.engine()), vec![(now + LEASE).into(), now.into()]).await)
        .await?;
    let Some(job) = claimed else { return Ok(false) };
    let outcome = match kinds(app).find(|kind| kind.name == job.kind) {
        // One that takes the whole program down with it never gets as far as failing.
        _ if job.attempts > TRIES => Err(Error::Ours("the program ended each time while it ran".to_owned())),
        Some(kind) => tokio::select! {
            outcome = (kind.run)(app, &job.payload) => outcome,
            () = until_lost(app, &job) => {
                tracing::warn!(kind = job.kind, "a job went to another worker, since this one was not heard of for too long");
                return Ok(true);
            }
        },
        None => Err(Error::Ours(format!("no room knows jobs of kind {}", job.kind))),
    };
    settle(app, &job, outcome).await?;
    Ok(true)
}

/// Prolongs the lease again and again; ends when the job is no longer ours.
async fn until_lost(app: &App, job: &Claimed) {
    loop {
        tokio::time::sleep(SIGN_OF_LIFE).await;
        let until = app.clock.now() + LEASE;
        let prolonged = app
            .db
            .write(async |tx| {
                db::exec(
                    &**tx,
                    "update job set leased_until = $1 where id = $2 and attempts = $3 and done_at is null",
                    vec![until.into(), job.id.into(), job.attempts.into()],
                )
                .await
            })
            .await;
        match prolonged {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, kind = job.kind, "a job's lease could not be prolonged"),
        }
    }
}

fn kinds(app: &App) -> impl Iterator<Item = &JobKind> {
    app.house.rooms().iter().flat_map(|room| &room.jobs)
}

/// Sees that each recurring job stands in the queue once; the name of its hour or day keeps instances from doubling it.
async fn schedule(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    for kind in kinds(app) {
        let Some(every) = kind.every else { continue };
        let since = now - chrono::Duration::from_std(every).unwrap_or(LEASE);
        if !stands(app.db.read(), kind.name, since).await? {
            app.db
                .write(async |tx| {
                    if app.db.engine() == Engine::Postgres {
                        // Somebody may put it there, and another worker finish it, between our look and our own.
                        db::exec(&**tx, "select pg_advisory_xact_lock($1)", vec![SCHEDULE_LOCK.into()]).await?;
                    }
                    if stands(&**tx, kind.name, since).await? {
                        return Ok(false);
                    }
                    insert(&**tx, now, New::recurring(kind.name, now)).await
                })
                .await?;
        }
    }
    Ok(())
}

/// Whether a recurring job waits, runs, or was done since then.
async fn stands(on: &impl ConnectionTrait, name: &str, since: DateTime<Utc>) -> Result<bool, DbErr> {
    let found = db::scalar::<i64>(
        on,
        "select count(*) from job where only_one = $1 and (done_at is null or done_at > $2)",
        vec![name.into(), since.into()],
    )
    .await?;
    Ok(found != Some(0))
}

async fn settle(app: &App, job: &Claimed, outcome: Result<(), Error>) -> Result<(), DbErr> {
    let now = app.clock.now();
    app.db
        .write(async |tx| match &outcome {
            Ok(()) => {
                db::exec(
                    &**tx,
                    // The number of tries is its claimant's mark: who took it over later settles it.
                    "update job set done_at = $1, leased_until = null, last_error = null where id = $2 and attempts = $3",
                    vec![now.into(), job.id.into(), job.attempts.into()],
                )
                .await
            }
            Err(error) => {
                tracing::warn!(kind = job.kind, attempt = job.attempts, %error, "a job failed");
                let given_up = (job.attempts >= TRIES).then_some(now);
                let minutes = 1_i64 << u32::try_from(job.attempts.clamp(0, 10)).unwrap_or(0);
                db::exec(
                    &**tx,
                    "update job set run_at = $1, leased_until = null, last_error = $2, given_up_at = $3
                     where id = $4 and attempts = $5",
                    vec![
                        (now + chrono::Duration::minutes(minutes)).into(),
                        error.to_string().into(),
                        given_up.into(),
                        job.id.into(),
                        job.attempts.into(),
                    ],
                )
                .await
            }
        })
        .await?;
    Ok(())
}
