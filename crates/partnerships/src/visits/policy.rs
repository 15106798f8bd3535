//! Who may change a visit: whoever paid it, and whoever plans the partnership.

use platform::access::{Policy, Standing, actions};

use super::VisitThere;
use crate::partnerships::{Partnership, Plan, Record};

impl Policy<actions::See> for VisitThere {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<actions::Edit> for VisitThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        let own = there.visit.person_id == who.person && <Partnership as Policy<Record>>::permits(who, &there.partnership);
        own || <Partnership as Policy<Plan>>::permits(who, &there.partnership)
    }
}
