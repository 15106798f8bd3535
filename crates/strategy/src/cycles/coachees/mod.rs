//! Which coachees an action of a plan concerns: for those alone who may hear what coachees work towards.
//!
//! Names stand beside the action and not in it: an action, its history and the files that it leaves in are read by more people
//! than may know who is coached. They go with the coachees, when what was told about them is destroyed.

pub(super) mod store;
pub(super) mod verbs;

use partnerships::partnerships::{Coach, Hear, Partnership};
use platform::{
    access::{Policy, Standing},
    db::Migration,
};

use super::{CycleThere, Owner};

platform::actions! {
    /// Say which coachees an action concerns.
    Concern = "concern",
}

impl Policy<Concern> for CycleThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        partnership_of(there).is_some_and(|partnership| <Partnership as Policy<Coach>>::permits(who, partnership))
    }
}

fn partnership_of(there: &CycleThere) -> Option<&Partnership> {
    match &there.owner {
        Owner::Partnership(partnership) => Some(partnership),
        Owner::Person(_) | Owner::Team(_) | Owner::Organisation(_) => None,
    }
}

/// The partnership of a cycle, where whoever looks may know who is coached there.
pub(super) fn heard_by<'a>(who: &Standing, there: &'a CycleThere) -> Option<&'a Partnership> {
    partnership_of(there).filter(|partnership| <Partnership as Policy<Hear>>::permits(who, partnership))
}

pub(super) fn migration() -> Migration {
    Migration {
        name: "strategy-cycles-005-coachees",
        why: "An action of a plan says which coachees it concerns, beside its words, since fewer people may know them.",
        sql: "create table plan_action_coachee (
  action_id {uuid} not null references plan_action (id),
  coachee_id {uuid} not null references coachee (id) on delete cascade,
  constraint plan_action_coachee_pk primary key (action_id, coachee_id)
);
create index plan_action_coachee_coachee on plan_action_coachee (coachee_id)",
        only: &[],
    }
}
