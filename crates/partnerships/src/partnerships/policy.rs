//! Who may do what with a partnership. Nobody reaches these rules who may not see it at all.

use platform::access::{Policy, Standing, actions, roles};

use super::Partnership;

platform::actions! {
    /// Write down what happened there: tracker entries, visits.
    Record = "record",
    /// Change what was agreed: model, dose, team, people, closing.
    Plan = "plan",
}

impl Policy<actions::See> for Partnership {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<Record> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_work_of(who) || who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR])
    }
}

impl Policy<Plan> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        let leads_team = who.sits_in(partnership.team_id) && who.holds(&[roles::DIRECTOR, roles::SENIOR_DIRECTOR]);
        leads_team || partnership.supervisor_id == Some(who.person) || who.holds(&[roles::CHIEF])
    }
}
