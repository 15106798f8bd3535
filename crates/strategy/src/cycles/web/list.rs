//! The cycles of one owner, the latest first.

use askama::Template;
use axum::extract::Query;
use partnerships::{calendar::SchoolYear, partnerships::PartnershipFrame};
use platform::{
    Cx,
    access::{May, actions::See},
    paging::{Seek, address},
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use crate::cycles::{
    contributions::Line,
    foresight::{self, Foresight},
    owner::Owner,
    policy::Run,
    store,
};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

/// The cycles of a school year.
struct Year {
    year: SchoolYear,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "cycles/web/list.html")]
struct List {
    shell: Shell,
    /// The frame of a partnership's pages, where it is one.
    frame: Option<PartnershipFrame>,
    crumbs: Vec<(String, String)>,
    name: String,
    years: Vec<Year>,
    is_own: bool,
    /// Where one begins; empty for those who may not.
    new: String,
    readers: String,
    before: String,
    after: String,
    /// How well goals were foreseen here.
    foresight: Option<Foresight>,
}

/// `GET /people/{person}/cycles` and the like
pub(super) async fn show(may: May<See, Owner>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let owner = may.thing();
    let seek = Seek { after: &ask.after, before: &ask.before };
    let found = store::page_of(cx.db().read(), owner, seek).await?;
    let mut years: Vec<Year> = Vec::new();
    for row in &found.rows {
        let year = row.cycle.year();
        if years.last().is_none_or(|last| last.year != year) {
            years.push(Year { year, lines: Vec::new() });
        }
        if let Some(last) = years.last_mut() {
            last.lines.push(Line::of(row, cx.today()));
        }
    }
    let frame = match owner {
        Owner::Partnership(partnership) => Some(PartnershipFrame::of(&cx, may.who(), partnership, "/cycles")),
        Owner::Person(_) | Owner::Team(_) | Owner::Organisation(_) => None,
    };
    let href = |after: &str, before: &str| {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address(&owner.cycles_href(), &Ask { after: after.to_owned(), before: before.to_owned() })
    };
    // A person's foresight is for that person alone.
    let is_shown = !matches!(owner, Owner::Person(person) if person.id != may.who().person);
    let foresight = if is_shown {
        let mut params = Vec::new();
        let condition = store::of_owner(owner, &mut params);
        foresight::look(&foresight::of_cycles(cx.db().read(), &condition, params).await?)
    } else {
        None
    };
    page(&List {
        foresight,
        shell: cx.shell(format!("Cycles, {}", owner.name()), owner.section()),
        frame,
        crumbs: owner.href().map(|href| (owner.name().to_owned(), href)).into_iter().collect(),
        name: owner.name().to_owned(),
        years,
        is_own: matches!(owner, Owner::Person(person) if person.id == may.who().person),
        new: if may.also::<Run>() { format!("{}/new", owner.cycles_href()) } else { String::new() },
        readers: owner.readers(may.who()),
        before: href("", &found.before),
        after: href(&found.after, ""),
    })
}
