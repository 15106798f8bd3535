//! What the import's pages ask the database.

use chrono::{DateTime, Utc};
use platform::{
    Error,
    access::Standing,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, Tx},
    import::Mapping,
};
use uuid::Uuid;

use super::trial::Trial;

/// A file on its way in, or one that came in.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Draft {
    pub id: Uuid,
    pub person_id: PersonId,
    pub kind: String,
    pub file: String,
    /// Where the file is kept; empty once it is gone.
    pub stored: String,
    bytes: i64,
    mapping: String,
    state: String,
    pub new_rows: i64,
    pub changed_rows: i64,
    pub same_rows: i64,
    left_out: String,
    pub event_seq: Option<i64>,
    work: String,
    /// The job that works on it, or did.
    pub job_id: Option<Uuid>,
    found: String,
    pub created_at: DateTime<Utc>,
    pub taken_at: Option<DateTime<Utc>>,
}

const DRAFT: &str =
    "id, person_id, kind, file, stored, bytes, mapping, state, new_rows, changed_rows, same_rows, left_out, event_seq,
  work, job_id, found, created_at, taken_at";

/// So many bytes are read while somebody waits; larger files are a job's work.
const AT_ONCE: i64 = 2 * 1024 * 1024;

/// What a job does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Sees what it would do.
    Looking,
    /// Brings it in.
    Coming,
}

impl Work {
    fn word(self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Coming => "coming",
        }
    }
}

/// How far a job has come.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct JobState {
    pub given_up_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// The state of a job, while it is remembered.
pub(super) async fn job(on: &impl ConnectionTrait, id: Uuid) -> Result<Option<JobState>, DbErr> {
    db::one(on, "select given_up_at, last_error from job where id = $1", vec![id.into()]).await
}

impl Draft {
    /// Whether it is too large to be read while somebody waits.
    pub(super) fn is_large(&self) -> bool {
        self.bytes > AT_ONCE
    }

    /// What a job does with it now.
    pub(super) fn work(&self) -> Option<Work> {
        [Work::Looking, Work::Coming].into_iter().find(|work| work.word() == self.work)
    }

    /// What a job found, when it looked.
    pub(super) fn found(&self) -> Result<Option<Trial>, Error> {
        if self.found.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_str(&self.found)?)) }
    }

    pub(super) fn is_taken(&self) -> bool {
        self.state == "taken"
    }

    pub(super) fn mapping(&self) -> Result<Mapping, Error> {
        Ok(serde_json::from_str(&self.mapping)?)
    }

    /// The rows that were left out, by their numbers.
    pub(super) fn left_out(&self) -> Vec<u64> {
        self.left_out.split(' ').filter_map(|row| row.parse().ok()).collect()
    }

    pub(super) fn address(&self, step: &str) -> String {
        format!("/imports/{}{step}", self.id)
    }
}

/// One of them.
pub(super) async fn draft(on: &impl ConnectionTrait, id: Uuid) -> Result<Option<Draft>, DbErr> {
    db::one(on, &format!("select {DRAFT} from import_draft where id = $1"), vec![id.into()]).await
}

/// A file that came in, for the history.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Past {
    pub id: Uuid,
    pub name: String,
    pub slug: String,
    pub kind: String,
    pub file: String,
    pub new_rows: i64,
    pub changed_rows: i64,
    pub same_rows: i64,
    pub taken_at: DateTime<Utc>,
}

/// The files that came in on pages, the latest first: all for those who read the audit log, else one's own.
pub(super) async fn history(
    on: &impl ConnectionTrait,
    who: &Standing,
    before: Option<Uuid>,
    most: usize,
) -> Result<Vec<Past>, DbErr> {
    let mut params: db::Params = Vec::new();
    let mut narrowed = "d.state = 'taken'".to_owned();
    if !crate::audit::may_read(who) {
        params.push(who.person.into());
        narrowed.push_str(" and d.person_id = $1");
    }
    if let Some(before) = before {
        params.push(before.into());
        narrowed.push_str(&format!(" and d.id < ${}", params.len()));
    }
    let sql = format!(
        "select d.id, p.name, p.slug, d.kind, d.file, d.new_rows, d.changed_rows, d.same_rows, d.taken_at
         from import_draft d join person p on p.id = d.person_id where {narrowed} order by d.id desc limit {most}"
    );
    db::rows(on, &sql, params).await
}

/// One's own files that are still on their way.
pub(super) async fn open(on: &impl ConnectionTrait, who: &Standing, now: DateTime<Utc>) -> Result<Vec<Draft>, DbErr> {
    let sql = format!(
        "select {DRAFT} from import_draft where person_id = $1 and state = 'open' and expires_at > $2 order by id desc limit 10"
    );
    db::rows(on, &sql, vec![who.person.into(), now.into()]).await
}

/// Keeps a new draft.
pub(super) async fn insert(tx: &Tx, new: &NewDraft<'_>, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), DbErr> {
    db::exec(
        &**tx,
        "insert into import_draft (id, person_id, kind, file, stored, bytes, mapping, state, new_rows, changed_rows, same_rows,
           left_out, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, 'open', 0, 0, 0, '', $8, $9)",
        vec![
            new.id.into(),
            new.person.into(),
            new.kind.into(),
            new.file.into(),
            new.stored.into(),
            new.bytes.into(),
            new.mapping.into(),
            now.into(),
            expires_at.into(),
        ],
    )
    .await?;
    Ok(())
}

/// What a new draft holds.
pub(super) struct NewDraft<'a> {
    pub id: Uuid,
    pub person: PersonId,
    pub kind: &'a str,
    pub file: &'a str,
    pub stored: &'a str,
    pub bytes: i64,
    pub mapping: &'a str,
}

/// Keeps what is said about an open draft; answers whether it was still open, and not on its way in.
pub(super) async fn say(tx: &Tx, id: Uuid, mapping: &str) -> Result<bool, DbErr> {
    let sql = "update import_draft set mapping = $1 where id = $2 and state = 'open' and work <> 'coming'";
    Ok(db::exec(&**tx, sql, vec![mapping.into(), id.into()]).await? > 0)
}

/// Notes that a job works on an open draft; answers whether it was still open, and not on its way in.
pub(super) async fn begin(tx: &Tx, id: Uuid, work: Work, job: Uuid) -> Result<bool, DbErr> {
    let sql = "update import_draft set work = $1, job_id = $2, found = '' where id = $3 and state = 'open' and work <> 'coming'";
    Ok(db::exec(&**tx, sql, vec![work.word().into(), job.into(), id.into()]).await? > 0)
}

/// Keeps what a job found, if it is still the one that is waited for.
pub(super) async fn keep(tx: &Tx, id: Uuid, job: Uuid, found: &str) -> Result<bool, DbErr> {
    let sql = "update import_draft set work = '', found = $1 where id = $2 and job_id = $3 and state = 'open'";
    Ok(db::exec(&**tx, sql, vec![found.into(), id.into(), job.into()]).await? > 0)
}

/// Marks an open draft as taken in; answers whether it was still open. Whoever comes second finds it taken.
pub(super) async fn claim(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "update import_draft set state = 'taken', taken_at = $1, work = '', found = '' where id = $2 and state = 'open'";
    Ok(db::exec(&**tx, sql, vec![now.into(), id.into()]).await? > 0)
}

/// Keeps what came of a draft that was claimed.
pub(super) async fn settle(tx: &Tx, id: Uuid, counts: [i64; 3], left_out: &[u64], event_seq: Option<i64>) -> Result<(), DbErr> {
    let left_out = left_out.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    db::exec(
        &**tx,
        "update import_draft set new_rows = $1, changed_rows = $2, same_rows = $3, left_out = $4, event_seq = $5 where id = $6",
        vec![counts[0].into(), counts[1].into(), counts[2].into(), left_out.into(), event_seq.into(), id.into()],
    )
    .await?;
    Ok(())
}
