//! Recording, one entry or many, and taking back.

use axum::http::StatusCode;
use chrono::Duration;

use super::{ENTRIES, Shown, count, entry, in_the_world, shown, visitor};

fn seen(status: &str, quality: Option<i32>, note: &str) -> Option<Shown> {
    Some(Shown { status: status.to_owned(), quality, note: note.to_owned() })
}

#[tokio::test]
async fn ada_records_and_everybody_finds_it() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let mut fields = entry("2.2.3", "enacted", "k-1");
        fields.extend([("quality", "3"), ("note", "All three coachees have a date.\r\nLucía on Wednesday.")]);
        let reply = ada.post(ENTRIES, &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        assert!(reply.location().contains("#cell-2-2-3-2021-1"), "{}", reply.location());
        let note = "All three coachees have a date.\nLucía on Wednesday.";
        assert_eq!(shown(&bench, "2.2.3").await, seen("enacted", Some(3), note));

        let there = ada.get(reply.location().split('#').next().expect("an address")).await.text();
        assert!(there.contains("Saved. 2.2.3 is enacted."), "a word on the next page");
        for slug in ["dee", "ben", "pat"] {
            let page = visitor(&bench, slug).get("/partnerships/linden/tracker?practice=2.2.3&year=2021-22&cycle=1").await;
            assert_eq!(page.status, StatusCode::OK, "{slug}");
            let text = page.text();
            assert!(text.contains("2.2.3, Cycle 1: Enacted: done together"), "{slug} sees the cell: {text}");
            assert!(text.contains("Lucía on Wednesday.") && text.contains("Ada Okafor, today at 14:00"), "{slug} reads the note");
        }
        assert_eq!(count(&bench, "audit_event where action = 'tracker entry recorded'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_sent_twice_is_added_once() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        for _ in 0..2 {
            let reply = ada.post(ENTRIES, &entry("2.2.3", "under_way", "k-1")).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "the second answer is as the first");
        }
        assert_eq!(count(&bench, "tracker_entry").await, 1);
        assert_eq!(count(&bench, "audit_event where action = 'tracker entry recorded'").await, 1);
        // Somebody else's key opens nothing.
        let reply = visitor(&bench, "sue").post(ENTRIES, &entry("2.2.3", "enacted", "k-1")).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shown(&bench, "2.2.3").await, seen("under_way", None, ""));
    })
    .await;
}

#[tokio::test]
async fn htmx_gets_the_changed_cell_and_an_event() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let part = ada.get_part("/partnerships/linden/tracker/cell?practice=2.2.3&year=2021-22&cycle=1&show=vips").await;
        assert!(part.body.contains("data-focus") && !part.body.contains("<html"), "the form alone");
        let reply = ada.post_part(ENTRIES, &entry("2.2.3", "enacted", "k-9")).await;
        assert_eq!(reply.status, StatusCode::OK);
        let event = reply.headers.get("hx-trigger").expect("an event").to_str().expect("ASCII");
        assert!(event.contains("\"cell\":\"cell-2-2-3-2021-1\""), "{event}");
        assert!(event.contains("\"undo\":\"/partnerships/linden/tracker/entries/k-9/withdrawal\""), "{event}");
        assert!(reply.body.contains("id=\"cell-2-2-3-2021-1\"") && reply.body.contains("hx-swap-oob=\"true\""));
        assert!(reply.body.contains("data-s=\"done\""));

        let reply = ada.post_part(ENTRIES, &entry("2.2.3", "not_applicable", "k-10")).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text().contains("Why does it not apply here? Choose the reason that comes closest."));
        assert!(!reply.body.contains("<html"));
    })
    .await;
}

#[tokio::test]
async fn not_applicable_needs_a_reason_and_nothing_typed_is_lost() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let mut fields = entry("2.2.3", "not_applicable", "k-1");
        fields.push(("note", "They asked for January."));
        let reply = ada.post(ENTRIES, &fields).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text().contains("Choose the reason that comes closest."));
        assert!(reply.body.contains("They asked for January.") && reply.body.contains("value=\"k-1\""));

        fields.push(("reason", "Site asked to postpone"));
        assert_eq!(ada.post(ENTRIES, &fields).await.status, StatusCode::SEE_OTHER);
        assert_eq!(shown(&bench, "2.2.3").await, seen("not_applicable", None, "They asked for January."));

        let mut other = entry("3.2.4", "not_applicable", "k-2");
        other.push(("reason", "Other (say what)"));
        let reply = ada.post(ENTRIES, &other).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "another reason needs words");
        other.push(("note", "The contract says so."));
        assert_eq!(ada.post(ENTRIES, &other).await.status, StatusCode::SEE_OTHER);

        let mut invented = entry("1.1.1", "not_applicable", "k-3");
        invented.push(("reason", "Because"));
        assert_eq!(ada.post(ENTRIES, &invented).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(count(&bench, "tracker_entry").await, 2);
    })
    .await;
}

#[tokio::test]
async fn only_cells_that_exist_can_be_recorded() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let long = "x".repeat(2_001);
        for (code, cycle, extra, word) in [
            ("2.1.3", "2", ("note", ""), "is not one that we can say anything about yet"),
            ("2.2.3", "2", ("note", ""), "is not due here in that cycle"),
            ("2.2.5", "1", ("note", ""), "is not due here in that cycle"),
            ("2.2.3", "1", ("note", long.as_str()), "This is 2001 characters long"),
            ("2.2.3", "1", ("quality", "7"), "Please choose one of the levels."),
        ] {
            let mut fields = entry(code, "enacted", "k-1");
            fields[2] = ("cycle", cycle);
            fields.push(extra);
            let reply = ada.post(ENTRIES, &fields).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{code} {cycle}");
            assert!(reply.text().contains(word), "{code}: {word}: {}", reply.text());
        }
        let reply = ada.post(ENTRIES, &entry("9.9.9", "enacted", "k-1")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(count(&bench, "tracker_entry").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_taken_back_in_time() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        ada.post(ENTRIES, &entry("2.2.3", "under_way", "k-1")).await;
        bench.app.clock.advance(Duration::minutes(20));
        ada.post(ENTRIES, &entry("2.2.3", "enacted", "k-2")).await;
        assert_eq!(shown(&bench, "2.2.3").await, seen("enacted", None, ""));

        let back = format!("{ENTRIES}/k-2/withdrawal");
        assert_eq!(visitor(&bench, "sue").post(&back, &[]).await.status, StatusCode::FORBIDDEN, "only its author");
        bench.app.clock.advance(Duration::minutes(10));
        let reply = ada.post(&back, &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "ten minutes are in time");
        assert_eq!(shown(&bench, "2.2.3").await, seen("under_way", None, ""));
        assert_eq!(ada.post(&back, &[]).await.status, StatusCode::SEE_OTHER, "twice is once");
        let text = ada.get("/partnerships/linden/tracker?practice=2.2.3&year=2021-22&cycle=1").await.text();
        assert!(text.contains("Taken back today at 14:30"), "the history keeps it: {text}");

        let reply = ada.post(&format!("{ENTRIES}/k-1/withdrawal"), &[]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "too late");
        assert!(reply.text().contains("An entry can be taken back for 10 minutes."));
        assert_eq!(shown(&bench, "2.2.3").await, seen("under_way", None, ""));

        // The only entry of a cell: without it the cell is empty again.
        ada.post(ENTRIES, &entry("3.2.4", "enacted", "k-3")).await;
        ada.post(&format!("{ENTRIES}/k-3/withdrawal"), &[]).await;
        assert_eq!(shown(&bench, "3.2.4").await, None);
        assert_eq!(ada.post(&format!("{ENTRIES}/unknown/withdrawal"), &[]).await.status, StatusCode::NOT_FOUND);
        let elsewhere = "/partnerships/garnet/tracker/entries/k-3/withdrawal";
        assert_eq!(visitor(&bench, "ben").post(elsewhere, &[]).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_all_or_nothing() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let page = ada.get("/partnerships/linden/tracker/bulk").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("name=\"status:2.2.3:1\"") && !page.body.contains("name=\"status:1.3.1:1\""));
        let mut fields = vec![
            ("status:2.2.3:1", "enacted"),
            ("was:2.2.3:1", ""),
            ("key:2.2.3:1", "b-1"),
            ("quality:2.2.3:1", "4"),
            ("note:2.2.3:1", "They keep the list."),
            ("status:1.1.1:1", "not_applicable:Other (say what)"),
            ("was:1.1.1:1", ""),
            ("key:1.1.1:1", "b-2"),
            ("status:1.1.2:1", ""),
            ("was:1.1.2:1", ""),
            ("key:1.1.2:1", "b-3"),
        ];
        let reply = ada.post("/partnerships/linden/tracker/bulk", &fields).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text().contains("What is the reason, in your own words?"));
        assert!(reply.body.contains("They keep the list."), "nothing is lost");
        assert_eq!(count(&bench, "tracker_entry").await, 0, "nothing is saved");

        fields.push(("note:1.1.1:1", "Agreed last spring."));
        assert_eq!(ada.post("/partnerships/linden/tracker/bulk", &fields).await.status, StatusCode::SEE_OTHER);
        assert_eq!(count(&bench, "tracker_entry").await, 2, "the row that was left alone is not recorded");
        assert_eq!(shown(&bench, "2.2.3").await, seen("enacted", Some(4), "They keep the list."));
        assert_eq!(count(&bench, "audit_event where action = 'tracker entries recorded'").await, 1);
        ada.post("/partnerships/linden/tracker/bulk", &fields).await;
        assert_eq!(count(&bench, "tracker_entry").await, 2, "sent twice, added once");
    })
    .await;
}

#[tokio::test]
async fn who_may_look_and_who_may_write() {
    in_the_world(async |bench| {
        let grid = "/partnerships/linden/tracker";
        for (slug, look, write) in [
            ("ada", StatusCode::OK, StatusCode::SEE_OTHER),
            ("sue", StatusCode::OK, StatusCode::SEE_OTHER),
            ("dee", StatusCode::OK, StatusCode::SEE_OTHER),
            ("eve", StatusCode::OK, StatusCode::FORBIDDEN),
            ("pat", StatusCode::OK, StatusCode::FORBIDDEN),
            ("pia", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            ("alf", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ] {
            let mut somebody = visitor(&bench, slug);
            let page = somebody.get(grid).await;
            assert_eq!(page.status, look, "{slug}");
            let can_write = write == StatusCode::SEE_OTHER;
            assert_eq!(page.body.contains("/tracker/bulk"), can_write, "{slug}: the button is there when the route says yes");
            let part = somebody.get(&format!("{grid}/cell?practice=2.2.3&year=2021-22&cycle=1")).await;
            assert_eq!(part.status, look, "{slug}");
            assert_eq!(part.body.contains("/tracker/entries\""), can_write, "{slug}: so is the form");
            assert_eq!(somebody.get(&format!("{grid}/export/csv")).await.status, look, "{slug}");
            assert_eq!(somebody.post(ENTRIES, &entry("2.2.3", "enacted", slug)).await.status, write, "{slug}");
            assert_eq!(somebody.get(&format!("{grid}/bulk")).await.status.is_success(), can_write, "{slug}");
            let due = if ["pat", "pia", "alf"].contains(&slug) { StatusCode::FORBIDDEN } else { StatusCode::OK };
            assert_eq!(somebody.get("/due").await.status, due, "{slug}");
        }
    })
    .await;
}
