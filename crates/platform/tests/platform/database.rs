use platform::{
    Error,
    db::{self, Migration},
    room::House,
    settings::Settings,
    testing::on_both,
};

use crate::{morning, nobody};

#[tokio::test]
async fn a_refused_write_leaves_nothing_behind() {
    on_both(
        morning(),
        || House::new(vec![]),
        nobody,
        async |bench| {
            let db = &bench.app.db;
            let refused: Result<(), Error> = db
                .write(async |tx| {
                    Settings::set(&**tx, "organisation", "Riverside").await?;
                    Err(Error::Refused("no".to_owned()))
                })
                .await;
            assert!(refused.is_err());
            assert_eq!(Settings::read(db.read()).await.expect("settings").get("organisation"), None);
            db.write(async |tx| Settings::set(&**tx, "organisation", "Riverside").await).await.expect("a write");
            assert_eq!(Settings::read(db.read()).await.expect("settings").organisation(), "Riverside");
        },
    )
    .await;
}

#[tokio::test]
async fn writers_queue_and_none_is_lost() {
    on_both(
        morning(),
        || House::new(vec![]),
        nobody,
        async |bench| {
            let db = bench.app.db.clone();
            db.write(async |tx| Settings::set(&**tx, "counter", "0").await).await.expect("a write");
            let writers = (0..40).map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(async |tx| {
                        db::exec(
                            &**tx,
                            "update setting set value = cast(cast(value as integer) + 1 as text) where name = 'counter'",
                            vec![],
                        )
                        .await
                    })
                    .await
                })
            });
            for writer in writers.collect::<Vec<_>>() {
                writer.await.expect("no panic").expect("no lock is refused");
            }
            assert_eq!(Settings::read(db.read()).await.expect("settings").get("counter"), Some("40"));
        },
    )
    .await;
}

#[tokio::test]
async fn a_schema_step_runs_once_and_a_broken_one_leaves_nothing() {
    on_both(
        morning(),
        || House::new(vec![]),
        nobody,
        async |bench| {
            let db = &bench.app.db;
            let good =
                Migration { name: "t-1", why: "a test", sql: "create table thing (id {uuid} primary key, n integer)", only: &[] };
            let bad =
                Migration { name: "t-2", why: "a test", sql: "create table other (id {uuid});\ncreate tabel x (y)", only: &[] };
            let with = |step: Migration| platform::migrations().into_iter().chain([step]).collect::<Vec<_>>();
            assert_eq!(db::migrate(db, &with(good), morning()).await.expect("runs"), 1);
            let good = Migration { name: "t-1", why: "a test", sql: "not sql at all", only: &[] };
            assert_eq!(db::migrate(db, &with(good), morning()).await.expect("is known"), 0);
            let older =
                db::migrate(db, &platform::migrations(), morning()).await.expect_err("is of an older version").to_string();
            assert!(older.contains("newer version") && older.contains("t-1"), "{older}");
            let good = Migration { name: "t-1", why: "a test", sql: "", only: &[] };
            let both: Vec<_> = with(good).into_iter().chain([bad]).collect();
            let error = db::migrate(db, &both, morning()).await.expect_err("is refused").to_string();
            assert!(error.contains("t-2"), "{error}");
            assert!(
                db::scalar::<i64>(db.read(), "select count(*) from other", vec![]).await.is_err(),
                "the first half is undone"
            );
        },
    )
    .await;
}
