//! Queries about plans.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::PartnershipId;
use platform::{
    Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params},
    paging::{Page, Seek},
};

use super::{
    Plan,
    sections::{SectionTable, Sections},
    told::Told,
};
use crate::{CycleId, PlanId, cycles::Cycle};

/// The plan of a cycle.
pub(super) async fn of_cycle(on: &impl ConnectionTrait, cycle: CycleId) -> Result<Option<Plan>, DbErr> {
    let sql = "select id, template_key from plan where cycle_id = $1";
    db::one(on, sql, vec![cycle.into()]).await
}

/// The last plan of a partnership before a cycle, with the cycle that it is of.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Earlier {
    pub id: PlanId,
    pub number: i32,
    pub title: String,
}

pub(super) async fn before(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    cycle: &Cycle,
) -> Result<Option<Earlier>, DbErr> {
    let sql = "select n.id, c.number, c.title from plan n join cycle c on c.id = n.cycle_id
         where c.partnership_id = $1 and c.id <> $2 and (c.school_year < $3 or (c.school_year = $3 and c.number < $4))
         order by c.school_year desc, c.number desc, c.id desc limit 1";
    let params = vec![partnership.into(), cycle.id.into(), cycle.school_year.into(), cycle.number.into()];
    db::one(on, sql, params).await
}

/// The sections of plans.
pub(super) const SECTIONS: SectionTable = SectionTable { name: "plan_section", of: "plan_id" };

/// How often sections were written, all together: whoever saw this number saw what stands.
pub(super) fn writings(sections: &Sections) -> i32 {
    sections.values().map(|stands| stands.version).sum()
}

/// A version, without what it says.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Version {
    pub number: i32,
    pub why: String,
    pub author: Option<String>,
    pub at: DateTime<Utc>,
}

/// The versions of a plan, the newest first.
pub(super) async fn versions(on: &impl ConnectionTrait, plan: PlanId) -> Result<Vec<Version>, DbErr> {
    let sql = "select v.number, v.why, h.name as author, v.at from plan_version v left join person h on h.id = v.author_id
         where v.plan_id = $1 order by v.number desc limit 200";
    db::rows(on, sql, vec![plan.into()]).await
}

/// What the version of a number says; of the last one where none is named.
pub(super) async fn told(on: &impl ConnectionTrait, plan: PlanId, number: Option<i32>) -> Result<Option<Told>, Error> {
    let sql = "select said from plan_version where plan_id = $1 and number = coalesce(cast($2 as integer),
         (select max(number) from plan_version where plan_id = $1))";
    let said = db::scalar::<String>(on, sql, vec![plan.into(), number.into()]).await?;
    Ok(said.map(|said| serde_json::from_str(&said)).transpose()?)
}

/// A cycle of a partnership, with its plan where there is one.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Listed {
    pub key: String,
    pub school_year: i32,
    pub number: i32,
    pub title: String,
    pub state: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub is_begun: bool,
    /// The number of its last version.
    pub version: Option<i32>,
    pub agreed_at: Option<DateTime<Utc>>,
}

const LISTED: &str = "select c.key, c.school_year, c.number, c.title, c.state, c.starts_on, c.ends_on, n.id is not null as is_begun,
      v.number as version, v.at as agreed_at
    from cycle c left join plan n on n.cycle_id = c.id
      left join plan_version v on v.plan_id = n.id and v.number = (select max(o.number) from plan_version o where o.plan_id = n.id)
    where c.partnership_id = $1";

/// The cycles of a partnership, the latest first, with their plans.
pub(super) async fn page_of(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    seek: Seek<'_>,
) -> Result<Page<Listed>, DbErr> {
    let mut params: Params = vec![partnership.into()];
    let of_key = "select school_year, number, id from cycle where key = {key}";
    let (bound, ending) = seek.clause(&["c.school_year", "c.number", "c.id"], of_key, true, &mut params);
    let rows = db::rows::<Listed>(on, &format!("{LISTED}{bound}{ending}"), params).await?;
    Ok(seek.page(rows, |row: &Listed| row.key.clone()))
}

/// The cycle of a partnership whose plan is wanted now: one that is open with a plan first, then any that is open.
pub(super) async fn now_of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Option<Listed>, DbErr> {
    let sql = format!(
        "{LISTED} and (c.state = 'open' or n.id is not null)
         order by case when c.state = 'open' and n.id is not null then 0 when c.state = 'open' then 1 else 2 end,
           c.school_year desc, c.number desc, c.id desc limit 1"
    );
    db::one(on, &sql, vec![partnership.into()]).await
}
