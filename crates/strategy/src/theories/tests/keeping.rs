//! Answers of each cycle, readings of measures, Today, and what programs are told.

use platform::{db, testing::Bench};

use super::take_linden;
use crate::world::{in_the_world, standing, visitor};

const PROGRESS: &str = "/partnerships/linden/theory/progress";

async fn sheets(bench: &Bench, slug: &str) -> String {
    let cx = platform::testing::context(bench, standing(slug));
    let mut drawn = String::new();
    for sheet in crate::theories::today() {
        drawn.extend((sheet.draw)(&cx, &standing(slug)).await.expect("a sheet"));
    }
    drawn
}

#[tokio::test]
async fn the_question_is_asked_once_a_cycle_and_answers_are_kept() {
    in_the_world(async |bench| {
        assert_eq!(visitor(&bench, "ines").get(PROGRESS).await.status, 404, "nothing to be on track with");
        assert_eq!(sheets(&bench, "ines").await, "", "nothing to ask about");
        take_linden(&bench).await;
        let today = sheets(&bench, "ines").await;
        assert!(today.contains("Linden Grove") && !today.contains("Ashford"), "{today}");
        assert_eq!(sheets(&bench, "dee").await, "", "those who work there are asked");
        assert_eq!(sheets(&bench, "pat").await, "");

        let mut ines = visitor(&bench, "ines");
        let silent = ines.post(&format!("{PROGRESS}/answers"), &[("rests_on", "Visits")]).await;
        assert_eq!(silent.status, 422);
        let text = silent.text();
        assert!(
            text.contains("Are we? Choose what comes closest.") && text.contains("What makes you say so? A sentence is enough."),
            "{text}"
        );
        assert!(silent.body.contains("Visits"), "what was typed stays");
        for (answer, why) in [("partly", "Two of three meetings held."), ("yes", "All three now.")] {
            let fields = [("answer", answer), ("why", why), ("rests_on", "The minutes")];
            assert_eq!(ines.post(&format!("{PROGRESS}/answers"), &fields).await.status, 303);
            bench.app.clock.advance(chrono::Duration::minutes(1));
        }
        let text = visitor(&bench, "pat").get(PROGRESS).await.text();
        let (yes, partly) = (text.find("All three now.").expect("kept"), text.find("Two of three meetings held.").expect("kept"));
        assert!(
            yes < partly && text.contains("2021–22, cycle 1, about version 2") && text.contains("It rests on: The minutes"),
            "{text}"
        );
        assert!(!text.contains("Keep this answer"), "the partner side reads");
        assert_eq!(sheets(&bench, "ines").await, "", "answered for this cycle");
    })
    .await;
}

#[tokio::test]
async fn the_newest_reading_of_a_measure_shows_on_its_node() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let mut ines = visitor(&bench, "ines");
        for (measure, value, on_day, words) in [
            ("Nothing", "4", "2021-10-04", "Please choose one of the measures"),
            ("Meetings held", "many", "2021-10-04", "Please write a number"),
            ("Meetings held", "4", "2021-10-07", "That day is still to come."),
        ] {
            let reply =
                ines.post(&format!("{PROGRESS}/readings"), &[("measure", measure), ("value", value), ("on_day", on_day)]).await;
            assert_eq!(reply.status, 422);
            assert!(reply.text().contains(words), "{words}: {}", reply.text());
        }
        for (value, on_day) in [("40", "2021-10-04"), ("33", "2021-09-20")] {
            let fields = [("measure", "Meetings held"), ("value", value), ("on_day", on_day)];
            assert_eq!(ines.post(&format!("{PROGRESS}/readings"), &fields).await.status, 303);
        }
        let theory = ines.get("/partnerships/linden/theory").await.text();
        assert!(theory.contains("Latest: 40 on 4 October."), "{theory}");
        let audit = "select count(*) from audit_event where action = 'measure of a theory of action read'";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), audit, vec![]).await.expect("a count"), Some(2));
    })
    .await;
}

#[tokio::test]
async fn those_who_record_there_answer_and_nobody_else() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        for path in ["/answers", "/readings"] {
            for (slug, status) in [("pat", 403), ("alf", 404)] {
                assert_eq!(visitor(&bench, slug).post(&format!("{PROGRESS}{path}"), &[]).await.status, status, "{slug} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn programs_read_versions_that_are_out() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let begun = visitor(&bench, "ines").post("/partnerships/linden/theory/draft", &[("from", "standing")]).await;
        assert_eq!(begun.status, 303);
        let list = visitor(&bench, "dee").get("/api/v1/theories-of-action?limit=1").await;
        assert_eq!(list.status, 200);
        let first: serde_json::Value = serde_json::from_str(&list.body).expect("JSON");
        let next = first["next"].as_str().expect("another page");
        let second: serde_json::Value = serde_json::from_str(&visitor(&bench, "dee").get(next).await.body).expect("JSON");
        let mut keys = [&first, &second].map(|page| page["items"][0]["key"].as_str().unwrap_or_default().to_owned());
        keys.sort();
        assert_eq!(keys, ["linden.v1", "linden.v2"]);
        assert_eq!(second["next"], serde_json::Value::Null, "the draft is told nowhere");
        let one: serde_json::Value =
            serde_json::from_str(&visitor(&bench, "pat").get("/api/v1/theories-of-action/linden.v2").await.body).expect("JSON");
        assert_eq!((one["version"].as_i64(), one["nodes"].as_array().map(Vec::len)), (Some(2), Some(9)));
        assert_eq!(one["nodes"][3]["practices"], serde_json::json!(["1.1.1", "1.1.2"]));
        assert_eq!(one["nodes"][3]["measure"]["target"], 90.0);
        for (slug, path, status) in [
            ("dee", "/api/v1/theories-of-action/linden.v3", 404),
            ("dee", "/api/v1/theories-of-action/nonsense", 404),
            ("alf", "/api/v1/theories-of-action/linden.v2", 404),
            ("alf", "/api/v1/theories-of-action", 403),
        ] {
            assert_eq!(visitor(&bench, slug).get(path).await.status, status, "{slug} {path}");
        }
        let other = visitor(&bench, "pat").get("/api/v1/theories-of-action?partnership=ashford").await;
        assert!(other.body.contains("\"items\":[]"), "{}", other.body);
    })
    .await;
}
