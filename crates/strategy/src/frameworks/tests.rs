//! People bringing in a framework and looking at its practices, on both databases.

use platform::{db, settings::Settings, testing::Bench};

use super::{Framework, sample::DEFAULT_PACK};
use crate::world::{before_the_world, cell, day, in_the_world, partnership, take_pack, visitor};

async fn current(bench: &Bench, on: &str) -> std::sync::Arc<Framework> {
    Framework::current(bench.app.db.read(), day(on)).await.expect("an answer").expect("a framework")
}

#[tokio::test]
async fn a_pack_comes_in_once_and_says_all_it_said() {
    before_the_world(async |bench| {
        let tally = take_pack(&bench, DEFAULT_PACK).await;
        assert_eq!((tally.new, tally.same, tally.refused.len()), (46, 0, 0));
        let again = take_pack(&bench, &DEFAULT_PACK.replace("# ----", "# ####")).await;
        assert_eq!((again.new, again.same, again.refused.len()), (0, 46, 0), "comments change nothing");

        let framework = current(&bench, "2021-10-06").await;
        assert_eq!((framework.key.as_str(), framework.version, framework.practices.len()), ("vi-pit", 1, 46));
        let expected = super::sample::default_framework();
        for (read, said) in framework.practices.iter().zip(&expected.practices) {
            assert_eq!(read.code, said.code);
            assert_eq!((&read.title, &read.good, &read.due, &read.models), (&said.title, &said.good, &said.due, &said.models));
            assert_eq!((&read.strand, &read.phase, &read.step), (&said.strand, &said.phase, &said.step));
            assert_eq!((&read.evidence, read.vip, read.first_year_only), (&said.evidence, said.vip, said.first_year_only));
        }
        let indicators = &framework.practice("1.1.4").expect("1.1.4").indicators;
        assert_eq!(indicators.first().map(|(rubric, code)| (rubric.as_str(), code.as_str())), Some(("str", "STR-B3")));
        assert_eq!(framework.steps[0].prompts.len(), 3);
        assert_eq!(framework.statuses[3].reasons.len(), 5);

        let settings = Settings::read(bench.app.db.read()).await.expect("settings");
        assert_eq!((settings.get("school_year_first_month"), settings.get("school_year_starts")), (Some("8"), Some("08-01")));
    })
    .await;
}

#[tokio::test]
async fn a_published_version_never_changes_and_the_next_counts_from_its_day() {
    before_the_world(async |bench| {
        take_pack(&bench, DEFAULT_PACK).await;
        let reworded = DEFAULT_PACK.replace("Agree the year's goals with the site's leaders", "Settle the year's goals");
        let tally = take_pack(&bench, &reworded).await;
        let refusal = tally.refused.first().expect("a refusal").to_string();
        assert!(refusal.contains("meta, version, \"1\": This version is published already"), "{refusal}");
        assert!(refusal.contains("Make it version 2"), "{refusal}");

        let next = reworded.replace("version = 1", "version = 2").replace("2021-08-01", "2022-08-01");
        assert_eq!(take_pack(&bench, &next).await.new, 46);
        assert_eq!(current(&bench, "2022-07-31").await.version, 1);
        assert_eq!(current(&bench, "2022-08-01").await.version, 2);
        assert_eq!(current(&bench, "2001-01-01").await.version, 1, "before the first, the first counts");
        let versions = Framework::all_versions(bench.app.db.read()).await.expect("versions");
        assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, 2]);
        let title = "select title from search_document where kind = 'practice' and key = '1.1.1'";
        let found = db::scalar::<String>(bench.app.db.read(), title, vec![]).await.expect("an answer");
        assert_eq!(found.as_deref(), Some("Agree the year's goals with the site's leaders"), "what counts today is found");
    })
    .await;
}

#[tokio::test]
async fn each_version_counts_from_a_later_day_than_the_one_before() {
    before_the_world(async |bench| {
        take_pack(&bench, DEFAULT_PACK).await;
        let next = DEFAULT_PACK.replace("version = 1", "version = 2");
        for from in ["2021-08-01", "2020-01-01"] {
            let tally = take_pack(&bench, &next.replace("2021-08-01", from)).await;
            let refusal = tally.refused.first().expect("a refusal").to_string();
            let told = format!(
                "pack.toml, column meta, effective_from, \"{from}\": Version 1 counts from 2021-08-01, and each version counts from a later day than the one before. Write a day after 2021-08-01."
            );
            assert_eq!((refusal, tally.new), (told, 0));
        }
        assert_eq!(take_pack(&bench, &next.replace("2021-08-01", "2021-08-02")).await.new, 46);
        for known in [DEFAULT_PACK, &next.replace("2021-08-01", "2021-08-02")] {
            assert_eq!(take_pack(&bench, known).await.same, 46, "what is there already comes too late for nothing");
        }
        let other = DEFAULT_PACK.replace("id = \"vi-pit\"", "id = \"other\"");
        assert_eq!(take_pack(&bench, &other).await.new, 46, "another framework has days of its own");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_pack_leaves_everything_as_it_was() {
    before_the_world(async |bench| {
        let tally = take_pack(&bench, &DEFAULT_PACK.replace("start = 8, end = 9", "start = 8, end = 19")).await;
        assert!(tally.refused.len() > 1 && tally.new == 0, "{tally:?}");
        assert!(Framework::current(bench.app.db.read(), day("2021-10-06")).await.expect("an answer").is_none());
    })
    .await;
}

#[tokio::test]
async fn practices_are_browsed_by_whoever_is_signed_in() {
    in_the_world(async |bench| {
        cell(&bench.app.db, (1, 2021, "1.1.1"), ("enacted", Some(3), "")).await;
        let page = visitor(&bench, "dee").get("/practices").await;
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        // 1.1.1 is for all models and was due by 30 September: four partnerships, one of them enacted it.
        assert!(text.contains("All models. Was due by 30 September. Enacted in 1 of 4"), "{text}");
        assert!(text.contains("Coming up in October") && text.contains("Ines Valdez"), "{text}");
        assert!(page.body.contains(r#"<ol class="yr l19 u11 at2 atp1""#), "{}", page.body);
        assert!(page.body.contains(r#"<i class="fill a0 b2"></i>"#), "a window past, from August to September");
        for slug in ["pat", "alf"] {
            let text = visitor(&bench, slug).get("/practices").await.text();
            assert!(text.contains("Agree the year's goals with the site's leaders"), "{text}");
            assert!(text.contains("All models. Was due by 30 September") && !text.contains("Enacted in"), "{text}");
        }
        let text = visitor(&bench, "dee").get("/practices?q=nobody+does+this").await.text();
        assert!(text.contains("No practice fits all of that"), "{text}");
        let body = visitor(&bench, "dee").get("/practices?by=strand&vip=1&step=act").await.body;
        assert!(body.contains("Instruction and coaching</h3>") && !body.contains("/practices/1.1.1"), "{body}");
    })
    .await;
}

#[tokio::test]
async fn the_list_leaves_as_a_file_with_figures_for_staff_alone() {
    in_the_world(async |bench| {
        cell(&bench.app.db, (1, 2021, "1.1.1"), ("enacted", Some(3), "")).await;
        let csv = visitor(&bench, "dee").get("/practices/export/csv?step=set_goals").await.body;
        assert!(csv.starts_with("code,title,step"), "{csv}");
        assert!(csv.lines().any(|line| line.starts_with("1.1.1,") && line.ends_with(",4,1,1")), "{csv}");
        let csv = visitor(&bench, "pat").get("/practices/export/csv").await.body;
        assert!(csv.contains("1.1.1,") && !csv.contains("enacted_well"), "{csv}");
        assert_eq!(visitor(&bench, "pat").get("/practices/export/xlsx").await.status, 200);
        assert_eq!(visitor(&bench, "pat").get("/practices/export/pdf").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_practice_tells_staff_where_it_has_taken_hold() {
    in_the_world(async |bench| {
        let db = &bench.app.db;
        cell(db, (1, 2021, "2.2.3"), ("under_way", None, "Two of five coachees have a goal.")).await;
        cell(db, (3, 2021, "2.2.3"), ("enacted", Some(4), "On their walls.")).await;
        cell(db, (4, 2021, "2.2.3"), ("not_applicable", None, "")).await;
        cell(db, (1, 2020, "2.2.3"), ("enacted", Some(1), "")).await;
        let page = visitor(&bench, "dee").get("/practices/2.2.3").await;
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        // 2.2.3 is for all models and due in October: Linden Grove is under way, Ashford silent, Mariposa enacted, and in
        // Eastmoor it is not applicable. So 1 of 3 this year; in 2020-21 Linden Grove alone of four.
        assert!(text.contains("It is enacted in 1 of 3 partnerships in which it has come up this school year."), "{text}");
        assert!(text.contains("The year before ended with 1 of 4."), "{text}");
        assert!(
            text.contains("Lakes team 0% 0 of 2 50% 1 of 2") && text.contains("Coastal team 100% 1 of 1 0% 0 of 2"),
            "{text}"
        );
        assert!(!text.contains("2019–20"), "nobody kept a tracker then: {text}");
        assert!(text.contains("Mariposa Middle Enacted: theirs"), "{text}");
        assert!(page.body.contains(r#"<a href="/partnerships/mariposa/tracker">Mariposa Middle</a>"#), "{}", page.body);
        assert!(text.contains("On their walls.") && text.contains("Two of five coachees have a goal."), "{text}");
        assert!(text.contains("1 October to 31 October Cycle 1, open now"), "{text}");
        assert!(page.body.contains(r#"<a href="/people/ines">Ines Valdez</a>"#), "{}", page.body);
        for slug in ["pat", "alf"] {
            let page = visitor(&bench, slug).get("/practices/2.2.3").await;
            let text = page.text();
            assert!(text.contains("What does good look like?") && text.contains("Why is it a VIP?"), "{text}");
            assert!(text.contains("Ines Valdez") && !page.body.contains("/people/ines\""), "{}", page.body);
            for hidden in ["taken hold", "On their walls.", "Mariposa", "1 of 3"] {
                assert!(!text.contains(hidden), "{slug} sees {hidden}: {text}");
            }
        }
        assert_eq!(visitor(&bench, "dee").get("/practices/9.9.9").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn before_there_is_a_framework_the_page_says_what_will_be_there() {
    before_the_world(async |bench| {
        for slug in ["dee", "pat"] {
            let page = visitor(&bench, slug).get("/practices").await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains("No practices yet"), "{}", page.text());
        }
        assert_eq!(visitor(&bench, "dee").get("/practices/1.1.1").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn pages_ask_as_often_at_four_partnerships_as_at_thirty() {
    in_the_world(async |bench| {
        let mut dee = visitor(&bench, "dee");
        let mut count = async |path: &str| {
            let before = bench.app.db.statements_sent();
            assert_eq!(dee.get(path).await.status, 200, "{path}");
            bench.app.db.statements_sent() - before
        };
        let paths = ["/practices", "/practices/2.2.3", "/practices/export/csv"];
        let mut few = Vec::new();
        for path in paths {
            count(path).await;
            few.push(count(path).await);
        }
        for number in 5..=30 {
            partnership(
                &bench.app.db,
                number,
                &format!("s{number}"),
                &format!("School {number}"),
                crate::world::LAKES,
                "intensive",
            )
            .await;
            cell(&bench.app.db, (number, 2021, "2.2.3"), ("enacted", Some(3), "A note.")).await;
        }
        let mut many = Vec::new();
        for path in paths {
            many.push(count(path).await);
        }
        assert_eq!(few, many);
    })
    .await;
}
