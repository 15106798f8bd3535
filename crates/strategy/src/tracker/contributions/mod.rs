//! What the tracker shows on others' pages: a partnership's, a person's, and Today.

mod panels;
mod today;

use partnerships::{
    calendar::{SchoolYear, spoken},
    partnerships::{Partnership, SUBJECT},
};
use platform::{
    Cx,
    access::{Kind, Standing as Who},
    room::{Answer, NavEntry, Panel, Place, Tab, TodaySheet},
};

use super::{Cell, DueNow, web::encoded};
use crate::frameworks::Framework;

/// The tracker's tab on a partnership's pages.
pub(crate) const TAB: Tab = Tab { on: SUBJECT, label: "Tracker", path: "/tracker", order: 20, shown_to: sees_partnerships };

/// What is due over all partnerships, for the search.
pub(crate) const NAV: NavEntry =
    NavEntry { label: "Due now", href: "/due", icon: "clock", order: 60, in_bar: false, wide: true, shown_to: Who::is_staff };

fn sees_partnerships(who: &Who) -> bool {
    matches!(who.kind, Kind::Staff | Kind::Partner)
}

/// The tracker's parts of others' pages.
pub(crate) fn panels() -> Vec<Panel> {
    vec![
        Panel { on: SUBJECT, place: Place::Head, order: 10, draw: |cx, subject| Box::pin(panels::standing_of(cx, subject)) },
        Panel { on: SUBJECT, place: Place::Main, order: 10, draw: |cx, subject| Box::pin(panels::on_partnership(cx, subject)) },
        Panel { on: "person", place: Place::Main, order: 40, draw: |cx, subject| Box::pin(panels::on_person(cx, subject)) },
    ]
}

/// The tracker's sheets of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    fn sheet(order: u8, draw: for<'a> fn(&'a Cx, &'a Who) -> Answer<'a, Option<String>>) -> TodaySheet {
        TodaySheet { place: Place::Main, order, draw }
    }
    vec![
        sheet(10, |cx, who| Box::pin(today::for_those_who_work(cx, who))),
        sheet(15, |cx, who| Box::pin(today::for_those_who_look_after(cx, who))),
        sheet(10, |cx, who| Box::pin(today::for_partners(cx, who))),
    ]
}

/// Something that could move along, as a line.
struct Line {
    code: String,
    title: String,
    vip: bool,
    glyph: &'static str,
    words: String,
    place: String,
    when: String,
    href: String,
}

impl Line {
    fn of(framework: &Framework, partnership: &Partnership, year: SchoolYear, due: &DueNow<'_>, cx: &Cx) -> Self {
        let (practice, cycle) = (due.window.practice, due.window.cycle);
        let until = spoken(due.window.span.to, cx.today());
        Self {
            code: practice.code.clone(),
            title: practice.title.clone(),
            vip: practice.vip,
            glyph: due.glyph(),
            words: due.cell.map_or_else(|| "Nothing recorded yet".to_owned(), |cell: Cell| cell.words(framework)),
            place: partnership.name.clone(),
            when: if due.open { format!("Due by {until}") } else { format!("Was due by {until}") },
            href: format!(
                "{}/tracker?practice={}&year={}&cycle={cycle}#edit",
                partnership.subject().href,
                encoded(&practice.code),
                year.key()
            ),
        }
    }
}
