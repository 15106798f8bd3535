//! Who may do what: every route, tried by every kind of person, printed into `docs/access.txt`.
//!
//! `EVERBETTER_ACCEPT=1 cargo test -p everbetter --test house access` writes the file anew; look at its difference before
//! you commit it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use axum::http::Method;
use platform::{
    access::Route,
    db::{self, Engine, portable},
    testing::{Bench, Visitor},
};

use crate::photos::Attaches as _;
use crate::world::{give_token, visitor, world};

/// The columns of the table: who tries, and in which words.
const KINDS: [(&str, &str); 12] = [
    ("", "nobody"),
    ("ada", "implementer"),
    ("ben", "implementer elsewhere"),
    ("sofia", "supervisor"),
    ("dora", "director"),
    ("eva", "evaluator"),
    ("hal", "designer"),
    ("chi", "chief"),
    ("otto", "operator"),
    ("pia", "partner"),
    ("quin", "partner elsewhere"),
    ("lena", "alumnus"),
];

/// What stands in the braces of addresses: everything is Ada's or Alder's.
async fn places(bench: &Bench) -> BTreeMap<&'static str, String> {
    let id = async |sql: &str| -> String {
        db::scalar::<uuid::Uuid>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a row").to_string()
    };
    BTreeMap::from([
        ("partnership", "alder".to_owned()),
        ("site", "alder".to_owned()),
        ("person", "ada-byrne".to_owned()),
        ("team", "lakes".to_owned()),
        ("practice", "2.2.3".to_owned()),
        ("cycle", "alder.21.c1".to_owned()),
        ("goal", "alder.21.c1.g1".to_owned()),
        ("action", "alder.21.c1.a1".to_owned()),
        ("log_entry", "alder.21.c1.n1".to_owned()),
        ("learning", "alder.21.c1.l1".to_owned()),
        ("file", format!("{FILES_KEY}.1")),
        ("ending", "csv".to_owned()),
        ("table", "partnerships".to_owned()),
        ("state", "off-track".to_owned()),
        ("job", id("select id from job where given_up_at is not null").await),
        ("entry", "t4".to_owned()),
        ("visit", "w2".to_owned()),
        ("coachee", "tom-reyes.2020-10-19".to_owned()),
        ("assignment", "ada-byrne.lead.2021-08-23".to_owned()),
        ("membership", id("select m.id from membership m join person p on p.id = m.person_id where p.slug = 'ada-byrne'").await),
        ("kind", "tracker".to_owned()),
        ("import", id("select id from import_draft").await),
        ("invitation", "letter".to_owned()),
        ("kept", "nothing".to_owned()),
        ("session", platform::secret::hex(&platform::secret::token_hash("ada"))),
        ("token", id("select id from api_token").await),
        ("framework", "vi-pit-1".to_owned()),
        ("draft", "vi-pit-2".to_owned()),
        ("line", "1".to_owned()),
        ("comment", id("select id from framework_draft_comment").await),
        ("node", "C1".to_owned()),
        ("step", "2".to_owned()),
        ("theory", "alder.v2".to_owned()),
        (
            "answer",
            id("select s.id from theory_answer s join partnership p on p.id = s.partnership_id where p.slug = 'alder'").await,
        ),
        (
            "reading",
            id("select r.id from theory_reading r join partnership p on p.id = r.partnership_id where p.slug = 'alder'").await,
        ),
        ("section", "frame".to_owned()),
        ("school_year", "2020-21".to_owned()),
        ("year_section", "keep".to_owned()),
        ("point", "looked_back".to_owned()),
        ("road_map_entry", "2021-22.agreement".to_owned()),
        ("number", "1".to_owned()),
        ("version", "1".to_owned()),
    ])
}

/// The world, with a job that was given up, a token of Ada's, an invitation for her, and a file that she brought in.
async fn world_with_odds_and_ends(engine: Engine) -> Bench {
    let bench = world(engine).await;
    give_token(&bench, "ada@example.org", "ada's token").await;
    let now = bench.app.clock.now();
    bench
        .app
        .db
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into job (id, kind, payload, run_at, attempts, given_up_at, created_at) values ($1, 'mail', '{}', $2, 10, $3, $4)",
                vec![platform::clock::new_id(now).into(), now.into(), now.into(), now.into()],
            )
            .await?;
            db::exec(
                &**tx,
                "insert into invitation (id, token_hash, person_id, purpose, created_at, expires_at)
                 select $1, $2, id, 'join', $3, $4 from person where slug = 'ada-byrne'",
                vec![
                    platform::clock::new_id(now).into(),
                    platform::secret::token_hash("letter").into(),
                    now.into(),
                    (now + chrono::TimeDelta::days(1)).into(),
                ],
            )
            .await
        })
        .await
        .expect("odds and ends");
    crate::imports::bring_in_a_row_of_ada(&bench).await;
    draft_a_theory_as_ada(&bench).await;
    draft_practices_with_ada(&bench).await;
    agree_on_a_plan_as_ada(&bench).await;
    attach_a_photo_as_ada(&bench).await;
    assert_eq!(visitor(&bench, "ada").post("/partnerships/alder/close-and-renew/2020-21", &[]).await.status, 303);
    bench
}

/// A draft of Alder's next theory of action, with a step that can be gone back to.
async fn draft_a_theory_as_ada(bench: &Bench) {
    let mut ada = visitor(bench, "ada");
    let draft = "/partnerships/alder/theory/draft";
    for (path, fields) in
        [(draft.to_owned(), [("from", "standing")]), (format!("{draft}/nodes/C1/place"), [("direction", "down")])]
    {
        assert_eq!(ada.post(&path, &fields).await.status, 303);
    }
}

/// A draft of the next version of the practices at which Ada writes too, with two steps that can be gone back to.
async fn draft_practices_with_ada(bench: &Bench) {
    let mut chi = visitor(bench, "chi");
    let draft = "/practices/draft";
    let begin = [("title", "VI-PIT"), ("note", "What October taught us."), ("approvals", "2")];
    assert_eq!(chi.post(draft, &begin).await.status, 303);
    assert_eq!(chi.post(&format!("{draft}/drafters"), &[("person", "ada-byrne")]).await.status, 303);
    for direction in ["down", "up"] {
        assert_eq!(chi.post(&format!("{draft}/practices/1/place"), &[("direction", direction)]).await.status, 303);
    }
    let proposal = [("text", "Shorter?"), ("title", "Agree the year's goals")];
    assert_eq!(chi.post(&format!("{draft}/practices/1/comments"), &proposal).await.status, 303);
}

/// A plan of Alder's cycle, agreed on once.
async fn agree_on_a_plan_as_ada(bench: &Bench) {
    let mut ada = visitor(bench, "ada");
    let plan = "/cycles/alder.21.c1/plan";
    assert_eq!(ada.post(plan, &[]).await.status, 303);
    let agreed = [("version", "0"), ("writings", "1"), ("why", "Our first plan.")];
    assert_eq!(ada.post(&format!("{plan}/versions"), &agreed).await.status, 303);
}

/// The key of the form with which Ada attached a photo.
const FILES_KEY: &str = "017c5a2e-8000-7000-8000-000000000001";

/// A photo on Ada's entry in the log of Alder's cycle.
async fn attach_a_photo_as_ada(bench: &Bench) {
    let photo = crate::photos::picture(60, 40, image::ImageFormat::Jpeg);
    let entry = "/cycles/alder.21.c1/log-entries/alder.21.c1.n1/files";
    let reply = visitor(bench, "ada").attach(entry, &[("key", FILES_KEY)], "files", &[("wall.jpg", &photo)]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
}

/// What follows the question mark where a page needs it.
fn question(path: &str) -> &'static str {
    match path {
        "/overview/cell" => "?practice=2.2.3&team=lakes&model=intensive",
        "/partnerships/{partnership}/tracker/cell" => "?practice=2.2.3&year=2021-22&cycle=1",
        _ => "",
    }
}

/// What a form needs for its address to be known at all.
fn fields(path: &str) -> &'static [(&'static str, &'static str)] {
    match path {
        "/partnerships/{partnership}/tracker/entries" => &[("practice", "2.2.3"), ("year", "2021-22"), ("cycle", "1")],
        "/partnerships/{partnership}/theory/draft/nodes" => &[("kind", "aim")],
        _ => &[],
    }
}

fn address(route: &Route, places: &BTreeMap<&str, String>) -> String {
    let parts = route.path.split('/').map(|part| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => {
            places.get(name).unwrap_or_else(|| panic!("{} names {name}, which the test does not know", route.path)).clone()
        }
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What the door answers, in one word; what happens behind it is for other tests.
fn word(status: u16, location: &str) -> &'static str {
    match status {
        303 if location.starts_with("/sign-in") && !location.starts_with("/sign-in/") => "sign in",
        401 => "sign in",
        403 => "no",
        404 => "hidden",
        500.. => "BROKEN",
        _ => "yes",
    }
}

async fn table(engine: Engine) -> String {
    let mut bench = world_with_odds_and_ends(engine).await;
    let routes = bench.routes.clone();
    let mut lines: BTreeMap<(String, &'static str), String> = BTreeMap::new();
    for route in routes {
        let mut words = Vec::new();
        for (name, _) in KINDS {
            let places = places(&bench).await;
            let mut who = if name.is_empty() { Visitor::new(&bench) } else { visitor(&bench, name) };
            let reply = match route.method {
                "GET" => who.get(&format!("{}{}", address(&route, &places), question(route.path))).await,
                "POST" => {
                    who.send(
                        Method::POST,
                        &address(&route, &places),
                        &[("origin", "http://everbetter.test")],
                        Some(fields(route.path)),
                    )
                    .await
                }
                method @ ("PATCH" | "DELETE") => {
                    let method = Method::from_bytes(method.as_bytes()).expect("a method");
                    who.send(method, &address(&route, &places), &[("origin", "http://everbetter.test")], None).await
                }
                other => panic!("a route with method {other}"),
            };
            assert!(reply.status.as_u16() < 500, "{engine:?} {} {} as {name}: {}", route.method, route.path, reply.text());
            words.push(word(reply.status.as_u16(), reply.location()));
            let changed = matches!(reply.status.as_u16(), 200 | 201 | 204 | 303);
            if route.method != "GET" && changed && words.last() == Some(&"yes") {
                // Something may have changed; the next one finds the world as it was.
                bench = world_with_odds_and_ends(engine).await;
            }
        }
        let permission = format!("{} {}", route.action, route.thing);
        let what = format!("{:<4} {}", route.method, route.path);
        let mut line = format!("{what:<74} {:<28}", permission.trim());
        for word in words {
            write!(line, "{word:<9}").expect("text grows");
        }
        let before = lines.insert((route.path.to_owned(), route.method), line.trim_end().to_owned());
        assert!(before.is_none(), "{} {} is declared twice", route.method, route.path);
    }
    let mut text = String::from(
        "Who may do what. Made by a test that tries every route as every kind of person; everything in braces is\n\
         of Alder, or of Ada who works there.\n\n\
         yes: the door opens (what was sent may still be refused) · no: visible, but not theirs to do (403) ·\n\
         hidden: as if it were not there (404) · sign in: sent to the sign-in\n\n",
    );
    for (place, (name, kind)) in KINDS.iter().enumerate() {
        let shown = if name.is_empty() { String::new() } else { format!(" ({name})") };
        writeln!(text, "column {:>2}: {kind}{shown}", place + 1).expect("text grows");
    }
    text.push('\n');
    let mut head = format!("{:<5}{:<70}{:<28}", "", "route", "permission");
    for place in 1..=KINDS.len() {
        write!(head, "{place:<9}").expect("text grows");
    }
    writeln!(text, "{}", head.trim_end()).expect("text grows");
    for line in lines.into_values() {
        writeln!(text, "{line}").expect("text grows");
    }
    text
}

/// Compares what the doors answer with the kept table; SQLite's answer is the one that is kept.
async fn is_as_kept(engine: Engine) {
    let now = table(engine).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.txt");
    if engine == Engine::Sqlite && std::env::var_os("EVERBETTER_ACCEPT").is_some() {
        std::fs::write(&file, &now).expect("docs/access.txt can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let (new, old): (BTreeSet<&str>, BTreeSet<&str>) = (now.lines().collect(), kept.lines().collect());
    let plus: Vec<_> = new.difference(&old).collect();
    let minus: Vec<_> = old.difference(&new).collect();
    assert!(
        now == kept,
        "docs/access.txt says something else. Look at it, then write it anew as the head of this test says.\nnow:  {plus:#?}\nkept: {minus:#?}"
    );
}

#[tokio::test]
async fn every_route_as_every_kind_of_person() {
    is_as_kept(Engine::Sqlite).await;
}

#[tokio::test]
async fn every_route_as_every_kind_of_person_on_postgresql() {
    is_as_kept(Engine::Postgres).await;
}

#[tokio::test]
async fn another_ones_partnership_is_as_if_it_were_not_there() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = world(engine).await;
        let paths: Vec<String> = bench
            .routes
            .iter()
            .filter(|route| route.method == "GET" && route.path.starts_with("/partnerships/{partnership}"))
            .map(|route| {
                let places = BTreeMap::from([
                    ("partnership", "birch".to_owned()),
                    ("ending", "csv".to_owned()),
                    ("visit", uuid::Uuid::nil().to_string()),
                    ("coachee", uuid::Uuid::nil().to_string()),
                    ("assignment", uuid::Uuid::nil().to_string()),
                    ("entry", uuid::Uuid::nil().to_string()),
                    ("school_year", "2020-21".to_owned()),
                    ("year_section", "keep".to_owned()),
                    ("road_map_entry", "2021-22.agreement".to_owned()),
                ]);
                address(route, &places)
            })
            .collect();
        assert!(paths.len() > 3, "there are pages to try");
        for path in paths {
            assert_eq!(visitor(&bench, "pia").get(&path).await.status, 404, "{path} as Alder's principal");
            assert_eq!(visitor(&bench, "lena").get(&path).await.status, 404, "{path} as an alumnus");
        }
        let own = visitor(&bench, "pia").get("/partnerships/alder").await;
        assert_eq!(own.status, 200);
        assert!(own.text().contains("Alder Elementary"));
    }
}

/// What changes something is sent as the person who may do most, with the cookie alone.
#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = world_with_odds_and_ends(engine).await;
        let places = places(&bench).await;
        let events = async || {
            let sql = "select count(*) from audit_event";
            db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a count")
        };
        let before = events().await;
        let mut tried = 0;
        for route in bench.routes.iter().filter(|route| route.method != "GET") {
            let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
            let path = address(route, &places);
            for headers in [
                vec![],
                vec![("origin", "https://elsewhere.example")],
                vec![("origin", "null")],
                vec![("sec-fetch-site", "cross-site"), ("origin", "http://everbetter.test")],
                vec![("sec-fetch-site", "same-site")],
                vec![("x-csrf-token", "a guess")],
            ] {
                for name in ["ada", "otto"] {
                    let reply = visitor(&bench, name).send(method.clone(), &path, &headers, Some(fields(route.path))).await;
                    let refused = if route.path.starts_with("/api/") { 403 } else { 422 };
                    assert_eq!(reply.status.as_u16(), refused, "{engine:?} {method} {path} as {name} with {headers:?}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 500, "there are routes to try: {tried}");
        assert_eq!(events().await, before);
        for name in ["ada", "otto"] {
            assert_eq!(visitor(&bench, name).get("/people").await.status, 200, "{name} is still signed in");
        }
    }
}

/// All rows of all tables, by table.
async fn everything(bench: &Bench) -> BTreeMap<String, String> {
    let snapshot = bench.app.db.snapshot().await.expect("a snapshot");
    let mut rows = BTreeMap::new();
    for table in portable::tables(&snapshot, bench.app.db.engine()).await.expect("tables") {
        let (pieces, mut made) = tokio::sync::mpsc::channel(1000);
        portable::read(&snapshot, &table, &pieces).await.expect("rows");
        drop(pieces);
        let mut text = String::new();
        while let Some(piece) = made.recv().await {
            text.push_str(&String::from_utf8(piece).expect("text"));
        }
        rows.insert(table.name, text);
    }
    rows
}

#[tokio::test]
async fn looking_changes_not_a_row() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = world_with_odds_and_ends(engine).await;
        let places = places(&bench).await;
        let before = everything(&bench).await;
        assert!(before.len() > 20 && before["person"].contains("ada-byrne"), "there is something to change");
        for route in bench.routes.iter().filter(|route| route.method == "GET") {
            let path = format!("{}{}", address(route, &places), question(route.path));
            for name in ["", "ada", "chi", "otto", "pia"] {
                let mut who = if name.is_empty() { Visitor::new(&bench) } else { visitor(&bench, name) };
                for method in [Method::GET, Method::HEAD] {
                    let reply = who.send(method, &path, &[], None).await;
                    assert!(reply.status.as_u16() < 500, "{path}: {}", reply.text());
                }
            }
        }
        for (table, rows) in everything(&bench).await {
            assert_eq!(Some(&rows), before.get(&table), "{engine:?}: {table} has changed");
        }
    }
}
