//! What the operator's page asks the database.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Error,
    db::{self, ConnectionTrait, Db, DbErr, Engine, FromQueryResult, Params},
    paging::{self, Page, Seek},
};
use uuid::Uuid;

/// A job, as it stands in the queue.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct JobRow {
    pub id: Uuid,
    pub kind: String,
    pub created_at: DateTime<Utc>,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub leased_until: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub given_up_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
}

const JOB: &str = "id, kind, created_at, run_at, attempts, leased_until, last_error, given_up_at, done_at";

/// Which jobs a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Whatever their state.
    All,
    /// Not begun, and not failed so far.
    Waiting,
    /// Failed at least once, and tried again.
    Retrying,
    /// Given up.
    GivenUp,
    /// Done, or dismissed.
    Done,
}

impl State {
    pub(super) const CHOICES: [(&'static str, &'static str); 5] =
        [("", "All"), ("waiting", "Waiting"), ("trying-again", "Trying again"), ("given-up", "Given up"), ("done", "Done")];

    pub(super) fn of(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "trying-again" => Self::Retrying,
            "given-up" => Self::GivenUp,
            "done" => Self::Done,
            _ => Self::All,
        }
    }

    fn clause(self) -> &'static str {
        match self {
            Self::All => "1 = 1",
            Self::Waiting => "done_at is null and given_up_at is null and last_error is null",
            Self::Retrying => "done_at is null and given_up_at is null and last_error is not null",
            Self::GivenUp => "done_at is null and given_up_at is not null",
            Self::Done => "done_at is not null",
        }
    }
}

/// A page of jobs, the newest first.
pub(super) async fn jobs(on: &impl ConnectionTrait, state: State, kind: &str, seek: Seek<'_>) -> Result<Page<JobRow>, DbErr> {
    let mut params: Params = Vec::new();
    let mut narrowed = state.clause().to_owned();
    if !kind.is_empty() {
        params.push(kind.into());
        narrowed.push_str(" and kind = $1");
    }
    // An id is bytes in one database and a type of its own in the other, so its text can't be compared in either.
    let key = [seek.before, seek.after].into_iter().find_map(|key| key.parse::<Uuid>().ok());
    let (sign, word) = if seek.backwards() { (">", "asc") } else { ("<", "desc") };
    if let Some(key) = key {
        params.push(key.into());
        narrowed.push_str(&format!(" and id {sign} ${}", params.len()));
    }
    let sql = format!("select {JOB} from job where {narrowed} order by id {word} limit {}", paging::SIZE + 1);
    Ok(seek.page(db::rows(on, &sql, params).await?, |row: &JobRow| row.id.to_string()))
}

/// Jobs that were given up, the latest first, no more than `most`.
pub(super) async fn given_up(on: &impl ConnectionTrait, most: u8) -> Result<Vec<JobRow>, DbErr> {
    let sql = format!("select {JOB} from job where done_at is null and given_up_at is not null order by id desc limit {most}");
    db::rows(on, &sql, vec![]).await
}

/// Of each of these kinds: the job done last, and the one that is not done.
pub(super) async fn latest(on: &impl ConnectionTrait, kinds: &[&str]) -> Result<Vec<JobRow>, DbErr> {
    let sql = format!(
        "select {JOB} from job where kind in ({}) and (done_at is null
           or done_at = (select max(other.done_at) from job other where other.kind = job.kind))",
        db::placeholders(1, kinds.len())
    );
    db::rows(on, &sql, kinds.iter().map(|kind| (*kind).into()).collect()).await
}

/// Jobs that were done since then; what was dismissed does not count.
pub(super) async fn done_since(on: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<i64, DbErr> {
    let sql = "select count(*) from job where done_at >= $1 and given_up_at is null";
    Ok(db::scalar::<i64>(on, sql, vec![since.into()]).await?.unwrap_or(0))
}

/// The letters: what waits, since when, and what was sent.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(super) struct Letters {
    pub waiting: i64,
    pub oldest: Option<DateTime<Utc>>,
    pub given_up: i64,
    pub sent_today: i64,
    pub last_sent: Option<DateTime<Utc>>,
}

/// The letters of the queue.
pub(super) async fn letters(on: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Letters, DbErr> {
    let letters = db::one::<Letters>(
        on,
        "select count(case when done_at is null and given_up_at is null then 1 end) as waiting,
                min(case when done_at is null and given_up_at is null then created_at end) as oldest,
                count(case when done_at is null and given_up_at is not null then 1 end) as given_up,
                count(case when done_at >= $1 and given_up_at is null then 1 end) as sent_today,
                (select max(done_at) from job where kind = 'mail' and given_up_at is null) as last_sent
         from job where kind = 'mail' and (done_at is null or done_at >= $1)",
        vec![since.into()],
    )
    .await?;
    Ok(letters.unwrap_or_default())
}

/// Who is in, and who was kept out.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(super) struct Door {
    pub sessions: i64,
    pub people_today: i64,
    pub can_sign_in: i64,
}

/// The door's figures.
pub(super) async fn door(on: &impl ConnectionTrait, now: DateTime<Utc>, midnight: DateTime<Utc>) -> Result<Door, DbErr> {
    let door = db::one::<Door>(
        on,
        "select (select count(*) from session where ends_at > $1 and idle_ends_at > $1) as sessions,
                (select count(distinct person_id) from session where seen_at >= $2) as people_today,
                (select count(*) from password) as can_sign_in",
        vec![now.into(), midnight.into()],
    )
    .await?;
    Ok(door.unwrap_or_default())
}

/// Sign-in tries of the last day that came to nothing, counted by what was tried.
pub(super) async fn refused_tries(on: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<i64, DbErr> {
    let sql = "select count(*) from sign_in_try where about = 'all sign-ins' and at > $1";
    Ok(db::scalar::<i64>(on, sql, vec![(now - TimeDelta::days(1)).into()]).await?.unwrap_or(0))
}

/// How many bytes the database takes.
pub(super) async fn database_bytes(db: &Db) -> Result<i64, DbErr> {
    let sql = match db.engine() {
        Engine::Sqlite => "select page_count * page_size from pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "select pg_database_size(current_database())",
    };
    Ok(db::scalar::<i64>(db.read(), sql, vec![]).await?.unwrap_or(0))
}

/// The address of a person, if there is one.
pub(super) async fn address_of(on: &impl ConnectionTrait, slug: &str) -> Result<Option<String>, Error> {
    Ok(db::scalar::<String>(on, "select email from person where slug = $1", vec![slug.into()]).await?)
}
