//! Lists and files of people.

use platform::testing::on_both;

use crate::world::{ADA, MEMBERSHIPS, PEOPLE, TEAMS, count, house, now, settle, take, visitor};

#[tokio::test]
async fn the_list_is_narrowed_by_its_address() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ada = visitor(&bench, ADA).await;
        let all = ada.get("/people").await.body;
        for name in ["Ada Byrne", "Darío Conti", "Olle Berg", "Priya Nair"] {
            assert!(all.contains(name), "{name}");
        }
        for (ask, there, absent) in [
            ("q=DARIO", "Darío Conti", "Ivo Novák"),
            ("kind=alumnus", "Olle Berg", "Ivo Novák"),
            ("team=lakes", "Ivo Novák", "Olle Berg"),
            ("team=lakes&role=supervisor", "Salma Idrissi", "Ivo Novák"),
        ] {
            let page = ada.get(&format!("/people?{ask}")).await.body;
            assert!(page.contains(there) && !page.contains(&format!("{absent}</a>")), "{ask}");
        }
        let since = ada.get("/people?sort=-since").await.body;
        assert!(since.find("Ivo Novák</a>") < since.find("Olle Berg</a>"));
        assert!(ada.get("/people?q=zzz").await.text().contains("Nobody fits all of that"));
    })
    .await;
}

#[tokio::test]
async fn long_lists_go_on_by_key() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut file = "person,name,kind,started\n".to_owned();
        for number in 0..120 {
            let started = if number % 3 == 0 { "" } else { "2020-01-01" };
            file.push_str(&format!("p{number:03}@example.org,Person {number:03},staff,{started}\n"));
        }
        assert!(take(&bench, "people", &file).await.is_clean());
        let mut ada = visitor(&bench, ADA).await;
        for sort in ["", "since", "-since"] {
            let mut way = format!("/people?sort={sort}");
            let mut seen = Vec::new();
            loop {
                let before = bench.app.db.statements_sent();
                let page = ada.get(&way).await;
                assert!(bench.app.db.statements_sent() - before < 12, "a fixed number of questions");
                let names = page
                    .body
                    .split("<span><a href=\"/people/")
                    .skip(1)
                    .map(|part| part.split('"').next().expect("a slug").to_owned());
                seen.extend(names);
                let next = page
                    .body
                    .split("<a class=\"btn quiet s\" href=\"")
                    .find(|part| part.contains("rel=\"next\"") && part.starts_with("/people"));
                match next.and_then(|part| part.split('"').next()) {
                    Some(next) => way = next.replace("&#38;", "&").replace("&amp;", "&"),
                    None => break,
                }
            }
            let count = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((count, seen.len()), (126, 126), "sorted by {sort:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_leaves_comes_in_again_and_changes_nothing() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ada = visitor(&bench, ADA).await;
        let file = ada.get("/people/export/csv").await.body;
        assert!(file.starts_with("person,name,kind,title,site,started,ended,glad_to_be_asked_about\r\n"));
        let tally = take(&bench, "people", &file).await;
        assert_eq!((tally.new, tally.changed, tally.same), (0, 0, 6), "{:?}", tally.refused);
        for (kind, text, rows) in [("people", PEOPLE, 6), ("teams", TEAMS, 3), ("memberships", MEMBERSHIPS, 6)] {
            let tally = take(&bench, kind, text).await;
            assert_eq!((tally.new, tally.changed, tally.same), (0, 0, rows), "{kind}: {:?}", tally.refused);
        }
        assert_eq!(ada.get("/people/export/xlsx").await.status, 200);
        assert_eq!(ada.get("/people/export/pdf").await.status, 404);
        assert_eq!(ada.get("/people/export/csv?kind=partner").await.body.lines().count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_row_is_named_and_nothing_is_taken() {
    on_both(now(), house, people::identity, async |bench| {
        let file = "person,name,kind,started,ended\n\
            a@example.org,A,staff,2020-01-01,\n\
            b@example.org,B,boss,2020-01-01,\n\
            c@example.org,C,staff,first of May,\n\
            d@example.org,D,staff,2020-01-01,2019-01-01\n\
            nobody,E,staff,,\n\
            A@example.org,A,staff,,\n\
            f@example.org,,staff,,\n";
        let tally = take(&bench, "people", file).await;
        let named: Vec<_> = tally.refused.iter().map(|one| (one.row.unwrap_or(0), one.column.as_deref().unwrap_or(""))).collect();
        let expected = [(3, "kind"), (4, "started"), (5, "ended"), (6, "person"), (7, "person"), (8, "name")];
        assert_eq!(named, expected, "{:?}", tally.refused);
        assert_eq!(count(&bench, "select count(*) from person").await, 0);
        settle(&bench).await;
        let file =
            "person,team,role,from,to\nada.byrne@example.org,moon,member,2026-01-01,\nzed@example.org,lakes,member,2026-01-01,\n";
        let tally = take(&bench, "memberships", file).await;
        let named: Vec<_> = tally.refused.iter().map(|one| (one.row.unwrap_or(0), one.column.as_deref().unwrap_or(""))).collect();
        assert_eq!(named, [(2, "team"), (3, "person")], "{:?}", tally.refused);
    })
    .await;
}
