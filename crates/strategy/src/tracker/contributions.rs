//! What the tracker shows on others' pages: a partnership's, a person's, and Today.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::{Partnership, Record, SUBJECT},
};
use platform::{
    Cx, Error,
    access::{Kind, Policy, Standing as Who, roles},
    room::{Answer, NavEntry, Panel, Place, Subject, Tab, TodaySheet},
    web::Shell,
};
use sea_orm::ConnectionTrait;

use super::{
    Cell, DueNow, cells_of, due_now,
    on_track::{Assessment, Cells, State, assess},
    store::{self, Supervised},
    web::{Standing, cell_id, encoded},
};
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
        Panel { on: SUBJECT, place: Place::Head, order: 10, draw: |cx, subject| Box::pin(standing_of(cx, subject)) },
        Panel { on: SUBJECT, place: Place::Main, order: 10, draw: |cx, subject| Box::pin(on_partnership(cx, subject)) },
        Panel { on: "person", place: Place::Main, order: 40, draw: |cx, subject| Box::pin(on_person(cx, subject)) },
    ]
}

/// The tracker's sheets of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    fn sheet(order: u8, draw: for<'a> fn(&'a Cx, &'a Who) -> Answer<'a, Option<String>>) -> TodaySheet {
        TodaySheet { place: Place::Main, order, draw }
    }
    vec![
        sheet(10, |cx, who| Box::pin(for_those_who_work(cx, who))),
        sheet(15, |cx, who| Box::pin(for_those_who_look_after(cx, who))),
        sheet(10, |cx, who| Box::pin(for_partners(cx, who))),
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
                "{}/tracker?practice={}&year={}&cycle={cycle}#{}",
                partnership.subject().href,
                encoded(&practice.code),
                year.key(),
                cell_id(&practice.code, year, cycle)
            ),
        }
    }
}

/// A partnership with its cells of this year.
struct One {
    framework: Arc<Framework>,
    calendar: Calendar,
    year: SchoolYear,
    partnership: Partnership,
    cells: Cells,
}

impl One {
    async fn read(cx: &Cx, slug: &str) -> Result<Option<Self>, Error> {
        let on = cx.db().read();
        let Some(framework) = super::framework(cx).await? else { return Ok(None) };
        let Some(partnership) = store::by_slug(on, slug).await? else { return Ok(None) };
        let calendar = Calendar::of(&cx.settings);
        let year = calendar.year_of(cx.today());
        let cells = cells_of(on, year, &[partnership.id]).await?.remove(&partnership.id).unwrap_or_default();
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
async fn standing_of(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
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
async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    const MOST: usize = 5;
    let Some(One { framework, calendar, year, mut partnership, cells }) = One::read(cx, &subject.key).await? else {
        return Ok(None);
    };
    partnership.staff = store::works_at(cx.db().read(), partnership.id, cx.today()).await?;
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
async fn on_person(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    if !cx.is(Kind::Staff) {
        return Ok(None);
    }
    let Some(framework) = super::framework(cx).await? else { return Ok(None) };
    let said = store::said_by(cx.db().read(), &subject.key, 10).await?;
    let lines: Vec<SaidLine> = said
        .into_iter()
        .filter_map(|said| {
            let cell = Cell { status: super::Status::from_key(&said.told.status)?, quality: said.told.quality };
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

/// Partnerships with their cells of this year: one query each, whatever their number.
struct Set {
    framework: Arc<Framework>,
    calendar: Calendar,
    year: SchoolYear,
    all: Vec<Supervised>,
    cells: BTreeMap<PartnershipId, Cells>,
    none: Cells,
}

impl Set {
    async fn read(cx: &Cx, on: &impl ConnectionTrait, all: Vec<Supervised>) -> Result<Option<Self>, Error> {
        if all.is_empty() {
            return Ok(None);
        }
        let Some(framework) = super::framework(cx).await? else { return Ok(None) };
        let calendar = Calendar::of(&cx.settings);
        let year = calendar.year_of(cx.today());
        let ids: Vec<PartnershipId> = all.iter().map(|one| one.partnership.id).collect();
        let cells = cells_of(on, year, &ids).await?;
        Ok(Some(Self { framework, calendar, year, all, cells, none: Cells::new() }))
    }

    fn cells(&self, partnership: &Partnership) -> &Cells {
        self.cells.get(&partnership.id).unwrap_or(&self.none)
    }

    fn due<'a>(&'a self, cx: &Cx, partnership: &'a Partnership) -> Vec<DueNow<'a>> {
        due_now(&self.framework, &self.calendar, partnership.into(), self.cells(partnership), cx.today())
    }

    fn assess(&self, cx: &Cx, partnership: &Partnership) -> Assessment {
        assess(&self.framework, &self.calendar, partnership.into(), self.cells(partnership), cx.today())
    }
}

#[derive(Template)]
#[template(path = "tracker/today_work.html")]
struct TodayWork {
    shell: Shell,
    lines: Vec<Line>,
    more: usize,
    places: Vec<(String, String)>,
}

/// What could move along this week, for those who work at partnerships.
async fn for_those_who_work(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 8;
    if !who.is_staff() {
        return Ok(None);
    }
    let on = cx.db().read();
    let all = store::where_works(on, who.person, cx.today()).await?;
    let Some(set) = Set::read(cx, on, all).await? else { return Ok(None) };
    let mut due: Vec<(&Partnership, DueNow<'_>)> = Vec::new();
    for one in &set.all {
        due.extend(set.due(cx, &one.partnership).into_iter().map(|due| (&one.partnership, due)));
    }
    due.sort_by_key(|(_, due)| (!due.window.practice.vip, due.window.span.to));
    let lines = due.iter().take(MOST);
    let part = TodayWork {
        shell: cx.shell("", "/"),
        lines: lines.map(|(partnership, due)| Line::of(&set.framework, partnership, set.year, due, cx)).collect(),
        more: due.len().saturating_sub(MOST),
        places: set
            .all
            .iter()
            .map(|one| (one.partnership.name.clone(), format!("{}/tracker", one.partnership.subject().href)))
            .collect(),
    };
    Ok(Some(part.render()?))
}

struct Looked {
    name: String,
    href: String,
    model: String,
    state: State,
    sentence: String,
    due: usize,
    vips: usize,
}

#[derive(Template)]
#[template(path = "tracker/today_look_after.html")]
struct TodayLookAfter {
    shell: Shell,
    places: Vec<Looked>,
    more: usize,
    more_href: String,
}

/// Where the work stands, for those who supervise partnerships or lead their teams.
async fn for_those_who_look_after(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 40;
    if !who.holds(&[roles::SUPERVISOR, roles::DIRECTOR, roles::SENIOR_DIRECTOR]) {
        return Ok(None);
    }
    let leads = [roles::DIRECTOR, roles::SENIOR_DIRECTOR];
    let teams: Vec<_> = who.seats.iter().filter(|seat| leads.contains(&seat.role.as_str())).map(|seat| seat.team).collect();
    let on = cx.db().read();
    let all = store::looked_after(on, who.person, &teams).await?;
    let Some(set) = Set::read(cx, on, all).await? else { return Ok(None) };
    let places = set.all.iter().take(MOST).map(|one| {
        let partnership = &one.partnership;
        let assessment = set.assess(cx, partnership);
        let due = set.due(cx, partnership);
        Looked {
            name: partnership.name.clone(),
            href: format!("{}/tracker?show=due", partnership.subject().href),
            model: partnership.model_name.clone(),
            state: assessment.state,
            sentence: assessment.all.sentence(),
            vips: due.iter().filter(|due| due.window.practice.vip).count(),
            due: due.len(),
        }
    });
    let more_href = if teams.is_empty() { format!("/due?supervisor={}", who.slug) } else { "/due".to_owned() };
    let more = set.all.len().saturating_sub(MOST);
    let part = TodayLookAfter { shell: cx.shell("", "/"), places: places.collect(), more, more_href };
    Ok(Some(part.render()?))
}

#[derive(Template)]
#[template(path = "tracker/today_partner.html")]
struct TodayPartner {
    shell: Shell,
    places: Vec<(Standing, Vec<Line>, String)>,
}

/// Where our work stands, for the people of a partner site.
async fn for_partners(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 4;
    let Some(site) = who.works_at.as_deref().filter(|_| who.kind == Kind::Partner) else { return Ok(None) };
    let on = cx.db().read();
    let all = store::at_site(on, site).await?;
    let Some(set) = Set::read(cx, on, all).await? else { return Ok(None) };
    let places = set.all.iter().map(|one| {
        let partnership = &one.partnership;
        let standing = Standing::of(&set.framework, set.assess(cx, partnership), cx.today());
        let due = set.due(cx, partnership);
        let lines = due.iter().take(MOST).map(|due| Line::of(&set.framework, partnership, set.year, due, cx)).collect();
        (standing, lines, format!("{}/tracker", partnership.subject().href))
    });
    Ok(Some(TodayPartner { shell: cx.shell("", "/"), places: places.collect() }.render()?))
}
