//! Queries about visits.

use chrono::NaiveDate;
use platform::db;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::Visit;
use crate::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
};

pub(super) const SELECT: &str = "select v.id, v.key, v.partnership_id, v.on_day, v.hours, h.slug as person_slug,
    h.name as person_name, v.mode, v.note, v.logged_on, v.version from visit v join person h on h.id = v.person_id";

/// A day with its hours and visits.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Day {
    pub on_day: NaiveDate,
    pub hours: f64,
    pub visits: i64,
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
        "select on_day, sum(hours) as hours, count(*) as visits from visit
         where partnership_id = $1 and on_day >= $2 and on_day <= $3 and removed_at is null group by on_day order by on_day",
        vec![partnership.into(), span.from.into(), span.to.min(today).into()],
    )
    .await
}

/// The last visits of a partnership, newest first.
pub(crate) async fn recent(on: &impl ConnectionTrait, partnership: PartnershipId, count: u32) -> Result<Vec<Visit>, DbErr> {
    let sql =
        format!("{SELECT} where v.partnership_id = $1 and v.removed_at is null order by v.on_day desc, v.id desc limit {count}");
    db::rows(on, &sql, vec![partnership.into()]).await
}
