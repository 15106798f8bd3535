//! What is due now. Pure, like the rule that it shares its windows with.

use chrono::NaiveDate;
use partnerships::calendar::Calendar;

use super::{
    Cell,
    on_track::{Cells, Facts, Schedule, Window},
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
    calendar: &Calendar,
    facts: Facts<'_>,
    cells: &Cells,
    today: NaiveDate,
) -> Vec<DueNow<'a>> {
    Schedule::of(framework, calendar, calendar.year_of(today)).due(facts, cells, today)
}
