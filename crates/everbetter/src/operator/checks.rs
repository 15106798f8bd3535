//! A look at the database and at the audit log's chain, once a day and whenever the operator asks; what was found is kept.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, audit, clock,
    db::{self, ConnectionTrait, Db, DbErr, Engine, FromQueryResult},
    jobs::JobKind,
    room::Answer,
};

/// The job that looks.
pub(crate) const JOB: JobKind = JobKind { name: "daily check", every: Some(Duration::from_secs(24 * 3600)), run };

/// What was found is kept this long.
const KEPT_DAYS: i64 = 90;

/// Findings that are kept word by word; SQLite can name very many.
const TOLD: usize = 5;

/// What a look found.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Check {
    pub at: DateTime<Utc>,
    pub events: i64,
    pub broken_at: Option<i64>,
    pub findings: String,
}

#[derive(FromQueryResult)]
struct Finding {
    finding: String,
}

/// The last look, if there was one.
pub(super) async fn last(on: &impl ConnectionTrait) -> Result<Option<Check>, DbErr> {
    db::one(on, "select at, events, broken_at, findings from server_check order by at desc limit 1", vec![]).await
}

fn run<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let findings = integrity(&app.db).await?;
        let (events, broken_at) = match audit::verify(&app.db).await? {
            Ok(events) => (events, None),
            Err(seq) => (seq - 1, Some(seq)),
        };
        if let Some(seq) = broken_at {
            tracing::error!(seq, "the audit log was changed outside of this program");
        }
        let now = app.clock.now();
        app.db
            .write(async |tx| {
                db::exec(
                    &**tx,
                    "insert into server_check (id, at, events, broken_at, findings) values ($1, $2, $3, $4, $5)",
                    vec![clock::new_id(now).into(), now.into(), events.into(), broken_at.into(), findings.into()],
                )
                .await?;
                db::exec(&**tx, "delete from server_check where at < $1", vec![(now - TimeDelta::days(KEPT_DAYS)).into()]).await
            })
            .await?;
        Ok(())
    })
}

/// What is wrong with SQLite's file; PostgreSQL keeps its own in order.
async fn integrity(db: &Db) -> Result<String, DbErr> {
    if db.engine() == Engine::Postgres {
        return Ok(String::new());
    }
    let found = db::rows::<Finding>(
        db.read(),
        "select quick_check as finding from pragma_quick_check where quick_check <> 'ok'
         union all select \"table\" || ' refers to a missing ' || \"parent\" from pragma_foreign_key_check",
        vec![],
    )
    .await?;
    Ok(found.into_iter().take(TOLD).map(|row| row.finding).collect::<Vec<_>>().join("; "))
}
