//! Talk a draft through, approve it, publish it in the middle of a year, and count before and after.

use std::sync::Arc;

use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::{Partnership, all_on},
};
use platform::{
    db,
    testing::{Bench, Reply},
};

use super::{DRAFT, begin, href, look, number_of, send};
use crate::{
    frameworks::{Framework, pack, sample::DEFAULT_PACK},
    overview::uptake::of_partnership,
    tracker::{
        cells_of,
        on_track::{Cells, Count, Schedule},
    },
    world::{cell, day, in_the_world, in_the_world_of, visitor},
};

pub(super) async fn version_of(bench: &Bench) -> String {
    let sql = "select steps from framework_draft where published_at is null and dropped_at is null";
    db::scalar::<i32>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a draft").to_string()
}

pub(in crate::frameworks) async fn approve(bench: &Bench, who: &str) -> Reply {
    let version = version_of(bench).await;
    let fields = [("version", version.as_str()), ("words", "Every change names what it answers.")];
    visitor(bench, who).post(&format!("{DRAFT}/approvals"), &fields).await
}

pub(in crate::frameworks) async fn publish(bench: &Bench, who: &str, from: &str) -> Reply {
    let version = version_of(bench).await;
    let fields = [("version", version.as_str()), ("effective_from", from)];
    visitor(bench, who).post(&format!("{DRAFT}/publication"), &fields).await
}

#[tokio::test]
async fn anybody_of_us_says_and_proposes_and_those_who_draft_take_it_in() {
    in_the_world(async |bench| {
        begin(&bench).await;
        let line = href(&bench, "2.2.3").await;
        let comments = format!("{line}/comments");
        assert_eq!(visitor(&bench, "pat").post(&comments, &[("text", "Hm.")]).await.status, 404);
        assert_eq!(visitor(&bench, "ines").post(&comments, &[("text", " ")]).await.status, 422);
        assert_eq!(visitor(&bench, "dee").post(&comments, &[("text", "Whose goal is it?")]).await.status, 303);
        let proposal = [("text", "If the words are theirs, the goal is too."), ("title", "Hear each coachee name a goal")];
        assert_eq!(visitor(&bench, "ines").post(&comments, &proposal).await.status, 303);
        let page = visitor(&bench, "ines").get(&line).await;
        let text = page.text();
        for word in ["Whose goal is it?", "Dee Marchetti", "Wording, proposed:", "Waits for those who draft."] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(look(&bench).await.contains("One proposal waits for an answer"));

        let sql = "select id from framework_draft_comment where title is not null";
        let id = db::scalar::<uuid::Uuid>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a proposal");
        let adoption = format!("{DRAFT}/comments/{id}/adoption");
        assert_eq!(visitor(&bench, "ines").post(&adoption, &[("version", "1")]).await.status, 403);
        assert_eq!(visitor(&bench, "cleo").post(&adoption, &[("version", "1")]).await.status, 303);
        let text = look(&bench).await;
        for word in
            ["Hear each coachee name a goal", "If the words are theirs, the goal is too. (Ines Valdez)", "took these words in."]
        {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains("waits for an answer"), "{text}");
        let again = visitor(&bench, "cleo").post(&adoption, &[("version", "2")]).await;
        assert!(again.text().contains("These words were taken in before."), "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn a_draft_goes_out_when_enough_approve_it_as_it_stands() {
    in_the_world(async |bench| {
        begin(&bench).await;
        let text = look(&bench).await;
        assert!(text.contains("Not yet: Something differs from what is published"), "{text}");
        assert_eq!(
            send(&bench, "cleo", "2.2.3", &[("title", "A goal by mid-October"), ("reason", "A concern.")]).await.status,
            303
        );
        assert_eq!(approve(&bench, "ines").await.status, 403);
        assert_eq!(publish(&bench, "dee", "2021-10-13").await.status, 403);
        let early = publish(&bench, "cleo", "2021-10-13").await;
        assert_eq!(early.status, 422);
        assert!(early.text().contains("0 of 2 approve it as it stands now."), "{}", early.text());

        let silent = visitor(&bench, "dee").post(&format!("{DRAFT}/approvals"), &[("version", "1")]).await;
        assert_eq!(silent.status, 422);
        assert_eq!(approve(&bench, "dee").await.status, 303);
        assert_eq!(approve(&bench, "cleo").await.status, 303);
        // Whoever changes a word asks everybody again.
        assert_eq!(send(&bench, "cleo", "2.2.3", &[("title", "A goal by October"), ("reason", "A concern.")]).await.status, 303);
        let text = look(&bench).await;
        assert!(text.contains("It was changed since, and waits for another look."), "{text}");
        assert_eq!(publish(&bench, "cleo", "2021-10-13").await.status, 422);
        let stale = visitor(&bench, "dee").post(&format!("{DRAFT}/approvals"), &[("version", "1"), ("words", "Seen.")]).await;
        assert!(stale.text().contains("Somebody changed the draft since you opened it."), "{}", stale.text());
        assert_eq!(approve(&bench, "dee").await.status, 303);
        assert_eq!(approve(&bench, "cleo").await.status, 303);
        let removal = format!("{DRAFT}/approvals/removal");
        assert_eq!(visitor(&bench, "dee").post(&removal, &[("version", "1")]).await.status, 409, "it was given anew since");
        let seen = version_of(&bench).await;
        let page = visitor(&bench, "dee").get(DRAFT).await.body;
        let form = page.split(&removal).nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
        assert!(form.contains(&format!("name=\"version\" value=\"{seen}\"")), "{form}");
        assert_eq!(visitor(&bench, "dee").post(&removal, &[("version", &seen)]).await.status, 303);
        assert_eq!(publish(&bench, "cleo", "2021-10-13").await.status, 422);
        assert_eq!(approve(&bench, "dee").await.status, 303);

        let past = publish(&bench, "cleo", "2021-10-05").await;
        assert!(past.text().contains("That day lies behind us."), "{}", past.text());
        let out = publish(&bench, "cleo", "2021-10-13").await;
        assert_eq!((out.status.as_u16(), out.location()), (303, "/practices/versions"), "{}", out.text());
        assert_eq!(visitor(&bench, "cleo").get(DRAFT).await.status, 404);
        let versions = visitor(&bench, "pat").get("/practices/versions").await.text();
        assert!(versions.contains("version 2 From 13 October") && versions.contains("version 1 counts today"), "{versions}");
        let on = bench.app.db.read();
        let title = |framework: &Framework| framework.practice("2.2.3").expect("2.2.3").title.clone();
        let now = Framework::current(on, day("2021-10-12")).await.expect("a query").expect("a version");
        let then = Framework::current(on, day("2021-10-13")).await.expect("a query").expect("a version");
        assert_eq!((now.version, then.version, title(&then).as_str()), (1, 2, "A goal by October"));
        assert_eq!(then.ids_of(then.practice("2.2.3").expect("2.2.3")).len(), 2, "one practice under two ids");
        let sql =
            "select count(*) from practice_lineage where fate = 'reworded' and reason = 'A concern.' and decided_by is not null";
        assert_eq!(db::scalar::<i64>(on, sql, vec![]).await.expect("a count"), Some(1));
        let waits = "select count(*) from job where kind = 'practices begin' and done_at is null";
        assert_eq!(db::scalar::<i64>(on, waits, vec![]).await.expect("a count"), Some(1), "it becomes findable on its day");
        // The next draft begins from what was published last.
        begin(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_version_and_its_draft_go_along_as_files_and_to_programs() {
    in_the_world(async |bench| {
        let mut pat = visitor(&bench, "pat");
        let toml = pat.get("/practices/versions/vi-pit-1/export/toml").await;
        let pack = pack::read("vi-pit.toml", &toml.body).expect("it reads as the pack that it was");
        assert_eq!((pack.meta.version, pack.practices.len()), (1, 46));
        for ending in ["csv", "xlsx"] {
            assert_eq!(pat.get(&format!("/practices/versions/vi-pit-1/export/{ending}")).await.status, 200);
        }
        assert_eq!(pat.get("/practices/versions/vi-pit-1/export/pdf").await.status, 404);
        assert_eq!(pat.get("/practices/versions/vi-pit-7/export/toml").await.status, 404);

        assert_eq!(
            visitor(&bench, "ines").get("/api/v1/framework-drafts").await.json()["items"].as_array().map(Vec::len),
            Some(0)
        );
        begin(&bench).await;
        let words = [("title", "A goal in their words"), ("reason", "A concern.")];
        assert_eq!(send(&bench, "cleo", "2.2.3", &words).await.status, 303);
        let csv = visitor(&bench, "ines").get(&format!("{DRAFT}/export/csv")).await.body;
        assert!(csv.lines().next().is_some_and(|head| head.ends_with("fate,comes_from,reason")), "{csv}");
        assert!(
            csv.lines()
                .any(|line| line.starts_with("2.2.3,A goal in their words") && line.ends_with("reworded,2.2.3,A concern."))
        );
        let toml = visitor(&bench, "ines").get(&format!("{DRAFT}/export/toml")).await;
        let pack = pack::read("draft.toml", &toml.body).expect("a draft reads as a pack");
        assert_eq!((pack.meta.version, pack.practices.len()), (2, 46));
        assert_eq!(pat.get(&format!("{DRAFT}/export/csv")).await.status, 404);
        assert_eq!(pat.get("/api/v1/framework-drafts").await.status, 403);
        assert_eq!(pat.get("/api/v1/framework-drafts/vi-pit-2").await.status, 404);
        let told = visitor(&bench, "ines").get("/api/v1/framework-drafts/vi-pit-2").await.json();
        let practices = told["practices"].as_array().expect("practices");
        let line = practices.iter().find(|line| line["code"] == "2.2.3").expect("2.2.3");
        assert_eq!((line["fate"].as_str(), line["reason"].as_str()), (Some("reworded"), Some("A concern.")));
        assert_eq!((told["follows"].as_str(), told["approvals_needed"].as_i64()), (Some("vi-pit-1"), Some(2)));
        assert_eq!(visitor(&bench, "ines").get("/api/v1/framework-drafts/vi-pit-3").await.status, 404);
    })
    .await;
}

/// Six practices of the intensive model, all due in September; the third and the sixth once more in January.
pub(in crate::frameworks) fn six_practices() -> String {
    let mut pack = pack::read("vi-pit.toml", DEFAULT_PACK).expect("a sound pack");
    pack.meta.code_pattern = String::new();
    pack.practices.truncate(6);
    for (number, practice) in (1..).zip(&mut pack.practices) {
        practice.code = format!("P{number}");
        practice.title = format!("Practice {number}");
        practice.models = vec!["intensive".to_owned()];
        practice.adapt.clear();
        practice.vip = false;
        practice.vip_reason = String::new();
        practice.first_year_only = false;
        practice.due = vec![pack::Due { cycle: 1, start: 9, end: 9 }];
        if number == 3 || number == 6 {
            practice.due.push(pack::Due { cycle: 2, start: 1, end: 1 });
        }
    }
    pack.written().expect("a file")
}

/// P3 in two.
pub(in crate::frameworks) const SPLIT: [(&str, &str); 8] = [
    ("version", "1"),
    ("code-1", "P3"),
    ("title-1", "With each coachee"),
    ("good-1", "Done."),
    ("code-2", "P3b"),
    ("title-2", "With each team"),
    ("good-2", "Done."),
    ("reason", "Two in a coat."),
];

/// What counts at Linden Grove on a day, by the version that counts then.
async fn count(bench: &Bench, on_day: &str) -> Count {
    let (framework, linden, cells) = linden_on(bench, on_day).await;
    let schedule = Schedule::of(&framework, &Calendar::default(), SchoolYear(2021));
    schedule.assess((&linden).into(), &cells, day(on_day)).all
}

/// The version that counts on a day, and Linden Grove with its cells.
async fn linden_on(bench: &Bench, on_day: &str) -> (Arc<Framework>, Partnership, Cells) {
    let (on, on_day) = (bench.app.db.read(), day(on_day));
    let framework = Framework::current(on, on_day).await.expect("a query").expect("a version");
    let all = all_on(on, on_day).await.expect("a query");
    let linden = all.into_iter().find(|partnership| partnership.slug == "linden").expect("Linden Grove");
    let cells = cells_of(on, SchoolYear(2021), &[linden.id]).await.expect("a query").remove(&linden.id).unwrap_or_default();
    (framework, linden, cells)
}

/// In how many of Linden Grove's windows a practice of the version that counts on a day is enacted: enacted, of how many.
async fn uptake(bench: &Bench, code: &str, on_day: &str) -> (usize, usize) {
    let (framework, linden, cells) = linden_on(bench, on_day).await;
    let schedule = Schedule::of(&framework, &Calendar::default(), SchoolYear(2021));
    let found = of_partnership(&schedule, (&linden).into(), None, day(on_day), &cells);
    let own: Vec<_> = found.iter().filter(|(_, window, _)| window.practice.code == code).collect();
    let enacted = own.iter().filter(|(_, _, cell)| cell.is_some_and(|cell| cell.status.counts_as_enacted(&framework))).count();
    (enacted, own.len())
}

pub(in crate::frameworks) async fn enact(bench: &Bench, code: &str, cycle: &str, key: &str) {
    let fields = [("key", key), ("practice", code), ("year", "2021-22"), ("cycle", cycle), ("status", "enacted")];
    let reply = visitor(bench, "ines").post("/partnerships/linden/tracker/entries", &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
}

/// Each kind of change, published on 6 October in the middle of Cycle 1. Before: six windows ended in September, four of them
/// enacted (P1, P3, P4, P6).
#[tokio::test]
async fn a_version_in_mid_year_leaves_what_was_counted_and_adds_nothing_up() {
    in_the_world_of(&six_practices(), async |bench| {
        for code in ["P1", "P3", "P4", "P6"] {
            cell(&bench.app.db, (1, 2021, code), ("enacted", None, "")).await;
        }
        let of = |count: Count| (count.enacted, count.due);
        assert_eq!(of(count(&bench, "2021-10-07").await), (4, 6));
        // In January the old version would ask for P3 and P6 once more.
        assert_eq!(of(count(&bench, "2022-02-15").await), (4, 8));

        begin(&bench).await;
        let mut cleo = visitor(&bench, "cleo");
        assert_eq!(send(&bench, "cleo", "P2", &[("title", "Practice 2, clearer"), ("reason", "Clearer.")]).await.status, 303);
        assert_eq!(cleo.post(&format!("{}/parts", href(&bench, "P3").await), &SPLIT).await.status, 303);
        let with = format!("{}.1", number_of(&bench, "P5").await);
        let merge = [("version", "1"), ("with", with.as_str()), ("title", "Both"), ("good", "Done."), ("reason", "One day.")];
        assert_eq!(cleo.post(&format!("{}/merger", href(&bench, "P4").await), &merge).await.status, 303);
        let retire = [("version", "1"), ("reason", "Used nowhere.")];
        assert_eq!(cleo.post(&format!("{}/retirement", href(&bench, "P6").await), &retire).await.status, 303);
        let new = [
            ("code", "N1"),
            ("title", "Offer one thing"),
            ("good", "One a cycle."),
            ("models", "intensive"),
            ("start-1", "11"),
            ("end-1", "11"),
            ("strand", "1"),
            ("phase", "1"),
            ("step", "plan"),
            ("reason", "It had no line."),
        ];
        let reply = cleo.post(&format!("{DRAFT}/practices"), &new).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        // Before it goes out: P1 goes on with its entry; those of P3, P4 and P6 stay; P3, P3b, P4 and N1 begin anew.
        assert_eq!(visitor(&bench, "pat").get(&format!("{DRAFT}/effects")).await.status, 404);
        let effects = visitor(&bench, "dee").get(&format!("{DRAFT}/effects")).await.text();
        assert!(effects.contains("In 1 of 4 partnerships, entries of this year stay"), "{effects}");
        assert!(effects.contains("1 3 P3, P4, P6 4"), "{effects}");
        assert_eq!(approve(&bench, "dee").await.status, 303);
        assert_eq!(approve(&bench, "cleo").await.status, 303);
        let reply = publish(&bench, "cleo", "2021-10-06").await;
        assert_eq!(reply.status, 303, "{}", reply.text());

        // What ended in September is counted by the version of September: the figure does not jump.
        assert_eq!(of(count(&bench, "2021-10-07").await), (4, 6));
        // Kept and reworded are one practice; what was split or merged starts anew, and nothing is added up.
        assert_eq!(uptake(&bench, "P1", "2021-10-07").await, (1, 1));
        assert_eq!(uptake(&bench, "P2", "2021-10-07").await, (0, 1));
        for code in ["P3", "P3b", "P4", "N1"] {
            assert_eq!(uptake(&bench, code, "2021-10-07").await, (0, 0), "{code}");
        }
        // The tracker is not emptied, and what is recorded late for September counts there: P2 under its new words.
        let tracker = visitor(&bench, "ines").get("/partnerships/linden/tracker").await.text();
        assert!(tracker.contains("P1, Cycle 1: Enacted") && tracker.contains("Practice 2, clearer"), "{tracker}");
        enact(&bench, "P2", "1", "late").await;
        assert_eq!(of(count(&bench, "2021-10-07").await), (5, 6));
        assert_eq!(uptake(&bench, "P2", "2021-10-07").await, (1, 1));
        // By mid-February the new version has asked for N1 in November, P3 and P3b in January; P6 is no more. 6 + 3 = 9.
        assert_eq!(of(count(&bench, "2022-02-15").await), (5, 9));
        let practice = visitor(&bench, "pat").get("/practices/P3").await.text();
        for word in ["Every wording", "Two in a coat.", "Version 1, from 1 August", "Practice 3", "Split"] {
            assert!(practice.contains(word), "{word}: {practice}");
        }
        let compared = visitor(&bench, "pat").get("/practices/comparison?from=1&to=2").await.text();
        for word in ["1 kept, 1 reworded, 1 split, 1 merged, 1 new, 1 retired.", "Used nowhere. (Cleo Adler)", "It had no line."]
        {
            assert!(compared.contains(word), "{word}: {compared}");
        }
        assert_eq!(visitor(&bench, "pat").get("/practices/comparison?from=1&to=7").await.status, 404);
    })
    .await;
}
