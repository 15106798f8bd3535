//! Riverside Partners, a named world of a dozen people, on 6 October 2021.
//!
//! Chi leads the programme; Dora directs the Lakes team, Sofia supervises in it, Ada works at Alder (and helps at Cedar). Ben
//! works at Birch for the Coastal team. Eva evaluates, Hal designs, Otto runs the server. Pia is Alder's principal, Quin
//! Birch's; Tom coaches at Alder and is coached by Ada. Lena left a year ago.

use platform::{
    audit::Actor,
    db::Engine,
    import::{self, Mode},
    testing::{Bench, Reply, Visitor, bench},
};

/// The personas by which tests name people, and their e-mail addresses.
pub const PEOPLE: [(&str, &str); 12] = [
    ("chi", "chi@example.org"),
    ("dora", "dora@example.org"),
    ("sofia", "sofia@example.org"),
    ("ada", "ada@example.org"),
    ("ben", "ben@example.org"),
    ("eva", "eva@example.org"),
    ("hal", "hal@example.org"),
    ("otto", "otto@example.org"),
    ("pia", "pia@example.org"),
    ("tom", "tom@example.org"),
    ("quin", "quin@example.org"),
    ("lena", "lena@example.org"),
];

pub const FILES: [(&str, &str, &str); 25] = [
    ("framework", "vi-pit.toml", include_str!("../../../../content/vi-pit.toml")),
    ("people", "people.csv", include_str!("world/people.csv")),
    ("teams", "teams.csv", include_str!("world/teams.csv")),
    ("memberships", "memberships.csv", include_str!("world/memberships.csv")),
    ("sites", "sites.csv", include_str!("world/sites.csv")),
    ("partnerships", "partnerships.csv", include_str!("world/partnerships.csv")),
    ("partnership-staff", "partnership_staff.csv", include_str!("world/partnership_staff.csv")),
    ("coachees", "coachees.csv", include_str!("world/coachees.csv")),
    ("visits", "visits.csv", include_str!("world/visits.csv")),
    ("tracker", "tracker.csv", include_str!("world/tracker.csv")),
    ("cycle-templates", "cycle-templates.toml", include_str!("../../../../content/cycle-templates.toml")),
    ("cycles", "cycles.csv", include_str!("world/cycles.csv")),
    ("goals", "goals.csv", include_str!("world/goals.csv")),
    ("plan-actions", "plan_actions.csv", include_str!("world/plan_actions.csv")),
    ("log-entries", "log_entries.csv", include_str!("world/log_entries.csv")),
    ("learnings", "learnings.csv", include_str!("world/learnings.csv")),
    ("theory-templates", "theory-of-action.toml", include_str!("../../../../content/theory-of-action.toml")),
    ("theories", "theories.csv", include_str!("world/theories.csv")),
    ("theory-answers", "theory_answers.csv", include_str!("world/theory_answers.csv")),
    ("theory-readings", "theory_readings.csv", include_str!("world/theory_readings.csv")),
    ("plan-templates", "learning-plan.toml", include_str!("../../../../content/learning-plan.toml")),
    ("plans", "plans.csv", include_str!("world/plans.csv")),
    ("close-and-renew-templates", "close-and-renew.toml", include_str!("../../../../content/close-and-renew.toml")),
    ("road-map-templates", "road-map.toml", include_str!("../../../../content/road-map.toml")),
    ("road-map-entries", "road_map_entries.csv", include_str!("world/road_map_entries.csv")),
];

/// An empty house on 6 October 2021, ten past nine.
pub async fn empty(engine: Engine) -> Bench {
    let now = "2021-10-06T09:10:00Z".parse().expect("an instant");
    bench(engine, now, everbetter::house(), people::identity(), Vec::new()).await
}

/// The world on one engine; everybody has a session whose token is their name.
pub async fn world(engine: Engine) -> Bench {
    let bench = empty(engine).await;
    for (kind, file, text) in FILES {
        take(&bench, kind, file, text).await;
    }
    for (name, email) in PEOPLE {
        give_session(&bench, email, name).await;
    }
    bench
}

/// Takes a file in through the product's own import; every row must be new.
pub async fn take(bench: &Bench, kind: &str, file: &str, text: &str) -> import::Tally {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, file, text.as_bytes()).expect("a file that can be read");
    let tally = import::take(&bench.app, kind, &[source], &Actor::Process("a test"), Mode::Take).await.expect("an import");
    assert!(tally.is_clean(), "{file}: {}", tally.refused[0]);
    tally
}

async fn give_session(bench: &Bench, email: &str, token: &str) {
    use platform::{db, secret};
    let now = bench.app.clock.now();
    let ends = now + chrono::TimeDelta::days(1);
    bench
        .app
        .db
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into session (token_hash, person_id, created_at, seen_at, ends_at, idle_ends_at, idle_seconds, agent)
                 select $1, id, $2, $3, $4, $5, 86400, 'a test' from person where email = $6",
                vec![secret::token_hash(token).into(), now.into(), now.into(), ends.into(), ends.into(), email.into()],
            )
            .await
        })
        .await
        .expect("a session");
}

pub async fn give_token(bench: &Bench, email: &str, token: &str) {
    use platform::{clock, db, secret};
    let now = bench.app.clock.now();
    bench
        .app
        .db
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into api_token (id, person_id, name, token_hash, created_at, factor_for)
                 select $1, id, 'test', $2, $3, 'nobody' from person where email = $4 on conflict do nothing",
                vec![clock::new_id(now).into(), secret::token_hash(token).into(), now.into(), email.into()],
            )
            .await
        })
        .await
        .expect("a token");
}

/// One of the people, signed in.
/// What a form's hidden field holds.
pub fn hidden(page: &Reply, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.body.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

pub fn visitor(bench: &Bench, name: &str) -> Visitor {
    assert!(PEOPLE.iter().any(|(known, _)| *known == name), "nobody here is called {name}");
    Visitor::with_session(bench, name)
}

/// Runs a test in the world on each engine.
pub async fn in_the_world(test: impl AsyncFn(&Bench)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = world(engine).await;
        test(&bench).await;
    }
}

/// The demo organisation, `scale` times over, on the day on which its files end.
pub async fn demo(engine: Engine, scale: usize) -> Bench {
    let bench = empty(engine).await;
    everbetter::load_demo(&bench.app, scale).await.expect("the demo is taken in");
    bench
}

/// The key of a form that nobody has sent yet.
pub fn new_key() -> String {
    platform::clock::new_id(platform::clock::Clock::system().now()).to_string()
}
