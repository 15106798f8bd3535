//! Queries about visits.

use chrono::NaiveDate;
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId, placeholders};

use super::{HOURS_IN_A_DAY, Visit};
use crate::{
    PartnershipId, VisitId,
    calendar::{Calendar, SchoolYear, Span},
    paging::{Page, Seek, Window},
};

pub(super) const SELECT: &str = "select v.id, v.key, v.partnership_id, v.on_day, v.hours, v.person_id, h.slug as person_slug,
    h.name as person_name, v.mode, v.note, v.logged_on, v.version from visit v join person h on h.id = v.person_id";

/// A day with its hours and visits.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Day {
    pub on_day: NaiveDate,
    pub hours: f64,
    pub visits: i64,
    /// Visits that claim more hours than a day has.
    pub unusual: i64,
}

/// The days of a school year, up to today, on which a partnership was visited.
pub(crate) async fn days_of_year(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    calendar: &Calendar,
    year: SchoolYear,
    today: NaiveDate,
) -> Result<Vec<Day>, DbErr> {
    let span = calendar.span(year);
    db::rows(
        on,
        "select on_day, sum(hours) as hours, count(*) as visits,
           cast(sum(case when hours > $4 then 1 else 0 end) as bigint) as unusual from visit
         where partnership_id = $1 and on_day >= $2 and on_day <= $3 and removed_at is null group by on_day order by on_day",
        vec![partnership.into(), span.from.into(), span.to.min(today).into(), HOURS_IN_A_DAY.into()],
    )
    .await
}

/// The last visits of a partnership, newest first.
pub(crate) async fn recent(on: &impl ConnectionTrait, partnership: PartnershipId, count: u32) -> Result<Vec<Visit>, DbErr> {
    let sql =
        format!("{SELECT} where v.partnership_id = $1 and v.removed_at is null order by v.on_day desc, v.id desc limit {count}");
    db::rows(on, &sql, vec![partnership.into()]).await
}

/// A visit as the person who paid it sees it: with the name of the place.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct OwnVisit {
    pub on_day: NaiveDate,
    pub hours: f64,
    pub mode: String,
    pub note: String,
    pub slug: String,
    pub name: String,
}

/// What one person logged over a time, in the order of days.
pub(crate) async fn of_person(on: &impl ConnectionTrait, person: PersonId, over: Span) -> Result<Vec<OwnVisit>, DbErr> {
    db::rows(
        on,
        "select v.on_day, v.hours, v.mode, v.note, p.slug, s.name
         from visit v join partnership p on p.id = v.partnership_id join site s on s.id = p.site_id
         where v.person_id = $1 and v.on_day >= $2 and v.on_day <= $3 and v.removed_at is null order by v.on_day, v.id",
        vec![person.into(), over.from.into(), over.to.into()],
    )
    .await
}

pub(super) async fn find(on: &impl ConnectionTrait, partnership: PartnershipId, key: &str) -> Result<Option<Visit>, DbErr> {
    db::one(on, &format!("{SELECT} where v.key = $1 and v.partnership_id = $2"), vec![key.into(), partnership.into()]).await
}

/// What is asked for; an empty text leaves its part open.
#[derive(Clone, Debug)]
pub(super) struct Filter<'a> {
    pub partnership: PartnershipId,
    pub person: &'a str,
    pub mode: &'a str,
    pub over: Option<Span>,
}

impl Filter<'_> {
    fn conditions(&self, params: &mut Params) -> String {
        params.push(self.partnership.into());
        let mut sql = "v.partnership_id = $1 and v.removed_at is null".to_owned();
        for (column, value) in [("h.slug", self.person), ("v.mode", self.mode)] {
            if !value.is_empty() {
                params.push(value.into());
                sql.push_str(&format!(" and {column} = ${}", params.len()));
            }
        }
        if let Some(over) = self.over {
            params.extend([over.from.into(), over.to.into()]);
            sql.push_str(&format!(" and v.on_day >= ${} and v.on_day <= ${}", params.len() - 1, params.len()));
        }
        sql
    }
}

pub(super) async fn page(on: &impl ConnectionTrait, filter: &Filter<'_>, seek: Seek<'_>) -> Result<Page<Visit>, DbErr> {
    let mut params = Vec::new();
    let conditions = filter.conditions(&mut params);
    let of_key = "select on_day, id from visit where key = {key}";
    let (bound, ending) = seek.clause(&["v.on_day", "v.id"], of_key, true, &mut params);
    let rows = db::rows(on, &format!("{SELECT} where {conditions}{bound}{ending}"), params).await?;
    Ok(seek.page(rows, |visit: &Visit| visit.key.clone()))
}

pub(super) async fn all(on: &impl ConnectionTrait, filter: &Filter<'_>) -> Result<Vec<Visit>, DbErr> {
    let mut params = Vec::new();
    let conditions = filter.conditions(&mut params);
    db::rows(on, &format!("{SELECT} where {conditions} order by v.on_day desc, v.id desc"), params).await
}

/// A visit with the key of its partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Anywhere {
    #[row(nested)]
    pub visit: Visit,
    pub partnership: String,
}

const ANYWHERE: &str = "select v.id, v.key, v.partnership_id, v.on_day, v.hours, v.person_id, h.slug as person_slug,
    h.name as person_name, v.mode, v.note, v.logged_on, v.version, p.slug as partnership
    from visit v join person h on h.id = v.person_id join partnership p on p.id = v.partnership_id
    join site s on s.id = p.site_id where v.removed_at is null";

/// The visit of that key, wherever it was, unless it was taken out.
pub(super) async fn anywhere(on: &impl ConnectionTrait, key: &str) -> Result<Option<Anywhere>, DbErr> {
    db::one(on, &format!("{ANYWHERE} and v.key = $1"), vec![key.into()]).await
}

/// The key of the partnership that a visit was paid to.
pub(super) async fn partnership_of(on: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    let sql = "select p.slug from visit v join partnership p on p.id = v.partnership_id where v.key = $1";
    db::scalar(on, sql, vec![key.into()]).await
}

/// What is asked for over all partnerships; an empty text leaves its part open.
pub(super) struct Everywhere<'a> {
    /// Of one site alone, for those who see no other.
    pub site: Option<&'a str>,
    pub partnership: &'a str,
    pub person: &'a str,
    pub mode: &'a str,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// A page over all partnerships, the newest first.
pub(super) async fn page_anywhere(
    on: &impl ConnectionTrait,
    asked: &Everywhere<'_>,
    window: Window<'_>,
) -> Result<Page<Anywhere>, DbErr> {
    let (mut sql, mut params) = (ANYWHERE.to_owned(), Params::new());
    let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let texts = [
        ("s.slug", asked.site),
        ("p.slug", filled(asked.partnership)),
        ("h.slug", filled(asked.person)),
        ("v.mode", filled(asked.mode)),
    ];
    for (column, value) in texts {
        if let Some(value) = value {
            params.push(value.into());
            sql.push_str(&format!(" and {column} = ${}", params.len()));
        }
    }
    for (sign, day) in [(">=", asked.from), ("<=", asked.to)] {
        if let Some(day) = day {
            params.push(day.into());
            sql.push_str(&format!(" and v.on_day {sign} ${}", params.len()));
        }
    }
    let of_key = "select on_day, id from visit where key = {key}";
    let (bound, ending) = window.clause(&["v.on_day", "v.id"], of_key, true, &mut params);
    let rows = db::rows(on, &format!("{sql}{bound}{ending}"), params).await?;
    Ok(window.page(rows, |row: &Anywhere| row.visit.key.clone()))
}

/// A practice that a visit touched.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Touched {
    pub visit_id: VisitId,
    pub code: String,
}

pub(super) async fn touched(on: &impl ConnectionTrait, visits: &[VisitId]) -> Result<Vec<Touched>, DbErr> {
    let sql =
        format!("select visit_id, code from visit_practice where visit_id in ({}) order by code", placeholders(1, visits.len()));
    db::rows(on, &sql, visits.iter().map(|id| (*id).into()).collect()).await
}

/// The same for all visits of a partnership.
pub(super) async fn all_touched(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Touched>, DbErr> {
    let sql = "select t.visit_id, t.code from visit_practice t join visit v on v.id = t.visit_id
        where v.partnership_id = $1 order by t.code";
    db::rows(on, sql, vec![partnership.into()]).await
}

/// Somebody who can stand in a choice.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Person {
    pub slug: String,
    pub name: String,
    pub email: Option<String>,
}

/// Who of us ever visited a partnership.
pub(super) async fn visitors(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Person>, DbErr> {
    let sql = "select slug, name, email from person
        where id in (select person_id from visit where partnership_id = $1) order by folded, id";
    db::rows(on, sql, vec![partnership.into()]).await
}
