//! Queries about backups.

use chrono::{DateTime, Utc};
use platform::db;
use platform::db::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::JOB;

/// A backup that the schedule made, and whose file is there.
#[derive(FromQueryResult)]
pub(super) struct Kept {
    pub id: Uuid,
    /// The file, with its folder.
    pub file: String,
    /// When it was begun; it holds everything that was saved until then.
    pub began_at: DateTime<Utc>,
}

/// The backups on schedule that came out well and were not taken away, newest first.
pub(super) async fn kept(on: &impl ConnectionTrait) -> Result<Vec<Kept>, DbErr> {
    db::rows(
        on,
        "select id, file, began_at from backup
         where removed_at is null and finished_at is not null and problem is null and cause <> 'command line'
         order by began_at desc limit 1000",
        vec![],
    )
    .await
}

/// When the last backup was begun that goes into the folder, whatever came of it.
pub(super) async fn last_begun(on: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    db::scalar(on, "select began_at from backup where cause <> 'command line' order by began_at desc limit 1", vec![]).await
}

/// Whether one stands in the queue or is being made.
pub(super) async fn is_waiting(on: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let waiting = db::scalar::<i64>(
        on,
        "select count(*) from job where kind = $1 and done_at is null and given_up_at is null",
        vec![JOB.name.into()],
    )
    .await?;
    Ok(waiting.unwrap_or(0) > 0)
}
