//! Cycles and what belongs to them, for programs: the same eyes, the same verbs, the same rules as on the pages.

use axum::http::Method;
use platform::{db, testing::Bench};
use serde_json::{Value, json};

use super::{etag, is_problem, program};
use crate::world::{PEOPLE, in_the_world, visitor};

const ANY: [(&str, &str); 1] = [("if-match", "*")];

fn keys(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a list");
    let mut keys: Vec<&str> = items.iter().map(|item| item["key"].as_str().expect("a key")).collect();
    keys.sort_unstable();
    keys
}

fn pointers(reply: &platform::testing::Reply) -> Vec<String> {
    let problem = reply.json();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|flaw| flaw["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

const STAFF: [&str; 5] = ["alder.20.c3", "alder.21.c1", "birch.21.c1", "lakes.21.c1", "riverside.21.c1"];

#[tokio::test]
async fn everybody_is_listed_what_their_pages_show() {
    in_the_world(async |bench| {
        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            if name == "lena" {
                for list in ["cycles", "goals", "plan-actions", "log-entries", "learnings"] {
                    is_problem(&who.get(&format!("/api/v1/{list}")).await, 403, "not-allowed");
                }
                is_problem(&who.get("/api/v1/cycles/alder.20.c3").await, 404, "not-found");
                continue;
            }
            let all = who.get("/api/v1/cycles").await.json();
            let expected: Vec<&str> = match name {
                "ada" | "sofia" => ["ada.21.c1"].into_iter().chain(STAFF).collect(),
                "pia" | "tom" => vec!["alder.20.c3", "alder.21.c1"],
                "quin" => vec!["birch.21.c1"],
                _ => STAFF.to_vec(),
            };
            let mut sorted = expected.clone();
            sorted.sort_unstable();
            assert_eq!(keys(&all), sorted, "{name}");
            for key in ["ada.21.c1", "alder.21.c1", "birch.21.c1", "lakes.21.c1", "riverside.21.c1"] {
                let status = who.get(&format!("/api/v1/cycles/{key}")).await.status;
                assert_eq!(status, if expected.contains(&key) { 200 } else { 404 }, "{key} as {name}");
                assert_eq!(status, visitor(bench, name).get(&format!("/cycles/{key}")).await.status, "the page of {key}");
            }
            for (list, count, own) in [("goals", 2, 1), ("plan-actions", 3, 1), ("log-entries", 2, 1), ("learnings", 3, 0)] {
                let page = who.get(&format!("/api/v1/{list}")).await.json();
                let count = match name {
                    "quin" => 0,
                    "ada" | "sofia" => count + own,
                    _ => count,
                };
                assert_eq!(keys(&page).len(), count, "{list} as {name}: {page}");
                for item in page["items"].as_array().expect("a list") {
                    let path = format!("/api/v1/{list}/{}", item["key"].as_str().expect("a key"));
                    assert_eq!(who.get(&path).await.json(), *item, "{path}");
                }
            }
            for part in ["goals/ada.21.c1.g1", "plan-actions/ada.21.c1.a1", "log-entries/ada.21.c1.n1"] {
                let status = who.get(&format!("/api/v1/{part}")).await.status;
                assert_eq!(status, if ["ada", "sofia"].contains(&name) { 200 } else { 404 }, "{part} as {name}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_of_before_is_listed_nothing_any_more() {
    in_the_world(async |bench| {
        let sql =
            "update membership set to_on = $1 where supervisor_id = (select id from person where email = 'sofia@example.org')";
        let yesterday: chrono::NaiveDate = "2021-10-05".parse().expect("a day");
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![yesterday.into()]).await).await.expect("a change");
        let mut sofia = program(bench, "sofia").await;
        assert_eq!(keys(&sofia.get("/api/v1/cycles").await.json()), STAFF);
        assert_eq!(keys(&sofia.get("/api/v1/goals?owner_kind=person").await.json()), Vec::<&str>::new());
        is_problem(&sofia.get("/api/v1/goals/ada.21.c1.g1").await, 404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        for (path, expected) in [
            ("cycles?owner_kind=partnership", vec!["alder.20.c3", "alder.21.c1", "birch.21.c1"]),
            ("cycles?owner=alder&school_year=2021-22", vec!["alder.21.c1"]),
            ("cycles?owner=ada-byrne", vec!["ada.21.c1"]),
            ("cycles?owner=lakes&owner_kind=partnership", vec![]),
            ("cycles?step=act", vec!["ada.21.c1", "lakes.21.c1", "riverside.21.c1"]),
            ("cycles?state=closed", vec!["alder.20.c3"]),
            ("cycles?template=pdsa", vec!["birch.21.c1"]),
            ("goals?cycle=alder.21.c1", vec!["alder.21.c1.g1"]),
            ("goals?met=partly", vec!["alder.20.c3.g1"]),
            ("goals?practice=3.2.3", vec!["alder.21.c1.g1"]),
            ("goals?kind=student", vec!["alder.20.c3.g1"]),
            ("plan-actions?person=ada-byrne", vec!["ada.21.c1.a1", "alder.21.c1.a2"]),
            ("plan-actions?status=under_way", vec!["alder.21.c1.a1"]),
            ("plan-actions?practice=2.2.1", vec!["alder.21.c1.a1"]),
            ("plan-actions?due_to=2021-10-08", vec!["alder.20.c3.a1", "alder.21.c1.a1"]),
            ("log-entries?author=pia-alvarez", vec!["alder.21.c1.n2"]),
            ("log-entries?from=2021-10-01", vec!["alder.21.c1.n2"]),
            ("log-entries?to=2021-09-28", vec!["alder.21.c1.n1"]),
            ("learnings?kind=failure", vec!["alder.20.c3.l2"]),
            ("learnings?practice=2.1.5&owner=alder", vec!["alder.20.c3.l1"]),
            ("learnings?author=ada-byrne", vec!["alder.21.c1.l1"]),
        ] {
            let page = ada.get(&format!("/api/v1/{path}")).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert_eq!(keys(&page.json()), expected, "{path}");
        }
        let goal = ada.get("/api/v1/goals/alder.20.c3.g1").await.json();
        for (member, value) in [
            ("cycle", json!("alder.20.c3")),
            ("owner_kind", json!("partnership")),
            ("owner", json!("alder")),
            ("school_year", json!("2020-21")),
            ("baseline", json!(44.0)),
            ("by", json!("2021-06-04")),
            ("confidence_percent", json!(90)),
            ("met", json!("partly")),
            ("decision", json!("adapt")),
            ("practices", json!([])),
        ] {
            assert_eq!(goal[member], value, "{member}");
        }
        let cycle = ada.get("/api/v1/cycles/alder.21.c1").await.json();
        assert_eq!(cycle["members"], json!(["ada-byrne", "pia-alvarez", "tom-reyes"]));
        assert_eq!(cycle["member_names"], json!(["Ada Byrne", "Pia Alvarez", "Tom Reyes"]));
        assert_eq!((&cycle["carried_from"], &cycle["step"]), (&json!("alder.20.c3"), &json!("plan")));
    })
    .await;
}

async fn events(bench: &Bench) -> Vec<String> {
    #[derive(db::FromQueryResult)]
    struct Row {
        action: String,
    }
    let sql = "select action from audit_event where subject_kind = 'cycle' order by seq";
    let rows = db::rows::<Row>(bench.app.db.read(), sql, vec![]).await.expect("events");
    rows.into_iter().map(|row| row.action).collect()
}

#[tokio::test]
async fn a_cycle_is_run_from_its_beginning_to_its_end() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        let begun = json!({
            "title": "Debriefs that teachers ask for", "starts": "2021-12-06", "ends": "2022-03-04", "members": ["ada-byrne"],
            "school_year": "2021-22", "number": 2, "template": "roci", "carried_from": "alder.21.c1",
        });
        let path = "/api/v1/partnerships/alder/cycles";
        let key = [("idempotency-key", "begin-1")];
        let made = ada.send_json("POST", path, &key, &begun).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/cycles/alder.21.c2"), "{}", made.body);
        assert_eq!(ada.send_json("POST", path, &key, &begun).await.body, made.body, "sent twice it begins once");
        let again = ada.send_json("POST", path, &[], &begun).await;
        assert_eq!((again.status.as_u16(), pointers(&again)), (422, vec!["#/number".to_owned()]), "{}", again.body);
        let cycle = ada.get("/api/v1/cycles/alder.21.c2").await;
        assert_eq!(cycle.json(), made.json());
        assert_eq!((&cycle.json()["state"], &cycle.json()["step"]), (&json!("open"), &json!("partner")));
        let carried = ada.get("/api/v1/goals?cycle=alder.21.c2").await.json();
        assert_eq!(carried["items"][0]["text"], "Eight in ten visits are debriefed within two days.");

        // Who is in it, what is agreed.
        let path = "/api/v1/cycles/alder.21.c2";
        let change = json!({ "agreements": "Short.", "members": ["ada-byrne", "pia-alvarez"] });
        let changed = ada.send_json("PATCH", path, &[("if-match", &etag(&cycle))], &change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let mut expected = cycle.json();
        expected["agreements"] = "Short.".into();
        expected["members"] = json!(["ada-byrne", "pia-alvarez"]);
        expected["member_names"] = json!(["Ada Byrne", "Pia Alvarez"]);
        assert_eq!(changed.json(), expected, "what was not sent stays");
        is_problem(&ada.send_json("PATCH", path, &[("if-match", &etag(&cycle))], &change).await, 412, "stale");
        let stranger = ada.send_json("PATCH", path, &ANY, &json!({ "members": ["quin-harper"] })).await;
        assert_eq!((stranger.status.as_u16(), pointers(&stranger)), (422, vec!["#/members".to_owned()]));
        assert!(stranger.body.contains("Those who can be: ada-byrne (Ada Byrne), "), "{}", stranger.body);
        let backwards = ada.send_json("PATCH", path, &ANY, &json!({ "ends": "2021-12-01" })).await;
        assert_eq!(pointers(&backwards), ["#/ends"]);

        // On, and back.
        let step = format!("{path}/step");
        is_problem(&ada.send_json("PATCH", &step, &[], &json!({ "step": "plan" })).await, 428, "if-match-missing");
        for wanted in ["act", "plan"] {
            let moved = ada.send_json("PATCH", &step, &ANY, &json!({ "step": wanted })).await;
            assert_eq!((moved.status.as_u16(), &moved.json()["step"]), (200, &json!(wanted)), "{}", moved.body);
        }
        for unknown in [json!({ "step": "dance" }), json!({})] {
            let refused = ada.send_json("PATCH", &step, &ANY, &unknown).await;
            assert_eq!((refused.status.as_u16(), pointers(&refused)), (422, vec!["#/step".to_owned()]));
            assert!(refused.body.contains("set_goals"), "it names the steps: {}", refused.body);
        }

        // A goal is set, then assessed.
        let goal = json!({
            "kind": "adult", "text": "Teachers ask for it.", "unit": "requests", "baseline": 0.125, "target": 12,
            "predicted": 9.5, "predicted_low": 6, "predicted_high": 11, "confidence_percent": 60, "practices": ["3.2.3", "2.2.3"],
        });
        let goal = ada.send_json("POST", &format!("{path}/goals"), &[], &goal).await;
        assert_eq!(goal.status, 201, "{}", goal.body);
        assert_eq!(goal.json()["practices"], json!(["2.2.3", "3.2.3"]));
        let at = goal.location().to_owned();
        assert_eq!(ada.get(&at).await.json(), goal.json());
        let assessed = json!({ "outcome": 10, "met": "partly", "happened": "It grew.", "decision": "keep" });
        let assessed = ada.send_json("PATCH", &at, &[("if-match", &etag(&goal))], &assessed).await;
        assert_eq!(assessed.status, 200, "{}", assessed.body);
        let mut expected = goal.json();
        for (member, value) in
            [("outcome", json!(10.0)), ("met", json!("partly")), ("happened", json!("It grew.")), ("decision", json!("keep"))]
        {
            expected[member] = value;
        }
        assert_eq!(assessed.json(), expected, "all that was not sent stays, to the last decimal");
        let upside_down = ada.send_json("PATCH", &at, &ANY, &json!({ "predicted_low": 20 })).await;
        assert_eq!(pointers(&upside_down), ["#/predicted_high"]);
        let unknown = ada.send_json("PATCH", &at, &ANY, &json!({ "practices": ["9.9.9"] })).await;
        assert_eq!(pointers(&unknown), ["#/practices"]);

        // An action, a note, a learning.
        let action = json!({ "text": "Ask at lunch", "person": "pia-alvarez", "due": "2022-01-10", "practice": "2.2.3" });
        let action = ada.send_json("POST", &format!("{path}/plan-actions"), &[], &action).await;
        assert_eq!((action.status.as_u16(), &action.json()["status"]), (201, &json!("not_started")), "{}", action.body);
        assert_eq!(action.json()["person_name"], "Pia Alvarez");
        let done = json!({ "status": "done", "due": null });
        let done = ada.send_json("PATCH", action.location(), &[("if-match", &etag(&action))], &done).await;
        assert_eq!((&done.json()["status"], &done.json()["due"]), (&json!("done"), &Value::Null), "{}", done.body);
        assert_eq!(done.json()["person"], "pia-alvarez");
        let note = ada.send_json("POST", &format!("{path}/log-entries"), &[], &json!({ "text": "Snow." })).await;
        assert_eq!((note.status.as_u16(), &note.json()["date"]), (201, &json!("2021-10-06")), "{}", note.body);
        let late = json!({ "text": "Snow.", "date": "2021-10-07" });
        assert_eq!(pointers(&ada.send_json("POST", &format!("{path}/log-entries"), &[], &late).await), ["#/date"]);
        let learned = json!({ "kind": "failure", "text": "Lunch is too loud.", "practices": ["3.2.3"] });
        let learned = ada.send_json("POST", &format!("{path}/learnings"), &[], &learned).await;
        assert_eq!((learned.status.as_u16(), &learned.json()["author"]), (201, &json!("ada-byrne")), "{}", learned.body);

        // Pages show the same, and what is taken out is gone.
        let page = visitor(bench, "pia").get("/cycles/alder.21.c2").await.text();
        for said in ["Short.", "Teachers ask for it.", "It grew.", "Ask at lunch", "Snow.", "Lunch is too loud."] {
            assert!(page.contains(said), "{said}: {page}");
        }
        is_problem(&ada.send(Method::DELETE, learned.location(), &[], None).await, 428, "if-match-missing");
        is_problem(&ada.send(Method::DELETE, learned.location(), &[("if-match", "\"7-x\"")], None).await, 412, "stale");
        assert_eq!(ada.send(Method::DELETE, learned.location(), &[("if-match", &etag(&learned))], None).await.status, 204);
        is_problem(&ada.get(learned.location()).await, 404, "not-found");
        is_problem(&ada.send(Method::DELETE, learned.location(), &ANY, None).await, 404, "not-found");
        is_problem(&ada.send_json("PATCH", learned.location(), &ANY, &json!({ "text": "x" })).await, 404, "not-found");
        assert!(keys(&ada.get("/api/v1/learnings?cycle=alder.21.c2").await.json()).is_empty());

        // The end; nothing is written behind it, until it is opened again.
        let closed = ada.send_json("PATCH", &step, &ANY, &json!({ "step": null })).await;
        assert_eq!((&closed.json()["state"], &closed.json()["closed_on"]), (&json!("closed"), &json!("2021-10-06")));
        is_problem(&ada.send_json("POST", &format!("{path}/log-entries"), &[], &json!({ "text": "x" })).await, 422, "unfit");
        is_problem(&ada.send_json("PATCH", &at, &ANY, &json!({ "text": "x" })).await, 422, "unfit");
        is_problem(&ada.send(Method::DELETE, &at, &ANY, None).await, 422, "unfit");
        let opened = ada.send_json("PATCH", &step, &ANY, &json!({ "step": "assess_reflect_adjust" })).await;
        assert_eq!(opened.json()["state"], "open", "{}", opened.body);
        assert_eq!(ada.send_json("PATCH", &at, &ANY, &json!({ "text": "x" })).await.status, 200);
        for event in ["cycle begun", "cycle changed", "cycle moved on", "goal added", "goal changed", "cycle closed"] {
            assert!(events(bench).await.iter().any(|one| one == event), "{event} is in the audit log");
        }
    })
    .await;
}

#[tokio::test]
async fn a_part_is_written_by_those_who_may_on_its_page() {
    in_the_world(async |bench| {
        let goal = json!({ "kind": "adult", "text": "More." });
        let note = json!({ "text": "Seen." });
        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            for (cycle, writers, readers) in [
                ("ada.21.c1", vec!["ada"], vec!["sofia"]),
                ("alder.21.c1", vec!["ada", "sofia", "dora", "chi", "pia", "tom"], vec!["ben", "eva", "hal", "otto"]),
                ("lakes.21.c1", vec!["ada", "sofia", "dora", "chi"], vec!["ben", "eva", "hal", "otto"]),
                ("riverside.21.c1", vec!["chi"], vec!["ada", "sofia", "dora", "ben", "eva", "hal", "otto"]),
            ] {
                let page = visitor(bench, name).get(&format!("/cycles/{cycle}/goals/new")).await.status.as_u16();
                let expected = if writers.contains(&name) {
                    (200, 201)
                } else if readers.contains(&name) {
                    (403, 403)
                } else {
                    (404, 404)
                };
                let reply = who.send_json("POST", &format!("/api/v1/cycles/{cycle}/goals"), &[], &goal).await;
                assert_eq!((page, reply.status.as_u16()), expected, "{cycle} as {name}: {}", reply.body);
                let reply = who.send_json("POST", &format!("/api/v1/cycles/{cycle}/log-entries"), &[], &note).await;
                assert_eq!(reply.status.as_u16(), expected.1, "{cycle} as {name}: {}", reply.body);
            }
            // What carries Ada's name is changed by nobody else.
            let path = "/api/v1/log-entries/alder.21.c1.n1";
            let change = who.send_json("PATCH", path, &ANY, &json!({ "text": format!("{name} says so.") })).await;
            let expected = match name {
                "ada" => 200,
                "quin" | "lena" => 404,
                _ => 403,
            };
            assert_eq!(change.status, expected, "{path} as {name}: {}", change.body);
        }
        let mut ada = program(bench, "ada").await;
        assert_eq!(ada.get("/api/v1/log-entries/alder.21.c1.n1").await.json()["text"], "ada says so.");
    })
    .await;
}

#[tokio::test]
async fn a_cycle_of_ones_own_is_begun_by_oneself_and_told_to_nobody_else() {
    in_the_world(async |bench| {
        let begun = json!({
            "title": "Listen longer", "starts": "2021-12-06", "ends": "2022-03-04", "school_year": "2021-22", "number": 2,
            "template": "roci", "carried_from": "ada.21.c1",
        });
        let path = "/api/v1/people/ada-byrne/cycles";
        is_problem(&program(bench, "sofia").await.send_json("POST", path, &[], &begun).await, 403, "not-allowed");
        is_problem(&program(bench, "dora").await.send_json("POST", path, &[], &begun).await, 404, "not-found");
        let made = program(bench, "ada").await.send_json("POST", path, &[], &begun).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/cycles/ada-byrne.21.c2"), "{}", made.body);
        assert_eq!(program(bench, "sofia").await.get(made.location()).await.json(), made.json());
        is_problem(&program(bench, "dora").await.get(made.location()).await, 404, "not-found");
        is_problem(
            &program(bench, "sofia").await.send_json("PATCH", made.location(), &ANY, &json!({ "title": "x" })).await,
            403,
            "not-allowed",
        );
        let mut ada = program(bench, "ada").await;
        let changed = ada.send_json("PATCH", made.location(), &ANY, &json!({ "title": "Listen much longer" })).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let goal = json!({ "kind": "adult", "text": "Hear them out." });
        let goal = ada.send_json("POST", &format!("{}/goals", made.location()), &[], &goal).await;
        assert_eq!(goal.status, 201, "{}", goal.body);
        let audit = visitor(bench, "otto").get("/audit").await.text();
        assert!(audit.contains("cycle begun") && audit.contains("goal added"), "{audit}");
        for own in ["Listen longer", "Listen much longer", "Hear them out"] {
            assert!(!audit.contains(own), "the audit log has other readers than {own}");
        }
        // The number is taken, also for who asks by a program and for a year of long ago.
        is_problem(&ada.send_json("POST", path, &[], &begun).await, 422, "unfit");
        // A place in a list that somebody may not see is a place that is not there.
        let own = ada.get("/api/v1/cycles?owner=ada-byrne&limit=1").await.json();
        let next = own["next"].as_str().expect("a second one").to_owned();
        let after = next.split("cursor=").nth(1).and_then(|rest| rest.split('&').next()).expect("a place");
        let list = program(bench, "pia").await.get(&format!("/api/v1/cycles?cursor={after}")).await.json();
        assert_eq!(list["items"], json!([]), "{list}");
        for key in ["ada-byrne.21.c2", "ada-byrne.21.c9"] {
            let page = visitor(bench, "pia").get(&format!("/partnerships/alder/cycles?after={key}")).await.text();
            assert!(!page.contains("/cycles/alder.21.c1"), "{key}: {page}");
        }
        // One of a team, and one of the whole organisation.
        let begun = json!({
            "title": "Sharper lists", "starts": "2021-12-06", "ends": "2022-03-04", "school_year": "2021-22", "number": 2,
            "template": "pdsa",
        });
        for (path, who, other) in [("teams/lakes", "dora", "ben"), ("organisation", "chi", "dora")] {
            let path = format!("/api/v1/{path}/cycles");
            is_problem(&program(bench, other).await.send_json("POST", &path, &[], &begun).await, 403, "not-allowed");
            let made = program(bench, who).await.send_json("POST", &path, &[], &begun).await;
            assert_eq!((made.status.as_u16(), &made.json()["template"]), (201, &json!("pdsa")), "{}", made.body);
        }
        let wrong = json!({
            "title": "x", "starts": "2021-12-06", "ends": "2022-03-04", "school_year": "2021-22", "number": 3, "template": "kata",
            "carried_from": "birch.21.c1",
        });
        let wrong = program(bench, "chi").await.send_json("POST", "/api/v1/organisation/cycles", &[], &wrong).await;
        let mut pointers = pointers(&wrong);
        pointers.sort();
        assert_eq!(pointers, ["#/carried_from", "#/template"]);
    })
    .await;
}
