//! A theory of action written by programs, node by node to the version that is out; its answers and readings.

use axum::http::Method;
use platform::testing::{Bench, Reply, Visitor};
use serde_json::{Value, json};

use super::{
    drafts::{ANY, pointers},
    etag, is_problem, program,
};
use crate::world::{PEOPLE, in_the_world, visitor};

const DRAFT: &str = "/api/v1/partnerships/alder/theory-draft";
const NODES: &str = "/api/v1/partnerships/alder/theory-draft/nodes";

async fn begin(bench: &Bench, from: &str) -> Visitor {
    let mut ada = program(bench, "ada").await;
    let made = ada.send_json("POST", DRAFT, &[], &json!({ "from": from })).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, DRAFT), "{}", made.body);
    ada
}

async fn add(who: &mut Visitor, node: Value) -> Reply {
    let made = who.send_json("POST", NODES, &[], &node).await;
    assert_eq!(made.status, 201, "{node}: {}", made.body);
    assert_eq!(who.get(made.location()).await.json(), made.json());
    made
}

fn keys(draft: &Value) -> Vec<&str> {
    draft["nodes"].as_array().expect("nodes").iter().map(|node| node["key"].as_str().expect("a key")).collect()
}

fn says(draft: &Value, word: &str) -> bool {
    draft["advice"].as_array().expect("advice").iter().any(|one| one["says"].as_str().is_some_and(|says| says.contains(word)))
}

#[tokio::test]
async fn a_theory_is_written_from_nothing_to_the_version_that_is_out() {
    in_the_world(async |bench| {
        is_problem(&program(bench, "ada").await.get(DRAFT).await, 404, "not-found");
        let mut ada = begin(bench, "template").await;
        let twice = ada.send_json("POST", DRAFT, &[], &json!({ "from": "standing" })).await;
        is_problem(&twice, 422, "unfit");
        assert!(twice.body.contains("A draft is being written already."), "{}", twice.body);
        let empty = ada.get(DRAFT).await;
        assert_eq!(
            (&empty.json()["key"], &empty.json()["version"], &empty.json()["step"], &empty.json()["nodes"]),
            (&json!("alder.v3"), &json!(3), &json!(1), &json!([]))
        );
        assert!(says(&empty.json(), "There is no aim yet."));
        let out = |step: i32| json!({ "step": step, "effective_from": "2021-11-01", "why_changed": "October taught us." });
        let publication = format!("{DRAFT}/publication");
        let early = ada.send_json("POST", &publication, &[], &out(1)).await;
        is_problem(&early, 422, "unfit");
        assert!(early.body.contains("needs an aim"), "{}", early.body);

        let aim = json!({
            "kind": "aim", "text": "Two thirds read at benchmark by June.", "students": "Multilingual learners",
            "indicators": ["STR-B1"],
            "measure": { "name": "At benchmark in June", "kind": "lagging", "baseline": 38, "target": 66.5 },
        });
        let key = [("idempotency-key", "aim-1")];
        let made = ada.send_json("POST", NODES, &key, &aim).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(ada.send_json("POST", NODES, &key, &aim).await.body, made.body);
        assert_eq!(keys(&ada.get(DRAFT).await.json()), ["A1"], "sent twice, added once");
        for member in ["kind", "text", "students", "indicators"] {
            assert_eq!(made.json()[member], aim[member], "{member}");
        }
        assert_eq!(made.json()["measure"], json!({ "name": "At benchmark in June", "kind": "lagging", "baseline": 38.0, "target": 66.5 }));
        let change = json!({
            "kind": "change", "parent": "A1", "text": "Leaders look at student work.", "because": "What is seen can be helped.",
            "practices": ["1.1.1", "2.2.3"],
        });
        let change = add(&mut ada, change).await;
        add(&mut ada, json!({ "kind": "change", "parent": "A1", "text": "Coachees name a goal." })).await;
        add(&mut ada, json!({ "kind": "condition", "parent": "C1", "text": "An hour that nothing may take." })).await;
        let pace = json!({ "name": "Pace is workable", "kind": "balancing", "baseline": null });
        let pace = add(&mut ada, json!({ "kind": "measure", "parent": "A1", "measure": pace })).await;
        assert_eq!(pace.json()["text"], "Pace is workable");
        let draft = ada.get(DRAFT).await.json();
        assert_eq!((keys(&draft), &draft["step"]), (vec!["A1", "C1", "C2", "N1", "M1"], &json!(6)));

        // Words change on the version that was read; what is not sent stays.
        let words = json!({ "text": "Leaders look at student work every two weeks.", "measure": { "name": "Meetings", "kind": "process" } });
        let path = change.location();
        is_problem(&ada.send_json("PATCH", path, &[], &words).await, 428, "if-match-missing");
        let seen = etag(&change);
        let changed = ada.send_json("PATCH", path, &[("if-match", &seen)], &words).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let now = changed.json();
        assert_eq!((&now["text"], &now["measure"]["name"], &now["version"]), (&words["text"], &json!("Meetings"), &json!(2)));
        for member in ["parent", "because", "practices", "kind"] {
            assert_eq!(now[member], change.json()[member], "{member}: what was not sent stays");
        }
        is_problem(&ada.send_json("PATCH", path, &[("if-match", &seen)], &words).await, 412, "stale");
        let bare = ada.send_json("PATCH", path, &ANY, &json!({ "measure": null, "practices": [] })).await;
        assert_eq!((&bare.json()["measure"], &bare.json()["practices"]), (&Value::Null, &json!([])), "{}", bare.body);

        // Moved, taken out with what hangs below, and brought back.
        let moved = ada.send_json("POST", &format!("{NODES}/C2/place"), &[], &json!({ "direction": "up" })).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        assert_eq!(ada.get(moved.location()).await.json(), moved.json());
        assert_eq!(keys(&ada.get(DRAFT).await.json()), ["A1", "C2", "C1", "N1", "M1"]);
        is_problem(&ada.send(Method::DELETE, path, &[], None).await, 428, "if-match-missing");
        is_problem(&ada.send(Method::DELETE, path, &[("if-match", &seen)], None).await, 412, "stale");
        let seen = etag(&ada.get(path).await);
        assert_eq!(ada.send(Method::DELETE, path, &[("if-match", &seen)], None).await.status, 204);
        assert_eq!(keys(&ada.get(DRAFT).await.json()), ["A1", "C2", "M1"]);
        is_problem(&ada.send(Method::DELETE, path, &ANY, None).await, 404, "not-found");
        let steps = ada.get(&format!("{DRAFT}/steps?limit=2")).await.json();
        let numbers: Vec<&Value> = steps["items"].as_array().expect("steps").iter().map(|step| &step["number"]).collect();
        assert_eq!(numbers, [&json!(10), &json!(9)], "{steps}");
        let older = ada.get(steps["next"].as_str().expect("more")).await.json();
        assert_eq!(older["items"][0]["number"], 8, "{older}");
        let back = ada.send_json("POST", &format!("{DRAFT}/steps/10/restoration"), &[], &json!({})).await;
        assert_eq!((back.status.as_u16(), &back.json()["number"]), (201, &json!(11)), "{}", back.body);
        assert_eq!(keys(&ada.get(DRAFT).await.json()), ["A1", "C2", "C1", "N1", "M1"]);
        for nowhere in ["steps/99", "steps/x", "nodes/Z9"] {
            is_problem(&ada.get(&format!("{DRAFT}/{nowhere}")).await, 404, "not-found");
        }

        // Out it goes, as it was read.
        is_problem(&ada.send_json("POST", &publication, &[], &out(10)).await, 412, "stale");
        let silent = ada.send_json("POST", &publication, &[], &json!({ "step": 11, "effective_from": "soon" })).await;
        assert_eq!(pointers(&silent), ["#/effective_from", "#/why_changed"]);
        let past = json!({ "step": 11, "effective_from": "2021-09-05", "why_changed": "x" });
        is_problem(&ada.send_json("POST", &publication, &[], &past).await, 422, "unfit");
        let key = [("idempotency-key", "out-1")];
        let made = ada.send_json("POST", &publication, &key, &out(11)).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/theories-of-action/alder.v3"), "{}", made.body);
        assert_eq!(ada.send_json("POST", &publication, &key, &out(11)).await.body, made.body);
        assert_eq!(program(bench, "pia").await.get(made.location()).await.json(), made.json());
        assert_eq!(keys(&made.json()), ["A1", "C2", "C1", "N1", "M1"]);
        assert_eq!(made.json()["why_changed"], "October taught us.");
        is_problem(&ada.get(DRAFT).await, 404, "not-found");
        is_problem(&ada.send_json("POST", NODES, &[], &aim).await, 404, "not-found");
        let audit = visitor(bench, "otto").get("/audit").await.text();
        assert!(audit.contains("theory of action put out") && audit.contains("theory of action changed"), "{audit}");
    })
    .await;
}

#[tokio::test]
async fn those_who_record_at_a_partnership_write_its_theory_and_nobody_else() {
    in_the_world(async |bench| {
        let mut ada = begin(bench, "standing").await;
        assert_eq!(keys(&ada.get(DRAFT).await.json()), ["K", "A", "C1", "C1a", "C2"]);
        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            let may = match name {
                "chi" | "dora" | "sofia" | "ada" => None,
                "quin" | "lena" => Some((404, "not-found")),
                _ => Some((403, "not-allowed")),
            };
            let replies = [
                who.get(DRAFT).await,
                who.get(&format!("{NODES}/C1")).await,
                who.get(&format!("{DRAFT}/steps")).await,
                who.get("/api/v1/partnerships/alder/theory-readings").await,
                who.send_json("PATCH", &format!("{NODES}/C1"), &ANY, &json!({})).await,
                who.send_json("POST", &format!("{NODES}/C1/place"), &[], &json!({ "direction": "down" })).await,
                who.send_json("POST", NODES, &[], &json!({ "kind": "aim", "text": "More." })).await,
                who.send_json("POST", &format!("{DRAFT}/steps/2/restoration"), &[], &json!({})).await,
                who.send(Method::DELETE, &format!("{NODES}/C2"), &ANY, None).await,
                who.send(Method::DELETE, DRAFT, &ANY, None).await,
                who.send_json("POST", DRAFT, &[], &json!({ "from": "standing" })).await,
            ];
            for reply in &replies {
                match may {
                    Some((status, kind)) => is_problem(reply, status, kind),
                    None => assert!(reply.status.is_success(), "{name}: {}", reply.body),
                }
            }
            let seen = if matches!(name, "quin" | "lena") { 404 } else { 200 };
            assert_eq!(who.get("/api/v1/partnerships/alder/theory-answers").await.status, seen, "{name}");
        }

        // It is dropped as it was read.
        is_problem(&ada.send(Method::DELETE, DRAFT, &[], None).await, 428, "if-match-missing");
        let read = etag(&ada.get(DRAFT).await);
        add(&mut ada, json!({ "kind": "aim", "text": "More." })).await;
        is_problem(&ada.send(Method::DELETE, DRAFT, &[("if-match", &read)], None).await, 412, "stale");
        let read = etag(&ada.get(DRAFT).await);
        assert_eq!(ada.send(Method::DELETE, DRAFT, &[("if-match", &read)], None).await.status, 204);
        is_problem(&ada.get(DRAFT).await, 404, "not-found");
        assert_eq!(ada.get("/api/v1/theories-of-action/alder.v2").await.status, 200, "what is out stays");
    })
    .await;
}

#[tokio::test]
async fn a_word_that_does_not_fit_is_told_at_its_member() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        for (wrong, members) in [
            (json!({ "from": "castle" }), vec!["#/from"]),
            (json!({ "from": "partnership" }), vec!["#/partnership"]),
            (json!({ "from": "partnership", "partnership": "castle" }), vec!["#/partnership"]),
            (json!({ "from": "template", "partnership": "birch" }), vec!["#/partnership"]),
            (json!({ "colour": 1 }), vec!["#/colour", "#/from"]),
        ] {
            let refused = ada.send_json("POST", DRAFT, &[], &wrong).await;
            assert_eq!(
                (refused.status.as_u16(), pointers(&refused)),
                (422, members.iter().map(|one| (*one).to_owned()).collect()),
                "{wrong}"
            );
        }
        let birch = ada.send_json("POST", DRAFT, &[], &json!({ "from": "partnership", "partnership": "birch" })).await;
        assert_eq!(keys(&birch.json()), ["A"], "{}", birch.body);
        add(&mut ada, json!({ "kind": "change", "parent": "A", "text": "Leaders look." })).await;
        let before = ada.get(DRAFT).await.json();
        let measure = json!({ "name": "Meetings", "kind": "process" });
        for (wrong, member) in [
            (json!({ "kind": "castle", "text": "x" }), "#/kind"),
            (json!({ "text": "x" }), "#/kind"),
            (json!({ "kind": "aim", "text": "x", "colour": "red" }), "#/colour"),
            (json!({ "kind": "aim" }), "#/text"),
            (json!({ "kind": "aim", "text": " " }), "#/text"),
            (json!({ "kind": "aim", "text": "x".repeat(1_201) }), "#/text"),
            (json!({ "kind": "aim", "text": "x", "because": "y" }), "#/because"),
            (json!({ "kind": "aim", "text": "x", "practices": ["2.2.3"] }), "#/practices"),
            (json!({ "kind": "aim", "text": "x", "parent": "C1" }), "#/parent"),
            (json!({ "kind": "change", "text": "x" }), "#/parent"),
            (json!({ "kind": "change", "text": "x", "parent": "Z9" }), "#/parent"),
            (json!({ "kind": "condition", "text": "x", "parent": "A" }), "#/parent"),
            (json!({ "kind": "change", "text": "x", "parent": "A", "students": "y" }), "#/students"),
            (json!({ "kind": "change", "text": "x", "parent": "A", "practices": ["9.9.9"] }), "#/practices"),
            (json!({ "kind": "condition", "text": "x", "parent": "C1", "indicators": ["STR-B1"] }), "#/indicators"),
            (json!({ "kind": "condition", "text": "x", "parent": "C1", "measure": measure }), "#/measure"),
            (json!({ "kind": "aim", "text": "x", "measure": { "name": "y" } }), "#/measure"),
            (json!({ "kind": "aim", "text": "x", "measure": { "name": "y", "kind": "castle" } }), "#/measure"),
            (json!({ "kind": "aim", "text": "x", "measure": { "name": "y", "kind": "process", "target": 1e13 } }), "#/measure"),
            (json!({ "kind": "aim", "text": "x", "measure": "y" }), "#/measure"),
            (json!({ "kind": "measure", "parent": "A" }), "#/measure"),
            (json!({ "kind": "measure", "parent": "A", "measure": measure, "text": "Another" }), "#/text"),
        ] {
            let refused = ada.send_json("POST", NODES, &[], &wrong).await;
            assert_eq!(
                (refused.status.as_u16(), pointers(&refused)),
                (422, vec![member.to_owned()]),
                "{wrong}: {}",
                refused.body
            );
        }
        let path = format!("{NODES}/C1");
        for (wrong, member) in [
            (json!({ "kind": "aim" }), "#/kind"),
            (json!({ "text": "" }), "#/text"),
            (json!({ "parent": "C1" }), "#/parent"),
            (json!({ "parent": null }), "#/parent"),
            (json!({ "students": "y" }), "#/students"),
        ] {
            let refused = ada.send_json("PATCH", &path, &ANY, &wrong).await;
            assert_eq!(
                (refused.status.as_u16(), pointers(&refused)),
                (422, vec![member.to_owned()]),
                "{wrong}: {}",
                refused.body
            );
        }
        let sideways = ada.send_json("POST", &format!("{path}/place"), &[], &json!({ "direction": "left" })).await;
        assert_eq!(pointers(&sideways), ["#/direction"]);
        is_problem(
            &ada.send_json("POST", &format!("{NODES}/Z9/place"), &[], &json!({ "direction": "up" })).await,
            404,
            "not-found",
        );
        assert_eq!(ada.get(DRAFT).await.json(), before, "nothing of this was kept");
    })
    .await;
}

#[tokio::test]
async fn answers_and_readings_are_written_down_and_told_to_those_who_may_see_them() {
    in_the_world(async |bench| {
        let answers = "/api/v1/partnerships/alder/theory-answers";
        let readings = "/api/v1/partnerships/alder/theory-readings";
        let mut ada = program(bench, "ada").await;
        let answer = json!({ "answer": "partly", "why": "Meetings are held.", "rests_on": "The minutes" });
        let reading = json!({ "measure": "At benchmark in June", "date": "2021-10-05", "value": 41.5, "note": "Our own check" });
        for (path, body) in [(answers, &answer), (readings, &reading)] {
            is_problem(&program(bench, "ben").await.send_json("POST", path, &[], body).await, 403, "not-allowed");
            is_problem(&program(bench, "pia").await.send_json("POST", path, &[], body).await, 403, "not-allowed");
            is_problem(&program(bench, "quin").await.send_json("POST", path, &[], body).await, 404, "not-found");
            let before = ada.get(path).await.json()["items"].as_array().map_or(0, Vec::len);
            let key = [("idempotency-key", path)];
            let made = ada.send_json("POST", path, &key, body).await;
            assert_eq!(made.status, 201, "{}", made.body);
            assert_eq!(ada.send_json("POST", path, &key, body).await.body, made.body);
            for (member, value) in body.as_object().expect("members") {
                assert_eq!(made.json()[member], *value, "{member}");
            }
            assert_eq!(ada.get(made.location()).await.json(), made.json());
            assert_eq!(program(bench, "quin").await.get(made.location()).await.status, 404);
            let elsewhere = made.location().replace("/alder/", "/birch/");
            is_problem(&program(bench, "chi").await.get(&elsewhere).await, 404, "not-found");
            is_problem(&ada.get(&format!("{path}/x")).await, 404, "not-found");
            let (mut all, mut next) = (Vec::new(), format!("{path}?limit=1"));
            while !next.is_empty() {
                let page = ada.get(&next).await.json();
                all.extend(page["items"].as_array().expect("items").clone());
                next = page["next"].as_str().unwrap_or_default().to_owned();
            }
            assert_eq!((all.len(), all.contains(&made.json())), (before + 1, true), "kept once: {all:?}");
        }
        let newest = ada.get(answers).await.json()["items"][0].clone();
        assert_eq!(
            (&newest["version"], &newest["school_year"], &newest["cycle"], &newest["author"]),
            (&json!(2), &json!("2021-22"), &json!(1), &json!("ada-byrne"))
        );
        let location = format!("{answers}/{}", newest["key"].as_str().expect("a key"));
        assert_eq!(program(bench, "pia").await.get(&location).await.json(), newest);
        let page = visitor(bench, "pia").get("/partnerships/alder/theory/progress").await.text();
        assert!(page.contains("Meetings are held.") && page.contains("41.5"), "{page}");

        for (wrong, member) in [
            (json!({ "answer": "perhaps", "why": "x" }), "#/answer"),
            (json!({ "answer": "yes" }), "#/why"),
            (json!({ "answer": "yes", "why": "x", "colour": 1 }), "#/colour"),
        ] {
            assert_eq!(pointers(&ada.send_json("POST", answers, &[], &wrong).await), [member], "{wrong}");
        }
        for (wrong, member) in [
            (json!({ "measure": "Rain", "date": "2021-10-05", "value": 1 }), "#/measure"),
            (json!({ "measure": reading["measure"], "date": "2021-10-07", "value": 1 }), "#/date"),
            (json!({ "measure": reading["measure"], "date": "2021-10-05", "value": "1" }), "#/value"),
            (json!({ "measure": reading["measure"], "date": "2021-10-05" }), "#/value"),
        ] {
            assert_eq!(pointers(&ada.send_json("POST", readings, &[], &wrong).await), [member], "{wrong}");
        }
        // Where no version is out, there is nothing to be on track with.
        let nowhere = program(bench, "chi").await.send_json("POST", &answers.replace("alder", "cedar"), &[], &answer).await;
        is_problem(&nowhere, 404, "not-found");
    })
    .await;
}
