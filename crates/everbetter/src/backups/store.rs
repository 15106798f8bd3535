//! Queries about backups.

use chrono::{DateTime, Utc};
use platform::db;
use sea_orm::{ConnectionTrait, DbErr};

use super::{Backup, JOB};

/// The backups that were begun last, newest first; those whose file was taken away are left out.
#[allow(dead_code, reason = "the operator's page shows it")]
pub(crate) async fn latest(on: &impl ConnectionTrait, count: u64) -> Result<Vec<Backup>, DbErr> {
    db::rows(on, &format!("select * from backup where removed_at is null order by began_at desc limit {count}"), vec![]).await
}

/// When the last backup was begun that came out well.
#[allow(dead_code, reason = "the operator's page shows it")]
pub(crate) async fn last_good(on: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    db::scalar(
        on,
        "select began_at from backup where finished_at is not null and problem is null order by began_at desc limit 1",
        vec![],
    )
    .await
}

/// When the last backup was begun that goes into the folder, whatever came of it.
pub(super) async fn last_begun(on: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    db::scalar(on, "select began_at from backup where cause <> 'command line' order by began_at desc limit 1", vec![]).await
}

/// Whether one stands in the queue or is being made.
pub(crate) async fn is_waiting(on: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let waiting = db::scalar::<i64>(
        on,
        "select count(*) from job where kind = $1 and done_at is null and given_up_at is null",
        vec![JOB.name.into()],
    )
    .await?;
    Ok(waiting.unwrap_or(0) > 0)
}
