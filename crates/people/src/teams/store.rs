//! What pages about teams ask the database.

use chrono::NaiveDate;
use platform::{
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, TeamId, Tx},
    text::folded,
};
use uuid::Uuid;

use super::Team;

const COLUMNS: &str = "id, slug, name, kind, parent_id, purpose, version";

/// The team of a slug.
pub(crate) async fn by_slug(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Team>, DbErr> {
    db::one(on, &format!("select {COLUMNS} from team where slug = $1"), vec![slug.into()]).await
}

/// All teams, by name.
pub(crate) async fn all(on: &impl ConnectionTrait) -> Result<Vec<Team>, DbErr> {
    db::rows(on, &format!("select {COLUMNS} from team order by folded, slug"), vec![]).await
}

/// The team that this one belongs to, and those that belong to this one.
pub(crate) async fn around(on: &impl ConnectionTrait, team: &Team) -> Result<Vec<Team>, DbErr> {
    db::rows(
        on,
        &format!(
            "select {COLUMNS} from team where parent_id = $1 or id = (select up.parent_id from team up where up.id = $1)
             order by folded, slug"
        ),
        vec![team.id.into()],
    )
    .await
}

/// How many people sit in a team.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Size {
    pub team_id: TeamId,
    pub people: i64,
}

/// How many people sit in each team on a day.
pub(crate) async fn sizes(on: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<Size>, DbErr> {
    db::rows(
        on,
        "select team_id, count(distinct person_id) as people from membership
         where from_on <= $1 and (to_on is null or to_on >= $1) group by team_id",
        vec![day.into()],
    )
    .await
}

/// Adds a team.
pub(crate) async fn insert(tx: &Tx, team: &Team) -> Result<(), DbErr> {
    db::exec(
        &**tx,
        "insert into team (id, slug, name, folded, kind, parent_id, purpose, version) values ($1, $2, $3, $4, $5, $6, $7, 1)",
        vec![
            team.id.into(),
            team.slug.clone().into(),
            team.name.clone().into(),
            folded(&team.name).into(),
            team.kind.clone().into(),
            team.parent_id.into(),
            team.purpose.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Puts a team's row in place of the one of the same version; answers whether it was still there.
pub(crate) async fn update(tx: &Tx, team: &Team) -> Result<bool, DbErr> {
    let touched = db::exec(
        &**tx,
        "update team set name = $1, folded = $2, kind = $3, parent_id = $4, purpose = $5, version = version + 1
         where id = $6 and version = $7",
        vec![
            team.name.clone().into(),
            folded(&team.name).into(),
            team.kind.clone().into(),
            team.parent_id.into(),
            team.purpose.clone().into(),
            team.id.into(),
            team.version.into(),
        ],
    )
    .await?;
    Ok(touched > 0)
}

/// A membership of a team, past or present, with who it is.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Member {
    pub id: Uuid,
    pub person_id: PersonId,
    pub slug: String,
    pub name: String,
    pub title: String,
    pub glad_to_be_asked: String,
    pub role: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub supervisor_email: Option<String>,
    pub supervisor_slug: Option<String>,
    pub supervisor_name: Option<String>,
    pub version: i32,
}

const MEMBER: &str = "select m.id, m.person_id, p.slug, p.name, p.title, p.glad_to_be_asked, m.role, m.from_on, m.to_on,
  s.email as supervisor_email, s.slug as supervisor_slug, s.name as supervisor_name, m.version
  from membership m join person p on p.id = m.person_id left join person s on s.id = m.supervisor_id";

/// All memberships of a team, by name and time.
pub(crate) async fn members(on: &impl ConnectionTrait, team: TeamId) -> Result<Vec<Member>, DbErr> {
    db::rows(on, &format!("{MEMBER} where m.team_id = $1 order by p.folded, p.id, m.from_on, m.id"), vec![team.into()]).await
}

/// One membership of a team.
pub(crate) async fn member(on: &impl ConnectionTrait, team: TeamId, id: Uuid) -> Result<Option<Member>, DbErr> {
    db::one(on, &format!("{MEMBER} where m.team_id = $1 and m.id = $2"), vec![team.into(), id.into()]).await
}

/// A membership to be added.
#[derive(Clone, Debug)]
pub(crate) struct Seating {
    pub person: PersonId,
    pub team: TeamId,
    pub role: String,
    pub from_on: NaiveDate,
    pub supervisor: Option<PersonId>,
}

/// Whether somebody sits in a team in this role on or after this day already.
pub(crate) async fn is_seated(on: &impl ConnectionTrait, seating: &Seating) -> Result<bool, DbErr> {
    let found = db::scalar::<i64>(
        on,
        "select count(*) from membership where person_id = $1 and team_id = $2 and role = $3 and (to_on is null or to_on >= $4)",
        vec![seating.person.into(), seating.team.into(), seating.role.clone().into(), seating.from_on.into()],
    )
    .await?;
    Ok(found.unwrap_or(0) > 0)
}

/// Adds a membership.
pub(crate) async fn seat(tx: &Tx, id: Uuid, seating: &Seating) -> Result<(), DbErr> {
    db::exec(
        &**tx,
        "insert into membership (id, person_id, team_id, role, from_on, to_on, supervisor_id, version)
         values ($1, $2, $3, $4, $5, null, $6, 1)",
        vec![
            id.into(),
            seating.person.into(),
            seating.team.into(),
            seating.role.clone().into(),
            seating.from_on.into(),
            seating.supervisor.into(),
        ],
    )
    .await?;
    Ok(())
}
