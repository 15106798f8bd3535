//! Large files: a job looks at them and brings them in, and the page says how far it is.

use chrono::TimeDelta;
use platform::{
    db,
    jobs::drain,
    testing::{Bench, Visitor},
};

use crate::{
    imports::{choose, count, seen},
    world::{in_the_world, take, visitor},
};

const HEADER: &str = "entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at";
const ROWS: usize = 1_200;

fn row(number: usize, practice: &str) -> String {
    let note = "What we saw. ".repeat(150);
    format!("l{number},alder,2021-22,1,{practice},enacted,2,,{note},ada@example.org,2021-10-05T10:00:00Z\n")
}

/// More than two megabytes of entries.
fn large() -> String {
    let rows: String = (0..ROWS).map(|number| row(number, "1.1.1")).collect();
    assert!(rows.len() > 2 * 1024 * 1024);
    format!("{HEADER}\n{rows}")
}

/// Chooses the file and says that its columns are as they should be.
async fn chosen(ada: &mut Visitor, text: &str) -> String {
    let draft = choose(ada, "tracker", "large.csv", text).await;
    let said = ada.post(&format!("{draft}/columns"), &[]).await;
    assert_eq!(said.location(), format!("{draft}/trial"), "{}", said.text());
    draft
}

async fn entries(bench: &Bench) -> i64 {
    count(bench, "select count(*) from tracker_entry where key like 'l%'").await
}

#[tokio::test]
async fn a_large_file_is_looked_at_and_comes_in_by_a_job() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let draft = chosen(&mut ada, &large()).await;
        let trial = format!("{draft}/trial");
        let waiting = ada.get(&trial).await;
        assert!(waiting.text().contains("We are looking at it") && waiting.body.contains("every 2s"), "{}", waiting.text());
        assert!(ada.get("/imports").await.text().contains("we are looking at it"));
        assert_eq!(ada.get_part(&trial).await.status, 200, "nothing to lead to yet");

        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(ada.get_part(&trial).await.headers["hx-redirect"], trial.as_str());
        let page = ada.get(&trial).await;
        assert!(page.text().contains("New 1200") && page.text().contains("Bring in 1200 rows"), "{}", page.text());
        assert_eq!(entries(bench).await, 0, "it only looked");

        let seen = seen(&page);
        for _ in 0..2 {
            let taken = ada.post(&format!("{draft}/taking"), &[("seen", &seen)]).await;
            assert_eq!((taken.status.as_u16(), taken.location()), (303, draft.as_str()));
        }
        assert!(ada.get(&draft).await.text().contains("It is coming in"));
        assert_eq!(ada.get(&trial).await.location(), draft);
        assert_eq!(ada.post(&format!("{draft}/columns"), &[]).await.status, 409, "nothing is said about it meanwhile");
        assert_eq!(entries(bench).await, 0);

        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(ada.get_part(&draft).await.headers["hx-redirect"], draft.as_str());
        assert!(ada.get(&draft).await.text().contains("1200 rows are in"));
        assert_eq!(entries(bench).await, 1_200);
        let events = "select count(*) from audit_event where action = 'files imported' and subject like '%large.csv%'";
        assert_eq!(count(bench, events).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_job_can_not_read_is_answered_or_left_out() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let draft = chosen(&mut ada, &format!("{}{}", large(), row(ROWS, "9.9.9"))).await;
        drain(&bench.app).await.expect("the jobs run");
        let page = ada.get(&format!("{draft}/trial")).await;
        assert!(page.text().contains("Row 1202, practice") && page.text().contains("1 row needs you"), "{}", page.text());
        let taking = format!("{draft}/taking");
        let forgotten = ada.post(&taking, &[("seen", &seen(&page))]).await;
        assert_eq!(forgotten.status, 422);
        ada.post(&format!("{draft}/trial"), &[("fix-1202-practice", "1.1.2")]).await;
        assert!(ada.get(&format!("{draft}/trial")).await.text().contains("We are looking at it"), "with the answer");
        drain(&bench.app).await.expect("the jobs run");
        let page = ada.get(&format!("{draft}/trial")).await;
        assert!(page.text().contains("New 1201"), "{}", page.text());

        // Somebody is faster with one of the rows.
        ada.post(&taking, &[("seen", &seen(&page))]).await;
        take(bench, "tracker", "tracker.csv", &format!("{HEADER}\n{}", row(0, "1.1.1"))).await;
        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(entries(bench).await, 1);
        assert_eq!(ada.get(&draft).await.location(), format!("{draft}/trial"));
        let page = ada.get(&format!("{draft}/trial")).await;
        assert!(page.text().contains("The outcome has changed.") && page.text().contains("New 1200"), "{}", page.text());
        ada.post(&taking, &[("seen", &seen(&page))]).await;
        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(entries(bench).await, 1_201);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_given_up_is_said_to_be_and_can_be_asked_for_again() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let draft = chosen(&mut ada, &large()).await;
        let name = draft.strip_prefix("/imports/").expect("an id");
        let kept = bench.app.config.data.join("files/imports").join(name);
        let away = bench.app.config.data.join("away");
        std::fs::rename(&kept, &away).expect("the file is gone");
        for tried in 1..=10 {
            drain(&bench.app).await.expect("the jobs run");
            let page = ada.get(&format!("{draft}/trial")).await.text();
            let said = if tried < 10 { "It did not work at the first try." } else { "This did not work" };
            assert!(page.contains(said), "after {tried}: {page}");
            if tried < 10 {
                bench.app.clock.advance(TimeDelta::minutes(1 << tried) + TimeDelta::seconds(1));
            }
        }
        std::fs::rename(&away, &kept).expect("the file is back");
        assert_eq!(ada.post(&format!("{draft}/trial"), &[]).await.status, 303);
        drain(&bench.app).await.expect("the jobs run");
        assert!(ada.get(&format!("{draft}/trial")).await.text().contains("New 1200"));
    })
    .await;
}

#[tokio::test]
async fn rights_that_are_gone_bring_nothing_in() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let draft = chosen(&mut ada, &large()).await;
        drain(&bench.app).await.expect("the jobs run");
        let page = ada.get(&format!("{draft}/trial")).await;
        ada.post(&format!("{draft}/taking"), &[("seen", &seen(&page))]).await;
        let sql = "update person set kind = 'alumnus' where email = 'ada@example.org'";
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![]).await).await.expect("a departure");
        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(entries(bench).await, 0);
        let told = "select count(*) from import_draft where found like '%no longer yours to bring in%' and work = ''";
        assert_eq!(count(bench, told).await, 1);
    })
    .await;
}
