//! Which coachees actions concern.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use partnerships::{CoacheeId, PartnershipId};
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx};
use uuid::Uuid;

use crate::CycleId;

/// Somebody who can be named.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::cycles) struct Coached {
    pub id: CoacheeId,
    pub name: String,
    pub title: String,
    /// Whether the action concerns them.
    pub is_concerned: bool,
}

/// The coachees of a partnership who are coached on a day, and those whom an action concerns already, by name.
pub(in crate::cycles) async fn coached(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    action: Uuid,
    day: NaiveDate,
) -> Result<Vec<Coached>, DbErr> {
    let sql = "select c.id, h.name, h.title, x.action_id is not null as is_concerned
         from coachee c join person h on h.id = c.person_id
           left join plan_action_coachee x on x.coachee_id = c.id and x.action_id = $2
         where c.partnership_id = $1 and (x.action_id is not null or (c.from_on <= $3 and (c.to_on is null or c.to_on >= $3)))
         order by h.folded, c.from_on, c.id";
    db::rows(on, sql, vec![partnership.into(), action.into(), day.into()]).await
}

#[derive(FromQueryResult)]
struct Row {
    key: String,
    name: String,
}

/// Whom the actions of a cycle concern, by the actions' keys: names, in order.
pub(in crate::cycles) async fn of_cycle(
    on: &impl ConnectionTrait,
    cycle: CycleId,
) -> Result<BTreeMap<String, Vec<String>>, DbErr> {
    let sql = "select a.key, h.name from plan_action a join plan_action_coachee x on x.action_id = a.id
           join coachee c on c.id = x.coachee_id join person h on h.id = c.person_id
         where a.cycle_id = $1 and a.removed_at is null order by h.folded, c.id";
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in db::rows::<Row>(on, sql, vec![cycle.into()]).await? {
        named.entry(row.key).or_default().push(row.name);
    }
    Ok(named)
}

pub(super) async fn put(tx: &Tx, action: Uuid, coachee: CoacheeId) -> Result<(), DbErr> {
    let sql = "insert into plan_action_coachee (action_id, coachee_id) values ($1, $2)";
    db::exec(&**tx, sql, vec![action.into(), coachee.into()]).await.map(drop)
}

pub(super) async fn remove(tx: &Tx, action: Uuid, coachee: CoacheeId) -> Result<(), DbErr> {
    let sql = "delete from plan_action_coachee where action_id = $1 and coachee_id = $2";
    db::exec(&**tx, sql, vec![action.into(), coachee.into()]).await.map(drop)
}

/// Lets an action that carries another one on concern those of its coachees who are still coached on a day.
pub(in crate::cycles) async fn carry(tx: &Tx, from: Uuid, to: Uuid, day: NaiveDate) -> Result<(), DbErr> {
    let sql = "insert into plan_action_coachee (action_id, coachee_id)
         select $2, x.coachee_id from plan_action_coachee x join coachee c on c.id = x.coachee_id
         where x.action_id = $1 and (c.to_on is null or c.to_on >= $3)";
    db::exec(&**tx, sql, vec![from.into(), to.into(), day.into()]).await.map(drop)
}
