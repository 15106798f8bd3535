//! Cycles as people see them: each owner's by those whom they concern, and nobody else.

mod coachees;
mod files;
mod review;
mod running;

use platform::{audit::Actor, db, import};

use crate::world::{FILES, PEOPLE, in_the_world, visitor};

const STAFF: [&str; 8] = ["ada", "ben", "sofia", "dora", "eva", "hal", "chi", "otto"];

#[tokio::test]
async fn a_persons_own_cycle_is_for_the_person_and_the_supervisor() {
    in_the_world(async |bench| {
        for (name, _) in PEOPLE {
            let mut who = visitor(bench, name);
            let expected = if ["ada", "sofia"].contains(&name) { 200 } else { 404 };
            for path in ["/cycles/ada.21.c1", "/people/ada-byrne/cycles"] {
                assert_eq!(who.get(path).await.status, expected, "{path} as {name}");
            }
            let everywhere = ["/", "/people/ada-byrne", "/search?q=question", "/audit", "/organisation/cycles", "/teams/lakes"];
            for path in everywhere {
                let told = who.get(path).await.text().contains("Ask one more question");
                assert!(!told || ["ada", "sofia"].contains(&name), "{path} tells {name} of Ada's own cycle");
            }
        }
        let page = visitor(bench, "sofia").get("/cycles/ada.21.c1").await.text();
        assert!(page.contains("I answered before the question was over."), "{page}");
        assert!(page.contains("whoever supervises them. Nobody else can open it."));
        assert!(visitor(bench, "ada").get("/people/ada-byrne").await.text().contains("Ask one more question"));
        assert!(visitor(bench, "sofia").get("/people/ada-byrne").await.text().contains("Ask one more question"));
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_of_before_does_not_see_it_any_more() {
    in_the_world(async |bench| {
        let sql =
            "update membership set to_on = $1 where supervisor_id = (select id from person where email = 'sofia@example.org')";
        let yesterday: chrono::NaiveDate = "2021-10-05".parse().expect("a day");
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![yesterday.into()]).await).await.expect("a change");
        assert_eq!(visitor(bench, "sofia").get("/cycles/ada.21.c1").await.status, 404);
        assert_eq!(visitor(bench, "ada").get("/cycles/ada.21.c1").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_partnerships_cycles_are_for_staff_and_its_own_site() {
    in_the_world(async |bench| {
        for (name, _) in PEOPLE {
            let mut who = visitor(bench, name);
            let here = STAFF.contains(&name) || ["pia", "tom"].contains(&name);
            for path in ["/cycles/alder.21.c1", "/partnerships/alder/cycles"] {
                assert_eq!(who.get(path).await.status, if here { 200 } else { 404 }, "{path} as {name}");
            }
            for path in ["/cycles/lakes.21.c1", "/teams/lakes/cycles", "/cycles/riverside.21.c1", "/organisation/cycles"] {
                let status = who.get(path).await.status;
                assert_eq!(status, if STAFF.contains(&name) { 200 } else { 404 }, "{path} as {name}");
            }
        }
        assert_eq!(visitor(bench, "ada").get("/cycles/nowhere").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_cycle_shows_all_that_belongs_to_it() {
    in_the_world(async |bench| {
        let page = visitor(bench, "pia").get("/cycles/alder.21.c1").await;
        let text = page.text();
        for said in [
            "Cycle 1: Every teacher coached",
            "Whose voice is not in the plan yet?",
            "We start from what teachers tell us.",
            "Eight in ten visits are debriefed within two days.",
            "From 22 to 80 per cent",
            "75, most likely between 65 and 85; 70 % sure that the target is met",
            "Keep Tuesday at two free for debriefs",
            "Could teachers see the draft before Friday?",
            "Carries on Cycle 3 of 2020–21: Talk before writing",
            "All staff, and the people at Alder Elementary.",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(page.body.contains("<li aria-current=\"step\"><b>Plan</b>"), "{}", page.body);
        assert!(!text.contains("Close and renew"), "the sixth step belongs to the last cycle of a year");
        assert!(!page.body.contains("href=\"/people/ada-byrne\""), "the partner side has no pages of people");

        let closed = visitor(bench, "ada").get("/cycles/alder.20.c3").await.text();
        for said in ["Close and renew", "Partly met", "47 per cent", "Coach fewer people and finish.", "What did not work"] {
            assert!(closed.contains(said), "{said}: {closed}");
        }
        let test = visitor(bench, "quin").get("/cycles/birch.21.c1").await.body;
        assert!(test.contains("<li aria-current=\"step\"><b>Do</b>") && test.contains("<b>Study</b>"), "{test}");
    })
    .await;
}

#[tokio::test]
async fn today_and_the_pages_of_owners_say_what_waits() {
    in_the_world(async |bench| {
        let ada = visitor(bench, "ada").get("/").await.text();
        assert!(ada.contains("What you said you would do"), "{ada}");
        assert!(ada.contains("Each coachee names a goal") && ada.contains("Record one talk and count my questions"), "{ada}");
        assert!(!ada.contains("Keep Tuesday at two free"), "it is Pia's to do");
        let pia = visitor(bench, "pia").get("/").await.text();
        assert!(pia.contains("Keep Tuesday at two free for debriefs") && pia.contains("By 8 October"), "{pia}");
        let quin = visitor(bench, "quin").get("/").await.text();
        assert!(quin.contains("Look together at what happened in Cycle 1") && quin.contains("It ends on 15 October"), "{quin}");
        for (path, said) in
            [("/partnerships/alder", "Cycle 1: Every teacher coached"), ("/teams/lakes", "Cycle 1: Lists that mean something")]
        {
            assert!(visitor(bench, "ben").get(path).await.text().contains(said), "{path}");
        }
        let found = visitor(bench, "pia").get("/search?q=coached&format=json").await.body;
        assert!(found.contains("/cycles/alder.21.c1"), "{found}");
        assert!(!visitor(bench, "quin").get("/search?q=coached&format=json").await.body.contains("/cycles/"));
    })
    .await;
}

/// What a file of a kind would do.
async fn tried(bench: &platform::testing::Bench, kind: &str, text: &str) -> Vec<(String, u64)> {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, "file.csv", text.as_bytes()).expect("a file that can be read");
    let tally =
        import::take(&bench.app, kind, &[source], &Actor::Process("a test"), import::Mode::Take).await.expect("an answer");
    tally.refused.iter().map(|one| (one.column.clone().unwrap_or_default(), one.row.unwrap_or(0))).collect()
}

#[tokio::test]
async fn each_thing_that_is_wrong_in_a_file_is_named() {
    in_the_world(async |bench| {
        let head = "cycle,owner_kind,owner,school_year,number,title,template,starts,ends,state,step,members,carried_from\n";
        let rows = [
            "x1,partnership,aldre,2021-22,1,T,roci,2021-09-01,2021-10-01,planned,,,",
            "x2,partnership,alder,2021-22,0,T,roci,2021-09-01,2021-08-01,planned,,,",
            "x3,partnership,alder,2021-22,1,T,kata,2021-09-01,2021-10-01,planned,,,",
            "x4,partnership,alder,2021-22,1,T,pdsa,2021-09-01,2021-10-01,open,partner,,",
            "x5,partnership,alder,2021-22,1,T,roci,2021-09-01,2021-10-01,open,,zoe@example.org,x99",
            "x/6,partnership,alder,2021-22,1,T,roci,2021-09-01,2021-10-01,planned,,,",
            "x7,team,,2021-22,1,T,roci,2021-09-01,2021-10-01,planned,,,",
        ];
        let refused = tried(bench, "cycles", &format!("{head}{}\n", rows.join("\n"))).await;
        let refused: Vec<_> = refused.iter().map(|(column, row)| (column.as_str(), *row)).collect();
        let expected = [
            ("owner", 2),
            ("number", 3),
            ("ends", 3),
            ("template", 4),
            ("step", 5),
            ("step", 6),
            ("members", 6),
            ("carried_from", 6),
            ("cycle", 7),
            ("owner", 8),
        ];
        assert_eq!(refused, expected);
        let goals = "goal,cycle,kind,text,predicted_low,predicted_high,confidence_percent,practices\n\
             g1,alder.21.c1,adult,T,5,3,70,\ng2,alder.21.c1,adult,T,,,100,9.9.9\n";
        let refused = tried(bench, "goals", goals).await;
        let refused: Vec<_> = refused.iter().map(|(column, row)| (column.as_str(), *row)).collect();
        assert_eq!(refused, [("predicted_high", 2), ("confidence_percent", 3), ("practices", 3)]);

        // The log needs no keys: the same words twice are one entry, whichever file they come in.
        let log = "cycle,date,author,text\nalder.21.c1,2021-10-01,ada@example.org,Rain.\nalder.21.c1,2021-10-01,ada@example.org,Rain.\n";
        assert_eq!(tried(bench, "log-entries", log).await, []);
        assert_eq!(tried(bench, "log-entries", log).await, []);
        let count = db::scalar::<i64>(bench.app.db.read(), "select count(*) from log_entry where text = 'Rain.'", vec![]).await;
        assert_eq!(count.expect("an answer"), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_changed_file_changes_what_it_says_and_a_step_that_is_stood_in_stays() {
    in_the_world(async |bench| {
        let (_, _, goals) = FILES.iter().find(|(kind, ..)| *kind == "goals").expect("goals");
        let changed = goals.replace("22,80,2021-11-12", "25,80,2021-11-12").replace("2.2.3;3.2.3", "2.2.3");
        assert_eq!(tried(bench, "goals", &changed).await, []);
        let page = visitor(bench, "ada").get("/cycles/alder.21.c1").await;
        assert!(page.text().contains("From 25 to 80 per cent"));
        assert!(!page.body.contains("/practices/3.2.3"), "the practice that was left out is gone");

        // A column that is not there says nothing, a column that is empty says so.
        let page = visitor(bench, "ada").get("/cycles/alder.20.c3").await.text();
        assert!(page.contains("Two groups moved and one did not.") && page.contains("multilingual learners"));
        let few = "goal,cycle,kind,text,student_group\nalder.20.c3.g1,alder.20.c3,student,Half of them read at benchmark.,\n";
        assert_eq!(tried(bench, "goals", few).await, []);
        let page = visitor(bench, "ada").get("/cycles/alder.20.c3").await.text();
        assert!(page.contains("Half of them read at benchmark.") && page.contains("Two groups moved and one did not."));
        assert!(!page.contains("multilingual learners"));
        let few = "action,cycle,text,status\nalder.20.c3.a1,alder.20.c3,Two rooms try the talk routine,dropped\n";
        assert_eq!(tried(bench, "plan-actions", few).await, []);
        assert!(visitor(bench, "ada").get("/cycles/alder.20.c3").await.text().contains("No cover for it."));
        let few = "cycle,owner_kind,owner,school_year,number,title,template,starts,ends,state\n\
             alder.20.c3,partnership,alder,2020-21,3,Talk first,roci,2021-03-08,2021-06-11,closed\n";
        assert_eq!(tried(bench, "cycles", few).await, []);
        assert!(visitor(bench, "ada").get("/cycles/alder.20.c3").await.text().contains("Lena"), "who was in it is");

        let (_, _, templates) = FILES.iter().find(|(kind, ..)| *kind == "cycle-templates").expect("templates");
        let refused = tried(bench, "cycle-templates", &templates.replace("id = \"do\"", "id = \"try\"")).await;
        assert_eq!(refused.len(), 1, "Birch stands in Do");
        assert_eq!(tried(bench, "cycle-templates", &templates.replace("name = \"Study\"", "name = \"Look\"")).await, []);
        assert!(visitor(bench, "ben").get("/cycles/birch.21.c1").await.body.contains("<b>Look</b>"));
    })
    .await;
}
