//! The people of a partnership: who of us works there, and who is coached.
//!
//! What a coachee works towards is told in confidence: the people who work there read it, and the coachee; nobody else.

mod store;
mod verbs;
mod web;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{PathIds, Policy, Standing, Thing},
    db::{FromQueryResult, PersonId},
};

pub use verbs::forget_coachees;
pub(crate) use web::routes;

use crate::{
    CoacheeId,
    partnerships::{Coach, Partnership, Plan, Worker},
};

/// The roles in a partnership: the key, and the words on pages.
pub(crate) const ROLES: &[(&str, &str)] =
    &[("lead", "Improvement partner"), ("co", "Second improvement partner"), ("apprentice", "Learns beside them")];

/// How often coachee and coach meet.
pub(crate) const FREQUENCIES: &[&str] = &["weekly", "every two weeks", "monthly"];

/// An assignment together with its partnership.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub partnership: Partnership,
    pub worker: Worker,
}

/// A leader or teacher who is coached.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Coachee {
    pub id: CoacheeId,
    pub person_id: PersonId,
    pub slug: String,
    pub name: String,
    pub title: String,
    pub coach_id: PersonId,
    pub coach_slug: String,
    pub coach_name: String,
    pub reason: String,
    pub frequency: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub goal: String,
    pub focus: String,
    pub version: i32,
}

/// A coachee together with the partnership.
#[derive(Clone, Debug)]
pub(crate) struct CoacheeThere {
    pub partnership: Partnership,
    pub coachee: Coachee,
}

impl Coachee {
    pub(crate) fn is_coached(&self, day: NaiveDate) -> bool {
        self.to_on.is_none_or(|to| to >= day)
    }

    /// How addresses name the coachee's time with us.
    pub(crate) fn key(&self) -> String {
        format!("{}.{}", self.slug, self.from_on)
    }

    pub(crate) fn focus_codes(&self) -> Vec<&str> {
        self.focus.split(';').filter(|code| !code.is_empty()).collect()
    }
}

impl Thing for Assignment {
    const NAME: &'static str = "assignment";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(partnership) = Partnership::find(cx, who, ids).await? else { return Ok(None) };
        let mut parts = ids.get("assignment")?.splitn(3, '.');
        let (Some(person), Some(role), Some(Ok(from))) = (parts.next(), parts.next(), parts.next().map(str::parse)) else {
            return Ok(None);
        };
        let worker = store::worker(cx.db().read(), partnership.id, person, role, from).await?;
        Ok(worker.map(|worker| Self { partnership, worker }))
    }
}

impl Policy<Plan> for Assignment {
    fn permits(who: &Standing, there: &Self) -> bool {
        <Partnership as Policy<Plan>>::permits(who, &there.partnership)
    }
}

impl Thing for CoacheeThere {
    const NAME: &'static str = "coachee";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(partnership) = Partnership::find(cx, who, ids).await? else { return Ok(None) };
        let Some((person, Ok(from))) = ids.get("coachee")?.split_once('.').map(|(person, from)| (person, from.parse())) else {
            return Ok(None);
        };
        let coachee = store::coachee(cx.db().read(), partnership.id, person, from).await?;
        Ok(coachee.map(|coachee| Self { partnership, coachee }))
    }
}

impl Policy<Coach> for CoacheeThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        <Partnership as Policy<Coach>>::permits(who, &there.partnership)
    }
}
