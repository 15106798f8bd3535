//! The only place where parts of cycles change.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::May,
    db::{self, DbErr, Tx, Value},
};
use uuid::Uuid;

use super::{Kept, PartThere, World};
use crate::cycles::{
    CycleThere,
    files::{self, verbs::Attached},
    policy::Run,
    verbs::{keep, keep_first, must_be_changeable, record},
};

/// Adds a part under a key that was made with its form, so that sending the form twice adds one; what hangs on it comes along.
pub(in crate::cycles) async fn add<N: Kept>(
    may: &May<Run, CycleThere>,
    cx: &Cx,
    world: &World,
    key: Uuid,
    part: &N,
    attached: Attached<'_>,
) -> Result<(), Error> {
    let cycle = &may.thing().cycle;
    must_be_changeable(cycle)?;
    let (id, key) = (cx.new_id(), key.to_string());
    let mut columns = vec!["id", "key", "cycle_id", "version"];
    let mut params: Vec<Value> = vec![id.into(), key.clone().into(), cycle.id.into(), 1.into()];
    for (column, value) in part.values() {
        columns.push(column);
        params.push(value);
    }
    let mut places = db::placeholders(1, params.len());
    if N::IS_ORDERED {
        columns.push("position");
        places.push_str(&format!(", (select coalesce(max(position), 0) + 1 from {} where cycle_id = $3)", N::TABLE));
    }
    let sql = format!("insert into {} ({}) values ({places}) on conflict (key) do nothing", N::TABLE, columns.join(", "));
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, &sql, params).await? == 0 {
                let sql = format!("select id from {} where key = $1 and cycle_id = $2", N::TABLE);
                let known = db::scalar::<Uuid>(&**tx, &sql, vec![key.clone().into(), cycle.id.into()]).await?;
                return match known {
                    Some(known) => files::verbs::must_be_the_same(tx, known, &key, attached).await,
                    None => Err(Error::Refused("This form was already used elsewhere. Please open a new one.".to_owned())),
                };
            }
            put_practices(tx, id, part).await?;
            let said = part.said(world);
            keep(tx, cx, Some(may.who()), cycle.id, (N::TABLE, &key), 1, &said).await?;
            record(tx, cx, may.who(), &format!("{} added", N::WORD), cycle, first_line(&said)).await?;
            files::verbs::put::<N>(tx, cx, may.who(), cycle, (id, &key), attached).await
        })
        .await
}

fn first_line(said: &str) -> &str {
    said.lines().next().unwrap_or_default()
}

async fn put_practices<N: Kept>(tx: &Tx, id: Uuid, part: &N) -> Result<(), DbErr> {
    let Some(codes) = part.practices() else { return Ok(()) };
    db::exec(&**tx, &format!("delete from {0}_practice where {0}_id = $1", N::TABLE), vec![id.into()]).await?;
    let rows = codes.iter().map(|code| vec![id.into(), code.clone().into()]).collect();
    db::insert(&**tx, &format!("{}_practice", N::TABLE), &format!("{}_id, code", N::TABLE), rows).await
}

/// Changes a part; refused as stale when somebody else was faster.
pub(in crate::cycles) async fn correct<N: Kept>(
    may: &May<Run, PartThere<N>>,
    cx: &Cx,
    world: &World,
    version: i32,
    part: &N,
) -> Result<(), Error> {
    let there = may.thing();
    let cycle = &there.there.cycle;
    must_be_changeable(cycle)?;
    let mut params: Vec<Value> = vec![there.id.into(), version.into()];
    let mut sets = Vec::new();
    for (column, value) in part.values().into_iter().filter(|(column, _)| !N::STAY.contains(column)) {
        params.push(value);
        sets.push(format!("{column} = ${}", params.len()));
    }
    let sql = format!(
        "update {} set {}, version = version + 1 where id = $1 and version = $2 and removed_at is null",
        N::TABLE,
        sets.join(", ")
    );
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, &sql, params).await? == 0 {
                return Err(Error::Stale);
            }
            put_practices(tx, there.id, part).await?;
            let said = part.said(world);
            keep_first(tx, cx, cycle.id, (N::TABLE, &there.key), version, &there.part.said(world)).await?;
            keep(tx, cx, Some(may.who()), cycle.id, (N::TABLE, &there.key), version + 1, &said).await?;
            Ok(record(tx, cx, may.who(), &format!("{} changed", N::WORD), cycle, first_line(&said)).await?)
        })
        .await
}

/// Takes a part out; doing so twice is doing it once.
pub(in crate::cycles) async fn remove<N: Kept>(may: &May<Run, PartThere<N>>, cx: &Cx) -> Result<(), Error> {
    set_removed(may, cx, Some(cx.now), None, "taken out").await
}

/// Takes a part out in the version that was read; refused as stale when somebody else was faster.
pub(in crate::cycles) async fn remove_version<N: Kept>(may: &May<Run, PartThere<N>>, cx: &Cx, version: i32) -> Result<(), Error> {
    set_removed(may, cx, Some(cx.now), Some(version), "taken out").await
}

/// Brings a part back that was taken out.
pub(in crate::cycles) async fn restore<N: Kept>(may: &May<Run, PartThere<N>>, cx: &Cx) -> Result<(), Error> {
    set_removed(may, cx, None, None, "brought back").await
}

async fn set_removed<N: Kept>(
    may: &May<Run, PartThere<N>>,
    cx: &Cx,
    at: Option<DateTime<Utc>>,
    version: Option<i32>,
    done: &str,
) -> Result<(), Error> {
    let there = may.thing();
    let cycle = &there.there.cycle;
    must_be_changeable(cycle)?;
    let was = if at.is_some() { "removed_at is null" } else { "removed_at is not null" };
    let mut sql = format!("update {} set removed_at = $2, version = version + 1 where id = $1 and {was}", N::TABLE);
    let mut params: Vec<Value> = vec![there.id.into(), at.into()];
    if let Some(version) = version {
        sql.push_str(" and version = $3");
        params.push(version.into());
    }
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, &sql, params).await? == 0 {
                return if version.is_some() { Err(Error::Stale) } else { Ok(()) };
            }
            Ok(record(tx, cx, may.who(), &format!("{} {done}", N::WORD), cycle, "").await?)
        })
        .await
}
