//! Entries going in, and the cells that show the newest of them.

use chrono::{DateTime, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::db::{self, ConnectionTrait, DbErr, Engine, FromQueryResult, PersonId};

use crate::{EntryId, PracticeId, tracker::Status};

/// An entry that is to be added.
pub(in crate::tracker) struct NewEntry {
    pub id: EntryId,
    pub key: String,
    pub partnership: PartnershipId,
    pub practice: PracticeId,
    pub year: SchoolYear,
    pub cycle: i32,
    pub status: Status,
    pub quality: Option<i32>,
    pub reason: String,
    pub note: String,
    pub author: PersonId,
    pub entered_at: DateTime<Utc>,
    /// When its author took it back: files carry the whole history.
    pub taken_back_at: Option<DateTime<Utc>>,
}

/// An entry as it was kept.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub(in crate::tracker) struct EntryRow {
    pub id: EntryId,
    pub key: String,
    pub partnership_id: PartnershipId,
    pub practice_id: PracticeId,
    pub school_year: i32,
    pub cycle: i32,
    pub status: String,
    pub quality: Option<i32>,
    pub reason: String,
    pub note: String,
    pub author_id: PersonId,
    pub entered_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

const ENTRY: &str = "select id, key, partnership_id, practice_id, school_year, cycle, status, quality, reason, note, author_id, \
    entered_at, withdrawn_at from tracker_entry";

/// The entries that have one of these keys.
pub(in crate::tracker) async fn by_keys(
    on: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = &str>,
) -> Result<Vec<EntryRow>, DbErr> {
    let params: db::Params = keys.into_iter().map(Into::into).collect();
    db::rows(on, &format!("{ENTRY} where key in ({})", db::placeholders(1, params.len())), params).await
}

/// Whether there is no entry at all.
pub(in crate::tracker) async fn is_empty(on: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(db::scalar::<i64>(on, "select cast(1 as bigint) from tracker_entry limit 1", vec![]).await?.is_none())
}

/// Adds entries with one statement; says how many were not there before.
pub(in crate::tracker) async fn insert(on: &impl ConnectionTrait, entries: &[&NewEntry]) -> Result<u64, DbErr> {
    const COLUMNS: usize = 14;
    if entries.is_empty() {
        return Ok(0);
    }
    let values: Vec<String> =
        (0..entries.len()).map(|row| format!("({})", db::placeholders(row * COLUMNS + 1, COLUMNS))).collect();
    let sql = format!(
        "insert into tracker_entry (id, key, partnership_id, practice_id, school_year, cycle, status, quality, reason, note,
         author_id, entered_at, withdrawn_at, withdrawn_by) values {} on conflict (key) do nothing",
        values.join(", ")
    );
    let mut params = db::Params::with_capacity(entries.len() * COLUMNS);
    for entry in entries {
        params.extend([
            entry.id.into(),
            entry.key.as_str().into(),
            entry.partnership.into(),
            entry.practice.into(),
            entry.year.0.into(),
            entry.cycle.into(),
            entry.status.key().into(),
            entry.quality.into(),
            entry.reason.as_str().into(),
            entry.note.as_str().into(),
            entry.author.into(),
            entry.entered_at.into(),
            entry.taken_back_at.into(),
            entry.taken_back_at.map(|_| entry.author).into(),
        ]);
    }
    db::exec(on, &sql, params).await
}

/// Makes the cells of some practices of a partnership show the newest of the entries that stand.
pub(in crate::tracker) async fn refresh(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    practices: &[PracticeId],
) -> Result<(), DbErr> {
    let of = format!("e.partnership_id = $1 and e.practice_id in ({})", db::placeholders(2, practices.len()));
    let mut params: db::Params = vec![partnership.into()];
    params.extend(practices.iter().map(|id| (*id).into()));
    one_at_a_time(on, &[partnership]).await?;
    refresh_where(on, &of, params).await
}

/// The same for all cells of some partnerships, after entries of any age came in.
pub(in crate::tracker) async fn refresh_all_of(on: &impl ConnectionTrait, partnerships: &[PartnershipId]) -> Result<(), DbErr> {
    let of = format!("e.partnership_id in ({})", db::placeholders(1, partnerships.len()));
    one_at_a_time(on, partnerships).await?;
    refresh_where(on, &of, partnerships.iter().map(|id| (*id).into()).collect()).await
}

/// Waits for others who make cells of these partnerships anew. Of two at once, the later would otherwise not see the entry of the
/// earlier, and write an older one over a newer one. SQLite has one writer at a time anyway.
async fn one_at_a_time(on: &impl ConnectionTrait, partnerships: &[PartnershipId]) -> Result<(), DbErr> {
    if on.engine() == Engine::Postgres {
        let sql = format!(
            "select id from partnership where id in ({}) order by id for no key update",
            db::placeholders(1, partnerships.len())
        );
        db::exec(on, &sql, partnerships.iter().map(|id| (*id).into()).collect()).await?;
    }
    Ok(())
}

/// Two statements whatever the number of cells: what has no entry any more goes, the rest shows its newest. Entries that
/// were entered at the same time are told apart by their ids, so that every reading sees the same one.
async fn refresh_where(on: &impl ConnectionTrait, of: &str, params: db::Params) -> Result<(), DbErr> {
    let cells = of.replace("e.", "tracker_cell.");
    db::exec(
        on,
        &format!(
            "delete from tracker_cell where {cells} and not exists (
               select 1 from tracker_entry s where s.partnership_id = tracker_cell.partnership_id
                 and s.practice_id = tracker_cell.practice_id and s.school_year = tracker_cell.school_year
                 and s.cycle = tracker_cell.cycle and s.withdrawn_at is null)"
        ),
        params.clone(),
    )
    .await?;
    db::exec(
        on,
        &format!(
            "insert into tracker_cell (partnership_id, practice_id, school_year, cycle, entry_id, status, quality, entered_at)
             select partnership_id, practice_id, school_year, cycle, id, status, quality, entered_at from (
               select e.*, row_number() over (
                 partition by e.partnership_id, e.practice_id, e.school_year, e.cycle order by e.entered_at desc, e.id desc
               ) as place
               from tracker_entry e where e.withdrawn_at is null and {of}
             ) ranked where place = 1
             on conflict (partnership_id, school_year, cycle, practice_id) do update set
               entry_id = excluded.entry_id, status = excluded.status, quality = excluded.quality,
               entered_at = excluded.entered_at"
        ),
        params,
    )
    .await?;
    Ok(())
}
