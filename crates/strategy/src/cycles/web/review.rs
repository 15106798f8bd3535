//! The cycles of all partnerships side by side.

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::{
    calendar::{SchoolYear, spoken},
    partnerships::teams_at_work,
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    paging::{Seek, Window, address},
    sheet::Sheet,
    text::counted,
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use crate::cycles::{
    LEARNINGS,
    foresight::{self, Foresight},
    href,
    review::{self, Asked, Learned, Place, Review},
    words,
};

/// The most learnings that a file takes along.
const MOST: usize = 10_000;
/// Nothing noted for so many days is worth asking about while a cycle runs.
const QUIET_DAYS: i64 = 21;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    practice: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Ask {
    fn asked(&self) -> Asked<'_> {
        Asked { team: &self.team, kind: &self.kind, practice: self.practice.trim() }
    }
}

/// The partnerships whose cycle stands in one step.
struct Lane {
    name: String,
    places: Vec<(String, String, String)>,
}

/// A cycle that might welcome somebody.
struct Waits {
    name: String,
    href: String,
    reasons: String,
}

struct Line {
    text: String,
    kind: &'static str,
    place: String,
    href: String,
    cycle: String,
    said: String,
    for_others: String,
    codes: String,
}

#[derive(Template)]
#[template(path = "cycles/web/review.html")]
struct Page {
    shell: Shell,
    ask: Ask,
    teams: Vec<(String, String)>,
    lanes: Vec<Lane>,
    without: Vec<(String, String)>,
    waits: Vec<Waits>,
    more_waits: Vec<Waits>,
    learned: Vec<Line>,
    foresight: Option<Foresight>,
    before: String,
    after: String,
}

impl Page {
    fn export(&self, ending: &str) -> String {
        let ask = Ask { after: String::new(), before: String::new(), ..self.ask.clone() };
        address(&format!("/cycles/review/learnings/{ending}"), &ask)
    }

    fn is_narrowed(&self) -> bool {
        [&self.ask.kind, &self.ask.practice].iter().any(|asked| !asked.is_empty())
    }
}

/// `GET /cycles`
pub(super) async fn show(may: May<See, Review>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    // Nobody of us sees less than another here; the permission says that it is one of us.
    let _ = may;
    let (on, today) = (cx.db().read(), cx.today());
    let teams = teams_at_work(on).await?;
    let places = review::places(on, &ask.team, today).await?;
    let seek = Seek { after: &ask.after, before: &ask.before };
    let found = review::learned(on, &ask.asked(), Window::from(seek)).await?;
    let (condition, params) = if ask.team.is_empty() {
        ("c.owner_kind = 'partnership'", vec![])
    } else {
        ("c.owner_kind = 'partnership' and t.slug = $1", vec![ask.team.as_str().into()])
    };
    let foreseen = foresight::of_cycles(on, condition, params).await?;
    let way = |after: &str, before: &str| {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        let ask = Ask { after: after.to_owned(), before: before.to_owned(), ..ask.clone() };
        format!("{}#learned", address("/cycles", &ask))
    };
    let mut waits: Vec<Waits> = places.iter().filter_map(|place| waits(place, today)).collect();
    let more_waits = if waits.len() > 8 { waits.split_off(8) } else { Vec::new() };
    page(&Page {
        shell: cx.shell("Cycles, side by side", ""),
        teams: std::iter::once((String::new(), "All teams".to_owned()))
            .chain(teams.into_iter().map(|team| (team.slug, team.name)))
            .collect(),
        lanes: lanes(&places, today),
        without: places
            .iter()
            .filter(|place| place.key.is_none())
            .map(|place| (place.name.clone(), format!("/partnerships/{}/cycles", place.slug)))
            .collect(),
        waits,
        more_waits,
        learned: found.rows.iter().map(|row| line(row, today)).collect(),
        foresight: foresight::look(&foreseen),
        before: way("", &found.before),
        after: way(&found.after, ""),
        ask,
    })
}

/// Open cycles by template and step, in the order of steps.
fn lanes(places: &[Place], today: NaiveDate) -> Vec<Lane> {
    let mut lanes: Vec<((String, i32), Lane)> = Vec::new();
    for place in places {
        let (Some(key), Some(template), Some(step)) = (&place.key, &place.template, &place.step) else { continue };
        let order = (template.clone(), place.step_position.unwrap_or(0));
        let ends = place.ends_on.map(|day| format!("to {}", spoken(day, today))).unwrap_or_default();
        let line = (place.name.clone(), href(key), ends);
        match lanes.iter_mut().find(|(known, _)| *known == order) {
            Some((_, lane)) => lane.places.push(line),
            None => lanes.push((order, Lane { name: format!("{template}: {step}"), places: vec![line] })),
        }
    }
    // The template that most use comes first.
    let users = |template: &str| places.iter().filter(|place| place.template.as_deref() == Some(template)).count();
    lanes.sort_by_key(|((template, position), _)| (std::cmp::Reverse(users(template)), template.clone(), *position));
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

fn waits(place: &Place, today: NaiveDate) -> Option<Waits> {
    let key = place.key.as_ref()?;
    let mut reasons = Vec::new();
    if place.ends_on.is_some_and(|day| day < today) {
        reasons.push(place.ends_on.map(|day| format!("it ended on {}, and is not closed", spoken(day, today)))?);
    }
    if place.late > 0 {
        reasons.push(format!("{} meant to be done by now", counted(place.late, "action was", "actions were")));
    }
    if place.goals == 0 {
        reasons.push("no goal is written down".to_owned());
    } else if place.unpredicted > 0 {
        reasons.push(format!("nobody said how sure they are of {}", counted(place.unpredicted, "goal", "goals")));
    }
    if place.last_noted.is_some_and(|day| (today - day).num_days() > QUIET_DAYS) {
        reasons.push(place.last_noted.map(|day| format!("the last note is of {}", spoken(day, today)))?);
    }
    if reasons.is_empty() {
        return None;
    }
    let mut reasons = reasons.join("; ");
    reasons.replace_range(..1, &reasons[..1].to_uppercase());
    Some(Waits {
        name: format!("{}, Cycle {}: {}", place.name, place.number?, place.title.as_ref()?),
        href: href(key),
        reasons: format!("{reasons}."),
    })
}

fn line(row: &Learned, today: NaiveDate) -> Line {
    Line {
        text: row.text.clone(),
        kind: LEARNINGS.iter().find(|(key, _)| *key == row.kind).map_or("", |(_, words)| words),
        place: row.place.clone(),
        href: format!("{}#assessment", href(&row.cycle)),
        cycle: format!("Cycle {} of {}", row.number, SchoolYear(row.school_year)),
        said: format!("{}, {}", row.author, spoken(row.written_on, today)),
        for_others: row.for_others.clone(),
        codes: row.codes.clone(),
    }
}

/// `GET /cycles/review/learnings/{ending}`
pub(super) async fn export(may: May<See, Review>, cx: Cx, Query(ask): Query<Ask>) -> Result<axum::response::Response, Error> {
    let window = Window { seek: Seek::default(), size: MOST };
    let found = review::learned(cx.db().read(), &ask.asked(), window).await?;
    let rows = found.rows.iter().map(|row| {
        vec![
            row.partnership.as_str().into(),
            row.place.as_str().into(),
            SchoolYear(row.school_year).key().into(),
            row.number.into(),
            words::of(&LEARNINGS, &row.kind).into(),
            row.text.as_str().into(),
            row.for_others.as_str().into(),
            row.codes.as_str().into(),
            row.author.as_str().into(),
            row.written_on.into(),
        ]
    });
    let sheet = Sheet {
        name: "learnings".to_owned(),
        header: vec![
            "partnership",
            "name",
            "school_year",
            "cycle",
            "kind",
            "text",
            "for_others",
            "practices",
            "author",
            "written_on",
        ],
        rows: rows.collect(),
    };
    sheet.download(may.ids().get("ending")?)
}
