//! A version that leaves as a workbook comes in again as the same one, with what became of each practice.

use std::{cell::RefCell, collections::BTreeSet};

use platform::{
    audit::Actor,
    db::{self, FromQueryResult},
    import::{self, Mode, Refusal, Tally},
    testing::Bench,
};

use super::{
    DRAFT, begin, href,
    publishing::{approve, publish, version_of},
    send,
};
use crate::{
    frameworks::sample::DEFAULT_PACK,
    world::{in_the_world, take_pack, visitor},
};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
struct Passed {
    fate: String,
    was: Option<String>,
    now: Option<String>,
    reason: String,
}

/// What became of the practices, from the first version to the second.
async fn lineage(bench: &Bench) -> BTreeSet<Passed> {
    let sql = "select l.fate, a.code as was, b.code as now, l.reason from practice_lineage l
         left join practice a on a.id = l.from_id left join practice b on b.id = l.to_id";
    db::rows::<Passed>(bench.app.db.read(), sql, vec![]).await.expect("rows").into_iter().collect()
}

async fn versions(bench: &Bench) -> Option<i64> {
    db::scalar::<i64>(bench.app.db.read(), "select count(*) from framework", vec![]).await.expect("a count")
}

async fn take(bench: &Bench, name: &str, bytes: &[u8], mode: Mode) -> Result<Tally, Vec<Refusal>> {
    let kind = bench.app.house.import_kind("framework").expect("frameworks");
    let source = import::read(kind, name, bytes)?;
    Ok(import::take(&bench.app, kind, &[source], &Actor::Process("test"), mode).await.expect("an answer"))
}

/// Publishes a second version in which practices were reworded, split, merged, retired and added.
async fn publish_second(bench: &Bench) {
    begin(bench).await;
    assert_eq!(send(bench, "cleo", "2.2.3", &[("title", "A goal; in two\nlines"), ("reason", "A concern.")]).await.status, 303);
    let mut cleo = visitor(bench, "cleo");
    let split = [
        ("version", "1"),
        ("code-1", "1.1.1"),
        ("title-1", "Meet"),
        ("good-1", "All came."),
        ("code-2", "1.1.9"),
        ("title-2", "Write it down"),
        ("good-2", "All read it."),
        ("reason", "Two acts in one."),
    ];
    assert_eq!(cleo.post(&format!("{}/parts", href(bench, "1.1.1").await), &split).await.status, 303);
    let with = format!("{}.1", super::number_of(bench, "3.2.4").await);
    let merged =
        [("version", "1"), ("with", with.as_str()), ("title", "Look back"), ("good", "Both did."), ("reason", "One act in two.")];
    assert_eq!(cleo.post(&format!("{}/merger", href(bench, "3.1.1").await), &merged).await.status, 303);
    let retired = [("version", "1"), ("reason", "Nobody did it; it helped nobody.")];
    assert_eq!(cleo.post(&format!("{}/retirement", href(bench, "2.1.3").await), &retired).await.status, 303);
    for who in ["dee", "cleo"] {
        assert_eq!(approve(bench, who).await.status, 303);
    }
    assert_eq!(publish(bench, "cleo", "2021-10-13").await.status, 303);
}

#[tokio::test]
async fn a_version_that_leaves_as_a_workbook_comes_in_as_the_same_one() {
    let left = RefCell::new(Vec::new());
    in_the_world(async |bench| {
        let mut pat = visitor(&bench, "pat");
        let first = pat.get("/practices/versions/vi-pit-1/export/xlsx").await.bytes;
        let again = take(&bench, "vi-pit-1.xlsx", &first, Mode::Take).await.expect("a workbook");
        assert_eq!((again.new, again.same, again.refused.len()), (0, 46, 0), "{:?}", again.refused);
        publish_second(&bench).await;
        let second = pat.get("/practices/versions/vi-pit-2/export/xlsx").await.bytes;
        let again = take(&bench, "vi-pit-2.xlsx", &second, Mode::Take).await.expect("a workbook");
        assert_eq!((again.new, again.same, again.refused.len()), (0, 45, 0), "{:?}", again.refused);
        assert_eq!(versions(&bench).await, Some(2));
        let toml = pat.get("/practices/versions/vi-pit-2/export/toml").await.body;
        let passed = lineage(&bench).await;
        left.borrow_mut().push((second, toml, passed));
    })
    .await;
    let left = left.into_inner();
    let fates: BTreeSet<&str> = left[0].2.iter().map(|passed| passed.fate.as_str()).collect();
    assert_eq!(fates, BTreeSet::from(["kept", "merged", "retired", "reworded", "split"]));
    assert_eq!(left[0].2, left[1].2);
    in_the_world(async |bench| {
        for (second, toml, wanted) in &left {
            let tried = take(&bench, "vi-pit-2.xlsx", second, Mode::DryRun).await.expect("a workbook");
            assert_eq!(tried.refused.len(), 0, "{:?}", tried.refused);
            assert!(tried.new == 45 || versions(&bench).await == Some(2), "a dry run says what would come in");
            take(&bench, "vi-pit-2.xlsx", second, Mode::Take).await.expect("a workbook");
            assert_eq!((versions(&bench).await, &lineage(&bench).await), (Some(2), wanted));
            let mut pat = visitor(&bench, "pat");
            assert_eq!(&pat.get("/practices/versions/vi-pit-2/export/toml").await.body, toml);
            let once_more = take(&bench, "vi-pit-2.xlsx", second, Mode::Take).await.expect("a workbook");
            assert_eq!((once_more.new, once_more.same), (0, 45));
        }
    })
    .await;
}

/// Takes a workbook in, some of its cells (by sheet, row and column) with another value.
async fn changed(bench: &Bench, workbook: &[u8], cells: &[(&str, usize, &str, &str)]) -> Tally {
    let kind = bench.app.house.import_kind("framework").expect("frameworks");
    let Ok(import::Source::Book(mut book)) = import::read(kind, "draft.xlsx", workbook) else { panic!("a workbook") };
    for (sheet, row, column, value) in cells {
        let leaf = book.sheets.iter_mut().find(|leaf| leaf.name == *sheet).expect("a sheet");
        let place = leaf.headings.1.iter().position(|name| name == column).expect("a column");
        (*value).clone_into(&mut leaf.rows[*row].1[place]);
    }
    let source = [import::Source::Book(book)];
    import::take(&bench.app, kind, &source, &Actor::Process("test"), Mode::Take).await.expect("an answer")
}

#[tokio::test]
async fn what_a_workbook_says_of_practices_that_are_not_there_is_refused_and_nothing_comes_in() {
    in_the_world(async |bench| {
        begin(&bench).await;
        assert_eq!(send(&bench, "cleo", "2.2.3", &[("title", "A goal"), ("reason", "A concern.")]).await.status, 303);
        let draft = visitor(&bench, "ines").get(&format!("{DRAFT}/export/xlsx")).await.bytes;
        let later = ("version", 0, "effective_from", "2021-10-13");
        // A draft keeps its number for itself, and has the day of the version that it began from until it is published.
        let refused = changed(&bench, &draft, &[]).await.refused;
        let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "draft.xlsx, row 2, column version: version, \"2\": Version 2 is being written as a draft. Publish that draft, or drop it and then bring this file in.",
                "draft.xlsx, row 2, column version: effective_from, \"2021-08-01\": Version 1 counts from 2021-08-01, and each version counts from a later day than the one before. Write a day after 2021-08-01.",
            ]
        );
        let seen = version_of(&bench).await;
        assert_eq!(visitor(&bench, "cleo").post(&format!("{DRAFT}/removal"), &[("version", &seen)]).await.status, 303);
        for (cell, told) in [
            (
                ("practices", 0, "comes_from", "7.7.7"),
                "row 2, column practices: comes_from, \"7.7.7\": Version 1 has no practice",
            ),
            (
                ("practices", 0, "comes_from", "1.1.1; 1.1.1"),
                "row 2, column practices: comes_from, \"1.1.1\": This code stands there twice.",
            ),
            (("practices", 1, "comes_from", ""), "column ended: code, \"1.1.2\": Version 1 has this practice, and nothing says"),
            // The draft was one of version 2; as version 1 it says something else than what is published.
            (("version", 0, "version", "1"), "row 2, column version: version, \"1\": This version is published"),
        ] {
            let refused = changed(&bench, &draft, &[later, cell]).await.refused;
            assert!(refused.first().expect("a refusal").to_string().starts_with(&format!("draft.xlsx, {told}")), "{refused:?}");
            // A practice that another code stands for leads nowhere any more.
            assert_eq!(refused.len(), if cell.3 == "7.7.7" { 2 } else { 1 }, "{refused:?}");
        }
        assert_eq!(versions(&bench).await, Some(1));
        // What the draft said as a workbook can be brought in as the version that it was to be.
        let taken = changed(&bench, &draft, &[later]).await;
        assert_eq!((taken.new, taken.refused.len()), (46, 0), "{:?}", taken.refused);
        let reworded = lineage(&bench).await.into_iter().find(|passed| passed.fate == "reworded").expect("a passage");
        assert_eq!((reworded.now.as_deref(), reworded.reason.as_str()), (Some("2.2.3"), "A concern."));
    })
    .await;
}

#[tokio::test]
async fn what_became_of_practices_never_changes_once_it_is_published() {
    in_the_world(async |bench| {
        publish_second(&bench).await;
        let second = visitor(&bench, "pat").get("/practices/versions/vi-pit-2/export/xlsx").await.bytes;
        let known = lineage(&bench).await;
        for (cell, told) in [
            (("practices", 0, "comes_from", ""), "row 2, column practices: comes_from: This version is published"),
            (("practices", 0, "reason", "Why not?"), "row 2, column practices: reason, \"Why not?\": This version is published"),
            (("ended", 0, "reason", "Why not?"), "row 2, column ended: code, \"2.1.3\": This version is published"),
        ] {
            let tally = changed(&bench, &second, &[cell]).await;
            assert_eq!((tally.new, tally.same, tally.refused.len()), (0, 0, 1), "{:?}", tally.refused);
            assert!(tally.refused[0].to_string().starts_with(&format!("draft.xlsx, {told}")), "{}", tally.refused[0]);
        }
        // A fate is told to readers, and so is the title of what ends.
        let cells = [
            ("practices", 0, "fate", "new"),
            ("ended", 0, "title", "Another"),
            ("ended", 0, "reason", "Nobody did it; it helped nobody. "),
        ];
        let tally = changed(&bench, &second, &cells).await;
        assert_eq!((tally.same, tally.refused.len()), (45, 0), "{:?}", tally.refused);
        assert_eq!(lineage(&bench).await, known);
        // Where nobody wrote down what became of practices, the workbook does not say that all of them are new.
        let nothing = "delete from practice_lineage";
        bench.app.db.write(async |tx| db::exec(&**tx, nothing, vec![]).await).await.expect("nothing is known");
        let alone = visitor(&bench, "pat").get("/practices/versions/vi-pit-2/export/xlsx").await.bytes;
        let kind = bench.app.house.import_kind("framework").expect("frameworks");
        let Ok(import::Source::Book(book)) = import::read(kind, "alone.xlsx", &alone) else { panic!("a workbook") };
        assert!(book.sheets[0].headings.1.iter().all(|name| name != "comes_from"), "{:?}", book.sheets[0].headings);
        let again = take(&bench, "alone.xlsx", &alone, Mode::Take).await.expect("a workbook");
        assert_eq!((again.same, again.refused.len()), (45, 0), "{:?}", again.refused);
    })
    .await;
}

#[tokio::test]
async fn a_draft_counts_from_a_later_day_than_every_version_that_is_out() {
    in_the_world(async |bench| {
        let next = DEFAULT_PACK.replace("version = 1", "version = 2").replace("2021-08-01", "2021-11-01");
        assert_eq!(take_pack(&bench, &next).await.new, 46);
        begin(&bench).await;
        assert_eq!(send(&bench, "cleo", "2.2.3", &[("title", "A goal"), ("reason", "A concern.")]).await.status, 303);
        for who in ["dee", "cleo"] {
            assert_eq!(approve(&bench, who).await.status, 303);
        }
        for day in ["2021-10-13", "2021-11-01"] {
            let early = publish(&bench, "cleo", day).await;
            assert_eq!(early.status, 422, "{day}");
            assert!(early.text().contains("Version 2 counts from 2021-11-01"), "{}", early.text());
        }
        // A database may hold a draft whose number came in as a file before such files were refused.
        let number = async |number: i32| {
            let sql = "update framework_draft set number = $1";
            bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![number.into()]).await).await.expect("a number");
        };
        number(2).await;
        let late = publish(&bench, "cleo", "2021-11-02").await;
        assert_eq!(late.status, 422);
        assert!(late.text().contains("Version 2 came in as a file meanwhile."), "{}", late.text());
        number(3).await;
        assert_eq!(publish(&bench, "cleo", "2021-11-02").await.status, 303);
    })
    .await;
}
