//! The only place where backups are begun, finished and taken away.

use std::path::Path;

use chrono::{DateTime, Utc};
use platform::{App, Error, db, jobs};
use serde_json::json;
use uuid::Uuid;

use super::{Cause, JOB, make, restore, store::Kept};

/// The name under which one job for a backup stands in the queue.
const ONE: &str = "a backup";

/// Puts a backup on schedule in the queue, unless one stands there.
///
/// # Errors
/// The database's own.
pub(super) async fn put_in_queue(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let payload = json!({ "cause": Cause::Schedule.word() });
    app.db.write(async |tx| jobs::enqueue_one(&**tx, now, JOB.name, &payload, ONE).await).await?;
    Ok(())
}

/// Makes a backup, tries it out when `verify` says so, and keeps a row about how it went.
///
/// # Errors
/// In words for whoever reads the row or runs the command.
pub(crate) async fn back_up(app: &App, cause: Cause, file: &Path, verify: bool) -> anyhow::Result<u64> {
    let id = platform::clock::new_id(app.clock.now());
    begin(app, id, cause, file).await?;
    let outcome = async {
        let bytes = make::make(app, file).await?;
        let verified = if verify { Some(try_out(file, app.clock.now()).await?) } else { None };
        Ok::<_, anyhow::Error>((bytes, verified))
    }
    .await;
    let now = app.clock.now();
    let (bytes, verified, problem) = match &outcome {
        Ok((bytes, verified)) => (i64::try_from(*bytes).ok(), *verified, None),
        Err(error) => (None, None, Some(format!("{error:#}"))),
    };
    app.db
        .write(async |tx| {
            db::exec(
                &**tx,
                "update backup set finished_at = $1, bytes = $2, verified_at = $3, problem = $4 where id = $5",
                vec![now.into(), bytes.into(), verified.into(), problem.into(), id.into()],
            )
            .await
        })
        .await?;
    outcome.map(|(bytes, _)| bytes)
}

async fn begin(app: &App, id: Uuid, cause: Cause, file: &Path) -> Result<(), Error> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into backup (id, cause, file, began_at) values ($1, $2, $3, $4)",
                vec![id.into(), cause.word().into(), file.display().to_string().into(), now.into()],
            )
            .await?;
            Ok(())
        })
        .await
}

/// Ends the rows of backups on schedule that were broken off.
///
/// # Errors
/// The database's own.
pub(super) async fn end_broken_off(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            db::exec(
                &**tx,
                "update backup set finished_at = $1, problem = 'The program ended before it was done.'
                 where finished_at is null and cause <> 'command line'",
                vec![now.into()],
            )
            .await
        })
        .await?;
    Ok(())
}

/// Takes the file of a backup away, because newer ones stand in for it; its row stays.
///
/// # Errors
/// When the file is there and can't be removed.
pub(super) async fn take_away(app: &App, backup: &Kept) -> Result<(), Error> {
    match std::fs::remove_file(&backup.file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            db::exec(&**tx, "update backup set removed_at = $1 where id = $2", vec![now.into(), backup.id.into()]).await
        })
        .await?;
    Ok(())
}

/// Restores a backup into a place of its own, which is swept away again, and looks whether all is well there.
///
/// # Errors
/// When something is not; in words.
pub(crate) async fn try_out(file: &Path, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite://{}", folder.path().join("everbetter.db").display());
    let restored = restore::restore(&restore::Place { database: &database, data: folder.path() }, file, now).await?;
    let findings: Vec<&str> = restored.looked.iter().flat_map(|looked| &looked.findings).map(String::as_str).collect();
    anyhow::ensure!(findings.is_empty(), "The backup was restored, but not all is well in it: {}", findings.join(" "));
    Ok(now)
}
