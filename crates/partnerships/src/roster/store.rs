//! Queries about the people of a partnership.

use chrono::NaiveDate;
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId};

use super::Coachee;
use crate::{PartnershipId, partnerships::Worker};

pub(super) async fn worker(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    person: &str,
    role: &str,
    from: NaiveDate,
) -> Result<Option<Worker>, DbErr> {
    db::one(
        on,
        "select a.partnership_id, a.person_id, h.slug, h.name, a.role, a.from_on, a.to_on, a.version
         from partnership_staff a join person h on h.id = a.person_id
         where a.partnership_id = $1 and h.slug = $2 and a.role = $3 and a.from_on = $4",
        vec![partnership.into(), person.into(), role.into(), from.into()],
    )
    .await
}

const COACHEE: &str = "select c.id, c.person_id, h.slug, h.name, h.title, c.coach_id, k.slug as coach_slug,
    k.name as coach_name, c.reason, c.frequency, c.from_on, c.to_on, c.goal, c.focus, c.version
    from coachee c join person h on h.id = c.person_id join person k on k.id = c.coach_id";

pub(super) async fn coachees(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Coachee>, DbErr> {
    let sql = format!("{COACHEE} where c.partnership_id = $1 order by h.folded, c.from_on desc, c.id");
    db::rows(on, &sql, vec![partnership.into()]).await
}

pub(super) async fn coachee(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    person: &str,
    from: NaiveDate,
) -> Result<Option<Coachee>, DbErr> {
    let sql = format!("{COACHEE} where c.partnership_id = $1 and h.slug = $2 and c.from_on = $3");
    db::one(on, &sql, vec![partnership.into(), person.into(), from.into()]).await
}

/// Somebody who can stand in a choice.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Person {
    pub id: PersonId,
    pub slug: String,
    pub name: String,
}

/// Everybody who works for the organisation.
pub(super) async fn staff(on: &impl ConnectionTrait) -> Result<Vec<Person>, DbErr> {
    db::rows(on, "select id, slug, name from person where kind = 'staff' order by folded, id", vec![]).await
}

/// The people of a site.
pub(super) async fn at_site(on: &impl ConnectionTrait, site: &str) -> Result<Vec<Person>, DbErr> {
    let sql = "select id, slug, name from person where works_at = $1 and kind = 'partner' order by folded, id";
    db::rows(on, sql, vec![site.into()]).await
}
