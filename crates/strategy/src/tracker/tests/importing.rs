//! Entries out of files.

use super::{ENTRIES, count, entry, in_the_world, partnership, shown, somebody, take, visitor};

const HEADER: &str = "entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at\n";

fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}{}\n", rows.join("\n")).into_bytes()
}

#[tokio::test]
async fn the_newest_shows_in_whatever_order_files_come() {
    in_the_world(async |bench| {
        let newer = file(&["f-2,linden,2021-22,1,2.2.3,enacted,2,,newer,ADA@example.org,2021-10-04T09:00:00Z"]);
        let older = file(&[
            "f-3,linden,2021-22,1,2.2.3,under_way,,,between,ada@example.org,2021-10-03T09:00:00Z",
            "f-1,linden,2021-22,1,2.2.3,not_started,,,older,ada@example.org,2021-09-01T09:00:00Z",
            "f-0,linden,2020-21,3,2.1.3,enacted,4,,last year,ada@example.org,2021-04-01T09:00:00Z",
        ]);
        assert_eq!(take(&bench, "tracker", "newer.csv", &newer).await.new, 1);
        let tally = take(&bench, "tracker", "older.csv", &older).await;
        assert_eq!((tally.new, tally.refused.len()), (3, 0), "{:?}", tally.refused);
        assert_eq!(shown(&bench, "2.2.3").await.expect("a cell").note, "newer");

        let again = take(&bench, "tracker", "older.csv", &older).await;
        assert_eq!((again.new, again.changed, again.same), (0, 0, 3), "the same file twice changes nothing");
        assert_eq!(count(&bench, "tracker_entry").await, 4);

        // What is recorded now is newer than the files.
        visitor(&bench, "ada").post(ENTRIES, &entry("2.2.3", "under_way", "k-1")).await;
        take(
            &bench,
            "tracker",
            "more.csv",
            &file(&["f-9,linden,2021-22,1,2.2.3,enacted,,,late,ada@example.org,2021-10-05T09:00:00Z"]),
        )
        .await;
        assert_eq!(shown(&bench, "2.2.3").await.expect("a cell").status, "under_way");
        let text = visitor(&bench, "ada").get("/partnerships/linden/tracker").await.text();
        assert!(text.contains("20–21 Cycle 3") && text.contains("2.1.3, 2020–21, Cycle 3: Enacted: theirs"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_and_nothing_comes_in() {
    in_the_world(async |bench| {
        let rows = [
            "a,linden,2021-22,1,2.2.3,enacted,3,,,ada@example.org,2021-10-04T09:00:00Z",
            "b,lindne,2021-22,1,2.2.3,enacted,,,,ada@example.org,2021-10-04T09:00:00Z",
            "c,linden,2021-23,1,2.2.3,enacted,,,,ada@example.org,2021-10-04T09:00:00Z",
            "d,linden,2021-22,9,2.2.3,enacted,,,,ada@example.org,2021-10-04T09:00:00Z",
            "e,linden,2021-22,1,7.7.7,enacted,,,,ada@example.org,2021-10-04T09:00:00Z",
            "f,linden,2021-22,1,2.2.3,done,,,,ada@example.org,2021-10-04T09:00:00Z",
            "g,linden,2021-22,1,2.2.3,enacted,5,,,ada@example.org,2021-10-04T09:00:00Z",
            "h,linden,2021-22,1,2.2.3,under_way,3,,,ada@example.org,2021-10-04T09:00:00Z",
            "i,linden,2021-22,1,2.2.3,not_applicable,,,,ada@example.org,2021-10-04T09:00:00Z",
            "j,linden,2021-22,1,2.2.3,enacted,,,,nobody@example.org,2021-10-04T09:00:00Z",
            "k,linden,2021-22,1,2.2.3,enacted,,,,ada@example.org,yesterday",
            "a,linden,2021-22,1,2.2.3,enacted,4,,,ada@example.org,2021-10-04T09:00:00Z",
            // A row without a key of its own gets one from what it says.
            ",linden,2021-22,1,2.2.3,enacted,,,,ada@example.org,2021-10-04T09:00:00Z",
        ];
        let tally = take(&bench, "tracker", "t.csv", &file(&rows)).await;
        let named: Vec<_> =
            tally.refused.iter().map(|one| (one.row.unwrap_or(0), one.column.clone().unwrap_or_default())).collect();
        let named: Vec<_> = named.iter().map(|(row, column)| (*row, column.as_str())).collect();
        assert_eq!(
            named,
            [
                (3, "partnership"),
                (4, "school_year"),
                (5, "cycle"),
                (6, "practice"),
                (7, "status"),
                (8, "quality"),
                (9, "quality"),
                (10, "reason"),
                (11, "author"),
                (12, "entered_at"),
                (13, "entry"),
            ]
        );
        assert_eq!(count(&bench, "tracker_entry").await, 0);
        assert_eq!(count(&bench, "tracker_cell").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_goes_out_comes_in_again() {
    in_the_world(async |bench| {
        let mut ada = visitor(&bench, "ada");
        let mut fields = entry("2.2.3", "enacted", "k-1");
        fields.extend([("quality", "3"), ("note", "=SUM(A1), \"quoted\"")]);
        ada.post(ENTRIES, &fields).await;
        let out = ada.get("/partnerships/linden/tracker/entries/export/csv").await;
        assert!(out.body.contains("ada@example.org"));
        let tally = take(&bench, "tracker", "out.csv", &out.bytes).await;
        assert_eq!((tally.new, tally.same, tally.refused.len()), (0, 1, 0), "{:?}", tally.refused);
        let cells = ada.get("/partnerships/linden/tracker/export/xlsx").await;
        assert!(cells.bytes.starts_with(b"PK"));
        let theirs = visitor(&bench, "pat").get("/partnerships/linden/tracker/entries/export/csv").await;
        assert!(theirs.body.contains("Ada Okafor") && !theirs.body.contains("@example.org"), "our addresses stay with us");
    })
    .await;
}

/// All of the demo's entries: what its other files name is furnished by hand.
#[tokio::test]
async fn the_demo_comes_in_and_the_second_time_changes_nothing() {
    in_the_world(async |bench| {
        let file = include_bytes!("../../../../../demo/tracker.csv.gz");
        let people = include_str!("../../../../../demo/people.csv").lines().skip(1);
        let partnerships = include_str!("../../../../../demo/partnerships.csv").lines().skip(1);
        let first = |line: &'static str| line.split(',').next().unwrap_or_default();
        for (number, email) in (500..).zip(people.map(first)) {
            somebody(&bench.app.db, number, email).await;
        }
        for (number, slug) in (500..).zip(partnerships.map(first)) {
            partnership(&bench.app.db, number, slug, slug, "intensive", 2019).await;
        }
        let before = bench.app.db.statements_sent();
        let tally = take(&bench, "tracker", "tracker.csv.gz", file).await;
        assert_eq!(tally.refused, []);
        assert_eq!((tally.new, tally.same), (15_683, 0));
        let sent = bench.app.db.statements_sent() - before;
        assert!(sent < 15_683 / 200 + 20, "rows go in by hundreds: {sent} statements");
        let again = take(&bench, "tracker", "tracker.csv.gz", file).await;
        assert_eq!((again.new, again.changed, again.same), (0, 0, 15_683));
        let cells = "(select distinct partnership_id, practice_id, school_year, cycle from tracker_entry) cells";
        assert_eq!(count(&bench, "tracker_cell").await, count(&bench, cells).await);
    })
    .await;
}
