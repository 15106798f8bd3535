use axum::http::Method;
use platform::testing::Visitor;

use super::{etag, is_problem, program};
use crate::world::{in_the_world, visitor};

#[tokio::test]
async fn me_says_who_i_am_and_what_i_may_do() {
    in_the_world(async |bench| {
        let me = program(bench, "ada").await.get("/api/v1/me").await.json();
        assert_eq!((&me["key"], &me["kind"], &me["signed_in_by"]), (&"ada-byrne".into(), &"staff".into(), &"token".into()));
        assert_eq!(me["seats"][0], serde_json::json!({ "team": "lakes", "role": "implementer" }));
        let may = me["may"].to_string();
        assert!(
            may.contains("{\"thing\":\"sites\",\"action\":\"see\"}") || may.contains("{\"action\":\"see\",\"thing\":\"sites\"}"),
            "{may}"
        );
        assert!(!may.contains("\"create\""), "{may}");
        let session = visitor(bench, "chi").get("/api/v1/me").await.json();
        assert_eq!(session["signed_in_by"], "session");
        assert!(session["may"].to_string().contains("\"create\""));
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_how() {
    in_the_world(async |bench| {
        let nobody = Visitor::new(bench).get("/api/v1/people").await;
        is_problem(&nobody, 401, "not-signed-in");
        assert_eq!(nobody.headers["www-authenticate"], "Bearer realm=\"Everbetter\"");
        let stale = Visitor::with_token(bench, "nobody's").get("/api/v1/people").await;
        is_problem(&stale, 401, "not-signed-in");
        assert!(stale.headers["www-authenticate"].to_str().expect("text").contains("invalid_token"));
    })
    .await;
}

#[tokio::test]
async fn every_error_is_a_problem_and_none_a_page() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        is_problem(&ada.get("/api/v1/nowhere").await, 404, "not-found");
        is_problem(&ada.get("/api/nowhere").await, 404, "not-found");
        is_problem(&ada.get("/api/v1/people/nobody").await, 404, "not-found");
        is_problem(&ada.get("/api/v1/people/a%00b").await, 404, "not-found");
        is_problem(&ada.get("/api/v1/people?q=a%00b").await, 400, "unreadable");
        is_problem(&ada.get("/api/v1/people?colour=red").await, 400, "unreadable");
        is_problem(&ada.get("/api/v1/people?kind=king").await, 400, "unreadable");
        is_problem(&ada.get("/api/v1/people?q=%ff").await, 400, "unreadable");
        is_problem(&ada.get("/api/v1/people?limit=99999999999999999999").await, 400, "unreadable");
        is_problem(&ada.get("/api/v1/people?cursor=YWRhLWJ5cm5l").await, 400, "unreadable");
        let other = ada.send(Method::PUT, "/api/v1/people", &[], None).await;
        is_problem(&other, 405, "method");
        assert!(other.headers["allow"].to_str().expect("text").contains("GET"));
        is_problem(&ada.send_json("POST", "/api/v1/sites", &[], &serde_json::json!({})).await, 403, "not-allowed");
        is_problem(&program(bench, "pia").await.get("/api/v1/people").await, 403, "not-allowed");
        is_problem(&program(bench, "quin").await.get("/api/v1/partnerships/alder").await, 404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_that_follow_one_another() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        for (path, count) in [
            ("/api/v1/people", 12),
            ("/api/v1/people?sort=-since", 12),
            ("/api/v1/teams", 4),
            ("/api/v1/sites?sort=students", 4),
            ("/api/v1/partnerships", 3),
            ("/api/v1/visits", 3),
            ("/api/v1/tracker-entries", 6),
            ("/api/v1/tracker-entries?sort=entered_at", 6),
            ("/api/v1/frameworks", 1),
            ("/api/v1/cycles", 6),
            ("/api/v1/goals", 3),
            ("/api/v1/plan-actions", 4),
            ("/api/v1/log-entries", 3),
            ("/api/v1/learnings", 3),
        ] {
            let whole = ada.get(path).await;
            assert_eq!(whole.status, 200, "{path}: {}", whole.body);
            let all: Vec<String> = keys(&whole.json());
            assert_eq!(all.len(), count, "{path}: {all:?}");
            assert!(whole.json()["next"].is_null());
            let sign = if path.contains('?') { '&' } else { '?' };
            let (mut next, mut seen) = (Some(format!("{path}{sign}limit=2")), Vec::new());
            while let Some(address) = next {
                let page = ada.get(&address).await.json();
                let keys = keys(&page);
                assert!(keys.len() <= 2);
                seen.extend(keys);
                next = page["next"].as_str().map(str::to_owned);
            }
            assert_eq!(seen, all, "{path}");
        }
    })
    .await;
}

fn keys(page: &serde_json::Value) -> Vec<String> {
    page["items"].as_array().expect("a list").iter().map(|item| item["key"].as_str().expect("a key").to_owned()).collect()
}

#[tokio::test]
async fn a_partner_sees_the_own_school_alone() {
    in_the_world(async |bench| {
        let mut pia = program(bench, "pia").await;
        assert_eq!(keys(&pia.get("/api/v1/partnerships").await.json()), ["alder"]);
        assert_eq!(keys(&pia.get("/api/v1/visits").await.json()), ["w2", "w1"]);
        assert_eq!(keys(&pia.get("/api/v1/visits?partnership=birch").await.json()), Vec::<String>::new());
        assert_eq!(keys(&pia.get("/api/v1/tracker-entries").await.json()), ["t4", "t3", "t2", "t1"]);
        assert_eq!(pia.get("/api/v1/tracker-entries/t1").await.status, 200);
        is_problem(&pia.get("/api/v1/tracker-entries/t5").await, 404, "not-found");
        is_problem(&pia.get("/api/v1/visits/w3").await, 404, "not-found");
        is_problem(&pia.get("/api/v1/people/ada-byrne").await, 404, "not-found");
        assert_eq!(pia.get("/api/v1/people/pia-alvarez").await.status, 200);
        for path in ["/api/v1/visits", "/api/v1/tracker-entries", "/api/v1/partnerships/alder"] {
            assert!(!pia.get(path).await.body.contains('@'), "{path} tells an address");
        }
        let mut lena = program(bench, "lena").await;
        is_problem(&lena.get("/api/v1/visits").await, 403, "not-allowed");
        is_problem(&lena.get("/api/v1/tracker-entries/t1").await, 404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn what_one_has_already_is_not_sent_again() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        for path in ["/api/v1/partnerships/alder", "/api/v1/people", "/api/v1/practices/2.2.3"] {
            let first = ada.get(path).await;
            let tag = etag(&first);
            let again = ada.send(Method::GET, path, &[("if-none-match", &tag)], None).await;
            assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path}");
            assert_eq!(etag(&again), tag);
            let other = ada.send(Method::GET, path, &[("if-none-match", "\"0-x\"")], None).await;
            assert_eq!(other.status, 200);
            let head = ada.send(Method::HEAD, path, &[], None).await;
            assert_eq!((head.status.as_u16(), head.body.as_str(), etag(&head)), (200, "", tag), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn practices_are_narrowed_and_read() {
    in_the_world(async |bench| {
        let mut lena = program(bench, "lena").await;
        let one = lena.get("/api/v1/practices/2.2.3").await.json();
        assert_eq!((one["code"].as_str(), one["vip"].is_boolean()), (Some("2.2.3"), true));
        let vips = lena.get("/api/v1/practices?vip=true&limit=200").await.json();
        let all = lena.get("/api/v1/practices?limit=200").await.json();
        let count = |page: &serde_json::Value| page["items"].as_array().expect("a list").len();
        assert!(count(&vips) > 0 && count(&vips) < count(&all));
        let framework = lena.get("/api/v1/frameworks").await.json()["items"][0]["key"].as_str().expect("a key").to_owned();
        let whole = lena.get(&format!("/api/v1/frameworks/{framework}")).await.json();
        assert!(!whole["cycles"].as_array().expect("cycles").is_empty());
    })
    .await;
}
