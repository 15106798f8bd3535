//! The years of a partnership, with how each ended.

use askama::Template;
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::{Partnership, PartnershipFrame},
};
use platform::{
    Cx,
    access::{May, actions::See},
    web::{Answered, Shell, page},
};

use super::super::{href_of, store, years};

/// The most years that a page lists; no work goes on for longer.
const MOST: usize = 60;

struct Line {
    year: SchoolYear,
    href: String,
    glyph: &'static str,
    state: String,
}

#[derive(Template)]
#[template(path = "close_and_renew/web/list.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lines: Vec<Line>,
}

/// `GET /partnerships/{partnership}/close-and-renew`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx) -> Answered {
    let partnership = may.thing();
    let begun = store::years_of(cx.db().read(), partnership.id).await?;
    let day = |at| spoken(cx.settings.local(at).date(), cx.today());
    let line = |year: i32| {
        let found = begun.iter().find(|listed| listed.school_year == year);
        let (glyph, state) = match found.map(|listed| (listed.outcome.as_str(), listed.decided_at)) {
            Some(("renewed", Some(at))) => ("well", format!("Renewed on {}", day(at))),
            Some(("closed", Some(at))) => ("done", format!("Closed with care on {}", day(at))),
            Some(_) => ("way", "Being written".to_owned()),
            None => ("none", "Not begun".to_owned()),
        };
        Line { year: SchoolYear(year), href: href_of(partnership, SchoolYear(year)), glyph, state }
    };
    let all = years(&Calendar::of(&cx.settings), partnership, cx.today());
    page(&Page {
        shell: cx.shell(format!("Close and renew: {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), partnership, "/close-and-renew"),
        lines: all.rev().take(MOST).map(line).collect(),
    })
}
