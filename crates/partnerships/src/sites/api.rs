//! Sites, for programs.

use std::collections::BTreeMap;

use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Create, Edit as Change, See},
    },
    api::{Asks, Call, Edit, Field, Fields, Item, Listing, Made, New, from_choices},
    paging::Page,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    GROUPS, KINDS, RELATIONS, Site, Sites,
    store::{self, Filter, Group, Order},
    verbs, web,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/sites", "List districts and schools", list)
        .api_post("/api/v1/sites", "Add a district or a school", add)
        .api_get("/api/v1/sites/{site}", "Read a district or a school", show)
        .api_patch("/api/v1/sites/{site}", "Change a district or a school", change)
}

/// A district or a school.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Site")]
struct Told {
    /// The readable key.
    key: String,
    /// The id.
    id: Uuid,
    /// `school` or `district`.
    kind: String,
    /// The name.
    name: String,
    /// The key of a school's district.
    district: Option<String>,
    /// The state.
    state: String,
    /// The key of the region in which we work with it.
    region: String,
    /// The number of the National Center for Education Statistics.
    nces_id: Option<String>,
    /// The state's own number.
    state_id: Option<String>,
    /// The lowest grade; empty when it is not known.
    grade_low: String,
    /// The highest grade; empty when it is not known.
    grade_high: String,
    /// How many students.
    enrolment: Option<i32>,
    /// `partner`, `prospect` or `comparison`.
    relation: String,
}

/// A district or a school, with its groups of students.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SiteWithStudents")]
struct ToldWhole {
    #[serde(flatten)]
    site: Told,
    /// How many students of each group, where that is known.
    students: BTreeMap<String, i32>,
}

fn tell(site: Site) -> Told {
    Told {
        key: site.slug,
        id: site.id.0,
        kind: site.kind,
        name: site.name,
        district: site.district_slug,
        state: site.state,
        region: site.region,
        nces_id: site.nces_id,
        state_id: site.state_id,
        grade_low: site.grade_low,
        grade_high: site.grade_high,
        enrolment: site.enrolment,
        relation: site.relation,
    }
}

async fn told(cx: &Cx, site: Site) -> Result<ToldWhole, Error> {
    let groups = store::groups(cx.db().read(), site.id).await?;
    let students = groups.into_iter().map(|Group { student_group, students }| (student_group, students)).collect();
    Ok(ToldWhole { students, site: tell(site) })
}

const KIND_WORDS: [&str; KINDS.len()] = from_choices(KINDS);
const RELATION_WORDS: [&str; RELATIONS.len()] = from_choices(RELATIONS);

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &KIND_WORDS, "Only schools, or only districts."),
        Field::text("region", 60, "Only those of this region.").filled(),
        Field::choice("relation", &RELATION_WORDS, "Only those that are this to us."),
        Field::text("q", 200, "Words of the name.").filled(),
        Field::choice("sort", &["name", "-name", "students", "-students"], "The order; a minus turns it round."),
    ];
    const PAGED: bool = true;
}

async fn list(_: May<See, Sites>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let sort = call.text("sort");
    let order = if sort.ends_with("students") { Order::Students } else { Order::Name };
    let filter =
        Filter { kind: call.text("kind"), region: call.text("region"), relation: call.text("relation"), q: call.text("q") };
    let page: Page<Site> = store::page(call.db().read(), &filter, order, sort.starts_with('-'), call.window()).await?;
    Ok(Listing::of(&call, page, tell))
}

async fn show(may: May<See, Site>, call: Call) -> Result<Item<ToldWhole>, Error> {
    Ok(Item::of(may.version, told(&call, may.thing().clone()).await?))
}

const MANY: i64 = i32::MAX as i64;

const fn group(place: usize) -> Field {
    Field::whole(GROUPS[place].0, 0, MANY, GROUPS[place].1).or_null()
}

struct Said;

impl Fields for Said {
    const NAME: &'static str = "Site";
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", &KIND_WORDS, "A school or a district.").required(),
        Field::text("name", 120, "What it is called.").required(),
        Field::text("district", 100, "The key of a school's district.").or_null(),
        Field::text("state", 60, "The state in which it lies.").required(),
        Field::text("region", 60, "Which of our regions it lies in.").required(),
        Field::text("nces_id", 20, "The number of the National Center for Education Statistics.").or_null(),
        Field::text("state_id", 40, "The state's own number.").or_null(),
        Field::text("grade_low", 4, "The lowest grade."),
        Field::text("grade_high", 4, "The highest grade."),
        Field::whole("enrolment", 0, MANY, "How many students.").or_null(),
        Field::choice("relation", &RELATION_WORDS, "What it is to us.").required(),
        group(0),
        group(1),
        group(2),
        group(3),
        group(4),
        group(5),
        group(6),
        group(7),
    ];
}

async fn add(may: May<Create, Sites>, call: Call, new: New<Said>) -> Result<Made<ToldWhole>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(said) = web::read(&mut form) else { return Err(New::<Said>::refused(&form)) };
        let site = verbs::add(&may, cx, said).await?;
        Ok(Made::at(format!("/api/v1/sites/{}", site.slug), site.version, told(cx, site).await?))
    })
    .await
}

async fn change(may: May<Change, Site>, call: Call, edit: Edit<Said>) -> Result<Item<ToldWhole>, Error> {
    let version = edit.on(may.version)?;
    let mut form = edit.over(web::standing(&call, may.thing()).await?);
    let Some(said) = web::read(&mut form) else { return Err(Edit::<Said>::refused(&form)) };
    verbs::change(&may, &call, version, said).await?;
    let site = store::find(call.db().read(), &may.slug).await?.ok_or(Error::NotFound)?;
    Ok(Item::of(site.version, told(&call, site).await?))
}
