//! Sites: the districts and schools that the organisation works with, might work with, or looks at beside its partners.

mod api;
mod policy;
mod store;
mod verbs;
mod web;

use platform::{
    Cx, Error,
    access::{PathIds, Standing, Thing},
    db::FromQueryResult,
    room::Subject,
};

use crate::SiteId;

pub(crate) use policy::Sites;
pub(crate) use verbs::index_sites;

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}

/// The kind of subject that a site is.
pub const SUBJECT: &str = "site";

/// Groups of students: the key in files, and the words on pages.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("multilingual_learners", "Multilingual learners"),
    ("students_with_disabilities", "Students with disabilities"),
    ("low_income", "From families with a low income"),
    ("black", "Black"),
    ("latino", "Latino"),
    ("asian", "Asian"),
    ("white", "White"),
    ("other_races", "Of other or several races"),
];

/// What a site is to us: the key, and the words on pages.
pub(crate) const RELATIONS: &[(&str, &str)] =
    &[("partner", "Partner"), ("prospect", "We are talking"), ("comparison", "For comparison only")];

/// The kinds of sites.
pub(crate) const KINDS: &[(&str, &str)] = &[("school", "School"), ("district", "District")];

/// A district or a school.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its readable key.
    pub slug: String,
    /// `district` or `school`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The key of its district.
    pub district_slug: Option<String>,
    /// The name of its district.
    pub district_name: Option<String>,
    /// The state.
    pub state: String,
    /// The region in which we work with it.
    pub region: String,
    /// The number of the National Center for Education Statistics.
    pub nces_id: Option<String>,
    /// The state's own number.
    pub state_id: Option<String>,
    /// The lowest grade.
    pub grade_low: String,
    /// The highest grade.
    pub grade_high: String,
    /// How many students.
    pub enrolment: Option<i32>,
    /// `partner`, `prospect` or `comparison`.
    pub relation: String,
    /// Counts edits.
    pub version: i32,
}

impl Site {
    /// How other rooms name it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject { kind: SUBJECT, key: self.slug.clone(), title: self.name.clone(), href: format!("/sites/{}", self.slug) }
    }

    /// Its grades in words; empty when they are not known.
    #[must_use]
    pub fn grades(&self) -> String {
        crate::words::grades(&self.grade_low, &self.grade_high)
    }

    pub(crate) fn kind_word(&self) -> &str {
        word(KINDS, &self.kind)
    }

    pub(crate) fn relation_word(&self) -> &str {
        word(RELATIONS, &self.relation)
    }

    pub(crate) fn region_word(&self) -> String {
        crate::words::word_of(&self.region)
    }
}

/// The words behind a key; the key itself when it has none.
pub(crate) fn word<'a>(of: &[(&str, &'static str)], key: &'a str) -> &'a str {
    of.iter().find(|(one, _)| *one == key).map_or(key, |(_, words)| *words)
}

impl Thing for Site {
    const NAME: &'static str = "site";

    /// Sites are for staff: a partner's own is told on the page of the partnership.
    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        if !who.is_staff() {
            return Ok(None);
        }
        Ok(store::find(cx.db().read(), ids.get("site")?).await?)
    }
}
