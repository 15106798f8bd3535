//! The year of the whole organisation: all partnerships' road maps below one another, and their sum by month.

use askama::Template;
use axum::extract::RawQuery;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span, spoken},
    models::{self, SupportModel},
    partnerships::{Partnership, WorkingTeam, teams_at_work},
};
use platform::{
    Cx, Error,
    access::{May, Standing, actions::See},
    paging::{Seek, Window, address},
    text::counted,
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        EntryKind, href,
        policy::RoadMaps,
        rules::{self, Entry, State},
        store,
        year::Year,
    },
    ChangeLine,
    scale::{Bar, MonthHead, Scale},
    show::{bar, month_name},
};
use crate::{frameworks::InUse, overview::store as work};

/// So many partnerships stand on a page.
const PLACES: usize = 40;
/// So many days that several share are shown.
const SHARED: usize = 8;
/// So many changes are shown.
const CHANGES: usize = 8;
/// The word in the address for all teams.
const ALL_TEAMS: &str = "all";

/// What the address says; an empty text leaves its part open.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Ask {
    /// A team's key; the visitor's own where the address says nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    model: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    year: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

/// What is looked at.
pub(super) struct Chosen {
    ask: Ask,
    pub calendar: Calendar,
    pub year: SchoolYear,
    first: SchoolYear,
    teams: Vec<WorkingTeam>,
    models: Vec<SupportModel>,
    /// In the order of support models, then by name.
    pub partnerships: Vec<Partnership>,
}

impl Chosen {
    /// Reads it: four queries.
    pub(super) async fn read(cx: &Cx, who: &Standing, query: Option<&str>) -> Result<Self, Error> {
        let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
        // What nobody knows is passed over.
        let mut ask: Ask = serde_html_form::from_str(query.unwrap_or_default()).unwrap_or_default();
        let (teams, models) = (teams_at_work(on).await?, models::all(on).await?);
        let now = calendar.year_of(today);
        let first = work::first_year(on).await?.unwrap_or(now).min(now);
        let year = ask.year.parse().ok().filter(|year| (first..=now.after()).contains(year)).unwrap_or(now);
        if ask.team.is_empty()
            && let Some(own) = teams.iter().find(|team| who.sits_in(team.id))
        {
            ask.team.clone_from(&own.slug);
        }
        if !teams.iter().any(|team| team.slug == ask.team) {
            ALL_TEAMS.clone_into(&mut ask.team);
        }
        let mut partnerships = work::at_work(on, &calendar, year, today).await?;
        partnerships.retain(|one| {
            let is_of_team = teams.iter().find(|team| team.slug == ask.team).is_none_or(|team| team.id == one.team_id);
            is_of_team && (ask.model.is_empty() || ask.model == one.model_id)
        });
        let place = |one: &Partnership| models.iter().position(|model| model.id == one.model_id);
        partnerships.sort_by_key(place);
        Ok(Self { ask, calendar, year, first, teams, models, partnerships })
    }

    fn team(&self) -> &str {
        self.teams.iter().find(|team| team.slug == self.ask.team).map_or("All teams", |team| team.name.as_str())
    }

    fn at(&self, ask: Ask) -> String {
        address("/road-map", &ask)
    }
}

/// A partnership's year in one row.
struct Row {
    name: String,
    href: String,
    said: String,
    late: String,
    bars: Vec<Bar>,
}

/// The partnerships of one support model.
struct Group {
    name: String,
    rows: Vec<Row>,
}

/// A month of the year, over all that was asked for: what is meant to be done by its end, and how much of that is.
struct Month {
    name: String,
    cells: Vec<String>,
}

/// Something that several partnerships have at the same time.
struct Shared {
    title: String,
    when: String,
    places: Vec<(String, String)>,
    more: usize,
}

#[derive(Template)]
#[template(path = "road_map/web/organisation.html")]
struct Page {
    shell: Shell,
    lede: String,
    team_links: Vec<(String, String, bool)>,
    ask: Ask,
    models: Vec<(String, String)>,
    years: Vec<(String, String)>,
    year: String,
    name: String,
    heads: Vec<MonthHead>,
    today_class: String,
    today: String,
    count: String,
    groups: Vec<Group>,
    before: String,
    after: String,
    kinds: Vec<&'static str>,
    months: Vec<Month>,
    shared: Vec<Shared>,
    changes: Vec<(String, ChangeLine)>,
    query: String,
}

/// `GET /road-map`
pub(super) async fn show(may: May<See, RoadMaps>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let (on, today) = (cx.db().read(), cx.today());
    let chosen = Chosen::read(&cx, may.who(), query.as_deref()).await?;
    let year =
        Year::read(on, &cx.settings, InUse::since(&cx, chosen.year).await?, (chosen.year, today), &chosen.partnerships).await?;
    let ids: Vec<_> = chosen.partnerships.iter().map(|one| one.id).collect();
    let changes = store::changes(on, chosen.year, &ids, CHANGES).await?;
    let scale = Scale::of(&chosen.calendar, chosen.year);
    let changes = changes.iter().filter_map(|change| {
        let place = chosen.partnerships.iter().find(|one| one.id == change.partnership_id)?;
        let mut line = ChangeLine::of(&cx, change, "", chosen.year, false)?;
        line.href = href(place, chosen.year);
        Some((place.name.clone(), line))
    });
    let changes = changes.collect();
    let (months, shared) = (months(&chosen, &year, today), shared(&chosen, &year, &cx));
    let seek = Seek { after: &chosen.ask.after, before: &chosen.ask.before };
    let count = i64::try_from(chosen.partnerships.len()).unwrap_or(i64::MAX);
    let found = Window { seek, size: PLACES }.page_of_all(chosen.partnerships.iter().collect(), |one| one.slug.clone());
    let mut groups: Vec<Group> = Vec::new();
    for one in &found.rows {
        let row = row(one, year.of(one.id), chosen.year, scale, &cx);
        match groups.last_mut().filter(|group| group.name == one.model_name) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { name: one.model_name.clone(), rows: vec![row] }),
        }
    }
    let way = |after: &str, before: &str| {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        chosen.at(Ask { after: after.to_owned(), before: before.to_owned(), ..chosen.ask.clone() })
    };
    let plain = Ask { after: String::new(), before: String::new(), ..chosen.ask.clone() };
    let teams = chosen.teams.iter().map(|team| (team.slug.as_str(), team.name.as_str()));
    let teams: Vec<(&str, &str)> =
        if chosen.teams.len() < 2 { Vec::new() } else { teams.chain([(ALL_TEAMS, "All teams")]).collect() };
    let team_links = teams
        .into_iter()
        .map(|(slug, name)| {
            let href = chosen.at(Ask { team: slug.to_owned(), ..plain.clone() });
            (name.to_owned(), href, chosen.ask.team == slug)
        })
        .collect();
    let now = chosen.calendar.year_of(today);
    page(&Page {
        shell: cx.shell("The year, for all of us", ""),
        lede: format!("{}, {}. {}.", chosen.team(), chosen.year, counted(count, "partnership", "partnerships")),
        team_links,
        models: std::iter::once((String::new(), "All models".to_owned()))
            .chain(chosen.models.iter().map(|model| (model.id.clone(), model.name.clone())))
            .collect(),
        years: (chosen.first.0..=now.after().0).rev().map(SchoolYear).map(|year| (year.key(), year.to_string())).collect(),
        year: chosen.year.key(),
        name: chosen.year.to_string(),
        heads: scale.heads(),
        today_class: scale.today(today),
        today: if scale.today(today).is_empty() { String::new() } else { spoken(today, today) },
        count: counted(count, "partnership", "partnerships"),
        groups,
        before: way("", &found.before),
        after: way(&found.after, ""),
        kinds: KINDS.into_iter().map(|(_, words)| words).chain(["Practices due"]).collect(),
        months,
        shared,
        changes,
        query: serde_html_form::to_string(&plain).unwrap_or_default(),
        ask: chosen.ask,
    })
}

fn row(one: &Partnership, entries: &[Entry], year: SchoolYear, scale: Scale, cx: &Cx) -> Row {
    let today = cx.today();
    let late = rules::late(entries, today);
    let open = entries.iter().find(|entry| entry.is_begun() && matches!(entry.state(today), State::Now | State::Late));
    let cycle = open.and_then(|entry| {
        let cycle = entry.cycle.as_ref()?;
        let step = cycle.step.as_ref().map_or_else(String::new, |step| format!(": {step}"));
        Some(format!(". Cycle {}{step}, to {}", cycle.number, spoken(cycle.ends_on, today)))
    });
    let number = year.0 - one.first_school_year + 1;
    let closing = rules::on_it(entries).find(|entry| entry.kind == EntryKind::Closing).map(|entry| entry.span.from);
    let bars = rules::on_it(entries).filter_map(|entry| {
        let state = entry.state(today);
        match entry.kind {
            EntryKind::Cycle => {
                // The last cycle is closed while it goes on: its bar ends where that begins, so that both are seen.
                let closes = closing.filter(|from| entry.span.from < *from && *from <= entry.span.to);
                let to = closes.map_or(entry.span.to, |from| from - chrono::Days::new(1));
                let drawn = Entry { span: Span { to, ..entry.span }, ..entry.clone() };
                Some(Bar { words: short(entry), ..bar(&drawn, state, scale) })
            }
            EntryKind::Closing => Some(bar(entry, state, scale)),
            EntryKind::Review => {
                let last = Span { from: entry.span.to, to: entry.span.to };
                Some(Bar { class: format!("pin {}", scale.bar(last)), words: String::new() })
            }
            EntryKind::Meeting | EntryKind::Other => None,
        }
    });
    Row {
        name: one.name.clone(),
        href: href(one, year),
        said: format!("Year {}{}", number.max(1), cycle.unwrap_or_default()),
        late: match late.as_slice() {
            [] => String::new(),
            [only] => format!("Late: {}", only.title),
            [first, ..] => format!("{} late, first: {}", late.len(), first.title),
        },
        bars: bars.collect(),
    }
}

/// A cycle by its number, anything else by its title.
fn short(entry: &Entry) -> String {
    let title = match entry.kind {
        EntryKind::Cycle => entry.title.split(':').next().unwrap_or_default(),
        _ => &entry.title,
    };
    title.to_owned()
}

/// The kinds that are added up, with the words of their columns.
const KINDS: [(EntryKind, &str); 5] = [
    (EntryKind::Cycle, "Cycles"),
    (EntryKind::Review, "Reviews"),
    (EntryKind::Meeting, "Key meetings"),
    (EntryKind::Closing, "Close and renew"),
    (EntryKind::Other, "Their own"),
];

/// What is meant to be done by the end of each month, everywhere, and how much of it is.
fn months(chosen: &Chosen, year: &Year, today: chrono::NaiveDate) -> Vec<Month> {
    let mut sums = [[(0_i64, 0_i64); KINDS.len()]; 12];
    for one in &chosen.partnerships {
        for entry in rules::on_it(year.of(one.id)) {
            let Some(kind) = KINDS.iter().position(|(kind, _)| *kind == entry.kind) else { continue };
            let sum = &mut sums[year.month_of(entry.span.to)][kind];
            match entry.state(today) {
                State::NotApplicable => continue,
                State::Done => sum.0 += 1,
                State::Late | State::Now | State::Ahead | State::Unsaid => {}
            }
            sum.1 += 1;
        }
    }
    let practices = year.practices(chosen.partnerships.iter());
    let said = |done: i64, of: i64| if of == 0 { String::new() } else { format!("{done} of {of}") };
    let months = sums.iter().zip(&practices).enumerate().map(|(month, (sums, practices))| Month {
        name: month_name(&chosen.calendar, month),
        cells: sums
            .iter()
            .map(|(done, of)| said(*done, *of))
            .chain([said(practices.enacted.into(), practices.due.into())])
            .collect(),
    });
    months.filter(|month| month.cells.iter().any(|cell| !cell.is_empty())).collect()
}

/// What several partnerships have at the same time, from now on: the next ones.
fn shared(chosen: &Chosen, year: &Year, cx: &Cx) -> Vec<Shared> {
    const NAMED: usize = 6;
    let today = cx.today();
    let mut days: std::collections::BTreeMap<(chrono::NaiveDate, String), Vec<&Partnership>> = std::collections::BTreeMap::new();
    for one in &chosen.partnerships {
        let entries = rules::on_it(year.of(one.id));
        for entry in entries.filter(|entry| matches!(entry.state(today), State::Now | State::Ahead)) {
            let places = days.entry((entry.span.to, short(entry))).or_default();
            if places.last().is_none_or(|last| last.id != one.id) {
                places.push(one);
            }
        }
    }
    let several = days.into_iter().filter(|(_, places)| places.len() > 1).take(SHARED);
    several
        .map(|((to, title), places)| Shared {
            when: format!(
                "By {}, at {}",
                spoken(to, today),
                counted(i64::try_from(places.len()).unwrap_or(0), "partnership", "partnerships")
            ),
            title,
            more: places.len().saturating_sub(NAMED),
            places: places.into_iter().take(NAMED).map(|one| (one.name.clone(), href(one, chosen.year))).collect(),
        })
        .collect()
}
