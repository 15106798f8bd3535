//! The pages of road maps: a partnership's year, one entry of it, and the year of the whole organisation.

mod entry;
mod export;
mod organisation;
mod scale;
mod show;

use partnerships::calendar::{SchoolYear, Span, spoken};
use platform::{Cx, access::Routes};

use super::{
    rules::{Entry, State},
    store::{Change, Said},
    verbs::described,
};
use crate::wording;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/road-map", show::show)
        .get("/partnerships/{partnership}/road-map/export/{ending}", export::of_partnership)
        .get("/partnerships/{partnership}/road-map/entries/new", entry::new)
        .post("/partnerships/{partnership}/road-map/entries", entry::add)
        .get("/partnerships/{partnership}/road-map/entries/{road_map_entry}", entry::show)
        .post("/partnerships/{partnership}/road-map/entries/{road_map_entry}", entry::change)
        .post("/partnerships/{partnership}/road-map/entries/{road_map_entry}/completion", entry::complete)
        .post("/partnerships/{partnership}/road-map/entries/{road_map_entry}/removal", entry::remove)
        .post("/partnerships/{partnership}/road-map/entries/{road_map_entry}/changes/{number}/restoration", entry::restore)
        .get("/road-map", organisation::show)
        .get("/road-map/export/{ending}", export::of_organisation)
}

/// The days of an entry, in words.
pub(super) fn days(span: Span, cx: &Cx) -> String {
    let day = |day| spoken(day, cx.today());
    if span.from == span.to { day(span.from) } else { format!("{} to {}", day(span.from), day(span.to)) }
}

/// When an entry is, or was: what its state makes worth saying.
pub(super) fn when(entry: &Entry, cx: &Cx) -> String {
    let today = cx.today();
    let day = |day| spoken(day, today);
    match (entry.state(today), entry.done()) {
        (State::Done, Some(on)) if entry.is_begun() => format!("{}, closed on {}", days(entry.span, cx), day(on)),
        (State::Done, Some(on)) => format!("Done on {}", day(on)),
        (State::Done, None) => format!("{}. Enacted, says the tracker", days(entry.span, cx)),
        (State::NotApplicable, _) => "Not applicable, says the tracker".to_owned(),
        (State::Late, _) if entry.is_begun() => format!("Was to end on {}", day(entry.span.to)),
        (State::Late, _) => format!("Was meant for {}", days(entry.span, cx)),
        (State::Now, _) if entry.kind == super::EntryKind::Cycle && entry.cycle.is_none() => {
            format!("{}. Nobody has begun it", days(entry.span, cx))
        }
        (State::Now | State::Ahead | State::Unsaid, _) => days(entry.span, cx),
    }
}

/// How addresses name an entry: its year and its name.
pub(super) fn key_of(year: SchoolYear, name: &str) -> String {
    format!("{}.{name}", year.key())
}

/// The year and the name that an address names.
pub(super) fn read_key(key: &str) -> Option<(SchoolYear, &str)> {
    let (year, name) = key.split_once('.')?;
    Some((year.parse().ok()?, name))
}

/// The same with its first letter as a sentence has it.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A change, as the list of what has moved shows it.
pub(super) struct ChangeLine {
    pub title: String,
    pub did: String,
    pub why: String,
    pub by: String,
    pub initials: String,
    pub hue: u8,
    pub when: String,
    /// Where the entry's page is.
    pub href: String,
    /// Where a POST brings back what stood before; empty for those who may not.
    pub undo: String,
}

impl ChangeLine {
    /// The line of a change on a road map that is at `base`.
    pub(super) fn of(cx: &Cx, change: &Change, base: &str, year: SchoolYear, may_undo: bool) -> Option<Self> {
        // What can't be read any more is left out rather than guessed.
        let (before, after): (Said, Said) =
            (serde_json::from_str(&change.before).ok()?, serde_json::from_str(&change.after).ok()?);
        let href = format!("{base}/entries/{}", key_of(year, &change.name));
        let kept = wording::Kept::of(cx, String::new(), change.author.clone(), change.at);
        Some(Self {
            did: capital(&described(&before, &after, cx.today())),
            title: after.title,
            why: change.why.clone(),
            by: kept.author,
            initials: kept.initials,
            hue: kept.hue,
            when: kept.when,
            undo: if may_undo { format!("{href}/changes/{}/restoration", change.number) } else { String::new() },
            href,
        })
    }
}
