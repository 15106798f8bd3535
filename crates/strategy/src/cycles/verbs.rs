//! The only place where cycles as a whole change; their parts change in `cycles/parts/verbs.rs`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::calendar::SchoolYear;
use platform::{
    Cx, Error,
    access::{May, Standing},
    audit::{self, Actor},
    clock::new_id,
    db::{self, DbErr, Engine, FromQueryResult, PersonId, Tx, Value},
    search,
};
use uuid::Uuid;

use super::{
    Cycle, CycleThere, OwnerKind, coachees,
    owner::Owner,
    parts::{Action, Goal, Kept},
    policy::Run,
    store,
};
use crate::{CycleId, tracker::rules::is_key};

/// What somebody says about a cycle as a whole.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub title: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub agreements: String,
    pub members: BTreeSet<PersonId>,
}

/// A cycle that is to begin.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub said: Said,
    pub year: SchoolYear,
    pub number: i32,
    pub template: String,
    /// The step in which it begins.
    pub step: String,
    /// The cycle that it carries on.
    pub carries_on: Option<Cycle>,
}

fn closed(cycle: &Cycle) -> Error {
    Error::Refused(format!(
        "Cycle {} is closed. Open it again, by going back to one of its steps, and then change it.",
        cycle.number
    ))
}

/// What may be told of a cycle in the audit log: nothing of a person's own.
fn told<'a>(cycle: &Cycle, detail: &'a str) -> &'a str {
    if cycle.owner_kind() == OwnerKind::Person { "" } else { detail }
}

pub(in crate::cycles) async fn record(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    action: &str,
    cycle: &Cycle,
    detail: &str,
) -> Result<(), DbErr> {
    record_of(tx, cx.db().engine(), cx.now, &Actor::from(who), action, cycle, detail).await
}

/// The same for whoever did it, a job too.
pub(in crate::cycles) async fn record_of(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    action: &str,
    cycle: &Cycle,
    detail: &str,
) -> Result<(), DbErr> {
    audit::record(tx, engine, now, actor, action, &cycle.subject(), told(cycle, detail)).await
}

pub(in crate::cycles) async fn keep(
    tx: &Tx,
    cx: &Cx,
    who: Option<&Standing>,
    cycle: CycleId,
    of: (&str, &str),
    version: i32,
    said: &str,
) -> Result<(), DbErr> {
    db::exec(
        &**tx,
        "insert into cycle_revision (id, cycle_id, kind, key, version, said, author_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            cx.new_id().into(),
            cycle.into(),
            of.0.into(),
            of.1.into(),
            version.into(),
            said.into(),
            who.map(|who| who.person).into(),
            cx.now.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Keeps how something stands before its first change, where it came in from a file.
pub(in crate::cycles) async fn keep_first(
    tx: &Tx,
    cx: &Cx,
    cycle: CycleId,
    of: (&str, &str),
    version: i32,
    said: &str,
) -> Result<(), DbErr> {
    if store::has_revisions(&**tx, cycle, of.0, of.1).await? {
        return Ok(());
    }
    keep(tx, cx, None, cycle, of, version, said).await
}

async fn put_members(tx: &Tx, cycle: CycleId, members: &BTreeSet<PersonId>) -> Result<(), DbErr> {
    db::exec(&**tx, "delete from cycle_member where cycle_id = $1", vec![cycle.into()]).await?;
    let rows = members.iter().map(|person| vec![cycle.into(), (*person).into()]).collect();
    db::insert(&**tx, "cycle_member", "cycle_id, person_id", rows).await
}

async fn index(tx: &Tx, cx: &Cx, cycle: &Cycle) -> Result<(), DbErr> {
    let Some(audience) = cycle.audience() else { return Ok(()) };
    let note = format!("Cycle {} of {}", cycle.number, cycle.year());
    search::put(tx, cx.db().engine(), &cycle.subject(), &note, "", &audience).await
}

/// The key of a cycle that begins: readable, and nobody else's.
async fn free_key(tx: &Tx, owner: &Owner, year: SchoolYear, number: i32) -> Result<String, DbErr> {
    let slug = match owner {
        Owner::Person(person) => person.slug.as_str(),
        Owner::Team(team) => team.slug.as_str(),
        Owner::Partnership(partnership) => partnership.slug.as_str(),
        Owner::Organisation(_) => "organisation",
    };
    let slug = if is_key(slug) && slug.len() <= 80 { slug } else { "cycle" };
    let base = format!("{slug}.{:02}.c{number}", year.0.rem_euclid(100));
    #[derive(FromQueryResult)]
    struct Taken {
        key: String,
    }
    let sql = "select key from cycle where key = $1 or key like $2";
    let taken = db::rows::<Taken>(&**tx, sql, vec![base.clone().into(), format!("{base}-%").into()]).await?;
    let is_taken = |key: &str| taken.iter().any(|row| row.key == key);
    let mut key = base.clone();
    let mut next = 2_u32;
    while is_taken(&key) {
        key = format!("{base}-{next}");
        next += 1;
    }
    Ok(key)
}

/// Begins a cycle; what carries over from the one before comes along. Answers its key.
pub(super) async fn begin(may: &May<Run, Owner>, cx: &Cx, begun: &Begun) -> Result<String, Error> {
    let owner = may.thing();
    if let Owner::Partnership(partnership) = owner
        && partnership.closed_on.is_some()
    {
        return Err(Error::Refused(format!("The work with {} has ended, so no cycle begins there.", partnership.name)));
    }
    let (kind, person, team, partnership): (OwnerKind, Option<PersonId>, Option<_>, Option<_>) = match owner {
        Owner::Person(person) => (OwnerKind::Person, Some(person.id), None, None),
        Owner::Team(team) => (OwnerKind::Team, None, Some(team.id), None),
        Owner::Partnership(partnership) => (OwnerKind::Partnership, None, None, Some(partnership.id)),
        Owner::Organisation(_) => (OwnerKind::Organisation, None, None, None),
    };
    let id = CycleId(cx.new_id());
    cx.db()
        .write(async |tx| {
            if let Some(title) = store::numbered(&**tx, owner, begun.year, begun.number).await? {
                return Err(Error::Refused(is_there_already(begun.number, &title)));
            }
            let key = free_key(tx, owner, begun.year, begun.number).await?;
            db::exec(
                &**tx,
                "insert into cycle (id, key, owner_kind, person_id, team_id, partnership_id, school_year, number, title,
                   template_key, starts_on, ends_on, state, step_key, agreements, carried_from_id, version)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $15, 1)",
                vec![
                    id.into(),
                    key.clone().into(),
                    kind.key().into(),
                    person.into(),
                    team.into(),
                    partnership.into(),
                    begun.year.0.into(),
                    begun.number.into(),
                    begun.said.title.clone().into(),
                    begun.template.clone().into(),
                    begun.said.starts_on.into(),
                    begun.said.ends_on.into(),
                    begun.step.clone().into(),
                    begun.said.agreements.clone().into(),
                    begun.carries_on.as_ref().map(|cycle| cycle.id).into(),
                ],
            )
            .await?;
            put_members(tx, id, &begun.said.members).await?;
            reach(tx, cx, id, &begun.step).await?;
            let mut carried = (0, 0);
            if let Some(before) = &begun.carries_on {
                carried = carry(tx, cx, may.who(), before.id, id).await?;
            }
            let cycle = store::by_key(&**tx, &key).await?.ok_or(Error::NotFound)?;
            keep(tx, cx, Some(may.who()), id, (super::SUBJECT, &key), 1, &said_of(&begun.said)).await?;
            index(tx, cx, &cycle).await?;
            let detail = format!("{} goals and {} actions carried over", carried.0, carried.1);
            record(tx, cx, may.who(), "cycle begun", &cycle, &detail).await?;
            Ok(key)
        })
        .await
}

/// What whoever numbers a cycle as another one of the year is told.
pub(super) fn is_there_already(number: i32, title: &str) -> String {
    format!("There is a Cycle {number} of that year: {title}. Which number comes next?")
}

fn said_of(said: &Said) -> String {
    in_words(&said.title, (said.starts_on, said.ends_on), &said.agreements)
}

/// A cycle as a whole in words, as it stands.
pub(super) fn standing(cycle: &Cycle) -> String {
    in_words(&cycle.title, (cycle.starts_on, cycle.ends_on), &cycle.agreements)
}

fn in_words(title: &str, (starts, ends): (NaiveDate, NaiveDate), agreements: &str) -> String {
    let agreements = if agreements.is_empty() { String::new() } else { format!("\n{agreements}") };
    format!("{title}\n{starts} to {ends}{agreements}")
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Brings goals that go on, and actions that were carried over, into the next cycle. A goal goes on when that was decided, or
/// when nothing was decided and it was not met; it begins where the last one ended. Predictions are made anew.
async fn carry(tx: &Tx, cx: &Cx, who: &Standing, from: CycleId, to: CycleId) -> Result<(i32, i32), DbErr> {
    let sql = "select id from goal where cycle_id = $1 and removed_at is null
         and (decision in ('keep', 'adapt') or (decision = '' and met in ('', 'partly', 'no', 'not_measured')))
         order by position, id";
    let goals = db::rows::<IdRow>(&**tx, sql, vec![from.into()]).await?;
    for (position, goal) in (1_i32..).zip(&goals) {
        let id = new_id(cx.now);
        db::exec(
            &**tx,
            "insert into goal (id, key, cycle_id, position, kind, text, measure, unit, student_group, baseline, target, met,
               happened, decision, version)
             select $1, $2, $3, $4, kind, text, measure, unit, student_group, coalesce(outcome, baseline), target, '', '', '', 1
             from goal where id = $5",
            vec![id.into(), id.to_string().into(), to.into(), position.into(), goal.id.into()],
        )
        .await?;
        let sql = "insert into goal_practice (goal_id, code) select $1, code from goal_practice where goal_id = $2";
        db::exec(&**tx, sql, vec![id.into(), goal.id.into()]).await?;
        keep_as_it_is::<Goal>(tx, cx, who, to, &id.to_string()).await?;
    }
    let sql =
        "select id from plan_action where cycle_id = $1 and removed_at is null and status = 'carried_over' order by position, id";
    let actions = db::rows::<IdRow>(&**tx, sql, vec![from.into()]).await?;
    for (position, action) in (1_i32..).zip(&actions) {
        let id = new_id(cx.now);
        db::exec(
            &**tx,
            "insert into plan_action (id, key, cycle_id, position, text, owner_id, practice, evidence, resources, status, why_not, version)
             select $1, $2, $3, $4, text, owner_id, practice, evidence, resources, 'not_started', '', 1 from plan_action where id = $5",
            vec![id.into(), id.to_string().into(), to.into(), position.into(), action.id.into()],
        )
        .await?;
        coachees::store::carry(tx, action.id, id, cx.today()).await?;
        keep_as_it_is::<Action>(tx, cx, who, to, &id.to_string()).await?;
    }
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    Ok((count(goals.len()), count(actions.len())))
}

/// Keeps the first wording of something that was carried over.
async fn keep_as_it_is<N: Kept>(tx: &Tx, cx: &Cx, who: &Standing, cycle: CycleId, key: &str) -> Result<(), DbErr> {
    let sql = format!("select x.text from {} x where x.key = $1", N::TABLE);
    let text = db::scalar::<String>(&**tx, &sql, vec![key.into()]).await?.unwrap_or_default();
    keep(tx, cx, Some(who), cycle, (N::TABLE, key), 1, &format!("{text}\nCarried over from the cycle before.")).await
}

async fn reach(tx: &Tx, cx: &Cx, cycle: CycleId, step: &str) -> Result<(), DbErr> {
    let sql = "insert into cycle_step (cycle_id, step_key, reached_on) values ($1, $2, $3)
         on conflict (cycle_id, step_key) do update set reached_on = excluded.reached_on";
    db::exec(&**tx, sql, vec![cycle.into(), step.into(), cx.today().into()]).await?;
    Ok(())
}

/// Changes what is said about a cycle as a whole.
pub(super) async fn edit(may: &May<Run, CycleThere>, cx: &Cx, version: i32, said: &Said) -> Result<(), Error> {
    let cycle = &may.thing().cycle;
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update cycle set title = $3, starts_on = $4, ends_on = $5, agreements = $6, version = version + 1
                 where id = $1 and version = $2",
                vec![
                    cycle.id.into(),
                    version.into(),
                    said.title.clone().into(),
                    said.starts_on.into(),
                    said.ends_on.into(),
                    said.agreements.clone().into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            put_members(tx, cycle.id, &said.members).await?;
            keep_first(tx, cx, cycle.id, (super::SUBJECT, &cycle.key), version, &standing(cycle)).await?;
            keep(tx, cx, Some(may.who()), cycle.id, (super::SUBJECT, &cycle.key), version + 1, &said_of(said)).await?;
            let cycle = store::by_key(&**tx, &cycle.key).await?.ok_or(Error::NotFound)?;
            index(tx, cx, &cycle).await?;
            Ok(record(tx, cx, may.who(), "cycle changed", &cycle, &said.title).await?)
        })
        .await
}

/// Moves a cycle to a step, forth or back; a closed or a planned one is opened by it. Being there already is being there.
pub(super) async fn move_to(may: &May<Run, CycleThere>, cx: &Cx, version: i32, step: &str, name: &str) -> Result<(), Error> {
    let cycle = &may.thing().cycle;
    if cycle.is_open() && cycle.step_key == step {
        return Ok(());
    }
    let sql =
        "update cycle set state = 'open', step_key = $3, closed_on = null, version = version + 1 where id = $1 and version = $2";
    let params = vec![cycle.id.into(), version.into(), step.into()];
    // One that was planned in time takes along what goes on from the one before, as one that begins now does.
    let before = cycle.carried_from_id.filter(|_| cycle.state == "planned");
    set_state(may, cx, sql, params, ("cycle moved on", name), Some(step), before).await
}

/// Closes a cycle; closing it twice is closing it once.
pub(super) async fn close(may: &May<Run, CycleThere>, cx: &Cx, version: i32) -> Result<(), Error> {
    let cycle = &may.thing().cycle;
    if cycle.state == "closed" {
        return Ok(());
    }
    let sql =
        "update cycle set state = 'closed', step_key = '', closed_on = $3, version = version + 1 where id = $1 and version = $2";
    let params = vec![cycle.id.into(), version.into(), cx.today().into()];
    set_state(may, cx, sql, params, ("cycle closed", ""), None, None).await
}

async fn set_state(
    may: &May<Run, CycleThere>,
    cx: &Cx,
    sql: &str,
    params: Vec<Value>,
    (action, detail): (&str, &str),
    step: Option<&str>,
    before: Option<CycleId>,
) -> Result<(), Error> {
    let cycle = &may.thing().cycle;
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, sql, params).await? == 0 {
                return Err(Error::Stale);
            }
            if let Some(step) = step {
                reach(tx, cx, cycle.id, step).await?;
            }
            if let Some(before) = before
                && is_blank(tx, cycle.id).await?
            {
                carry(tx, cx, may.who(), before, cycle.id).await?;
            }
            Ok(record(tx, cx, may.who(), action, cycle, detail).await?)
        })
        .await
}

/// Whether nobody has written a goal or an action yet.
async fn is_blank(tx: &Tx, cycle: CycleId) -> Result<bool, DbErr> {
    let sql = "select (select count(*) from goal where cycle_id = $1) + (select count(*) from plan_action where cycle_id = $1)";
    Ok(db::scalar::<i64>(&**tx, sql, vec![cycle.into()]).await?.unwrap_or(0) == 0)
}

pub(in crate::cycles) fn must_be_changeable(cycle: &Cycle) -> Result<(), Error> {
    if cycle.state == "closed" { Err(closed(cycle)) } else { Ok(()) }
}
