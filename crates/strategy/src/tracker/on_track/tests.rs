//! The rule, worked out by hand for three partnerships over the practices of the content pack, and what must hold for any.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use partnerships::calendar::{Calendar, SchoolYear};
use uuid::Uuid;

use super::{Assessment, Cells, Facts, Schedule, State, assess};
use crate::{
    FrameworkId, PracticeId,
    frameworks::{Due, Framework, Practice, StatusWord},
    tracker::{Cell, Status, due_now},
};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn text(table: &toml::Table, key: &str) -> String {
    table.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
}

fn is(table: &toml::Table, key: &str) -> bool {
    table.get(key).and_then(toml::Value::as_bool).unwrap_or(false)
}

fn tables<'a>(table: &'a toml::Table, key: &str) -> Vec<&'a toml::Table> {
    table.get(key).and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table).collect()
}

/// The practices, windows, models and thresholds of the content pack: all that the rule reads.
fn pack() -> Framework {
    let pack: toml::Table = include_str!("../../../../../content/vi-pit.toml").parse().expect("the pack is TOML");
    let rule = pack["on_track"].as_table().expect("the rule");
    let month = |due: &toml::Table, key: &str| u32::try_from(due[key].as_integer().expect("a month")).expect("a month");
    let practices = tables(&pack, "practice")
        .into_iter()
        .zip(1_u128..)
        .map(|(practice, number)| Practice {
            was: None,
            since: None,
            id: PracticeId(Uuid::from_u128(number)),
            code: text(practice, "code"),
            strand: String::new(),
            phase: String::new(),
            step: text(practice, "step"),
            title: text(practice, "title"),
            good: String::new(),
            vip: is(practice, "vip"),
            vip_reason: String::new(),
            first_year_only: is(practice, "first_year_only"),
            recurs: String::new(),
            essential: String::new(),
            due: tables(practice, "due")
                .into_iter()
                .map(|due| Due {
                    cycle: i32::try_from(due["cycle"].as_integer().expect("a cycle")).expect("a cycle"),
                    start_month: month(due, "start"),
                    end_month: month(due, "end"),
                })
                .collect(),
            models: practice["models"]
                .as_array()
                .expect("models")
                .iter()
                .map(|model| (model.as_str().expect("a model").to_owned(), String::new()))
                .collect::<BTreeMap<_, _>>(),
            evidence: Vec::new(),
            indicators: Vec::new(),
        })
        .collect();
    Framework {
        before: None,
        id: FrameworkId(Uuid::nil()),
        key: "vi-pit".to_owned(),
        version: 1,
        title: String::new(),
        effective_from: day("2021-08-01"),
        rule: text(rule, "rule"),
        on_track_from: rule["on_track_from"].as_float().expect("a share"),
        watch_from: rule["watch_from"].as_float().expect("a share"),
        vip_days_to_watch: rule["vip_overdue_days_to_watch"].as_integer().expect("days"),
        steps: Vec::new(),
        strands: Vec::new(),
        phases: Vec::new(),
        cycles: Vec::new(),
        statuses: tables(&pack, "status")
            .into_iter()
            .map(|status| StatusWord {
                key: text(status, "id"),
                name: text(status, "name"),
                counts_as_enacted: is(status, "counts_as_enacted"),
                needs_reason: is(status, "needs_reason"),
                reasons: Vec::new(),
            })
            .collect(),
        qualities: Vec::new(),
        practices,
    }
}

fn facts<'a>(model_id: &'a str, first_school_year: i32, started_on: &str) -> Facts<'a> {
    Facts { model_id, first_school_year: SchoolYear(first_school_year), started_on: day(started_on), closed_on: None }
}

/// Cells of cycle 1 that say the same.
fn cells(framework: &Framework, all: &[(Status, &[&str])]) -> Cells {
    let id = |code: &&str| framework.practice(code).expect("a practice of the pack").id;
    let cell = |status: &Status| Cell { status: *status, quality: None };
    all.iter().flat_map(|(status, codes)| codes.iter().map(move |code| ((id(code), 1), cell(status)))).collect()
}

fn on(framework: &Framework, facts: Facts<'_>, cells: &Cells, today: &str) -> Assessment {
    assess(framework, &Calendar::default(), facts, cells, day(today))
}

fn codes(assessment: &Assessment) -> Vec<&str> {
    assessment.waiting.iter().map(|waiting| waiting.code.as_str()).collect()
}

/// An Intensive partnership in its second year.
///
/// On 6 October the windows that ended are those that end in September:
///   1.1.1 VIP, 1.1.2, 1.1.3, 1.1.6 VIP, 2.1.1 VIP, 2.1.2, 2.1.3 VIP, 2.1.4, 3.1.1 VIP            = 9, of them VIPs 5.
/// Enacted: 1.1.1, 1.1.2, 1.1.6, 2.1.1, 2.1.2, 2.1.3, 2.1.4 = 7. Not applicable: 1.1.3. Under way: 3.1.1.
///   all:  due 9 - 1 = 8, enacted 7, share 7/8 = 0.875 ≥ 0.80: on track.
///   VIPs: due 5, enacted 4 (3.1.1 is missing), share 4/5 = 0.80, which is just on track: the threshold belongs to it.
#[test]
fn an_intensive_partnership_by_hand() {
    let framework = pack();
    let linden = facts("intensive", 2020, "2020-08-20");
    let mut cells = cells(
        &framework,
        &[
            (Status::Enacted, &["1.1.1", "1.1.2", "1.1.6", "2.1.1", "2.1.2", "2.1.3", "2.1.4"]),
            (Status::NotApplicable, &["1.1.3"]),
            (Status::UnderWay, &["3.1.1"]),
        ],
    );
    let autumn = on(&framework, linden, &cells, "2021-10-06");
    assert_eq!((autumn.all.due, autumn.all.enacted, autumn.all.not_applicable), (8, 7, 1));
    assert_eq!((autumn.vips.due, autumn.vips.enacted, autumn.vips.not_applicable), (5, 4, 0));
    assert_eq!((autumn.state, autumn.vip_state), (State::OnTrack, State::OnTrack));
    assert_eq!(codes(&autumn), ["3.1.1"]);
    assert_eq!(autumn.waiting[0].since, day("2021-09-30"));

    // 30 October is thirty days after 30 September: not more than thirty, so nothing has changed. The day after is more.
    let last = on(&framework, linden, &cells, "2021-10-30");
    assert_eq!((last.state, last.vip_state, last.all.vips_long_due), (State::OnTrack, State::OnTrack, 0));
    let after = on(&framework, linden, &cells, "2021-10-31");
    assert_eq!((after.all.due, after.all.enacted, after.all.vips_long_due), (8, 7, 1));
    assert_eq!((after.state, after.vip_state), (State::Wobbling, State::Wobbling));
    assert_eq!(
        after.sentence(&framework, day("2021-10-31")),
        "7 of the 8 that have been due so far are enacted. One more does not apply here. \
         3.1.1, a very important practice, was due by 30 September and is not enacted yet."
    );

    // On 1 November nine more have ended, with October: 1.1.4, 2.1.5, 2.2.1, 2.2.3 VIP, 3.1.2, 3.1.3 VIP, 3.1.4, 3.1.5,
    // 3.2.4 VIP. (1.1.5 is for the first year alone.) 3.1.1 is enacted by now, and so are 2.2.3 and 3.2.4.
    //   all:  due 17 = 8 + 9, enacted 10 = 7 + 1 + 2, share 10/17 = 0.588 < 0.60: off track.
    //   VIPs: due 8 = 5 + 3, enacted 7 = 4 + 1 + 2, share 7/8 = 0.875: on track.
    for code in ["3.1.1", "2.2.3", "3.2.4"] {
        cells.insert((framework.practice(code).expect("a practice").id, 1), Cell { status: Status::Enacted, quality: Some(1) });
    }
    let november = on(&framework, linden, &cells, "2021-11-01");
    assert_eq!((november.all.due, november.all.enacted), (17, 10));
    assert_eq!((november.vips.due, november.vips.enacted), (8, 7));
    assert_eq!((november.state, november.vip_state), (State::OffTrack, State::OnTrack));
    assert_eq!(codes(&november), ["3.1.3", "1.1.4", "2.1.5", "2.2.1", "3.1.2", "3.1.4", "3.1.5"], "the VIP first");
}

/// A Transformation Network partnership in its first year, which began on 1 October 2021.
///
/// All windows that ended in September ended before the work began, so on 6 October nothing is due: no state is claimed.
/// On 8 November the windows that end in October have ended. In the first year they are ten:
///   1.1.4, 1.1.5, 2.1.5, 2.2.1, 2.2.3 VIP, 3.1.2, 3.1.3 VIP, 3.1.4, 3.1.5, 3.2.4 VIP               = 10, of them VIPs 3.
/// Enacted: 1.1.4, 1.1.5, 2.1.5, 2.2.1, 2.2.3, 3.1.2 = 6, share 6/10 = 0.60: just wobbling. VIPs: 1 of 3 = 0.33: off track.
#[test]
fn a_network_partnership_that_began_in_october_by_hand() {
    let framework = pack();
    let late = facts("transformation-network", 2021, "2021-10-01");
    let cells = cells(&framework, &[(Status::Enacted, &["1.1.4", "1.1.5", "2.1.5", "2.2.1", "2.2.3", "3.1.2"])]);
    let first = on(&framework, late, &cells, "2021-10-06");
    assert_eq!((first.all.due, first.state, first.vip_state), (0, State::NothingDue, State::NothingDue));
    assert_eq!(first.sentence(&framework, day("2021-10-06")), "Nothing has been due yet this school year.");

    let november = on(&framework, late, &cells, "2021-11-08");
    assert_eq!((november.all.due, november.all.enacted, november.all.not_applicable), (10, 6, 0));
    assert_eq!((november.vips.due, november.vips.enacted), (3, 1));
    assert_eq!((november.state, november.vip_state), (State::Wobbling, State::OffTrack));

    // A year later the baseline review (1.1.5) is not due again, and September counts: 9 + 9 = 18.
    let again = on(&framework, late, &Cells::new(), "2022-11-08");
    assert_eq!((again.all.due, again.all.enacted, again.state), (18, 0, State::OffTrack));
}

/// A Problem-of-Practice Network partnership.
///
/// On 6 October, of the nine windows that end in September, 1.1.6 and 2.1.2 are not for this model:
///   1.1.1 VIP, 1.1.2, 1.1.3, 2.1.1 VIP, 2.1.3 VIP, 2.1.4, 3.1.1 VIP                                = 7, of them VIPs 4.
/// Enacted: 1.1.1, 1.1.2, 2.1.1, 2.1.3 = 4; 1.1.6 as well, which changes nothing. Share 4/7 = 0.571 < 0.60: off track.
/// VIPs: 3 of 4 = 0.75, between 0.60 and 0.80: wobbling.
#[test]
fn a_practice_network_partnership_by_hand() {
    let framework = pack();
    let mut network = facts("practice-network", 2019, "2019-08-26");
    let mut cells = cells(&framework, &[(Status::Enacted, &["1.1.1", "1.1.2", "1.1.6", "2.1.1", "2.1.3"])]);
    let october = on(&framework, network, &cells, "2021-10-06");
    assert_eq!((october.all.due, october.all.enacted), (7, 4));
    assert_eq!((october.vips.due, october.vips.enacted), (4, 3));
    assert_eq!((october.state, october.vip_state), (State::OffTrack, State::Wobbling));

    // With 1.1.3 it is 5/7 = 0.714: wobbling; with 2.1.4 as well 6/7 = 0.857: on track.
    for (code, state) in [("1.1.3", State::Wobbling), ("2.1.4", State::OnTrack)] {
        cells.insert((framework.practice(code).expect("a practice").id, 1), Cell { status: Status::Enacted, quality: Some(4) });
        assert_eq!(on(&framework, network, &cells, "2021-10-06").state, state, "{code}");
    }

    // By 1 December cycle 1 has ended but for what ends in December (1.3.2, 2.3.3, 3.3.2). For this model, in November:
    // 1.2.5, 1.3.1 VIP, 2.2.2, 2.2.5 VIP, 2.3.1, 2.3.4, 3.2.2, 3.2.5 VIP, 3.2.6, 3.3.1 VIP = 10; in October: 1.1.4, 2.1.5,
    // 2.2.3 VIP, 3.1.3 VIP, 3.1.4, 3.1.5, 3.2.4 VIP = 7. Due 7 + 7 + 10 = 24, VIPs 4 + 3 + 4 = 11.
    let december = on(&framework, network, &cells, "2021-12-01");
    assert_eq!((december.all.due, december.vips.due), (24, 11));
    assert_eq!((december.all.enacted, december.vips.enacted), (6, 3));

    // Closed on 15 November: what ends in November ends after it. Due 7 + 7 = 14.
    network.closed_on = Some(day("2021-11-15"));
    let closed = on(&framework, network, &cells, "2021-12-01");
    assert_eq!((closed.all.due, closed.vips.due), (14, 7));
    assert!(due_now(&framework, &Calendar::default(), network, &cells, day("2021-12-01")).is_empty(), "nothing moves any more");
}

#[test]
fn a_window_is_open_on_its_last_day_and_waits_from_the_next() {
    let framework = pack();
    let partnership = facts("intensive", 2019, "2019-08-20");
    let none = Cells::new();
    assert_eq!(on(&framework, partnership, &none, "2021-09-30").state, State::NothingDue);
    assert_eq!(on(&framework, partnership, &none, "2021-10-01").all.due, 9);

    let calendar = Calendar::default();
    let due = due_now(&framework, &calendar, partnership, &none, day("2021-09-30"));
    assert!(due.iter().all(|due| due.open));
    let due = due_now(&framework, &calendar, partnership, &none, day("2021-10-01"));
    let ended: Vec<_> = due.iter().filter(|due| !due.open).map(|due| due.window.practice.code.as_str()).collect();
    assert_eq!(ended, ["1.1.1", "1.1.6", "2.1.1", "2.1.3", "3.1.1", "1.1.2", "1.1.3", "2.1.2", "2.1.4"]);
    let vips = due.iter().take_while(|due| due.window.practice.vip).count();
    assert!(due.iter().skip(vips).all(|due| !due.window.practice.vip), "the VIPs come first");
}

#[test]
fn what_is_due_now_leaves_out_what_needs_nothing() {
    let framework = pack();
    let partnership = facts("intensive", 2019, "2019-08-20");
    let cells = cells(
        &framework,
        &[(Status::Enacted, &["1.1.1"]), (Status::NotApplicable, &["1.1.6"]), (Status::NotStarted, &["2.1.1"])],
    );
    let calendar = Calendar::default();
    let due = due_now(&framework, &calendar, partnership, &cells, day("2021-10-06"));
    let has = |code: &str| due.iter().any(|due| due.window.practice.code == code);
    assert!(!has("1.1.1") && !has("1.1.6") && has("2.1.1") && has("2.2.3"));
    assert!(!has("1.3.1"), "its window opens in November");
    assert_eq!(due[0].glyph(), "none");
}

/// What must hold whatever was entered: 300 sets of cells, drawn by a small generator of numbers that any run repeats.
#[test]
fn the_share_is_a_share_and_enacting_never_lowers_it() {
    let framework = pack();
    let calendar = Calendar::default();
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let models = ["intensive", "transformation-network", "practice-network"];
    for round in 0..300_u64 {
        let model = models[usize::try_from(draw(3)).expect("small")];
        let partnership = facts(model, 2021 - i32::from(draw(2) == 0), "2020-08-20");
        let today = day("2021-08-01") + chrono::Days::new(draw(365));
        let mut cells = Cells::new();
        for window in Schedule::of(&framework, &calendar, calendar.year_of(today)).windows(partnership) {
            let status = match draw(5) {
                0 => Status::NotStarted,
                1 => Status::UnderWay,
                2 => Status::Enacted,
                3 => Status::NotApplicable,
                _ => continue,
            };
            cells.insert((window.practice.id, window.cycle), Cell { status, quality: None });
        }
        let before = assess(&framework, &calendar, partnership, &cells, today);
        for (count, of) in [(before.all, before.state), (before.vips, before.vip_state)] {
            match count.share() {
                None => assert_eq!(of, State::NothingDue),
                Some(share) => assert!((0.0..=1.0).contains(&share), "round {round}: {share}"),
            }
        }
        assert_eq!(before.waiting.len(), usize::try_from(before.all.due - before.all.enacted).expect("not below zero"));
        assert!(before.vips.due <= before.all.due && before.vips.enacted <= before.all.enacted);
        // Windows and enacting are independent of one another: any one more that is enacted can only help.
        for window in Schedule::of(&framework, &calendar, calendar.year_of(today)).windows(partnership) {
            let mut more = cells.clone();
            more.insert((window.practice.id, window.cycle), Cell { status: Status::Enacted, quality: None });
            let after = assess(&framework, &calendar, partnership, &more, today);
            assert!(after.all.share() >= before.all.share(), "round {round}: {}", window.practice.code);
            assert!(after.vips.share() >= before.vips.share());
            assert!(after.all.vips_long_due <= before.all.vips_long_due);
        }
    }
}
