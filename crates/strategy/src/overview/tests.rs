//! People looking at the whole organisation, on both databases.

use platform::testing::{Bench, something_changes};

use crate::world::{LAKES, before_the_world, cell, in_the_world, partnership, visit, visitor};

const ENACTED: (&str, Option<i32>, &str) = ("enacted", Some(3), "");

/// By 6 October nine windows have ended in an Intensive partnership after its first year: those of August and September.
/// Linden Grove enacts all of them, Mariposa none, Eastmoor all but 1.1.2 and 1.1.3: 7 of 9 are 78 per cent.
async fn entries(bench: &Bench) {
    let framework = crate::frameworks::sample::default_framework();
    let ended = framework.practices.iter().filter(|practice| {
        practice.models.contains_key("intensive")
            && !practice.first_year_only
            && practice.due.iter().any(|due| due.cycle == 1 && due.end_month <= 9 && due.end_month >= 8)
    });
    for practice in ended {
        cell(&bench.app.db, (1, 2021, &practice.code), ENACTED).await;
        if !["1.1.2", "1.1.3"].contains(&practice.code.as_str()) {
            cell(&bench.app.db, (4, 2021, &practice.code), ENACTED).await;
        }
    }
}

#[tokio::test]
async fn staff_see_where_partnerships_stand_and_others_do_not() {
    in_the_world(async |bench| {
        entries(&bench).await;
        let text = visitor(&bench, "dee").get("/overview?team=all").await.text();
        assert!(text.contains("Wednesday 6 October. All teams, Cycle 1, week 10. What needs a person, not a report?"), "{text}");
        assert!(text.contains("On track 1 of 4 Linden Grove Intensive."), "{text}");
        assert!(text.contains("Off track 2 of 4 Ashford"), "{text}");
        assert!(text.contains("Intensive 1 1 1 0 3") && text.contains("All 1 1 2 0 4"), "{text}");
        for slug in ["pat", "alf"] {
            for path in ["/overview", "/overview/cell?practice=1.1.1", "/overview/export/models/csv"] {
                assert_eq!(visitor(&bench, slug).get(path).await.status, 403, "{slug} {path}");
            }
            assert!(!visitor(&bench, slug).get("/practices").await.body.contains("href=\"/overview\""));
        }
    })
    .await;
}

#[tokio::test]
async fn the_own_team_comes_first_and_the_address_narrows() {
    in_the_world(async |bench| {
        entries(&bench).await;
        let lakes = visitor(&bench, "dee").get("/overview").await.text();
        assert!(lakes.contains("Lakes team, Cycle 1") && lakes.contains("Linden Grove"), "{lakes}");
        assert!(!lakes.contains("Mariposa"), "{lakes}");
        assert!(lakes.contains("All 1 1 2 0 4"), "the last table stays whole: {lakes}");
        let text = visitor(&bench, "dee").get("/overview?team=coastal&model=intensive").await.text();
        assert!(text.contains("Mariposa Middle") && !text.contains("Linden Grove"), "{text}");
        let before = visitor(&bench, "dee").get("/overview?team=all&year=2020-21").await.text();
        assert!(before.contains("school year 2020–21, as it stood at its end"), "{before}");
        let nobody = visitor(&bench, "dee").get("/overview?team=lakes&network=none").await;
        assert_eq!(nobody.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_map_counts_and_leads_to_the_partnerships_behind_it() {
    in_the_world(async |bench| {
        entries(&bench).await;
        cell(&bench.app.db, (3, 2021, "2.2.3"), ("under_way", None, "")).await;
        let page = visitor(&bench, "dee").get("/overview?team=all").await;
        let text = page.text();
        // 1.1.1: Linden Grove alone in Lakes, Intensive; Eastmoor but not Mariposa in Coastal.
        assert!(
            text.contains("1.1.1 Agree the year's goals with the site's leaders VIP 50% 1 of 2 100% 1 of 1 0% 0 of 1"),
            "{text}"
        );
        let href = "/overview/cell?practice=1.1.1&#38;team=coastal&#38;model=intensive";
        assert!(page.body.contains(href), "{}", page.body);
        let behind = visitor(&bench, "dee").get("/overview/cell?practice=1.1.1&team=coastal&model=intensive").await.text();
        assert!(behind.contains("1.1.1 in Coastal team, Intensive"), "{behind}");
        assert!(behind.contains("Eastmoor Was open until 30 September Enacted: done together"), "{behind}");
        assert!(behind.contains("Mariposa Middle Was open until 30 September Nothing entered yet"), "{behind}");
        assert!(!behind.contains("Linden Grove"), "{behind}");
        assert_eq!(visitor(&bench, "dee").get("/overview/cell?practice=0.0.0").await.status, 404);
        let vips = visitor(&bench, "dee").get("/overview?team=all&practices=vips").await.text();
        assert!(vips.contains("1.1.1 Agree") && !vips.contains("1.1.2 Listen"), "{vips}");
    })
    .await;
}

#[tokio::test]
async fn days_and_silence_come_from_the_log_of_visits() {
    in_the_world(async |bench| {
        // From 1 August to 6 October are 48 weekdays: 3.5 x 48 / 5 = 33.6 days planned.
        for on in ["2021-09-02", "2021-09-03"] {
            visit(&bench.app.db, 1, on).await;
        }
        visit(&bench.app.db, 3, "2021-10-05").await;
        entries(&bench).await;
        let text = visitor(&bench, "dee").get("/overview?team=all").await.text();
        assert!(text.contains("0 of 4 partnerships get at least four fifths of the planned days"), "{text}");
        assert!(text.contains("Linden Grove Intensive 2 34"), "{text}");
        assert!(text.contains("Ines Valdez, at Linden Grove The last visit in the log is from 3 September."), "{text}");
        assert!(text.contains("Ines Valdez, at Eastmoor No visit is in the log yet this school year."), "{text}");
        let mariposa = "Ines Valdez, at Mariposa Middle None of the";
        assert!(text.contains(mariposa), "off track, though visited yesterday: {text}");
    })
    .await;
}

#[tokio::test]
async fn the_tables_leave_as_files() {
    in_the_world(async |bench| {
        entries(&bench).await;
        let mut dee = visitor(&bench, "dee");
        let csv = dee.get("/overview/export/partnerships/csv?team=coastal").await.body;
        assert!(csv.contains("Eastmoor,Coastal team,Intensive,,2021-22,wobbling,"), "{csv}");
        assert!(!csv.contains("Linden"), "{csv}");
        let csv = dee.get("/overview/export/practices/csv?team=all").await.body;
        assert!(
            csv.lines().any(|line| line.starts_with("1.1.1,") && line.ends_with("Coastal team,Intensive,2021-22,2,1,1,0,0")),
            "{csv}"
        );
        let csv = dee.get("/overview/export/models/csv").await.body;
        assert!(csv.contains("All,1,1,2,0,4"), "{csv}");
        assert_eq!(dee.get("/overview/export/models/xlsx").await.status, 200);
        assert_eq!(dee.get("/overview/export/salaries/csv").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn before_there_is_a_framework_the_page_says_what_will_be_there() {
    before_the_world(async |bench| {
        let page = visitor(&bench, "dee").get("/overview").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Nothing to look at yet"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn the_overview_asks_as_often_at_four_partnerships_as_at_thirty() {
    in_the_world(async |bench| {
        let mut dee = visitor(&bench, "dee");
        let mut count = async |path: &str| {
            let before = bench.app.db.statements_sent();
            assert_eq!(dee.get(path).await.status, 200, "{path}");
            bench.app.db.statements_sent() - before
        };
        let paths = ["/overview?team=all", "/overview/cell?practice=1.1.1&team=lakes", "/overview/export/practices/csv"];
        let mut few = Vec::new();
        for path in paths {
            count(path).await;
            // What was kept holds no more, so that all is asked.
            something_changes(&bench.app.db).await;
            few.push(count(path).await);
        }
        for number in 5..=30 {
            partnership(&bench.app.db, number, &format!("s{number}"), &format!("School {number}"), LAKES, "intensive").await;
            cell(&bench.app.db, (number, 2021, "1.1.1"), ENACTED).await;
        }
        let mut many = Vec::new();
        for path in paths {
            something_changes(&bench.app.db).await;
            many.push(count(path).await);
        }
        assert_eq!(few, many);
    })
    .await;
}

#[tokio::test]
async fn what_is_recorded_shows_at_once_though_the_picture_is_kept() {
    in_the_world(async |bench| {
        entries(&bench).await;
        let mut dee = visitor(&bench, "dee");
        let counted = "/overview?team=coastal&model=intensive";
        let before = dee.get(counted).await.text();
        assert!(before.contains("1.1.2 Listen") && before.contains("On track 0 of 2"), "{before}");
        // Eastmoor has 7 of 9; with 1.1.2 it is 8 of 9, 89 per cent.
        let fields =
            [("practice", "1.1.2"), ("year", "2021-22"), ("cycle", "1"), ("status", "enacted"), ("key", "k-1"), ("note", "")];
        let reply = visitor(&bench, "ines").post("/partnerships/eastmoor/tracker/entries", &fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let after = dee.get(counted).await.text();
        assert!(after.contains("On track 1 of 2") && after.contains("8 of 9 enacted"), "{after}");
        let practices = dee.get("/practices").await.text();
        assert!(practices.contains("Enacted in 2 of 4"), "Linden Grove and Eastmoor: {practices}");
    })
    .await;
}

#[tokio::test]
async fn a_long_lane_names_the_first_and_its_own_page_has_all() {
    in_the_world(async |bench| {
        for number in 5..=64 {
            let (slug, name) = (format!("s{number}"), format!("School {number}"));
            partnership(&bench.app.db, number, &slug, &name, LAKES, "intensive").await;
        }
        something_changes(&bench.app.db).await;
        let mut dee = visitor(&bench, "dee");
        let page = dee.get("/overview?team=lakes&model=intensive").await;
        // Linden Grove and sixty schools, by the order of their names' letters.
        assert!(
            page.text().contains("Off track 61 of 61") && page.text().contains("All 61 that are off track"),
            "{}",
            page.text()
        );
        assert!(page.body.contains(">School 32</a><small>") && !page.body.contains(">School 33</a><small>"), "{}", page.body);
        let way = "/overview/standing/off-track?team=lakes&model=intensive";
        assert!(page.body.contains(&way.replace('&', "&#38;")), "{}", page.body);
        let all = dee.get(way).await;
        assert!(
            all.text().contains("Off track: Lakes team, Intensive") && all.text().contains("61 partnerships"),
            "{}",
            all.text()
        );
        assert!(!all.body.contains(">Mariposa Middle<"), "{}", all.body);
        let next = all.body.split("rel=\"next\"").next().and_then(|before| before.rsplit("href=\"").next()).expect("a way on");
        let rest = dee.get(&next.trim_end_matches(['"', ' ']).replace("&#38;", "&")).await;
        let names = |body: &str| body.matches("/tracker\">").count();
        assert_eq!((names(&all.body), names(&rest.body)), (50, 11));
        assert!(dee.get("/overview/standing/on-track?team=lakes").await.text().contains("Nobody just now"));
        assert_eq!(dee.get("/overview/standing/somehow").await.status, 404);
        assert_eq!(visitor(&bench, "pat").get(way).await.status, 403);
    })
    .await;
}
