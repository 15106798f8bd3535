//! Where a practice has taken hold: by team, by support model and over the years, and how well this year.

use std::collections::HashMap;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    models::SupportModel,
    partnerships::Partnership,
};
use platform::{Error, db::ConnectionTrait, text::folded};

use super::{Framework, InUse, Practice, stays::Selected, store};
use crate::{
    overview::{
        store::ever,
        uptake::{Uptake, how_sure, of_partnership},
    },
    tracker::{Cell, Status, WELL_FROM, on_track::Cells},
};

/// The years that are shown, the present one with them.
const YEARS: i32 = 4;

/// The first year that is shown.
pub(super) fn first(calendar: &Calendar, today: NaiveDate) -> SchoolYear {
    SchoolYear(calendar.year_of(today).0 - YEARS + 1)
}

/// What a practice's page tells about where it is enacted.
pub(super) struct Hold {
    /// The years, the latest first.
    pub years: Vec<SchoolYear>,
    /// All, each team, each support model.
    pub rows: Vec<HoldRow>,
    /// What the figures come to, in a sentence.
    pub finding: String,
    /// How far small groups let anybody go.
    pub sure: String,
    /// This year's levels of quality: name, how many, of how many that say.
    pub levels: Vec<(String, i32, i32)>,
    /// Where it is enacted well this year, by name.
    pub well: Vec<WellLine>,
    /// The present school year.
    pub year: SchoolYear,
}

pub(super) struct HoldRow {
    pub name: String,
    /// A heading above it, where a new kind of group begins.
    pub heading: &'static str,
    pub uptakes: Vec<Uptake>,
}

pub(super) struct WellLine {
    pub name: String,
    pub href: String,
    pub words: String,
}

/// Reads it; nothing when the practice has not come up anywhere yet. Two queries.
pub(super) async fn of(
    on: &impl ConnectionTrait,
    (in_use, practice): (&InUse, &Practice),
    calendar: &Calendar,
    today: NaiveDate,
    models: &[SupportModel],
) -> Result<Option<Hold>, Error> {
    let framework = &in_use.now;
    let partnerships = ever(on).await?;
    let mut cells: HashMap<(PartnershipId, i32), Cells> = HashMap::new();
    let ids = framework.ids_of(practice);
    for row in store::anywhere(on, &ids).await? {
        let status = Status::from_key(&row.status).ok_or_else(|| Error::Ours(format!("a cell says {}", row.status)))?;
        let cell = Cell { status, quality: row.quality };
        let own = cells.entry((row.partnership_id, row.school_year)).or_default();
        own.extend(ids.iter().map(|id| ((*id, row.cycle), cell)));
    }
    Ok(count(in_use, practice, calendar, today, models, &partnerships, &cells))
}

fn count(
    in_use: &InUse,
    practice: &Practice,
    calendar: &Calendar,
    today: NaiveDate,
    models: &[SupportModel],
    partnerships: &[Partnership],
    cells: &HashMap<(PartnershipId, i32), Cells>,
) -> Option<Hold> {
    let (framework, selected) = (&in_use.now, Selected::of(in_use, |one| one.id == practice.id));
    let (year, none) = (calendar.year_of(today), Cells::new());
    let years: Vec<SchoolYear> = (0..YEARS).map(|back| SchoolYear(year.0 - back)).collect();
    let mut teams: Vec<&str> = partnerships.iter().map(|partnership| partnership.team_name.as_str()).collect();
    teams.sort_by_key(|team| folded(team));
    teams.dedup();
    let row = |name: &str, heading| HoldRow { name: name.to_owned(), heading, uptakes: vec![Uptake::default(); years.len()] };
    let mut all = row("All", "");
    let mut by_team: Vec<HoldRow> = teams.iter().map(|team| row(team, "")).collect();
    let mut by_model: Vec<HoldRow> = models.iter().map(|model| row(&model.name, "")).collect();
    let mut well = Vec::new();
    for (column, of) in years.iter().enumerate() {
        let day = calendar.span(*of).to.min(today);
        let schedules = selected.schedules(in_use, calendar, *of);
        for partnership in partnerships.iter().filter(|partnership| partnership.first_school_year <= of.0) {
            let own = cells.get(&(partnership.id, of.0)).unwrap_or(&none);
            for (_, _, cell) in of_partnership(schedules.schedule(partnership.id), partnership.into(), None, day, own) {
                all.uptakes[column].add(framework, cell);
                let team = teams.iter().position(|team| *team == partnership.team_name);
                let model = models.iter().position(|model| model.id == partnership.model_id);
                for row in
                    [team.and_then(|at| by_team.get_mut(at)), model.and_then(|at| by_model.get_mut(at))].into_iter().flatten()
                {
                    row.uptakes[column].add(framework, cell);
                }
                if let Some(cell) = cell.filter(|cell| *of == year && cell.quality.is_some_and(|level| level >= WELL_FROM)) {
                    well.push(WellLine {
                        name: partnership.name.clone(),
                        href: format!("{}/tracker", partnership.subject().href),
                        words: cell.words(framework),
                    });
                }
            }
        }
    }
    // Of a year before anybody kept a tracker nothing is known, which is not the same as nothing enacted.
    let is_recorded = |of: SchoolYear| of == year || cells.keys().any(|(_, recorded)| *recorded == of.0);
    let kept: Vec<usize> = (0..years.len()).filter(|column| all.uptakes[*column].of > 0 && is_recorded(years[*column])).collect();
    if kept.is_empty() {
        return None;
    }
    let finding = finding(&all.uptakes[0], all.uptakes.get(1).filter(|_| kept.contains(&1)));
    let levels = levels(framework, &all.uptakes[0]);
    let sure = how_sure(by_team.iter().chain(&by_model).filter_map(|row| row.uptakes.get(kept[0])));
    if let Some(first) = by_team.first_mut() {
        first.heading = "By team";
    }
    by_model.retain(|row| row.uptakes.iter().any(|uptake| uptake.of > 0));
    if let Some(first) = by_model.first_mut() {
        first.heading = "By support model";
    }
    let mut rows: Vec<HoldRow> = std::iter::once(all).chain(by_team).chain(by_model).collect();
    for row in &mut rows {
        row.uptakes = kept.iter().map(|column| row.uptakes[*column].clone()).collect();
    }
    let years = kept.iter().map(|column| years[*column]).collect();
    Some(Hold { years, rows, finding, sure, levels, well, year })
}

fn finding(now: &Uptake, before: Option<&Uptake>) -> String {
    let before = before.filter(|before| before.of > 0).map(|before| format!(" The year before ended with {}.", before.counts()));
    let now = match (now.of, now.enacted) {
        (0, _) => "It has not come up yet this school year.".to_owned(),
        (_, 0) => format!("It has come up in {} partnerships this school year and is enacted in none of them yet.", now.of),
        _ => format!("It is enacted in {} partnerships in which it has come up this school year.", now.counts()),
    };
    format!("{now}{}", before.unwrap_or_default())
}

fn levels(framework: &Framework, now: &Uptake) -> Vec<(String, i32, i32)> {
    let of: i32 = now.levels.values().sum();
    if of == 0 {
        return Vec::new();
    }
    let levels = framework.qualities.iter().rev();
    levels.map(|quality| (quality.name.clone(), now.levels.get(&quality.level).copied().unwrap_or(0), of)).collect()
}
