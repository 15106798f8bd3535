//! Plans as people write, adjust, compare and carry them on, on both sides of a partnership.

use platform::{
    audit::Actor,
    db, import,
    testing::{Bench, Reply},
};

use crate::world::{PEOPLE, hidden, in_the_world, visitor};

const PLAN: &str = "/cycles/alder.21.c1/plan";
const FRAME: &str = "/cycles/alder.21.c1/plan/sections/frame";

async fn begun(bench: &Bench) {
    let reply = visitor(bench, "ada").post(PLAN, &[]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (303, PLAN), "{}", reply.text());
}

/// Writes a section as it stands, with other words in some fields.
async fn write(bench: &Bench, who: &str, section: &str, fields: &[(&str, &str)]) -> Reply {
    let mut who = visitor(bench, who);
    let form = who.get(section).await;
    assert_eq!(form.status, 200, "{}", form.text());
    let version = hidden(&form, "version");
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    who.post(section, &all).await
}

async fn agree(bench: &Bench, who: &str, why: &str) -> Reply {
    let mut who = visitor(bench, who);
    let page = who.get(PLAN).await;
    let (version, writings) = (hidden(&page, "version"), hidden(&page, "writings"));
    who.post(&format!("{PLAN}/versions"), &[("version", &version), ("writings", &writings), ("why", why)]).await
}

#[tokio::test]
async fn a_plan_begins_with_what_the_cycle_knows_and_is_written_section_by_section() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let none = ada.get(PLAN).await.text();
        assert!(none.contains("This cycle has no plan yet") && none.contains("How adults will learn"), "{none}");
        assert!(none.contains("It begins empty"), "{none}");
        assert!(ada.get("/partnerships/alder").await.text().contains("Nobody has begun it."));
        assert_eq!(ada.get(FRAME).await.status, 404, "nothing is written before it is begun");
        begun(bench).await;
        begun(bench).await;
        let page = ada.get(PLAN).await;
        let text = page.text();
        for said in [
            "Pia Alvarez, Principal",
            "Eight in ten visits are debriefed within two days.",
            "Keep Tuesday at two free for debriefs",
            "75, most likely between 65 and 85",
            "Adapt: Coach fewer people and finish.",
            "Still right?",
            "One line came along from the last plan.",
            "Still open.",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(
            page.body.contains("href=\"/cycles/alder.21.c1/goals/alder.21.c1.g1?from=plan\""),
            "a goal is changed in the cycle"
        );
        assert!(text.contains("It takes") && text.contains("Cover on Tuesdays"), "{text}");
        let action = "/cycles/alder.21.c1/plan-actions/alder.21.c1.a1";
        let form = ada.get(&format!("{action}?from=plan")).await;
        assert_eq!((hidden(&form, "from").as_str(), form.body.contains("value=\"Cover on Tuesdays\"")), ("plan", true));
        let fields =
            [("version", "1"), ("text", "Keep Tuesday free"), ("status", "under_way"), ("resources", "Cover on Mondays")];
        let changed = ada.post(action, &[&fields[..], &[("from", "plan")]].concat()).await;
        assert_eq!(changed.location(), PLAN, "whoever came from the plan goes back to it");
        assert!(ada.get(PLAN).await.text().contains("Cover on Mondays"));

        let learned = "Adapt: Coach fewer people and finish.\r\nWhat did not work: The second data night decided nothing.";
        let fields = [("voices", "Families were heard, <b>boldly</b>."), ("learned", learned)];
        let reply = write(bench, "ada", FRAME, &[fields[0], fields[1], ("onward", "next")]).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/cycles/alder.21.c1/plan/sections/goals"));
        let page = ada.get(PLAN).await;
        assert!(page.body.contains("Families were heard, &#60;b&#62;boldly&#60;/b&#62;."), "{}", page.body);
        assert!(page.text().contains("One line came along"), "what is sent as it stood still asks");
        let reply = write(bench, "pia", FRAME, &[fields[0], ("learned.0.right.", "yes"), fields[1]]).await;
        assert_eq!(reply.location(), format!("{PLAN}#section-frame"));
        let text = ada.get(PLAN).await.text();
        assert!(!text.contains("came along") && text.contains("Coach fewer people"), "{text}");
        let history = ada.get(FRAME).await.text();
        assert!(history.contains("How it was worded") && history.contains("Pia Alvarez, today at"), "{history}");
        let found = visitor(bench, "pia").get("/search?q=professional&format=json").await.body;
        assert!(found.contains(PLAN), "{found}");
        assert!(!visitor(bench, "quin").get("/search?q=professional&format=json").await.body.contains(PLAN));
    })
    .await;
}

#[tokio::test]
async fn an_adjustment_is_a_version_with_a_reason_and_its_difference() {
    in_the_world(async |bench| {
        begun(bench).await;
        write(bench, "ada", FRAME, &[("voices", "Families were heard."), ("context", "Half is new.")]).await;
        let silent = agree(bench, "ada", " ").await;
        assert_eq!(silent.status, 422);
        assert!(silent.text().contains("A line is enough."), "{}", silent.text());
        assert_eq!(agree(bench, "ada", "Our first plan.").await.location(), PLAN);
        let page = visitor(bench, "ada").get(PLAN).await;
        assert!(page.text().contains("Version 1, agreed on 6 October."), "{}", page.text());
        assert!(!page.text().contains("Agree on it"), "nothing differs, so there is nothing to agree on");
        let again = [("version", "1"), ("writings", "2"), ("why", "Once more.")];
        let refused = visitor(bench, "ada").post(&format!("{PLAN}/versions"), &again).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("there is nothing to agree on"), "{}", refused.text());

        write(bench, "pia", FRAME, &[("voices", "Families and two students were heard."), ("context", "Half is new.")]).await;
        let now = visitor(bench, "pia").get(PLAN).await;
        assert!(now.text().contains("One answer differs from version 1."), "{}", now.text());
        let stale = [("version", "1"), ("writings", "2"), ("why", "Not seen.")];
        let stale = visitor(bench, "ada").post(&format!("{PLAN}/versions"), &stale).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text().contains("Somebody wrote in the plan meanwhile"), "{}", stale.text());
        assert_eq!(agree(bench, "pia", "We asked students.").await.status, 303);

        let compared = visitor(bench, "eva").get(&format!("{PLAN}/comparison?from=1&to=2")).await;
        assert!(compared.text().contains("We asked students.") && compared.text().contains("One answer differs."));
        assert!(compared.body.contains("<ins>and two students "), "{}", compared.body);
        let first = visitor(bench, "eva").get(&format!("{PLAN}/versions/1")).await.text();
        assert!(first.contains("Families were heard.") && !first.contains("students were heard"), "{first}");
        for path in ["versions/3", "versions/x", "comparison?from=9", "comparison?to=9", "sections/nothing"] {
            assert_eq!(visitor(bench, "ada").get(&format!("{PLAN}/{path}")).await.status, 404, "{path}");
        }
        // A goal that changes in the cycle is a change of the plan.
        let goal = [
            ("version", "1"),
            ("text", "Nine in ten visits are debriefed within two days."),
            ("kind", "adult"),
            ("unit", "per cent"),
        ];
        let changed = visitor(bench, "ada").post("/cycles/alder.21.c1/goals/alder.21.c1.g1", &goal).await;
        assert_eq!(changed.status, 303);
        let compared = visitor(bench, "ada").get(&format!("{PLAN}/comparison")).await;
        assert!(compared.body.contains("<ins>Nine"), "{}", compared.body);
        let sql = "select count(*) from audit_event where subject_kind = 'plan' and subject_key = 'alder.21.c1'";
        let events = db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a count");
        assert_eq!(events, Some(5), "begun, written twice, agreed on twice");
    })
    .await;
}

#[tokio::test]
async fn two_who_write_at_once_see_both_texts() {
    in_the_world(async |bench| {
        begun(bench).await;
        let (mut ada, mut pia) = (visitor(bench, "ada"), visitor(bench, "pia"));
        let version = hidden(&ada.get(FRAME).await, "version");
        let saved = ada.post(FRAME, &[("version", &version), ("voices", "Families, says Ada.")]).await;
        assert_eq!(saved.status, 303);
        let late = pia.post(FRAME, &[("version", &version), ("voices", "Students, says Pia.")]).await;
        assert_eq!(late.status, 422);
        let text = late.text();
        for said in ["What stands now", "Ada Byrne was faster", "Families, says Ada.", "What you wrote", "Students, says Pia."] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let version = hidden(&late, "version");
        let both = pia.post(FRAME, &[("version", &version), ("voices", "Families and students, say both.")]).await;
        assert_eq!(both.status, 303, "{}", both.text());
        let history = pia.get(FRAME).await.text();
        assert!(history.contains("Families, says Ada.") && history.contains("Families and students, say both."), "{history}");
    })
    .await;
}

#[tokio::test]
async fn rows_are_added_changed_taken_out_and_added_up() {
    in_the_world(async |bench| {
        begun(bench).await;
        let calendar = format!("{PLAN}/sections/calendar");
        let first = [
            ("moments.0.topic", "Debriefs"),
            ("moments.0.week", "12 October"),
            ("moments.0.hours", "1,5"),
            ("moments.1.topic", ""),
            ("moments.3.topic", "Look at work"),
            ("moments.3.hours", "2"),
        ];
        assert_eq!(write(bench, "ada", &calendar, &first).await.status, 303);
        let text = visitor(bench, "ada").get(PLAN).await.text();
        assert!(text.contains("Debriefs") && text.contains("12 October") && text.contains("3.5"), "{text}");
        let form = visitor(bench, "ada").get(&calendar).await;
        assert!(form.body.contains("name=\"moments.1.topic\" value=\"Look at work\""), "{}", form.body);
        assert!(form.body.contains("name=\"moments.2.topic\" value=\"\""), "there is room for one more");
        let wrong = [("moments.0.topic", "Debriefs"), ("moments.0.hours", "an hour")];
        let wrong = write(bench, "ada", &calendar, &wrong).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("Please write a number"), "{}", wrong.text());
        let out = [("moments.0.topic", "Debriefs"), ("moments.0.out.", "yes"), ("moments.1.topic", "Look at work")];
        assert_eq!(write(bench, "ada", &calendar, &out).await.status, 303);
        let form = visitor(bench, "ada").get(&calendar).await;
        assert!(form.body.contains("name=\"moments.0.topic\" value=\"Look at work\""), "{}", form.body);

        let focus = format!("{PLAN}/sections/focus");
        let many =
            [("focal.0.who_first", "Ada"), ("focal.1.who_first", "Pia"), ("focal.2.who_first", "Tom"), ("practices", "9.9.9")];
        let many = write(bench, "ada", &focus, &many).await;
        assert_eq!(many.status, 422);
        assert!(many.text().contains("2 rows are the most here") && many.text().contains("There is no practice 9.9.9"));
        assert!(many.body.contains("value=\"Tom\""), "what was typed is still there: {}", many.body);
        let fine = [("focal.0.who_first", "Ada"), ("practices", "2.2.3; 3.2.4")];
        assert_eq!(write(bench, "ada", &focus, &fine).await.status, 303);
        assert!(visitor(bench, "ada").get(&focus).await.body.contains("value=\"2.2.3, 3.2.4\""));
        let goals = format!("{PLAN}/sections/goals");
        let form = visitor(bench, "ada").get(&goals).await;
        assert!(form.body.contains("name=\"theory_links\" value=\"C1\""), "{}", form.body);
        let chosen = [("theory_links", "C1"), ("theory_links", "Z9"), ("rubric_links", "STR-B1")];
        assert_eq!(write(bench, "ada", &goals, &chosen).await.status, 303);
        let text = visitor(bench, "ada").get(PLAN).await.text();
        assert!(text.contains("STR-B1") && !text.contains("Z9"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn the_next_cycles_plan_begins_as_a_copy_that_asks_what_is_still_right() {
    in_the_world(async |bench| {
        begun(bench).await;
        let mut ada = visitor(bench, "ada");
        let texts = [("voices", "Families were heard."), ("context", "Half is new."), ("learned", "Few at once.")];
        write(bench, "ada", FRAME, &texts).await;
        write(bench, "ada", &format!("{PLAN}/sections/midpoint"), &[("mid_seen", "Debriefs are short.")]).await;
        let calendar = format!("{PLAN}/sections/calendar");
        write(bench, "ada", &calendar, &[("moments.0.topic", "Debriefs"), ("moments.1.topic", "Look at work")]).await;
        agree(bench, "ada", "Our first plan.").await;
        let done = [("version", "1"), ("text", "Keep Tuesday at two free for debriefs"), ("status", "done")];
        assert_eq!(ada.post("/cycles/alder.21.c1/plan-actions/alder.21.c1.a1", &done).await.status, 303);
        let page = ada.get("/cycles/alder.21.c1").await;
        ada.post("/cycles/alder.21.c1/closure", &[("version", &hidden(&page, "version"))]).await;
        let closed = write(bench, "ada", FRAME, &[("voices", "Too late.")]).await;
        assert_eq!(closed.status, 422);
        assert!(closed.text().contains("This cycle is closed"), "{}", closed.text());
        let begin = [
            ("title", "Debriefs that teachers ask for"),
            ("starts_on", "2021-12-06"),
            ("ends_on", "2022-03-04"),
            ("members", "ada-byrne"),
            ("year", "2021-22"),
            ("number", "2"),
            ("template", "roci"),
            ("carries_on", "alder.21.c1"),
        ];
        assert_eq!(ada.post("/partnerships/alder/cycles", &begin).await.location(), "/cycles/alder.21.c2");
        let next = "/cycles/alder.21.c2/plan";
        assert!(ada.get(next).await.text().contains("It begins as a copy of the plan of Cycle 1"));
        assert_eq!(ada.post(next, &[]).await.status, 303);
        let text = ada.get(next).await.text();
        for said in [
            "Families were heard. Still right?",
            "5 lines came along from the last plan.",
            "1 action of the last cycle, done or let go",
            "Keep Tuesday at two free for debriefs Done",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Debriefs are short."), "the half-way look is of its cycle");
        assert!(!text.contains("Few at once."), "what one cycle taught is not what the next one did");
        // One is changed, one is said to be right, one is left as it is.
        let calendar = format!("{next}/sections/calendar");
        let form = ada.get(&calendar).await;
        assert!(form.body.contains("name=\"moments.1.right.\""), "{}", form.body);
        let frame = format!("{next}/sections/frame");
        write(bench, "pia", &frame, &[("voices", "Families and students were heard."), ("context", "Half is new.")]).await;
        let rows = [("moments.0.topic", "Debriefs"), ("moments.0.right.", "yes"), ("moments.1.topic", "Look at work")];
        write(bench, "pia", &calendar, &rows).await;
        let text = ada.get(next).await.text();
        assert!(text.contains("2 lines came along"), "{text}");
        assert!(text.contains("Half is new. Still right?") && text.contains("Look at work Still right?"), "{text}");
        let compared = ada.get(&format!("{next}/comparison?from=last")).await;
        assert!(compared.body.contains("<ins>and students "), "{}", compared.body);
        assert!(compared.text().contains("The plan of Cycle 1"), "{}", compared.text());
        let list = visitor(bench, "pia").get("/partnerships/alder/plans").await.text();
        assert!(list.contains("Version 1, agreed on 6 October.") && list.contains("Being written"), "{list}");
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_read_by_staff_and_its_site_and_written_by_those_who_run_the_cycle() {
    in_the_world(async |bench| {
        begun(bench).await;
        agree(bench, "ada", "Our first plan.").await;
        let writers = ["ada", "sofia", "dora", "chi", "pia", "tom"];
        for (name, _) in PEOPLE {
            let mut who = visitor(bench, name);
            let sees = !["quin", "lena"].contains(&name);
            for path in [PLAN.to_owned(), format!("{PLAN}/versions/1"), format!("{PLAN}/comparison")] {
                assert_eq!(who.get(&path).await.status, if sees { 200 } else { 404 }, "{path} as {name}");
            }
            let writes = writers.contains(&name);
            let form = who.get(FRAME).await.status;
            assert_eq!(
                form,
                if writes {
                    200
                } else if sees {
                    403
                } else {
                    404
                },
                "{name}"
            );
            if sees {
                let has_button = who.get(PLAN).await.body.contains(&format!("href=\"{FRAME}\""));
                assert_eq!(has_button, writes, "{name} is shown what the route would say");
            }
        }
        for path in ["/cycles/lakes.21.c1/plan", "/cycles/ada.21.c1/plan", "/cycles/riverside.21.c1/plan"] {
            assert_eq!(visitor(bench, "ada").get(path).await.status, 404, "{path}: plans are made with partners");
        }
        let cycle = visitor(bench, "pia").get("/cycles/alder.21.c1").await.body;
        assert!(cycle.contains(&format!("href=\"{PLAN}\"")), "the cycle leads to its plan");
        assert!(!visitor(bench, "ada").get("/cycles/lakes.21.c1").await.body.contains("/plan\""));
    })
    .await;
}

#[tokio::test]
async fn plans_come_in_with_their_versions_and_what_is_wrong_is_named() {
    in_the_world(async |bench| {
        let mut quin = visitor(bench, "quin");
        let plan = "/cycles/birch.21.c1/plan";
        let text = quin.get(plan).await.text();
        for said in ["Version 2, agreed on 29 September.", "and two families.", "The second meeting fell through.", "Quin Harper"]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(text.contains("The smallest test Still right?"), "{text}");
        let compared = quin.get(&format!("{plan}/comparison?from=1&to=2")).await;
        assert!(
            compared.body.contains("<del>") && compared.text().contains("What we saw, and what we did not"),
            "{}",
            compared.body
        );
        assert!(compared.text().contains("Learning moments") && !compared.text().contains("Whose views"), "only what differs");

        let head = "plan,version,why,agreed_at,agreed_by,section,field,line,column,text,asks\n";
        let kind = bench.app.house.import_kind("plans").expect("a kind of file");
        for (rows, column) in [
            ("nowhere.21.c1,,,,,frame,voices,,,Some.,", "plan"),
            ("lakes.21.c1,,,,,frame,voices,,,Some.,", "plan"),
            ("birch.21.c1,,,,,frame,voices,,,Something else.,", "plan"),
            ("alder.21.c1,2,Why.,2021-09-15T14:00:00Z,,frame,voices,,,Some.,", "version"),
            ("alder.21.c1,1,,2021-09-15T14:00:00Z,,frame,voices,,,Some.,", "version"),
            ("alder.21.c1,,,,,nothing,voices,,,Some.,", "section"),
            ("alder.21.c1,,,,,frame,team,,,Some.,", "field"),
            ("alder.21.c1,,,,,calendar,moments,1,colour,Some.,", "column"),
            ("alder.21.c1,,,,,calendar,moments,99,topic,Some.,", "column"),
            ("alder.21.c1,,,,,frame,voices,,,,", "text"),
            ("alder.21.c1,,,,,frame,voices,,,Some.,\nalder.21.c1,,,,,frame,voices,,,Other.,", "text"),
        ] {
            let source = import::read(kind, "plans.csv", format!("{head}{rows}\n").as_bytes()).expect("a file that can be read");
            let tally = import::take(&bench.app, kind, &[source], &Actor::Process("a test"), import::Mode::Take).await;
            let refused = tally.expect("an answer").refused;
            assert_eq!(refused.first().and_then(|one| one.column.clone()).as_deref(), Some(column), "{rows}: {refused:?}");
        }
    })
    .await;
}
