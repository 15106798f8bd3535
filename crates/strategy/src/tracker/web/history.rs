//! How a cell has moved.

use chrono::{DateTime, Utc};
use partnerships::calendar::{SchoolYear, spoken};
use platform::{
    Cx,
    access::Standing,
    text::{hue, initials},
};

use super::board::Board;
use crate::tracker::{Cell, Status, rules, store::Told, verbs::can_be_taken_back};

/// A line of the history.
pub(super) struct Moved {
    pub initials: String,
    pub hue: u8,
    pub words: String,
    pub line: String,
    pub note: String,
    pub is_back: bool,
    /// Where it can be taken back, for a while.
    pub undo: String,
}

impl Told {
    pub(super) fn is_of(&self, year: SchoolYear, cycle: i32) -> bool {
        self.school_year == year.0 && self.cycle == cycle
    }

    fn cell(&self) -> Option<Cell> {
        Some(Cell { status: Status::from_key(&self.status)?, quality: self.quality })
    }
}

/// The history of a cell, and one line on where the practice stood in the cycle before.
pub(super) fn moved(cx: &Cx, who: &Standing, board: &Board, told: &[Told], year: SchoolYear, cycle: i32) -> Vec<Moved> {
    let own = told.iter().filter(|entry| entry.is_of(year, cycle)).map(|entry| (entry, String::new()));
    let before = told
        .iter()
        .filter(|entry| entry.withdrawn_at.is_none() && (entry.school_year, entry.cycle) < (year.0, cycle))
        .max_by_key(|entry| (entry.school_year, entry.cycle, entry.entered_at))
        .map(|entry| {
            let when = if entry.school_year == year.0 { String::new() } else { format!(" of {}", SchoolYear(entry.school_year)) };
            (entry, format!("Cycle {}{when}, ", entry.cycle))
        });
    own.chain(before)
        .filter_map(|(entry, of)| {
            let author = if entry.author_id == who.person { "You" } else { entry.author.as_str() };
            let line = format!("{of}{author}, {}", said_at(cx, entry.entered_at));
            let can_undo = entry.author_id == who.person
                && entry.withdrawn_at.is_none()
                && entry.is_of(year, cycle)
                && can_be_taken_back(entry.entered_at, cx.now)
                && rules::is_key(&entry.key);
            let reason = if entry.reason.is_empty() { String::new() } else { format!(" ({})", entry.reason) };
            Some(Moved {
                initials: initials(&entry.author),
                hue: hue(&entry.author),
                words: format!("{}{reason}", entry.cell()?.words(&board.framework)),
                line: match entry.withdrawn_at {
                    Some(at) => format!("{line}. Taken back {}.", said_at(cx, at)),
                    None => line,
                },
                note: entry.note.clone(),
                is_back: entry.withdrawn_at.is_some(),
                undo: if can_undo { format!("{}/entries/{}/withdrawal", board.base, entry.key) } else { String::new() },
            })
        })
        .collect()
}

fn said_at(cx: &Cx, at: DateTime<Utc>) -> String {
    let local = cx.settings.local(at);
    if local.date() == cx.today() { format!("today at {}", local.format("%-H:%M")) } else { spoken(local.date(), cx.today()) }
}
