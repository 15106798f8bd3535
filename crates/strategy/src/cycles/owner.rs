//! Whose a cycle is, as somebody may see it: the thing that permissions on cycles are about.

use std::sync::Arc;

use partnerships::{
    calendar::SchoolYear,
    partnerships::{Partnership, find_seen},
};
use platform::{
    Cx, Error,
    access::{Kind, PathIds, Standing, Thing},
    db::{self, FromQueryResult, PersonId, TeamId},
};

use super::OwnerKind;
use crate::{
    frameworks::{Framework, framework_in},
    tracker,
};

/// Whose cycles, as somebody may see them.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// A person: seen by that person and by whoever supervises them today, by nobody else.
    Person(Person),
    /// A team: seen by staff.
    Team(Team),
    /// A partnership: seen by staff and by the people of its site.
    Partnership(Box<Partnership>),
    /// The organisation: seen by staff.
    Organisation(String),
}

#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Person {
    pub id: PersonId,
    pub slug: String,
    pub name: String,
}

#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Team {
    pub id: TeamId,
    pub slug: String,
    pub name: String,
}

impl Owner {
    /// The version of the practices by which it works in a school year.
    pub(crate) async fn framework(&self, cx: &Cx, year: SchoolYear) -> Result<Option<Arc<Framework>>, Error> {
        match self {
            Self::Partnership(partnership) => framework_in(cx, partnership.id, year).await,
            Self::Person(_) | Self::Team(_) | Self::Organisation(_) => tracker::framework(cx).await,
        }
    }

    /// The owner of that kind and key, if these eyes may see its cycles.
    pub(crate) async fn seen_by(cx: &Cx, who: &Standing, kind: OwnerKind, slug: &str) -> Result<Option<Self>, Error> {
        let on = cx.db().read();
        Ok(match kind {
            OwnerKind::Person if who.kind == Kind::Alumnus => None,
            OwnerKind::Person => {
                let sql = "select h.id, h.slug, h.name from person h where h.slug = $1 and (h.id = $2 or exists (
                       select 1 from membership m where m.person_id = h.id and m.supervisor_id = $2 and m.from_on <= $3
                         and (m.to_on is null or m.to_on >= $3)))";
                let found = db::one::<Person>(on, sql, vec![slug.into(), who.person.into(), cx.today().into()]).await?;
                // Whoever has left us supervises nobody, whatever a membership still says.
                found.filter(|person| who.is_staff() || person.id == who.person).map(Self::Person)
            }
            OwnerKind::Team if who.is_staff() => {
                let sql = "select id, slug, name from team where slug = $1";
                db::one::<Team>(on, sql, vec![slug.into()]).await?.map(Self::Team)
            }
            OwnerKind::Partnership => find_seen(cx, who, slug).await?.map(|found| Self::Partnership(Box::new(found))),
            OwnerKind::Organisation if who.is_staff() => Some(Self::Organisation(cx.settings.organisation().to_owned())),
            OwnerKind::Team | OwnerKind::Organisation => None,
        })
    }

    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Person(person) => &person.name,
            Self::Team(team) => &team.name,
            Self::Partnership(partnership) => &partnership.name,
            Self::Organisation(name) => name,
        }
    }

    /// Its page; the organisation has none of its own.
    pub(crate) fn href(&self) -> Option<String> {
        match self {
            Self::Person(person) => Some(format!("/people/{}", person.slug)),
            Self::Team(team) => Some(format!("/teams/{}", team.slug)),
            Self::Partnership(partnership) => Some(partnership.subject().href),
            Self::Organisation(_) => None,
        }
    }

    /// Where its cycles are listed.
    pub(crate) fn cycles_href(&self) -> String {
        format!("{}/cycles", self.href().unwrap_or_else(|| "/organisation".to_owned()))
    }

    /// The entry of the navigation to which its pages belong.
    pub(crate) fn section(&self) -> &'static str {
        match self {
            Self::Person(_) | Self::Team(_) => "/people",
            Self::Partnership(_) => "/partnerships",
            Self::Organisation(_) => "",
        }
    }

    /// Who can read what is written here, in a sentence.
    pub(crate) fn readers(&self, who: &Standing) -> String {
        match self {
            Self::Person(person) if person.id == who.person => {
                "You and whoever supervises you. Nobody else can open it.".to_owned()
            }
            Self::Person(person) => format!("{} and whoever supervises them. Nobody else can open it.", person.name),
            Self::Team(_) | Self::Organisation(_) => "All staff.".to_owned(),
            Self::Partnership(partnership) => format!("All staff, and the people at {}.", partnership.name),
        }
    }
}

impl Thing for Owner {
    const NAME: &'static str = "cycles";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let named = [OwnerKind::Person, OwnerKind::Team, OwnerKind::Partnership]
            .into_iter()
            .find_map(|kind| Some((kind, ids.get(kind.key()).ok()?)));
        let (kind, slug) = named.unwrap_or((OwnerKind::Organisation, ""));
        Self::seen_by(cx, who, kind, slug).await
    }
}
