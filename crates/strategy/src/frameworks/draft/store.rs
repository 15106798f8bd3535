//! Drafts in the database.

use chrono::{DateTime, Utc};
use platform::{
    Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, Tx},
    paging::{Page, Window},
};

use super::rules::{Line, State};
use crate::{FrameworkDraftId, FrameworkId};

/// A draft that is neither published nor dropped.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Draft {
    pub id: FrameworkDraftId,
    pub base_id: FrameworkId,
    /// The readable key of the framework.
    pub key: String,
    /// The number of the version to be.
    pub number: i32,
    pub title: String,
    /// What the version says beside its practices, as a content pack.
    pub frame: String,
    /// What it is for, in the words of whoever began it.
    pub note: String,
    pub approvals_needed: i32,
    pub begun_by: String,
    pub begun_at: DateTime<Utc>,
    /// How many steps have changed it.
    pub steps: i32,
}

/// The draft that is being written.
pub(crate) async fn open(on: &impl ConnectionTrait) -> Result<Option<Draft>, DbErr> {
    let sql =
        "select d.id, d.base_id, d.key, d.number, d.title, d.frame, d.note, d.approvals_needed, a.name as begun_by, d.begun_at,
           d.steps
         from framework_draft d join person a on a.id = d.begun_by
         where d.published_at is null and d.dropped_at is null order by d.begun_at desc limit 1";
    db::one(on, sql, vec![]).await
}

/// Somebody who writes at a draft.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Drafter {
    pub person_id: PersonId,
    pub slug: String,
    pub name: String,
}

/// Who writes at a draft, by name.
pub(crate) async fn drafters(on: &impl ConnectionTrait, draft: FrameworkDraftId) -> Result<Vec<Drafter>, DbErr> {
    let sql = "select f.person_id, p.slug, p.name from framework_drafter f join person p on p.id = f.person_id
         where f.draft_id = $1 order by p.folded, p.id";
    db::rows(on, sql, vec![draft.into()]).await
}

/// All of staff, for the choice of those who draft.
pub(crate) async fn staff(on: &impl ConnectionTrait) -> Result<Vec<Drafter>, DbErr> {
    let sql = "select id as person_id, slug, name from person where kind = 'staff' order by folded, id";
    db::rows(on, sql, vec![]).await
}

/// A line with who changed it last.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub line: Line,
    pub by_id: PersonId,
    pub by: String,
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct LineRow {
    number: i32,
    place: f64,
    state: String,
    says: String,
    origins: String,
    reason: String,
    version: i32,
    changed_by: PersonId,
    by: String,
    changed_at: DateTime<Utc>,
}

/// All lines of a draft, in their order.
pub(crate) async fn lines(on: &impl ConnectionTrait, draft: FrameworkDraftId) -> Result<Vec<Signed>, Error> {
    let sql =
        "select l.number, l.place, l.state, l.says, l.origins, l.reason, l.version, l.changed_by, a.name as by, l.changed_at
         from framework_draft_practice l join person a on a.id = l.changed_by where l.draft_id = $1 order by l.place, l.number";
    let rows = db::rows::<LineRow>(on, sql, vec![draft.into()]).await?;
    let signed = rows.into_iter().map(|row| {
        let state = State::from_key(&row.state).ok_or_else(|| Error::Ours(format!("a line of a draft is {}", row.state)))?;
        Ok(Signed {
            line: Line {
                number: row.number,
                place: row.place,
                state,
                says: serde_json::from_str(&row.says)?,
                // A code holds no space.
                origins: row.origins.split_whitespace().map(str::to_owned).collect(),
                reason: row.reason,
                version: row.version,
            },
            by_id: row.changed_by,
            by: row.by,
            at: row.changed_at,
        })
    });
    signed.collect()
}

/// Writes new lines down, at once.
pub(super) async fn add<'a>(
    tx: &Tx,
    draft: FrameworkDraftId,
    lines: impl Iterator<Item = &'a Line>,
    by: (PersonId, DateTime<Utc>),
) -> Result<(), Error> {
    let rows = lines.map(|line| values(draft, line, by)).collect::<Result<Vec<_>, Error>>()?;
    let columns = "draft_id, number, place, state, says, origins, reason, version, changed_by, changed_at";
    Ok(db::insert(&**tx, "framework_draft_practice", columns, rows).await?)
}

/// Writes a line down in place of what it was.
pub(super) async fn put(tx: &Tx, draft: FrameworkDraftId, line: &Line, by: (PersonId, DateTime<Utc>)) -> Result<(), Error> {
    let sql = "update framework_draft_practice set place = $3, state = $4, says = $5, origins = $6, reason = $7, version = $8,
           changed_by = $9, changed_at = $10
         where draft_id = $1 and number = $2";
    db::exec(&**tx, sql, values(draft, line, by)?).await?;
    Ok(())
}

fn values(draft: FrameworkDraftId, line: &Line, (by, at): (PersonId, DateTime<Utc>)) -> Result<db::Params, Error> {
    Ok(vec![
        draft.into(),
        line.number.into(),
        line.place.into(),
        line.state.key().into(),
        serde_json::to_string(&line.says)?.into(),
        line.origins.join(" ").into(),
        line.reason.clone().into(),
        line.version.into(),
        by.into(),
        at.into(),
    ])
}

/// A step of a draft's history.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Step {
    pub number: i32,
    pub what: String,
    pub reason: String,
    pub author: String,
    pub at: DateTime<Utc>,
    pub undone_by: Option<i32>,
}

/// How many steps a page shows.
const STEPS: u8 = 30;

/// The newest steps of a draft.
pub(crate) async fn steps(on: &impl ConnectionTrait, draft: FrameworkDraftId) -> Result<Vec<Step>, DbErr> {
    db::rows(on, &format!("{STEP} order by s.number desc limit {STEPS}"), vec![draft.into()]).await
}

const STEP: &str = "select s.number, s.what, s.reason, a.name as author, s.at, s.undone_by
    from framework_draft_step s join person a on a.id = s.author_id where s.draft_id = $1";

/// The step of that number.
pub(super) async fn one_step(on: &impl ConnectionTrait, draft: FrameworkDraftId, number: i32) -> Result<Option<Step>, DbErr> {
    db::one(on, &format!("{STEP} and s.number = $2"), vec![draft.into(), number.into()]).await
}

/// A page of a draft's steps, the newest first. A step's key is its number.
pub(super) async fn page_of_steps(
    on: &impl ConnectionTrait,
    draft: FrameworkDraftId,
    window: Window<'_>,
) -> Result<Page<Step>, DbErr> {
    let mut params: db::Params = vec![draft.into()];
    let of_key = "select number from framework_draft_step where draft_id = $1 and cast(number as text) = {key}";
    let (bound, ending) = window.clause(&["s.number"], of_key, true, &mut params);
    let rows = db::rows::<Step>(on, &format!("{STEP}{bound}{ending}"), params).await?;
    Ok(window.page(rows, |step: &Step| step.number.to_string()))
}

#[derive(FromQueryResult)]
pub(super) struct KeptStep {
    pub what: String,
    pub kept: String,
    pub undone_by: Option<i32>,
}

pub(super) async fn step(on: &impl ConnectionTrait, draft: FrameworkDraftId, number: i32) -> Result<Option<KeptStep>, DbErr> {
    let sql = "select what, kept, undone_by from framework_draft_step where draft_id = $1 and number = $2";
    db::one(on, sql, vec![draft.into(), number.into()]).await
}

/// The highest number that a version of this framework has.
pub(super) async fn highest(on: &impl ConnectionTrait, key: &str) -> Result<i32, DbErr> {
    let sql = "select max(version) from framework where key = $1";
    Ok(db::scalar::<i32>(on, sql, vec![key.into()]).await?.unwrap_or(0))
}
