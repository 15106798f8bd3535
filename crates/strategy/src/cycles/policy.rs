//! Who may do what with cycles. Nobody reaches these rules who may not see the owner's cycles at all.

use partnerships::partnerships::{Partnership, Record};
use platform::access::{Action, Kind, Policy, Standing, actions, roles};

use super::{
    CycleThere,
    owner::Owner,
    parts::{Kept, PartThere},
};

platform::actions! {
    /// Begin a cycle, write in it, move it on and close it.
    Run = "run",
}

impl Policy<actions::See> for Owner {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<actions::See> for CycleThere {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<Run> for Owner {
    /// A person's own is written by that person alone; whoever supervises reads. At a partnership both sides write.
    fn permits(who: &Standing, owner: &Self) -> bool {
        match owner {
            Self::Person(person) => person.id == who.person,
            Self::Team(team) => who.sits_in(team.id) || who.holds(&[roles::CHIEF]),
            Self::Partnership(partnership) => {
                let is_theirs = who.kind == Kind::Partner && who.works_at.as_deref() == Some(&partnership.site_slug);
                <Partnership as Policy<Record>>::permits(who, partnership) || (is_theirs && partnership.is_open())
            }
            Self::Organisation(_) => who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR]),
        }
    }
}

impl Policy<Run> for CycleThere {
    /// Also by whoever is named as one of its people; by nobody once the partnership is closed.
    fn permits(who: &Standing, there: &Self) -> bool {
        let takes_others = match &there.owner {
            Owner::Person(_) => false,
            Owner::Partnership(partnership) => partnership.is_open(),
            Owner::Team(_) | Owner::Organisation(_) => true,
        };
        let is_named = there.is_member && who.is_staff() && takes_others;
        is_named || <Owner as Policy<Run>>::permits(who, &there.owner)
    }
}

impl<A: Action, N: Kept> Policy<A> for PartThere<N>
where
    CycleThere: Policy<A>,
{
    /// What carries somebody's name is changed by nobody else.
    fn permits(who: &Standing, part: &Self) -> bool {
        let is_others = A::NAME != actions::See::NAME && part.author.is_some_and(|author| author != who.person);
        !is_others && <CycleThere as Policy<A>>::permits(who, &part.there)
    }
}
