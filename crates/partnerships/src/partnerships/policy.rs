//! Who may do what with a partnership. Nobody reaches these rules who may not see it at all.

use platform::access::{Kind, Policy, Standing, Whole, actions, roles};

use super::Partnership;

platform::actions! {
    /// Write down what happened there: tracker entries, visits.
    Record = "record",
    /// Change what was agreed: model, dose, team, people.
    Plan = "plan",
    /// Decide how it goes on: renew it, close it, take it up again.
    Settle = "settle",
    /// Read what coachees work towards.
    Hear = "hear",
    /// Keep what coachees work towards.
    Coach = "coach",
    /// Take a whole table along.
    Export = "export",
    /// Bring to its end what is left to do there, also once it is closed: a last visit, a point of the hand-over.
    Finish = "finish",
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

/// Whether somebody works there, or answers for all who do.
fn works_on(who: &Standing, partnership: &Partnership) -> bool {
    partnership.is_work_of(who) || who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR])
}

// A partnership that is closed is read, and no more: what was done there stays as it was.
impl Policy<Record> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_open() && works_on(who, partnership)
    }
}

impl Policy<Finish> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        works_on(who, partnership)
    }
}

impl Policy<Plan> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_open() && <Self as Policy<Settle>>::permits(who, partnership)
    }
}

impl Policy<Settle> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        let leads_team = who.sits_in(partnership.team_id) && who.holds(&[roles::DIRECTOR, roles::SENIOR_DIRECTOR]);
        leads_team || partnership.supervisor_id == Some(who.person) || who.holds(&[roles::CHIEF])
    }
}

impl Policy<Hear> for Partnership {
    /// A goal is told in confidence: to the people who work there, not to all staff, however high.
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_work_of(who)
    }
}

impl Policy<Coach> for Partnership {
    fn permits(who: &Standing, partnership: &Self) -> bool {
        partnership.is_open() && <Self as Policy<Hear>>::permits(who, partnership)
    }
}
