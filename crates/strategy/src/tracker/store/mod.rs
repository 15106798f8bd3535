//! The tracker's queries.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::{COLUMNS, FROM, OfEverybody, Partnership, of_everybody},
};
use platform::{
    Cx, Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId},
};

use super::{Cell, Status, on_track::Cells};
use crate::{
    PracticeId,
    frameworks::{sameness, versions_read},
};

mod anywhere;
mod write;

pub(super) use anywhere::{Anywhere, Everywhere, anywhere, page_anywhere};
pub(super) use write::{EntryRow, NewEntry, by_keys, insert, is_empty, refresh, refresh_all_of};

#[derive(FromQueryResult)]
struct CellRow {
    partnership_id: PartnershipId,
    practice_id: PracticeId,
    cycle: i32,
    status: String,
    quality: Option<i32>,
}

/// The status that a row says; the schema lets no other word in.
pub(super) fn status_of(key: &str) -> Result<Status, Error> {
    Status::from_key(key).ok_or_else(|| Error::Ours(format!("a row of the tracker says {key}")))
}

/// Beyond so many partnerships all cells of the year are read rather than named ones.
const NAMED: usize = 2_000;

/// The cells of several partnerships in one school year, with one query. A cell stands under each id that its practice has had
/// in any version in which it counts as the same.
///
/// # Errors
/// The database's own.
pub async fn cells_of(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, Cells>, Error> {
    if partnerships.len() > NAMED {
        return cells_of_all(on, year).await;
    }
    let sql = format!(
        "select partnership_id, practice_id, cycle, status, quality from tracker_cell
         where school_year = $1 and partnership_id in ({}) order by entered_at",
        db::placeholders(2, partnerships.len())
    );
    let params = std::iter::once(year.0.into()).chain(partnerships.iter().map(|id| (*id).into()));
    cells(on, &sql, params.collect()).await
}

/// The cells of all partnerships in the present school year, for what counts over many. Only where something was entered since
/// somebody last asked they are read.
///
/// # Errors
/// The database's own.
pub async fn everybodys_cells(cx: &Cx) -> Result<Arc<OfEverybody<Cells>>, Error> {
    let year = Calendar::of(&cx.settings).year_of(cx.today());
    // A version that is read later adds the ids under which its practices are found.
    let name = format!("{year} over {} versions", versions_read());
    of_everybody(cx, name, |which| async move {
        let on = cx.db().read();
        match which {
            Some(named) => cells_of(on, year, &named).await,
            None => cells_of_all(on, year).await,
        }
    })
    .await
}

/// As [`cells_of`], of all partnerships.
async fn cells_of_all(on: &impl ConnectionTrait, year: SchoolYear) -> Result<BTreeMap<PartnershipId, Cells>, Error> {
    // Partnership by partnership, whose cells of a year lie together: the other years stay unread.
    let sql = "select c.partnership_id, c.practice_id, c.cycle, c.status, c.quality
         from partnership p cross join tracker_cell c where c.partnership_id = p.id and c.school_year = $1 order by c.entered_at";
    cells(on, sql, vec![year.0.into()]).await
}

async fn cells(on: &impl ConnectionTrait, sql: &str, params: db::Params) -> Result<BTreeMap<PartnershipId, Cells>, Error> {
    let sameness = sameness();
    let mut cells: BTreeMap<PartnershipId, Cells> = BTreeMap::new();
    for row in db::rows::<CellRow>(on, sql, params).await? {
        let cell = Cell { status: status_of(&row.status)?, quality: row.quality };
        let own = cells.entry(row.partnership_id).or_default();
        // Whichever version it was recorded by, it is found by each; the newest entry is what shows.
        own.extend(sameness.ids(row.practice_id).into_iter().map(|practice| ((practice, row.cycle), cell)));
    }
    Ok(cells)
}

/// The cells of one partnership, by practice, school year and cycle.
pub(super) type YearCells = HashMap<(PracticeId, SchoolYear, i32), Cell>;

/// A partnership's cells from one school year to another, as [`cells_of`].
pub(super) async fn years_of(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    from: SchoolYear,
    to: SchoolYear,
) -> Result<YearCells, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        practice_id: PracticeId,
        school_year: i32,
        cycle: i32,
        status: String,
        quality: Option<i32>,
    }
    let sameness = sameness();
    let sql = "select practice_id, school_year, cycle, status, quality from tracker_cell
         where partnership_id = $1 and school_year >= $2 and school_year <= $3 order by entered_at";
    let mut cells = YearCells::new();
    for row in db::rows::<Row>(on, sql, vec![partnership.into(), from.0.into(), to.0.into()]).await? {
        let cell = Cell { status: status_of(&row.status)?, quality: row.quality };
        let year = SchoolYear(row.school_year);
        cells.extend(sameness.ids(row.practice_id).into_iter().map(|practice| ((practice, year, row.cycle), cell)));
    }
    Ok(cells)
}

/// An entry with its author's name, as histories and lists show it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Told {
    pub key: String,
    pub practice_id: PracticeId,
    pub school_year: i32,
    pub cycle: i32,
    pub status: String,
    pub quality: Option<i32>,
    pub reason: String,
    pub note: String,
    pub author_id: PersonId,
    pub author: String,
    pub author_email: Option<String>,
    pub entered_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

const TOLD: &str = "e.key, e.practice_id, e.school_year, e.cycle, e.status, e.quality, e.reason, e.note, e.author_id, \
    a.name as author, a.email as author_email, e.entered_at, e.withdrawn_at";

/// What was said about a practice in a partnership under all the ids that it has had, the newest first.
pub(super) async fn history(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    practices: &[PracticeId],
) -> Result<Vec<Told>, DbErr> {
    let sql = format!(
        "select {TOLD} from tracker_entry e join person a on a.id = e.author_id
         where e.partnership_id = $1 and e.practice_id in ({}) order by e.entered_at desc, e.id desc limit 200",
        db::placeholders(2, practices.len())
    );
    let ids = practices.iter().map(|id| (*id).into());
    db::rows(on, &sql, std::iter::once(partnership.into()).chain(ids).collect()).await
}

/// All that was said in a partnership, in the order in which it was.
pub(super) async fn entries_of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Told>, DbErr> {
    let sql = format!(
        "select {TOLD} from tracker_entry e join person a on a.id = e.author_id
         where e.partnership_id = $1 order by e.entered_at, e.id"
    );
    db::rows(on, &sql, vec![partnership.into()]).await
}

/// The entries that a partnership's cells show, in the order of years and cycles.
pub(super) async fn shown_of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Told>, DbErr> {
    let sql = format!(
        "select {TOLD} from tracker_cell c join tracker_entry e on e.id = c.entry_id join person a on a.id = e.author_id
         where c.partnership_id = $1 order by c.school_year, c.cycle, e.key"
    );
    db::rows(on, &sql, vec![partnership.into()]).await
}

/// A partnership with what lists of several say about it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Supervised {
    #[row(nested)]
    pub partnership: Partnership,
    pub team_slug: String,
    pub supervisor_slug: Option<String>,
    pub supervisor_name: Option<String>,
}

fn supervised(rest: &str) -> String {
    format!(
        "select {COLUMNS}, t.slug as team_slug, sv.slug as supervisor_slug, sv.name as supervisor_name
         from {FROM} left join person sv on sv.id = p.supervisor_id where p.status = 'active' and {rest} order by s.folded, p.id"
    )
}

/// All partnerships where work goes on, by name.
pub(super) async fn at_work(on: &impl ConnectionTrait) -> Result<Vec<Supervised>, DbErr> {
    db::rows(on, &supervised("1 = 1"), vec![]).await
}

/// The partnerships where a person works on a day.
pub(super) async fn where_works(on: &impl ConnectionTrait, person: PersonId, today: NaiveDate) -> Result<Vec<Supervised>, DbErr> {
    let rest = "p.id in (select w.partnership_id from partnership_staff w
         where w.person_id = $1 and w.from_on <= $2 and (w.to_on is null or w.to_on >= $2))";
    db::rows(on, &supervised(rest), vec![person.into(), today.into()]).await
}

/// These of the partnerships where work goes on, by name.
pub(super) async fn named(on: &impl ConnectionTrait, partnerships: &[PartnershipId]) -> Result<Vec<Supervised>, DbErr> {
    let rest = format!("p.id in ({})", db::placeholders(1, partnerships.len()));
    db::rows(on, &supervised(&rest), partnerships.iter().map(|id| (*id).into()).collect()).await
}

/// The partnerships at a site.
pub(super) async fn at_site(on: &impl ConnectionTrait, site: &str) -> Result<Vec<Supervised>, DbErr> {
    db::rows(on, &supervised("s.slug = $1"), vec![site.into()]).await
}

/// What a person said lately, with where.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Said {
    #[row(nested)]
    pub told: Told,
    pub slug: String,
    pub place: String,
    pub code: String,
    pub title: String,
}

/// A person's last entries that stand.
pub(super) async fn said_by(on: &impl ConnectionTrait, person: &str, most: i64) -> Result<Vec<Said>, DbErr> {
    let sql = format!(
        "select {TOLD}, p.slug, s.name as place, pr.code, pr.title
         from tracker_entry e join person a on a.id = e.author_id join partnership p on p.id = e.partnership_id
           join site s on s.id = p.site_id join practice pr on pr.id = e.practice_id
         where a.slug = $1 and e.withdrawn_at is null order by e.entered_at desc, e.id desc limit $2"
    );
    db::rows(on, &sql, vec![person.into(), most.into()]).await
}
