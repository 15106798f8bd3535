use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use platform::{
    App, Error,
    db::{self, Engine},
    jobs::{self, JobKind},
    mail::{self, Letter},
    room::{Answer, House, Room},
    testing::{bench, on_both},
};

use crate::{morning, nobody};

static RAN: AtomicUsize = AtomicUsize::new(0);

fn fails<'a>(_: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async { Err(Error::Ours("the other side is away".to_owned())) })
}

fn counts<'a>(_: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async {
        RAN.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
}

fn house() -> House {
    House::new(vec![Room {
        name: "test",
        jobs: vec![JobKind { name: "fails", every: None, run: fails }, mail::JOB],
        ..Room::default()
    }])
}

fn house_with_a_clock() -> House {
    House::new(vec![Room {
        name: "test",
        jobs: vec![JobKind { name: "counts", every: Some(Duration::from_secs(3600)), run: counts }],
        ..Room::default()
    }])
}

#[tokio::test]
async fn a_failing_job_is_tried_ten_times_and_then_given_up() {
    on_both(morning(), house, nobody, async |bench| {
        let app = &bench.app;
        let queued =
            app.db.write(async |tx| jobs::enqueue(&**tx, morning(), "fails", &serde_json::json!({}), morning()).await).await;
        queued.expect("a job in the queue");
        let mut tries = 0;
        for _ in 0..12 {
            tries += jobs::drain(app).await.expect("a queue");
            app.clock.advance(TimeDelta::days(1));
        }
        assert_eq!(tries, 10);
        let load = jobs::load(app.db.read()).await.expect("the queue");
        assert_eq!((load.waiting, load.given_up), (0, 1));
        let error = db::scalar::<String>(app.db.read(), "select last_error from job", vec![]).await.expect("a row");
        assert_eq!(error.as_deref(), Some("the other side is away"));
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_write_that_was_refused_never_runs() {
    on_both(morning(), house, nobody, async |bench| {
        let app = &bench.app;
        let refused: Result<(), Error> = app
            .db
            .write(async |tx| {
                let letter = Letter { to: "ada@example.org".to_owned(), subject: "Hello".to_owned(), text: "Hello".to_owned() };
                mail::enqueue(tx, morning(), &letter).await?;
                Err(Error::NotAllowed)
            })
            .await;
        assert!(refused.is_err());
        assert_eq!(jobs::drain(app).await.expect("a queue"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_letter_becomes_a_file_until_a_mail_server_is_set() {
    on_both(morning(), house, nobody, async |bench| {
        let app = &bench.app;
        let letter =
            Letter { to: "Ada <ada@example.org>".to_owned(), subject: "Grüße".to_owned(), text: "Hello Ada".to_owned() };
        app.db.write(async |tx| mail::enqueue(tx, morning(), &letter).await).await.expect("a letter in the queue");
        assert_eq!(jobs::drain(app).await.expect("a queue"), 1);
        let files: Vec<_> = std::fs::read_dir(app.config.data.join("mail")).expect("a folder").flatten().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).expect("a letter");
        assert!(text.contains("ada@example.org") && text.contains("Hello Ada"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_recurring_job_runs_once_an_hour_however_many_workers_look() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        RAN.store(0, Ordering::SeqCst);
        let bench = bench(engine, morning(), house_with_a_clock(), nobody(), Vec::new()).await;
        for _ in 0..3 {
            let (one, two) = tokio::join!(jobs::drain(&bench.app), jobs::drain(&bench.app));
            assert!(one.is_ok() && two.is_ok());
        }
        assert_eq!(RAN.load(Ordering::SeqCst), 1, "{engine:?}");
        bench.app.clock.advance(TimeDelta::minutes(61));
        jobs::drain(&bench.app).await.expect("a queue");
        assert_eq!(RAN.load(Ordering::SeqCst), 2, "{engine:?}");
    }
}
