//! The pages of sites.

mod edit;

use askama::Template;
use axum::extract::{Path, Query};
use platform::{
    Cx,
    access::{
        May, Routes,
        actions::{Create, Edit, See},
    },
    sheet::{Cell, Sheet},
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use super::{
    GROUPS, KINDS, RELATIONS, Site, Sites,
    store::{self, Filter, Order},
};
use crate::{
    paging::{Page, Seek, address},
    partnerships::{self, Partnership},
    words,
};

pub(super) use edit::{read, standing};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sites", list)
        .get("/sites/export/{ending}", export)
        .get("/sites/new", edit::new)
        .post("/sites", edit::add)
        .get("/sites/{site}", show)
        .get("/sites/{site}/edit", edit::edit)
        .post("/sites/{site}", edit::change)
}

/// What the address of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    relation: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sort: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Ask {
    fn filter(&self) -> Filter<'_> {
        Filter { kind: &self.kind, region: &self.region, relation: &self.relation, q: &self.q }
    }

    fn unpaged(&self) -> Self {
        Self { after: String::new(), before: String::new(), ..self.clone() }
    }

    fn order(&self) -> (Order, bool) {
        let order = if self.sort.trim_start_matches('-') == "students" { Order::Students } else { Order::Name };
        (order, self.sort.starts_with('-'))
    }

    /// The address that sorts by a column, the other way round when it does already.
    fn sorted_by(&self, column: &str) -> String {
        let sort = match (self.sort.as_str(), column) {
            ("" | "name", "name") => "-name".to_owned(),
            (now, column) if now == column => format!("-{column}"),
            _ => column.to_owned(),
        };
        address("/sites", &Self { sort, ..self.unpaged() })
    }

    fn sorted(&self, column: &str) -> &'static str {
        let now = if self.sort.is_empty() { "name" } else { &self.sort };
        match (now.trim_start_matches('-') == column, now.starts_with('-')) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    fn page(&self, after: &str, before: &str) -> String {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address("/sites", &Self { after: after.to_owned(), before: before.to_owned(), ..self.clone() })
    }

    fn is_open(&self) -> bool {
        [&self.kind, &self.region, &self.relation, &self.q].into_iter().all(String::is_empty)
    }
}

#[derive(Template)]
#[template(path = "sites/list.html")]
struct List {
    shell: Shell,
    ask: Ask,
    page: Page<Site>,
    regions: Vec<(String, String)>,
    may_create: bool,
}

async fn list(may: May<See, Sites>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let on = cx.db().read();
    let (order, descending) = ask.order();
    let seek = Seek { after: &ask.after, before: &ask.before };
    let found = store::page(on, &ask.filter(), order, descending, seek).await?;
    let regions = store::choices(on)
        .await?
        .into_iter()
        .filter(|choice| choice.kind == "region")
        .map(|choice| (choice.value, words::word_of(&choice.words)))
        .collect();
    let shell = cx.shell("Districts and schools", "/partnerships");
    page(&List { shell, page: found, regions, may_create: may.also::<Create>(), ask })
}

async fn export(_: May<See, Sites>, cx: Cx, Path(ending): Path<String>, Query(ask): Query<Ask>) -> Answered {
    let on = cx.db().read();
    let sites = store::all(on, &ask.filter()).await?;
    let groups = store::all_groups(on).await?;
    let mut header = vec![
        "site",
        "kind",
        "name",
        "district",
        "state",
        "region",
        "nces_id",
        "state_id",
        "grade_low",
        "grade_high",
        "enrolment",
    ];
    header.extend(GROUPS.iter().map(|(key, _)| *key));
    header.push("relation");
    let rows = sites
        .into_iter()
        .map(|site| {
            let mut row: Vec<Cell> = vec![
                site.slug.into(),
                site.kind.into(),
                site.name.into(),
                site.district_slug.into(),
                site.state.into(),
                site.region.into(),
                site.nces_id.into(),
                site.state_id.into(),
                site.grade_low.into(),
                site.grade_high.into(),
                site.enrolment.into(),
            ];
            let of_site: Vec<_> = groups.iter().filter(|group| group.site_id == site.id).collect();
            row.extend(GROUPS.iter().map(|(key, _)| {
                of_site.iter().find(|group| group.student_group == *key).map_or(Cell::Empty, |group| group.students.into())
            }));
            row.push(site.relation.into());
            row
        })
        .collect();
    Sheet { name: "sites".to_owned(), header, rows }.download(&ending)
}

#[derive(Template)]
#[template(path = "sites/show.html")]
struct Show {
    shell: Shell,
    site: Site,
    groups: Vec<(&'static str, i32)>,
    schools: Vec<Site>,
    partnerships: Vec<Partnership>,
    may_edit: bool,
}

async fn show(may: May<See, Site>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let site = may.thing().clone();
    let counts = store::groups(on, site.id).await?;
    let groups = GROUPS
        .iter()
        .filter_map(|(key, words)| counts.iter().find(|group| group.student_group == *key).map(|group| (*words, group.students)))
        .collect();
    let schools = store::schools_of(on, site.id).await?;
    let partnerships = partnerships::within(on, site.id).await?;
    let shell = cx.shell(&site.name, "/partnerships");
    page(&Show { shell, groups, schools, partnerships, may_edit: may.also::<Edit>(), site })
}
