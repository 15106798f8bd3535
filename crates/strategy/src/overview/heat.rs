//! The map of practices by team and support model: shares with their counts, each leading to the partnerships behind it.

use std::collections::HashMap;

use partnerships::calendar::spoken;

use super::{
    choice::Choice,
    data::{Data, Work},
    uptake::{Uptake, how_sure, of_partnership},
};
use crate::{
    PracticeId,
    frameworks::Schedules,
    tracker::{Cell, on_track::Window},
};

pub(super) struct Heat {
    /// The teams over the columns: name and number of columns.
    pub teams: Vec<(String, usize)>,
    pub columns: Vec<Column>,
    pub rows: Vec<HeatRow>,
    /// What stands out, as a heading.
    pub finding: String,
    pub sure: String,
    /// How many practices have not come up yet.
    pub later: usize,
}

pub(super) struct Column {
    pub team: String,
    team_slug: String,
    pub model: String,
    model_id: String,
    /// Whether a new team begins here.
    pub first_of_team: bool,
}

pub(super) struct HeatRow {
    pub code: String,
    pub title: String,
    pub href: String,
    pub vip: bool,
    pub cells: Vec<HeatCell>,
}

pub(super) struct HeatCell {
    /// Whether the practice is for the model.
    pub applies: bool,
    pub uptake: Uptake,
    pub href: String,
    pub gap: bool,
}

/// Draws the map for what was asked for.
pub(super) fn heat(data: &Data) -> Heat {
    let columns = columns(data);
    let practices = data.practices();
    let mut rows: Vec<HeatRow> = practices
        .practices()
        .iter()
        .map(|practice| HeatRow {
            code: practice.code.clone(),
            title: practice.title.clone(),
            href: practice.subject().href,
            vip: practice.vip,
            cells: columns
                .iter()
                .map(|column| HeatCell {
                    applies: practice.models.contains_key(&column.model_id),
                    uptake: Uptake::default(),
                    href: cell_href(&data.choice, &practice.code, column),
                    gap: column.first_of_team,
                })
                .collect(),
        })
        .collect();
    let places: HashMap<PracticeId, usize> = practices.practices().iter().map(|practice| practice.id).zip(0..).collect();
    let schedules = practices.schedules(&data.in_use, &data.calendar, data.year);
    for work in data.chosen() {
        let Some(at) = column_of(data, &columns, work) else { continue };
        for (id, _, cell) in stands(data, &schedules, work) {
            if let Some(row) = places.get(&practices.today(id)).and_then(|row| rows.get_mut(*row)) {
                row.cells[at].uptake.add(&data.framework, cell);
            }
        }
    }
    let all = rows.len();
    rows.retain(|row| row.cells.iter().any(|cell| cell.uptake.of + cell.uptake.not_applicable > 0));
    let sure = how_sure(rows.iter().flat_map(|row| row.cells.iter().map(|cell| &cell.uptake)));
    let mut teams: Vec<(String, usize)> = Vec::new();
    for column in &columns {
        match teams.last_mut() {
            Some((name, count)) if !column.first_of_team && *name == column.team => *count += 1,
            _ => teams.push((column.team.clone(), 1)),
        }
    }
    Heat { finding: finding(&columns, &rows), sure, later: all - rows.len(), teams, rows, columns }
}

/// What one partnership's cells say about the practices that have come up there.
pub(super) fn stands<'a>(data: &Data, schedules: &Schedules<'a>, work: &Work) -> Vec<(PracticeId, Window<'a>, Option<Cell>)> {
    let schedule = schedules.schedule(work.partnership.id);
    of_partnership(schedule, (&work.partnership).into(), data.choice.cycle, data.day, &work.cells)
}

/// Teams with their support models, where there is a partnership of both among what was asked for.
fn columns(data: &Data) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for team in &data.teams {
        let mut first_of_team = !columns.is_empty();
        for model in &data.models {
            if data.chosen().any(|work| work.partnership.team_id == team.id && work.partnership.model_id == model.id) {
                columns.push(Column {
                    team: team.name.clone(),
                    team_slug: team.slug.clone(),
                    model: model.name.clone(),
                    model_id: model.id.clone(),
                    first_of_team,
                });
                first_of_team = false;
            }
        }
    }
    columns
}

fn column_of(data: &Data, columns: &[Column], work: &Work) -> Option<usize> {
    let team = data.teams.iter().find(|team| team.id == work.partnership.team_id)?;
    columns.iter().position(|column| column.team_slug == team.slug && column.model_id == work.partnership.model_id)
}

fn cell_href(choice: &Choice, code: &str, column: &Column) -> String {
    let behind = Choice {
        practice: code.to_owned(),
        team: Some(column.team_slug.clone()),
        model: column.model_id.clone(),
        ..choice.clone()
    };
    format!("/overview/cell?{}", behind.query())
}

/// The practice on which the teams are furthest apart; with one team, how many practices most partnerships enact.
fn finding(columns: &[Column], rows: &[HeatRow]) -> String {
    let mut widest: Option<(f64, String)> = None;
    for row in rows {
        let teams = by_team(columns, row);
        let shares = teams.iter().filter_map(Uptake::share);
        let (low, high) = (shares.clone().fold(f64::INFINITY, f64::min), shares.fold(f64::NEG_INFINITY, f64::max));
        if teams.len() > 1 && teams.iter().all(|team| team.of > 0) && high - low > widest.as_ref().map_or(0.0, |(gap, _)| *gap) {
            let counts = teams.iter().map(Uptake::counts).collect::<Vec<_>>();
            widest = Some((high - low, format!("The teams are furthest apart on {}: {}", row.code, counts.join(" and "))));
        }
    }
    if let Some((_, words)) = widest {
        return words;
    }
    let most = rows.iter().filter(|row| {
        let mut all = Uptake::default();
        row.cells.iter().for_each(|cell| all.and(&cell.uptake));
        all.share().is_some_and(|share| share >= 0.8)
    });
    match (rows.len(), most.count()) {
        (0, _) => String::new(),
        (1, 0) => "The one practice that has come up is enacted in fewer than four fifths of the partnerships".to_owned(),
        (1, _) => "The one practice that has come up is enacted in most partnerships".to_owned(),
        (all, most) => {
            format!("{most} of the {all} practices that have come up are enacted in four fifths of the partnerships or more")
        }
    }
}

fn by_team(columns: &[Column], row: &HeatRow) -> Vec<Uptake> {
    let mut teams: Vec<(&str, Uptake)> = Vec::new();
    for (column, cell) in columns.iter().zip(&row.cells) {
        match teams.iter_mut().find(|(slug, _)| *slug == column.team_slug) {
            Some((_, uptake)) => uptake.and(&cell.uptake),
            None => teams.push((&column.team_slug, cell.uptake.clone())),
        }
    }
    teams.into_iter().map(|(_, uptake)| uptake).collect()
}

pub(super) struct Behind {
    pub name: String,
    pub href: String,
    pub glyph: &'static str,
    pub words: String,
    pub note: String,
}

/// The partnerships behind a cell, by name.
pub(super) fn behind(data: &Data) -> Vec<Behind> {
    let practices = data.practices();
    let schedules = practices.schedules(&data.in_use, &data.calendar, data.year);
    let lines = data.chosen().filter_map(|work| {
        let (_, window, cell) = stands(data, &schedules, work).into_iter().next()?;
        let word = if window.span.ended_before(data.day) { "Was open until" } else { "Open until" };
        Some(Behind {
            name: work.partnership.name.clone(),
            href: format!("{}/tracker", work.partnership.subject().href),
            glyph: cell.map_or("none", Cell::glyph),
            words: cell.map_or_else(|| "Nothing entered yet".to_owned(), |cell| cell.words(&data.framework)),
            note: format!("{word} {}", spoken(window.span.to, data.today)),
        })
    });
    lines.collect()
}
