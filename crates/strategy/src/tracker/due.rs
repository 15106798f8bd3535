//! What is due now. Pure, like the rule that it shares its windows with.

use chrono::NaiveDate;
use partnerships::calendar::Calendar;

use super::{
    Cell, Status,
    on_track::{Cells, Facts, Window, windows},
};
use crate::frameworks::Framework;

/// A window that could move along now.
#[derive(Clone, Copy, Debug)]
pub struct DueNow<'a> {
    /// The practice, the cycle and the days.
    pub window: Window<'a>,
    /// What the cell shows; `None` when nothing was entered.
    pub cell: Option<Cell>,
    /// Whether the window is still open; otherwise it has ended.
    pub open: bool,
}

impl DueNow<'_> {
    /// The glyph of its cell.
    #[must_use]
    pub fn glyph(&self) -> &'static str {
        self.cell.map_or("none", Cell::glyph)
    }
}

/// What is due now: windows of this school year that are open today, or ended, and are neither enacted nor not applicable.
/// The VIPs come first, then what ends first. In a partnership that is closed nothing is due.
#[must_use]
pub fn due_now<'a>(
    framework: &'a Framework,
    calendar: &'a Calendar,
    facts: Facts<'a>,
    cells: &Cells,
    today: NaiveDate,
) -> Vec<DueNow<'a>> {
    if facts.closed_on.is_some_and(|closed| closed < today) {
        return Vec::new();
    }
    let mut due: Vec<DueNow<'a>> = windows(framework, calendar, facts, calendar.year_of(today))
        .filter(|window| window.span.from <= today)
        .map(|window| {
            let cell = cells.get(&(window.practice.id, window.cycle)).copied();
            DueNow { window, cell, open: window.span.contains(today) }
        })
        .filter(|due| {
            due.cell.is_none_or(|cell| cell.status != Status::NotApplicable && !cell.status.counts_as_enacted(framework))
        })
        .collect();
    due.sort_by_key(|due| (!due.window.practice.vip, due.window.span.to));
    due
}
