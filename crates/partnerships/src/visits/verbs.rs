//! The only place where visits change.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    audit::{self, Actor},
    db::{self, DbErr, PersonId, Tx},
};

use super::{HOURS_IN_A_DAY, VisitThere};
use crate::{
    PartnershipId, VisitId,
    calendar::spoken,
    partnerships::{Partnership, Record},
    words,
};

/// What somebody says about a visit.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub on_day: NaiveDate,
    pub hours: f64,
    pub person: PersonId,
    pub mode: String,
    pub practices: BTreeSet<String>,
    pub note: String,
}

impl Said {
    fn check(&self) -> Result<(), Error> {
        if self.hours > 0.0 && self.hours <= HOURS_IN_A_DAY {
            return Ok(());
        }
        Err(Error::Refused(
            "A visit takes more than no time, and a day has 24 hours. Could you look at the hours again?".to_owned(),
        ))
    }

    fn words(&self) -> String {
        format!("{}, {} hours, {}", spoken(self.on_day, self.on_day), words::hours(self.hours), self.mode)
    }
}

async fn put_practices(tx: &Tx, visit: VisitId, practices: &BTreeSet<String>) -> Result<(), DbErr> {
    db::exec(&**tx, "delete from visit_practice where visit_id = $1", vec![visit.into()]).await?;
    for code in practices {
        let sql = "insert into visit_practice (visit_id, code) values ($1, $2)";
        db::exec(&**tx, sql, vec![visit.into(), code.clone().into()]).await?;
    }
    Ok(())
}

/// Logs a visit under a key that was made with its form, so that sending the form twice adds one.
pub(super) async fn log(may: &May<Record, Partnership>, cx: &Cx, key: uuid::Uuid, said: &Said) -> Result<(), Error> {
    said.check()?;
    let id = VisitId(cx.new_id());
    let key = key.to_string();
    cx.db()
        .write(async |tx| {
            let added = db::exec(
                &**tx,
                "insert into visit (id, key, partnership_id, on_day, hours, person_id, mode, note, logged_on, version)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) on conflict (key) do nothing",
                vec![
                    id.into(),
                    key.clone().into(),
                    may.thing().id.into(),
                    said.on_day.into(),
                    said.hours.into(),
                    said.person.into(),
                    said.mode.clone().into(),
                    said.note.clone().into(),
                    cx.today().into(),
                ],
            )
            .await?;
            if added == 0 {
                let sql = "select partnership_id from visit where key = $1";
                let known = db::scalar::<PartnershipId>(&**tx, sql, vec![key.clone().into()]).await?;
                return match known {
                    Some(partnership) if partnership == may.thing().id => Ok(()),
                    _ => Err(Error::Refused("This form was already used elsewhere. Please open a new one.".to_owned())),
                };
            }
            put_practices(tx, id, &said.practices).await?;
            record(tx, cx, &Actor::from(may.who()), "visit logged", may.thing(), &said.words()).await
        })
        .await
}

async fn record(tx: &Tx, cx: &Cx, actor: &Actor, action: &str, partnership: &Partnership, detail: &str) -> Result<(), Error> {
    Ok(audit::record(tx, cx.db().engine(), cx.now, actor, action, &partnership.subject(), detail).await?)
}

/// Puts a visit right.
pub(super) async fn correct(may: &May<Edit, VisitThere>, cx: &Cx, version: i32, said: &Said) -> Result<(), Error> {
    said.check()?;
    let VisitThere { partnership, visit } = may.thing();
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update visit set on_day = $3, hours = $4, person_id = $5, mode = $6, note = $7, version = version + 1
                 where id = $1 and version = $2 and removed_at is null",
                vec![
                    visit.id.into(),
                    version.into(),
                    said.on_day.into(),
                    said.hours.into(),
                    said.person.into(),
                    said.mode.clone().into(),
                    said.note.clone().into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            put_practices(tx, visit.id, &said.practices).await?;
            let before = format!("{}, {} hours", spoken(visit.on_day, visit.on_day), words::hours(visit.hours));
            let detail = format!("{before} → {}", said.words());
            record(tx, cx, &Actor::from(may.who()), "visit changed", partnership, &detail).await
        })
        .await
}

/// Takes a visit out; doing so twice is doing it once.
pub(super) async fn remove(may: &May<Edit, VisitThere>, cx: &Cx) -> Result<(), Error> {
    let sql = "update visit set removed_at = $2, version = version + 1 where id = $1 and removed_at is null";
    set_removed(may, cx, sql, vec![may.visit.id.into(), cx.now.into()], "visit removed").await.map(drop)
}

/// Takes a visit out as long as it stands in this version.
pub(super) async fn remove_version(may: &May<Edit, VisitThere>, cx: &Cx, version: i32) -> Result<(), Error> {
    let sql = "update visit set removed_at = $2, version = version + 1 where id = $1 and removed_at is null and version = $3";
    let params = vec![may.visit.id.into(), cx.now.into(), version.into()];
    if set_removed(may, cx, sql, params, "visit removed").await? { Ok(()) } else { Err(Error::Stale) }
}

/// Brings a visit back that was taken out.
pub(super) async fn restore(may: &May<Edit, VisitThere>, cx: &Cx) -> Result<(), Error> {
    let sql = "update visit set removed_at = null, version = version + 1 where id = $1 and removed_at is not null";
    set_removed(may, cx, sql, vec![may.visit.id.into()], "visit brought back").await.map(drop)
}

/// Answers whether there was anything to change.
async fn set_removed(may: &May<Edit, VisitThere>, cx: &Cx, sql: &str, params: db::Params, action: &str) -> Result<bool, Error> {
    let VisitThere { partnership, visit } = may.thing();
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, sql, params).await? == 0 {
                return Ok(false);
            }
            let detail = format!("{}, {} hours", spoken(visit.on_day, visit.on_day), words::hours(visit.hours));
            record(tx, cx, &Actor::from(may.who()), action, partnership, &detail).await?;
            Ok(true)
        })
        .await
}
