//! Who may see and lead teams, and which roles they may give.

use platform::{
    Cx, Error,
    access::{
        PathIds, Policy, Seat, Standing, Thing, Whole,
        actions::{Create, See},
        roles,
    },
    db::TeamId,
};

use super::{Team, store};

platform::actions! {
    /// Say what a team is for, and who sits in it.
    Lead = "lead",
}

/// A lead of a team: the one role besides those of the platform that gives a right, in that team only.
const LEAD: &str = "lead";

/// Roles that give rights beyond a team.
const GIVING: [&str; 6] =
    [roles::DIRECTOR, roles::SENIOR_DIRECTOR, roles::CHIEF, roles::SUPERVISOR, roles::EVALUATOR, roles::OPERATOR];

/// All teams.
#[derive(Default)]
pub(crate) struct Teams;

impl Whole for Teams {
    const NAME: &'static str = "teams";
}

impl Policy<See> for Teams {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<Create> for Teams {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(&[roles::CHIEF, roles::OPERATOR])
    }
}

impl Thing for Team {
    const NAME: &'static str = "team";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        if !who.is_staff() {
            return Ok(None);
        }
        Ok(store::by_slug(cx.db().read(), ids.get("team")?).await?)
    }
}

impl Policy<See> for Team {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<Lead> for Team {
    fn permits(who: &Standing, team: &Self) -> bool {
        who.holds(&[roles::CHIEF, roles::OPERATOR]) || holds_in(who, team.id, &[roles::DIRECTOR, roles::SENIOR_DIRECTOR, LEAD])
    }
}

fn holds_in(who: &Standing, team: TeamId, roles: &[&str]) -> bool {
    let fits = |seat: &Seat| seat.team == team && roles.contains(&seat.role.as_str());
    who.is_staff() && who.seats.iter().any(fits)
}

/// Whether somebody may give this role in this team: never one that reaches further than their own.
pub(crate) fn may_give(who: &Standing, team: TeamId, role: &str) -> bool {
    if who.holds(&[roles::CHIEF, roles::OPERATOR]) {
        return true;
    }
    let top = [roles::CHIEF, roles::OPERATOR].contains(&role);
    (holds_in(who, team, &[roles::SENIOR_DIRECTOR]) && !top)
        || (holds_in(who, team, &[roles::DIRECTOR]) && !top && role != roles::SENIOR_DIRECTOR)
        || (holds_in(who, team, &[LEAD]) && !GIVING.contains(&role))
        || (holds_in(who, team, &[roles::SUPERVISOR]) && !GIVING.contains(&role) && role != LEAD)
}

#[cfg(test)]
mod tests {
    use platform::{
        access::{Kind, Via},
        db::PersonId,
    };

    use super::*;

    fn with(role: &str, team: TeamId) -> Standing {
        Standing {
            person: PersonId(uuid::Uuid::nil()),
            slug: "ada".to_owned(),
            name: "Ada".to_owned(),
            kind: Kind::Staff,
            seats: vec![Seat { team, slug: "lakes".to_owned(), role: role.to_owned() }],
            works_at: None,
            via: Via::Token,
        }
    }

    #[test]
    fn nobody_gives_a_role_that_reaches_further_than_their_own() {
        let (lakes, coastal) = (TeamId(uuid::Uuid::nil()), TeamId(uuid::Uuid::max()));
        assert!(may_give(&with(roles::OPERATOR, coastal), lakes, roles::CHIEF));
        assert!(may_give(&with(roles::DIRECTOR, lakes), lakes, roles::SUPERVISOR));
        assert!(!may_give(&with(roles::DIRECTOR, lakes), coastal, roles::IMPLEMENTER));
        assert!(!may_give(&with(roles::DIRECTOR, lakes), lakes, roles::OPERATOR));
        assert!(may_give(&with(roles::SUPERVISOR, lakes), lakes, roles::IMPLEMENTER));
        assert!(!may_give(&with(roles::SUPERVISOR, lakes), lakes, "lead"));
        assert!(!may_give(&with("lead", lakes), lakes, roles::DIRECTOR));
        assert!(!may_give(&with(roles::IMPLEMENTER, lakes), lakes, "member"));
    }
}
