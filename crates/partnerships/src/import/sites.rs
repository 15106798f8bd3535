//! `sites`: districts and schools, with their students by group.

use std::{cell::RefCell, collections::BTreeMap};

use platform::{
    Error,
    clock::new_id,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, slug_of},
    import::{Column, Form, Holds, Kind, Row, Source, Taking, Tally, tables},
    sheet::Cell,
    text::folded,
};

use super::{by_key, column};
use crate::{
    SiteId,
    sites::{GROUPS, index_sites},
};

pub(super) const COLUMNS: &[Column] = &[
    column("site", true, Holds::Text, "a readable key, such as linden-grove").or(&["key", "site key"]),
    column("kind", true, Holds::Word(&["district", "school"]), "district or school").or(&["type"]),
    column("name", true, Holds::Text, "the name").or(&["school name", "district name"]),
    column("district", false, Holds::Text, "the key of a school's district"),
    column("state", true, Holds::Text, "the state"),
    column("region", true, Holds::Text, "the region in which we work with it"),
    column("nces_id", false, Holds::Text, "the number of the National Center for Education Statistics")
        .or(&["nces", "nces number"]),
    column("state_id", false, Holds::Text, "the state's own number"),
    column("grade_low", false, Holds::Text, "the lowest grade"),
    column("grade_high", false, Holds::Text, "the highest grade"),
    column("enrolment", false, Holds::Number, "how many students").or(&["enrollment", "students"]),
    column("multilingual_learners", false, Holds::Number, "how many of them are multilingual learners"),
    column("students_with_disabilities", false, Holds::Number, "how many of them have a disability"),
    column("low_income", false, Holds::Number, "how many of them live in families with a low income"),
    column("black", false, Holds::Number, "how many of them are Black"),
    column("latino", false, Holds::Number, "how many of them are Latino"),
    column("asian", false, Holds::Number, "how many of them are Asian"),
    column("white", false, Holds::Number, "how many of them are white"),
    column("other_races", false, Holds::Number, "how many of them are of other or several races"),
    column("relation", true, Holds::Word(&["partner", "prospect", "comparison"]), "partner, prospect or comparison"),
];

pub(super) const KIND: Kind = Kind {
    name: "sites",
    about: "Districts and schools: identifiers, grades, and how many students there are, also by group.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(super::out::sites(db)),
};

/// What a row says about a site; the district by its key.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Said {
    slug: String,
    kind: String,
    name: String,
    district: Option<String>,
    state: String,
    region: String,
    nces_id: Option<String>,
    state_id: Option<String>,
    grade_low: String,
    grade_high: String,
    enrolment: Option<i32>,
    relation: String,
}

#[derive(FromQueryResult)]
struct IdRow {
    slug: String,
    id: SiteId,
}

#[derive(FromQueryResult)]
struct GroupRow {
    slug: String,
    student_group: String,
    students: i32,
}

async fn before(on: &impl ConnectionTrait) -> Result<BTreeMap<String, Said>, DbErr> {
    let sql = "select s.slug, s.kind, s.name, d.slug as district, s.state, s.region, s.nces_id, s.state_id, s.grade_low,
           s.grade_high, s.enrolment, s.relation from site s left join site d on d.id = s.district_id";
    Ok(by_key(db::rows::<Said>(on, sql, vec![]).await?, |said| said.slug.clone()))
}

type Groups = BTreeMap<String, i32>;

async fn groups_before(on: &impl ConnectionTrait) -> Result<BTreeMap<String, Groups>, DbErr> {
    let mut groups: BTreeMap<String, Groups> = BTreeMap::new();
    let sql = "select s.slug, g.student_group, g.students from site_group g join site s on s.id = g.site_id";
    for row in db::rows::<GroupRow>(on, sql, vec![]).await? {
        groups.entry(row.slug).or_default().insert(row.student_group, row.students);
    }
    Ok(groups)
}

/// All sites as rows of a file, districts first.
pub(super) async fn all(on: &impl ConnectionTrait) -> Result<Vec<Vec<Cell>>, DbErr> {
    let mut groups = groups_before(on).await?;
    let mut sites: Vec<Said> = before(on).await?.into_values().collect();
    sites.sort_by_key(|site| site.kind != "district");
    let rows = sites.into_iter().map(|site| {
        let groups = groups.remove(&site.slug).unwrap_or_default();
        let mut row: Vec<Cell> = vec![
            site.slug.into(),
            site.kind.into(),
            site.name.into(),
            site.district.into(),
            site.state.into(),
            site.region.into(),
            site.nces_id.into(),
            site.state_id.into(),
            site.grade_low.into(),
            site.grade_high.into(),
            site.enrolment.into(),
        ];
        row.extend(GROUPS.iter().map(|(group, _)| Cell::from(groups.get(*group).copied())));
        row.push(site.relation.into());
        row
    });
    Ok(rows.collect())
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let mut ids: BTreeMap<String, SiteId> =
        db::rows::<IdRow>(&**tx, "select slug, id from site", vec![]).await?.into_iter().map(|row| (row.slug, row.id)).collect();
    let before = before(&**tx).await?;
    let groups_before = groups_before(&**tx).await?;
    let mut tally = Tally::default();
    let refused = RefCell::new(Vec::new());
    let mut read: Vec<(Said, BTreeMap<String, i32>)> = Vec::new();
    for table in tables(sources) {
        let districts: Vec<String> = table
            .rows(&refused)
            .filter(|row| row.text("kind").as_deref() == Some("district"))
            .filter_map(|row| row.text("site"))
            .collect();
        for mut row in table.rows(&refused) {
            if let Some(site) = said(&mut row, |key| districts.iter().any(|one| one == key) || ids.contains_key(key)) {
                if read.iter().any(|(other, _)| other.slug == site.slug) {
                    row.refuse("site", "This key stands in two rows.", "Give each site one row.");
                }
                let groups = groups(&mut row, site.enrolment);
                if !row.is_refused() {
                    read.push((site, groups));
                }
            }
        }
    }
    tally.refused = refused.into_inner();
    if !tally.is_clean() {
        return Ok(tally);
    }
    // Districts first, so that each school finds its own.
    read.sort_by_key(|(site, _)| site.kind != "district");
    let mut changed = Vec::new();
    let mut group_rows = Vec::new();
    for district_turn in [true, false] {
        let mut rows = Vec::new();
        for (site, groups) in read.iter().filter(|(site, _)| (site.kind == "district") == district_turn) {
            let same = before.get(&site.slug) == Some(site);
            let same_groups = groups_before.get(&site.slug).map_or(groups.is_empty(), |known| known == groups);
            if same && same_groups {
                tally.same += 1;
                continue;
            }
            let is_new = !before.contains_key(&site.slug);
            let id = ids.get(&site.slug).copied().unwrap_or_else(|| SiteId(new_id(taking.now)));
            let district = site.district.as_ref().and_then(|key| ids.get(key)).copied();
            ids.insert(site.slug.clone(), id);
            if is_new {
                tally.new += 1;
                rows.push(vec![
                    id.into(),
                    site.slug.clone().into(),
                    site.kind.clone().into(),
                    site.name.clone().into(),
                    folded(&site.name).into(),
                    district.into(),
                    site.state.clone().into(),
                    site.region.clone().into(),
                    site.nces_id.clone().into(),
                    site.state_id.clone().into(),
                    site.grade_low.clone().into(),
                    site.grade_high.clone().into(),
                    site.enrolment.into(),
                    site.relation.clone().into(),
                    1.into(),
                ]);
            } else {
                tally.changed += 1;
                update(taking, id, site, district).await?;
            }
            group_rows.extend(groups.iter().map(|(group, count)| vec![id.into(), group.clone().into(), (*count).into()]));
            changed.push(id);
        }
        db::insert(
            &**tx,
            "site",
            "id, slug, kind, name, folded, district_id, state, region, nces_id, state_id, grade_low, grade_high, enrolment, relation, version",
            rows,
        )
        .await?;
    }
    for id in &changed {
        db::exec(&**tx, "delete from site_group where site_id = $1", vec![(*id).into()]).await?;
    }
    db::insert(&**tx, "site_group", "site_id, student_group, students", group_rows).await?;
    index_sites(tx, taking.app.db.engine(), &changed).await?;
    Ok(tally)
}

async fn update(taking: &Taking<'_>, id: SiteId, site: &Said, district: Option<SiteId>) -> Result<(), Error> {
    db::exec(
        &**taking.tx,
        "update site set kind = $2, name = $3, folded = $4, district_id = $5, state = $6, region = $7, nces_id = $8,
           state_id = $9, grade_low = $10, grade_high = $11, enrolment = $12, relation = $13, version = version + 1 where id = $1",
        vec![
            id.into(),
            site.kind.clone().into(),
            site.name.clone().into(),
            folded(&site.name).into(),
            district.into(),
            site.state.clone().into(),
            site.region.clone().into(),
            site.nces_id.clone().into(),
            site.state_id.clone().into(),
            site.grade_low.clone().into(),
            site.grade_high.clone().into(),
            site.enrolment.into(),
            site.relation.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

fn said(row: &mut Row<'_>, is_district: impl Fn(&str) -> bool) -> Option<Said> {
    let slug = row.required("site");
    if let Some(slug) = &slug
        && slug_of(slug) != *slug
    {
        row.refuse("site", "This is not a key.", "Write it in small letters, digits and hyphens, such as linden-grove.");
    }
    let district = row.text("district");
    if let Some(key) = &district
        && !is_district(key)
    {
        row.refuse("district", "There is no site of that key.", "Add the district to the file, or leave the cell empty.");
    }
    for column in ["kind", "name", "state", "region", "relation"] {
        row.required(column);
    }
    Some(Said {
        slug: slug?,
        kind: row.choice("kind", &["district", "school"])?,
        name: row.text("name")?,
        district,
        state: row.text("state")?,
        region: row.text("region")?,
        nces_id: row.text("nces_id"),
        state_id: row.text("state_id"),
        grade_low: row.text("grade_low").unwrap_or_default(),
        grade_high: row.text("grade_high").unwrap_or_default(),
        enrolment: row.number("enrolment"),
        relation: row.choice("relation", &["partner", "prospect", "comparison"])?,
    })
}

fn groups(row: &mut Row<'_>, enrolment: Option<i32>) -> BTreeMap<String, i32> {
    let mut groups = BTreeMap::new();
    for (group, _) in GROUPS {
        let Some(students) = row.number::<i32>(group) else { continue };
        if students < 0 || enrolment.is_some_and(|all| students > all) {
            row.refuse(
                group,
                "This is more than all students of the site, or less than none.",
                "Check it against the enrolment.",
            );
        }
        groups.insert((*group).to_owned(), students);
    }
    groups
}
