//! Who works in a partnership: ours, and theirs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, placeholders};

use super::Partnership;
use crate::PartnershipId;

/// One of us in a partnership, with the role and since when.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Worker {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// The person.
    pub person_id: PersonId,
    /// The person's key.
    pub slug: String,
    /// The person's name.
    pub name: String,
    /// `lead`, `co` or `apprentice`.
    pub role: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day, if one is set.
    pub to_on: Option<NaiveDate>,
    /// Counts edits of the assignment.
    pub version: i32,
}

/// Somebody at the site.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Contact {
    /// The person.
    pub person_id: PersonId,
    /// The person's key.
    pub slug: String,
    /// The person's name.
    pub name: String,
    /// What the person does there.
    pub title: String,
}

/// Who works in a partnership.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Ours, today's first, then those of earlier years, each by first day.
    pub ours: Vec<Worker>,
    /// The people of the site, by name.
    pub theirs: Vec<Contact>,
}

impl Worker {
    /// Whether the person works there on that day.
    #[must_use]
    pub fn is_there(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| to >= day)
    }

    /// Whether the assignment has ended before that day.
    #[must_use]
    pub fn has_left(&self, day: NaiveDate) -> bool {
        self.to_on.is_some_and(|to| to < day)
    }

    /// How addresses name the assignment.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}.{}", self.slug, self.role, self.from_on)
    }
}

impl People {
    /// Ours who work there on that day.
    pub fn now(&self, day: NaiveDate) -> impl Iterator<Item = &Worker> {
        self.ours.iter().filter(move |worker| worker.is_there(day))
    }
}

const WORKER: &str = "select a.partnership_id, a.person_id, h.slug, h.name, a.role, a.from_on, a.to_on, a.version
    from partnership_staff a join person h on h.id = a.person_id";
const BY_ROLE: &str = "case a.role when 'lead' then 0 when 'co' then 1 else 2 end";

/// Who works in a partnership, ours with everybody who ever did, theirs as of today; two queries.
///
/// # Errors
/// The database's own.
pub async fn people_of(on: &impl ConnectionTrait, partnership: &Partnership, today: NaiveDate) -> Result<People, DbErr> {
    let sql = format!(
        "{WORKER} where a.partnership_id = $1
         order by case when a.to_on is null or a.to_on >= $2 then 0 else 1 end, {BY_ROLE}, a.from_on desc, h.folded, h.id"
    );
    let ours = db::rows(on, &sql, vec![partnership.id.into(), today.into()]).await?;
    let theirs = db::rows(
        on,
        "select id as person_id, slug, name, title from person
         where works_at = $1 and kind = 'partner' and (ended_on is null or ended_on >= $2) order by folded, id",
        vec![partnership.site_slug.clone().into(), today.into()],
    )
    .await?;
    Ok(People { ours, theirs })
}

/// Who works in each of these partnerships on a day, leads first; one query.
///
/// # Errors
/// The database's own.
pub async fn staff_on(
    on: &impl ConnectionTrait,
    partnerships: &[PartnershipId],
    day: NaiveDate,
) -> Result<BTreeMap<PartnershipId, Vec<Worker>>, DbErr> {
    let sql = format!(
        "{WORKER} where a.from_on <= $1 and (a.to_on is null or a.to_on >= $1) and a.partnership_id in ({})
         order by {BY_ROLE}, h.folded, h.id",
        placeholders(2, partnerships.len())
    );
    let mut params: db::Params = vec![day.into()];
    params.extend(partnerships.iter().map(|id| (*id).into()));
    let mut by_partnership: BTreeMap<PartnershipId, Vec<Worker>> = BTreeMap::new();
    for worker in db::rows::<Worker>(on, &sql, params).await? {
        by_partnership.entry(worker.partnership_id).or_default().push(worker);
    }
    Ok(by_partnership)
}
