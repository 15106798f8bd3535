//! The kinds of files that this room takes in.
//!
//! Each reads what exists with a fixed number of queries, compares in memory, and inserts what is new many rows at a time.

mod coachees;
mod out;
mod partnerships;
mod sites;
mod staff;
mod visits;

use std::collections::BTreeMap;

use platform::{
    access::{Standing, roles},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId},
    import::{Column, Holds, Kind, Known},
};

use crate::PartnershipId;

pub(crate) fn kinds() -> Vec<Kind> {
    vec![sites::KIND, partnerships::KIND, staff::KIND, coachees::KIND, visits::KIND]
}

/// The registers are brought in by whoever runs the machine.
fn operator(who: &Standing) -> bool {
    who.holds(&[roles::OPERATOR])
}

const fn column(name: &'static str, required: bool, holds: Holds, about: &'static str) -> Column {
    if required { Column::needed(name, holds, about) } else { Column::optional(name, holds, about) }
}

#[derive(FromQueryResult)]
struct PersonRow {
    email: String,
    id: PersonId,
}

#[derive(FromQueryResult)]
struct PartnershipRow {
    slug: String,
    id: PartnershipId,
}

async fn persons(on: &impl ConnectionTrait) -> Result<Known<PersonId>, DbErr> {
    let rows = db::rows::<PersonRow>(on, "select email, id from person where email is not null", vec![]).await?;
    Ok(Known { what: "person", ids: rows.into_iter().map(|row| (row.email, row.id)).collect() })
}

async fn partnerships(on: &impl ConnectionTrait) -> Result<Known<PartnershipId>, DbErr> {
    let rows = db::rows::<PartnershipRow>(on, "select slug, id from partnership", vec![]).await?;
    Ok(Known { what: "partnership", ids: rows.into_iter().map(|row| (row.slug, row.id)).collect() })
}

/// Rows by their keys.
fn by_key<T, K: Ord>(rows: Vec<T>, key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}
