//! How much a token lets a program ask, counted once for all instances.

use chrono::TimeDelta;
use platform::{
    db::Engine,
    testing::{Bench, Visitor, bench_with, beside},
};

use super::is_problem;
use crate::world::{FILES, give_token, take};

async fn limited_to(engine: Engine, most: &str) -> (Bench, Bench) {
    let now = "2021-10-06T09:10:15Z".parse().expect("an instant");
    let settings = [("token_requests_a_minute", most)];
    let first = bench_with(engine, now, everbetter::house(), people::identity(), Vec::new(), &settings).await;
    for (kind, file, text) in &FILES[1..4] {
        take(&first, kind, file, text).await;
    }
    give_token(&first, "ada@example.org", "one").await;
    give_token(&first, "ada@example.org", "other").await;
    let second = beside(&first, everbetter::house(), people::identity()).await;
    (first, second)
}

#[tokio::test]
async fn two_instances_let_a_token_ask_so_often_and_no_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (first, second) = limited_to(engine, "6").await;
        let (mut here, mut there) = (Visitor::with_token(&first, "one"), Visitor::with_token(&second, "one"));
        for _ in 0..3 {
            assert_eq!(here.get("/api/v1/me").await.status, 200);
            assert_eq!(there.get("/people").await.status, 200, "pages count as well");
        }
        for visitor in [&mut here, &mut there] {
            let refused = visitor.get("/api/v1/me").await;
            is_problem(&refused, 429, "too-many");
            assert_eq!(refused.headers["retry-after"], "45", "until the minute is over");
        }
        let site = serde_json::json!({ "kind": "school", "name": "Dogwood High" });
        is_problem(&here.send_json("POST", "/api/v1/sites", &[], &site).await, 429, "too-many");
        assert_eq!(Visitor::with_token(&first, "other").get("/api/v1/me").await.status, 200, "another token is let through");
        is_problem(&Visitor::with_token(&first, "nobody's").get("/api/v1/me").await, 401, "not-signed-in");
        first.app.clock.advance(TimeDelta::seconds(45));
        for _ in 0..3 {
            assert_eq!(here.get("/api/v1/me").await.status, 200, "{engine:?}: a new minute");
            assert_eq!(there.get("/api/v1/me").await.status, 200);
        }
        is_problem(&here.get("/api/v1/me").await, 429, "too-many");
    }
}

#[tokio::test]
async fn what_instances_take_at_a_time_never_adds_up_to_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (first, second) = limited_to(engine, "105").await;
        let (mut here, mut there) = (Visitor::with_token(&first, "one"), Visitor::with_token(&second, "one"));
        let mut let_through = 0;
        for _ in 0..60 {
            for visitor in [&mut here, &mut there] {
                let_through += i32::from(visitor.get("/api/v1/me").await.status == 200);
            }
        }
        assert_eq!(let_through, 105, "{engine:?}");
    }
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted() {
    let (bench, _) = limited_to(Engine::Sqlite, "0").await;
    let mut program = Visitor::with_token(&bench, "one");
    for _ in 0..20 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
    }
    let counted = platform::db::scalar::<i64>(bench.app.db.read(), "select count(*) from api_allowance", vec![]).await;
    assert_eq!(counted.expect("a query"), Some(0));
}
