//! The next version of the practices, written by programs: each kind of change with its reason, and taken back.

use platform::testing::{Bench, Reply, Visitor};
use serde_json::{Value, json};

use super::{etag, is_problem, program};
use crate::world::{PEOPLE, in_the_world, visitor};

pub(super) const DRAFTS: &str = "/api/v1/framework-drafts";
pub(super) const DRAFT: &str = "/api/v1/framework-drafts/vi-pit-2";
pub(super) const ANY: [(&str, &str); 1] = [("if-match", "*")];

pub(super) async fn begin(bench: &Bench) -> Visitor {
    let mut chi = program(bench, "chi").await;
    let begun = json!({ "title": "VI-PIT", "note": "What October taught us.", "approvals_needed": 2 });
    let made = chi.send_json("POST", DRAFTS, &[], &begun).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, DRAFT), "{}", made.body);
    chi
}

pub(super) fn pointers(reply: &Reply) -> Vec<String> {
    let problem = reply.json();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|flaw| flaw["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

/// The practice of that code, as the draft has it.
pub(super) async fn practice(who: &mut Visitor, code: &str) -> Value {
    let draft = who.get(DRAFT).await.json();
    let found = draft["practices"].as_array().expect("practices").iter().find(|practice| practice["code"] == code).cloned();
    found.unwrap_or_else(|| panic!("{code} is not in the draft"))
}

pub(super) fn at(practice: &Value) -> String {
    format!("{DRAFT}/practices/{}", practice["number"])
}

#[tokio::test]
async fn those_who_answer_for_the_practices_begin_and_write_and_the_partner_side_knows_of_nothing() {
    in_the_world(async |bench| {
        let begun = json!({ "title": "VI-PIT", "note": "Why.", "approvals_needed": 2 });
        for name in ["ada", "dora", "otto", "pia", "lena"] {
            is_problem(&program(bench, name).await.send_json("POST", DRAFTS, &[], &begun).await, 403, "not-allowed");
        }
        let mut chi = program(bench, "chi").await;
        let empty = chi.send_json("POST", DRAFTS, &[], &json!({ "title": " ", "note": "x", "approvals_needed": 0 })).await;
        assert_eq!(pointers(&empty), ["#/approvals_needed", "#/title"]);
        begin(bench).await;
        is_problem(&chi.send_json("POST", DRAFTS, &[], &begun).await, 422, "unfit");
        assert_eq!(chi.get(DRAFT).await.json()["practices"].as_array().expect("practices").len(), 46);
        is_problem(&chi.get("/api/v1/framework-drafts/vi-pit-3").await, 404, "not-found");
        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            let expected = match name {
                "chi" | "eva" => (200, 201),
                "pia" | "tom" | "quin" | "lena" => (404, 404),
                _ => (200, 403),
            };
            for path in [DRAFT, &format!("{DRAFT}/practices/1"), &format!("{DRAFT}/steps")] {
                assert_eq!(who.get(path).await.status, expected.0, "{path} as {name}");
            }
            let moved = who.send_json("POST", &format!("{DRAFT}/practices/1/place"), &[], &json!({ "direction": "down" })).await;
            assert_eq!(moved.status, expected.1, "{name}: {}", moved.body);
            let path = format!("{DRAFT}/practices/1");
            let change = who.send_json("PATCH", &path, &ANY, &json!({})).await;
            assert_eq!(change.status, if expected.1 == 201 { 200 } else { expected.1 }, "{name}: {}", change.body);
        }
        is_problem(&chi.get(&format!("{DRAFT}/practices/999")).await, 404, "not-found");
        is_problem(&chi.get(&format!("{DRAFT}/practices/x")).await, 404, "not-found");
        is_problem(&chi.get(&format!("{DRAFT}/steps/999")).await, 404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn a_practice_is_reworded_and_set_on_the_version_that_was_read_for_a_reason() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        let before = practice(&mut chi, "2.2.3").await;
        let path = at(&before);
        let read = chi.get(&path).await;
        assert_eq!(read.json(), before);
        let words = json!({ "title": "Set a coaching goal with each coachee, in their words" });
        is_problem(&chi.send_json("PATCH", &path, &[], &words).await, 428, "if-match-missing");
        is_problem(&chi.send_json("PATCH", &path, &[("if-match", &etag(&read))], &words).await, 422, "unfit");
        let change = json!({
            "title": words["title"], "vip": true, "vip_reason": "Goes with growth.", "models": ["intensive"],
            "due": [{ "cycle": 1, "start": 9, "end": 11 }], "evidence": ["The goal sheet", "Notes of the talk"],
            "adapt": [{ "model": "intensive", "text": "Every week." }], "reason": "Half wrote it for them.",
        });
        let changed = chi.send_json("PATCH", &path, &[("if-match", &etag(&read))], &change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let now = changed.json();
        for member in ["title", "vip", "vip_reason", "models", "due", "evidence", "reason"] {
            assert_eq!(now[member], change[member], "{member}");
        }
        assert_eq!((&now["fate"], &now["adapt"]), (&json!("reworded"), &json!({ "intensive": "Every week." })));
        for member in ["code", "good", "step", "strand", "phase", "str", "caf", "essential", "recurs", "first_year_only"] {
            assert_eq!(now[member], before[member], "{member}: what was not sent stays");
        }
        is_problem(&chi.send_json("PATCH", &path, &[("if-match", &etag(&read))], &change).await, 412, "stale");
        for (wrong, member) in [
            (json!({ "models": ["castle"] }), "#/models"),
            (json!({ "models": [] }), "#/models"),
            (json!({ "due": [{ "cycle": 9, "start": 9, "end": 11 }] }), "#/due"),
            (json!({ "due": [{ "cycle": 1, "start": 13, "end": 11 }] }), "#/due"),
            (json!({ "adapt": [{ "model": "castle", "text": "x" }] }), "#/adapt"),
            (json!({ "strand": 90 }), "#/strand"),
            (json!({ "step": "dance" }), "#/step"),
            (json!({ "vip": true, "vip_reason": "" }), "#/vip_reason"),
            (json!({ "evidence": ["a\nb"] }), "#/evidence"),
        ] {
            let refused = chi.send_json("PATCH", &path, &ANY, &wrong).await;
            assert_eq!(
                (refused.status.as_u16(), pointers(&refused)),
                (422, vec![member.to_owned()]),
                "{wrong}: {}",
                refused.body
            );
        }
        // No mark, another window, back to no adaptation.
        let due = json!([{ "cycle": 2, "start": 1, "end": 2 }]);
        let bare = json!({ "vip": false, "vip_reason": "", "due": due, "adapt": [], "reason": "Less." });
        let bare = chi.send_json("PATCH", &path, &ANY, &bare).await;
        assert_eq!(bare.status, 200, "{}", bare.body);
        assert_eq!((&bare.json()["vip"], &bare.json()["due"], &bare.json()["adapt"]), (&json!(false), &due, &json!({})));
        let page = visitor(bench, "ada").get("/practices/draft").await.text();
        assert!(page.contains("in their words"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn practices_are_added_split_merged_retired_moved_and_each_step_is_taken_back() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        let whole = chi.get(DRAFT).await.json()["practices"].clone();
        let codes = |draft: &Value| -> Vec<String> {
            let all = draft["practices"].as_array().expect("practices");
            all.iter().map(|one| one["code"].as_str().expect("a code").to_owned()).collect()
        };
        let first = practice(&mut chi, "2.2.3").await;
        let new = json!({
            "code": "2.2.9", "title": "Offer one thing that worked", "good": "One resource a cycle.", "step": first["step"],
            "strand": first["strand"], "phase": first["phase"], "models": ["intensive"],
            "due": [{ "cycle": 1, "start": 10, "end": 11 }], "reason": "It had no line.",
        });
        let silent = chi.send_json("POST", &format!("{DRAFT}/practices"), &[], &json!({ "code": "2.2.9" })).await;
        assert!(pointers(&silent).contains(&"#/reason".to_owned()), "{}", silent.body);
        let key = [("idempotency-key", "add-1")];
        let added = chi.send_json("POST", &format!("{DRAFT}/practices"), &key, &new).await;
        assert_eq!((added.status.as_u16(), &added.json()["fate"]), (201, &json!("new")), "{}", added.body);
        assert_eq!(chi.get(added.location()).await.json(), added.json());
        assert_eq!(chi.send_json("POST", &format!("{DRAFT}/practices"), &key, &new).await.body, added.body);
        is_problem(&chi.send_json("POST", &format!("{DRAFT}/practices"), &[], &new).await, 422, "unfit");

        let split = practice(&mut chi, "1.2.3").await;
        let part = |code: &str| json!({ "code": code, "title": format!("Part {code}"), "good": "Weekly." });
        let parts = json!({ "version": 1, "parts": [part("1.2.3"), part("1.2.9")], "reason": "Two in a coat." });
        let path = format!("{}/parts", at(&split));
        let one = json!({ "version": 1, "parts": [part("1.2.3")], "reason": "x" });
        assert_eq!(pointers(&chi.send_json("POST", &path, &[], &one).await), ["#/parts", "#/parts", "#/parts"]);
        let odd = json!({ "version": 1, "parts": [part("1.2.3"), { "code": "x" }], "reason": "x" });
        assert_eq!(pointers(&chi.send_json("POST", &path, &[], &odd).await), ["#/parts"]);
        let step = chi.send_json("POST", &path, &[], &parts).await;
        assert_eq!((step.status.as_u16(), step.json()["reason"].as_str()), (201, Some("Two in a coat.")), "{}", step.body);
        assert_eq!(chi.get(step.location()).await.json(), step.json());
        is_problem(&chi.send_json("POST", &path, &[], &parts).await, 412, "stale");
        assert_eq!(practice(&mut chi, "1.2.9").await["comes_from"], json!(["1.2.3"]));

        let (into, other) = (practice(&mut chi, "2.1.2").await, practice(&mut chi, "2.1.3").await);
        let merger = json!({
            "version": into["version"], "with": other["number"], "with_version": other["version"], "title": "Agree on data",
            "good": "Both.", "reason": "Nobody could tell them apart.",
        });
        let merged = chi.send_json("POST", &format!("{}/merger", at(&into)), &[], &merger).await;
        assert_eq!(merged.status, 201, "{}", merged.body);
        assert_eq!(practice(&mut chi, "2.1.2").await["comes_from"], json!(["2.1.2", "2.1.3"]));
        is_problem(&chi.get(&at(&other)).await, 404, "not-found");

        let gone = practice(&mut chi, "1.1.3").await;
        let path = format!("{}/retirement", at(&gone));
        assert_eq!(pointers(&chi.send_json("POST", &path, &[], &json!({ "version": 1 })).await), ["#/reason"]);
        let retired = chi.send_json("POST", &path, &[], &json!({ "version": 1, "reason": "Used nowhere." })).await;
        assert_eq!(retired.status, 201, "{}", retired.body);
        assert_eq!(practice(&mut chi, "1.1.3").await["fate"], "retired");
        let path = format!("{}/return", at(&gone));
        is_problem(&chi.send_json("POST", &path, &[], &json!({ "version": 1 })).await, 412, "stale");
        let back = chi.send_json("POST", &path, &[], &json!({ "version": 2 })).await;
        assert_eq!(back.status, 201, "{}", back.body);
        assert_eq!(practice(&mut chi, "1.1.3").await["fate"], "kept");

        let order = codes(&chi.get(DRAFT).await.json());
        let moved = chi.send_json("POST", &format!("{DRAFT}/practices/1/place"), &[], &json!({ "direction": "down" })).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        let mut swapped = order.clone();
        swapped.swap(0, 1);
        assert_eq!(codes(&chi.get(DRAFT).await.json()), swapped);
        let sideways = chi.send_json("POST", &format!("{DRAFT}/practices/1/place"), &[], &json!({ "direction": "left" })).await;
        assert_eq!(pointers(&sideways), ["#/direction"]);

        // The history, and all of it taken back.
        let history = chi.get(&format!("{DRAFT}/steps?limit=4")).await.json();
        let numbers: Vec<i64> =
            history["items"].as_array().expect("steps").iter().map(|step| step["number"].as_i64().expect("a number")).collect();
        assert_eq!(numbers, [6, 5, 4, 3]);
        let rest = chi.get(history["next"].as_str().expect("more")).await.json();
        assert_eq!((rest["items"].as_array().expect("steps").len(), &rest["next"]), (2, &Value::Null));
        is_problem(
            &program(bench, "ada").await.send_json("POST", &format!("{DRAFT}/steps/6/reversal"), &[], &json!({})).await,
            403,
            "not-allowed",
        );
        for step in (1..=6).rev() {
            let undone = chi.send_json("POST", &format!("{DRAFT}/steps/{step}/reversal"), &[], &json!({})).await;
            assert_eq!(undone.status, 201, "step {step}: {}", undone.body);
            let again = chi.send_json("POST", &format!("{DRAFT}/steps/{step}/reversal"), &[], &json!({})).await;
            is_problem(&again, 422, "unfit");
        }
        let now = chi.get(DRAFT).await.json();
        let said = |all: &Value| -> Vec<(Value, Value, Value)> {
            let all = all.as_array().expect("practices").iter();
            all.map(|one| (one["code"].clone(), one["title"].clone(), one["fate"].clone())).collect()
        };
        assert_eq!(said(&now["practices"]), said(&whole), "as it began");
    })
    .await;
}
