//! The rules of road maps, by the default content pack and years made by hand.

use std::sync::Arc;

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear, Span},
};

use super::*;
use crate::{frameworks::sample::default_framework, tracker::Cell};

const TEMPLATE: &str = include_str!("../../../../content/road-map.toml");

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn span(from: &str, to: &str) -> Span {
    Span { from: day(from), to: day(to) }
}

/// The school year 2021-22 on a day.
fn pattern(today: &str) -> Pattern {
    Pattern {
        framework: Some(Arc::new(default_framework())),
        template: Some(toml::from_str(TEMPLATE).expect("a template")),
        closing: Some(Closing { name: "Close and renew".to_owned(), practices_of: "close_renew".to_owned() }),
        calendar: Calendar::default(),
        year: SchoolYear(2021),
        today: day(today),
    }
}

fn facts(model: &str, first: i32) -> Facts<'_> {
    Facts {
        model_id: model,
        first_school_year: SchoolYear(first),
        started_on: NaiveDate::from_ymd_opt(first, 8, 20).expect("a day"),
        closed_on: None,
    }
}

fn kept(name: &str, from: &str, to: &str) -> Kept {
    Kept {
        partnership_id: PartnershipId(uuid::Uuid::nil()),
        name: name.to_owned(),
        kind: "other".to_owned(),
        title: format!("Title of {name}"),
        from_on: day(from),
        to_on: day(to),
        person_slug: None,
        person: None,
        done_on: None,
        is_removed: false,
        version: 1,
    }
}

fn cycle(number: i32, state: &str, from: &str, to: &str, closed: Option<&str>) -> CycleThere {
    CycleThere {
        partnership_id: PartnershipId(uuid::Uuid::nil()),
        key: format!("alder.21.c{number}"),
        number,
        title: "Debriefs".to_owned(),
        state: state.to_owned(),
        step: None,
        starts_on: day(from),
        ends_on: day(to),
        closed_on: closed.map(day),
    }
}

fn names<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a str> {
    entries.into_iter().map(|entry| entry.name.as_str()).collect()
}

fn find<'a>(entries: &'a [Entry], name: &str) -> &'a Entry {
    entries.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name} stands on {:?}", names(entries)))
}

#[test]
fn a_year_follows_its_model_and_how_long_the_work_has_gone_on() {
    let of = |model: &str, first: i32| {
        let entries = pattern("2021-10-06").road_map(facts(model, first), vec![], &[], &Cells::new());
        names(&entries).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let has = |names: &[String], name: &str| names.iter().any(|one| one == name);
    let (first, second, low) = (of("intensive", 2021), of("intensive", 2020), of("practice-network", 2021));
    assert!(has(&first, "baseline-review") && !has(&second, "baseline-review"), "the baseline is of the first year");
    assert!(has(&second, "spring-review") && !has(&low, "spring-review"), "the lowest dose has no spring review");
    for name in ["cycle-1", "cycle-2", "cycle-3", CLOSING, "step-back-2"] {
        assert!(has(&first, name) && has(&low, name), "{name}");
    }
    assert!(of("intensive", 2022).is_empty(), "a year before the work began has nothing");
}

#[test]
fn days_come_from_the_framework_the_template_and_the_step_that_closes_a_year() {
    let entries = pattern("2021-10-06").road_map(facts("intensive", 2020), vec![], &[], &Cells::new());
    assert_eq!(find(&entries, "cycle-1").span, span("2021-08-01", "2021-11-30"));
    assert_eq!(find(&entries, "spring-review").span, span("2022-04-01", "2022-05-31"));
    assert_eq!(find(&entries, "growth-mid-year").span, span("2022-01-01", "2022-01-31"));
    // 2.3.5 is due from April, 1.3.5 from May; the lower dose has the second alone.
    assert_eq!(find(&entries, CLOSING).span, span("2022-04-01", "2022-06-30"));
    let low = pattern("2021-10-06").road_map(facts("practice-network", 2020), vec![], &[], &Cells::new());
    assert_eq!(find(&low, CLOSING).span, span("2022-05-01", "2022-06-30"));
    let text = "[meta]\nid = \"x\"\ntitle = \"X\"\nversion = 1\n[[entry]]\nid = \"fair\"\nkind = \"other\"\ntitle = \"Fair\"\nstart = 3\nday = 14";
    let template = Some(toml::from_str(text).expect("a template"));
    let day = Pattern { template, ..pattern("2021-10-06") }.road_map(facts("intensive", 2020), vec![], &[], &Cells::new());
    assert_eq!(find(&day, "fair").span, span("2022-03-14", "2022-03-14"));
}

#[test]
fn what_ended_and_is_not_done_is_late_from_the_day_after() {
    let state = |today: &str, name: &str| {
        let entries = pattern(today).road_map(facts("intensive", 2020), vec![], &[], &Cells::new());
        find(&entries, name).state(day(today))
    };
    assert_eq!(state("2021-09-30", "agreement"), State::Now, "on its last day it is still open");
    assert_eq!(state("2021-10-01", "agreement"), State::Late);
    assert_eq!(state("2021-10-01", "coachees-and-calendar"), State::Now);
    assert_eq!(state("2021-09-30", "coachees-and-calendar"), State::Ahead);
    assert_eq!(state("2022-08-01", "agreement"), State::Unsaid, "a year that is over is late for nobody");
    let closed = Facts { closed_on: Some(day("2021-10-20")), ..facts("intensive", 2020) };
    let entries = pattern("2021-10-21").road_map(closed, vec![], &[], &Cells::new());
    assert_eq!(find(&entries, "agreement").state(day("2021-10-21")), State::Unsaid);
    assert!(late(&entries, day("2021-10-21")).is_empty());
    assert!(entries.iter().all(|entry| entry.name != "spring-review"), "what would come after the end is not there");
}

#[test]
fn moved_done_and_taken_off_by_hand() {
    let today = day("2021-10-06");
    let moved = kept("agreement", "2021-10-04", "2021-10-22");
    let done = Kept { done_on: Some(day("2021-09-20")), ..kept("goals-of-the-year", "2021-08-01", "2021-09-30") };
    let off = Kept { is_removed: true, ..kept("theory-of-action", "2021-08-01", "2021-09-30") };
    let own = kept("own-1", "2021-09-01", "2021-09-02");
    let gone = kept("no-longer-in-the-template", "2021-09-03", "2021-09-04");
    let rows = vec![moved, done, off, own, gone];
    let entries = pattern("2021-10-06").road_map(facts("intensive", 2020), rows, &[], &Cells::new());
    let moved = find(&entries, "agreement");
    assert_eq!((moved.state(today), moved.moved_from()), (State::Now, Some(span("2021-08-01", "2021-09-30"))));
    assert_eq!(moved.title, "Partnership agreement", "what the template has is called as there");
    let done = find(&entries, "goals-of-the-year");
    assert_eq!((done.state(today), done.moved_from()), (State::Done, None));
    let own = find(&entries, "own-1");
    assert!(own.is_own() && own.title == "Title of own-1" && own.moved_from().is_none());
    assert_eq!(names(late(&entries, today)), ["own-1", "no-longer-in-the-template"], "what is off the road map is not late");
    assert!(!names(on_it(&entries)).contains(&"theory-of-action"));
}

#[test]
fn next_is_what_must_be_done_first() {
    let entries = pattern("2021-10-06").road_map(facts("intensive", 2021), vec![], &[], &Cells::new());
    let next = names(next(&entries, day("2021-10-06")));
    assert_eq!(next[..4], ["baseline-review", "coachees-and-calendar", "cycle-1", "step-back-1"]);
}

#[test]
fn a_cycle_that_is_there_says_its_own_days_and_state() {
    let today = day("2021-12-10");
    let there = [
        cycle(1, "open", "2021-08-30", "2021-11-19", None),
        cycle(2, "planned", "2021-12-06", "2022-03-04", None),
        cycle(3, "closed", "2022-03-07", "2022-06-10", Some("2022-06-12")),
        cycle(7, "open", "2021-12-01", "2021-12-20", None),
    ];
    let moved = vec![kept("cycle-1", "2021-09-10", "2021-12-24")];
    let entries = pattern("2021-12-10").road_map(facts("intensive", 2020), moved, &there, &Cells::new());
    let first = find(&entries, "cycle-1");
    assert_eq!((first.span, first.state(today)), (span("2021-08-30", "2021-11-19"), State::Late));
    assert!(first.is_begun() && first.moved_from().is_none() && first.title == "Cycle 1: Debriefs");
    assert_eq!(find(&entries, "cycle-2").state(today), State::Now);
    assert_eq!(find(&entries, "cycle-3").state(today), State::Done);
    assert_eq!(find(&entries, "cycle-7").state(today), State::Now, "one more than the framework has is there too");
    let closing = find(&entries, CLOSING);
    assert_eq!((closing.state(today), closing.done()), (State::Done, Some(day("2022-06-12"))), "the last cycle closes the year");
}

#[test]
fn the_tracker_says_of_the_window_that_an_entry_is_in() {
    let today = day("2022-02-10");
    let framework = default_framework();
    let step_back = framework.practice("1.3.1").expect("a practice").id;
    let cell = |status: Status| Cell { status, quality: None };
    let cells = Cells::from([((step_back, 1), cell(Status::Enacted)), ((step_back, 3), cell(Status::NotApplicable))]);
    let pattern = Pattern { framework: Some(Arc::new(framework)), ..pattern("2022-02-10") };
    let entries = pattern.road_map(facts("intensive", 2020), vec![], &[], &cells);
    let state = |name: &str| find(&entries, name).state(today);
    assert_eq!(
        (state("step-back-1"), state("step-back-2"), state("step-back-3")),
        (State::Done, State::Now, State::NotApplicable)
    );
}

#[test]
fn the_year_ends_with_the_decision_whatever_its_last_cycle_is() {
    let pattern = pattern("2022-09-20");
    let mut entries = pattern.road_map(facts("intensive", 2020), vec![], &[], &Cells::new());
    let closing = |entries: &[Entry]| entries.iter().find(|entry| entry.kind == EntryKind::Closing).expect("it ends").clone();
    assert_eq!(closing(&entries).state(pattern.today), State::Unsaid);
    decided(&mut entries, day("2022-07-01"));
    let ended = closing(&entries);
    assert_eq!((ended.state(pattern.today), ended.done(), ended.done_on), (State::Done, Some(day("2022-07-01")), None));
}

#[test]
fn undoing_a_change_leaves_what_others_changed_since() {
    let ada = |slug: &str| Some((slug.to_owned(), slug.to_owned()));
    let first = Said {
        kind: "meeting".to_owned(),
        title: "Walk".to_owned(),
        from: day("2021-10-04"),
        to: day("2021-10-08"),
        person: None,
        done_on: None,
        removed: false,
    };
    let moved = Said { from: day("2021-10-11"), to: day("2021-10-15"), ..first.clone() };
    let given = Said { person: ada("pia"), ..moved.clone() };
    assert_eq!(without(&moved, &first, &moved), Some(first.clone()));
    assert_eq!(without(&given, &first, &moved), Some(Said { person: ada("pia"), ..first.clone() }), "Pia stays");
    // Half of the days is not the change that is undone.
    let longer = Said { to: day("2021-10-22"), ..moved.clone() };
    assert_eq!(without(&longer, &first, &moved), None, "they were moved again");
    assert_eq!(without(&Said { person: ada("quin"), ..given.clone() }, &moved, &given), None, "somebody else was named since");
}

#[test]
fn what_is_wrong_with_days_is_told() {
    let span = |from: &str, to: &str| Some(Span { from: day(from), to: day(to) });
    let year = Span { from: day("2021-09-20"), to: day("2022-09-19") };
    let today = day("2021-10-06");
    let of = |days, done: Option<&str>| amiss(days, done.map(day), year, today);
    assert_eq!(of(span("2021-09-20", "2022-09-19"), Some("2021-10-06")), []);
    assert_eq!(of(span("2021-10-05", "2021-10-04"), None), [Amiss::EndsFirst]);
    assert_eq!(of(span("2021-09-19", "2021-10-04"), None), [Amiss::OtherYear]);
    assert_eq!(of(span("2021-10-04", "2022-09-20"), Some("2021-10-07")), [Amiss::OtherYear, Amiss::ToCome]);
    assert_eq!(of(None, None), []);
}

#[test]
fn a_road_map_is_there_from_the_first_year_to_the_next_or_the_last() {
    let years = |facts: Facts<'_>| -> Vec<i32> {
        let calendar = Calendar::default();
        let shown = |year: &i32| is_shown(SchoolYear(*year), &calendar, day("2021-10-06"), facts);
        (2015..2030).filter(shown).collect()
    };
    assert_eq!(years(facts("intensive", 2019)), [2019, 2020, 2021, 2022]);
    assert_eq!(years(Facts { closed_on: Some(day("2021-02-01")), ..facts("intensive", 2019) }), [2019, 2020]);
}
