//! A partnership's year.

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span, spoken},
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    text::counted,
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::{
    super::{
        EntryKind, href,
        rules::{self, Entry, State},
        store::{self, Reached},
        year::Year,
    },
    ChangeLine, days, key_of,
    scale::{Bar, MonthHead, Scale},
    when,
};
use crate::{close_and_renew, frameworks::InUse, tracker::on_track::Count};

/// So many things that come next stand on the page.
const NEXT: usize = 5;
/// So many changes stand on the page.
const CHANGES: usize = 12;

/// What the address says: a school year.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    pub year: String,
}

/// An entry as pages show it.
pub(in super::super) struct Line {
    pub key: String,
    pub title: String,
    pub about: String,
    pub when: String,
    pub who: String,
    pub state: State,
    /// The code of the practice that it is.
    pub practice: String,
    /// The days that it was moved from.
    pub moved: String,
    /// The page on which it goes on: its cycle, or how the year is closed; empty where there is none.
    pub cycle: String,
    /// What opens that page.
    pub opens: &'static str,
    pub version: i32,
    /// Whether it changes here, and not in its cycle.
    pub is_ours: bool,
    pub bars: Vec<Bar>,
}

impl Line {
    pub(in super::super) fn of(entry: &Entry, year: SchoolYear, scale: Scale, cx: &Cx) -> Self {
        let state = entry.state(cx.today());
        Self {
            key: key_of(year, &entry.name),
            title: entry.title.clone(),
            about: entry.about.clone(),
            when: when(entry, cx),
            who: entry.who.as_ref().map(|who| who.name.clone()).unwrap_or_default(),
            state,
            practice: entry.practice.clone(),
            moved: entry.moved_from().map(|span| days(span, cx)).unwrap_or_default(),
            cycle: entry.cycle.as_ref().map(|cycle| crate::cycles::href(&cycle.key)).unwrap_or_default(),
            opens: "Open the cycle",
            version: entry.version,
            is_ours: !entry.is_begun(),
            bars: vec![bar(entry, state, scale)],
        }
    }
}

/// The bar of an entry; a day is a pin.
pub(in super::super) fn bar(entry: &Entry, state: State, scale: Scale) -> Bar {
    if entry.span.from == entry.span.to {
        return Bar { class: format!("pin {}", scale.bar(entry.span)), words: String::new() };
    }
    let class = match (state, entry.kind) {
        (State::Done, _) => "fill",
        (State::Now | State::Late, _) => "now",
        (_, EntryKind::Closing) => "renew",
        _ => "",
    };
    Bar { class: format!("{class} {}", scale.bar(entry.span)), words: entry.title.clone() }
}

/// Entries of one kind.
struct Group {
    name: &'static str,
    lines: Vec<Line>,
}

/// The practices that are due in a month.
struct MonthOfPractices {
    name: String,
    due: i32,
    enacted: i32,
    not_applicable: i32,
    is_past: bool,
}

#[derive(Template)]
#[template(path = "road_map/web/show.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    base: String,
    year: String,
    name: String,
    before: String,
    after: String,
    may_record: bool,
    has_template: bool,
    for_staff: bool,
    model: String,
    heads: Vec<MonthHead>,
    today_class: String,
    today: String,
    groups: Vec<Group>,
    practices: Vec<MonthOfPractices>,
    practice_bars: Vec<Bar>,
    practice_words: String,
    steps: Vec<Bar>,
    step_words: String,
    late: Vec<Line>,
    next: Vec<Line>,
    more_next: usize,
    taken_off: Vec<Line>,
    changes: Vec<ChangeLine>,
    is_now: bool,
    tracker: String,
}

/// The years that a partnership's road map can be looked at: from the first of the work to the next one.
pub(in super::super) fn asked_year(
    asked: &str,
    calendar: &Calendar,
    partnership: &Partnership,
    today: NaiveDate,
) -> Result<SchoolYear, Error> {
    let now = calendar.year_of(today);
    if asked.is_empty() {
        // What is closed shows the last year of the work.
        let last = partnership.closed_on.map_or(now, |closed| calendar.year_of(closed).min(now));
        return Ok(last.max(SchoolYear(partnership.first_school_year).min(now.after())));
    }
    asked
        .parse::<SchoolYear>()
        .ok()
        .filter(|year| rules::is_shown(*year, calendar, today, partnership.into()))
        .ok_or(Error::NotFound)
}

/// `GET /partnerships/{partnership}/road-map`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let (on, partnership, calendar, today) = (cx.db().read(), may.thing(), Calendar::of(&cx.settings), cx.today());
    let year = asked_year(&asked.year, &calendar, partnership, today)?;
    let found =
        Year::read(on, &cx.settings, InUse::since(&cx, year).await?, (year, today), std::slice::from_ref(partnership)).await?;
    let changes = store::changes(on, year, &[partnership.id], CHANGES).await?;
    let reached = store::steps(on, partnership.id, year).await?;
    let entries = found.of(partnership.id);
    let (scale, now) = (Scale::of(&calendar, year), calendar.year_of(today));
    let base = format!("{}/road-map", partnership.subject().href);
    let may_record = may.also::<Record>();
    let can_end = close_and_renew::years(&calendar, partnership, today).contains(&year.0);
    let line = |entry: &Entry| {
        let line = Line::of(entry, year, scale, &cx);
        if entry.kind != EntryKind::Closing {
            return line;
        }
        let ends = format!("{}/close-and-renew/{}", partnership.subject().href, year.key());
        Line { cycle: if can_end { ends } else { String::new() }, opens: "Open close and renew", ..line }
    };
    let groups = EntryKind::ALL.into_iter().map(|kind| Group {
        name: kind.words(),
        lines: rules::on_it(entries).filter(|entry| entry.kind == kind).map(line).collect(),
    });
    let groups: Vec<Group> = groups.filter(|group| !group.lines.is_empty()).collect();
    let next = rules::next(entries, today);
    // What has become a cycle changes on that cycle's page.
    let changes_here = |name: &str| entries.iter().any(|entry| entry.name == name && !entry.is_begun());
    let counts = found.practices(std::iter::once(partnership));
    let shows = |year| rules::is_shown(year, &calendar, today, partnership.into());
    let way = |year: SchoolYear| if shows(year) { href(partnership, year) } else { String::new() };
    let (steps, step_words) = steps(&reached, scale, &cx);
    page(&Page {
        shell: cx.shell(format!("Road map of {year}: {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), partnership, "/road-map"),
        lede: format!("{}, {year}. {}", partnership.model_name, said(entries, today)),
        year: year.key(),
        name: year.to_string(),
        before: way(year.before()),
        after: way(year.after()),
        may_record,
        for_staff: may.who().is_staff(),
        has_template: found.pattern.template.as_ref().is_some_and(|template| template.is_for(&partnership.model_id)),
        model: partnership.model_name.clone(),
        heads: scale.heads(),
        today_class: scale.today(today),
        today: if scale.today(today).is_empty() { String::new() } else { spoken(today, today) },
        groups,
        practice_bars: practice_bars(&counts, scale, today),
        practice_words: practice_words(&counts, scale, today),
        practices: months(&counts, &calendar, scale, today),
        steps,
        step_words,
        late: rules::late(entries, today).into_iter().map(line).collect(),
        more_next: next.len().saturating_sub(NEXT),
        next: next.into_iter().take(NEXT).map(line).collect(),
        taken_off: entries.iter().filter(|entry| entry.is_removed).map(line).collect(),
        changes: changes
            .iter()
            .filter_map(|change| ChangeLine::of(&cx, change, &base, year, may_record && changes_here(&change.name)))
            .collect(),
        is_now: year == now,
        tracker: format!("{}/tracker", partnership.subject().href),
        base,
    })
}

/// How the year goes, in a sentence.
pub(in super::super) fn said(entries: &[Entry], today: NaiveDate) -> String {
    let count =
        |state: State| i64::try_from(rules::on_it(entries).filter(|entry| entry.state(today) == state).count()).unwrap_or(0);
    let mut parts = Vec::new();
    for (state, words) in [(State::Done, "done"), (State::Late, "late"), (State::Now, "going on now"), (State::Ahead, "to come")]
    {
        let count = count(state);
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let unsaid = count(State::Unsaid);
    if unsaid > 0 {
        parts.push(format!("of {} nobody said what came of it", counted(unsaid, "entry", "entries")));
    }
    if parts.is_empty() { "Nothing stands on it yet.".to_owned() } else { format!("{}.", parts.join(", ")) }
}

/// The steps of the cycles, from the day on which each was reached to the day on which the next one was.
fn steps(reached: &[Reached], scale: Scale, cx: &Cx) -> (Vec<Bar>, String) {
    let today = cx.today();
    let bars = reached.iter().enumerate().filter_map(|(place, step)| {
        let next = reached.get(place + 1).filter(|next| next.cycle == step.cycle);
        let to = match (next, step.is_current) {
            (Some(next), _) => next.reached_on,
            (None, true) => today,
            (None, false) => return None,
        };
        let class = if step.is_current { "now" } else { "fill" };
        let span = Span { from: step.reached_on, to: to.max(step.reached_on) };
        Some(Bar { class: format!("{class} {}", scale.bar(span)), words: step.name.clone() })
    });
    let bars = bars.collect();
    let current = reached.iter().rev().find(|step| step.is_current);
    let words = current.map(|step| format!("{}, since {}", step.name, spoken(step.reached_on, today)));
    (bars, words.unwrap_or_default())
}

fn is_over(month: usize, scale: Scale, today: NaiveDate) -> bool {
    scale.month_span(u32::try_from(month).unwrap_or(0)).ended_before(today)
}

fn practice_bars(counts: &[Count; 12], scale: Scale, today: NaiveDate) -> Vec<Bar> {
    let bars = counts.iter().enumerate().filter(|(_, count)| count.due > 0).map(|(month, count)| {
        let span = scale.month_span(u32::try_from(month).unwrap_or(0));
        let class = match (count.enacted == count.due, span.contains(today), is_over(month, scale, today)) {
            (true, ..) => "fill",
            (false, true, _) => "now",
            (false, false, true) => "done",
            (false, false, false) => "",
        };
        Bar { class: format!("{class} {}", scale.bar(span)), words: format!("{}/{}", count.enacted, count.due) }
    });
    bars.collect()
}

fn practice_words(counts: &[Count; 12], scale: Scale, today: NaiveDate) -> String {
    let past = counts.iter().enumerate().filter(|(month, _)| is_over(*month, scale, today));
    let sum = past.fold(Count::default(), |sum, (_, count)| sum.and(*count));
    match sum.due {
        0 => "Nothing has been due yet".to_owned(),
        due => format!("{} of {due} that were due in the months so far are enacted", sum.enacted),
    }
}

fn months(counts: &[Count; 12], calendar: &Calendar, scale: Scale, today: NaiveDate) -> Vec<MonthOfPractices> {
    let months = counts.iter().enumerate().filter(|(_, count)| count.due + count.not_applicable > 0);
    months
        .map(|(month, count)| MonthOfPractices {
            name: month_name(calendar, month),
            due: count.due,
            enacted: count.enacted,
            not_applicable: count.not_applicable,
            is_past: is_over(month, scale, today),
        })
        .collect()
}

/// The name of a month of the school year, from 0.
pub(in super::super) fn month_name(calendar: &Calendar, month: usize) -> String {
    let month = u32::try_from(month).unwrap_or(0);
    calendar.month_name((calendar.first_month - 1 + month) % 12 + 1)
}
