//! The overview, and the partnerships behind one of its cells.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, RawQuery};
use partnerships::calendar::{ClosedDays, SchoolYear, spoken};
use platform::{
    Cx, Error,
    access::{May, Routes, actions::See},
    paging::Seek,
    text::counted,
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::{
    choice::{ALL_TEAMS, Choice},
    data::{Data, Work},
    export,
    heat::{Behind, behind},
    lanes::{LaneLine, line, standing},
    picture::Picture,
    policy::Overview,
};
use crate::tracker::on_track::State;

/// The routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/overview", show)
        .get("/overview/cell", cell)
        .get("/overview/standing/{state}", those_who_stand_so)
        .get("/overview/export/{table}/{ending}", export::download)
}

#[derive(Template)]
#[template(path = "overview/show.html")]
struct ShowPage {
    shell: Shell,
    lede: String,
    teams: Vec<TeamLink>,
    fields: Fields,
    summary: String,
    picture: Arc<Picture>,
    rule: String,
    thresholds: String,
    days_until: String,
    how_sure: &'static str,
    query: String,
    vips: bool,
}

#[derive(Template)]
#[template(path = "overview/none.html")]
struct NonePage {
    shell: Shell,
}

#[derive(Template)]
#[template(path = "overview/cell.html")]
struct CellPage {
    shell: Shell,
    code: String,
    title: String,
    practice_href: String,
    good: String,
    place: String,
    back: String,
    lines: Vec<Behind>,
}

struct TeamLink {
    name: String,
    href: String,
    current: bool,
}

/// The choices that the form offers: value and words, and what is chosen.
struct Fields {
    teams: Vec<(String, String)>,
    models: Vec<(String, String)>,
    networks: Vec<(String, String)>,
    years: Vec<(String, String)>,
    cycles: Vec<(String, String)>,
    practices: Vec<(String, String)>,
    chosen_practices: &'static str,
    choice: Choice,
    year: String,
    cycle: String,
}

async fn show(may: May<See, Overview>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let shell = cx.shell("How are we doing, together?", "/overview");
    let Some(data) = Data::read(&cx, may.who(), Choice::read(query.as_deref())).await? else {
        return page(&NonePage { shell });
    };
    let picture = Picture::of(&cx, &data).await?;
    let framework = &data.framework;
    page(&ShowPage {
        shell,
        lede: lede(&data),
        teams: team_links(&data),
        fields: fields(&data),
        summary: summary(&data),
        picture,
        rule: framework.rule.clone(),
        thresholds: format!(
            "On track from {:.0} per cent, wobbling from {:.0}. A very important practice (VIP) that has waited for more than {} days makes it wobble.",
            framework.on_track_from * 100.0,
            framework.watch_from * 100.0,
            framework.vip_days_to_watch
        ),
        days_until: spoken(data.day, data.today),
        how_sure: ClosedDays::of(&cx.settings).how_sure(),
        query: data.choice.query(),
        vips: data.choice.vips,
    })
}

/// Where in the list a page stands.
#[derive(Deserialize)]
struct PageFrom {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

#[derive(Template)]
#[template(path = "overview/standing.html")]
struct StandingPage {
    shell: Shell,
    state: State,
    place: String,
    count: String,
    back: String,
    lines: Vec<LaneLine>,
    before: String,
    after: String,
}

/// `GET /overview/standing/{state}`
async fn those_who_stand_so(
    may: May<See, Overview>,
    cx: Cx,
    RawQuery(query): RawQuery,
    Query(from): Query<PageFrom>,
) -> Answered {
    let state = State::from_key(may.ids().get("state")?).ok_or(Error::NotFound)?;
    let data = Data::read(&cx, may.who(), Choice::read(query.as_deref())).await?.ok_or(Error::NotFound)?;
    let all: Vec<&Work> = standing(&data, state).collect();
    let count = counted(i64::try_from(all.len()).unwrap_or_default(), "partnership", "partnerships");
    let seek = Seek { after: &from.after, before: &from.before };
    let found = seek.page_of_all(all, |work| work.partnership.slug.clone());
    let query = data.choice.query();
    let way = |name: &str, key: &str| match key {
        "" => String::new(),
        key => format!("/overview/standing/{}?{query}&{name}={key}", state.key()),
    };
    page(&StandingPage {
        shell: cx.shell(state.words(), "/overview"),
        place: place(&data),
        count,
        back: format!("/overview?{query}"),
        lines: found.rows.into_iter().map(|work| line(&data, work)).collect(),
        before: way("before", &found.before),
        after: way("after", &found.after),
        state,
    })
}

async fn cell(may: May<See, Overview>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let choice = Choice::read(query.as_deref());
    let data = Data::read(&cx, may.who(), choice).await?.ok_or(Error::NotFound)?;
    let practice = data.framework.practice(&data.choice.practice).ok_or(Error::NotFound)?;
    page(&CellPage {
        shell: cx.shell(format!("{} in {}", practice.code, place(&data)), "/overview"),
        code: practice.code.clone(),
        title: practice.title.clone(),
        practice_href: practice.subject().href,
        good: practice.good.clone(),
        place: place(&data),
        back: format!("/overview?{}", Choice { practice: String::new(), model: String::new(), ..data.choice.clone() }.query()),
        lines: behind(&data),
    })
}

/// The part of the organisation that is looked at: `Lakes team, Intensive`.
fn place(data: &Data) -> String {
    let team = data.choice.team(&data.teams).map_or("all teams", |team| team.name.as_str());
    let model = data.models.iter().find(|model| model.id == data.choice.model).map(|model| model.name.as_str());
    [Some(team), model].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn lede(data: &Data) -> String {
    let team = data.choice.team(&data.teams).map_or("All teams", |team| team.name.as_str());
    if !data.is_now() {
        return format!(
            "{team}, school year {}, as it stood at its end. What do we see now that we did not see then?",
            data.year
        );
    }
    let cycle = data.framework.cycle_at(&data.calendar, data.day).filter(|(_, span)| span.contains(data.day));
    let cycle = cycle.map(|(cycle, span)| {
        let week = (data.day - span.from).num_days() / 7 + 1;
        format!(", {}, week {week}", cycle.name)
    });
    let (day, cycle) = (spoken(data.day, data.today), cycle.unwrap_or_default());
    format!("{} {day}. {team}{cycle}. What needs a person, not a report?", data.day.format("%A"))
}

fn team_links(data: &Data) -> Vec<TeamLink> {
    if data.teams.len() < 2 {
        return Vec::new();
    }
    let link = |slug: &str, name: &str| TeamLink {
        name: name.to_owned(),
        href: format!("/overview?{}", Choice { team: Some(slug.to_owned()), ..data.choice.clone() }.query()),
        current: data.choice.team.as_deref() == Some(slug),
    };
    data.teams.iter().map(|team| link(&team.slug, &team.name)).chain([link(ALL_TEAMS, "All teams")]).collect()
}

fn fields(data: &Data) -> Fields {
    let pair = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    let now = data.calendar.year_of(data.today);
    let years = (data.first.0..=now.0).rev().map(SchoolYear).map(|year| (year.key(), year.to_string()));
    let teams = data.teams.iter().map(|team| pair(&team.slug, &team.name)).chain([pair(ALL_TEAMS, "All teams")]);
    let models = data.models.iter().map(|model| pair(&model.id, &model.name));
    let networks = data.networks.iter().map(|network| pair(network, &network_name(network)));
    let cycles = data.framework.cycles.iter().map(|cycle| (cycle.number.to_string(), cycle.name.clone()));
    Fields {
        teams: teams.collect(),
        models: [pair("", "All models")].into_iter().chain(models).collect(),
        networks: [pair("", "All, and none")].into_iter().chain(networks).collect(),
        years: years.collect(),
        cycles: [pair("", "All so far")].into_iter().chain(cycles).collect(),
        practices: vec![pair("", "All practices"), pair("vips", "VIPs")],
        chosen_practices: if data.choice.vips { "vips" } else { "" },
        year: data.year.key(),
        cycle: data.choice.cycle.map(|cycle| cycle.to_string()).unwrap_or_default(),
        choice: data.choice.clone(),
    }
}

fn summary(data: &Data) -> String {
    let practices = if data.choice.vips { "VIPs" } else { "all practices" };
    format!("{}, {practices}, {}: change", place(data), data.year)
}

/// A network's key as a word: `tidewater` becomes `Tidewater`.
fn network_name(key: &str) -> String {
    let spaced = key.replace('-', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
