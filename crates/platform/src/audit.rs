//! The audit log: every change of data, who made it and when. Rows are only added, each bound to the one before by a hash.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{
    access::Standing,
    db::{self, ConnectionTrait, Db, DbErr, Engine, FromQueryResult, Migration, PersonId, Tx},
    room::Subject,
};

/// The log's tables.
pub const MIGRATION: Migration = Migration {
    name: "platform-002-audit",
    why: "What was changed, by whom and when must be known later, and tampering must show.",
    sql: "create table audit_event (
  seq {serial} primary key,
  at {instant} not null,
  actor_id {uuid},
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject_key text not null,
  subject text not null,
  href text not null,
  detail text not null,
  hash text not null
);
create index audit_event_subject on audit_event (subject_kind, subject_key, seq);
create index audit_event_actor on audit_event (actor_id, seq);
create table audit_head (only_row integer primary key, seq bigint not null, hash text not null, constraint audit_head_one check (only_row = 1));
insert into audit_head (only_row, seq, hash) values (1, 0, '')",
    only: &[
        (
            Engine::Sqlite,
            "create trigger audit_event_stays before update on audit_event begin select raise(abort, 'the audit log is only added to'); end",
        ),
        (
            Engine::Sqlite,
            "create trigger audit_event_kept before delete on audit_event begin select raise(abort, 'the audit log is only added to'); end",
        ),
        (
            Engine::Postgres,
            "create function audit_event_refuse() returns trigger language plpgsql as $$ begin raise exception 'the audit log is only added to'; end $$",
        ),
        (
            Engine::Postgres,
            "create trigger audit_event_stays before update or delete on audit_event for each row execute function audit_event_refuse()",
        ),
    ],
};

/// Who changed something.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Somebody signed in.
    Person(PersonId, String),
    /// A command, a job, or nobody yet (an invitation taken up): in words.
    Process(&'static str),
}

impl From<&Standing> for Actor {
    fn from(who: &Standing) -> Self {
        Self::Person(who.person, who.name.clone())
    }
}

impl From<&std::sync::Arc<Standing>> for Actor {
    fn from(who: &std::sync::Arc<Standing>) -> Self {
        Self::from(&**who)
    }
}

/// A row of the log.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Event {
    /// Its number; there are no gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as an id.
    pub actor_id: Option<PersonId>,
    /// Who, in words.
    pub actor: String,
    /// What was done: `tracker entry recorded`.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// Its readable key.
    pub subject_key: String,
    /// What people call it.
    pub subject: String,
    /// Where its page is.
    pub href: String,
    /// What changed, in words; never anything confidential.
    pub detail: String,
    /// The hash over this row and the one before.
    pub hash: String,
}

#[derive(FromQueryResult)]
struct Head {
    seq: i64,
    hash: String,
}

/// Adds an event, in the transaction that makes the change.
///
/// # Errors
/// The database's own.
pub async fn record(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    action: &str,
    subject: &Subject,
    detail: &str,
) -> Result<(), DbErr> {
    let head_sql = match engine {
        Engine::Sqlite => "select seq, hash from audit_head where only_row = 1",
        // Writers queue here, so that the chain has one order.
        Engine::Postgres => "select seq, hash from audit_head where only_row = 1 for update",
    };
    let head = db::one::<Head>(&**tx, head_sql, vec![])
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the head of the audit log".to_owned()))?;
    let (actor_id, actor) = match actor {
        Actor::Person(id, name) => (Some(*id), name.as_str()),
        Actor::Process(words) => (None, *words),
    };
    let mut event = Event {
        seq: head.seq + 1,
        at: now,
        actor_id,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject_kind: subject.kind.to_owned(),
        subject_key: subject.key.clone(),
        subject: subject.title.clone(),
        href: subject.href.clone(),
        detail: detail.to_owned(),
        hash: String::new(),
    };
    event.hash = hash_of(&head.hash, &event);
    db::exec(
        &**tx,
        "insert into audit_event (seq, at, actor_id, actor, action, subject_kind, subject_key, subject, href, detail, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vec![
            event.seq.into(),
            event.at.into(),
            event.actor_id.into(),
            event.actor.into(),
            event.action.into(),
            event.subject_kind.into(),
            event.subject_key.into(),
            event.subject.into(),
            event.href.into(),
            event.detail.into(),
            event.hash.clone().into(),
        ],
    )
    .await?;
    db::exec(&**tx, "update audit_head set seq = $1, hash = $2 where only_row = 1", vec![event.seq.into(), event.hash.into()])
        .await?;
    Ok(())
}

fn hash_of(before: &str, event: &Event) -> String {
    let mut hasher = Sha256::new();
    let at = event.at.timestamp_micros().to_string();
    let seq = event.seq.to_string();
    let who = event.actor_id.map(|id| id.to_string()).unwrap_or_default();
    let parts = [
        before,
        &seq,
        &at,
        &who,
        &event.actor,
        &event.action,
        &event.subject_kind,
        &event.subject_key,
        &event.subject,
        &event.href,
        &event.detail,
    ];
    for part in parts {
        // The length keeps "ab" + "c" apart from "a" + "bc".
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    crate::secret::hex(&hasher.finalize())
}

/// What an event was about.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Change {
    /// What kind of thing.
    pub subject_kind: String,
    /// Its readable key.
    pub subject_key: String,
}

/// The number of the newest event; 0 before the first.
///
/// # Errors
/// The database's own.
pub async fn newest(on: &impl ConnectionTrait) -> Result<i64, DbErr> {
    Ok(db::scalar(on, "select seq from audit_head where only_row = 1", vec![]).await?.unwrap_or_default())
}

/// What the events after the one of that number were about, oldest first, `most` of them at most.
///
/// # Errors
/// The database's own.
pub async fn changes(on: &impl ConnectionTrait, after: i64, most: usize) -> Result<Vec<Change>, DbErr> {
    let sql = format!("select subject_kind, subject_key from audit_event where seq > $1 order by seq limit {most}");
    db::rows(on, &sql, vec![after.into()]).await
}

/// What a page of the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only events about this kind of thing.
    pub subject_kind: Option<String>,
    /// Only events about the thing of this key; needs the kind.
    pub subject_key: Option<String>,
    /// Only events before this number.
    pub before: Option<i64>,
}

/// A page of the log, newest first.
///
/// # Errors
/// The database's own.
pub async fn page(on: &impl ConnectionTrait, filter: &Filter, size: u64) -> Result<Vec<Event>, DbErr> {
    let mut sql = "select * from audit_event where seq < $1".to_owned();
    let mut params: db::Params = vec![filter.before.unwrap_or(i64::MAX).into()];
    for (column, value) in [("subject_kind", &filter.subject_kind), ("subject_key", &filter.subject_key)] {
        if let Some(value) = value {
            params.push(value.clone().into());
            sql.push_str(&format!(" and {column} = ${}", params.len()));
        }
    }
    sql.push_str(&format!(" order by seq desc limit {size}"));
    db::rows(on, &sql, params).await
}

/// Walks the whole chain: the number of events when it holds, else the first event that does not fit.
///
/// # Errors
/// The database's own.
pub async fn verify(db: &Db) -> Result<Result<i64, i64>, DbErr> {
    // Of one moment: an event that is recorded between the walk and the look at the head is no break.
    let snapshot = db.snapshot().await?;
    let found = verify_on(&snapshot).await?;
    snapshot.commit().await?;
    Ok(found)
}

/// As [`verify`], inside this transaction, which must see one moment of the database.
///
/// # Errors
/// The database's own.
pub async fn verify_on(on: &impl ConnectionTrait) -> Result<Result<i64, i64>, DbErr> {
    let mut last = Head { seq: 0, hash: String::new() };
    loop {
        let events =
            db::rows::<Event>(on, "select * from audit_event where seq > $1 order by seq limit 1000", vec![last.seq.into()])
                .await?;
        if events.is_empty() {
            break;
        }
        for event in events {
            if event.seq != last.seq + 1 || event.hash != hash_of(&last.hash, &event) {
                return Ok(Err(event.seq));
            }
            last = Head { seq: event.seq, hash: event.hash };
        }
    }
    let head = db::one::<Head>(on, "select seq, hash from audit_head where only_row = 1", vec![]).await?;
    match head {
        Some(head) if head.seq == last.seq && head.hash == last.hash => Ok(Ok(last.seq)),
        _ => Ok(Err(last.seq + 1)),
    }
}
