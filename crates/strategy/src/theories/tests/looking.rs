//! Pages: what they show to whom, and how often they ask the database.

use platform::{
    Cx,
    room::{Place, Subject},
    search,
    testing::Bench,
};

use super::{file, take, take_linden, take_template};
use crate::world::{cell, in_the_world, visitor};

const THEORY: &str = "/partnerships/linden/theory";

#[tokio::test]
async fn before_the_first_the_page_teaches_with_template_and_examples() {
    in_the_world(async |bench| {
        let bare = visitor(&bench, "ines").get(THEORY).await;
        assert_eq!(bare.status, 200);
        assert!(bare.text().contains("No theory of action is written down here yet"));
        take_template(&bench).await;
        let text = visitor(&bench, "ines").get(THEORY).await.text();
        for word in [
            "High-leverage changes in adult practice",
            "Two to four.",
            "Example A: reading and talk",
            "Marisol Vega K-8",
            "Shows early",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_version_that_counts_shows_with_where_its_practices_stand() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        cell(&bench.app.db, (1, 2021, "1.1.1"), ("enacted", Some(3), "")).await;
        let page = visitor(&bench, "ines").get(THEORY).await;
        let text = page.text();
        for word in [
            "Version 2, since 13 September",
            "Redrawn with Pat.",
            "If leaders look then teachers see.",
            "First of all: Multilingual learners",
            "Because what is seen can be helped",
            "Meetings held , from 20 to 90. Shows that it is done.",
            "Pace is workable , stays at 70. Must not suffer.",
            "We assume: Coachees want one.",
            "Guard the hour.",
            "Half of the staff is new.",
            "Version 1",
        ] {
            assert!(text.replace(" ,", ",").contains(&word.replace(" ,", ",")), "{word}: {text}");
        }
        // C1 rests on 1.1.1, 1.1.2, 1.1.3 and 2.2.3, of which the first three were due by the end of September.
        assert!(text.contains("1 of the 3 that have been due so far is enacted."), "{text}");
        let before = visitor(&bench, "ines").get("/partnerships/linden/theory?version=1").await.text();
        assert!(before.contains("This is version 1.") && before.contains("Every student meets a grade-level text."), "{before}");
        assert_eq!(visitor(&bench, "ines").get("/partnerships/linden/theory?version=7").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn two_versions_stand_side_by_side() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let page = visitor(&bench, "pat").get("/partnerships/linden/theory/comparison").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("<ins>") && page.body.contains("multilingual"), "{}", page.text());
        let text = page.text();
        assert!(text.contains("7 new, 1 gone, 2 changed."), "{text}");
        assert!(text.contains("Measure: At benchmark, 30 to 37 → At benchmark, 30 to 51."), "{text}");
        for (query, status) in [("?from=2&to=1", 200), ("?from=1&to=1", 200), ("?from=3&to=1", 404), ("?to=1", 404)] {
            let path = format!("/partnerships/linden/theory/comparison{query}");
            assert_eq!(visitor(&bench, "ines").get(&path).await.status, status, "{path}");
        }
        assert_eq!(visitor(&bench, "ines").get("/partnerships/ashford/theory/comparison").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_partner_side_sees_the_own_theory_alone_and_alumni_none() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        for (slug, path, status) in
            [("pat", THEORY, 200), ("pat", "/partnerships/ashford/theory", 404), ("alf", THEORY, 404), ("dee", THEORY, 200)]
        {
            assert_eq!(visitor(&bench, slug).get(path).await.status, status, "{slug} {path}");
        }
    })
    .await;
}

fn cx(bench: &Bench, slug: &str) -> Cx {
    platform::testing::context(bench, crate::world::standing(slug))
}

#[tokio::test]
async fn a_partnerships_page_and_the_search_show_it() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let subject = |slug: &str, name: &str| Subject {
            kind: "partnership",
            key: slug.to_owned(),
            title: name.to_owned(),
            href: format!("/partnerships/{slug}"),
        };
        let house = &bench.app.house;
        let drawn =
            house.panels(&cx(&bench, "pat"), &subject("linden", "Linden Grove"), Place::Main).await.expect("panels").join("");
        assert!(drawn.contains("Our theory of action") && drawn.contains("Every coachee has a goal of their own."), "{drawn}");
        assert!(
            drawn.contains("/practices/1.1.3") && !drawn.contains("Guard the hour."),
            "practices of all below, not their words"
        );
        let none = house.panels(&cx(&bench, "dee"), &subject("ashford", "Ashford"), Place::Main).await.expect("panels").join("");
        assert!(none.contains("Nothing is written down yet about what should lead to what here."), "{none}");
        for (slug, found) in [("ines", 1), ("pat", 1), ("alf", 0)] {
            let who = crate::world::standing(slug);
            let hits = search::find(bench.app.db.read(), bench.app.db.engine(), &who, "moves support", 10).await.expect("hits");
            assert_eq!(hits.iter().filter(|hit| hit.kind == "theory").count(), found, "{slug}: {hits:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_ask_as_often_for_sixty_nodes_as_for_nine() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let mut ines = visitor(&bench, "ines");
        let mut asked = async |path: &str| {
            ines.get(path).await;
            let before = bench.app.db.statements_sent();
            assert_eq!(ines.get(path).await.status, 200, "{path}");
            bench.app.db.statements_sent() - before
        };
        let paths = [THEORY, "/partnerships/linden/theory/comparison", "/partnerships/linden"];
        let mut few = Vec::new();
        for path in paths {
            few.push(asked(path).await);
        }
        let mut rows = vec!["linden,3,2021-10-01,,A,,aim,An aim of sixty nodes.,,,,,,,,".to_owned()];
        for change in 1..=4 {
            rows.push(format!("linden,3,2021-10-01,,C{change},A,change,Change {change}.,,,1.1.1;2.2.3,,M{change},leading,1,2"));
            for below in 0..13 {
                rows.push(format!("linden,3,2021-10-01,,C{change}-{below},C{change},condition,Condition {below}.,,,1.1.2,,,,,"));
            }
        }
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let tally = take(&bench, "theories", "t.csv", file(&rows).as_bytes()).await;
        assert_eq!((tally.new, tally.refused.as_slice()), (57, [].as_slice()));
        for (path, few) in paths.into_iter().zip(few) {
            assert_eq!(asked(path).await, few, "{path}");
        }
    })
    .await;
}
