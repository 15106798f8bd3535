//! Planned and delivered days, a dot a partnership.

use partnerships::dose::Dose;

use super::data::{Data, Work};

/// Below this share of the planned days a dot is open and named.
const FEWER: f64 = 0.8;
/// So many partnerships stand in figures below.
const FIGURES: usize = 50;
/// So many open dots of a row are named at most.
const NAMED: usize = 3;
/// The share at the right end of a row; what is beyond it stands at the end.
const WIDEST: f64 = 1.5;
/// Where dots that would lie on one another go, from the middle of a row.
const PLACES: [i32; 5] = [40, 27, 53, 14, 66];

pub(super) struct Days {
    pub finding: String,
    pub rows: Vec<DaysRow>,
    /// The first of them in figures.
    pub numbers: Vec<Numbers>,
    /// How many partnerships there are.
    pub of: usize,
    /// Where half and all of the planned days stand, in per cent of a row.
    pub half: String,
    pub planned: String,
}

pub(super) struct DaysRow {
    pub model: String,
    pub dots: Vec<Dot>,
    pub sum: String,
}

pub(super) struct Dot {
    pub x: String,
    pub y: i32,
    pub open: bool,
    pub title: String,
    pub label: String,
    pub label_y: i32,
}

pub(super) struct Numbers {
    pub name: String,
    pub href: String,
    pub model: String,
    pub delivered: String,
    pub planned: String,
}

/// Draws it; nothing while no days were planned yet.
pub(super) fn days(data: &Data) -> Option<Days> {
    let works: Vec<&Work> = data.chosen().filter(|work| work.dose.planned_days >= 1.0).collect();
    if works.is_empty() {
        return None;
    }
    let kept = works.iter().filter(|work| work.dose.share().is_some_and(|share| share >= FEWER)).count();
    let rows = data.models.iter().filter_map(|model| {
        let own: Vec<&Work> = works.iter().copied().filter(|work| work.partnership.model_id == model.id).collect();
        let sum = own.iter().fold(Dose::default(), |sum, work| sum.and(work.dose));
        let dots = dots(&own);
        let behind = match own.len() - dots.len() {
            0 => String::new(),
            more => format!(", {more} more behind these dots"),
        };
        let sum = format!("{} of {} days{behind}", said(sum.delivered_days), said(sum.planned_days));
        (!own.is_empty()).then(|| DaysRow { model: model.name.clone(), dots, sum })
    });
    Some(Days {
        finding: format!("{kept} of {} partnerships get at least four fifths of the planned days", works.len()),
        rows: rows.collect(),
        numbers: works.iter().take(FIGURES).map(|work| numbers(work)).collect(),
        of: works.len(),
        half: at(0.5),
        planned: at(1.0),
    })
}

fn dots(works: &[&Work]) -> Vec<Dot> {
    let mut taken: Vec<(f64, i32)> = Vec::new();
    let mut named: Vec<f64> = Vec::new();
    // Where most dots are open, naming some of them would only single them out.
    let few = works.iter().filter(|work| work.dose.share().is_some_and(|share| share < FEWER)).count() <= NAMED;
    let dots = works.iter().filter_map(|work| {
        let share = work.dose.share().unwrap_or_default();
        let x = share.min(WIDEST) / WIDEST * 100.0;
        // A dot is about 1.6 per cent of a row wide.
        let free = PLACES.into_iter().find(|y| !taken.iter().any(|(other, place)| place == y && (other - x).abs() < 2.5));
        // Where all places are taken it would lie behind others.
        let y = free?;
        taken.push((x, y));
        let open = share < FEWER;
        let name = few && open && y == PLACES[0] && named.iter().all(|other| (other - x).abs() > 18.0);
        if name {
            named.push(x);
        }
        let numbers = numbers(work);
        Some(Dot {
            x: at(share),
            y,
            open,
            title: format!("{}: {} of {} days", numbers.name, numbers.delivered, numbers.planned),
            label: if name { numbers.name } else { String::new() },
            label_y: y + 22,
        })
    });
    dots.collect()
}

fn numbers(work: &Work) -> Numbers {
    Numbers {
        name: work.partnership.name.clone(),
        href: work.partnership.subject().href,
        model: work.partnership.model_name.clone(),
        delivered: said(work.dose.delivered_days),
        planned: said(work.dose.planned_days),
    }
}

/// A share's place in a row.
fn at(share: f64) -> String {
    format!("{:.1}%", share.min(WIDEST) / WIDEST * 100.0)
}

/// Whole days from ten on, else to a tenth.
fn said(days: f64) -> String {
    if days >= 10.0 { format!("{}", days.round()) } else { format!("{}", (days * 10.0).round() / 10.0) }
}
