//! What road maps show on others' pages: a partnership's, and Today of those who work there.

use askama::Template;
use chrono::Days;
use partnerships::{
    calendar::{Calendar, spoken},
    partnerships::{Partnership, SUBJECT, find_seen, worked_at_by},
};
use platform::{
    Cx, Error,
    access::{Kind, Standing},
    room::{NavEntry, Panel, Place, Subject, Tab, TodaySheet},
    web::Shell,
};

use super::{
    href,
    rules::{self, Entry, State},
    web::{days, key_of, when},
    year::Year,
};
use crate::frameworks::InUse;

/// The road map's tab on a partnership's pages.
pub(crate) const TAB: Tab = Tab { on: SUBJECT, label: "Road map", path: "/road-map", order: 28, shown_to: sees_partnerships };

/// The year of all partnerships, for the search.
pub(crate) const NAV: NavEntry = NavEntry {
    label: "The year, for all of us",
    href: "/road-map",
    icon: "cal",
    order: 61,
    in_bar: false,
    wide: true,
    shown_to: Standing::is_staff,
};

fn sees_partnerships(who: &Standing) -> bool {
    matches!(who.kind, Kind::Staff | Kind::Partner)
}

/// The road map's part of a partnership's page.
pub(crate) fn panels() -> Vec<Panel> {
    vec![Panel { on: SUBJECT, place: Place::Main, order: 8, draw: |cx, subject| Box::pin(on_partnership(cx, subject)) }]
}

/// An entry as others' pages show it.
struct Line {
    title: String,
    place: String,
    when: String,
    state: State,
    href: String,
}

#[derive(Template)]
#[template(path = "road_map/on_partnership.html")]
struct OnPartnership {
    shell: Shell,
    year: String,
    late: Vec<Line>,
    more_late: usize,
    next: Vec<Line>,
    href: String,
}

/// What is late and what comes next, there.
async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    const LATE: usize = 3;
    const NEXT: usize = 3;
    let Some(who) = &cx.who else { return Ok(None) };
    let Some(partnership) = find_seen(cx, who, &subject.key).await? else { return Ok(None) };
    let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
    let year = calendar.year_of(today);
    let found = Year::read(
        cx.db().read(),
        &cx.settings,
        InUse::since(cx, year).await?,
        (year, today),
        std::slice::from_ref(&partnership),
    )
    .await?;
    let entries = found.of(partnership.id);
    let (late, next) = (rules::late(entries, today), rules::next(entries, today));
    if late.is_empty() && next.is_empty() {
        return Ok(None);
    }
    let line = |entry: &Entry| Line {
        title: entry.title.clone(),
        place: String::new(),
        when: when(entry, cx),
        state: entry.state(today),
        href: String::new(),
    };
    let part = OnPartnership {
        shell: cx.shell("", "/partnerships"),
        year: year.to_string(),
        more_late: late.len().saturating_sub(LATE),
        late: late.into_iter().take(LATE).map(line).collect(),
        next: next.into_iter().take(NEXT).map(line).collect(),
        href: href(&partnership, year),
    };
    Ok(Some(part.render()?))
}

/// The road maps' sheet of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    vec![TodaySheet { place: Place::Main, order: 13, draw: |cx, who| Box::pin(waiting(cx, who)) }]
}

#[derive(Template)]
#[template(path = "road_map/today.html")]
struct Today {
    shell: Shell,
    lines: Vec<Line>,
    more: usize,
    places: Vec<(String, String)>,
}

/// What is late, and what is meant to be done within two weeks: for those who work there. Cycles have their own sheet.
async fn waiting(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    const MOST: usize = 6;
    if !who.is_staff() {
        return Ok(None);
    }
    let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
    let places = worked_at_by(on, who.person, today).await?;
    if places.is_empty() {
        return Ok(None);
    }
    let year = calendar.year_of(today);
    let found = Year::read(on, &cx.settings, InUse::since(cx, year).await?, (year, today), &places).await?;
    let soon = today + Days::new(14);
    let mut waiting: Vec<(&Partnership, &Entry)> = Vec::new();
    for place in &places {
        let entries = found.of(place.id);
        let late = rules::late(entries, today);
        let next = rules::next(entries, today).into_iter().filter(|entry| entry.span.to <= soon);
        waiting.extend(late.into_iter().chain(next).filter(|entry| !entry.is_begun()).map(|entry| (place, entry)));
    }
    if waiting.is_empty() {
        return Ok(None);
    }
    waiting.sort_by_key(|(_, entry)| (entry.span.to, entry.name.clone()));
    let more = waiting.len().saturating_sub(MOST);
    let lines = waiting.into_iter().take(MOST).map(|(place, entry)| {
        let state = entry.state(today);
        Line {
            title: entry.title.clone(),
            place: place.name.clone(),
            when: match state {
                State::Late => format!("Was meant for {}", days(entry.span, cx)),
                _ => format!("By {}", spoken(entry.span.to, today)),
            },
            state,
            href: format!("{}/road-map/entries/{}", place.subject().href, key_of(year, &entry.name)),
        }
    });
    let lines = lines.collect();
    let places = places.iter().map(|place| (place.name.clone(), href(place, year))).collect();
    Ok(Some(Today { shell: cx.shell("", "/"), lines, more, places }.render()?))
}
