//! Who may do what with a partnership. Nobody reaches these rules who may not see it at all.

use platform::access::{Kind, Policy, Standing, Whole, actions, roles};

use super::Partnership;

platform::actions! {
    /// Write down what happened there: tracker entries, visits.
    Record = "record",
    /// Change what was agreed: model, dose, team, people, closing.
    Plan = "plan",
    /// Read and keep what coachees work towards.
    Coach = "coach",
    /// Take a whole table along.
    Export = "export",
}

/// The partnerships as a whole: their list, and a new one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Partnerships;

impl Whole for Partnerships {
    const NAME: &'static str = "partnerships";
}

impl Policy<actions::See> for Partnerships {
    fn permits(who: &Standing, _: &Self) -> bool {
        match who.kind {
            Kind::Staff | Kind::Partner => true,
            Kind::Alumnus => false,
        }
    }
}

impl Policy<Export> for Partnerships {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<actions::Create> for Partnerships {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR, roles::DIRECTOR])
    }
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

impl Policy<Coach> for Partnership {
    /// A goal is told in confidence: to the people who work there, not to all staff, however high.
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_work_of(who)
    }
}
