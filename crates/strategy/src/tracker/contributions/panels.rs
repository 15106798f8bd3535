//! What the tracker shows on a partnership's page and on a person's.

use std::sync::Arc;

use askama::Template;
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::{Partnership, Record, find_seen},
};
use platform::{
    Cx, Error,
    access::{Kind, Policy},
    room::Subject,
    web::Shell,
};

use super::Line;
use crate::{
    frameworks::{Framework, framework_of},
    tracker::{
        self, Cell, Status, due_now, everybodys_cells,
        on_track::{Cells, assess},
        store,
        web::{Standing, encoded},
    },
};

/// A partnership with its cells of this year.
struct One {
    framework: Arc<Framework>,
    calendar: Calendar,
    year: SchoolYear,
    partnership: Partnership,
    cells: Arc<Cells>,
}

impl One {
    async fn read(cx: &Cx, slug: &str) -> Result<Option<Self>, Error> {
        let Some(who) = &cx.who else { return Ok(None) };
        let Some(partnership) = find_seen(cx, who, slug).await? else { return Ok(None) };
        let Some(framework) = framework_of(cx, partnership.id).await? else { return Ok(None) };
        let calendar = Calendar::of(&cx.settings);
        let year = calendar.year_of(cx.today());
        let cells = everybodys_cells(cx).await?.get(partnership.id).cloned().unwrap_or_default();
        Ok(Some(Self { framework, calendar, year, partnership, cells }))
    }
}

#[derive(Template)]
#[template(path = "tracker/standing.html")]
struct StandingPart {
    shell: Shell,
    standing: Standing,
}

/// Where it stands, under the title.
pub(super) async fn standing_of(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(one) = One::read(cx, &subject.key).await? else { return Ok(None) };
    let assessment = assess(&one.framework, &one.calendar, (&one.partnership).into(), &one.cells, cx.today());
    let standing = Standing::of(&one.framework, assessment, cx.today());
    Ok(Some(StandingPart { shell: cx.shell("", "/partnerships"), standing }.render()?))
}

#[derive(Template)]
#[template(path = "tracker/on_partnership.html")]
struct OnPartnership {
    shell: Shell,
    lines: Vec<Line>,
    more: usize,
    href: String,
    may_record: bool,
}

/// What is due now, the first of it.
pub(super) async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    const MOST: usize = 5;
    let Some(One { framework, calendar, year, partnership, cells }) = One::read(cx, &subject.key).await? else {
        return Ok(None);
    };
    let due = due_now(&framework, &calendar, (&partnership).into(), &cells, cx.today());
    let part = OnPartnership {
        shell: cx.shell("", "/partnerships"),
        lines: due.iter().take(MOST).map(|due| Line::of(&framework, &partnership, year, due, cx)).collect(),
        more: due.len().saturating_sub(MOST),
        href: format!("{}/tracker", subject.href),
        may_record: cx.who.as_ref().is_some_and(|who| <Partnership as Policy<Record>>::permits(who, &partnership)),
    };
    Ok(Some(part.render()?))
}

struct SaidLine {
    glyph: &'static str,
    words: String,
    code: String,
    title: String,
    place: String,
    when: String,
    note: String,
    href: String,
}

#[derive(Template)]
#[template(path = "tracker/on_person.html")]
struct OnPerson {
    shell: Shell,
    lines: Vec<SaidLine>,
}

/// What a person said lately; staff read one another's work.
pub(super) async fn on_person(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    if !cx.is(Kind::Staff) {
        return Ok(None);
    }
    let Some(framework) = tracker::framework(cx).await? else { return Ok(None) };
    let said = store::said_by(cx.db().read(), &subject.key, 10).await?;
    let lines: Vec<SaidLine> = said
        .into_iter()
        .filter_map(|said| {
            let cell = Cell { status: Status::from_key(&said.told.status)?, quality: said.told.quality };
            let year = SchoolYear(said.told.school_year);
            Some(SaidLine {
                glyph: cell.glyph(),
                words: cell.words(&framework),
                place: said.place,
                when: spoken(cx.settings.local(said.told.entered_at).date(), cx.today()),
                note: said.told.note,
                href: format!(
                    "/partnerships/{}/tracker?practice={}&year={}&cycle={}#edit",
                    said.slug,
                    encoded(&said.code),
                    year.key(),
                    said.told.cycle
                ),
                code: said.code,
                title: said.title,
            })
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    Ok(Some(OnPerson { shell: cx.shell("", "/people"), lines }.render()?))
}
