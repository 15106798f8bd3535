use platform::{db, jobs, testing::Bench};
use serde_json::{Value, json};

use super::{is_problem, program};
use crate::world::in_the_world;

const PATH: &str = "/api/v1/sites";
const KEY: (&str, &str) = ("idempotency-key", "k-1");

fn site(name: &str) -> Value {
    json!({ "kind": "school", "name": name, "state": "Northland", "region": "lakes", "relation": "prospect" })
}

async fn sites(bench: &Bench) -> i64 {
    db::scalar(bench.app.db.read(), "select count(*) from site", vec![]).await.expect("a query").expect("a count")
}

#[tokio::test]
async fn the_same_key_makes_one_and_answers_alike() {
    in_the_world(async |bench| {
        let before = sites(bench).await;
        let mut dora = program(bench, "dora").await;
        let first = dora.send_json("POST", PATH, &[KEY], &site("Dogwood High")).await;
        assert_eq!(first.status, 201, "{}", first.body);
        assert!(!first.headers.contains_key("idempotency-replayed"));
        let again = dora.send_json("POST", PATH, &[KEY], &site("Dogwood High")).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!((again.location(), &again.headers["etag"]), (first.location(), &first.headers["etag"]));
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(sites(bench).await, before + 1);
        is_problem(&dora.send_json("POST", PATH, &[KEY], &site("Elm High")).await, 422, "key-reused");
        let other = program(bench, "chi").await.send_json("POST", PATH, &[KEY], &site("Dogwood High")).await;
        assert_eq!((other.status.as_u16(), other.location()), (201, "/api/v1/sites/dogwood-high-2"), "a key belongs to a person");
        is_problem(&dora.send_json("POST", PATH, &[("idempotency-key", "a b")], &site("Elm High")).await, 400, "unreadable");
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_can_be_put_right_under_its_key() {
    in_the_world(async |bench| {
        let mut ada = program(bench, "ada").await;
        let path = "/api/v1/partnerships/alder/visits";
        let visit = |day: &str| json!({ "date": day, "hours": 2, "mode": "phone" });
        is_problem(&ada.send_json("POST", path, &[KEY], &visit("2021-10-07")).await, 422, "unfit");
        assert_eq!(ada.send_json("POST", path, &[KEY], &visit("2021-10-05")).await.status, 201);
    })
    .await;
}

async fn row(bench: &Bench, sql: &str) {
    let touched = bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![]).await).await.expect("a change");
    assert_eq!(touched, 1);
}

#[tokio::test]
async fn a_key_under_way_waits_and_a_crash_does_nothing_twice() {
    in_the_world(async |bench| {
        let mut dora = program(bench, "dora").await;
        let send =
            async |dora: &mut platform::testing::Visitor| dora.send_json("POST", PATH, &[KEY], &site("Dogwood High")).await;
        assert_eq!(send(&mut dora).await.status, 201);
        let before = sites(bench).await;
        // As it stands while the first request works, and after a crash before it did anything.
        row(bench, "update api_key_use set done_at = null, status = null, body = null").await;
        is_problem(&send(&mut dora).await, 409, "in-flight");
        bench.app.clock.advance(chrono::TimeDelta::minutes(3));
        assert_eq!(send(&mut dora).await.status, 201);
        assert_eq!(sites(bench).await, before + 1);
        // As it stands after a crash between the work and its answer.
        row(bench, "update api_key_use set status = null, body = null").await;
        bench.app.clock.advance(chrono::TimeDelta::minutes(3));
        is_problem(&send(&mut dora).await, 409, "answer-lost");
        assert_eq!(sites(bench).await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    in_the_world(async |bench| {
        let mut dora = program(bench, "dora").await;
        assert_eq!(dora.send_json("POST", PATH, &[KEY], &site("Dogwood High")).await.status, 201);
        let left = async || {
            let tidy = platform::api::TIDY;
            (tidy.run)(&bench.app, "{}").await.expect("a tidy table");
            db::scalar::<i64>(bench.app.db.read(), "select count(*) from api_key_use", vec![]).await.expect("a query")
        };
        bench.app.clock.advance(chrono::TimeDelta::hours(23));
        assert_eq!(left().await, Some(1));
        bench.app.clock.advance(chrono::TimeDelta::hours(2));
        assert_eq!(left().await, Some(0));
        assert_eq!(jobs::load(bench.app.db.read()).await.expect("a load").given_up, 0);
    })
    .await;
}
