//! A partnership: the organisation's work with one site over some years, under one support model, by one team.
//!
//! Other rooms take a [`Partnership`] as the thing that their permissions are about: their routes name it
//! `{partnership}`, by its slug.

mod api;
mod everybody;
mod frame;
mod list;
mod people;
mod policy;
mod verbs;
mod web;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{Kind, PathIds, Routes, Standing, Thing},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, TeamId},
    room::Subject,
};

pub use everybody::{OfEverybody, WHO_AND_WHERE, of_everybody};
pub use frame::PartnershipFrame;
pub use list::{Filter, LookedAfter, WorkingTeam, at_site, list, looked_after_by, of_team, teams_at_work, worked_at_by};
pub(crate) use list::{of_ids, within};
pub use people::{Contact, People, Worker, people_of, staff_on};
pub(crate) use policy::Export;
pub use policy::{Coach, Finish, Hear, Partnerships, Plan, Record, Settle};
pub use verbs::{change_dose, close, reopen};
pub(crate) use verbs::{index_partnerships, index_partnerships_at};

pub use crate::roster::forget_coachees;

pub(crate) fn routes() -> Routes {
    web::routes().and(api::routes())
}

use crate::{PartnershipId, SiteId};

/// The kind of subject that a partnership is, for panels and tabs.
pub const SUBJECT: &str = "partnership";

/// A partnership as access and other rooms need it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Partnership {
    /// Its id.
    pub id: PartnershipId,
    /// Its readable key.
    pub slug: String,
    /// The site's id.
    pub site_id: SiteId,
    /// The site's key; partner-side people work at it.
    pub site_slug: String,
    /// The site's name, which is what people call the partnership.
    pub name: String,
    /// The region that the site lies in.
    pub region: String,
    /// The support model.
    pub model_id: String,
    /// The support model's name.
    pub model_name: String,
    /// The network, where several sites work together.
    pub network: Option<String>,
    /// The team that does the work.
    pub team_id: TeamId,
    /// The team's name.
    pub team_name: String,
    /// The supervisor.
    pub supervisor_id: Option<PersonId>,
    /// The school year in which the work began (2026 for 2026–27).
    pub first_school_year: i32,
    /// The day on which it began.
    pub started_on: NaiveDate,
    /// `active` or `closed`.
    pub status: String,
    /// The day on which it was closed.
    pub closed_on: Option<NaiveDate>,
    /// The dose that was agreed, in days a week.
    pub planned_days_per_week: f64,
    /// Where it stands, in two sentences.
    pub story: String,
    /// Counts edits.
    pub version: i32,
    /// Who of us works there today, and as what; filled by [`Thing::find`].
    #[row(skip)]
    pub staff: Vec<(PersonId, String)>,
}

/// Words of our own addresses, which can't be a partnership's key.
pub(crate) fn is_taken_word(slug: &str) -> bool {
    ["new", "export"].contains(&slug)
}

#[derive(FromQueryResult)]
struct StaffRow {
    person_id: PersonId,
    role: String,
}

/// The columns of [`Partnership`], for queries that begin `select {COLUMNS} from {FROM}`.
pub const COLUMNS: &str = "p.id, p.slug, p.site_id, s.slug as site_slug, s.name, s.region, p.model_id, m.name as model_name, \
    p.network, p.team_id, t.name as team_name, p.supervisor_id, p.first_school_year, p.started_on, p.status, p.closed_on, \
    p.planned_days_per_week, p.story, p.version";
/// The tables behind [`COLUMNS`].
pub const FROM: &str = "partnership p join site s on s.id = p.site_id join support_model m on m.id = p.model_id \
    join team t on t.id = p.team_id";

impl Partnership {
    /// How other rooms name it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject { kind: SUBJECT, key: self.slug.clone(), title: self.name.clone(), href: format!("/partnerships/{}", self.slug) }
    }

    /// Whether work goes on there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }

    /// Whether the person works there today, is its supervisor, or sits in its team.
    #[must_use]
    pub fn is_work_of(&self, who: &Standing) -> bool {
        who.is_staff()
            && (self.staff.iter().any(|(person, _)| *person == who.person)
                || self.supervisor_id == Some(who.person)
                || who.sits_in(self.team_id))
    }
}

#[derive(FromQueryResult)]
struct PlacedRow {
    partnership_id: PartnershipId,
    person_id: PersonId,
    role: String,
}

/// All partnerships with who of us works there on a day, by two queries: for files, whose every row is asked about.
///
/// # Errors
/// The database's own.
pub async fn all_on(on: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<Partnership>, DbErr> {
    let mut all = db::rows::<Partnership>(on, &format!("select {COLUMNS} from {FROM}"), vec![]).await?;
    let sql = "select partnership_id, person_id, role from partnership_staff
         where from_on <= $1 and (to_on is null or to_on >= $1)";
    let mut staff: BTreeMap<PartnershipId, Vec<(PersonId, String)>> = BTreeMap::new();
    for row in db::rows::<PlacedRow>(on, sql, vec![day.into()]).await? {
        staff.entry(row.partnership_id).or_default().push((row.person_id, row.role));
    }
    for partnership in &mut all {
        partnership.staff = staff.remove(&partnership.id).unwrap_or_default();
    }
    Ok(all)
}

impl Thing for Partnership {
    const NAME: &'static str = "partnership";

    /// Staff see all partnerships, partner-side people the one of their own site, alumni none.
    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        find_seen(cx, who, ids.get("partnership")?).await
    }
}

/// The partnership of that key, as this person may see it: staff see all, partner-side people the one of their own site.
///
/// # Errors
/// The database's own.
pub async fn find_seen(cx: &Cx, who: &Standing, slug: &str) -> Result<Option<Partnership>, Error> {
    cx.once(format!("{slug} for {}", who.slug), read_seen(cx, who, slug)).await
}

async fn read_seen(cx: &Cx, who: &Standing, slug: &str) -> Result<Option<Partnership>, Error> {
    let sql = format!("select {COLUMNS} from {FROM} where p.slug = $1");
    let found = db::one::<Partnership>(cx.db().read(), &sql, vec![slug.into()]).await?;
    let seen = found.filter(|partnership| match who.kind {
        Kind::Staff => true,
        Kind::Partner => who.works_at.as_deref() == Some(&partnership.site_slug),
        Kind::Alumnus => false,
    });
    let Some(mut partnership) = seen else { return Ok(None) };
    let staff = db::rows::<StaffRow>(
        cx.db().read(),
        "select person_id, role from partnership_staff
             where partnership_id = $1 and from_on <= $2 and (to_on is null or to_on >= $2)",
        vec![partnership.id.into(), cx.today().into()],
    )
    .await?;
    partnership.staff = staff.into_iter().map(|row| (row.person_id, row.role)).collect();
    Ok(Some(partnership))
}
