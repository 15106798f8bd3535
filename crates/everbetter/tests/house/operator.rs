use platform::{
    db,
    jobs::{self, drain},
    testing::Bench,
};

use crate::world::{in_the_world, visitor};

async fn change(bench: &Bench, sql: &str, params: db::Params) -> u64 {
    bench.app.db.write(async |tx| db::exec(&**tx, sql, params).await).await.expect("a change")
}

async fn give_up(bench: &Bench, kind: &str) -> uuid::Uuid {
    let now = bench.app.clock.now();
    let id = platform::clock::new_id(now);
    let sql = "insert into job (id, kind, payload, run_at, attempts, last_error, given_up_at, created_at)
               values ($1, $2, '{}', $3, 10, 'the mail server refused the letter', $4, $5)";
    change(bench, sql, vec![id.into(), kind.into(), now.into(), now.into(), now.into()]).await;
    id
}

#[tokio::test]
async fn the_page_shows_figures_that_are_so() {
    in_the_world(async |bench| {
        let page = visitor(bench, "otto").get("/operator").await;
        let text = page.text();
        assert_eq!(page.status, 200);
        for words in [
            "All is well",
            "Wednesday 6 October, 09:10",
            "12; 0 have a password",
            "Sessions open 12",
            "Nobody has followed the chain yet",
            "Daily check Every day Not yet",
            "Free on the disk",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert_eq!(visitor(bench, "chi").get("/operator").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_given_up_is_tried_again_or_dismissed() {
    in_the_world(async |bench| {
        let (first, second) = (give_up(bench, "mail").await, give_up(bench, "mail").await);
        let mut otto = visitor(bench, "otto");
        let page = otto.get("/operator").await.text();
        assert!(page.contains("1 thing needs you") && page.contains("2 jobs were given up."), "{page}");
        assert!(page.contains("the mail server refused the letter"), "{page}");

        let again = otto.post(&format!("/operator/jobs/{first}/another-try"), &[("back", "/operator/jobs?state=given-up")]).await;
        assert_eq!((again.status.as_u16(), again.location()), (303, "/operator/jobs?state=given-up"));
        let away = otto.post(&format!("/operator/jobs/{second}/dismissal"), &[("back", "https://elsewhere.example")]).await;
        assert_eq!((away.status.as_u16(), away.location()), (303, "/operator"));
        assert_eq!(otto.post(&format!("/operator/jobs/{second}/dismissal"), &[]).await.status, 404, "once is enough");

        let load = jobs::load(bench.app.db.read()).await.expect("the queue");
        assert_eq!((load.waiting, load.given_up), (1, 0));
        let done = otto.get("/operator/jobs?state=done").await.text();
        assert!(done.contains("Dismissed. It had failed: the mail server refused the letter"), "{done}");
        let log = otto.get("/audit?kind=job").await.text();
        assert!(log.contains("job dismissed") && log.contains("job set going again"), "{log}");
        assert!(otto.get("/operator").await.text().contains("Done today 0"), "what was dismissed is not done");
    })
    .await;
}

#[tokio::test]
async fn the_chain_is_followed_when_asked_and_tells_when_it_is_broken() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        for _ in 0..2 {
            assert_eq!(otto.post("/operator/runs", &[("kind", "daily check")]).await.status, 303);
        }
        let waiting = "select count(*) from job where kind = 'daily check' and done_at is null";
        let waiting = db::scalar::<i64>(bench.app.db.read(), waiting, vec![]).await.expect("a count");
        assert_eq!(waiting, Some(1), "a second click asks for nothing more");
        drain(&bench.app).await.expect("the jobs run");
        let page = otto.get("/operator").await.text();
        assert!(page.contains("Chain unbroken today, 09:10: 27 events."), "{page}");
        assert!(page.contains("All is well"), "{page}");

        change(bench, "update audit_head set seq = 99 where only_row = 1", vec![]).await;
        change(bench, "update job set done_at = null where kind = 'daily check'", vec![]).await;
        drain(&bench.app).await.expect("the jobs run");
        let page = otto.get("/operator").await.text();
        assert!(page.contains("The audit log’s chain is broken at event 28."), "{page}");

        let refused = otto.post("/operator/runs", &[("kind", "mail")]).await;
        assert_eq!(refused.status, 422, "only what runs by itself can be asked for");
    })
    .await;
}

#[tokio::test]
async fn a_test_letter_goes_the_way_of_all_letters() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let asked = otto.post("/operator/test-letters", &[]).await;
        assert_eq!((asked.status.as_u16(), asked.location()), (303, "/operator#mail"));
        assert!(otto.get("/operator").await.text().contains("Waiting 1, for less than a minute"));
        drain(&bench.app).await.expect("the jobs run");
        let letters: Vec<_> = std::fs::read_dir(bench.app.config.data.join("mail")).expect("a folder").collect();
        assert_eq!(letters.len(), 1);
        let letter = std::fs::read_to_string(letters[0].as_ref().expect("a file").path()).expect("a letter");
        assert!(letter.contains("otto@example.org"), "{letter}");
        let page = otto.get("/operator").await.text();
        assert!(page.contains("Sent today 1") && page.contains("Last sent Today, 09:10"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_jobs_goes_on_by_key_and_back() {
    in_the_world(async |bench| {
        for _ in 0..60 {
            give_up(bench, "mail").await;
        }
        let mut otto = visitor(bench, "otto");
        let first = otto.get("/operator/jobs?state=given-up&kind=mail").await;
        assert_eq!(first.body.matches("/another-try").count(), 50);
        let next = first.body.split("rel=\"next\"").next().and_then(|before| before.rsplit("href=\"").next());
        let next = next.and_then(|rest| rest.split('"').next()).expect("a way on").replace("&#38;", "&");
        let second = otto.get(&next).await;
        assert_eq!(second.body.matches("/another-try").count(), 10, "{next}");
        let before = second.body.split("rel=\"prev\"").next().and_then(|before| before.rsplit("href=\"").next());
        let before = before.and_then(|rest| rest.split('"').next()).expect("a way back").replace("&#38;", "&");
        assert_eq!(otto.get(&before).await.body.matches("/another-try").count(), 50, "{before}");
        assert_eq!(otto.get("/operator/jobs?state=given-up&kind=daily+check").await.body.matches("/another-try").count(), 0);
    })
    .await;
}
