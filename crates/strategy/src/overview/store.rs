//! The overview's queries: the whole organisation in a fixed number of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::{COLUMNS, FROM, Partnership},
};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult};

/// All partnerships that were at work in a school year, by name; in the present year without those that are closed by now.
pub(crate) async fn at_work(
    on: &impl ConnectionTrait,
    calendar: &Calendar,
    year: SchoolYear,
    today: NaiveDate,
) -> Result<Vec<Partnership>, DbErr> {
    let span = calendar.span(year);
    let open_on = if span.contains(today) { today } else { span.from };
    let sql = format!(
        "select {COLUMNS} from {FROM}
         where p.started_on <= $1 and (p.closed_on is null or p.closed_on >= $2) order by s.folded, p.id"
    );
    db::rows(on, &sql, vec![span.to.min(today).into(), open_on.into()]).await
}

/// All partnerships that ever were, by name.
pub(crate) async fn ever(on: &impl ConnectionTrait) -> Result<Vec<Partnership>, DbErr> {
    db::rows(on, &format!("select {COLUMNS} from {FROM} order by s.folded, p.id"), vec![]).await
}

/// The first school year in which anybody worked with us.
pub(crate) async fn first_year(on: &impl ConnectionTrait) -> Result<Option<SchoolYear>, DbErr> {
    Ok(db::scalar::<i32>(on, "select min(first_school_year) from partnership", vec![]).await?.map(SchoolYear))
}

/// Who leads the work somewhere.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Lead {
    partnership_id: PartnershipId,
    pub name: String,
    pub slug: String,
}

/// Who leads the work on a day, by partnership.
pub(crate) async fn leads(on: &impl ConnectionTrait, day: NaiveDate) -> Result<BTreeMap<PartnershipId, Lead>, DbErr> {
    let rows: Vec<Lead> = db::rows(
        on,
        "select ps.partnership_id, a.name, a.slug from partnership_staff ps join person a on a.id = ps.person_id
         where ps.role = 'lead' and ps.from_on <= $1 and (ps.to_on is null or ps.to_on >= $1)
         order by ps.from_on desc, a.folded",
        vec![day.into()],
    )
    .await?;
    let mut leads = BTreeMap::new();
    for lead in rows {
        leads.entry(lead.partnership_id).or_insert(lead);
    }
    Ok(leads)
}

/// The day of the last visit within a time, by partnership.
pub(crate) async fn last_visits(
    on: &impl ConnectionTrait,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeMap<PartnershipId, NaiveDate>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        partnership_id: PartnershipId,
        last: Option<NaiveDate>,
    }
    let rows: Vec<Row> = db::rows(
        on,
        "select p.id as partnership_id,
           (select max(v.on_day) from visit v
            where v.partnership_id = p.id and v.on_day >= $1 and v.on_day <= $2 and v.removed_at is null) as last
         from partnership p",
        vec![from.into(), to.into()],
    )
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.partnership_id, row.last?))).collect())
}
