//! The list of partnerships.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::IntoResponse,
};
use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{
        May,
        actions::{Create, See},
    },
    sheet::Sheet,
    web::{Answered, Shell, go_to, page},
};
use serde::{Deserialize, Serialize};

use super::super::{
    Export, Filter, Partnership, Partnerships, Worker, at_site,
    list::{self, Choice, Order},
    staff_on,
};
use crate::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    dose::{self, Dose},
    paging::{Page, Seek, address},
    words,
};

/// What the address of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    model: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    network: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    supervisor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
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
    fn filter(&self) -> Filter {
        Filter {
            model: self.model.clone(),
            network: self.network.clone(),
            team: self.team.clone(),
            region: String::new(),
            supervisor: self.supervisor.clone(),
            // What is closed is looked up on purpose; lists are about where work goes on.
            status: match self.status.as_str() {
                "" => "active".to_owned(),
                "all" => String::new(),
                status => status.to_owned(),
            },
            q: self.q.clone(),
        }
    }

    fn column(&self) -> &str {
        match self.sort.trim_start_matches('-') {
            "" => "name",
            column => column,
        }
    }

    /// The address that sorts by a column, the other way round when it does already.
    fn sorted_by(&self, column: &str) -> String {
        let turns = self.column() == column && !self.sort.starts_with('-');
        let sort = format!("{}{column}", if turns { "-" } else { "" });
        address("/partnerships", &Self { sort, after: String::new(), before: String::new(), ..self.clone() })
    }

    fn sorted(&self, column: &str) -> &'static str {
        match (self.column() == column, self.sort.starts_with('-')) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    fn page(&self, after: &str, before: &str) -> String {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address("/partnerships", &Self { after: after.to_owned(), before: before.to_owned(), ..self.clone() })
    }

    fn export(&self, ending: &str) -> String {
        let all = Self { after: String::new(), before: String::new(), sort: String::new(), ..self.clone() };
        address(&format!("/partnerships/export/{ending}"), &all)
    }

    fn is_open(&self) -> bool {
        [&self.model, &self.team, &self.network, &self.supervisor, &self.status, &self.q].into_iter().all(String::is_empty)
    }
}

/// A partnership in the list.
pub(super) struct Row {
    pub partnership: Partnership,
    pub people: Vec<Worker>,
    pub dose: Dose,
}

impl Row {
    fn dose_words(&self) -> String {
        format!("{} of {}", words::days(self.dose.delivered_days), words::days(self.dose.planned_days))
    }
}

async fn rows(cx: &Cx, partnerships: Vec<Partnership>) -> Result<Vec<Row>, Error> {
    let ids: Vec<PartnershipId> = partnerships.iter().map(|partnership| partnership.id).collect();
    let mut people = staff_on(cx.db().read(), &ids, cx.today()).await?;
    let doses = dose::everybodys(cx).await?;
    Ok(partnerships
        .into_iter()
        .map(|partnership| Row {
            people: people.remove(&partnership.id).unwrap_or_default(),
            dose: doses.of(partnership.id),
            partnership,
        })
        .collect())
}

/// Sorted by the share of planned days that were delivered. The database doesn't know weekdays, so all that are asked for
/// are sorted here; those that owe nothing yet come last.
async fn page_by_share(cx: &Cx, ask: &Ask, seek: Seek<'_>) -> Result<Page<Row>, Error> {
    let mut all = list::list(cx.db().read(), &ask.filter()).await?;
    let doses = dose::everybodys(cx).await?;
    let share = |partnership: &Partnership| doses.of(partnership.id).share();
    all.sort_by(|one, other| {
        let order = match (share(one), share(other)) {
            (Some(one), Some(other)) if ask.sort.starts_with('-') => other.total_cmp(&one),
            (Some(one), Some(other)) => one.total_cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        order.then_with(|| one.slug.cmp(&other.slug))
    });
    let Page { rows: shown, before, after } = seek.page_of_all(all, |partnership| partnership.slug.clone());
    Ok(Page { rows: rows(cx, shown).await?, before, after })
}

#[derive(Template)]
#[template(path = "partnerships/list.html")]
struct List {
    shell: Shell,
    ask: Ask,
    page: Page<Row>,
    choices: Arc<Vec<Choice>>,
    year: SchoolYear,
    today: NaiveDate,
    may_create: bool,
}

impl List {
    fn of(&self, kind: &str) -> Vec<(String, String)> {
        let chosen = self.choices.iter().filter(|choice| choice.kind == kind);
        chosen
            .map(|choice| {
                let words = if kind == "network" { words::word_of(&choice.words) } else { choice.words.clone() };
                (choice.value.clone(), words)
            })
            .collect()
    }
}

pub(super) async fn list(may: May<See, Partnerships>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let who = may.who();
    if !who.is_staff() {
        // The partner side has one partnership, and no list to choose from.
        let site = who.works_at.as_deref().ok_or(Error::NotFound)?;
        let own = at_site(cx.db().read(), site).await?.ok_or(Error::NotFound)?;
        return Ok(go_to(&own.subject().href));
    }
    let seek = Seek { after: &ask.after, before: &ask.before };
    let descending = ask.sort.starts_with('-');
    let found = match ask.column() {
        "share" => page_by_share(&cx, &ask, seek).await?,
        column => {
            let order = if column == "start" { Order::Start } else { Order::Name };
            let page = list::page(cx.db().read(), &ask.filter(), order, descending, seek).await?;
            Page { rows: rows(&cx, page.rows).await?, before: page.before, after: page.after }
        }
    };
    let choices = list::choices(&cx).await?;
    page(&List {
        shell: cx.shell("Partnerships", "/partnerships"),
        page: found,
        choices,
        year: Calendar::of(&cx.settings).year_of(cx.today()),
        today: cx.today(),
        may_create: may.also::<Create>(),
        ask,
    })
}

pub(super) async fn export(_: May<Export, Partnerships>, cx: Cx, Path(ending): Path<String>, Query(ask): Query<Ask>) -> Answered {
    let all = list::list(cx.db().read(), &ask.filter()).await?;
    let rows = rows(&cx, all).await?;
    let header = vec![
        "partnership",
        "name",
        "model",
        "network",
        "team",
        "who works there today",
        "first_school_year",
        "started",
        "status",
        "closed_on",
        "planned_days_per_week",
        "planned days this school year",
        "delivered days this school year",
        "visits this school year",
    ];
    let tenth = |days: f64| (days * 10.0).round() / 10.0;
    let rows = rows
        .into_iter()
        .map(|Row { partnership, people, dose }| {
            let names: Vec<&str> = people.iter().map(|worker| worker.name.as_str()).collect();
            vec![
                partnership.slug.into(),
                partnership.name.into(),
                partnership.model_name.into(),
                partnership.network.into(),
                partnership.team_name.into(),
                names.join("; ").into(),
                SchoolYear(partnership.first_school_year).key().into(),
                partnership.started_on.into(),
                partnership.status.into(),
                partnership.closed_on.into(),
                partnership.planned_days_per_week.into(),
                tenth(dose.planned_days).into(),
                tenth(dose.delivered_days).into(),
                dose.visits.into(),
            ]
        })
        .collect();
    Ok(Sheet { name: "partnerships".to_owned(), header, rows }.download(&ending)?.into_response())
}
