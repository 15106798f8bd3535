//! A draft of the practices talked through, approved, put out and dropped by programs, by the rules of the pages.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    drafts::{ANY, DRAFT, DRAFTS, at, begin, pointers, practice},
    etag, is_problem, program,
};
use crate::world::{PEOPLE, in_the_world, visitor};

const SEEN: &str = "Every change names what it answers.";

#[tokio::test]
async fn staff_say_and_propose_and_those_who_draft_take_the_words_in() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        let line = practice(&mut chi, "2.2.3").await;
        let comments = format!("{}/comments", at(&line));
        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            let (seen, said) = if matches!(name, "pia" | "tom" | "quin" | "lena") { (404, 404) } else { (200, 201) };
            for path in ["comments", "approvals"] {
                assert_eq!(who.get(&format!("{DRAFT}/{path}")).await.status, seen, "{path} as {name}");
            }
            let reply = who.send_json("POST", &comments, &[], &json!({ "text": format!("{name} asks.") })).await;
            assert_eq!(reply.status, said, "{name}: {}", reply.body);
        }
        let mut ada = program(bench, "ada").await;
        assert_eq!(pointers(&ada.send_json("POST", &comments, &[], &json!({ "text": " " })).await), ["#/text"]);
        let nowhere = format!("{DRAFT}/practices/999/comments");
        is_problem(&ada.send_json("POST", &nowhere, &[], &json!({ "text": "x" })).await, 404, "not-found");
        let words = json!({ "text": "If the words are theirs, the goal is too.", "title": "Hear each coachee name a goal" });
        let key = [("idempotency-key", "say-1")];
        let made = ada.send_json("POST", &comments, &key, &words).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let proposal = made.json();
        assert_eq!(
            (&proposal["practice"], &proposal["title"], &proposal["good"], &proposal["adopted_at"]),
            (&line["number"], &words["title"], &line["good"], &Value::Null)
        );
        assert_eq!(ada.get(made.location()).await.json(), proposal);
        assert_eq!(ada.send_json("POST", &comments, &key, &words).await.body, made.body, "said once");
        let plain = ada.send_json("POST", &comments, &[], &json!({ "text": "Whose goal?", "title": line["title"] })).await;
        assert_eq!(plain.json()["title"], Value::Null, "the words that stand propose nothing");

        let (mut all, mut next) = (Vec::new(), format!("{DRAFT}/comments?limit=4"));
        while !next.is_empty() {
            let page = chi.get(&next).await.json();
            all.extend(page["items"].as_array().expect("items").clone());
            next = page["next"].as_str().unwrap_or_default().to_owned();
        }
        let keys: BTreeSet<&str> = all.iter().filter_map(|said| said["key"].as_str()).collect();
        assert_eq!((all.len(), keys.len()), (10, 10), "each of them once");
        assert!(all.contains(&proposal) && all.iter().any(|said| said["text"] == "Whose goal?"));
        is_problem(&chi.get(&format!("{DRAFT}/comments/x")).await, 404, "not-found");
        is_problem(&chi.get(&format!("{DRAFT}/comments/{}", line["number"])).await, 404, "not-found");
        let waits = |draft: &Value| draft["checks"].to_string().contains("One proposal waits for an answer");
        assert!(waits(&chi.get(DRAFT).await.json()));

        let adoption = format!("{}/adoption", made.location());
        let version = json!({ "version": line["version"] });
        for name in ["ada", "dora", "otto"] {
            is_problem(&program(bench, name).await.send_json("POST", &adoption, &[], &version).await, 403, "not-allowed");
        }
        is_problem(&chi.send_json("POST", &adoption, &[], &json!({ "version": 9 })).await, 412, "stale");
        let taken = chi.send_json("POST", &adoption, &[], &version).await;
        assert_eq!(taken.status, 201, "{}", taken.body);
        assert!(taken.json()["reason"].as_str().is_some_and(|why| why.starts_with("If the words are theirs")), "{}", taken.body);
        assert_eq!(chi.get(taken.location()).await.json(), taken.json());
        assert_eq!(practice(&mut chi, "2.2.3").await["title"], words["title"]);
        assert!(chi.get(made.location()).await.json()["adopted_by"].is_string());
        assert!(!waits(&chi.get(DRAFT).await.json()));
        is_problem(&chi.send_json("POST", &adoption, &[], &json!({ "version": 2 })).await, 422, "unfit");
        let page = visitor(bench, "ada").get(&format!("/practices/draft/practices/{}", line["number"])).await.text();
        assert!(page.contains("took these words in."), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_draft_goes_out_when_enough_approve_it_as_it_was_read() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        let approvals = format!("{DRAFT}/approvals");
        let publication = format!("{DRAFT}/publication");
        let whole = chi.get(DRAFT).await.json();
        let open = whole["checks"].as_array().expect("checks").iter().find(|check| check["holds"] == false).expect("one");
        assert_eq!((&open["must"], &open["says"]), (&json!(true), &json!("Something differs from what is published")));
        let path = at(&practice(&mut chi, "2.2.3").await);
        let change = json!({ "title": "A goal in their words", "reason": "A concern." });
        assert_eq!(chi.send_json("PATCH", &path, &ANY, &change).await.status, 200);

        for (name, _) in PEOPLE {
            let mut who = program(bench, name).await;
            let (may_approve, may_publish) = match name {
                "chi" => (201, 422),
                "dora" | "eva" => (201, 403),
                "pia" | "tom" | "quin" | "lena" => (404, 404),
                _ => (403, 403),
            };
            let approved = who.send_json("POST", &approvals, &[], &json!({ "steps": 1, "words": SEEN })).await;
            assert_eq!(approved.status, may_approve, "{name}: {}", approved.body);
            if may_approve == 201 {
                assert_eq!(who.get(approved.location()).await.json(), approved.json());
                let none = who.send(Method::DELETE, approved.location(), &[("if-match", "\"9\"")], None).await;
                is_problem(&none, 412, "stale");
                let seen = etag(&who.get(approved.location()).await);
                let gone = who.send(Method::DELETE, approved.location(), &[("if-match", &seen)], None).await;
                assert_eq!(gone.status, 204, "{name}: {}", gone.body);
                is_problem(&who.get(approved.location()).await, 404, "not-found");
            }
            let out = who.send_json("POST", &publication, &[], &json!({ "steps": 1, "effective_from": "2021-10-13" })).await;
            assert_eq!(out.status, may_publish, "{name}: {}", out.body);
        }

        let mut dora = program(bench, "dora").await;
        assert_eq!(pointers(&dora.send_json("POST", &approvals, &[], &json!({ "steps": 1 })).await), ["#/words"]);
        let early = json!({ "steps": 0, "words": SEEN });
        is_problem(&dora.send_json("POST", &approvals, &[], &early).await, 412, "stale");
        let approval = json!({ "steps": 1, "words": SEEN });
        let own = dora.send_json("POST", &approvals, &[], &approval).await;
        assert_eq!((own.status.as_u16(), &own.json()["counts"]), (201, &json!(true)), "{}", own.body);
        is_problem(&chi.send(Method::DELETE, own.location(), &ANY, None).await, 403, "not-allowed");
        assert_eq!(chi.send_json("POST", &approvals, &[], &approval).await.status, 201);
        // Whoever changes a word asks everybody again.
        let change = json!({ "title": "A goal in the words of the coachee", "reason": "A concern." });
        assert_eq!(chi.send_json("PATCH", &path, &ANY, &change).await.status, 200);
        let listed = chi.get(&approvals).await.json();
        let counts: Vec<&Value> = listed["items"].as_array().expect("items").iter().map(|one| &one["counts"]).collect();
        assert_eq!(counts, [&json!(false), &json!(false)]);
        let out = json!({ "steps": 2, "effective_from": "2021-10-13" });
        let refused = chi.send_json("POST", &publication, &[], &out).await;
        is_problem(&refused, 422, "unfit");
        assert!(refused.body.contains("0 of 2 approve it as it stands now."), "{}", refused.body);
        let approval = json!({ "steps": 2, "words": SEEN });
        for who in [&mut dora, &mut chi] {
            assert_eq!(who.send_json("POST", &approvals, &[], &approval).await.status, 201);
        }
        is_problem(
            &chi.send_json("POST", &publication, &[], &json!({ "steps": 1, "effective_from": "2021-10-13" })).await,
            412,
            "stale",
        );
        let past = chi.send_json("POST", &publication, &[], &json!({ "steps": 2, "effective_from": "2021-10-05" })).await;
        assert!(past.status == 422 && past.body.contains("That day lies behind us."), "{}", past.body);
        assert_eq!(
            pointers(&chi.send_json("POST", &publication, &[], &json!({ "steps": 2, "effective_from": "soon" })).await),
            ["#/effective_from"]
        );
        let key = [("idempotency-key", "out-1")];
        let made = chi.send_json("POST", &publication, &key, &out).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/frameworks/vi-pit-2"), "{}", made.body);
        assert_eq!((&made.json()["version"], &made.json()["counts_today"]), (&json!(2), &json!(false)));
        assert_eq!(chi.get(made.location()).await.json()["effective_from"], "2021-10-13");
        is_problem(&chi.get(DRAFT).await, 404, "not-found");
        assert_eq!(visitor(bench, "pia").get("/practices/versions").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn somebody_of_staff_is_named_to_draft_too_and_writes_from_then_on() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        let drafters = format!("{DRAFT}/drafters");
        let mut ada = program(bench, "ada").await;
        let ben = json!({ "person": "ben-okafor" });
        is_problem(&ada.send_json("POST", &drafters, &[], &json!({ "person": "ada-byrne" })).await, 403, "not-allowed");
        is_problem(&program(bench, "pia").await.get(&drafters).await, 404, "not-found");
        for nobody in ["pia-alvarez", "nobody", ""] {
            let refused = chi.send_json("POST", &drafters, &[], &json!({ "person": nobody })).await;
            assert_eq!((refused.status.as_u16(), pointers(&refused)), (422, vec!["#/person".to_owned()]), "{nobody}");
        }
        let key = [("idempotency-key", "name-1")];
        let made = chi.send_json("POST", &drafters, &key, &json!({ "person": "ada-byrne" })).await;
        assert_eq!((made.status.as_u16(), &made.json()["name"]), (201, &json!("Ada Byrne")), "{}", made.body);
        assert_eq!(chi.send_json("POST", &drafters, &key, &json!({ "person": "ada-byrne" })).await.body, made.body);
        assert_eq!(ada.get(made.location()).await.json(), made.json());
        let twice = chi.send_json("POST", &drafters, &[], &json!({ "person": "ada-byrne" })).await;
        is_problem(&twice, 422, "unfit");
        assert!(twice.body.contains("Ada Byrne drafts already."), "{}", twice.body);
        let listed = ada.get(&drafters).await.json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(2), "{listed}");
        let moved = json!({ "direction": "down" });
        let place = format!("{DRAFT}/practices/1/place");
        assert_eq!(ada.send_json("POST", &place, &[], &moved).await.status, 201);
        is_problem(&chi.send(Method::DELETE, made.location(), &[], None).await, 428, "if-match-missing");
        let seen = etag(&chi.get(made.location()).await);
        assert_eq!(chi.send(Method::DELETE, made.location(), &[("if-match", &seen)], None).await.status, 204);
        is_problem(&chi.send(Method::DELETE, made.location(), &ANY, None).await, 404, "not-found");
        is_problem(&ada.send_json("POST", &place, &[], &moved).await, 403, "not-allowed");
        let last = listed["items"].as_array().into_iter().flatten().find(|one| one["person"] != "ada-byrne").expect("Chi");
        let path = format!("{drafters}/{}", last["person"].as_str().unwrap_or_default());
        let kept = chi.send(Method::DELETE, &path, &ANY, None).await;
        is_problem(&kept, 422, "unfit");
        assert!(kept.body.contains("drafts. Let somebody else draft too, or drop the draft."), "{}", kept.body);
        assert_eq!(chi.get(&path).await.status, 200);
        is_problem(&ada.send_json("POST", &drafters, &[], &ben).await, 403, "not-allowed");
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_dropped_as_it_was_read_by_those_who_write_it() {
    in_the_world(async |bench| {
        let mut chi = begin(bench).await;
        for name in ["ada", "dora", "otto"] {
            let mut who = program(bench, name).await;
            is_problem(&who.send(Method::DELETE, DRAFT, &ANY, None).await, 403, "not-allowed");
        }
        for name in ["pia", "lena"] {
            let mut who = program(bench, name).await;
            is_problem(&who.send(Method::DELETE, DRAFT, &ANY, None).await, 404, "not-found");
        }
        is_problem(&chi.send(Method::DELETE, DRAFT, &[], None).await, 428, "if-match-missing");
        let read = etag(&chi.get(DRAFT).await);
        let moved = chi.send_json("POST", &format!("{DRAFT}/practices/1/place"), &[], &json!({ "direction": "down" })).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        is_problem(&chi.send(Method::DELETE, DRAFT, &[("if-match", &read)], None).await, 412, "stale");
        let read = etag(&chi.get(DRAFT).await);
        assert_eq!(chi.send(Method::DELETE, DRAFT, &[("if-match", &read)], None).await.status, 204);
        is_problem(&chi.get(DRAFT).await, 404, "not-found");
        assert_eq!(chi.get(DRAFTS).await.json()["items"], json!([]));
        begin(bench).await;
    })
    .await;
}
