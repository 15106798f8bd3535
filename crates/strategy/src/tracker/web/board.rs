//! What all parts of a partnership's tracker are drawn from: its cells of this school year and the one before.

use std::sync::Arc;

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::Partnership,
};
use platform::{Cx, Error};

use super::{Chosen, encoded};
use crate::{
    frameworks::{CycleMonths, Framework, InUse, Practice},
    tracker::{
        Cell, DueNow, due_now,
        on_track::{Assessment, Cells, assess},
        rules,
        store::{self, YearCells},
    },
};

/// A cycle as a column.
pub(super) struct Column {
    pub year: SchoolYear,
    pub cycle: i32,
    pub top: String,
    pub below: String,
    /// What stands in the cells of a phone.
    pub short: String,
    pub class: &'static str,
    pub name: String,
    pub opens: NaiveDate,
    is_open: bool,
}

/// What stands where a practice and a cycle meet.
pub(super) enum Spot {
    /// The practice is not due in that cycle.
    Nothing,
    /// The cycle has not begun.
    Later,
    Cell(GridCell),
}

/// A cell as a link to its form.
pub(super) struct GridCell {
    pub id: String,
    pub href: String,
    pub part: String,
    pub glyph: &'static str,
    pub words: String,
    pub short: String,
    pub is_chosen: bool,
}

/// Where the work stands, above the grid.
pub(in crate::tracker) struct Standing {
    pub all: Assessment,
    pub sentence: String,
    pub vip_sentence: String,
    pub rule: String,
}

impl Standing {
    pub(in crate::tracker) fn of(framework: &Framework, all: Assessment, today: NaiveDate) -> Self {
        let sentence = all.sentence(framework, today);
        let vip_sentence = all.vips.sentence();
        Self { all, sentence, vip_sentence, rule: framework.rule.clone() }
    }
}

/// What all parts of a partnership's tracker are drawn from.
pub(super) struct Board {
    /// The version by which the partnership works.
    pub framework: Arc<Framework>,
    pub calendar: Calendar,
    pub today: NaiveDate,
    pub year: SchoolYear,
    pub cells: YearCells,
    pub base: String,
    /// What is to be known of a version that began within this school year.
    pub turn: Option<String>,
}

impl Board {
    /// `None` before a framework is published.
    pub(super) async fn read(cx: &Cx, partnership: &Partnership) -> Result<Option<Self>, Error> {
        let Some(in_use) = InUse::today(cx).await? else { return Ok(None) };
        let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
        let year = calendar.year_of(today);
        let cells = store::years_of(cx.db().read(), partnership.id, year.before(), year).await?;
        let base = format!("{}/tracker", partnership.subject().href);
        let framework = Arc::clone(in_use.of(partnership.id, year));
        let turn = in_use.turn(&calendar, today).filter(|turn| turn.asks(partnership)).map(|turn| {
            let since = spoken(turn.after.effective_from, today);
            let counts = format!("Version {} of the practices counts since {since}.", turn.after.version);
            if framework.id == turn.after.id {
                format!("{counts} What was due before that day keeps counting by the one before.")
            } else {
                format!("{counts} Here the school year is finished on version {}.", framework.version)
            }
        });
        Ok(Some(Self { framework, calendar, today, year, cells, base, turn }))
    }

    pub(super) fn cells_now(&self) -> Cells {
        let of_year = self.cells.iter().filter(|((_, year, _), _)| *year == self.year);
        of_year.map(|((practice, _, cycle), cell)| ((*practice, *cycle), *cell)).collect()
    }

    pub(super) fn standing(&self, partnership: &Partnership) -> Standing {
        let assessment = assess(&self.framework, &self.calendar, partnership.into(), &self.cells_now(), self.today);
        Standing::of(&self.framework, assessment, self.today)
    }

    pub(super) fn due<'a>(&'a self, partnership: &'a Partnership) -> Vec<DueNow<'a>> {
        due_now(&self.framework, &self.calendar, partnership.into(), &self.cells_now(), self.today)
    }

    pub(super) fn columns(&self, partnership: &Partnership) -> Vec<Column> {
        let before = self.year.before();
        let had_before = self.cells.keys().any(|(_, year, _)| *year == before);
        let years = had_before.then_some(before).into_iter().chain([self.year]);
        years.flat_map(|year| self.framework.cycles.iter().map(move |cycle| self.column(partnership, year, cycle))).collect()
    }

    pub(super) fn column(&self, partnership: &Partnership, year: SchoolYear, cycle: &CycleMonths) -> Column {
        let span = rules::cycle_span(&self.calendar, cycle, year);
        let current = self.framework.cycle_at(&self.calendar, self.today).map(|(cycle, _)| cycle.number);
        let name = cycle.name.split(',').next().unwrap_or(&cycle.name).to_owned();
        let two = |year: i32| format!("{:02}", year.rem_euclid(100));
        let years = format!("{}–{}", two(year.0), two(year.0 + 1));
        let is_now = year == self.year && current == Some(cycle.number);
        let (top, below, class) = if year != self.year {
            (years, name.clone(), "past")
        } else if is_now {
            (name.clone(), "now".to_owned(), "now")
        } else if span.to < self.today {
            (name.clone(), format!("to {}", span.to.format("%b")), "past")
        } else {
            (name.clone(), span.from.format("%b").to_string(), "")
        };
        Column {
            year,
            cycle: cycle.number,
            top,
            below,
            short: if is_now { "Now".to_owned() } else { format!("C{}", cycle.number) },
            class,
            name: if year == self.year { name } else { format!("{year}, {name}") },
            opens: span.from,
            is_open: rules::is_open(&self.calendar, partnership, cycle, year, self.today),
        }
    }

    pub(super) fn spot(&self, partnership: &Partnership, practice: &Practice, column: &Column, chosen: &Chosen) -> Spot {
        let has_window = rules::window_of(&self.calendar, partnership, practice, column.year, column.cycle).is_some();
        let cell = self.cells.get(&(practice.id, column.year, column.cycle)).copied();
        match cell {
            None if has_window && column.opens > self.today && partnership.closed_on.is_none() => Spot::Later,
            None if !has_window || !column.is_open => Spot::Nothing,
            cell => Spot::Cell(self.grid_cell(practice, column, cell, chosen)),
        }
    }

    pub(super) fn grid_cell(&self, practice: &Practice, column: &Column, cell: Option<Cell>, chosen: &Chosen) -> GridCell {
        let year = column.year.key();
        let which = format!("{}practice={}&year={year}&cycle={}", chosen.filters(), encoded(&practice.code), column.cycle);
        let says = cell.map_or_else(|| "nothing recorded yet".to_owned(), |cell| cell.words(&self.framework));
        GridCell {
            id: cell_id(&practice.code, column.year, column.cycle),
            href: format!("{}?{which}#edit", self.base),
            part: format!("{}/cell?{which}", self.base),
            glyph: cell.map_or("none", Cell::glyph),
            words: format!("{}, {}: {says}", practice.code, column.name),
            short: column.short.clone(),
            is_chosen: chosen.practice == practice.code && chosen.year == year && chosen.cycle == column.cycle.to_string(),
        }
    }
}

/// The id of a cell's link on the page.
pub(in crate::tracker) fn cell_id(code: &str, year: SchoolYear, cycle: i32) -> String {
    let code: String = code.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("cell-{code}-{}-{cycle}", year.0)
}
