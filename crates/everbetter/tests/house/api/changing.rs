use axum::http::Method;
use serde_json::json;

use super::{etag, is_problem, program};
use crate::world::{in_the_world, visitor};

fn pointers(reply: &platform::testing::Reply) -> Vec<String> {
    let problem = reply.json();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|flaw| flaw["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

#[tokio::test]
async fn a_change_is_made_on_the_version_that_was_read() {
    in_the_world(async |bench| {
        let mut dora = program(bench, "dora").await;
        for (path, change, member) in [
            ("/api/v1/sites/alder", json!({ "enrolment": 401 }), "enrolment"),
            ("/api/v1/partnerships/alder", json!({ "story": "Told anew." }), "story"),
            ("/api/v1/teams/lakes", json!({ "purpose": "Partnerships by the lakes" }), "purpose"),
            ("/api/v1/people/ada-byrne", json!({ "title": "Partner for improvement" }), "title"),
            ("/api/v1/visits/w1", json!({ "hours": 6.5 }), "hours"),
        ] {
            let before = dora.get(path).await;
            let tag = etag(&before);
            is_problem(&dora.send_json("PATCH", path, &[], &change).await, 428, "if-match-missing");
            is_problem(&dora.send_json("PATCH", path, &[("if-match", "\"99-x\"")], &change).await, 412, "stale");
            let after = dora.send_json("PATCH", path, &[("if-match", &tag)], &change).await;
            assert_eq!(after.status, 200, "{path}: {}", after.body);
            assert_eq!(after.json()[member], change[member], "{path}");
            let mut expected = before.json();
            expected[member] = change[member].clone();
            assert_eq!(after.json(), expected, "{path}: what was not sent stays");
            assert_ne!(etag(&after), tag);
            is_problem(&dora.send_json("PATCH", path, &[("if-match", &tag)], &change).await, 412, "stale");
            let unknown = dora.send_json("PATCH", path, &[("if-match", "*")], &json!({ "colour": "red" })).await;
            is_problem(&unknown, 422, "unfit");
            assert_eq!(pointers(&unknown), ["#/colour"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_is_json_of_a_bearable_size_with_sound_members() {
    in_the_world(async |bench| {
        let mut dora = program(bench, "dora").await;
        let path = "/api/v1/sites";
        let plain = dora.send_bytes(Method::POST, path, &[("content-type", "text/plain")], b"{}").await;
        is_problem(&plain, 415, "media-type");
        let broken =
            dora.send_bytes(Method::POST, path, &[("content-type", "application/json")], b"{\"name\": \"\\ud800\"}").await;
        is_problem(&broken, 400, "unreadable");
        is_problem(&dora.send_json("POST", path, &[], &json!({ "name": "x".repeat(300_000) })).await, 413, "too-large");
        let flawed = dora
            .send_json(
                "POST",
                path,
                &[],
                &json!({ "name": "a\u{0}b", "kind": "castle", "state": "x".repeat(61), "enrolment": 1e40, "nope": 1 }),
            )
            .await;
        is_problem(&flawed, 422, "unfit");
        let mut found = pointers(&flawed);
        found.sort();
        assert_eq!(found, ["#/enrolment", "#/kind", "#/name", "#/nope", "#/region", "#/relation", "#/state"]);
        let by_form = visitor(bench, "dora").post("/sites", &[("name", "a\u{0}b")]).await;
        assert_eq!(by_form.status, 422, "pages refuse it as well");
    })
    .await;
}

#[tokio::test]
async fn things_are_made_and_found_at_their_address() {
    in_the_world(async |bench| {
        let mut chi = program(bench, "chi").await;
        let site = json!({ "kind": "school", "name": "Dogwood High", "state": "Northland", "region": "lakes", "relation": "prospect" });
        let made = chi.send_json("POST", "/api/v1/sites", &[], &site).await;
        assert_eq!((made.status.as_u16(), made.location()), (201, "/api/v1/sites/dogwood-high"), "{}", made.body);
        assert_eq!(chi.get(made.location()).await.json(), made.json());
        let begun = json!({
            "site": "dogwood-high", "model": "intensive", "team": "lakes", "started_on": "2021-10-01", "planned_days_per_week": 3.5,
        });
        let begun = chi.send_json("POST", "/api/v1/partnerships", &[], &begun).await;
        assert_eq!((begun.status.as_u16(), begun.location()), (201, "/api/v1/partnerships/dogwood-high"), "{}", begun.body);
        let team = json!({ "name": "Harbour group", "kind": "working-group", "purpose": "Looks at harbours.", "parent": "national" });
        let team = chi.send_json("POST", "/api/v1/teams", &[], &team).await;
        assert_eq!((team.status.as_u16(), team.location()), (201, "/api/v1/teams/harbour-group"), "{}", team.body);
        let person = json!({ "name": "Ines Vidal", "email": "ines@example.org", "kind": "staff", "team": "lakes", "role": "implementer" });
        is_problem(&chi.send_json("POST", "/api/v1/people", &[], &person).await, 403, "not-allowed");
        let own_page = [("sec-fetch-site", "same-origin")];
        let person = visitor(bench, "chi").send_json("POST", "/api/v1/people", &own_page, &person).await;
        assert_eq!((person.status.as_u16(), person.location()), (201, "/api/v1/people/ines-vidal"), "{}", person.body);
        assert_eq!(person.json()["teams"], json!(["lakes"]));

        let mut ada = program(bench, "ada").await;
        let visit = json!({ "date": "2021-10-05", "hours": 3.5, "mode": "on-site", "practices": ["2.2.3"] });
        let visit = ada.send_json("POST", "/api/v1/partnerships/alder/visits", &[], &visit).await;
        assert_eq!(visit.status, 201, "{}", visit.body);
        assert_eq!(ada.get(visit.location()).await.json()["practices"], json!(["2.2.3"]));
        let any = [("if-match", "*")];
        assert_eq!(ada.send(Method::DELETE, visit.location(), &any, None).await.status, 204);
        is_problem(&ada.get(visit.location()).await, 404, "not-found");
        is_problem(&ada.send(Method::DELETE, visit.location(), &any, None).await, 404, "not-found");
        let late = json!({ "date": "2021-10-07", "hours": 3.5, "mode": "on-site" });
        let late = ada.send_json("POST", "/api/v1/partnerships/alder/visits", &[], &late).await;
        is_problem(&late, 422, "unfit");
        assert_eq!(pointers(&late), ["#/date"]);
        is_problem(&ada.send_json("POST", "/api/v1/partnerships/birch/visits", &[], &json!({})).await, 403, "not-allowed");

        let entry = json!({ "practice": "2.2.3", "school_year": "2021-22", "cycle": 1, "status": "enacted", "quality": 3 });
        let entry = ada.send_json("POST", "/api/v1/partnerships/alder/tracker-entries", &[], &entry).await;
        assert_eq!(entry.status, 201, "{}", entry.body);
        let key = entry.json()["key"].as_str().expect("a key").to_owned();
        let back = format!("/api/v1/partnerships/alder/tracker-entries/{key}/withdrawal");
        let back = ada.send(Method::POST, &back, &[], None).await;
        assert!(back.json()["withdrawn_at"].is_string(), "{}", back.body);
        let wrong = json!({ "practice": "2.2.3", "school_year": "2021-22", "cycle": 1, "status": "not_applicable" });
        let wrong = ada.send_json("POST", "/api/v1/partnerships/alder/tracker-entries", &[], &wrong).await;
        assert_eq!(pointers(&wrong), ["#/reason"], "{}", wrong.body);
    })
    .await;
}

#[tokio::test]
async fn a_visit_is_taken_out_in_the_version_that_was_read() {
    in_the_world(async |bench| {
        let mut dora = program(bench, "dora").await;
        let path = "/api/v1/visits/w1";
        let read = etag(&dora.get(path).await);
        is_problem(&dora.send(Method::DELETE, path, &[], None).await, 428, "if-match-missing");
        let changed = dora.send_json("PATCH", path, &[("if-match", &read)], &json!({ "hours": 6.5 })).await;
        is_problem(&dora.send(Method::DELETE, path, &[("if-match", &read)], None).await, 412, "stale");
        assert_eq!(dora.get(path).await.status, 200, "it stands");
        assert_eq!(dora.send(Method::DELETE, path, &[("if-match", &etag(&changed))], None).await.status, 204);
        is_problem(&dora.get(path).await, 404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn a_cookie_beside_a_programs_header_speaks_for_nobody() {
    in_the_world(async |bench| {
        for header in ["Bearer nobody's", "Basic YWRhOmFkYQ==", "Bearer", "ada's token"] {
            let mut ada = visitor(bench, "ada");
            let headers = [("authorization", header), ("sec-fetch-site", "same-origin")];
            is_problem(&ada.send(Method::GET, "/api/v1/me", &headers, None).await, 401, "not-signed-in");
            let visit = json!({ "date": "2021-10-05", "hours": 3.5, "mode": "on-site" });
            let sent = ada.send_json("POST", "/api/v1/partnerships/alder/visits", &headers, &visit).await;
            is_problem(&sent, 401, "not-signed-in");
        }
    })
    .await;
}

#[tokio::test]
async fn only_those_who_answer_for_somebody_change_their_address() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        let path = "/api/v1/people/ada-byrne";
        let refused = ada.send_json("PATCH", path, &[("if-match", "*")], &json!({ "email": "other@example.org" })).await;
        is_problem(&refused, 403, "not-allowed");
        let same =
            ada.send_json("PATCH", path, &[("if-match", "*")], &json!({ "email": "ada@example.org", "about": "Days." })).await;
        assert_eq!(same.status, 200, "{}", same.body);
        let taken = json!({ "email": "ben@example.org" });
        let by_token = program(bench, "chi").await.send_json("PATCH", path, &[("if-match", "*")], &taken).await;
        is_problem(&by_token, 403, "not-allowed");
        let own_page = [("if-match", "*"), ("sec-fetch-site", "same-origin")];
        let taken = visitor(bench, "chi").send_json("PATCH", path, &own_page, &taken).await;
        assert_eq!(taken.status, 422, "{}", taken.body);
    })
    .await;
}

#[tokio::test]
async fn a_session_changes_things_from_our_own_pages_alone() {
    in_the_world(async |bench| {
        let (path, change) = ("/api/v1/sites/alder", json!({ "enrolment": 402 }));
        let mut dora = visitor(bench, "dora");
        for headers in [
            vec![("if-match", "*")],
            vec![("if-match", "*"), ("origin", "http://evil.test")],
            vec![("if-match", "*"), ("sec-fetch-site", "cross-site")],
        ] {
            is_problem(&dora.send_json("PATCH", path, &headers, &change).await, 403, "other-site");
        }
        let ours = dora.send_json("PATCH", path, &[("if-match", "*"), ("origin", "http://everbetter.test")], &change).await;
        assert_eq!(ours.status, 200, "{}", ours.body);
        let elsewhere = [("if-match", "*"), ("origin", "http://evil.test")];
        let token = program(bench, "dora").await.send_json("PATCH", path, &elsewhere, &change).await;
        assert_eq!(token.status, 200, "a token is no cookie: nobody else's page can send it");
    })
    .await;
}
