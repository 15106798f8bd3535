//! A page asks the database a fixed number of times, whatever its length.

use platform::{
    db::Engine,
    testing::{Bench, Visitor},
};

use crate::world::demo;

pub const PAGES: [(&str, &str); 55] = [
    ("implementer", "/"),
    ("supervisor", "/"),
    ("partner", "/"),
    ("director", "/people"),
    ("director", "/people/amara-osei"),
    ("director", "/teams"),
    ("director", "/teams/lakes"),
    ("director", "/partnerships"),
    ("implementer", "/partnerships/linden-grove"),
    ("implementer", "/partnerships/linden-grove/people"),
    ("implementer", "/partnerships/linden-grove/visits"),
    ("implementer", "/partnerships/linden-grove/tracker"),
    ("implementer", "/partnerships/linden-grove/cycles"),
    ("partner", "/cycles/linden-grove.21.c1"),
    ("implementer", "/cycles/amara-osei.21.c1"),
    ("implementer", "/people/amara-osei/cycles"),
    ("director", "/organisation/cycles"),
    ("director", "/cycles"),
    ("implementer", "/partnerships/linden-grove/theory"),
    ("implementer", "/partnerships/linden-grove/plans"),
    ("partner", "/partnerships/linden-grove/road-map"),
    ("implementer", "/partnerships/linden-grove/road-map/entries/2021-22.own-1"),
    ("director", "/road-map"),
    ("director", "/road-map?team=all&year=2020-21"),
    ("partner", "/cycles/linden-grove.21.c1/plan"),
    ("implementer", "/partnerships/linden-grove/close-and-renew"),
    ("implementer", "/partnerships/linden-grove/close-and-renew/2020-21"),
    ("partner", "/partnerships/linden-grove/theory/comparison"),
    ("implementer", "/partnerships/linden-grove/theory/progress"),
    ("director", "/sites"),
    ("evaluator", "/practices"),
    ("evaluator", "/practices/versions"),
    ("evaluator", "/practices/moves"),
    ("evaluator", "/api/v1/framework-drafts"),
    ("evaluator", "/practices/2.2.3"),
    ("director", "/overview"),
    ("director", "/due"),
    ("director", "/api/v1/me"),
    ("director", "/api/v1/people?sort=since"),
    ("director", "/api/v1/teams"),
    ("director", "/api/v1/teams/lakes/memberships"),
    ("director", "/api/v1/sites"),
    ("director", "/api/v1/partnerships"),
    ("director", "/api/v1/visits?limit=200"),
    ("partner", "/api/v1/tracker-entries"),
    ("director", "/api/v1/theories-of-action?limit=20"),
    ("partner", "/api/v1/partnerships/linden-grove/theory-answers"),
    ("implementer", "/api/v1/partnerships/linden-grove/theory-readings"),
    ("evaluator", "/api/v1/tracker-entries?limit=200"),
    ("evaluator", "/api/v1/practices"),
    ("implementer", "/api/v1/cycles?limit=200"),
    ("supervisor", "/api/v1/goals?limit=200"),
    ("partner", "/api/v1/plan-actions"),
    ("director", "/api/v1/log-entries?limit=200"),
    ("director", "/api/v1/learnings?limit=200"),
];

async fn counts(bench: &Bench) -> Vec<u64> {
    let mut counts = Vec::new();
    for (persona, path) in PAGES {
        let mut who = Visitor::with_token(bench, &format!("demo-{persona}"));
        // The first look may fill what is kept in memory for good.
        assert_eq!(who.get(path).await.status, 200, "{path}");
        let before = bench.app.db.statements_sent();
        assert_eq!(who.get(path).await.status, 200);
        counts.push(bench.app.db.statements_sent() - before);
    }
    counts
}

#[tokio::test]
async fn pages_ask_as_often_in_an_organisation_five_times_as_large() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let small = counts(&demo(engine, 1).await).await;
        let large = counts(&demo(engine, 5).await).await;
        for ((persona, path), (small, large)) in PAGES.iter().zip(small.iter().zip(&large)) {
            println!("{engine:?} {persona:<12} {path:<45} {small}");
            assert_eq!(small, large, "{engine:?}: {path} as {persona} asks more often when there is more");
            assert!(*small <= 30, "{path} asks {small} times");
        }
    }
}
