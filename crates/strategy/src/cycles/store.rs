//! Queries about cycles.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::calendar::SchoolYear;
use platform::{
    access::Standing,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId},
    paging::{Page, Seek},
};
use uuid::Uuid;

use super::{Cycle, Goal, Learning, LogEntry, PlanAction, owner::Owner};
use crate::CycleId;

/// The columns of [`Cycle`].
pub(crate) const COLUMNS: &str = "c.id, c.key, c.owner_kind, c.school_year, c.number, c.title, c.template_key, c.starts_on, c.ends_on, c.state, c.step_key, c.agreements, c.closed_on, c.carried_from_id, c.version,
    coalesce(h.slug, t.slug, p.slug) as owner_slug, coalesce(h.name, t.name, s.name) as owner_name, s.slug as site_slug";
/// The tables behind [`COLUMNS`].
pub(crate) const FROM: &str = "cycle c left join person h on h.id = c.person_id left join team t on t.id = c.team_id
    left join partnership p on p.id = c.partnership_id left join site s on s.id = p.site_id";

pub(crate) async fn by_key(on: &impl ConnectionTrait, key: &str) -> Result<Option<Cycle>, DbErr> {
    db::one(on, &format!("select {COLUMNS} from {FROM} where c.key = $1"), vec![key.into()]).await
}

/// The key of the cycle to which a part belongs.
pub(super) async fn cycle_of(on: &impl ConnectionTrait, table: &str, key: &str) -> Result<Option<String>, DbErr> {
    let sql = format!("select c.key from {table} x join cycle c on c.id = x.cycle_id where x.key = $1");
    db::scalar(on, &sql, vec![key.into()]).await
}

/// The condition that picks an owner's cycles.
pub(super) fn of_owner(owner: &Owner, params: &mut Params) -> String {
    let (column, id) = match owner {
        Owner::Person(person) => ("c.person_id", person.id.into()),
        Owner::Team(team) => ("c.team_id", team.id.into()),
        Owner::Partnership(partnership) => ("c.partnership_id", partnership.id.into()),
        Owner::Organisation(_) => ("c.owner_kind", "organisation".into()),
    };
    params.push(id);
    format!("{column} = ${}", params.len())
}

/// A cycle in a list, with what came of it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Listed {
    #[row(nested)]
    pub cycle: Cycle,
    pub template: String,
    pub step: Option<String>,
    pub goals: i64,
    pub met: i64,
    pub assessed: i64,
    pub learnings: i64,
}

const LISTED: &str = "m.short as template, st.name as step,
    (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null) as goals,
    (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null and g.met = 'yes') as met,
    (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null and g.met <> '') as assessed,
    (select count(*) from learning l where l.cycle_id = c.id and l.removed_at is null) as learnings";
const LISTED_FROM: &str = "join cycle_template m on m.key = c.template_key
    left join cycle_template_step st on st.template_key = c.template_key and st.key = c.step_key";

/// An owner's cycles, the latest first.
pub(super) async fn page_of(on: &impl ConnectionTrait, owner: &Owner, seek: Seek<'_>) -> Result<Page<Listed>, DbErr> {
    let mut params = Vec::new();
    let condition = of_owner(owner, &mut params);
    // Another owner's cycle is no place in this list, and nobody learns from it whether it is there.
    let of_key = format!("select c.school_year, c.number, c.id from cycle c where c.key = {{key}} and {condition}");
    let (bound, ending) = seek.clause(&["c.school_year", "c.number", "c.id"], &of_key, true, &mut params);
    let sql = format!("select {COLUMNS}, {LISTED} from {FROM} {LISTED_FROM} where {condition}{bound}{ending}");
    let rows = db::rows::<Listed>(on, &sql, params).await?;
    Ok(seek.page(rows, |row: &Listed| row.cycle.key.clone()))
}

/// An owner's cycle of that number in a year: its title.
pub(super) async fn numbered(
    on: &impl ConnectionTrait,
    owner: &Owner,
    year: SchoolYear,
    number: i32,
) -> Result<Option<String>, DbErr> {
    let mut params = Vec::new();
    let condition = of_owner(owner, &mut params);
    params.extend([year.0.into(), number.into()]);
    let (of_year, of_number) = (params.len() - 1, params.len());
    let sql = format!(
        "select c.title from cycle c where {condition} and c.school_year = ${of_year} and c.number = ${of_number} limit 1"
    );
    db::scalar(on, &sql, params).await
}

/// The owner's cycle of that key.
pub(super) async fn of_key(on: &impl ConnectionTrait, owner: &Owner, key: &str) -> Result<Option<Cycle>, DbErr> {
    let mut params = Vec::new();
    let condition = of_owner(owner, &mut params);
    params.push(key.into());
    db::one(on, &format!("select {COLUMNS} from {FROM} where {condition} and c.key = ${}", params.len()), params).await
}

/// An owner's open cycles, and the last that closed where none is open.
pub(super) async fn now_of(on: &impl ConnectionTrait, owner: &Owner) -> Result<Vec<Listed>, DbErr> {
    let mut params = Vec::new();
    let condition = of_owner(owner, &mut params);
    let sql = format!(
        "select {COLUMNS}, {LISTED} from {FROM} {LISTED_FROM} where {condition} and c.state <> 'planned'
         order by case when c.state = 'open' then 0 else 1 end, c.school_year desc, c.number desc, c.id limit 3"
    );
    let mut found = db::rows::<Listed>(on, &sql, params).await?;
    if found.iter().any(|row| row.cycle.is_open()) {
        found.retain(|row| row.cycle.is_open());
    } else {
        found.truncate(1);
    }
    Ok(found)
}

/// Whether somebody is named as one of a cycle's people.
pub(super) async fn is_member(on: &impl ConnectionTrait, cycle: CycleId, person: PersonId) -> Result<bool, DbErr> {
    let sql = "select count(*) from cycle_member where cycle_id = $1 and person_id = $2";
    Ok(db::scalar::<i64>(on, sql, vec![cycle.into(), person.into()]).await?.unwrap_or(0) > 0)
}

/// Somebody who can be named in a cycle.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Candidate {
    pub id: PersonId,
    pub slug: String,
    pub name: String,
}

/// Who can be named in a cycle of this owner: those who are there today, and those who are named in `cycle` already, as one of
/// its people or for an action.
pub(super) async fn candidates(
    on: &impl ConnectionTrait,
    owner: &Owner,
    cycle: Option<CycleId>,
    today: NaiveDate,
) -> Result<Vec<Candidate>, DbErr> {
    let here = "from_on <= $2 and (to_on is null or to_on >= $2)";
    let (which, id): (String, platform::db::Value) = match owner {
        Owner::Person(person) => ("h.id = $1".to_owned(), person.id.into()),
        Owner::Team(team) => {
            (format!("h.id in (select person_id from membership where team_id = $1 and {here})"), team.id.into())
        }
        Owner::Partnership(partnership) => (
            format!(
                "h.id in (select person_id from partnership_staff where partnership_id = $1 and {here})
                 or (h.kind = 'partner' and h.works_at = (select s.slug from partnership p join site s on s.id = p.site_id
                   where p.id = $1) and (h.ended_on is null or h.ended_on >= $2))"
            ),
            partnership.id.into(),
        ),
        Owner::Organisation(_) => (
            format!(
                "h.id in (select m.person_id from membership m join team t on t.id = m.team_id where t.kind = $1 and {here})"
            ),
            "national".into(),
        ),
    };
    // Without a cycle nobody is named yet.
    let cycle = cycle.unwrap_or(CycleId(Uuid::nil()));
    let sql = format!(
        "select h.id, h.slug, h.name from person h where ({which}) or ($2 = $2 and h.id in
           (select person_id from cycle_member where cycle_id = $3 union
            select owner_id from plan_action where cycle_id = $3)) order by h.folded, h.slug"
    );
    db::rows(on, &sql, vec![id, today.into(), cycle.into()]).await
}

/// The templates to choose from: key and name.
pub(super) async fn templates(on: &impl ConnectionTrait) -> Result<Vec<(String, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
        name: String,
        short: String,
    }
    let rows = db::rows::<Row>(on, "select key, name, short from cycle_template order by position, key", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.key, format!("{}: {}", row.short, row.name))).collect())
}

/// The last cycles of an owner, the latest first.
pub(super) async fn last_of(on: &impl ConnectionTrait, owner: &Owner, most: usize) -> Result<Vec<Cycle>, DbErr> {
    let mut params = Vec::new();
    let condition = of_owner(owner, &mut params);
    let sql = format!(
        "select {COLUMNS} from {FROM} where {condition} order by c.school_year desc, c.number desc, c.id desc limit {most}"
    );
    db::rows(on, &sql, params).await
}

/// The days on which steps were reached.
pub(super) async fn reached(on: &impl ConnectionTrait, cycle: CycleId) -> Result<BTreeMap<String, NaiveDate>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        step_key: String,
        reached_on: NaiveDate,
    }
    let sql = "select step_key, reached_on from cycle_step where cycle_id = $1";
    let rows = db::rows::<Row>(on, sql, vec![cycle.into()]).await?;
    Ok(rows.into_iter().map(|row| (row.step_key, row.reached_on)).collect())
}

/// A wording that was kept.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Revision {
    pub said: String,
    /// Nobody for what came in from a file.
    pub author: Option<String>,
    pub at: DateTime<Utc>,
}

/// Whether a wording of something was kept yet.
pub(super) async fn has_revisions(on: &impl ConnectionTrait, cycle: CycleId, kind: &str, key: &str) -> Result<bool, DbErr> {
    let sql = "select count(*) from cycle_revision where cycle_id = $1 and kind = $2 and key = $3";
    Ok(db::scalar::<i64>(on, sql, vec![cycle.into(), kind.into(), key.into()]).await?.unwrap_or(0) > 0)
}

/// How something was worded, the newest first.
pub(super) async fn revisions(on: &impl ConnectionTrait, cycle: CycleId, kind: &str, key: &str) -> Result<Vec<Revision>, DbErr> {
    let sql = "select r.said, h.name as author, r.at from cycle_revision r left join person h on h.id = r.author_id
         where r.cycle_id = $1 and r.kind = $2 and r.key = $3 order by r.version desc, r.id desc limit 50";
    db::rows(on, sql, vec![cycle.into(), kind.into(), key.into()]).await
}

/// A name with where it leads.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Member {
    pub slug: String,
    pub name: String,
    pub title: String,
}

/// Who is in a cycle: ours first, then theirs, by name.
pub(crate) async fn members(on: &impl ConnectionTrait, cycle: CycleId) -> Result<Vec<Member>, DbErr> {
    let sql = "select h.slug, h.name, h.title from cycle_member m join person h on h.id = m.person_id
         where m.cycle_id = $1 order by case when h.kind = 'partner' then 1 else 0 end, h.folded, h.slug";
    db::rows(on, sql, vec![cycle.into()]).await
}

#[derive(FromQueryResult)]
struct CodeRow {
    id: Uuid,
    code: String,
}

/// Codes of practices by the id of the row that names them.
pub(crate) type Codes = BTreeMap<Uuid, Vec<String>>;

async fn codes(on: &impl ConnectionTrait, table: &str, cycle: CycleId) -> Result<Codes, DbErr> {
    let sql = format!(
        "select x.{table}_id as id, x.code from {table}_practice x join {table} g on g.id = x.{table}_id
         where g.cycle_id = $1 order by x.code"
    );
    let mut codes = Codes::new();
    for row in db::rows::<CodeRow>(on, &sql, vec![cycle.into()]).await? {
        codes.entry(row.id).or_default().push(row.code);
    }
    Ok(codes)
}

/// A cycle's goals in order, and the practices that each rests on.
pub(crate) async fn goals(on: &impl ConnectionTrait, cycle: CycleId) -> Result<(Vec<Goal>, Codes), DbErr> {
    let sql = "select id, key, kind, text, measure, unit, student_group, baseline, target, by_on, predicted, predicted_low,
           predicted_high, confidence, outcome, met, happened, decision
         from goal where cycle_id = $1 and removed_at is null order by position, id";
    Ok((db::rows(on, sql, vec![cycle.into()]).await?, codes(on, "goal", cycle).await?))
}

/// A cycle's plan in order.
pub(crate) async fn plan(on: &impl ConnectionTrait, cycle: CycleId) -> Result<Vec<PlanAction>, DbErr> {
    let sql = "select a.key, a.text, h.name as owner, a.due_on, a.practice, a.evidence, a.resources, a.status,
           a.why_not
         from plan_action a left join person h on h.id = a.owner_id
         where a.cycle_id = $1 and a.removed_at is null order by a.position, a.id";
    db::rows(on, sql, vec![cycle.into()]).await
}

/// A page of a cycle's log, the newest first.
pub(super) async fn log(on: &impl ConnectionTrait, cycle: CycleId, seek: Seek<'_>) -> Result<Page<LogEntry>, DbErr> {
    let mut params: Params = vec![cycle.into()];
    let of_key = "select on_day, id from log_entry where key = {key}";
    let (bound, ending) = seek.clause(&["l.on_day", "l.id"], of_key, true, &mut params);
    let sql = format!(
        "select l.id, l.key, l.author_id, l.on_day, h.name as author, l.text from log_entry l join person h on h.id = l.author_id
         where l.cycle_id = $1 and l.removed_at is null{bound}{ending}"
    );
    let rows = db::rows::<LogEntry>(on, &sql, params).await?;
    Ok(seek.page(rows, |entry: &LogEntry| entry.key.clone()))
}

/// What was learned in a cycle, in order, and the practices that each is about.
pub(crate) async fn learnings(on: &impl ConnectionTrait, cycle: CycleId) -> Result<(Vec<Learning>, Codes), DbErr> {
    let sql = "select l.id, l.key, l.kind, l.text, l.for_others, h.name as author, l.written_on
         from learning l join person h on h.id = l.author_id
         where l.cycle_id = $1 and l.removed_at is null order by l.position, l.id";
    Ok((db::rows(on, sql, vec![cycle.into()]).await?, codes(on, "learning", cycle).await?))
}

/// The cycle that this one carries on, and those that carry it on.
pub(super) async fn around(on: &impl ConnectionTrait, cycle: &Cycle) -> Result<Vec<Cycle>, DbErr> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where c.id = $1 or c.carried_from_id = $2 order by c.school_year, c.number, c.id limit 10"
    );
    // Without one before it, no cycle has the id that is asked for.
    let before = cycle.carried_from_id.unwrap_or(CycleId(Uuid::nil()));
    db::rows(on, &sql, vec![before.into(), cycle.id.into()]).await
}

/// An action that somebody promised, with where.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Promised {
    pub text: String,
    pub due_on: NaiveDate,
    pub status: String,
    pub key: String,
    pub place: String,
    pub title: String,
}

/// The part of a statement that keeps cycles out which `$1` may not see: persons' own of others, and for people outside of us
/// what is not of the site `$2`. A partnership that is closed waits for nobody.
const SEEN: &str = "(c.person_id is null or c.person_id = $1) and ($2 = '' or c.person_id = $1 or s.slug = $2)
    and (p.status is null or p.status = 'active')";

fn site_of(who: &Standing) -> String {
    // No site is called so: whoever has none sees only what is their own.
    who.only_site().map_or_else(String::new, |site| if site.is_empty() { "-".to_owned() } else { site.to_owned() })
}

/// What somebody promised in cycles that are open, up to a day, the earliest first.
pub(super) async fn promised(
    on: &impl ConnectionTrait,
    who: &Standing,
    until: NaiveDate,
    most: usize,
) -> Result<Vec<Promised>, DbErr> {
    let sql = format!(
        "select a.text, a.due_on, a.status, c.key, coalesce(h.name, t.name, s.name, '') as place, c.title
         from plan_action a join {FROM_CYCLE} where a.owner_id = $1 and a.status in ('not_started', 'under_way')
           and a.removed_at is null and a.due_on <= $3 and c.state = 'open' and {SEEN}
         order by a.due_on, a.id limit {most}"
    );
    db::rows(on, &sql, vec![who.person.into(), site_of(who).into(), until.into()]).await
}

const FROM_CYCLE: &str = "cycle c on c.id = a.cycle_id left join person h on h.id = c.person_id
    left join team t on t.id = c.team_id left join partnership p on p.id = c.partnership_id left join site s on s.id = p.site_id";

/// The open cycles in which somebody is and that end by a day, the earliest first.
pub(super) async fn ending(
    on: &impl ConnectionTrait,
    who: &Standing,
    until: NaiveDate,
    most: usize,
) -> Result<Vec<Cycle>, DbErr> {
    let sql = format!(
        "select {COLUMNS} from cycle_member a join {FROM_CYCLE} where a.person_id = $1 and c.state = 'open' and c.ends_on <= $3
           and {SEEN} order by c.ends_on, c.id limit {most}"
    );
    db::rows(on, &sql, vec![who.person.into(), site_of(who).into(), until.into()]).await
}
