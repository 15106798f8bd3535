//! The plans of a partnership, one for each cycle, the latest first.

use askama::Template;
use axum::extract::Query;
use partnerships::{
    calendar::{SchoolYear, spoken},
    partnerships::{Partnership, PartnershipFrame},
};
use platform::{
    Cx,
    access::{May, Policy, actions::See},
    paging::{Seek, address},
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use super::{
    super::store::{self, Listed},
    agreed,
};
use crate::cycles::{Owner, Run};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

/// A cycle with its plan.
struct Line {
    href: String,
    title: String,
    when: String,
    said: String,
    glyph: &'static str,
    state: &'static str,
    words: &'static str,
}

#[derive(Template)]
#[template(path = "plans/web/list.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lines: Vec<Line>,
    cycles: String,
    before: String,
    after: String,
}

/// `GET /partnerships/{partnership}/plans`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let partnership = may.thing();
    let found = store::page_of(cx.db().read(), partnership.id, Seek { after: &ask.after, before: &ask.before }).await?;
    let base = partnership.subject().href;
    let may_run = <Owner as Policy<Run>>::permits(may.who(), &Owner::Partnership(Box::new(partnership.clone())));
    let href = |after: &str, before: &str| {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address(&format!("{base}/plans"), &Ask { after: after.to_owned(), before: before.to_owned() })
    };
    page(&Page {
        shell: cx.shell(format!("Plans: {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), partnership, "/plans"),
        lines: found.rows.iter().map(|row| line(&cx, row, may_run)).collect(),
        before: href("", &found.before),
        after: href(&found.after, ""),
        cycles: format!("{base}/cycles"),
    })
}

fn line(cx: &Cx, row: &Listed, may_run: bool) -> Line {
    let (glyph, state, said) = match (row.is_begun, row.version.zip(row.agreed_at)) {
        (true, Some((number, at))) => ("done", "Agreed on", agreed(cx, number, at)),
        (true, None) => ("way", "Being written", "Being written; nothing is agreed on yet.".to_owned()),
        (false, _) => ("none", "Not begun", "It has no plan.".to_owned()),
    };
    let day = |day| spoken(day, cx.today());
    Line {
        href: format!("/cycles/{}/plan", row.key),
        title: format!("Cycle {}: {}", row.number, row.title),
        when: format!("{}, {} to {}", SchoolYear(row.school_year), day(row.starts_on), day(row.ends_on)),
        said,
        glyph,
        state,
        words: match row.is_begun {
            true => "Open",
            false if may_run && row.state != "closed" => "Begin",
            false => "",
        },
    }
}
