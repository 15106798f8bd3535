//! What the log says, and what it never says.

use std::{
    io,
    sync::{Arc, Mutex},
};

use platform::{
    db::{self, Engine},
    testing::{Bench, Visitor, bench_with},
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::world::{FILES, give_token, take};

const PASSWORD: &str = "the lake is cold today";

/// Where the log of a test goes.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a page").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Page {
    /// Everything from now on, in this thread.
    fn begin(filter: &str) -> (Self, tracing::subscriber::DefaultGuard) {
        let page = Self::default();
        let filter = EnvFilter::new(filter);
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(page.clone()).compact();
        (page, tracing::subscriber::set_default(log.finish()))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a page").clone()).expect("text")
    }

    /// The lines that hold all of these.
    fn lines(&self, words: &[&str]) -> usize {
        self.text().lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    }
}

async fn people(engine: Engine) -> Bench {
    let now = "2021-10-06T09:10:00Z".parse().expect("an instant");
    let settings = [("token_requests_a_minute", "6")];
    let bench = bench_with(engine, now, everbetter::house(), people::identity(), Vec::new(), &settings).await;
    for (kind, file, text) in &FILES[1..4] {
        take(&bench, kind, file, text).await;
    }
    bench
}

#[tokio::test]
async fn what_is_refused_stands_in_the_log_with_who_and_where() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = people(engine).await;
        let (page, _guard) = Page::begin("warn");
        let link = people::setup::new_password_link(&bench.app, "ada@example.org").await.expect("a link");
        let path = link.strip_prefix("http://everbetter.test").expect("our own address").to_owned();
        let mut ada = Visitor::from(&bench, "203.0.113.7");
        assert_eq!(ada.post(&path, &[("password", PASSWORD)]).await.status, 303);
        assert_eq!(page.text(), "", "what goes well is not a warning");
        let known = "select count(*) from audit_event where action = 'chose a new password' and actor = 'Ada Byrne'";
        let known = db::scalar::<i64>(bench.app.db.read(), known, vec![]).await.expect("a query");
        assert_eq!(known, Some(1), "it stands in the audit log");

        let mut stranger = Visitor::from(&bench, "203.0.113.9");
        stranger.post("/sign-in", &[("email", "ada@example.org"), ("password", "wrong")]).await;
        stranger.post("/sign-in", &[("email", "x@example.org"), ("password", "wrong")]).await;
        assert_eq!(page.lines(&["a password opened nothing", "ada-byrne", "203.0.113.9"]), 1, "{}", page.text());
        assert_eq!(page.lines(&["a password opened nothing", "nobody we know", "203.0.113.9"]), 1, "{}", page.text());
        ada.get("/operator").await;
        assert_eq!(page.lines(&["not allowed", "ada-byrne", "203.0.113.7", "GET", "/operator"]), 1, "{}", page.text());
        let foreign = [("origin", "https://elsewhere.example")];
        ada.send(axum::http::Method::POST, "/people/ada-byrne/password", &foreign, Some(&[])).await;
        assert_eq!(page.lines(&["not from our own page", "ada-byrne", "/people/ada-byrne/password"]), 1, "{}", page.text());
        Visitor::with_token(&bench, "nobody's").get("/api/v1/me").await;
        assert_eq!(page.lines(&["a token opened nothing", "/api/v1/me"]), 1, "{}", page.text());
        give_token(&bench, "ada@example.org", "ada's token").await;
        let mut program = Visitor::with_token(&bench, "ada's token");
        for _ in 0..7 {
            program.get("/api/v1/me").await;
        }
        assert_eq!(page.lines(&["a token asked too often", "/api/v1/me"]), 1, "{}", page.text());
        for _ in 0..12 {
            stranger.post("/sign-in", &[("email", "x@example.org"), ("password", "wrong")]).await;
        }
        assert_eq!(page.lines(&["too many tries", "203.0.113.9", "/sign-in"]), 3, "{}", page.text());
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_told_to_the_log_alone() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = people(engine).await;
        give_token(&bench, "ada@example.org", "ada's token").await;
        bench.app.db.write(async |tx| db::exec(&**tx, "drop table api_allowance", vec![]).await).await.expect("a broken house");
        let (page, _guard) = Page::begin("warn");
        let reply = Visitor::with_token(&bench, "ada's token").get("/api/v1/me").await;
        assert_eq!(reply.status, 500, "nothing is let through on a fault");
        let reference = reply.json()["reference"].as_str().expect("a reference").to_owned();
        assert!(!reply.body.contains("api_allowance") && !reply.body.contains("sql"), "{}", reply.body);
        assert_eq!(page.lines(&[&reference, "api_allowance", "/api/v1/me"]), 1, "{}", page.text());
    }
}

#[tokio::test]
async fn no_secret_stands_in_the_log_and_no_line_is_anybodys_invention() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = people(engine).await;
        let (page, _guard) = Page::begin("trace");
        let link = people::setup::new_password_link(&bench.app, "ada@example.org").await.expect("a link");
        let path = link.strip_prefix("http://everbetter.test").expect("our own address").to_owned();
        let mut ada = Visitor::new(&bench);
        ada.send(axum::http::Method::POST, &path, &[], Some(&[("password", PASSWORD)])).await;
        assert_eq!(ada.post(&path, &[("password", PASSWORD)]).await.status, 303);
        let session = ada.cookie("everbetter").expect("a session").to_owned();
        let made = ada.post("/people/ada-byrne/tokens", &[("name", "a script"), ("term", "30")]).await;
        let token = made.body.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a token").to_owned();
        assert_eq!(ada.post("/people/ada-byrne/second-factor", &[]).await.status, 303);
        let shown = ada.get("/people/ada-byrne/second-factor").await;
        let seed = shown.body.split("id=\"key\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a key").to_owned();
        Visitor::with_token(&bench, &token).get("/operator").await;
        ada.post("/sign-in", &[("email", "ada@example.org\n2030-01-01 all is well"), ("password", "another secret")]).await;
        ada.get("/people/%0A2030-01-01%20all%20is%20well").await;

        let text = page.text();
        assert!(text.contains("answered") && text.contains("/invitations/"), "the log was written");
        let word = path.rsplit('/').next().expect("a word");
        for secret in [PASSWORD, "another secret", word, &session, &token, &seed, &seed.replace(' ', "")] {
            assert!(!text.contains(secret), "{engine:?}: {secret} stands in the log");
        }
        for line in text.lines().filter(|line| line.contains("all is well")) {
            assert!(line.starts_with("20") && !line.starts_with("2030"), "{engine:?}: {line}");
        }
    }
}
