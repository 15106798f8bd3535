//! The pages of visits.

mod form;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use chrono::NaiveDate;
use platform::{
    Cx,
    access::{May, Policy, Routes, Standing, actions::Edit, actions::See},
    sheet::Sheet,
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use super::{
    MODES, Visit, VisitThere,
    store::{self, Filter, Person, Touched},
};
use crate::{
    VisitId,
    calendar::{Calendar, ClosedDays, SchoolYear, Span},
    dose::{self, Dose},
    paging::{Page, Seek, address},
    partnerships::{Partnership, PartnershipFrame, Record},
    words,
};

pub(super) use form::{read_new, read_standing, standing};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/visits", list)
        .get("/partnerships/{partnership}/visits/export/{ending}", export)
        .get("/partnerships/{partnership}/visits/new", form::new)
        .post("/partnerships/{partnership}/visits", form::log)
        .get("/partnerships/{partnership}/visits/{visit}/edit", form::edit)
        .post("/partnerships/{partnership}/visits/{visit}", form::correct)
        .post("/partnerships/{partnership}/visits/{visit}/removal", form::remove)
        .post("/partnerships/{partnership}/visits/{visit}/restoration", form::restore)
}

/// What the address of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    person: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mode: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    month: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Ask {
    fn filter(&self, partnership: &Partnership) -> Filter<'_> {
        Filter { partnership: partnership.id, person: &self.person, mode: &self.mode, over: month(&self.month) }
    }

    fn is_open(&self) -> bool {
        [&self.person, &self.mode, &self.month].into_iter().all(String::is_empty)
    }
}

/// The days of a month that is written as `2021-10`.
fn month(text: &str) -> Option<Span> {
    let from: NaiveDate = format!("{text}-01").parse().ok()?;
    Some(Span { from, to: from + chrono::Months::new(1) - chrono::Days::new(1) })
}

/// A visit in the list.
struct Row {
    visit: Visit,
    codes: Vec<String>,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "visits/list.html")]
struct List {
    shell: Shell,
    frame: PartnershipFrame,
    partnership: Partnership,
    ask: Ask,
    rows: Vec<Row>,
    before: String,
    after: String,
    people: Vec<Person>,
    dose: Dose,
    unusual: i64,
    year: SchoolYear,
    today: NaiveDate,
    how_sure: &'static str,
    may_record: bool,
}

impl List {
    fn href(&self, after: &str, before: &str) -> String {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        let ask = Ask { after: after.to_owned(), before: before.to_owned(), ..self.ask.clone() };
        address(&format!("/partnerships/{}/visits", self.partnership.slug), &ask)
    }

    fn export(&self, ending: &str) -> String {
        let ask = Ask { after: String::new(), before: String::new(), ..self.ask.clone() };
        address(&format!("/partnerships/{}/visits/export/{ending}", self.partnership.slug), &ask)
    }

    fn visitors(&self) -> Vec<(&str, &str)> {
        self.people.iter().map(|person| (person.slug.as_str(), person.name.as_str())).collect()
    }
}

fn by_visit(touched: Vec<Touched>) -> BTreeMap<VisitId, Vec<String>> {
    let mut codes: BTreeMap<VisitId, Vec<String>> = BTreeMap::new();
    for one in touched {
        codes.entry(one.visit_id).or_default().push(one.code);
    }
    codes
}

fn may_edit(who: &Standing, partnership: &Partnership, visit: &Visit) -> bool {
    let there = VisitThere { partnership: partnership.clone(), visit: visit.clone() };
    <VisitThere as Policy<Edit>>::permits(who, &there)
}

async fn list(may: May<See, Partnership>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let on = cx.db().read();
    let partnership = may.thing().clone();
    let (today, calendar) = (cx.today(), Calendar::of(&cx.settings));
    let year = calendar.year_of(today);
    let seek = Seek { after: &ask.after, before: &ask.before };
    let Page { rows: visits, before, after } = store::page(on, &ask.filter(&partnership), seek).await?;
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let mut codes = by_visit(store::touched(on, &ids).await?);
    let days = store::days_of_year(on, partnership.id, &calendar, year, today).await?;
    let over = dose::owed(&calendar, year, today, partnership.started_on, partnership.closed_on);
    let rows = visits
        .into_iter()
        .map(|visit| Row {
            codes: codes.remove(&visit.id).unwrap_or_default(),
            may_edit: may_edit(may.who(), &partnership, &visit),
            visit,
        })
        .collect();
    let closed = ClosedDays::of(&cx.settings);
    page(&List {
        shell: cx.shell(format!("Visits to {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), &partnership, "/visits"),
        people: store::visitors(on, partnership.id).await?,
        dose: Dose {
            planned_days: dose::planned_days(partnership.planned_days_per_week, over, &closed),
            delivered_days: dose::delivered_days(days.iter().map(|day| day.hours).sum()),
            visits: days.iter().map(|day| day.visits).sum(),
        },
        how_sure: closed.how_sure(),
        unusual: days.iter().map(|day| day.unusual).sum(),
        may_record: may.also::<Record>(),
        partnership,
        ask,
        rows,
        before,
        after,
        year,
        today,
    })
}

async fn export(
    may: May<See, Partnership>,
    cx: Cx,
    Path((_, ending)): Path<(String, String)>,
    Query(ask): Query<Ask>,
) -> Answered {
    let on = cx.db().read();
    let partnership = may.thing();
    let visits = store::all(on, &ask.filter(partnership)).await?;
    let mut codes = by_visit(store::all_touched(on, partnership.id).await?);
    let people = store::visitors(on, partnership.id).await?;
    let rows = visits
        .into_iter()
        .map(|visit| {
            let email = people.iter().find(|person| person.slug == visit.person_slug).and_then(|person| person.email.clone());
            vec![
                visit.key.into(),
                partnership.slug.clone().into(),
                visit.on_day.into(),
                visit.hours.into(),
                email.unwrap_or(visit.person_slug).into(),
                visit.person_name.into(),
                visit.mode.into(),
                codes.remove(&visit.id).unwrap_or_default().join(";").into(),
                visit.note.into(),
                visit.logged_on.into(),
            ]
        })
        .collect();
    let header = vec!["visit", "partnership", "date", "hours", "person", "name", "mode", "practices", "note", "logged_on"];
    Sheet { name: format!("visits-{}", partnership.slug), header, rows }.download(&ending)
}
