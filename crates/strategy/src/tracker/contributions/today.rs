//! What the tracker shows on Today.

use std::sync::Arc;

use askama::Template;
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::{OfEverybody, Partnership, looked_after_by},
};
use platform::{
    Cx, Error,
    access::{Kind, Standing as Who, roles},
    web::Shell,
};

use super::Line;
use crate::{
    frameworks::{InUse, Schedules},
    tracker::{
        DueNow, everybodys_cells,
        on_track::{Cells, State},
        store::{self, Supervised},
        web::Standing,
    },
};

/// Partnerships with their cells of this year.
struct Set {
    in_use: InUse,
    calendar: Calendar,
    year: SchoolYear,
    all: Vec<Supervised>,
    cells: Arc<OfEverybody<Cells>>,
    none: Cells,
}

impl Set {
    async fn read(cx: &Cx, all: Vec<Supervised>) -> Result<Option<Self>, Error> {
        if all.is_empty() {
            return Ok(None);
        }
        let Some(in_use) = InUse::today(cx).await? else { return Ok(None) };
        let calendar = Calendar::of(&cx.settings);
        let year = calendar.year_of(cx.today());
        let cells = everybodys_cells(cx).await?;
        Ok(Some(Self { in_use, calendar, year, all, cells, none: Cells::new() }))
    }

    fn cells(&self, partnership: &Partnership) -> &Cells {
        self.cells.get(partnership.id).map_or(&self.none, |cells| cells)
    }

    fn schedules(&self) -> Schedules<'_> {
        Schedules::of(&self.in_use, &self.calendar, self.year)
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
pub(super) async fn for_those_who_work(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 8;
    if !who.is_staff() {
        return Ok(None);
    }
    let on = cx.db().read();
    let all = store::where_works(on, who.person, cx.today()).await?;
    let Some(set) = Set::read(cx, all).await? else { return Ok(None) };
    let mut due: Vec<(&Partnership, DueNow<'_>)> = Vec::new();
    let schedules = set.schedules();
    for one in &set.all {
        let found =
            schedules.schedule(one.partnership.id).due((&one.partnership).into(), set.cells(&one.partnership), cx.today());
        due.extend(found.into_iter().map(|due| (&one.partnership, due)));
    }
    due.sort_by_key(|(_, due)| (!due.window.practice.vip, due.window.span.to));
    let lines = due.iter().take(MOST);
    let part = TodayWork {
        shell: cx.shell("", "/"),
        lines: lines
            .map(|(partnership, due)| Line::of(schedules.framework(partnership.id), partnership, set.year, due, cx))
            .collect(),
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
pub(super) async fn for_those_who_look_after(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    // A morning's page: the list of all that is due has the others.
    const MOST: usize = 15;
    if !who.holds(&[roles::SUPERVISOR, roles::DIRECTOR, roles::SENIOR_DIRECTOR]) {
        return Ok(None);
    }
    let leads = [roles::DIRECTOR, roles::SENIOR_DIRECTOR];
    let teams: Vec<_> = who.seats.iter().filter(|seat| leads.contains(&seat.role.as_str())).map(|seat| seat.team).collect();
    let ids: Vec<_> = looked_after_by(cx, who.person, &teams).await?.into_iter().map(|one| one.id).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let more = ids.len().saturating_sub(MOST);
    // Only what is named is read whole: a large team has hundreds.
    let all = store::named(cx.db().read(), &ids[..ids.len().min(MOST)]).await?;
    let Some(set) = Set::read(cx, all).await? else { return Ok(None) };
    let schedules = set.schedules();
    let places = set.all.iter().map(|one| {
        let partnership = &one.partnership;
        let schedule = schedules.schedule(partnership.id);
        let assessment = schedule.assess(partnership.into(), set.cells(partnership), cx.today());
        let due = schedule.due(partnership.into(), set.cells(partnership), cx.today());
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
pub(super) async fn for_partners(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 4;
    let Some(site) = who.works_at.as_deref().filter(|_| who.kind == Kind::Partner) else { return Ok(None) };
    let on = cx.db().read();
    let all = store::at_site(on, site).await?;
    let Some(set) = Set::read(cx, all).await? else { return Ok(None) };
    let schedules = set.schedules();
    let places = set.all.iter().map(|one| {
        let partnership = &one.partnership;
        let schedule = schedules.schedule(partnership.id);
        let assessment = schedule.assess(partnership.into(), set.cells(partnership), cx.today());
        let framework = schedules.framework(partnership.id);
        let standing = Standing::of(framework, assessment, cx.today());
        let due = schedule.due(partnership.into(), set.cells(partnership), cx.today());
        let lines = due.iter().take(MOST).map(|due| Line::of(framework, partnership, set.year, due, cx)).collect();
        (standing, lines, format!("{}/tracker", partnership.subject().href))
    });
    Ok(Some(TodayPartner { shell: cx.shell("", "/"), places: places.collect() }.render()?))
}
