//! Files in.

use platform::{db, testing::on_both};

use super::world::{self, import_demo, import_text, settle};

#[tokio::test]
async fn the_demo_comes_in_and_the_same_file_twice_changes_nothing() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        for (kind, file, rows) in [
            ("sites", "sites", 70),
            ("partnerships", "partnerships", 40),
            ("partnership-staff", "partnership_staff", 73),
            ("coachees", "coachees", 71),
        ] {
            let tally = import_demo(&bench, kind, file).await;
            assert_eq!((tally.new, tally.changed, tally.same), (0, 0, rows), "{file}");
        }
        let begun = std::time::Instant::now();
        let tally = import_demo(&bench, "visits", "visits").await;
        assert!(tally.is_clean(), "{:?}", tally.refused);
        assert_eq!((tally.new, tally.changed, tally.same), (4447, 0, 0));
        eprintln!("visits on {:?}: {:?}", bench.app.db.engine(), begun.elapsed());
        assert_eq!(tally.notices.len(), 1);
        assert!(tally.notices[0].contains("7 visits have more hours than a day"), "{:?}", tally.notices);
        let before = bench.app.db.statements_sent();
        let tally = import_demo(&bench, "visits", "visits").await;
        assert_eq!((tally.new, tally.changed, tally.same), (0, 0, 4447));
        assert!(bench.app.db.statements_sent() - before < 12, "what exists is read with a fixed number of statements");
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_changes_one_visit_and_a_wrong_one_nothing() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let head = "visit,partnership,date,hours,person,mode,practices,note,logged_on\r\n";
        let good = "v1,linden-grove,2021-10-04,7,amara.osei@example.org,on-site,2.2.3;1.2.1,,2021-10-04\r\n";
        let tally = import_text(&bench, "visits", &format!("{head}{good}")).await;
        assert_eq!((tally.new, tally.refused.len()), (1, 0));
        let other = good.replace(",7,", ",6.5,").replace("2.2.3;", "");
        let tally = import_text(&bench, "visits", &format!("{head}{other}")).await;
        assert_eq!((tally.new, tally.changed, tally.same), (0, 1, 0));
        let codes = db::scalar::<i64>(bench.app.db.read(), "select count(*) from visit_practice", vec![]).await.expect("a count");
        assert_eq!(codes, Some(1));
        let wrong = "v2,linden-grove,2021-10-05,0,nobody@example.org,by-boat,,,\r\n";
        let tally = import_text(&bench, "visits", &format!("{head}{good}{wrong}")).await;
        let columns: Vec<_> = tally.refused.iter().filter_map(|refusal| refusal.column.as_deref()).collect();
        assert_eq!(columns, ["person", "hours", "mode"]);
        let hours =
            db::scalar::<f64>(bench.app.db.read(), "select hours from visit where key = 'v1'", vec![]).await.expect("hours");
        assert_eq!(hours, Some(6.5), "all or nothing");
    })
    .await;
}

#[tokio::test]
async fn a_partnership_of_an_unknown_model_is_refused() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let head = "partnership,site,model,team,first_school_year,started,status,closed_on,planned_days_per_week\r\n";
        let row = "linden-grove,nowhere,magic,lakes,2020-22,2020-08-20,closed,,3.5\r\n";
        let tally = import_text(&bench, "partnerships", &format!("{head}{row}")).await;
        let columns: Vec<_> = tally.refused.iter().filter_map(|refusal| refusal.column.as_deref()).collect();
        assert_eq!(columns, ["model", "first_school_year", "closed_on", "site"]);
    })
    .await;
}
