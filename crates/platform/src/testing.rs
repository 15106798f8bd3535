//! What tests stand on: both databases, an app with a held clock, and visitors who open pages and send forms.
//!
//! PostgreSQL is a throw-away cluster whose address stands in `EVERBETTER_TEST_POSTGRES`; `cargo ci` starts one.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{
    access::{Identify, Route, Standing},
    app::{App, Browser, Cx, Persona},
    audit::{self, Actor},
    clock::{self, Clock},
    config::Config,
    db::{self, Db, Engine},
    files::Files,
    kept::Kept,
    room::{House, Subject},
    settings::Settings,
};

/// An app on one of the two databases; what it keeps on the disk goes when it is dropped.
pub struct Bench {
    /// The app.
    pub app: Arc<App>,
    /// Its router.
    pub router: Router,
    /// Its routes.
    pub routes: Vec<Route>,
    _folder: tempfile::TempDir,
}

/// Runs a test on SQLite, then on PostgreSQL. Each time on an empty database with the whole schema, the clock held at `now`.
pub async fn on_both(now: DateTime<Utc>, house: fn() -> House, identify: fn() -> Arc<dyn Identify>, test: impl AsyncFn(Bench)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        test(bench(engine, now, house(), identify(), Vec::new()).await).await;
    }
}

/// An app on an empty database of this engine with the whole schema.
pub async fn bench(
    engine: Engine,
    now: DateTime<Utc>,
    house: House,
    identify: Arc<dyn Identify>,
    personas: Vec<Persona>,
) -> Bench {
    bench_with(engine, now, house, identify, personas, &[]).await
}

/// The same with settings of the test's own.
pub async fn bench_with(
    engine: Engine,
    now: DateTime<Utc>,
    house: House,
    identify: Arc<dyn Identify>,
    personas: Vec<Persona>,
    settings: &[(&str, &str)],
) -> Bench {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let url = match engine {
        Engine::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
        Engine::Postgres => empty_postgres().await,
    };
    let db = Db::connect(&url).await.expect("the database opens");
    let mut steps = crate::migrations();
    // A house is handed out whole, so the steps are read from a second one of the same rooms.
    for room in house.rooms() {
        steps.extend(room.migrations.iter().map(|step| db::Migration {
            name: step.name,
            why: step.why,
            sql: step.sql,
            only: step.only,
        }));
    }
    db::migrate(&db, &steps, now).await.expect("the schema is made");
    let mut flags = BTreeMap::from([
        ("data".to_owned(), folder.path().display().to_string()),
        ("database".to_owned(), url),
        ("public_url".to_owned(), "http://everbetter.test".to_owned()),
    ]);
    flags.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let config = Config::load(&flags, |_| None, None).expect("a sound configuration");
    let files = Files::in_folder(&folder.path().join("files")).expect("a folder for files");
    let app = Arc::new(App {
        db,
        clock: Clock::held_at(now),
        started: now,
        config,
        house,
        identify,
        files,
        personas,
        kept: Kept::default(),
    });
    let (router, routes) = crate::web::build(&app);
    Bench { app, router, routes, _folder: folder }
}

/// A second instance over the database of the first, with the same settings and clock.
pub async fn beside(first: &Bench, house: House, identify: Arc<dyn Identify>) -> Bench {
    let db = Db::connect(&first.app.config.database).await.expect("the database opens once more");
    let folder = tempfile::tempdir().expect("a folder for the test");
    let files = Files::in_folder(&folder.path().join("files")).expect("a folder for files");
    let (clock, config) = (first.app.clock.clone(), first.app.config.clone());
    let app = Arc::new(App {
        db,
        started: first.app.started,
        clock,
        config,
        house,
        identify,
        files,
        personas: Vec::new(),
        kept: Kept::default(),
    });
    let (router, routes) = crate::web::build(&app);
    Bench { app, router, routes, _folder: folder }
}

async fn empty_postgres() -> String {
    let server = std::env::var("EVERBETTER_TEST_POSTGRES").expect(
        "EVERBETTER_TEST_POSTGRES holds no address of a PostgreSQL server for tests; run `cargo ci`, or `cargo run -p xtask -- postgres`",
    );
    let name = format!("test_{}", clock::new_id(Clock::system().now()).simple());
    let root = Db::connect(&server).await.expect("the server for tests answers");
    db::exec(root.read(), &format!("create database {name}"), vec![]).await.expect("a new database");
    root.close().await;
    let (base, _) = server.rsplit_once('/').expect("an address with a database's name");
    format!("{base}/{name}")
}

/// Records that something changed of which nothing is known, so that whatever is kept in memory is read anew: for tests that write
/// rows by themselves, and for looking at what is asked then.
pub async fn something_changes(db: &Db) {
    let what = Subject { kind: "unknown", key: String::new(), title: String::new(), href: String::new() };
    let now = Clock::system().now();
    db.write(async |tx| audit::record(tx, db.engine(), now, &Actor::Process("a test"), "changed", &what, "").await)
        .await
        .expect("an event");
}

/// The context of a request by this person, for what is drawn without one: panels and sheets of Today.
#[must_use]
pub fn context(bench: &Bench, who: Standing) -> Cx {
    Cx {
        app: Arc::clone(&bench.app),
        who: Some(Arc::new(who)),
        now: bench.app.clock.now(),
        settings: Settings::default(),
        htmx: false,
        is_get: true,
        address: "/".to_owned(),
        marked_db: None,
        browser: Browser::default(),
        remembered: None,
    }
}

/// Somebody with a browser: keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    cookies: BTreeMap<String, String>,
    bearer: Option<String>,
    peer: Option<std::net::IpAddr>,
}

/// What came back.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as bytes.
    pub bytes: bytes::Bytes,
    /// The body as text.
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().expect("an address"))
    }

    /// The text without tags, spaces drawn together, so that a test reads what a person reads.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut in_tag = false;
        for letter in self.body.chars() {
            match letter {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    text.push(' ');
                }
                letter if !in_tag => text.push(letter),
                _ => {}
            }
        }
        let text = text.replace("&#39;", "'").replace("&#38;", "&").replace("&amp;", "&").replace("&nbsp;", " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Visitor {
    /// Nobody in particular.
    #[must_use]
    pub fn new(bench: &Bench) -> Self {
        Self { router: bench.router.clone(), cookies: BTreeMap::new(), bearer: None, peer: None }
    }

    /// Somebody whose requests come from this address.
    #[must_use]
    pub fn from(bench: &Bench, peer: &str) -> Self {
        Self { peer: Some(peer.parse().expect("an address")), ..Self::new(bench) }
    }

    /// What a cookie of that name holds.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Somebody who brings a personal API token.
    #[must_use]
    pub fn with_token(bench: &Bench, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..Self::new(bench) }
    }

    /// Somebody who has this session's cookie.
    #[must_use]
    pub fn with_session(bench: &Bench, token: &str) -> Self {
        let mut visitor = Self::new(bench);
        visitor.cookies.insert("everbetter".to_owned(), token.to_owned());
        visitor
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    /// Asks for a part of a page, as htmx does.
    pub async fn get_part(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[("hx-request", "true")], None).await
    }

    /// Sends a form from our own page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, &[("origin", "http://everbetter.test")], Some(fields)).await
    }

    /// Sends a form as htmx does.
    pub async fn post_part(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, &[("origin", "http://everbetter.test"), ("hx-request", "true")], Some(fields)).await
    }

    /// Sends a form with a file from our own page.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: &str, content: &[u8]) -> Reply {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend(content);
        body.extend(format!("\r\n--{EDGE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let headers = [("origin", "http://everbetter.test"), ("content-type", kind.as_str())];
        self.send_bytes(Method::POST, path, &headers, &body).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], fields: Option<&[(&str, &str)]>) -> Reply {
        let form = fields.map(|fields| serde_html_form::to_string(fields).expect("a form"));
        let mut headers = headers.to_vec();
        if form.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        self.send_bytes(method, path, &headers, form.unwrap_or_default().as_bytes()).await
    }

    /// Sends JSON, as a program does.
    pub async fn send_json(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        self.send_bytes(method, path, &headers, body.to_string().as_bytes()).await
    }

    /// Sends these very bytes.
    pub async fn send_bytes(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "everbetter.test")
            .header(header::ACCEPT, "text/html");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let line = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            request = request.header(header::COOKIE, line);
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut request = request.body(Body::from(body.to_vec())).expect("a request");
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(axum::extract::ConnectInfo(std::net::SocketAddr::new(peer, 50_000)));
        }
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole answer").to_bytes();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("a cookie").split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Reply { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }
}
