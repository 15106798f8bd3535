use crate::world::{empty, in_the_world, visitor};
use platform::{
    db::Engine,
    testing::{Bench, Visitor},
};

#[tokio::test]
async fn today_greets_and_leads_to_the_sign_in() {
    in_the_world(async |bench| {
        let page = visitor(bench, "ada").get("/").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Good morning, Ada"), "{}", page.text());
        assert!(page.text().contains("Wednesday 6 October"));
        let stranger = Visitor::new(bench).get("/").await;
        assert_eq!((stranger.status.as_u16(), stranger.location()), (303, "/sign-in"));
        let deep = Visitor::new(bench).get("/partnerships/alder?x=1").await;
        assert_eq!(deep.location(), "/sign-in?back=%2Fpartnerships%2Falder%3Fx%3D1");
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers() {
    in_the_world(async |bench| {
        for path in ["/", "/sign-in", "/nowhere", "/healthz", "/privacy"] {
            let reply = visitor(bench, "ada").get(path).await;
            let policy = reply.headers["content-security-policy"].to_str().expect("text");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(reply.headers["x-content-type-options"], "nosniff");
            assert!(!reply.body.contains(" style="), "{path} has a style attribute");
            assert!(!reply.body.contains("<script>"), "{path} has an inline script");
        }
    })
    .await;
}

#[tokio::test]
async fn forms_from_elsewhere_do_nothing() {
    in_the_world(async |bench| {
        let fields: &[(&str, &str)] = &[("theme", "dark")];
        let mut stranger = Visitor::new(bench);
        let foreign =
            stranger.send(axum::http::Method::POST, "/preferences/theme", &[("origin", "http://evil.test")], Some(fields)).await;
        assert_eq!(foreign.status, 422);
        let cross = stranger
            .send(axum::http::Method::POST, "/preferences/theme", &[("sec-fetch-site", "cross-site")], Some(fields))
            .await;
        assert_eq!(cross.status, 422);
        let silent = stranger.send(axum::http::Method::POST, "/preferences/theme", &[], Some(fields)).await;
        assert_eq!(silent.status, 422, "without an origin, the form must bring our word");
        let word = stranger.get("/sign-in").await.body;
        let word =
            word.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a word in the form");
        let known =
            stranger.send(axum::http::Method::POST, "/preferences/theme", &[], Some(&[("theme", "dark"), ("_csrf", word)])).await;
        assert_eq!(known.status, 303);
        assert!(stranger.get("/sign-in").await.body.contains("data-theme=\"dark\""));
    })
    .await;
}

/// Each page before anybody put anything in: it must open, and say what belongs there.
#[tokio::test]
async fn pages_open_in_an_empty_organisation() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench: Bench = empty(engine).await;
        let now = bench.app.clock.now();
        bench
            .app
            .db
            .write(async |tx| {
                platform::db::exec(
                    &**tx,
                    "insert into person (id, slug, email, name, folded, kind, title, about, glad_to_be_asked, version)
                     values ($1, 'solo', 'solo@example.org', 'Solo', 'solo', 'staff', '', '', '', 1)",
                    vec![platform::clock::new_id(now).into()],
                )
                .await
            })
            .await
            .expect("a person");
        crate::world::give_token(&bench, "solo@example.org", "solo").await;
        let mut solo = Visitor::with_token(&bench, "solo");
        for path in [
            "/",
            "/people",
            "/people/solo",
            "/teams",
            "/partnerships",
            "/sites",
            "/practices",
            "/overview",
            "/due",
            "/cycles",
            "/organisation/cycles",
            "/people/solo/cycles",
            "/search",
            "/support-models",
        ] {
            let reply = solo.get(path).await;
            assert_eq!(reply.status, 200, "{engine:?} {path}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn no_mail_and_no_job_is_left_over_by_looking() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        for path in ["/", "/partnerships", "/practices", "/overview"] {
            ada.get(path).await;
        }
        let load = platform::jobs::load(bench.app.db.read()).await.expect("the queue");
        assert_eq!((load.waiting, load.given_up), (0, 0));
    })
    .await;
}
