//! Everybody, narrowed by what the address asks for.

use askama::Template;
use axum::extract::{Path, Query};
use platform::{
    Cx,
    access::{May, actions::See},
    paging::{Page, Seek, address},
    sheet::Sheet,
    text,
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use crate::{
    persons::{
        Person,
        policy::{Invite, People},
        store::{self, Filter, Order, SeatOf},
    },
    teams, words,
};

/// What the address of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    role: String,
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
    fn filter(&self, cx: &Cx) -> Filter<'_> {
        Filter { kind: &self.kind, team: &self.team, role: &self.role, q: &self.q, today: cx.today() }
    }

    fn at_start(&self) -> Self {
        Self { after: String::new(), before: String::new(), ..self.clone() }
    }

    fn order(&self) -> (Order, bool) {
        let order = if self.sort.trim_start_matches('-') == "since" { Order::Since } else { Order::Name };
        (order, self.sort.starts_with('-'))
    }

    /// The address that sorts by a column, the other way round when it does already.
    fn sorted_by(&self, column: &str) -> String {
        let turned = self.sorted(column) == "ascending";
        let sort = match (column, turned) {
            ("name", false) => String::new(),
            (column, false) => column.to_owned(),
            (column, true) => format!("-{column}"),
        };
        address("/people", &Self { sort, ..self.at_start() })
    }

    fn sorted(&self, column: &str) -> &'static str {
        let (order, descending) = self.order();
        match (column == if order == Order::Since { "since" } else { "name" }, descending) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    fn page(&self, after: &str, before: &str) -> String {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address("/people", &Self { after: after.to_owned(), before: before.to_owned(), ..self.clone() })
    }

    fn is_open(&self) -> bool {
        [&self.kind, &self.team, &self.role, &self.q].into_iter().all(String::is_empty)
    }

    fn export(&self, ending: &str) -> String {
        address(&format!("/people/export/{ending}"), &self.at_start())
    }
}

struct Row {
    person: Person,
    initials: String,
    hue: u8,
    seats: Vec<SeatOf>,
    since: Option<String>,
}

#[derive(Template)]
#[template(path = "persons/list.html")]
struct List {
    shell: Shell,
    ask: Ask,
    page: Page<Row>,
    teams: Vec<(String, String)>,
    may_invite: bool,
}

pub(super) async fn list(may: May<See, People>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let on = cx.db().read();
    let (order, descending) = ask.order();
    let seek = Seek { after: &ask.after, before: &ask.before };
    let found = store::page(on, &ask.filter(&cx), order, descending, seek).await?;
    let seats = store::seats_of(on, found.rows.iter().map(|person| person.id), cx.today()).await?;
    let teams = teams::choices(on).await?;
    let rows = found
        .rows
        .into_iter()
        .map(|person| Row {
            initials: text::initials(&person.name),
            hue: text::hue(&person.name),
            seats: seats.iter().filter(|seat| seat.person_id == person.id).cloned().collect(),
            since: person.started_on.map(words::month),
            person,
        })
        .collect();
    let page_of_rows = Page { rows, before: found.before, after: found.after };
    page(&List { shell: cx.shell("People", "/people"), page: page_of_rows, teams, may_invite: may.also::<Invite>(), ask })
}

pub(super) async fn export(_: May<See, People>, cx: Cx, Path(ending): Path<String>, Query(ask): Query<Ask>) -> Answered {
    let persons = store::all(cx.db().read(), &ask.filter(&cx)).await?;
    let rows = persons
        .into_iter()
        .map(|person| {
            vec![
                person.email.into(),
                person.name.into(),
                person.kind.into(),
                person.title.into(),
                person.works_at.into(),
                person.started_on.into(),
                person.ended_on.into(),
                person.glad_to_be_asked.into(),
            ]
        })
        .collect();
    let header = vec!["person", "name", "kind", "title", "site", "started", "ended", "glad_to_be_asked_about"];
    Sheet { name: "people".to_owned(), header, rows }.download(&ending)
}
