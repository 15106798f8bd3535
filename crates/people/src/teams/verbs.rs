//! What changes about teams and memberships. Nothing is erased: a membership ends on its last day.

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Cx, Error,
    access::Standing,
    audit::{self, Actor},
    clock,
    db::{self, Engine, PersonId, TeamId, Tx},
    search::{self, Audience},
};
use uuid::Uuid;

use super::{
    Team,
    store::{self, Member, Seating},
};

/// What a team's form says.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    pub name: String,
    pub kind: String,
    pub parent: Option<TeamId>,
    pub purpose: String,
}

/// Makes a team.
///
/// # Errors
/// The database's own.
pub(crate) async fn make(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    slug: String,
    sketch: Sketch,
) -> Result<Team, Error> {
    let team = Team {
        id: TeamId(clock::new_id(now)),
        slug,
        name: sketch.name,
        kind: sketch.kind,
        parent_id: sketch.parent,
        purpose: sketch.purpose,
        version: 1,
    };
    store::insert(tx, &team).await?;
    search::put(tx, engine, &team.subject(), &team.purpose, "", &Audience::Staff).await?;
    audit::record(tx, engine, now, actor, "team made", &team.subject(), "").await?;
    Ok(team)
}

/// Changes a team.
///
/// # Errors
/// Stale when somebody else was faster; refused when it would belong to itself.
pub(crate) async fn change(cx: &Cx, who: &Standing, team: &Team, sketch: Sketch, version: i32) -> Result<(), Error> {
    let after =
        Team { name: sketch.name, kind: sketch.kind, parent_id: sketch.parent, purpose: sketch.purpose, version, ..team.clone() };
    cx.db()
        .write(async |tx| {
            if belongs_below(&store::all(&**tx).await?, after.parent_id, after.id) {
                return Err(Error::Refused("A team can’t belong to itself, or to a team of its own.".to_owned()));
            }
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let engine = cx.db().engine();
            search::put(tx, engine, &after.subject(), &after.purpose, "", &Audience::Staff).await?;
            audit::record(tx, engine, cx.now, &Actor::from(who), "team changed", &after.subject(), "").await?;
            Ok(())
        })
        .await
}

/// Whether a team is this one or lies below it.
pub(super) fn belongs_below(teams: &[Team], mut team: Option<TeamId>, this: TeamId) -> bool {
    // As many steps up as there are teams end any circle.
    for _ in 0..=teams.len() {
        match team {
            None => return false,
            Some(id) if id == this => return true,
            Some(id) => team = teams.iter().find(|other| other.id == id).and_then(|other| other.parent_id),
        }
    }
    true
}

/// Gives somebody a seat in a team. Who may give which role is asked before.
///
/// # Errors
/// Refused when they sit there in this role already.
pub(crate) async fn seat(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    team: &Team,
    name: &str,
    seating: &Seating,
) -> Result<(), Error> {
    if store::is_seated(&**tx, seating).await? {
        return Err(Error::Refused(format!("{name} sits in this team in this role already.")));
    }
    store::seat(tx, clock::new_id(now), seating).await?;
    let detail = format!("{name} as {} from {}", seating.role, seating.from_on);
    audit::record(tx, engine, now, actor, "membership begun", &team.subject(), &detail).await?;
    Ok(())
}

/// What a membership's form says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub supervisor: Option<PersonId>,
}

/// Changes a membership's days and supervisor.
///
/// # Errors
/// Stale when somebody else was faster; refused when another one of the same role begins on that day.
pub(crate) async fn change_term(
    cx: &Cx,
    who: &Standing,
    team: &Team,
    member: &Member,
    term: Term,
    version: i32,
) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let twin = db::scalar::<Uuid>(
                &**tx,
                "select id from membership where person_id = $1 and team_id = $2 and role = $3 and from_on = $4 and id <> $5",
                vec![member.person_id.into(), team.id.into(), member.role.clone().into(), term.from_on.into(), member.id.into()],
            )
            .await?;
            if twin.is_some() {
                return Err(Error::Refused("Another membership in this role begins on that day.".to_owned()));
            }
            let touched = db::exec(
                &**tx,
                "update membership set from_on = $1, to_on = $2, supervisor_id = $3, version = version + 1
                 where id = $4 and version = $5",
                vec![term.from_on.into(), term.to_on.into(), term.supervisor.into(), member.id.into(), version.into()],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            let until = term.to_on.map_or_else(String::new, |day| format!(" to {day}"));
            let detail = format!("{} as {}, from {}{until}", member.name, member.role, term.from_on);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "membership changed", &team.subject(), &detail)
                .await?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(number: u128, parent: Option<u128>) -> Team {
        Team {
            id: TeamId(Uuid::from_u128(number)),
            slug: number.to_string(),
            name: String::new(),
            kind: String::new(),
            parent_id: parent.map(|id| TeamId(Uuid::from_u128(id))),
            purpose: String::new(),
            version: 1,
        }
    }

    #[test]
    fn no_team_belongs_to_itself() {
        let teams = [team(1, None), team(2, Some(1)), team(3, Some(2))];
        let id = |number: u128| TeamId(Uuid::from_u128(number));
        assert!(belongs_below(&teams, Some(id(3)), id(2)));
        assert!(belongs_below(&teams, Some(id(2)), id(2)));
        assert!(!belongs_below(&teams, Some(id(1)), id(2)));
        assert!(!belongs_below(&teams, None, id(2)));
    }
}
