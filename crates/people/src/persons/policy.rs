//! Who may see and change persons.

use platform::{
    Cx, Error,
    access::{
        Kind, PathIds, Policy, Seat, Standing, Thing, Via, Whole,
        actions::{Create, Edit, See},
        roles,
    },
    db::{FromQueryResult, TeamId},
};

use super::{Person, store};

platform::actions! {
    /// Keep what only those who answer for somebody may change: address, kind, site, first day.
    Keep = "keep",
    /// Let somebody go, or take them back.
    Depart = "depart",
    /// What is one's own alone: password, tokens, where one is signed in.
    Own = "own",
    /// What opens one's own door or closes it: second factor, tokens, an account elsewhere.
    Secure = "secure",
    /// Take a second factor away from somebody who lost it.
    Reset = "reset",
    /// Ask somebody in.
    Invite = "invite",
}

/// Everybody.
#[derive(Default)]
pub(crate) struct People;

impl Whole for People {
    const NAME: &'static str = "people";
}

impl Policy<See> for People {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<Invite> for People {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, _: &Self) -> bool {
        may_invite(who)
    }
}

impl Policy<Create> for People {
    fn permits(who: &Standing, _: &Self) -> bool {
        may_invite(who)
    }
}

/// Whether somebody may ask others in.
pub(crate) fn may_invite(who: &Standing) -> bool {
    who.holds(&[roles::CHIEF, roles::DIRECTOR, roles::SENIOR_DIRECTOR, roles::SUPERVISOR, roles::OPERATOR])
}

/// A seat that somebody holds today.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Held {
    pub team_id: TeamId,
    pub role: String,
}

/// A person whose page is opened, with the seats held today.
#[derive(Clone, Debug)]
pub(crate) struct Someone {
    pub person: Person,
    pub held: Vec<Held>,
}

impl std::ops::Deref for Someone {
    type Target = Person;
    fn deref(&self) -> &Person {
        &self.person
    }
}

impl Thing for Someone {
    const NAME: &'static str = "person";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let slug = ids.get("person")?;
        if !who.is_staff() && who.slug != slug {
            return Ok(None);
        }
        let Some(person) = store::by_slug(cx.db().read(), slug).await? else { return Ok(None) };
        let held = store::held(cx.db().read(), person.id, cx.today()).await?;
        Ok(Some(Self { person, held }))
    }
}

impl Someone {
    fn is(&self, who: &Standing) -> bool {
        self.person.id == who.person
    }

    /// Whether `who` answers for the person: the chief and the operator for everybody; directors for those who sit in a team
    /// of theirs, unless these answer for the whole organisation themselves.
    fn is_led_by(&self, who: &Standing) -> bool {
        if who.holds(&[roles::CHIEF, roles::OPERATOR]) {
            return true;
        }
        let above = self.held.iter().any(|held| [roles::CHIEF, roles::OPERATOR].contains(&held.role.as_str()));
        let leads = |seat: &Seat| {
            [roles::DIRECTOR, roles::SENIOR_DIRECTOR].contains(&seat.role.as_str())
                && self.held.iter().any(|held| held.team_id == seat.team)
        };
        who.is_staff() && !above && who.seats.iter().any(leads)
    }
}

impl Policy<See> for Someone {
    fn permits(who: &Standing, thing: &Self) -> bool {
        match who.kind {
            Kind::Staff => true,
            Kind::Partner | Kind::Alumnus => thing.is(who),
        }
    }
}

impl Policy<Edit> for Someone {
    fn permits(who: &Standing, thing: &Self) -> bool {
        thing.is(who) || thing.is_led_by(who)
    }
}

impl Policy<Keep> for Someone {
    fn permits(who: &Standing, thing: &Self) -> bool {
        thing.is_led_by(who)
    }
}

impl Policy<Depart> for Someone {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, thing: &Self) -> bool {
        // Whoever lets themselves go could not undo it.
        !thing.is(who) && thing.is_led_by(who)
    }
}

impl Policy<Own> for Someone {
    fn permits(who: &Standing, thing: &Self) -> bool {
        // A token must not make others, nor shut out its owner.
        thing.is(who) && who.via != Via::Token
    }
}

impl Policy<Secure> for Someone {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, thing: &Self) -> bool {
        <Self as Policy<Own>>::permits(who, thing)
    }
}

impl Policy<Reset> for Someone {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, thing: &Self) -> bool {
        !thing.is(who) && who.holds(&[roles::OPERATOR])
    }
}

impl Policy<Invite> for Someone {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, _: &Self) -> bool {
        may_invite(who)
    }
}
