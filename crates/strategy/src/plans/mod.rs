//! Plans: the Professional Learning Plan of a partnership for one cycle.
//!
//! A plan follows a template of a content pack ([`template`]): some of its fields are answered in it, others show what stands in
//! the cycle, so that nobody writes a goal twice. It is written section by section; what was written is never overwritten
//! ([`sections`]). Each time that people agree on it, it gets a numbered version with a reason, and any two versions can be compared
//! word by word ([`told`]). The next cycle's plan begins as a copy in which each line asks whether it is still right.

pub(crate) mod answers;
pub(crate) mod asked;
mod contributions;
mod import;
mod schema;
pub(crate) mod sections;
pub(crate) mod shown;
mod store;
pub(crate) mod template;
mod told;
mod verbs;
mod web;

use partnerships::partnerships::Partnership;
use platform::{
    Cx, Error,
    access::{PathIds, Policy, Standing, Thing, actions},
    db::FromQueryResult,
    import::Kind,
    room::Subject,
};

pub(crate) use contributions::{TAB, panels};
pub(crate) use schema::migrations;
pub(crate) use web::routes;

use crate::{
    PlanId,
    cycles::{Cycle, CycleThere, Owner, Run},
};

/// The kind of subject that a plan is.
pub const SUBJECT: &str = "plan";

/// The kinds of files that this slice takes in.
pub(crate) fn imports() -> Vec<Kind> {
    vec![template::KIND, import::KIND]
}

/// A plan, without what it says.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Plan {
    pub id: PlanId,
    pub template_key: String,
}

/// A cycle of a partnership with its plan, once there is one, as somebody may see it.
pub(crate) struct PlanThere {
    pub there: CycleThere,
    pub partnership: Partnership,
    pub plan: Option<Plan>,
}

impl PlanThere {
    fn cycle(&self) -> &Cycle {
        &self.there.cycle
    }

    /// Where its page is.
    fn href(&self) -> String {
        format!("{}/plan", self.cycle().href())
    }

    /// How other rooms name it.
    fn subject(&self) -> Subject {
        subject_of(self.cycle())
    }

    /// The plan; not found before it was begun.
    fn begun(&self) -> Result<&Plan, Error> {
        self.plan.as_ref().ok_or(Error::NotFound)
    }
}

/// How other rooms name the plan of a partnership's cycle.
fn subject_of(cycle: &Cycle) -> Subject {
    let name = cycle.owner_name.clone().unwrap_or_default();
    Subject {
        kind: SUBJECT,
        key: cycle.key.clone(),
        title: format!("Professional Learning Plan, {name}"),
        href: format!("{}/plan", cycle.href()),
    }
}

impl Thing for PlanThere {
    const NAME: &'static str = "plan";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(there) = CycleThere::find(cx, who, ids).await? else { return Ok(None) };
        let Owner::Partnership(partnership) = &there.owner else { return Ok(None) };
        let partnership = (**partnership).clone();
        let plan = store::of_cycle(cx.db().read(), there.cycle.id).await?;
        Ok(Some(Self { there, partnership, plan }))
    }
}

impl Policy<actions::See> for PlanThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        <CycleThere as Policy<actions::See>>::permits(who, &there.there)
    }
}

impl Policy<Run> for PlanThere {
    /// Whoever runs the cycle writes its plan, on both sides.
    fn permits(who: &Standing, there: &Self) -> bool {
        <CycleThere as Policy<Run>>::permits(who, &there.there)
    }
}
