//! The grid: practices down, cycles across; last year's cycles stand to the left where there are any.

use std::{collections::HashSet, sync::Arc};

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, Standing as Who, actions::See},
    text::{counted, folded},
    web::{Answered, Shell, page},
};

use super::{
    Chosen,
    cell::{Edit, edit_of},
    encoded,
};
use crate::{
    PracticeId,
    frameworks::{Framework, Practice},
    tracker::{
        self, Cell, DueNow, Status, due_now,
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
    name: String,
    opens: NaiveDate,
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

pub(super) struct Row {
    pub code: String,
    pub title: String,
    pub vip: bool,
    pub href: String,
    pub spots: Vec<Spot>,
}

pub(super) struct Group {
    pub name: String,
    pub rows: Vec<Row>,
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

/// What all parts of a partnership's tracker are drawn from, read with two queries.
pub(super) struct Board {
    pub framework: Arc<Framework>,
    pub calendar: Calendar,
    pub today: NaiveDate,
    pub year: SchoolYear,
    pub cells: YearCells,
    pub base: String,
}

impl Board {
    /// `None` before a framework is published.
    pub(super) async fn read(cx: &Cx, partnership: &Partnership) -> Result<Option<Self>, Error> {
        let Some(framework) = tracker::framework(cx).await? else { return Ok(None) };
        let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
        let year = calendar.year_of(today);
        let cells = store::years_of(cx.db().read(), partnership.id, year.before(), year).await?;
        let base = format!("{}/tracker", partnership.subject().href);
        Ok(Some(Self { framework, calendar, today, year, cells, base }))
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

    fn columns(&self, partnership: &Partnership) -> Vec<Column> {
        let before = self.year.before();
        let had_before = self.cells.keys().any(|(_, year, _)| *year == before);
        let years = had_before.then_some(before).into_iter().chain([self.year]);
        years.flat_map(|year| self.framework.cycles.iter().map(move |cycle| self.column(partnership, year, cycle))).collect()
    }

    pub(super) fn column(&self, partnership: &Partnership, year: SchoolYear, cycle: &crate::frameworks::CycleMonths) -> Column {
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

/// The page.
#[derive(Template)]
#[template(path = "tracker/grid.html")]
pub(super) struct GridPage {
    shell: Shell,
    frame: PartnershipFrame,
    chosen: Chosen,
    may_record: bool,
    base: String,
    grid: Option<Grid>,
    edit: Option<Edit>,
    /// The words of the legend.
    words: Vec<String>,
}

struct Grid {
    standing: Standing,
    title: String,
    columns: Vec<Column>,
    groups: Vec<Group>,
    shows: Vec<(&'static str, String)>,
    steps: Vec<(String, String)>,
    strands: Vec<(String, String)>,
    is_filtered: bool,
    /// By step, strand or words.
    is_narrowed: bool,
    later: Option<String>,
}

/// `GET /partnerships/{partnership}/tracker`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(chosen): Query<Chosen>) -> Answered {
    let partnership = may.thing();
    let may_record = may.also::<Record>();
    let board = Board::read(&cx, partnership).await?;
    let edit = match &board {
        Some(board) if !chosen.practice.is_empty() => {
            Some(edit_of(&cx, may.who(), partnership, board, &chosen, may_record).await?)
        }
        Some(_) | None => None,
    };
    page(&page_of(&cx, may.who(), partnership, board.as_ref(), chosen, may_record, edit))
}

/// The page, with a cell open or none.
pub(super) fn page_of(
    cx: &Cx,
    who: &Who,
    partnership: &Partnership,
    board: Option<&Board>,
    chosen: Chosen,
    may_record: bool,
    edit: Option<Edit>,
) -> GridPage {
    GridPage {
        shell: cx.shell(format!("Tracker, {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(cx, who, partnership, "/tracker"),
        base: format!("{}/tracker", partnership.subject().href),
        words: board.map(|board| legend(&board.framework)).unwrap_or_default(),
        grid: board.map(|board| grid(board, partnership, &chosen)),
        chosen,
        may_record,
        edit,
    }
}

/// The framework's words for the glyphs, with ours for what is enacted well.
pub(super) fn legend(framework: &Framework) -> Vec<String> {
    let word = |status: Status| status.name(framework).to_owned();
    vec![
        word(Status::NotStarted),
        word(Status::UnderWay),
        word(Status::Enacted),
        format!("{} well", word(Status::Enacted)),
        word(Status::NotApplicable),
    ]
}

fn grid(board: &Board, partnership: &Partnership, chosen: &Chosen) -> Grid {
    let framework = &board.framework;
    let columns = board.columns(partnership);
    let due: HashSet<PracticeId> = board.due(partnership).iter().map(|due| due.window.practice.id).collect();
    let all: Vec<(&Practice, Row)> = framework
        .practices
        .iter()
        .map(|practice| {
            let spots = columns.iter().map(|column| board.spot(partnership, practice, column, chosen)).collect();
            let row = Row {
                code: practice.code.clone(),
                title: practice.title.clone(),
                vip: practice.vip,
                href: practice.subject().href,
                spots,
            };
            (practice, row)
        })
        .filter(|(practice, row)| {
            practice.models.contains_key(&partnership.model_id) && row.spots.iter().any(|spot| !matches!(spot, Spot::Nothing))
        })
        .collect();
    let count = |is: &dyn Fn(&Practice) -> bool| i64::try_from(all.iter().filter(|(one, _)| is(one)).count()).unwrap_or(0);
    let shows = vec![
        ("", format!("All {}", counted(count(&|_| true), "practice", "practices"))),
        ("vips", counted(count(&|practice| practice.vip), "VIP", "VIPs")),
        ("due", format!("{} due now", count(&|practice| due.contains(&practice.id)))),
    ];
    let words = folded(chosen.q.trim());
    let is_shown = |practice: &Practice| {
        (chosen.show != "vips" || practice.vip)
            && (chosen.show != "due" || due.contains(&practice.id))
            && (chosen.step.is_empty() || practice.step == chosen.step)
            && (chosen.strand.is_empty() || practice.strand == chosen.strand)
            && (words.is_empty() || folded(&format!("{} {}", practice.code, practice.title)).contains(&words))
    };
    let mut groups: Vec<Group> =
        framework.strands.iter().map(|part| Group { name: part.name.clone(), rows: Vec::new() }).collect();
    for (practice, row) in all.into_iter().filter(|(practice, _)| is_shown(practice)) {
        if let Some(place) = framework.strands.iter().position(|part| part.key == practice.strand) {
            groups[place].rows.push(row);
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    let named = |parts: &[crate::frameworks::Part], all: &str| {
        let named = parts.iter().map(|part| (part.key.clone(), part.name.clone()));
        std::iter::once((String::new(), all.to_owned())).chain(named).collect()
    };
    let next = columns.iter().find(|column| column.opens > board.today);
    Grid {
        standing: board.standing(partnership),
        title: format!("{}, {}", framework.title.split(':').next().unwrap_or(&framework.title), partnership.model_name),
        shows,
        steps: named(&framework.steps, "Any step"),
        strands: named(&framework.strands, "Any strand"),
        is_filtered: !chosen.filters().is_empty(),
        is_narrowed: [&chosen.step, &chosen.strand, &chosen.q].iter().any(|word| !word.trim().is_empty()),
        later: next.map(|column| {
            let day = partnerships::calendar::spoken(column.opens, board.today);
            format!("{} opens on {day}. A cycle can be recorded from its first day on.", column.name)
        }),
        columns,
        groups,
    }
}
