//! The only place where sites change.

use platform::{
    Cx, Error,
    access::{
        May,
        actions::{Create, Edit},
    },
    audit::{self, Actor},
    db::{self, DbErr, Engine, FromQueryResult, Params, Tx, placeholders, slug_of},
    search::{self, Audience},
    text::folded,
};

use super::{KINDS, RELATIONS, Site, Sites, word};
use crate::{SiteId, partnerships::index_partnerships_at};

/// What a form says about a site.
#[derive(Clone, Debug)]
pub(super) struct Details {
    pub kind: String,
    pub name: String,
    pub district: Option<String>,
    pub state: String,
    pub region: String,
    pub nces_id: Option<String>,
    pub state_id: Option<String>,
    pub grade_low: String,
    pub grade_high: String,
    pub enrolment: Option<i32>,
    pub relation: String,
    pub groups: Vec<(&'static str, i32)>,
}

#[derive(FromQueryResult)]
struct Document {
    slug: String,
    name: String,
    kind: String,
    state: String,
    nces_id: Option<String>,
    state_id: Option<String>,
    relation: String,
}

/// Puts the search's documents of these sites, and of the partnerships there, in place.
pub(crate) async fn index_sites(tx: &Tx, engine: Engine, ids: &[SiteId]) -> Result<(), DbErr> {
    let params: Params = ids.iter().map(|id| (*id).into()).collect();
    let sql = format!(
        "select slug, name, kind, state, nces_id, state_id, relation from site where id in ({})",
        placeholders(1, ids.len())
    );
    for site in db::rows::<Document>(&**tx, &sql, params).await? {
        let subject = platform::room::Subject {
            kind: super::SUBJECT,
            key: site.slug.clone(),
            title: site.name,
            href: format!("/sites/{}", site.slug),
        };
        let note = format!("{}, {}", word(KINDS, &site.kind), word(RELATIONS, &site.relation).to_lowercase());
        let more =
            format!("{} {} {}", site.state, site.nces_id.as_deref().unwrap_or_default(), site.state_id.unwrap_or_default());
        search::put(tx, engine, &subject, &note, &more, &Audience::Staff).await?;
    }
    for id in ids {
        index_partnerships_at(tx, engine, *id).await?;
    }
    Ok(())
}

async fn district_id(tx: &Tx, slug: Option<&str>) -> Result<Option<SiteId>, DbErr> {
    let Some(slug) = slug else { return Ok(None) };
    db::scalar(&**tx, "select id from site where slug = $1 and kind = 'district'", vec![slug.into()]).await
}

async fn put_groups(tx: &Tx, id: SiteId, groups: &[(&'static str, i32)]) -> Result<(), DbErr> {
    db::exec(&**tx, "delete from site_group where site_id = $1", vec![id.into()]).await?;
    for (group, students) in groups {
        let sql = "insert into site_group (site_id, student_group, students) values ($1, $2, $3)";
        db::exec(&**tx, sql, vec![id.into(), (*group).into(), (*students).into()]).await?;
    }
    Ok(())
}

/// Adds a site; answers its key.
pub(super) async fn add(may: &May<Create, Sites>, cx: &Cx, said: Details) -> Result<Site, Error> {
    let id = SiteId(cx.new_id());
    cx.db()
        .write(async |tx| {
            let slug = free_slug(tx, &said.name).await?;
            let district = district_id(tx, said.district.as_deref()).await?;
            db::exec(
                &**tx,
                "insert into site (id, slug, kind, name, folded, district_id, state, region, nces_id, state_id, grade_low,
                   grade_high, enrolment, relation, version)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)",
                vec![
                    id.into(),
                    slug.clone().into(),
                    said.kind.clone().into(),
                    said.name.clone().into(),
                    folded(&said.name).into(),
                    district.into(),
                    said.state.clone().into(),
                    said.region.clone().into(),
                    said.nces_id.clone().into(),
                    said.state_id.clone().into(),
                    said.grade_low.clone().into(),
                    said.grade_high.clone().into(),
                    said.enrolment.into(),
                    said.relation.clone().into(),
                ],
            )
            .await?;
            put_groups(tx, id, &said.groups).await?;
            let site = super::store::find(&**tx, &slug).await?.ok_or(Error::NotFound)?;
            let engine = cx.db().engine();
            audit::record(tx, engine, cx.now, &Actor::from(may.who()), "site added", &site.subject(), site.kind_word()).await?;
            index_sites(tx, engine, &[id]).await?;
            Ok(site)
        })
        .await
}

/// Changes a site.
pub(super) async fn change(may: &May<Edit, Site>, cx: &Cx, version: i32, said: Details) -> Result<(), Error> {
    let id = may.thing().id;
    cx.db()
        .write(async |tx| {
            let district = district_id(tx, said.district.as_deref()).await?;
            let touched = db::exec(
                &**tx,
                "update site set kind = $3, name = $4, folded = $5, district_id = $6, state = $7, region = $8, nces_id = $9,
                   state_id = $10, grade_low = $11, grade_high = $12, enrolment = $13, relation = $14, version = version + 1
                 where id = $1 and version = $2",
                vec![
                    id.into(),
                    version.into(),
                    said.kind.clone().into(),
                    said.name.clone().into(),
                    folded(&said.name).into(),
                    district.filter(|district| *district != id).into(),
                    said.state.clone().into(),
                    said.region.clone().into(),
                    said.nces_id.clone().into(),
                    said.state_id.clone().into(),
                    said.grade_low.clone().into(),
                    said.grade_high.clone().into(),
                    said.enrolment.into(),
                    said.relation.clone().into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            put_groups(tx, id, &said.groups).await?;
            let site = super::store::find(&**tx, &may.thing().slug).await?.ok_or(Error::NotFound)?;
            let engine = cx.db().engine();
            let detail = differences(may.thing(), &site);
            audit::record(tx, engine, cx.now, &Actor::from(may.who()), "site changed", &site.subject(), &detail).await?;
            index_sites(tx, engine, &[id]).await?;
            Ok(())
        })
        .await
}

fn differences(before: &Site, after: &Site) -> String {
    let students = |site: &Site| site.enrolment.map_or_else(String::new, |count| count.to_string());
    let parts = [
        ("name", before.name.clone(), after.name.clone()),
        ("kind", before.kind.clone(), after.kind.clone()),
        ("region", before.region.clone(), after.region.clone()),
        ("relation", before.relation.clone(), after.relation.clone()),
        ("grades", before.grades(), after.grades()),
        ("students", students(before), students(after)),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| format!("{what}: {before} → {after}"))
        .collect();
    said.join("; ")
}

async fn free_slug(tx: &Tx, name: &str) -> Result<String, Error> {
    let base = match slug_of(name) {
        slug if slug.is_empty() => "site".to_owned(),
        slug if crate::partnerships::is_taken_word(&slug) => format!("{slug}-site"),
        slug => slug,
    };
    #[derive(FromQueryResult)]
    struct Taken {
        slug: String,
    }
    let sql = "select slug from site where slug = $1 or slug like $2";
    let taken = db::rows::<Taken>(&**tx, sql, vec![base.clone().into(), format!("{base}-%").into()]).await?;
    let is_free = |slug: &String| taken.iter().all(|row| row.slug != *slug);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(is_free)
        .ok_or_else(|| Error::Refused("There are too many sites of this name. Could the name say where it is?".to_owned()))
}
