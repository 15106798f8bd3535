//! What is due now over all partnerships, for those who look after several.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Query, response::Response};
use chrono::NaiveDate;
use partnerships::calendar::{Calendar, spoken};
use platform::{
    Cx, Error,
    access::{May, Policy, Standing, Whole, actions::See},
    sheet::Sheet,
    text::{counted, folded},
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::encoded;
use crate::{
    frameworks::{InUse, Schedules},
    tracker::{
        Cell, everybodys_cells,
        on_track::Cells,
        store::{self, Supervised},
    },
};

/// What is due anywhere.
#[derive(Default)]
pub(crate) struct WhatIsDue;

impl Whole for WhatIsDue {
    const NAME: &'static str = "what is due";
}

impl Policy<See> for WhatIsDue {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

/// The filters, and where the page begins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    team: String,
    region: String,
    model: String,
    supervisor: String,
    vips: String,
    after: String,
}

impl Asked {
    fn filters(&self) -> String {
        let fields = [
            ("team", &self.team),
            ("region", &self.region),
            ("model", &self.model),
            ("supervisor", &self.supervisor),
            ("vips", &self.vips),
        ];
        let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| format!("{name}={}&", encoded(value))).collect()
    }

    fn takes(&self, one: &Supervised) -> bool {
        let is = |asked: &str, has: &str| asked.is_empty() || asked == has;
        is(&self.team, &one.team_slug)
            && is(&self.region, &one.partnership.region)
            && is(&self.model, &one.partnership.model_id)
            && is(&self.supervisor, one.supervisor_slug.as_deref().unwrap_or_default())
    }
}

struct Line {
    /// Orders lines, and says where the next page begins.
    key: String,
    code: String,
    title: String,
    vip: bool,
    glyph: &'static str,
    words: String,
    place: String,
    team: String,
    supervisor: String,
    cycle: i32,
    until: NaiveDate,
    when: String,
    href: String,
}

const PAGE: usize = 50;

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "tracker/due.html")]
struct DuePage {
    shell: Shell,
    asked: Asked,
    teams: Choices,
    regions: Choices,
    models: Choices,
    supervisors: Choices,
    lines: Vec<Line>,
    summary: String,
    first: String,
    next: String,
    has_framework: bool,
}

/// `GET /due`
pub(super) async fn show(_may: May<See, WhatIsDue>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let in_use = InUse::today(&cx).await?;
    let all = store::at_work(cx.db().read()).await?;
    let lines = match &in_use {
        Some(in_use) => lines(&cx, in_use, &all, &asked).await?,
        None => Vec::new(),
    };
    let count = i64::try_from(lines.len()).unwrap_or(0);
    let mut shown: Vec<Line> = lines.into_iter().filter(|line| line.key > asked.after).take(PAGE + 1).collect();
    let has_more = shown.len() > PAGE;
    shown.truncate(PAGE);
    let address = |after: &str| format!("/due?{}after={}", asked.filters(), encoded(after));
    page(&DuePage {
        shell: cx.shell("Due now", "/"),
        teams: choices(&all, "All teams", |one| Some((one.team_slug.clone(), one.partnership.team_name.clone()))),
        regions: choices(&all, "All regions", |one| Some((one.partnership.region.clone(), named(&one.partnership.region)))),
        models: choices(&all, "All models", |one| Some((one.partnership.model_id.clone(), one.partnership.model_name.clone()))),
        supervisors: choices(&all, "Anybody", |one| one.supervisor_slug.clone().zip(one.supervisor_name.clone())),
        summary: format!("{} due now.", counted(count, "practice is", "practices are")),
        first: if asked.after.is_empty() { String::new() } else { address("") },
        next: if has_more { shown.last().map(|line| address(&line.key)).unwrap_or_default() } else { String::new() },
        lines: shown,
        asked,
        has_framework: in_use.is_some(),
    })
}

/// `GET /due/export/{ending}`
pub(super) async fn export(may: May<See, WhatIsDue>, cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let all = store::at_work(cx.db().read()).await?;
    let lines = match InUse::today(&cx).await? {
        Some(in_use) => lines(&cx, &in_use, &all, &asked).await?,
        None => Vec::new(),
    };
    let rows = lines.into_iter().map(|line| {
        vec![
            line.place.into(),
            line.team.into(),
            line.supervisor.into(),
            line.code.into(),
            line.title.into(),
            if line.vip { "yes" } else { "no" }.into(),
            line.cycle.into(),
            line.until.into(),
            line.words.into(),
        ]
    });
    let sheet = Sheet {
        name: "due-now".to_owned(),
        header: vec!["partnership", "team", "supervisor", "practice", "title", "vip", "cycle", "due_by", "now"],
        rows: rows.collect(),
    };
    sheet.download(may.ids().get("ending")?)
}

fn named(region: &str) -> String {
    let mut letters = region.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn choices(all: &[Supervised], any: &str, of: impl Fn(&Supervised) -> Option<(String, String)>) -> Choices {
    let known: BTreeMap<String, (String, String)> =
        all.iter().filter_map(of).map(|(key, name)| (folded(&name), (key, name))).collect();
    std::iter::once((String::new(), any.to_owned())).chain(known.into_values()).collect()
}

async fn lines(cx: &Cx, in_use: &InUse, all: &[Supervised], asked: &Asked) -> Result<Vec<Line>, Error> {
    let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
    let asked_for: Vec<&Supervised> = all.iter().filter(|one| asked.takes(one)).collect();
    let cells = everybodys_cells(cx).await?;
    let (none, schedules) = (Cells::new(), Schedules::of(in_use, &calendar, calendar.year_of(today)));
    let mut lines = Vec::new();
    for one in asked_for {
        let partnership = &one.partnership;
        let cells = cells.get(partnership.id).map_or(&none, |cells| cells);
        let framework = schedules.framework(partnership.id);
        for due in schedules.schedule(partnership.id).due(partnership.into(), cells, today) {
            let (practice, cycle, until) = (due.window.practice, due.window.cycle, due.window.span.to);
            if !asked.vips.is_empty() && !practice.vip {
                continue;
            }
            let year = calendar.year_of(today);
            lines.push(Line {
                key: format!("{}|{until}|{}|{}|{cycle}", u8::from(!practice.vip), folded(&partnership.name), practice.code),
                code: practice.code.clone(),
                title: practice.title.clone(),
                vip: practice.vip,
                glyph: due.glyph(),
                words: due.cell.map_or_else(|| "Nothing recorded yet".to_owned(), |cell: Cell| cell.words(framework)),
                place: partnership.name.clone(),
                team: partnership.team_name.clone(),
                supervisor: one.supervisor_name.clone().unwrap_or_default(),
                cycle,
                until,
                when: if due.open {
                    format!("due by {}", spoken(until, today))
                } else {
                    format!("was due by {}", spoken(until, today))
                },
                href: format!(
                    "{}/tracker?practice={}&year={}&cycle={cycle}#edit",
                    partnership.subject().href,
                    encoded(&practice.code),
                    year.key()
                ),
            });
        }
    }
    lines.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(lines)
}
