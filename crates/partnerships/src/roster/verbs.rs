//! The only place where the people of a partnership change. The log names persons and days, never what is told in confidence.

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, Standing},
    audit::{self, Actor},
    db::{self, DbErr, PersonId, Tx},
};

use super::{Assignment, CoacheeThere};
use crate::{
    CoacheeId, PartnershipId,
    calendar::spoken,
    partnerships::{Coach, Partnership, Plan},
    words,
};

async fn record(tx: &Tx, cx: &Cx, who: &Standing, action: &str, partnership: &Partnership, detail: &str) -> Result<(), Error> {
    let subject = partnership.subject();
    Ok(audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), action, &subject, detail).await?)
}

fn time(from: NaiveDate, to: Option<NaiveDate>) -> String {
    let from = format!("from {}", spoken(from, NaiveDate::MIN));
    to.map_or_else(|| from.clone(), |to| format!("{from} to {}", spoken(to, NaiveDate::MIN)))
}

/// Lets somebody work in a partnership.
pub(super) async fn assign(
    may: &May<Plan, Partnership>,
    cx: &Cx,
    (person, name): (PersonId, &str),
    role: &str,
    from: NaiveDate,
    to: Option<NaiveDate>,
) -> Result<(), Error> {
    let partnership = may.thing();
    let id = cx.new_id();
    cx.db()
        .write(async |tx| {
            let sql = "select count(*) from partnership_staff where partnership_id = $1 and person_id = $2
                and (to_on is null or to_on >= $3) and from_on <= $4";
            // Without an end the time reaches beyond every first day that a form can say.
            let last = to.or(NaiveDate::from_ymd_opt(9999, 12, 31)).unwrap_or(from);
            let params = vec![partnership.id.into(), person.into(), from.into(), last.into()];
            if db::scalar::<i64>(&**tx, sql, params).await?.unwrap_or(0) > 0 {
                return Err(Error::Refused(format!(
                    "{name} works there during that time already. Could the other assignment be changed, or ended, instead?"
                )));
            }
            db::exec(
                &**tx,
                "insert into partnership_staff (id, partnership_id, person_id, role, from_on, to_on, version)
                 values ($1, $2, $3, $4, $5, $6, 1)",
                vec![id.into(), partnership.id.into(), person.into(), role.into(), from.into(), to.into()],
            )
            .await?;
            let detail = format!("{name}, {}, {}", words::role(role).to_lowercase(), time(from, to));
            record(tx, cx, may.who(), "assignment added", partnership, &detail).await
        })
        .await
}

/// Changes an assignment: its role, its days, its end.
pub(super) async fn reassign(
    may: &May<Plan, Assignment>,
    cx: &Cx,
    version: i32,
    role: &str,
    from: NaiveDate,
    to: Option<NaiveDate>,
) -> Result<(), Error> {
    let Assignment { partnership, worker } = may.thing();
    cx.db()
        .write(async |tx| {
            let taken = "select count(*) from partnership_staff
                where partnership_id = $1 and person_id = $2 and role = $3 and from_on = $4";
            let params = vec![partnership.id.into(), worker.person_id.into(), role.into(), from.into()];
            let is_other = (role, from) != (worker.role.as_str(), worker.from_on);
            if is_other && db::scalar::<i64>(&**tx, taken, params).await?.unwrap_or(0) > 0 {
                return Err(Error::Refused("There is an assignment with this role and first day already.".to_owned()));
            }
            let touched = db::exec(
                &**tx,
                "update partnership_staff set role = $6, from_on = $7, to_on = $8, version = version + 1
                 where partnership_id = $1 and person_id = $2 and role = $3 and from_on = $4 and version = $5",
                vec![
                    partnership.id.into(),
                    worker.person_id.into(),
                    worker.role.clone().into(),
                    worker.from_on.into(),
                    version.into(),
                    role.into(),
                    from.into(),
                    to.into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            let detail = format!("{}, {}, {}", worker.name, words::role(role).to_lowercase(), time(from, to));
            record(tx, cx, may.who(), "assignment changed", partnership, &detail).await
        })
        .await
}

/// What is agreed with a coachee.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    pub coach: PersonId,
    pub reason: String,
    pub frequency: String,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub goal: String,
    pub focus: String,
}

/// Begins to coach somebody.
pub(super) async fn coach(
    may: &May<Coach, Partnership>,
    cx: &Cx,
    (person, name): (PersonId, &str),
    agreed: Agreed,
) -> Result<(), Error> {
    let partnership = may.thing();
    let id = CoacheeId(cx.new_id());
    cx.db()
        .write(async |tx| {
            let sql = "select count(*) from coachee where partnership_id = $1 and person_id = $2
                and (to_on is null or to_on >= $3 or from_on = $3)";
            let params = vec![partnership.id.into(), person.into(), agreed.from.into()];
            if db::scalar::<i64>(&**tx, sql, params).await?.unwrap_or(0) > 0 {
                return Err(Error::Refused(format!("{name} is coached here already. The list has what was agreed.")));
            }
            db::exec(
                &**tx,
                "insert into coachee
                   (id, partnership_id, person_id, coach_id, reason, frequency, from_on, to_on, goal, focus, version)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
                vec![
                    id.into(),
                    partnership.id.into(),
                    person.into(),
                    agreed.coach.into(),
                    agreed.reason.into(),
                    agreed.frequency.into(),
                    agreed.from.into(),
                    agreed.to.into(),
                    agreed.goal.into(),
                    agreed.focus.into(),
                ],
            )
            .await?;
            let detail = format!("{name}, {}", time(agreed.from, agreed.to));
            record(tx, cx, may.who(), "coachee added", partnership, &detail).await
        })
        .await
}

/// Changes what is agreed with a coachee, or ends it.
pub(super) async fn agree(may: &May<Coach, CoacheeThere>, cx: &Cx, version: i32, agreed: Agreed) -> Result<(), Error> {
    let CoacheeThere { partnership, coachee } = may.thing();
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update coachee set coach_id = $3, reason = $4, frequency = $5, to_on = $6, goal = $7, focus = $8,
                   version = version + 1 where id = $1 and version = $2",
                vec![
                    coachee.id.into(),
                    version.into(),
                    agreed.coach.into(),
                    agreed.reason.into(),
                    agreed.frequency.into(),
                    agreed.to.into(),
                    agreed.goal.into(),
                    agreed.focus.into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            let detail = format!("{}, {}", coachee.name, time(coachee.from_on, agreed.to));
            record(tx, cx, may.who(), "coachee changed", partnership, &detail).await
        })
        .await
}

/// Destroys what was told by and about coachees in a partnership: who was coached, by whom, why, and towards what. Answers how many
/// records there were. The log of changes has a line of its own from whoever asks for it.
///
/// # Errors
/// The database's own.
pub async fn forget_coachees(tx: &Tx, partnership: PartnershipId) -> Result<u64, DbErr> {
    db::exec(&**tx, "delete from coachee where partnership_id = $1", vec![partnership.into()]).await
}
