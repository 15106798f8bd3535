//! What changes when a file is brought in.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, Cx, Error,
    access::Standing,
    audit::{self, Actor},
    db::{self, Db, DbErr, FromQueryResult},
    import::{Kind, Mapping, Taking},
    jobs::{self, JobKind},
    room::{Answer, Subject},
};
use uuid::Uuid;

use super::{
    job::Order,
    store::{self, Draft, NewDraft, Work},
    trial::{self, Trial},
};

/// A file is kept so long after it was chosen.
pub(super) const KEPT_HOURS: i64 = 24;

/// Takes away files that nobody went on with, and those that came in a day ago; what came of them stays.
pub(crate) const TIDY: JobKind = JobKind { name: "tidy imported files", every: Some(Duration::from_secs(3600)), run: tidy };

/// Keeps a chosen file, and answers its draft's id.
///
/// # Errors
/// When the file can't be kept.
pub(super) async fn choose(cx: &Cx, who: &Standing, kind: &Kind, file: &str, content: Bytes) -> Result<Uuid, Error> {
    let id = cx.new_id();
    let stored = format!("imports/{id}");
    let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
    cx.app.files.put(&stored, content).await?;
    let mapping = serde_json::to_string(&Mapping::default())?;
    let new = NewDraft { id, person: who.person, kind: kind.name, file, stored: &stored, bytes, mapping: &mapping };
    cx.db().write(async |tx| store::insert(tx, &new, cx.now + TimeDelta::hours(KEPT_HOURS), cx.now).await).await?;
    Ok(id)
}

/// Keeps what somebody says about the file.
///
/// # Errors
/// Stale, when it was taken in already.
pub(super) async fn say(cx: &Cx, draft: &Draft, mapping: &Mapping) -> Result<(), Error> {
    let mapping = serde_json::to_string(mapping)?;
    if cx.db().write(async |tx| store::say(tx, draft.id, &mapping).await).await? { Ok(()) } else { Err(Error::Stale) }
}

/// What came of taking a file in.
pub(super) enum Taken {
    /// It is in, by this request or by one before it.
    In,
    /// Something else would happen than what was looked at; nothing was changed.
    Changed,
}

enum Undone {
    Changed,
    Twice,
    Error(Error),
}

impl From<DbErr> for Undone {
    fn from(error: DbErr) -> Self {
        Self::Error(error.into())
    }
}

/// Lets a job see what an open draft would do.
///
/// # Errors
/// Stale, when it was taken in already, or is on its way.
pub(super) async fn look(cx: &Cx, draft: &Draft) -> Result<(), Error> {
    order(cx, draft, Work::Looking, None).await
}

/// Lets a job bring an open draft in, if it does what was seen.
///
/// # Errors
/// Stale, when it was taken in already, or is on its way.
pub(super) async fn come(cx: &Cx, draft: &Draft, seen: &Trial) -> Result<(), Error> {
    order(cx, draft, Work::Coming, Some(seen.figures())).await
}

async fn order(cx: &Cx, draft: &Draft, work: Work, seen: Option<String>) -> Result<(), Error> {
    let job = cx.new_id();
    let order = serde_json::to_value(Order { import: draft.id, job, seen })?;
    cx.db()
        .write(async |tx| {
            if !store::begin(tx, draft.id, work, job).await? {
                return Err(Error::Stale);
            }
            jobs::enqueue_as(&**tx, cx.now, job, super::job::JOB.name, &order).await?;
            Ok(())
        })
        .await
}

/// Lets go of a file whose job was given up, so that it can be looked at again.
///
/// # Errors
/// The database's own.
pub(super) async fn let_go(cx: &Cx, draft: &Draft) -> Result<(), Error> {
    let Some(job) = draft.job_id else { return Ok(()) };
    if store::job(cx.db().read(), job).await?.is_none_or(|job| job.given_up_at.is_some()) {
        cx.db().write(async |tx| store::keep(tx, draft.id, job, "").await).await?;
    }
    Ok(())
}

/// Keeps what a job found.
///
/// # Errors
/// The database's own.
pub(super) async fn keep(app: &App, draft: &Draft, job: Uuid, found: &Trial) -> Result<(), Error> {
    let found = serde_json::to_string(found)?;
    app.db.write(async |tx| store::keep(tx, draft.id, job, &found).await).await?;
    Ok(())
}

/// The file that is brought in, by whom, and what was seen of it.
pub(super) struct Bringing<'a> {
    pub who: &'a Standing,
    pub kind: &'a Kind,
    pub draft: &'a Draft,
    pub content: &'a [u8],
    pub seen: &'a Trial,
}

/// Takes the file in, if it does exactly what the trial said. All of it happens in one transaction.
///
/// # Errors
/// The database's own.
pub(super) async fn take(app: &App, db: &Db, now: DateTime<Utc>, bringing: Bringing<'_>) -> Result<Taken, Error> {
    let Bringing { who, kind, draft, content, seen } = bringing;
    let mapping = draft.mapping()?;
    let mut left_out = trial::chosen_to_leave_out(&mapping);
    left_out.extend(&seen.refused_rows);
    let source = trial::source(kind, &draft.file, content, mapping, &left_out)?;
    let sources = [source];
    let done = db
        .write(async |tx| {
            if !store::claim(tx, draft.id, now).await? {
                return Err(Undone::Twice);
            }
            let actor = Actor::from(who);
            let taking = Taking { app, tx, now, actor: &actor, who: Some(who) };
            let tally = (kind.run)(&taking, &sources).await.map_err(Undone::Error)?;
            let expected = (seen.new, seen.changed, seen.same);
            if !tally.is_clean() || (tally.new, tally.changed, tally.same) != expected {
                return Err(Undone::Changed);
            }
            let mut event = None;
            if tally.new + tally.changed > 0 {
                let subject = Subject {
                    kind: "import",
                    key: kind.name.to_owned(),
                    title: format!("{} from {}", kind.name, draft.file),
                    href: draft.address(""),
                };
                let detail =
                    format!("{} new, {} changed, {} the same, {} left out", tally.new, tally.changed, tally.same, left_out.len());
                audit::record(tx, db.engine(), now, &actor, "files imported", &subject, &detail).await?;
                event = db::scalar::<i64>(&**tx, "select seq from audit_head where only_row = 1", vec![]).await?;
            }
            let counts = [tally.new, tally.changed, tally.same].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            store::settle(tx, draft.id, counts, &left_out, event).await?;
            Ok(())
        })
        .await;
    match done {
        Ok(()) | Err(Undone::Twice) => Ok(Taken::In),
        Err(Undone::Changed) => Ok(Taken::Changed),
        Err(Undone::Error(error)) => Err(error),
    }
}

#[derive(FromQueryResult)]
struct Expired {
    id: Uuid,
    stored: String,
}

fn tidy<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let now = app.clock.now();
        let sql = "select id, stored from import_draft where expires_at < $1 and stored <> '' limit 1000";
        for expired in db::rows::<Expired>(app.db.read(), sql, vec![now.into()]).await? {
            // The file first: should this break off in between, the next run finds the row again.
            app.files.remove(&expired.stored).await?;
            app.db
                .write(async |tx| {
                    db::exec(&**tx, "update import_draft set stored = '' where id = $1", vec![expired.id.into()]).await?;
                    db::exec(&**tx, "delete from import_draft where id = $1 and state = 'open'", vec![expired.id.into()]).await
                })
                .await?;
        }
        Ok(())
    })
}
