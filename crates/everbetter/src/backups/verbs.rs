//! The only place where backups are begun, finished and taken away.

use std::path::Path;

use chrono::{DateTime, Utc};
use platform::{
    App, Cx, Error,
    audit::{self, Actor},
    db, jobs,
    room::Subject,
};
use serde_json::json;
use uuid::Uuid;

use super::{Cause, JOB, make, restore};

/// The name under which one job for a backup stands in the queue.
pub(super) const ONE: &str = "a backup";

/// Puts a backup in the queue, as somebody asked.
///
/// # Errors
/// Refused when no folder is set for backups, or one is about to be made.
#[allow(dead_code, reason = "the operator's page asks for one")]
pub(crate) async fn ask_for_one(cx: &Cx, actor: &Actor) -> Result<(), Error> {
    if cx.app.config.backups.is_none() {
        return Err(Error::Refused(
            "No folder is set for backups. Set backup_folder and start the program again; `everbetter backup FILE` makes one at once."
                .to_owned(),
        ));
    }
    cx.db()
        .write(async |tx| {
            if !jobs::enqueue_one(&**tx, cx.now, JOB.name, &json!({ "cause": Cause::AskedFor.word() }), ONE).await? {
                return Err(Error::Refused("A backup is being made already. It appears here when it is done.".to_owned()));
            }
            audit::record(tx, cx.db().engine(), cx.now, actor, "backup asked for", &subject(), "").await?;
            Ok(())
        })
        .await
}

fn subject() -> Subject {
    Subject { kind: "backup", key: String::new(), title: "A backup".to_owned(), href: "/operator".to_owned() }
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
