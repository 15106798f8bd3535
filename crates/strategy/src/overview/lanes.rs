//! Partnerships by where they stand, by support model, and who might welcome a call. In the order of the alphabet: nobody
//! is ranked.

use chrono::{Days, NaiveDate};
use partnerships::calendar::{SchoolYear, spoken};
use platform::text::{hue, initials};

use super::data::{Contact, Data, Work};
use crate::tracker::on_track::State;

/// After so many days without a visit in the log it is worth asking.
const QUIET_DAYS: u64 = 21;

/// So many names stand in a lane; its own page has the others.
const NAMED: usize = 24;

pub(super) struct Lane {
    pub state: State,
    pub of: usize,
    /// How many stand here.
    pub count: usize,
    /// The first of them.
    pub lines: Vec<LaneLine>,
    /// Where all of them stand; empty where they all stand here.
    pub all: String,
}

pub(super) struct LaneLine {
    pub name: String,
    pub href: String,
    pub note: String,
}

/// A lane for each state that work can be in; those where nothing is due come by themselves at the end.
pub(super) fn lanes(data: &Data) -> [Lane; 4] {
    let of = data.chosen().count();
    State::ALL.map(|state| {
        let count = standing(data, state).count();
        let all = format!("/overview/standing/{}?{}", state.key(), data.choice.query());
        let lines = standing(data, state).take(NAMED).map(|work| line(data, work)).collect();
        Lane { state, of, count, lines, all: if count > NAMED { all } else { String::new() } }
    })
}

/// Those of what was asked for whose work stands so, by name.
pub(super) fn standing(data: &Data, state: State) -> impl Iterator<Item = &Work> {
    data.chosen().filter(move |work| work.stands(data.choice.vips).1 == state)
}

pub(super) fn line(data: &Data, work: &Work) -> LaneLine {
    let partnership = &work.partnership;
    let (count, state) = work.stands(data.choice.vips);
    let mut note = partnership.model_name.clone();
    if SchoolYear(partnership.first_school_year) == data.year {
        note.push_str(". New this year");
    }
    if count.due > 0 {
        note.push_str(&format!(". {} of {} enacted", count.enacted, count.due));
    }
    let waiting = work.assessment.waiting.iter().find(|waiting| !data.choice.vips || waiting.vip);
    if let (State::Wobbling | State::OffTrack, Some(waiting)) = (state, waiting) {
        let vip = if waiting.vip { ", a VIP," } else { "" };
        note.push_str(&format!(". {}{vip} was due by {}", waiting.code, spoken(waiting.since, data.today)));
    }
    LaneLine { name: partnership.name.clone(), href: format!("{}/tracker", partnership.subject().href), note }
}

pub(super) struct ModelRow {
    pub name: String,
    /// How many in each of [`State::ALL`], and in all.
    pub counts: [usize; 5],
}

/// The whole organisation by support model, whatever was asked for; the last row is all of it.
pub(super) fn by_model(data: &Data) -> Vec<ModelRow> {
    let row = |name: &str, model: Option<&str>| {
        let works = || data.works.iter().filter(move |work| model.is_none_or(|model| work.partnership.model_id == model));
        let states = State::ALL.map(|state| works().filter(|work| work.stands(data.choice.vips).1 == state).count());
        ModelRow { name: name.to_owned(), counts: [states[0], states[1], states[2], states[3], works().count()] }
    };
    let models = data.models.iter().map(|model| row(&model.name, Some(&model.id)));
    models.filter(|row| row.counts[4] > 0).chain([row("All", None)]).collect()
}

pub(super) struct Call {
    pub title: String,
    pub initials: String,
    pub hue: u8,
    pub reasons: String,
    pub href: String,
}

/// Partnerships where a call may do good: off track, or without a visit for some weeks while a cycle runs.
pub(super) fn calls(data: &Data) -> Vec<Call> {
    let within_cycle = data.framework.cycle_at(&data.calendar, data.day).is_some_and(|(_, span)| span.contains(data.day));
    if !data.is_now() {
        return Vec::new();
    }
    let contact = &data.contact;
    // Where nobody keeps a log of visits, its silence says nothing.
    let logs = within_cycle && !contact.last_visits.is_empty();
    data.chosen()
        .filter(|work| work.partnership.status == "active")
        .filter_map(|work| {
            let mut reasons = Vec::new();
            if work.assessment.state == State::OffTrack {
                reasons.push(work.assessment.sentence(data.in_use.of(work.partnership.id, data.year), data.today));
            }
            reasons.extend(if logs { quiet(data, work, contact) } else { None });
            (!reasons.is_empty()).then(|| call(work, contact, reasons.join(" ")))
        })
        .collect()
}

fn quiet(data: &Data, work: &Work, contact: &Contact) -> Option<String> {
    let since = data.day - Days::new(QUIET_DAYS);
    match contact.last_visits.get(&work.partnership.id) {
        Some(last) if *last < since => Some(format!("The last visit in the log is from {}.", spoken(*last, data.today))),
        Some(_) => None,
        None => began_before(data, work, since).then(|| "No visit is in the log yet this school year.".to_owned()),
    }
}

/// Whether both the work and the year's first cycle began before that day.
fn began_before(data: &Data, work: &Work, day: NaiveDate) -> bool {
    let first = data.framework.cycles.first();
    let cycle = first.map(|cycle| data.calendar.months(data.year, cycle.start_month, cycle.end_month).from);
    work.partnership.started_on < day && cycle.is_some_and(|from| from < day)
}

fn call(work: &Work, contact: &Contact, reasons: String) -> Call {
    let partnership = &work.partnership;
    let lead = contact.leads.get(&partnership.id);
    let named = lead.map_or(&partnership.name, |lead| &lead.name);
    Call {
        title: lead.map_or_else(|| partnership.name.clone(), |lead| format!("{}, at {}", lead.name, partnership.name)),
        initials: initials(named),
        hue: hue(named),
        reasons,
        href: lead.map_or_else(|| partnership.subject().href, |lead| format!("/people/{}", lead.slug)),
    }
}
