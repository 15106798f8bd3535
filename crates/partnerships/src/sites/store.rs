//! Queries about sites.

use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, Params};

use super::Site;
use crate::{
    SiteId,
    paging::{Page, Window, search_words},
};

const SELECT: &str = "select s.id, s.slug, s.kind, s.name, d.slug as district_slug, d.name as district_name, s.state, s.region,
    s.nces_id, s.state_id, s.grade_low, s.grade_high, s.enrolment, s.relation, s.version
    from site s left join site d on d.id = s.district_id";

/// What is asked for; an empty text leaves its part open.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter<'a> {
    pub kind: &'a str,
    pub region: &'a str,
    pub relation: &'a str,
    pub q: &'a str,
}

impl Filter<'_> {
    fn conditions(&self, params: &mut Params) -> String {
        let mut sql = "1 = 1".to_owned();
        for (column, value) in [("kind", self.kind), ("region", self.region), ("relation", self.relation)] {
            if !value.is_empty() {
                params.push(value.into());
                sql.push_str(&format!(" and s.{column} = ${}", params.len()));
            }
        }
        for word in search_words(self.q) {
            params.push(format!("%{word}%").into());
            sql.push_str(&format!(" and s.folded like ${}", params.len()));
        }
        sql
    }
}

/// How the list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    Students,
}

pub(super) async fn find(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Site>, DbErr> {
    db::one(on, &format!("{SELECT} where s.slug = $1"), vec![slug.into()]).await
}

pub(super) async fn page(
    on: &impl ConnectionTrait,
    filter: &Filter<'_>,
    order: Order,
    descending: bool,
    window: impl Into<Window<'_>>,
) -> Result<Page<Site>, DbErr> {
    let seek = window.into();
    let mut params = Vec::new();
    let conditions = filter.conditions(&mut params);
    let (columns, of_key) = match order {
        Order::Name => (["s.folded", "s.id"], "select folded, id from site where slug = {key}"),
        Order::Students => {
            (["coalesce(s.enrolment, 0)", "s.id"], "select coalesce(enrolment, 0), id from site where slug = {key}")
        }
    };
    let (bound, ending) = seek.clause(&columns, of_key, descending, &mut params);
    let rows = db::rows(on, &format!("{SELECT} where {conditions}{bound}{ending}"), params).await?;
    Ok(seek.page(rows, |site: &Site| site.slug.clone()))
}

pub(super) async fn all(on: &impl ConnectionTrait, filter: &Filter<'_>) -> Result<Vec<Site>, DbErr> {
    let mut params = Vec::new();
    let conditions = filter.conditions(&mut params);
    db::rows(on, &format!("{SELECT} where {conditions} order by s.folded, s.id"), params).await
}

pub(super) async fn schools_of(on: &impl ConnectionTrait, district: SiteId) -> Result<Vec<Site>, DbErr> {
    db::rows(on, &format!("{SELECT} where s.district_id = $1 order by s.folded, s.id"), vec![district.into()]).await
}

/// How many students of a group a site has.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Group {
    pub student_group: String,
    pub students: i32,
}

pub(super) async fn groups(on: &impl ConnectionTrait, site: SiteId) -> Result<Vec<Group>, DbErr> {
    db::rows(on, "select student_group, students from site_group where site_id = $1", vec![site.into()]).await
}

#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct GroupOf {
    pub site_id: SiteId,
    pub student_group: String,
    pub students: i32,
}

pub(super) async fn all_groups(on: &impl ConnectionTrait) -> Result<Vec<GroupOf>, DbErr> {
    db::rows(on, "select site_id, student_group, students from site_group", vec![]).await
}

/// A value of a choice, and its words.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Choice {
    pub kind: String,
    pub value: String,
    pub words: String,
}

/// The regions in use, and the districts.
pub(super) async fn choices(on: &impl ConnectionTrait) -> Result<Vec<Choice>, DbErr> {
    db::rows(
        on,
        "select kind, value, words from (
           select distinct 'region' as kind, region as value, region as words, region as folded from site
           union all
           select 'district', slug, name, folded from site where kind = 'district'
         ) choices order by kind, folded, value",
        vec![],
    )
    .await
}
