//! Partnerships that finish their year on the version before, on both databases.

use std::collections::BTreeSet;

use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::all_on,
};
use platform::{
    audit::Actor,
    db,
    import::{self, Mode, Tally},
    testing::{Bench, Reply},
};

use super::{InUse, Schedules, Selected, Turn};
use crate::{
    frameworks::{
        Framework,
        draft::tests::{
            DRAFT, begin, href,
            publishing::{SPLIT, approve, enact, publish, six_practices},
            send,
        },
    },
    overview::uptake::of_partnership,
    tracker::{cells_of, on_track::Assessment},
    world::{cell, day, in_the_world_of, visitor},
};

const MOVES: &str = "/practices/moves";
const ALL: &str = "/practices/moves?team=all";

/// Version 2 counts from today: P2 has other words, P3 was split, P6 is no more. Linden Grove enacted P1, P3, P4 and P6 before.
async fn in_the_middle_of_the_year(test: impl AsyncFn(Bench)) {
    in_the_world_of(&six_practices(), async |bench| {
        for code in ["P1", "P3", "P4", "P6"] {
            cell(&bench.app.db, (1, 2021, code), ("enacted", None, "")).await;
        }
        begin(&bench).await;
        let mut cleo = visitor(&bench, "cleo");
        assert_eq!(send(&bench, "cleo", "P2", &[("title", "Practice 2, clearer"), ("reason", "Clearer.")]).await.status, 303);
        assert_eq!(cleo.post(&format!("{}/parts", href(&bench, "P3").await), &SPLIT).await.status, 303);
        let retire = [("version", "1"), ("reason", "Used nowhere.")];
        assert_eq!(cleo.post(&format!("{}/retirement", href(&bench, "P6").await), &retire).await.status, 303);
        for who in ["dee", "cleo"] {
            assert_eq!(approve(&bench, who).await.status, 303);
        }
        assert_eq!(publish(&bench, "cleo", "2021-10-06").await.status, 303, "{DRAFT}");
        test(bench).await;
    })
    .await;
}

async fn decide(bench: &Bench, who: &str, fields: &[(&str, &str)]) -> Reply {
    visitor(bench, who).post(MOVES, fields).await
}

async fn in_use(bench: &Bench, on_day: &str) -> InUse {
    InUse::read(bench.app.db.read(), day(on_day)).await.expect("a query").expect("a version")
}

/// How many windows of a partnership ended before a day, and how many of them are enacted.
async fn count(bench: &Bench, slug: &str, on_day: &str) -> (i32, i32) {
    let assessed = assessed(bench, slug, on_day).await;
    (assessed.all.enacted, assessed.all.due)
}

/// The practices of a partnership that wait on a day.
async fn waiting(bench: &Bench, slug: &str, on_day: &str) -> BTreeSet<String> {
    assessed(bench, slug, on_day).await.waiting.into_iter().map(|waiting| waiting.code).collect()
}

async fn assessed(bench: &Bench, slug: &str, on_day: &str) -> Assessment {
    let (on, calendar, year) = (bench.app.db.read(), Calendar::default(), SchoolYear(2021));
    let all = all_on(on, day(on_day)).await.expect("a query");
    let partnership = all.iter().find(|partnership| partnership.slug == slug).expect("a partnership");
    let cells = cells_of(on, year, &[partnership.id]).await.expect("a query").remove(&partnership.id).unwrap_or_default();
    let in_use = in_use(bench, on_day).await;
    let schedules = Schedules::of(&in_use, &calendar, year);
    schedules.schedule(partnership.id).assess(partnership.into(), &cells, day(on_day))
}

#[tokio::test]
async fn a_partnership_finishes_its_year_on_the_version_before_or_moves_over() {
    in_the_middle_of_the_year(async |bench| {
        // September's six ended by version 1. Until mid-February version 2 asks for P3 and P3b once more, version 1 for P3 and P6.
        assert_eq!(count(&bench, "linden", "2022-02-15").await, (4, 8));
        let moved = visitor(&bench, "ines").get("/partnerships/linden/tracker").await.text();
        assert!(moved.contains("With each team") && !moved.contains("P6"), "{moved}");
        assert!(
            moved.contains("Version 2 of the practices counts since today") || moved.contains("counts since 6 October"),
            "{moved}"
        );

        let stay = [("shown", "linden"), ("stays", "linden")];
        assert_eq!(decide(&bench, "dee", &stay).await.status, 303);
        let tracker = visitor(&bench, "dee").get("/partnerships/linden/tracker").await.text();
        assert!(tracker.contains("P6") && !tracker.contains("With each team"), "{tracker}");
        assert!(tracker.contains("finished on version 1"), "{tracker}");
        // By mid-February version 1 has asked for P6 once more, and version 2 for P3b.
        let (stays, moves) = (waiting(&bench, "linden", "2022-02-15").await, waiting(&bench, "mariposa", "2022-02-15").await);
        assert!(stays.contains("P6") && !stays.contains("P3b"), "{stays:?}");
        assert!(moves.contains("P3b"), "{moves:?}");
        // Nobody else stays, and what was counted before is as it was.
        let other = visitor(&bench, "dee").get("/partnerships/mariposa/tracker").await.text();
        assert!(other.contains("With each team") && !other.contains("P6") && !other.contains("finished on version 1"), "{other}");
        assert_eq!(count(&bench, "linden", "2021-10-07").await, (4, 6));
        enact(&bench, "P2", "1", "late").await;
        assert_eq!(count(&bench, "linden", "2021-10-07").await, (5, 6));
        // The year after all work by the version that counts.
        let in_use_then = in_use(&bench, "2022-09-01").await;
        let linden = all_on(bench.app.db.read(), day("2021-10-07")).await.expect("a query");
        let linden = linden.iter().find(|partnership| partnership.slug == "linden").expect("Linden Grove").id;
        assert_eq!(in_use_then.of(linden, SchoolYear(2021)).version, 1);
        assert_eq!(in_use_then.of(linden, SchoolYear(2022)).version, 2);

        let page = visitor(&bench, "dee").get(ALL).await.text();
        assert!(page.contains("1 of 4 partnerships finish the year on version 1."), "{page}");
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("was", "linden")]).await.status, 303);
        let tracker = visitor(&bench, "dee").get("/partnerships/linden/tracker").await.text();
        assert!(!tracker.contains("P6") && tracker.contains("With each team"), "{tracker}");
        let sql = "select count(*) from audit_event where action like '%version of the practices'";
        let told = db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a query");
        assert_eq!(told, Some(2), "both decisions are in the audit log");
    })
    .await;
}

#[tokio::test]
async fn who_answers_for_a_partnership_decides_and_only_what_was_changed() {
    in_the_middle_of_the_year(async |bench| {
        assert_eq!(visitor(&bench, "pat").get(MOVES).await.status, 403);
        let seen = visitor(&bench, "ines").get(ALL).await;
        assert_eq!(seen.status, 200);
        assert!(
            seen.text().contains("All of 4 partnerships move over.") && !seen.body.contains("name=\"stays\""),
            "{}",
            seen.body
        );
        let stay = [("shown", "linden"), ("stays", "linden")];
        assert_eq!(decide(&bench, "ines", &stay).await.status, 403);
        assert_eq!(decide(&bench, "pat", &stay).await.status, 403);
        // A director of another team: refused, and nothing of it is kept, also not of what would be theirs.
        let both = [("shown", "linden"), ("shown", "mariposa"), ("stays", "linden"), ("stays", "mariposa")];
        let refused = decide(&bench, "dee", &both).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("is not yours to decide about"), "{}", refused.text());
        assert!(visitor(&bench, "dee").get(ALL).await.text().contains("All of 4 partnerships move over."));
        let nowhere = decide(&bench, "dee", &[("shown", "nowhere"), ("stays", "nowhere")]).await;
        assert!(nowhere.status == 422 && nowhere.text().contains("load the page again"), "{}", nowhere.text());

        // Two people with the page open: each changes what they changed, and no more.
        assert_eq!(decide(&bench, "cleo", &stay).await.status, 303);
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("shown", "ashford"), ("stays", "ashford")]).await.status, 303);
        let page = visitor(&bench, "dee").get(ALL).await.text();
        assert!(page.contains("2 of 4 partnerships finish the year on version 1."), "{page}");
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("stays", "linden")]).await.status, 303);
        assert!(visitor(&bench, "dee").get(ALL).await.text().contains("2 of 4 partnerships"));
        // The own team stands there first.
        assert!(visitor(&bench, "dee").get(MOVES).await.text().contains("2 of 2 partnerships"));
    })
    .await;
}

#[tokio::test]
async fn what_is_counted_over_all_follows_those_who_stay() {
    in_the_middle_of_the_year(async |bench| {
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("stays", "linden")]).await.status, 303);
        let (on, calendar, year) = (bench.app.db.read(), Calendar::default(), SchoolYear(2021));
        let in_use = in_use(&bench, "2021-10-07").await;
        let all = all_on(on, day("2021-10-07")).await.expect("a query");
        let linden = all.iter().find(|partnership| partnership.slug == "linden").expect("Linden Grove");
        let cells = cells_of(on, year, &[linden.id]).await.expect("a query").remove(&linden.id).unwrap_or_default();
        let selected = Selected::of(&in_use, |_| true);
        let schedules = selected.schedules(&in_use, &calendar, year);
        let found = of_partnership(schedules.schedule(linden.id), linden.into(), None, day("2021-10-07"), &cells);
        let now = |code: &str| in_use.now.practice(code).expect("a practice of version 2").id;
        let of = |code: &str| found.iter().filter(|(id, ..)| selected.today(*id) == now(code)).collect::<Vec<_>>();
        // Kept and reworded count under their practice of today; what was split or is no more counts nowhere.
        assert_eq!((of("P1").len(), of("P2").len(), of("P3").len(), of("P3b").len()), (1, 1, 0, 0));
        assert_eq!(found.len(), 4, "P1, P2, P4, P5");
        assert!(of("P1")[0].2.is_some() && of("P2")[0].2.is_none());
        let later = of_partnership(schedules.schedule(linden.id), linden.into(), None, day("2022-02-15"), &cells);
        assert_eq!(later.len(), 4, "P3 and P3b of version 2 have not come up where version 1 is worked by");
        // The pages that count over all are drawn from the same.
        let practice = visitor(&bench, "dee").get("/practices/P1").await.text();
        assert!(practice.contains("enacted in 1 of"), "{practice}");
        let gone = visitor(&bench, "dee").get("/practices/P6").await;
        assert_eq!(gone.status, 200);
        assert!(gone.text().contains("is not in the one that counts today"), "{}", gone.text());
        assert_eq!(visitor(&bench, "dee").get("/api/v1/practices/P6").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn only_a_version_that_begins_within_the_year_asks_anybody() {
    in_the_world_of(&six_practices(), async |bench| {
        let page = visitor(&bench, "dee").get(ALL).await.text();
        assert!(page.contains("Nothing moves this school year"), "{page}");
        let reply = decide(&bench, "dee", &[("shown", "linden"), ("stays", "linden")]).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, MOVES));
        let versions = Framework::all_versions(bench.app.db.read()).await.expect("a query");
        assert!(Turn::among(versions.iter().rev(), &Calendar::default(), day("2021-10-06")).is_none());
    })
    .await;
}

async fn take_entries(bench: &Bench, rows: &[&str]) -> Tally {
    let kind = bench.app.house.import_kind("tracker").expect("tracker entries");
    let text = format!("entry,partnership,school_year,cycle,practice,status,author,entered_at\n{}\n", rows.join("\n"));
    let source = import::read(kind, "entries.csv", text.as_bytes()).expect("a text");
    import::take(&bench.app, kind, &[source], &Actor::Process("test"), Mode::Take).await.expect("an answer")
}

/// Of which version a practice is that an entry was taken in for.
async fn version_of(bench: &Bench, entry: &str) -> Option<i32> {
    let sql = "select f.version from tracker_entry e join practice p on p.id = e.practice_id
         join framework f on f.id = p.framework_id where e.key = $1";
    db::scalar(bench.app.db.read(), sql, vec![entry.into()]).await.expect("a query")
}

#[tokio::test]
async fn entries_of_a_file_are_of_the_version_by_which_the_partnership_worked_then() {
    in_the_middle_of_the_year(async |bench| {
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("stays", "linden")]).await.status, 303);
        let rows = [
            "stays,linden,2021-22,1,P6,under_way,ines,2021-10-06T13:00:00Z",
            "before,mariposa,2021-22,1,P3,under_way,ines,2021-09-20T13:00:00Z",
            "after,mariposa,2021-22,1,P2,under_way,ines,2021-10-06T13:00:00Z",
        ];
        let tally = take_entries(&bench, &rows).await;
        assert!(tally.refused.is_empty() && tally.new == 3, "{:?}", tally.refused);
        let versions = [version_of(&bench, "stays").await, version_of(&bench, "before").await, version_of(&bench, "after").await];
        assert_eq!(versions, [Some(1), Some(1), Some(2)]);
        // The same file twice changes nothing, also when the partnership has moved over since.
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("was", "linden")]).await.status, 303);
        let again = take_entries(&bench, &rows).await;
        assert_eq!((again.same, again.new, again.refused.len()), (3, 0, 0), "{:?}", again.refused);

        for row in [
            "gone,mariposa,2021-22,1,P6,under_way,ines,2021-10-06T13:30:00Z",
            "early,linden,2021-22,1,P3b,under_way,ines,2021-09-20T13:00:00Z",
        ] {
            let refused = take_entries(&bench, &[row]).await.refused;
            assert!(refused.len() == 1 && refused[0].problem.contains("has no such practice"), "{row}: {refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_entered_before_the_decision_stays_in_the_history_of_its_cell() {
    in_the_middle_of_the_year(async |bench| {
        enact(&bench, "P2", "1", "by-version-2").await;
        assert_eq!(version_of(&bench, "by-version-2").await, Some(2));
        assert_eq!(decide(&bench, "dee", &[("shown", "linden"), ("stays", "linden")]).await.status, 303);
        let mut ines = visitor(&bench, "ines");
        let cell = ines.get("/partnerships/linden/tracker?practice=P2&year=2021-22&cycle=1").await;
        assert!(cell.body.contains("/tracker/entries/by-version-2/withdrawal"), "its author can take it back: {}", cell.body);
        let gone = ines.get("/partnerships/linden/tracker?practice=P3b&year=2021-22&cycle=1").await;
        assert_eq!(gone.status, 200, "a link to a practice that is not there leaves the grid");
    })
    .await;
}
