//! Pages: what they show, and that they ask the database as often for many as for few.

use axum::http::StatusCode;
use platform::{
    Cx,
    access::Standing,
    room::{Place, Subject},
    testing::{Bench, Visitor},
};

use platform::secret::token_hash;

use super::{Door, ENTRIES, entry, in_the_world, partnership, visitor, work};

async fn asked(bench: &Bench, somebody: &mut Visitor, path: &str) -> u64 {
    // The first look after a change fills what is kept in memory.
    assert_eq!(somebody.get(path).await.status, StatusCode::OK, "{path}");
    let before = bench.app.db.statements_sent();
    let reply = somebody.get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    bench.app.db.statements_sent() - before
}

const PAGES: [&str; 6] = [
    "/partnerships/linden/tracker",
    "/partnerships/linden/tracker?show=due&q=coach",
    "/partnerships/linden/tracker?practice=2.2.3&year=2021-22&cycle=1",
    "/partnerships/linden/tracker/bulk",
    "/partnerships/linden/tracker/export/csv",
    "/due",
];

#[tokio::test]
async fn pages_ask_as_often_for_many_as_for_few() {
    in_the_world(async |bench| {
        let mut sue = visitor(&bench, "sue");
        let mut few = Vec::new();
        for path in PAGES {
            few.push(asked(&bench, &mut sue, path).await);
        }
        for number in 3..30 {
            partnership(&bench.app.db, number, &format!("school-{number}"), &format!("School {number}"), "intensive", 2020).await;
            work(&bench.app.db, number, "ada").await;
        }
        let codes = ["1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.2.1", "2.1.1", "2.1.3", "2.2.3", "3.1.1", "3.2.4"];
        for (place, code) in codes.into_iter().enumerate() {
            for again in 0..3 {
                let key = format!("{place}-{again}");
                sue.post(ENTRIES, &entry(code, "under_way", &key)).await;
            }
        }
        for (path, before) in PAGES.into_iter().zip(few) {
            assert_eq!(asked(&bench, &mut sue, path).await, before, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn filters_stand_in_the_address() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let all = ada.get("/partnerships/linden/tracker").await;
        let text = all.text();
        assert!(text.contains("All 43 practices") && text.contains("13 VIPs"), "{text}");
        assert!(text.contains("Off track None of the 9 that have been due so far is enacted yet."), "{text}");
        assert!(!all.body.contains("2.2.5"), "not in this support model");
        assert!(text.contains("Cycle 2 opens on 1 December."), "{text}");
        let vips = ada.get("/partnerships/linden/tracker?show=vips").await;
        assert!(vips.body.contains("cell-2-2-3-2021-1") && !vips.body.contains("cell-1-1-2-2021-1"));
        let found = ada.get("/partnerships/linden/tracker?q=COACHEE&strand=learning&step=plan").await;
        assert!(found.body.contains("cell-2-2-3-2021-1") && !found.body.contains("cell-3-2-4-2021-1"));
        assert!(found.body.contains("tracker?step=plan&#38;strand=learning&#38;q=COACHEE&#38;practice=2.2.3"), "links keep them");
        let none = ada.get("/partnerships/linden/tracker?q=xyzzy").await.text();
        assert!(none.contains("No practice fits these filters"));
        ada.post(ENTRIES, &entry("2.2.3", "enacted", "k")).await;
        let due = ada.get("/partnerships/linden/tracker?show=due").await;
        assert!(!due.body.contains("cell-2-2-3-2021-1") && due.body.contains("cell-3-2-4-2021-1"));
    })
    .await;
}

#[tokio::test]
async fn what_is_due_over_all_partnerships_is_filtered_and_paged() {
    in_the_world(async |bench| {
        let mut dee = visitor(&bench, "dee");
        let first = dee.get("/due").await;
        let text = first.text();
        assert!(text.contains("Linden Grove, Lakes team. Cycle 1, was due by 30 September."), "{text}");
        let next = first.body.split("rel=\"next\"").next().and_then(|body| body.rsplit("href=\"").next()).expect("a next page");
        let next = next.split('"').next().expect("an address").replace("&#38;", "&");
        let second = dee.get(&next).await;
        assert_eq!(second.status, StatusCode::OK);
        assert!(!second.text().contains("1.1.1 Agree"), "the first page is behind us");
        let vips = dee.get("/due?vips=1&model=practice-network").await.text();
        assert!(vips.contains("Garnet Hill") && !vips.contains("Linden Grove") && !vips.contains("1.1.2 Listen"), "{vips}");
        let csv = dee.get("/due/export/csv?vips=1&model=practice-network").await;
        assert!(csv.body.lines().skip(1).all(|line| line.starts_with("Garnet Hill,")), "{}", csv.body);
        let none = dee.get("/due?team=coastal").await.text();
        assert!(none.contains("Nothing is due here"));
    })
    .await;
}

fn cx(bench: &Bench, slug: &str) -> (Cx, Standing) {
    let who = Door::standing(&token_hash(slug)).expect("somebody of this world");
    let cx = platform::testing::context(bench, who.clone());
    (cx, who)
}

#[tokio::test]
async fn others_pages_show_what_matters_there() {
    in_the_world(async |bench| {
        visitor(&bench, "ada").post(ENTRIES, &entry("2.2.3", "enacted", "k")).await;
        let linden = Subject {
            kind: "partnership",
            key: "linden".to_owned(),
            title: "Linden Grove".to_owned(),
            href: "/partnerships/linden".to_owned(),
        };
        let ada = Subject { kind: "person", key: "ada".to_owned(), title: "Ada".to_owned(), href: "/people/ada".to_owned() };
        for (slug, word) in [("ada", "Update"), ("eve", "Open"), ("pat", "Open")] {
            let (cx, _) = cx(&bench, slug);
            let mut drawn = bench.app.house.panels(&cx, &linden, Place::Head).await.expect("panels").join("");
            drawn.push_str(&bench.app.house.panels(&cx, &linden, Place::Main).await.expect("panels").join(""));
            assert!(drawn.contains("None of the 9 that have been due so far is enacted yet."), "{slug}: {drawn}");
            assert!(drawn.contains(&format!("{word}<span class=\"vh\"> 1.1.1")), "{slug}: {drawn}");
        }
        let (staff, _) = cx(&bench, "eve");
        let drawn = bench.app.house.panels(&staff, &ada, Place::Main).await.expect("panels").join("");
        assert!(drawn.contains("Linden Grove, 6 October. Enacted."), "{drawn}");
        let (partner, _) = cx(&bench, "pat");
        let drawn = bench.app.house.panels(&partner, &ada, Place::Main).await.expect("panels").join("");
        assert!(!drawn.contains("Written down lately"), "for staff alone: {drawn}");

        for (slug, words) in [
            ("ada", vec!["What could move along this week?", "Linden Grove. Was due by 30 September."]),
            ("ben", vec!["What could move along this week?", "Garnet Hill."]),
            ("sue", vec!["Where the work stands", "Linden Grove", "Garnet Hill"]),
            ("dee", vec!["Where the work stands", "Garnet Hill"]),
            ("pat", vec!["Where our work stands", "Do these match what you see?"]),
            ("eve", vec![]),
            ("alf", vec![]),
        ] {
            let (cx, who) = cx(&bench, slug);
            let mut drawn = String::new();
            for sheet in crate::tracker::today() {
                drawn.extend((sheet.draw)(&cx, &who).await.expect("a sheet"));
            }
            assert_eq!(drawn.is_empty(), words.is_empty(), "{slug}: {drawn}");
            for word in words {
                assert!(drawn.contains(word), "{slug}: {word}: {drawn}");
            }
            assert!(slug != "pat" || !drawn.contains("Garnet Hill"), "the own partnership alone");
        }
    })
    .await;
}
