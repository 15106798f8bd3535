//! Theories and their template out of files.

use platform::{
    db,
    import::{self, Export, Mode},
    testing::Bench,
};

use super::{LINDEN, file, take, take_linden, take_template};
use crate::world::{in_the_world, partnership};

async fn count(bench: &Bench, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    db::scalar(bench.app.db.read(), &sql, vec![]).await.expect("an answer").unwrap_or(0)
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_what_leaves_comes_in_again() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let again = take(&bench, "theories", "theories.csv", file(LINDEN).as_bytes()).await;
        assert_eq!((again.new, again.changed, again.same, again.refused.len()), (0, 0, 12, 0), "{:?}", again.refused);
        let kind = bench.app.house.import_kind("theories").expect("a kind");
        let Export::Table(sheet) = (kind.export)(&bench.app.db).await.expect("an export") else { panic!("a table") };
        let text = sheet.csv().expect("a text");
        let back = take(&bench, "theories", "out.csv", text.as_bytes()).await;
        assert_eq!((back.new, back.same, back.refused.len()), (0, 12, 0), "{:?}", back.refused);
        assert_eq!((count(&bench, "theory_version").await, count(&bench, "theory_node_practice").await), (2, 8));
    })
    .await;
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_and_nothing_comes_in() {
    in_the_world(async |bench| {
        let rows = [
            "linden,1,2021-09-22,,A,,aim,An aim.,,,,,,,,",
            "lindne,1,2021-09-22,,A,,aim,An aim.,,,,,,,,",
            "linden,0,2021-09-22,,B,,aim,An aim.,,,,,,,,",
            "linden,1,2021-09-23,,C,,aim,An aim.,,,,,,,,",
            "linden,1,2021-09-22,,A,,aim,The same node.,,,,,,,,",
            "linden,1,2021-09-22,,D D,,aim,An aim.,,,,,,,,",
            "linden,1,2021-09-22,,E,,dream,An aim.,,,,,,,,",
            "linden,1,2021-09-22,,F,A,change,A change.,,,2 2 3,,,,,",
            "linden,1,2021-09-22,,G,A,change,A change.,,,,,Counted,,1,2",
            "linden,1,2021-09-22,,H,A,change,A change.,,,,,,leading,,",
            "linden,1,2021-09-22,,I,A,change,,,,,,,,,",
            "linden,1,2021-09-22,,J,A,change,A change.,,,,,Counted,leading,NaN,2",
        ];
        let tally = take(&bench, "theories", "t.csv", file(&rows).as_bytes()).await;
        let named: Vec<_> =
            tally.refused.iter().map(|one| (one.row.unwrap_or(0), one.column.clone().unwrap_or_default())).collect();
        let named: Vec<_> = named.iter().map(|(row, column)| (*row, column.as_str())).collect();
        assert_eq!(
            named,
            [
                (3, "partnership"),
                (4, "version"),
                (5, "effective_from"),
                (6, "node"),
                (7, "node"),
                (8, "kind"),
                (9, "practices"),
                (10, "measure_kind"),
                (11, "measure"),
                (12, "text"),
                (13, "baseline"),
            ],
            "{:#?}",
            tally.refused
        );
        let rows = [
            "linden,1,2021-09-22,,A,,aim,An aim.,,,,,,,,",
            "linden,1,2021-09-22,,B,,change,Serves nothing.,,,,,,,,",
            "linden,1,2021-09-22,,C,Z,change,Serves what is not there.,,,,,,,,",
            "linden,1,2021-09-22,,D,A,condition,Serves an aim.,,,,,,,,",
            "linden,1,2021-09-22,,E,A,context,Serves at all.,,,,,,,,",
        ];
        let tally = take(&bench, "theories", "t.csv", file(&rows).as_bytes()).await;
        let rows: Vec<_> = tally.refused.iter().map(|one| one.row.unwrap_or(0)).collect();
        assert_eq!(rows, [3, 4, 5, 6], "{:#?}", tally.refused);
        assert!(tally.refused[2].problem.contains("serves change, not aim"), "{}", tally.refused[2]);
        assert_eq!(count(&bench, "theory_version").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_version_that_is_out_never_changes() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let others: [(&str, &str, &str); 4] = [
            ("moves support", "moves mountains", "node"),
            ("2021-09-13", "2021-09-14", "effective_from"),
            ("Redrawn with Pat.", "Redrawn.", "why_changed"),
            ("linden,2,2021-09-13,,M,A,measure,Pace is workable,,,,,Pace is workable,balancing,70,70\n", "", "version"),
        ];
        for (said, other, column) in others {
            let tally = take(&bench, "theories", "t.csv", file(LINDEN).replace(said, other).as_bytes()).await;
            assert_eq!((tally.new, tally.refused.len()), (0, 1), "{column}: {:?}", tally.refused);
            assert_eq!(tally.refused[0].column.as_deref(), Some(column), "{}", tally.refused[0]);
            assert!(tally.refused[0].advice.contains("Write version 3"), "{}", tally.refused[0]);
        }
        let early = file(&["linden,3,2021-01-01,,A,,aim,An aim.,,,,,,,,"]);
        let tally = take(&bench, "theories", "t.csv", early.as_bytes()).await;
        assert_eq!(tally.refused[0].column.as_deref(), Some("effective_from"));
        let next = file(&["linden,3,2021-10-01,,A,,aim,An aim.,,,,,,,,"]);
        assert_eq!(take(&bench, "theories", "t.csv", next.as_bytes()).await.new, 1);
        assert_eq!(count(&bench, "theory_version").await, 3);
    })
    .await;
}

#[tokio::test]
async fn the_template_is_checked_and_replaced_by_another() {
    in_the_world(async |bench| {
        assert_eq!(take_template(&bench).await.new, 1);
        assert_eq!(take_template(&bench).await.same, 1);
        let pack = include_str!("../../../../../content/theory-of-action.toml");
        let other = pack.replace("version = 1", "version = 2");
        assert_eq!(take(&bench, "theory-templates", "t.toml", other.as_bytes()).await.changed, 1);
        assert_eq!(count(&bench, "theory_template").await, 1);
        for (said, instead, problem) in [
            ("kind = \"context\"", "kind = \"dream\"", "no kind dream of node"),
            ("changes_least = 2", "changes_least = 9", "more than the most"),
            ("serves = \"A1\"", "serves = \"A9\"", "no aim and no change A9"),
            ("kind = \"balancing\"", "kind = \"heavy\"", "no kind heavy of measure"),
            ("id = \"A1a\"", "id = \"A1\"", "stands twice"),
            ("[meta]", "[mata]", "can’t be read"),
        ] {
            let tally = take(&bench, "theory-templates", "t.toml", pack.replace(said, instead).as_bytes()).await;
            assert!(tally.refused.iter().any(|one| one.to_string().contains(problem)), "{problem}: {:?}", tally.refused);
        }
    })
    .await;
}

/// All of the demo's theories: the partnerships that they are of are furnished by hand.
#[tokio::test]
async fn the_demo_comes_in_by_few_statements() {
    in_the_world(async |bench| {
        let partnerships = include_str!("../../../../../demo/partnerships.csv").lines().skip(1);
        let slugs =
            partnerships.filter_map(|line| line.split(',').next()).filter(|slug| !["mariposa", "eastmoor"].contains(slug));
        for (number, slug) in (500..).zip(slugs) {
            partnership(&bench.app.db, number, slug, slug, crate::world::LAKES, "intensive").await;
        }
        let bytes = include_bytes!("../../../../../demo/theories.csv");
        let kind = bench.app.house.import_kind("theories").expect("a kind");
        let source = import::read(kind, "theories.csv", bytes).expect("a table");
        let trial = import::take(&bench.app, kind, &[source], &platform::audit::Actor::Process("test"), Mode::DryRun).await;
        assert_eq!(trial.expect("a tally").new, 972);
        let before = bench.app.db.statements_sent();
        let tally = take(&bench, "theories", "theories.csv", bytes).await;
        assert_eq!((tally.new, tally.refused.as_slice()), (972, [].as_slice()));
        let sent = bench.app.db.statements_sent() - before;
        assert!(sent < 500, "rows go in by hundreds, and a search document each for 42 partnerships: {sent} statements");
        assert_eq!(take(&bench, "theories", "theories.csv", bytes).await.same, 972);
    })
    .await;
}

const ANSWERS: &str = "partnership,version,school_year,cycle,answer,why,rests_on,author,answered_at
linden,2,2021-22,1,partly,Two of three meetings held.,The minutes,ines,2021-10-05T09:00:00Z
linden,2,2021-22,1,yes,All three now.,,ines,2021-10-05T11:00:00Z
";
const READINGS: &str = "partnership,measure,date,value,note,author,entered_at
linden,Meetings held,2021-10-04,4.5,,ines,2021-10-04T15:00:00Z
linden,Meetings held,2021-10-04,5,Counted again,ines,2021-10-05T15:00:00Z
";

#[tokio::test]
async fn answers_and_readings_come_in_once_and_go_out_as_they_came() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        for (name, text, table) in [("theory-answers", ANSWERS, "theory_answer"), ("theory-readings", READINGS, "theory_reading")]
        {
            let tally = take(&bench, name, "in.csv", text.as_bytes()).await;
            assert_eq!((tally.new, tally.refused.as_slice()), (2, [].as_slice()), "{name}");
            let again = take(&bench, name, "in.csv", text.as_bytes()).await;
            assert_eq!((again.new, again.changed, again.same), (0, 0, 2), "{name}");
            // The same words without the time are whichever of them is there; other words are another row.
            let (head, rows) = text.split_once('\n').expect("a head");
            let undated: Vec<&str> = rows.lines().filter_map(|row| row.rsplit_once(',').map(|(row, _)| row)).collect();
            let head = head.rsplit_once(',').expect("a column").0;
            let undated = format!("{head}\n{}\n", undated.join("\n"));
            let kind = bench.app.house.import_kind(name).expect("a kind");
            let who = crate::world::standing("ines");
            let source = import::read(kind, "in.csv", undated.as_bytes()).expect("a table");
            let tally = import::take_as(&bench.app, kind, &[source], &who, Mode::Take).await.expect("a tally");
            assert_eq!((tally.new, tally.same, tally.refused.len()), (0, 2, 0), "{name}: {:?}", tally.refused);
            let Export::Table(sheet) = (kind.export)(&bench.app.db).await.expect("an export") else { panic!("a table") };
            assert_eq!(sheet.csv().expect("a text").trim_start_matches('\u{feff}').replace("\r\n", "\n"), text, "{name}");
            assert_eq!(count(&bench, table).await, 2);
        }
        let page = crate::world::visitor(&bench, "pat").get("/partnerships/linden/theory/progress").await.text();
        assert!(page.find("All three now.") < page.find("Two of three meetings held."), "{page}");
        assert!(page.contains("5 on 4 October"), "the later of two of a day shows: {page}");
    })
    .await;
}

#[tokio::test]
async fn each_thing_that_is_wrong_in_answers_and_readings_is_named() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        let answers = "partnership,version,school_year,cycle,answer,why,author,answered_at
lindne,2,2021-22,1,yes,x,ines,2021-10-05T09:00:00Z
linden,7,2021-22,1,yes,x,ines,2021-10-05T09:00:00Z
linden,2,2021-23,1,yes,x,ines,2021-10-05T09:00:00Z
linden,2,2021-22,9,yes,x,ines,2021-10-05T09:00:00Z
linden,2,2021-22,1,maybe,x,ines,2021-10-05T09:00:00Z
linden,2,2021-22,1,yes,,ines,2021-10-05T09:00:00Z
linden,2,2021-22,1,yes,x,nobody@x.org,2021-10-05T09:00:00Z
linden,2,2021-22,1,yes,x,ines,2031-10-05T09:00:00Z
linden,2,2021-22,1,yes,x,ines,
";
        let named = async |kind: &str, text: &str| {
            let tally = take(&bench, kind, "in.csv", text.as_bytes()).await;
            let named = tally.refused.iter().map(|one| (one.row.unwrap_or(0), one.column.clone().unwrap_or_default()));
            named.collect::<Vec<(u64, String)>>()
        };
        let expected =
            |columns: &[&str]| -> Vec<(u64, String)> { (2..).zip(columns.iter().map(|name| (*name).to_owned())).collect() };
        assert_eq!(
            named("theory-answers", answers).await,
            expected(&[
                "partnership",
                "version",
                "school_year",
                "cycle",
                "answer",
                "why",
                "author",
                "answered_at",
                "answered_at"
            ])
        );
        let readings = "partnership,measure,date,value,author,entered_at
lindne,Meetings held,2021-10-04,4,ines,2021-10-05T09:00:00Z
linden,Meetings,2021-10-04,4,ines,2021-10-05T09:00:00Z
linden,Meetings held,2021-10-07,4,ines,2021-10-05T09:00:00Z
linden,Meetings held,2021-10-04,NaN,ines,2021-10-05T09:00:00Z
linden,Meetings held,2021-10-04,1e13,ines,2021-10-05T09:00:00Z
";
        assert_eq!(named("theory-readings", readings).await, expected(&["partnership", "measure", "date", "value", "value"]));
        assert_eq!((count(&bench, "theory_answer").await, count(&bench, "theory_reading").await), (0, 0));
    })
    .await;
}
