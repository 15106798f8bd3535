//! Queries about road maps.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, placeholders};
use serde::{Deserialize, Serialize};

use super::rules::{Closing, Entry, Someone};

/// An entry that people changed, or added.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Kept {
    pub partnership_id: PartnershipId,
    pub name: String,
    pub kind: String,
    pub title: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub person_slug: Option<String>,
    pub person: Option<String>,
    pub done_on: Option<NaiveDate>,
    pub is_removed: bool,
    pub version: i32,
}

const KEPT: &str = "select e.partnership_id, e.name, e.kind, e.title, e.from_on, e.to_on,
      h.slug as person_slug, h.name as person, e.done_on, e.is_removed, e.version
    from road_map_entry e left join person h on h.id = e.person_id";

/// What an entry says, as changes keep it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Said {
    pub kind: String,
    pub title: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Whoever sees to it: name in addresses, and name.
    pub person: Option<(String, String)>,
    pub done_on: Option<NaiveDate>,
    pub removed: bool,
}

impl Said {
    /// What an entry says as it stands.
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            kind: entry.kind.key().to_owned(),
            title: entry.title.clone(),
            from: entry.span.from,
            to: entry.span.to,
            person: entry.who.as_ref().map(|Someone { slug, name }| (slug.clone(), name.clone())),
            done_on: entry.done_on,
            removed: entry.is_removed,
        }
    }
}

/// Beyond so many partnerships all rows of the year are read rather than named ones.
const NAMED: usize = 2_000;

/// The condition that names partnerships, where they are few enough.
fn named(column: &str, partnerships: &[PartnershipId], params: &mut Params) -> String {
    if partnerships.len() > NAMED {
        return String::new();
    }
    let from = params.len() + 1;
    params.extend(partnerships.iter().map(|id| (*id).into()));
    format!(" and {column} in ({})", placeholders(from, partnerships.len()))
}

/// What people changed on road maps of a year, by partnership.
pub(super) async fn kept(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, Vec<Kept>>, DbErr> {
    let mut params: Params = vec![year.0.into()];
    let condition = named("e.partnership_id", partnerships, &mut params);
    let rows = db::rows::<Kept>(on, &format!("{KEPT} where e.school_year = $1{condition}"), params).await?;
    let mut by_partnership: BTreeMap<PartnershipId, Vec<Kept>> = BTreeMap::new();
    for row in rows {
        by_partnership.entry(row.partnership_id).or_default().push(row);
    }
    Ok(by_partnership)
}

/// A cycle of a partnership in the year.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct CycleThere {
    pub partnership_id: PartnershipId,
    pub key: String,
    pub number: i32,
    pub title: String,
    pub state: String,
    pub step: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
}

/// The cycles of a year, by partnership.
pub(super) async fn cycles(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, Vec<CycleThere>>, DbErr> {
    let mut params: Params = vec!["partnership".into(), year.0.into()];
    let condition = named("c.partnership_id", partnerships, &mut params);
    let sql = format!(
        "select c.partnership_id, c.key, c.number, c.title, c.state, st.name as step, c.starts_on, c.ends_on, c.closed_on
         from cycle c left join cycle_template_step st on st.template_key = c.template_key and st.key = c.step_key
         where c.owner_kind = $1 and c.school_year = $2{condition} order by c.number, c.key"
    );
    let mut by_partnership: BTreeMap<PartnershipId, Vec<CycleThere>> = BTreeMap::new();
    for row in db::rows::<CycleThere>(on, &sql, params).await? {
        by_partnership.entry(row.partnership_id).or_default().push(row);
    }
    Ok(by_partnership)
}

/// The step in which a year is closed: that of the first template of cycles that has one.
pub(super) async fn closing(on: &impl ConnectionTrait) -> Result<Option<Closing>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        practices_of: String,
    }
    let sql = "select st.name, st.practices_of from cycle_template m join cycle_template_step st on st.template_key = m.key
         where st.only_in_last_cycle order by m.position, m.key, st.position limit 1";
    let row = db::one::<Row>(on, sql, vec![]).await?;
    Ok(row.map(|Row { name, practices_of }| Closing { name, practices_of }))
}

/// When it was decided how the year ends, by partnership.
pub(super) async fn decided(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, DateTime<Utc>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        partnership_id: PartnershipId,
        decided_at: DateTime<Utc>,
    }
    let mut params: Params = vec![year.0.into()];
    let condition = named("y.partnership_id", partnerships, &mut params);
    let sql = format!(
        "select y.partnership_id, y.decided_at from close_and_renew y
         where y.school_year = $1 and y.outcome <> '' and y.decided_at is not null{condition}"
    );
    let rows = db::rows::<Row>(on, &sql, params).await?;
    Ok(rows.into_iter().map(|row| (row.partnership_id, row.decided_at)).collect())
}

/// A step that a cycle of the year has reached.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Reached {
    pub cycle: String,
    pub name: String,
    pub reached_on: NaiveDate,
    pub is_current: bool,
}

/// The steps that the cycles of a partnership's year have reached, in their order.
pub(super) async fn steps(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    year: SchoolYear,
) -> Result<Vec<Reached>, DbErr> {
    let sql = "select c.key as cycle, st.name, x.reached_on,
           c.state = 'open' and c.step_key = st.key as is_current
         from cycle c join cycle_step x on x.cycle_id = c.id
         join cycle_template_step st on st.template_key = c.template_key and st.key = x.step_key
         where c.partnership_id = $1 and c.school_year = $2 order by c.number, c.key, st.position";
    db::rows(on, sql, vec![partnership.into(), year.0.into()]).await
}

/// A change of an entry.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Change {
    pub partnership_id: PartnershipId,
    pub name: String,
    pub number: i32,
    pub before: String,
    pub after: String,
    pub why: String,
    /// Nobody where it came in by a file.
    pub author: Option<String>,
    pub at: DateTime<Utc>,
}

const CHANGE: &str = "select e.partnership_id, e.name, c.number, c.before, c.after, c.why, h.name as author, c.at
    from road_map_entry e join road_map_change c on c.entry_id = e.id left join person h on h.id = c.author_id";
const NEWEST: &str = "order by c.at desc, c.number desc, e.name";

/// The last changes on the road maps of a year, the newest first.
pub(super) async fn changes(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
    most: usize,
) -> Result<Vec<Change>, DbErr> {
    let mut params: Params = vec![year.0.into()];
    let condition = named("e.partnership_id", partnerships, &mut params);
    let sql = format!("{CHANGE} where e.school_year = $1{condition} {NEWEST} limit {most}");
    db::rows(on, &sql, params).await
}

/// The changes of one entry, the newest first.
pub(super) async fn changes_of(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    year: SchoolYear,
    name: &str,
) -> Result<Vec<Change>, DbErr> {
    let sql = format!("{CHANGE} where e.partnership_id = $1 and e.school_year = $2 and e.name = $3 {NEWEST} limit 50");
    db::rows(on, &sql, vec![partnership.into(), year.0.into(), name.into()]).await
}

/// Everything that people changed, everywhere, with the reason of each entry's last change and the e-mail address of whoever
/// sees to it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Told {
    pub partnership: String,
    pub school_year: i32,
    pub name: String,
    pub kind: String,
    pub title: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub person: Option<String>,
    pub done_on: Option<NaiveDate>,
    pub is_removed: bool,
    pub why: String,
}

/// As [`Told`] says, in a fixed order. What was said of a cycle before it was begun is history: its days stand in it now.
pub(super) async fn told(on: &impl ConnectionTrait) -> Result<Vec<Told>, DbErr> {
    let sql = "select p.slug as partnership, e.school_year, e.name, e.kind, e.title, e.from_on, e.to_on, h.email as person,
           e.done_on, e.is_removed, c.why
         from road_map_entry e join partnership p on p.id = e.partnership_id
         join road_map_change c on c.entry_id = e.id and c.number = e.version
         left join person h on h.id = e.person_id
         where not exists (select 1 from cycle k where k.owner_kind = 'partnership' and k.partnership_id = e.partnership_id
           and k.school_year = e.school_year and e.name = 'cycle-' || cast(k.number as text))
         order by p.slug, e.school_year, e.name";
    db::rows(on, sql, vec![]).await
}

/// The names of the entries of their own that a partnership has had in a year.
pub(super) async fn own(on: &impl ConnectionTrait, partnership: PartnershipId, year: SchoolYear) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let sql = "select name from road_map_entry where partnership_id = $1 and school_year = $2 and name like 'own-%'";
    let rows = db::rows::<Row>(on, sql, vec![partnership.into(), year.0.into()]).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// The reasons of the last changes of a year's entries, by partnership and name.
pub(super) async fn whys(
    on: &impl ConnectionTrait,
    year: SchoolYear,
) -> Result<BTreeMap<(PartnershipId, String), String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        partnership_id: PartnershipId,
        name: String,
        why: String,
    }
    let sql = "select e.partnership_id, e.name, c.why from road_map_entry e
         join road_map_change c on c.entry_id = e.id and c.number = e.version where e.school_year = $1";
    let rows = db::rows::<Row>(on, sql, vec![year.0.into()]).await?;
    Ok(rows.into_iter().map(|row| ((row.partnership_id, row.name), row.why)).collect())
}
