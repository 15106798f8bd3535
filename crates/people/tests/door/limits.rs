//! Tries are counted once for all instances, and nobody can talk about where they come from. And the cookie.

use axum::http::Method;
use platform::{
    db::{self, Engine},
    testing::{Bench, Reply, Visitor, bench_with, beside, on_both},
};

use super::{GOOD, PEOPLE, choose_password, house, identity, now, sign_in, take};

async fn knock(bench: &Bench, peer: &str, forwarded: &str, email: &str, password: &str) -> Reply {
    let headers = [("origin", "http://everbetter.test"), ("x-forwarded-for", forwarded)];
    let fields = [("email", email), ("password", password)];
    Visitor::from(bench, peer).send(Method::POST, "/sign-in", &headers, Some(&fields)).await
}

#[tokio::test]
async fn two_instances_count_together() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        choose_password(&bench, "ada@example.org", GOOD).await;
        let second = beside(&bench, house(), identity()).await;
        for _ in 0..5 {
            assert_eq!(sign_in(&bench, "ada@example.org", "wrong").await.1.status, 422);
            assert_eq!(sign_in(&second, "ada@example.org", "wrong").await.1.status, 422);
        }
        let closed = sign_in(&second, "ada@example.org", GOOD).await.1;
        assert_eq!((closed.status.as_u16(), closed.headers["retry-after"].to_str().expect("text")), (429, "900"));
        assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.status, 429);
        bench.app.clock.advance(chrono::TimeDelta::days(2));
        platform::jobs::drain(&bench.app).await.expect("the hourly work");
        let left = db::scalar::<i64>(bench.app.db.read(), "select count(*) from sign_in_try", vec![]).await;
        assert_eq!(left.expect("a count"), Some(0), "old tries are tidied away");
    })
    .await;
}

#[tokio::test]
async fn a_forged_address_changes_nothing_and_a_trusted_proxys_word_counts() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let trusting = [("trusted_proxies", "10.0.0.0/8")];
        let bench = bench_with(engine, now(), house(), identity(), Vec::new(), &trusting).await;
        take(&bench, "people", PEOPLE).await.expect("a table");
        choose_password(&bench, "ada@example.org", GOOD).await;
        for try_ in 0..10 {
            let forged = format!("198.51.100.{try_}");
            assert_eq!(knock(&bench, "203.0.113.7", &forged, "ada@example.org", "wrong").await.status, 422);
        }
        assert_eq!(
            knock(&bench, "203.0.113.7", "198.51.100.99", "ada@example.org", GOOD).await.status,
            429,
            "another name, the same place"
        );
        let elsewhere = knock(&bench, "203.0.113.8", "203.0.113.7", "ada@example.org", GOOD).await;
        assert_eq!(
            elsewhere.status, 303,
            "guesses from one place keep nobody out elsewhere, and no word shuts out another place"
        );

        for try_ in 0..10 {
            let chain = format!("198.51.100.{try_}, 203.0.113.9, 10.1.2.3");
            assert_eq!(knock(&bench, "10.0.0.1", &chain, "ada@example.org", "wrong").await.status, 422);
        }
        let chain = "1.1.1.1, 203.0.113.9, 10.1.2.3";
        assert_eq!(
            knock(&bench, "10.0.0.1", chain, "ada@example.org", GOOD).await.status,
            429,
            "what the visitor wrote left of it is air"
        );
        assert_eq!(knock(&bench, "10.0.0.1", "203.0.113.10", "ada@example.org", GOOD).await.status, 303);
    }
}

#[tokio::test]
async fn one_place_that_tries_everybody_is_stopped() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        for number in 0..60 {
            let reply = knock(&bench, "203.0.113.7", "", &format!("p{number}@example.org"), "wrong").await;
            assert_eq!(reply.status, 422);
        }
        assert_eq!(knock(&bench, "203.0.113.7", "", "p99@example.org", "wrong").await.status, 429);
        assert_eq!(knock(&bench, "203.0.113.8", "", "p99@example.org", "wrong").await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn help_does_the_same_for_known_and_unknown_addresses() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let mut statements = Vec::new();
        for email in ["ada@example.org", "nobody@example.org"] {
            let before = bench.app.db.statements_sent();
            let reply = Visitor::new(&bench).post("/sign-in/help", &[("email", email)]).await;
            statements.push((reply.status, bench.app.db.statements_sent() - before, reply.text().replace(email, "")));
        }
        assert_eq!(statements[0], statements[1], "the same work, the same words");
        for _ in 0..2 {
            Visitor::new(&bench).post("/sign-in/help", &[("email", "ada@example.org")]).await;
        }
        let fourth = Visitor::new(&bench).post("/sign-in/help", &[("email", "ada@example.org")]).await;
        assert_eq!(fourth.status, 429, "three letters an hour");
    })
    .await;
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host() {
    let settings = [("public_url", "https://everbetter.test")];
    let bench = bench_with(Engine::Sqlite, now(), house(), identity(), Vec::new(), &settings).await;
    take(&bench, "people", PEOPLE).await.expect("a table");
    let link = people::setup::new_password_link(&bench.app, "ada@example.org").await.expect("a link");
    let path = link.strip_prefix("https://everbetter.test").expect("our own address");
    let headers = [("origin", "https://everbetter.test")];
    let mut ada = Visitor::new(&bench);
    let inside = ada.send(Method::POST, path, &headers, Some(&[("password", GOOD)])).await;
    let lines: Vec<_> = inside.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text").to_owned()).collect();
    let session = lines.iter().find(|line| line.starts_with("__Host-everbetter=")).expect("a session");
    for word in ["; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
        assert!(session.contains(word), "{session} lacks {word}");
    }
    assert!(!session.contains("Domain"));
    assert!(lines.iter().all(|line| line.starts_with("__Host-") && line.contains("; Secure") && line.contains("; HttpOnly")));
    assert_eq!(ada.get("/sign-in").await.status, 303);

    let chosen = ada.send(Method::POST, "/preferences/theme", &headers, Some(&[("theme", "dark"), ("back", "/people")])).await;
    assert_bound(&chosen, "__Host-everbetter-theme=dark");
    let ended = ada.send(Method::POST, "/people/ada-byrne/sessions/closure", &headers, Some(&[])).await;
    assert_bound(&ended, "__Host-everbetter-toast=");
    let page = ada.get("/people/ada-byrne/sessions").await;
    assert!(page.body.contains("data-theme=\"dark\"") && page.text().contains("This one stays"), "{}", page.text());
    assert_bound(&page, "__Host-everbetter-toast=;");
    assert_eq!(ada.cookie("__Host-everbetter-toast"), None, "a word is said once");
}

/// That a cookie which begins so is set, for this host alone, over TLS alone, and for no script.
fn assert_bound(reply: &Reply, begin: &str) {
    let lines: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text")).collect();
    let line = lines.iter().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no {begin} in {lines:?}"));
    for word in ["; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
        assert!(line.contains(word), "{line} lacks {word}");
    }
    assert!(!line.contains("Domain"), "{line}");
}
