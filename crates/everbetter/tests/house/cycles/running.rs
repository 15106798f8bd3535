//! People running cycles: writing at once, moving on, closing, and beginning the next.

use platform::{db, testing::Bench};

use crate::world::{hidden, in_the_world, take, visitor};

const CYCLE: &str = "/cycles/alder.21.c1";

async fn count(bench: &Bench, table: &str) -> i64 {
    let sql = format!("select count(*) from {table} where removed_at is null");
    db::scalar(bench.app.db.read(), &sql, vec![]).await.expect("an answer").unwrap_or(0)
}

/// Ada's goal at Alder, as its form would send it.
fn goal<'a>(text: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("version", version),
        ("text", text),
        ("kind", "adult"),
        ("measure", "Visit log"),
        ("unit", "per cent"),
        ("baseline", "22"),
        ("target", "80"),
        ("by_on", "2021-11-12"),
        ("predicted", "75"),
        ("predicted_low", "65"),
        ("predicted_high", "85"),
        ("confidence", "70"),
        ("practices", "2.2.3, 3.2.3"),
    ]
}

#[tokio::test]
async fn a_cycle_runs_to_its_end_and_the_next_begins_with_what_goes_on() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        // Act: a line in the log, from a phone.
        let page = ada.get(CYCLE).await;
        let key = hidden(&page, "key");
        let moved = ada.post(&format!("{CYCLE}/step"), &[("version", &hidden(&page, "version")), ("step", "act")]).await;
        assert_eq!((moved.status.as_u16(), moved.location()), (303, CYCLE));
        for _ in 0..2 {
            let noted =
                ada.post(&format!("{CYCLE}/log-entries"), &[("key", &key), ("text", "Three teachers came by themselves.")]).await;
            assert_eq!(noted.location(), format!("{CYCLE}#log"));
        }
        let page = ada.get(CYCLE).await;
        assert_eq!(page.text().matches("Three teachers came by themselves.").count(), 1, "sent twice is noted once");
        assert!(page.text().contains("Now, since 6 October"), "{}", page.text());
        // Assess: what came of the goal, of an action, and what was learned.
        let mut said = goal("Eight in ten visits are debriefed within two days.", "1");
        said.extend([("outcome", "61"), ("met", "partly"), ("decision", "adapt"), ("happened", "Mondays worked.")]);
        assert_eq!(ada.post(&format!("{CYCLE}/goals/alder.21.c1.g1"), &said).await.location(), format!("{CYCLE}#goals"));
        let action = [
            ("version", "1"),
            ("text", "Each coachee names a goal"),
            ("owner", "ada-byrne"),
            ("due_on", "2021-10-15"),
            ("status", "carried_over"),
            ("why_not", "Too big for one cycle."),
            ("resources", "Half an hour each"),
        ];
        assert_eq!(ada.post(&format!("{CYCLE}/plan-actions/alder.21.c1.a2"), &action).await.status, 303);
        let new = ada.get(&format!("{CYCLE}/learnings/new")).await;
        let key = hidden(&new, "key");
        let learned = [("key", key.as_str()), ("kind", "failure"), ("text", "Friday is too late."), ("practices", "3.2.3")];
        assert_eq!(ada.post(&format!("{CYCLE}/learnings"), &learned).await.location(), format!("{CYCLE}#assessment"));
        let page = ada.get(CYCLE).await;
        for said in ["61 per cent", "Partly met", "Adapt it", "Mondays worked.", "Friday is too late.", "Carried over"] {
            assert!(page.text().contains(said), "{said}: {}", page.text());
        }
        let closed = ada.post(&format!("{CYCLE}/closure"), &[("version", &hidden(&page, "version"))]).await;
        assert_eq!(closed.location(), CYCLE);
        let page = ada.get(CYCLE).await;
        assert!(page.text().contains("Closed on 6 October") && page.text().contains("Begin the next"), "{}", page.text());
        let late = ada.post(&format!("{CYCLE}/log-entries"), &[("key", &key), ("text", "Too late.")]).await;
        assert_eq!(late.status, 422, "nothing is written in a closed cycle");

        // The next one is filled in from the last.
        let form = ada.get("/partnerships/alder/cycles/new?from=alder.21.c1").await;
        assert!(form.body.contains("name=\"number\" value=\"2\""), "{}", form.body);
        assert!(form.body.contains("<option value=\"alder.21.c1\" selected>"), "{}", form.body);
        assert!(form.text().contains("We start from what teachers tell us."), "{}", form.text());
        let begun = [
            ("title", "Debriefs that teachers ask for"),
            ("starts_on", "2021-12-06"),
            ("ends_on", "2022-03-04"),
            ("members", "ada-byrne"),
            ("members", "pia-alvarez"),
            ("year", "2021-22"),
            ("number", "2"),
            ("template", "roci"),
            ("carries_on", "alder.21.c1"),
        ];
        let begun = ada.post("/partnerships/alder/cycles", &begun).await;
        assert_eq!((begun.status.as_u16(), begun.location()), (303, "/cycles/alder.21.c2"), "{}", begun.text());
        let next = visitor(bench, "pia").get("/cycles/alder.21.c2").await;
        for said in [
            "From 61 to 80 per cent",
            "Half an hour each",
            "Each coachee names a goal",
            "Carries on Cycle 1: Every teacher coached",
        ] {
            assert!(next.text().contains(said), "{said}: {}", next.text());
        }
        assert!(!next.text().contains("Keep Tuesday at two"), "what was not carried over stays");
        assert!(!next.text().contains("most likely between"), "predictions are made anew");
        assert!(next.body.contains("href=\"/practices/3.2.3\""), "the goal rests on the same practices");
        let found = ada.get("/search?q=debriefs&format=json").await.body;
        assert!(found.contains("/cycles/alder.21.c2"), "{found}");
    })
    .await;
}

#[tokio::test]
async fn a_cycle_that_was_planned_takes_along_what_goes_on_when_it_opens() {
    in_the_world(async |bench| {
        let planned = "cycle,owner_kind,owner,school_year,number,title,template,starts,ends,state,carried_from\n\
             alder.21.c2,partnership,alder,2021-22,2,Planned in time,roci,2021-12-06,2022-03-04,planned,alder.20.c3\n";
        take(bench, "cycles", "planned.csv", planned).await;
        let mut ada = visitor(bench, "ada");
        let path = "/cycles/alder.21.c2";
        let page = ada.get(path).await;
        assert!(page.text().contains("It has not begun.") && page.text().contains("Move on to: Partner"), "{}", page.text());
        let step = [("version", "1"), ("step", "partner")];
        assert_eq!(ada.post(&format!("{path}/step"), &step).await.status, 303);
        let text = ada.get(path).await.text();
        assert!(text.contains("Half of the multilingual learners") && text.contains("From 47 to 50 per cent"), "{text}");
        assert!(text.contains("Two rooms try the talk routine"), "{text}");
        // Going back and forth brings nothing twice.
        for step in ["set_goals", "partner"] {
            let version = hidden(&ada.get(path).await, "version");
            ada.post(&format!("{path}/step"), &[("version", &version), ("step", step)]).await;
        }
        assert_eq!(ada.get(path).await.text().matches("Half of the multilingual learners").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_people_who_edit_one_goal_lose_nothing() {
    in_the_world(async |bench| {
        let (mut ada, mut pia) = (visitor(bench, "ada"), visitor(bench, "pia"));
        let path = format!("{CYCLE}/goals/alder.21.c1.g1");
        let (opened, also) = (ada.get(&path).await, pia.get(&path).await);
        assert_eq!((hidden(&opened, "version"), hidden(&also, "version")), ("1".to_owned(), "1".to_owned()));
        assert_eq!(ada.post(&path, &goal("Nine in ten, says Ada.", "1")).await.status, 303);
        let refused = pia.post(&path, &goal("Seven in ten, says Pia.", "1")).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text().contains("What stands now") && refused.text().contains("Ada Byrne was faster"),
            "{}",
            refused.text()
        );
        assert!(refused.text().contains("Nine in ten, says Ada.") && refused.text().contains("Seven in ten, says Pia."));
        assert_eq!(hidden(&refused, "version"), "2");
        assert!(ada.get(CYCLE).await.text().contains("Nine in ten, says Ada."), "nothing was written over");
        assert_eq!(pia.post(&path, &goal("Eight in ten, say both.", "2")).await.status, 303);
        let history = ada.get(&path).await.text();
        assert!(history.contains("Nine in ten, says Ada.") && history.contains("Eight in ten, say both."), "{history}");
    })
    .await;
}

#[tokio::test]
async fn a_persons_own_cycle_is_written_by_the_person_alone() {
    in_the_world(async |bench| {
        let key = "00000000-0000-7000-8000-000000000001";
        let entry = [("key", key), ("text", "I waited four seconds.")];
        for (name, status) in [("sofia", 403), ("ben", 404), ("chi", 404), ("pia", 404)] {
            assert_eq!(visitor(bench, name).post("/cycles/ada.21.c1/log-entries", &entry).await.status, status, "{name}");
            assert_eq!(visitor(bench, name).get("/cycles/ada.21.c1/goals/new").await.status, status, "{name}");
            assert_eq!(visitor(bench, name).get("/people/ada-byrne/cycles/new").await.status, status, "{name}");
        }
        let mut ada = visitor(bench, "ada");
        assert_eq!(ada.post("/cycles/ada.21.c1/log-entries", &entry).await.status, 303);
        let sofia = visitor(bench, "sofia").get("/cycles/ada.21.c1").await;
        assert!(sofia.text().contains("I waited four seconds."));
        assert!(!sofia.body.contains("/goals/new") && !sofia.body.contains("/closure"), "no button that would say no");
        let log = visitor(bench, "otto").get("/audit").await.text();
        assert!(log.contains("log entry added") && !log.contains("four seconds") && !log.contains("Ask one more"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn an_entry_of_the_log_is_its_authors_and_can_be_taken_back() {
    in_the_world(async |bench| {
        let path = format!("{CYCLE}/log-entries/alder.21.c1.n1");
        let mut pia = visitor(bench, "pia");
        let page = pia.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("<textarea"), "Ada's words are hers");
        assert_eq!(pia.post(&path, &[("version", "1"), ("text", "Mine now.")]).await.status, 403);
        assert_eq!(pia.post(&format!("{path}/removal"), &[]).await.status, 403);

        let mut ada = visitor(bench, "ada");
        let changed = [("version", "1"), ("text", "The block is 45 minutes long."), ("on_day", "2021-09-27")];
        assert_eq!(ada.post(&path, &changed).await.status, 303);
        assert!(ada.get(CYCLE).await.text().contains("The block is 45 minutes long."));
        let before = count(bench, "log_entry").await;
        assert_eq!(ada.post(&format!("{path}/removal"), &[]).await.status, 303);
        assert_eq!(ada.post(&format!("{path}/removal"), &[]).await.status, 303, "twice is once");
        assert_eq!(count(bench, "log_entry").await, before - 1);
        assert!(ada.get(&path).await.text().contains("This was taken out"));
        assert_eq!(ada.post(&path, &[("version", "3"), ("text", "Still here?")]).await.status, 422, "it is not there to change");
        assert_eq!(ada.post(&format!("{path}/restoration"), &[]).await.status, 303);
        assert_eq!(count(bench, "log_entry").await, before);
        let ahead = [("version", "4"), ("text", "Tomorrow."), ("on_day", "2021-10-07")];
        assert!(ada.post(&path, &ahead).await.text().contains("That day is still to come."));
    })
    .await;
}

#[tokio::test]
async fn whoever_does_an_action_stays_named_when_somebody_else_edits_it() {
    in_the_world(async |bench| {
        // Lena has left; an action of last year that was hers is put right by somebody else.
        let action = "action,cycle,text,owner,status\nalder.21.c1.a9,alder.21.c1,Hand over,lena@example.org,under_way\n";
        take(bench, "plan-actions", "left.csv", action).await;
        let mut ada = visitor(bench, "ada");
        let path = format!("{CYCLE}/plan-actions/alder.21.c1.a9");
        let page = ada.get(&path).await;
        assert!(page.body.contains("<option value=\"lena-farrow\" selected>"), "{}", page.body);
        let said = [("version", "1"), ("text", "Hand over the keys"), ("owner", "lena-farrow"), ("status", "done")];
        assert_eq!(ada.post(&path, &said).await.status, 303);
        let text = ada.get(CYCLE).await.text();
        assert!(text.contains("Hand over the keys") && text.contains("Lena Farrow"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_needs_another_look_keeps_what_was_typed() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let form = [
            ("key", "00000000-0000-7000-8000-000000000002"),
            ("measure", "Folders, counted twice"),
            ("predicted_low", "8"),
            ("predicted_high", "3"),
            ("confidence", "100"),
            ("practices", "9.9.9"),
            ("by_on", "soon"),
        ];
        let refused = ada.post(&format!("{CYCLE}/goals"), &form).await;
        assert_eq!(refused.status, 422);
        for said in [
            "What would be different, and by when?",
            "For whom would something be different?",
            "This end lies below the other one.",
            "a number from 1 to 99",
            "There is no practice 9.9.9.",
            "year-month-day",
            "Folders, counted twice",
        ] {
            assert!(refused.body.contains(said), "{said}: {}", refused.text());
        }
        let begun = [("title", ""), ("starts_on", "2021-10-10"), ("ends_on", "2021-10-01"), ("year", "2021-22"), ("number", "1")];
        let refused = ada.post("/partnerships/alder/cycles", &begun).await;
        assert_eq!(refused.status, 422);
        for said in ["It would end before it starts.", "There is a Cycle 1 of that year", "Which kind of cycle is it?"] {
            assert!(refused.text().contains(said), "{said}: {}", refused.text());
        }
    })
    .await;
}

#[tokio::test]
async fn steps_go_forth_and_back_and_a_closed_cycle_opens_again() {
    in_the_world(async |bench| {
        let mut ben = visitor(bench, "ben");
        let path = "/cycles/birch.21.c1";
        let step = async |who: &mut platform::testing::Visitor, step: &str| {
            let version = hidden(&who.get(path).await, "version");
            who.post(&format!("{path}/step"), &[("version", &version), ("step", step)]).await.status.as_u16()
        };
        assert_eq!(step(&mut ben, "study").await, 303);
        assert!(ben.get(path).await.body.contains("<li aria-current=\"step\"><b>Study</b>"));
        assert_eq!(step(&mut ben, "plan").await, 303);
        assert!(ben.get(path).await.text().contains("What is the smallest test that could teach us something by next week?"));
        assert_eq!(step(&mut ben, "partner").await, 422, "PDSA has no such step");
        let stale = ben.post(&format!("{path}/step"), &[("version", "1"), ("step", "act")]).await;
        assert_eq!(stale.status, 409, "somebody moved it since");
        let version = hidden(&ben.get(path).await, "version");
        assert_eq!(ben.post(&format!("{path}/closure"), &[("version", &version)]).await.status, 303);
        assert!(ben.get(path).await.text().contains("Closed on 6 October"));
        assert_eq!(step(&mut ben, "study").await, 303, "and back");
        assert!(!ben.get(path).await.text().contains("Closed on"));

        // A kind of cycle from the pack needs no code.
        let begun = [
            ("title", "One question more"),
            ("starts_on", "2021-10-06"),
            ("ends_on", "2021-10-13"),
            ("year", "2021-22"),
            ("number", "1"),
            ("template", "pdsa"),
        ];
        assert_eq!(ben.post("/people/ben-okoro/cycles", &begun).await.location(), "/cycles/ben-okoro.21.c1");
        assert_eq!(visitor(bench, "ada").get("/cycles/ben-okoro.21.c1").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_cycle_as_a_whole_is_edited_with_its_history() {
    in_the_world(async |bench| {
        let (mut ada, mut sofia) = (visitor(bench, "ada"), visitor(bench, "sofia"));
        let form = ada.get(&format!("{CYCLE}/edit")).await;
        assert!(form.text().contains("Tom Reyes"), "people of the site can be named");
        let said = |title, version| {
            [
                ("version", version),
                ("title", title),
                ("starts_on", "2021-08-30"),
                ("ends_on", "2021-11-19"),
                ("members", "ada-byrne"),
                ("agreements", "We begin on time."),
            ]
        };
        assert_eq!(ada.post(CYCLE, &said("Every second teacher coached", "1")).await.location(), CYCLE);
        let refused = sofia.post(CYCLE, &said("Nobody left out", "1")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Every second teacher coached") && refused.text().contains("Ada Byrne was faster"));
        assert_eq!(sofia.post(CYCLE, &said("Nobody left out", "2")).await.status, 303);
        let page = ada.get(CYCLE).await;
        assert!(page.text().contains("Cycle 1: Nobody left out") && !page.text().contains("Tom Reyes"), "{}", page.text());
        assert!(ada.get(&format!("{CYCLE}/edit")).await.text().contains("Every second teacher coached"), "its history");
        assert!(ada.get("/search?q=nobody&format=json").await.body.contains(CYCLE));
        for (name, status) in [("ben", 403), ("eva", 403), ("quin", 404), ("lena", 404)] {
            assert_eq!(visitor(bench, name).post(CYCLE, &said("No", "3")).await.status, status, "{name}");
        }
    })
    .await;
}
