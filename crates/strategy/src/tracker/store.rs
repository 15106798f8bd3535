//! The tracker's queries.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::Partnership,
};
use platform::{Error, db};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    Cell, Status,
    on_track::{Assessment, Cells, assess},
};
use crate::{PracticeId, frameworks::Framework};

#[derive(FromQueryResult)]
struct CellRow {
    partnership_id: PartnershipId,
    practice_id: PracticeId,
    cycle: i32,
    status: String,
    quality: Option<i32>,
}

/// Beyond so many partnerships all cells of the year are read rather than named ones.
const NAMED: usize = 2_000;

/// The cells of several partnerships in one school year, with one query.
///
/// # Errors
/// The database's own.
pub async fn cells_of(
    on: &impl ConnectionTrait,
    year: SchoolYear,
    partnerships: &[PartnershipId],
) -> Result<BTreeMap<PartnershipId, Cells>, Error> {
    let named = partnerships.len() <= NAMED;
    let mut sql =
        "select partnership_id, practice_id, cycle, status, quality from tracker_cell where school_year = $1".to_owned();
    let mut params: db::Params = vec![year.0.into()];
    if named {
        sql.push_str(&format!(" and partnership_id in ({})", db::placeholders(2, partnerships.len())));
        params.extend(partnerships.iter().map(|id| (*id).into()));
    }
    let mut cells: BTreeMap<PartnershipId, Cells> = BTreeMap::new();
    for row in db::rows::<CellRow>(on, &sql, params).await? {
        let status = Status::from_key(&row.status).ok_or_else(|| Error::Ours(format!("a cell says {}", row.status)))?;
        cells.entry(row.partnership_id).or_default().insert((row.practice_id, row.cycle), Cell { status, quality: row.quality });
    }
    Ok(cells)
}

/// Where each of these partnerships stands on a day, in the order given, with one query.
///
/// # Errors
/// The database's own.
pub async fn on_track_of(
    on: &impl ConnectionTrait,
    framework: &Framework,
    calendar: &Calendar,
    today: NaiveDate,
    partnerships: &[Partnership],
) -> Result<Vec<(PartnershipId, Assessment)>, Error> {
    let ids: Vec<PartnershipId> = partnerships.iter().map(|partnership| partnership.id).collect();
    let cells = cells_of(on, calendar.year_of(today), &ids).await?;
    let none = Cells::new();
    Ok(partnerships
        .iter()
        .map(|partnership| {
            let cells = cells.get(&partnership.id).unwrap_or(&none);
            (partnership.id, assess(framework, calendar, partnership.into(), cells, today))
        })
        .collect())
}
