//! Queries over all cycles that somebody may see.

use chrono::NaiveDate;
use partnerships::calendar::SchoolYear;
use platform::{
    access::Standing,
    api::Call,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, Value},
    paging::{Page, Window},
};
use uuid::Uuid;

use super::super::{
    Cycle,
    files::{self, CycleFile},
    parts::Kept,
    store,
};

/// What a list is narrowed to.
pub(super) struct Asked {
    sql: String,
    /// The part of it that says what this person may see, of the first parameters alone.
    seen: String,
    params: Params,
}

impl Asked {
    /// Only what this person may see, as [`super::super::owner::Owner::seen_by`] says for a single cycle.
    pub(super) fn seen_by(who: &Standing, today: NaiveDate) -> Self {
        let (sql, params): (&str, Params) = match who.only_site() {
            None => (
                "(c.person_id is null or c.person_id = $1 or exists (select 1 from membership m where m.person_id = c.person_id
                   and m.supervisor_id = $1 and m.from_on <= $2 and (m.to_on is null or m.to_on >= $2)))",
                vec![who.person.into(), today.into()],
            ),
            Some(site) => ("(c.person_id = $1 or s.slug = $2)", vec![who.person.into(), site.into()]),
        };
        Self { sql: sql.to_owned(), seen: sql.to_owned(), params }
    }

    /// Only the one of this key.
    fn of_key(column: &str, key: &str) -> Self {
        Self { sql: format!("{column} = $1"), seen: String::new(), params: vec![key.into()] }
    }

    /// Narrows it by a condition in which `{}` stands for the value.
    pub(super) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.params.push(value.into());
        let place = format!("${}", self.params.len());
        self.sql.push_str(" and ");
        self.sql.push_str(&condition.replace("{}", &place));
    }

    /// Narrows it by what was given; what was not given leaves its part open.
    pub(super) fn and_given(&mut self, condition: &str, text: &str) {
        if !text.is_empty() {
            self.and(condition, text);
        }
    }

    /// The same for a day.
    pub(super) fn and_day(&mut self, condition: &str, text: &str) {
        if let Ok(day) = text.parse::<NaiveDate>() {
            self.and(condition, day);
        }
    }

    /// Narrows it by whose the cycle is, and when.
    pub(super) fn and_owner<Q>(&mut self, call: &Call<Q>) {
        self.and_given("c.owner_kind = {}", call.text("owner_kind"));
        self.and_given("(h.slug = {} or t.slug = {} or p.slug = {})", call.text("owner"));
        if let Ok(year) = call.text("school_year").parse::<SchoolYear>() {
            self.and("c.school_year = {}", year.0);
        }
    }
}

/// A cycle, and the key of the one of the same owner that it carries on.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    #[row(nested)]
    pub cycle: Cycle,
    pub carried_from: Option<String>,
}

fn select_cycles() -> String {
    let (columns, from) = (store::COLUMNS, store::FROM);
    format!(
        "select {columns}, b.key as carried_from from {from} left join cycle b on b.id = c.carried_from_id
           and b.owner_kind = c.owner_kind and (b.person_id = c.person_id or b.team_id = c.team_id
           or b.partnership_id = c.partnership_id or b.owner_kind = 'organisation')"
    )
}

/// The cycle of that key.
pub(super) async fn cycle(on: &impl ConnectionTrait, key: &str) -> Result<Option<Row>, DbErr> {
    db::one(on, &format!("{} where c.key = $1", select_cycles()), vec![key.into()]).await
}

/// A page of cycles, the latest first.
pub(super) async fn cycles(on: &impl ConnectionTrait, asked: Asked, window: Window<'_>) -> Result<Page<Row>, DbErr> {
    let Asked { sql, seen, mut params } = asked;
    // A place that somebody may not see is a place that is not there.
    let of_key = format!("select c.school_year, c.number, c.id from {} where c.key = {{key}} and {seen}", store::FROM);
    let (bound, ending) = window.clause(&["c.school_year", "c.number", "c.id"], &of_key, true, &mut params);
    let rows = db::rows(on, &format!("{} where {sql}{bound}{ending}", select_cycles()), params).await?;
    Ok(window.page(rows, |row: &Row| row.cycle.key.clone()))
}

#[derive(FromQueryResult)]
pub(super) struct MemberRow {
    pub cycle_id: Uuid,
    pub slug: String,
    pub name: String,
}

/// The people of these cycles, each with its cycle.
pub(super) async fn members(on: &impl ConnectionTrait, cycles: &[Row]) -> Result<Vec<MemberRow>, DbErr> {
    let sql = format!(
        "select m.cycle_id, h.slug, h.name from cycle_member m join person h on h.id = m.person_id where m.cycle_id in ({})
         order by h.slug",
        db::placeholders(1, cycles.len())
    );
    db::rows(on, &sql, cycles.iter().map(|row| row.cycle.id.into()).collect()).await
}

/// Where a part of a cycle belongs, and whose name it carries.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct At {
    pub id: Uuid,
    pub key: String,
    pub version: i32,
    pub cycle: String,
    pub owner_kind: String,
    pub owner_slug: Option<String>,
    pub school_year: i32,
    /// Who does it, or who wrote it.
    pub person: Option<String>,
    pub person_name: Option<String>,
    /// What hangs on it, where something can.
    #[row(skip)]
    pub files: Vec<CycleFile>,
}

/// A part of a cycle, wherever that is.
pub(super) struct Part<N> {
    pub at: At,
    pub part: N,
}

impl<N: Kept> FromQueryResult for Part<N> {
    fn columns(columns: &mut Vec<&'static str>) {
        At::columns(columns);
        N::columns(columns);
    }

    fn read(row: &mut db::Row<'_>) -> Result<Self, DbErr> {
        Ok(Self { at: At::read(row)?, part: <N as FromQueryResult>::read(row)? })
    }
}

/// How the parts of a kind are listed.
pub(super) struct Order {
    /// The column that holds whose name it carries; none where it carries none.
    pub person: &'static str,
    /// The columns by which a list goes, the last of which parts any two.
    pub by: &'static [&'static str],
}

fn select_parts<N: Kept>(order: &Order) -> String {
    // Nobody is looked for by an id that is nothing, and not in all of the table.
    let person = if order.person.is_empty() { "w.id = null".to_owned() } else { format!("w.id = x.{}", order.person) };
    format!(
        "select x.id, x.key, x.version, c.key as cycle, c.owner_kind, coalesce(h.slug, t.slug, p.slug) as owner_slug,
           c.school_year, w.slug as person, w.name as person_name, {}
         from {} x join cycle c on c.id = x.cycle_id left join person w on {person}
         left join person h on h.id = c.person_id left join team t on t.id = c.team_id
         left join partnership p on p.id = c.partnership_id left join site s on s.id = p.site_id where x.removed_at is null",
        N::COLUMNS,
        N::TABLE
    )
}

/// The part of that key, unless it was taken out.
pub(super) async fn part<N: Kept>(on: &impl ConnectionTrait, order: &Order, key: &str) -> Result<Option<Part<N>>, DbErr> {
    let Asked { sql, params, .. } = Asked::of_key("x.key", key);
    let found = db::one::<Part<N>>(on, &format!("{} and {sql}", select_parts::<N>(order)), params).await?;
    Ok(with_files(on, with_practices(on, found.into_iter().collect()).await?).await?.pop())
}

/// A page of parts, the newest first.
pub(super) async fn parts<N: Kept>(
    on: &impl ConnectionTrait,
    order: &Order,
    asked: Asked,
    window: Window<'_>,
) -> Result<Page<Part<N>>, DbErr> {
    let Asked { sql, seen, mut params } = asked;
    let columns: Vec<String> = order.by.iter().map(|column| format!("x.{column}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let of_key = format!(
        "select {} from {} x join cycle c on c.id = x.cycle_id left join partnership p on p.id = c.partnership_id
           left join site s on s.id = p.site_id where x.key = {{key}} and {seen}",
        columns.join(", "),
        N::TABLE
    );
    let (bound, ending) = window.clause(&columns, &of_key, true, &mut params);
    let rows = db::rows(on, &format!("{} and {sql}{bound}{ending}", select_parts::<N>(order)), params).await?;
    let mut page = window.page(rows, |row: &Part<N>| row.at.key.clone());
    page.rows = with_files(on, with_practices(on, page.rows).await?).await?;
    Ok(page)
}

#[derive(FromQueryResult)]
struct CodeRow {
    id: Uuid,
    code: String,
}

async fn with_practices<N: Kept>(on: &impl ConnectionTrait, rows: Vec<Part<N>>) -> Result<Vec<Part<N>>, DbErr> {
    if !N::HAS_PRACTICES {
        return Ok(rows);
    }
    let sql =
        format!("select {0}_id as id, code from {0}_practice where {0}_id in ({1})", N::TABLE, db::placeholders(1, rows.len()));
    let codes = db::rows::<CodeRow>(on, &sql, rows.iter().map(|row| row.at.id.into()).collect()).await?;
    let own = |id: Uuid| codes.iter().filter(|row| row.id == id).map(|row| row.code.clone()).collect();
    Ok(rows.into_iter().map(|Part { at, part }| Part { part: part.with_practices(own(at.id)), at }).collect())
}

async fn with_files<N: Kept>(on: &impl ConnectionTrait, mut rows: Vec<Part<N>>) -> Result<Vec<Part<N>>, DbErr> {
    if N::FILES.is_empty() {
        return Ok(rows);
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.at.id).collect();
    for file in files::store::on_parts(on, N::FILES, &ids).await? {
        let part = file.log_entry_id.or(file.goal_id);
        if let Some(row) = rows.iter_mut().find(|row| Some(row.at.id) == part) {
            row.at.files.push(file);
        }
    }
    Ok(rows)
}
