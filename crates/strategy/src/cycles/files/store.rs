//! Queries about files on cycles.

use chrono::{DateTime, Utc};
use platform::{
    attachments::FACTS,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId},
};
use uuid::Uuid;

use super::{CycleFile, FileThere};
use crate::{
    CycleId,
    cycles::{
        Cycle, CycleThere,
        parts::{Goal, Kept, LogEntry},
        store,
    },
};

const COLUMNS: &str =
    "f.id, f.key, f.log_entry_id, f.goal_id, f.hash, f.name, f.caption, h.name as author, f.added_at, f.version";
const FROM: &str = "cycle_file f join attached_content a on a.hash = f.hash join person h on h.id = f.author_id";

/// What hangs on these parts, in the order in which it came; `column` says which kind of parts they are.
pub(in crate::cycles) async fn on_parts(
    on: &impl ConnectionTrait,
    column: &str,
    parts: &[Uuid],
) -> Result<Vec<CycleFile>, DbErr> {
    // A part that nobody made, so that a page asks as often without parts as with them.
    let ids: Params = if parts.is_empty() { vec![Uuid::nil().into()] } else { parts.iter().map(|id| (*id).into()).collect() };
    let sql = format!(
        "select {COLUMNS}, {FACTS} from {FROM} where f.{column} in ({}) and f.removed_at is null order by f.added_at, f.key",
        db::placeholders(1, ids.len())
    );
    db::rows(on, &sql, ids).await
}

/// What hangs on the goals of a cycle, and on these entries of its log.
pub(in crate::cycles) async fn on_cycle(
    on: &impl ConnectionTrait,
    cycle: CycleId,
    entries: &[Uuid],
) -> Result<Vec<CycleFile>, DbErr> {
    let mut params: Params = vec![cycle.into()];
    params.extend(entries.iter().map(|id| (*id).into()));
    let of_entries = if entries.is_empty() {
        String::new()
    } else {
        format!(" or f.log_entry_id in ({})", db::placeholders(2, entries.len()))
    };
    let sql = format!(
        "select {COLUMNS}, {FACTS} from {FROM} where f.cycle_id = $1 and (f.goal_id is not null{of_entries})
           and f.removed_at is null order by f.added_at, f.key"
    );
    db::rows(on, &sql, params).await
}

#[derive(FromQueryResult)]
struct Found {
    #[row(nested)]
    file: CycleFile,
    is_removed: bool,
    entry: Option<String>,
    entry_author: Option<PersonId>,
    goal: Option<String>,
    text: String,
}

/// The file of that key on a cycle; none where what it hung on was taken out, or where its content is destroyed.
pub(super) async fn one(on: &impl ConnectionTrait, there: CycleThere, key: &str) -> Result<Option<FileThere>, DbErr> {
    let sql = format!(
        "select {COLUMNS}, {FACTS}, f.removed_at is not null as is_removed, e.key as entry, e.author_id as entry_author,
           g.key as goal, coalesce(e.text, g.text) as text
         from {FROM} left join log_entry e on e.id = f.log_entry_id left join goal g on g.id = f.goal_id
         where f.cycle_id = $1 and f.key = $2 and e.removed_at is null and g.removed_at is null"
    );
    let Some(found) = db::one::<Found>(on, &sql, vec![there.cycle.id.into(), key.into()]).await? else { return Ok(None) };
    let part = match (found.entry, found.goal) {
        (Some(entry), _) => (LogEntry::PATH, entry),
        (None, Some(goal)) => (Goal::PATH, goal),
        (None, None) => return Ok(None),
    };
    let Found { file, is_removed, entry_author: author, text: of, .. } = found;
    Ok(Some(FileThere { there, file, is_removed, part, of, author }))
}

/// How many files hang on a part; `column` says which kind of part it is. Those whose content is destroyed are none.
pub(super) async fn count(on: &impl ConnectionTrait, column: &str, part: Uuid) -> Result<i64, DbErr> {
    let sql = format!("select count(*) from cycle_file where {column} = $1 and removed_at is null and hash is not null");
    Ok(db::scalar(on, &sql, vec![part.into()]).await?.unwrap_or(0))
}

/// How many of the files on a part were destroyed with it, while it was taken out; `column` says which kind of part it is.
pub(in crate::cycles) async fn destroyed(on: &impl ConnectionTrait, column: &str, part: Uuid) -> Result<i64, DbErr> {
    let sql = format!("select count(*) from cycle_file where {column} = $1 and removed_at is null and hash is null");
    Ok(db::scalar(on, &sql, vec![part.into()]).await?.unwrap_or(0))
}

/// A file that a form has brought.
#[derive(FromQueryResult)]
pub(super) struct Brought {
    /// The entry of the log or the goal on which it hangs.
    pub part: Uuid,
    pub hash: Option<String>,
}

/// The files of those keys, in the order of the keys.
pub(super) async fn brought(on: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<Brought>, DbErr> {
    let sql = format!(
        "select coalesce(log_entry_id, goal_id) as part, hash from cycle_file where key in ({}) order by key",
        db::placeholders(1, keys.len())
    );
    db::rows(on, &sql, keys.iter().map(|key| key.clone().into()).collect()).await
}

/// The cycles on which something has content that was taken out before then, by itself or with what it hung on.
pub(super) async fn due(on: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<Cycle>, DbErr> {
    let sql = format!(
        "select {} from {} where c.id in (
           select f.cycle_id from cycle_file f where f.removed_at < $1 and f.hash is not null
           union select f.cycle_id from log_entry e join cycle_file f on f.log_entry_id = e.id
             where e.removed_at < $1 and f.hash is not null
           union select f.cycle_id from goal g join cycle_file f on f.goal_id = g.id
             where g.removed_at < $1 and f.hash is not null)
         order by c.id",
        store::COLUMNS,
        store::FROM
    );
    db::rows(on, &sql, vec![before.into()]).await
}
