use axum::http::Method;
use platform::{
    db::Engine,
    testing::{Bench, Visitor, bench_with},
};

use crate::world::{empty, in_the_world, visitor};

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
            assert!(policy.contains("base-uri 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert_eq!(reply.headers["x-content-type-options"], "nosniff");
            assert_eq!(reply.headers["referrer-policy"], "same-origin");
            assert_eq!(reply.headers["cache-control"], "no-store", "{path}");
            let kind = reply.headers.get("content-type").map_or("", |kind| kind.to_str().expect("text"));
            assert!(reply.body.is_empty() || kind.starts_with("text/") && kind.ends_with("charset=utf-8"), "{path}: {kind}");
            assert!(!reply.headers.contains_key("strict-transport-security"), "without TLS there is nothing to insist on");
            assert!(!reply.body.contains(" style="), "{path} has a style attribute");
            assert!(!reply.body.contains("<script>"), "{path} has an inline script");
        }
    })
    .await;
}

#[tokio::test]
async fn over_tls_every_answer_insists_on_tls_for_a_year() {
    let settings = [("public_url", "https://everbetter.test")];
    let now = "2021-10-06T09:10:00Z".parse().expect("an instant");
    let bench = bench_with(Engine::Sqlite, now, everbetter::house(), people::identity(), Vec::new(), &settings).await;
    for path in ["/", "/sign-in", "/nowhere", "/healthz", "/api/v1/me", "/api/openapi.json", "/assets/none.css"] {
        let reply = Visitor::new(&bench).get(path).await;
        assert_eq!(reply.headers["strict-transport-security"], "max-age=31536000; includeSubDomains", "{path}");
    }
}

#[tokio::test]
async fn no_other_site_may_read_an_answer() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let asked = [("origin", "https://elsewhere.example"), ("access-control-request-method", "PATCH")];
        for method in [Method::GET, Method::OPTIONS] {
            for path in ["/", "/sign-in", "/api/v1/me", "/api/v1/sites/alder", "/api/openapi.json", "/healthz"] {
                let reply = ada.send(method.clone(), path, &asked, None).await;
                let told = reply.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(told, None, "{method} {path}");
                assert_eq!(reply.headers["cross-origin-resource-policy"], "same-origin", "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_people_write_stays_text() {
    let name = "<img src=x onerror=alert(1)> \"' & </title><script>alert(2)</script>";
    in_the_world(async |bench| {
        let sql = "update person set name = $1, about = $1, title = $1 where slug = 'ada-byrne'";
        let touched = bench.app.db.write(async |tx| platform::db::exec(&**tx, sql, vec![name.into()]).await).await;
        assert_eq!(touched.expect("a change"), 1);
        let mut dora = visitor(bench, "dora");
        for path in
            ["/people", "/people/ada-byrne", "/people/ada-byrne/edit", "/teams/lakes", "/search?q=byrne", "/partnerships/alder"]
        {
            let page = dora.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            for raw in ["<img src=x", "</title><script", "<script>alert"] {
                assert!(!page.body.contains(raw), "{path} holds {raw}");
            }
        }
        assert!(dora.get("/people/ada-byrne").await.text().contains("onerror=alert(1)"), "it is shown as it was written");
        let told = dora.get("/api/v1/people/ada-byrne").await;
        assert_eq!(told.json()["name"], name, "and told so");
        assert_eq!(told.headers["content-type"], "application/json");
        let path = "/people?q=%22%3E%3Cscript%3Ealert(3)%3C/script%3E";
        assert!(!dora.get(path).await.body.contains("<script>alert"), "nor does an address become part of a page");
    })
    .await;
}

#[tokio::test]
async fn signing_out_is_one_click_on_every_page() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        for path in ["/", "/people", "/people/ada-byrne", "/people/ada-byrne/tokens", "/partnerships/alder/tracker", "/nowhere"] {
            assert!(ada.get(path).await.body.contains("action=\"/sign-out\""), "{path}");
        }
        for method in ["TRACE", "PUT", "CONNECT"] {
            let reply = ada.send(Method::from_bytes(method.as_bytes()).expect("a method"), "/people", &[], None).await;
            assert!(reply.status.is_client_error(), "{method}: {}", reply.status);
        }
        assert_eq!(ada.send(Method::TRACE, "/people", &[("sec-fetch-site", "same-origin")], None).await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_is_told_so_and_nothing_else() {
    in_the_world(async |bench| {
        let page = visitor(bench, "pia").get("/operator").await;
        assert_eq!(page.status, 403);
        let text = page.text();
        assert!(text.contains("This belongs to people in another role than yours") && !text.contains("can look"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_form_with_a_file_that_names_no_origin_must_bring_our_word_first() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let page = otto.get("/imports/kinds/people").await.body;
        let word = page.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a word");
        let sent = async |who: &mut Visitor, word: &str| {
            let field = |name: &str, more: &str, text: &str| {
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
            };
            let file = format!("person,name,kind\nn@example.org,{},staff\n", "N".repeat(20_000));
            let body = field("_csrf", "", word) + &field("file", "; filename=\"people.csv\"", &file) + "--edge--\r\n";
            let kind = [("content-type", "multipart/form-data; boundary=edge")];
            who.send_bytes(Method::POST, "/imports/kinds/people", &kind, body.as_bytes()).await
        };
        assert_eq!(sent(&mut otto, "another word").await.status, 422);
        assert_eq!(sent(&mut otto, "").await.status, 422);
        assert_eq!(sent(&mut otto, word).await.status, 303, "the whole file arrived");
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
