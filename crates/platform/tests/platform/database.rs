use std::{
    pin::{Pin, pin},
    task::Poll,
};

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Error,
    db::{self, Engine, FromQueryResult, Migration},
    settings::Settings,
};
use tokio::sync::oneshot;

use crate::{in_a_bare_house, morning};

#[tokio::test]
async fn a_refused_write_leaves_nothing_behind() {
    in_a_bare_house(async |bench| {
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
    })
    .await;
}

#[tokio::test]
async fn writers_queue_and_none_is_lost() {
    in_a_bare_house(async |bench| {
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
    })
    .await;
}

#[tokio::test]
async fn a_schema_step_runs_once_and_a_broken_one_leaves_nothing() {
    in_a_bare_house(async |bench| {
        let db = &bench.app.db;
        let good =
            Migration { name: "t-1", why: "a test", sql: "create table thing (id {uuid} primary key, n integer)", only: &[] };
        let bad = Migration { name: "t-2", why: "a test", sql: "create table other (id {uuid});\ncreate tabel x (y)", only: &[] };
        let with = |step: Migration| platform::migrations().into_iter().chain([step]).collect::<Vec<_>>();
        assert_eq!(db::migrate(db, &with(good), morning()).await.expect("runs"), 1);
        let good = Migration { name: "t-1", why: "a test", sql: "not sql at all", only: &[] };
        assert_eq!(db::migrate(db, &with(good), morning()).await.expect("is known"), 0);
        let older = db::migrate(db, &platform::migrations(), morning()).await.expect_err("is of an older version").to_string();
        assert!(older.contains("newer version") && older.contains("t-1"), "{older}");
        let good = Migration { name: "t-1", why: "a test", sql: "", only: &[] };
        let both: Vec<_> = with(good).into_iter().chain([bad]).collect();
        let error = db::migrate(db, &both, morning()).await.expect_err("is refused").to_string();
        assert!(error.contains("t-2"), "{error}");
        assert!(db::scalar::<i64>(db.read(), "select count(*) from other", vec![]).await.is_err(), "the first half is undone");
    })
    .await;
}

/// One value of each type that columns have.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Kept {
    id: uuid::Uuid,
    number: i32,
    large: i64,
    share: f64,
    word: String,
    yes: bool,
    bytes: Vec<u8>,
    day: NaiveDate,
    moment: DateTime<Utc>,
    maybe: Option<i32>,
    missing: Option<String>,
}

#[derive(Debug, FromQueryResult)]
struct Outer {
    #[row(nested)]
    kept: Kept,
    twice: i64,
    #[row(skip)]
    beside: Vec<String>,
}

#[tokio::test]
async fn readers_and_writers_mean_the_same_by_a_value() {
    in_a_bare_house(async |bench| {
            let db = &bench.app.db;
            let table = Migration {
                name: "t-1",
                why: "a test",
                sql: "create table kept (id {uuid} primary key, number integer not null, large bigint not null, share double precision not null,
                      word text not null, yes {bool} not null, bytes {bytes} not null, day {date} not null, moment {instant} not null,
                      maybe integer, missing text)",
                only: &[],
            };
            db::migrate(db, &platform::migrations().into_iter().chain([table]).collect::<Vec<_>>(), morning()).await.expect("runs");
            let kept = Kept {
                id: uuid::Uuid::from_u128(7),
                number: -3,
                large: 5_000_000_000,
                share: 2.0,
                word: "2026-10-06".to_owned(),
                yes: true,
                bytes: vec![0, 255],
                day: "2026-02-28".parse().expect("a day"),
                moment: "2026-10-06T09:00:00.25Z".parse().expect("an instant"),
                maybe: Some(0),
                missing: None,
            };
            let params = || -> db::Params {
                let Kept { id, number, large, share, word, yes, bytes, day, moment, maybe, missing } = kept.clone();
                vec![
                    id.into(),
                    number.into(),
                    large.into(),
                    share.into(),
                    word.into(),
                    yes.into(),
                    bytes.into(),
                    day.into(),
                    moment.into(),
                    maybe.into(),
                    missing.into(),
                ]
            };
            // The last parameter comes up first: their numbers count, not their places.
            let columns = "missing, maybe, moment, day, bytes, yes, word, share, large, number, id";
            let insert = format!("insert into kept ({columns}) values ($11, $10, $9, $8, $7, $6, $5, $4, $3, $2, $1)");
            let by_writer = db
                .write(async |tx| {
                    db::exec(&**tx, &insert, params()).await?;
                    db::one::<Kept>(&**tx, "select * from kept", vec![]).await
                })
                .await;
            assert_eq!(by_writer.expect("a write"), Some(kept.clone()));
            let same = "cast($11 as text) is null and maybe = $10 and moment = $9 and day = $8 and bytes = $7 and yes = $6 and word = $5
                        and share = $4 and large = $3 and number = $2 and id = $1";
            let sql = format!("select {columns}, large + large as twice from kept where {same}");
            let outer = db::one::<Outer>(db.read(), &sql, params()).await.expect("an answer").expect("a row");
            assert_eq!((outer.kept, outer.twice, outer.beside.len()), (kept, 10_000_000_000, 0));

            let number = db::scalar::<i32>(db.read(), "select maybe from kept where id = $1", vec![uuid::Uuid::nil().into()]).await;
            assert_eq!(number.expect("an answer"), None);
            for (sql, why) in [
                ("select id from kept", "columns are missing"),
                ("select id, number, large, share, word, yes, bytes, day, moment, maybe, 7 as missing from kept", "a number is no text"),
                ("select id, maybe as number, large, share, missing as word, yes, bytes, day, moment, maybe, missing from kept", "null is no text"),
            ] {
                assert!(db::rows::<Kept>(db.read(), sql, vec![]).await.is_err(), "{why}");
            }
    })
    .await;
}

#[tokio::test]
async fn a_reader_does_not_write() {
    in_a_bare_house(async |bench| {
        let db = &bench.app.db;
        if db.engine() == Engine::Postgres {
            // Its readers and writers share a pool; that nobody writes past the verbs is a matter of style there.
            return;
        }
        db.write(async |tx| Settings::set(&**tx, "organisation", "Riverside").await).await.expect("a write");
        assert!(db::exec(db.read(), "delete from setting", vec![]).await.is_err());
        assert!(db::scalar::<String>(db.read(), "delete from setting returning name", vec![]).await.is_err());
        assert_eq!(Settings::read(db.read()).await.expect("settings").organisation(), "Riverside");
    })
    .await;
}

#[tokio::test]
async fn readers_see_what_was_committed_before_they_asked_and_nothing_else() {
    in_a_bare_house(async |bench| {
        let db = &bench.app.db;
        db.write(async |tx| {
            Settings::set(&**tx, "organisation", "Riverside").await?;
            assert_eq!(Settings::read(db.read()).await?.get("organisation"), None);
            Ok::<_, Error>(())
        })
        .await
        .expect("a write");
        let readers = (0..16).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { Settings::read(db.read()).await.expect("settings").organisation().to_owned() })
        });
        for reader in readers.collect::<Vec<_>>() {
            assert_eq!(reader.await.expect("no panic"), "Riverside");
        }
    })
    .await;
}

/// Adds to a setting that is a list of words.
async fn add(tx: &db::Tx, word: &str) -> Result<(), Error> {
    let sql = "insert into setting (name, value) values ('words', $1)
               on conflict (name) do update set value = setting.value || ' ' || excluded.value";
    db::exec(&**tx, sql, vec![word.into()]).await?;
    Ok(())
}

async fn words(db: &db::Db) -> String {
    Settings::read(db.read()).await.expect("settings").get("words").unwrap_or_default().to_owned()
}

#[tokio::test]
async fn of_those_who_write_together_each_is_refused_alone() {
    in_a_bare_house(async |bench| {
        let db = bench.app.db.clone();
        let (begun, begins) = oneshot::channel::<()>();
        let (held, hold) = oneshot::channel::<()>();
        let first = tokio::spawn({
            let db = db.clone();
            async move {
                db.write(async |tx| {
                    add(tx, "first").await?;
                    begun.send(()).expect("somebody waits");
                    hold.await.expect("is let go");
                    Ok::<_, Error>(())
                })
                .await
            }
        });
        // From here on the others wait: for their turn on SQLite, for the row on PostgreSQL.
        begins.await.expect("it begins");
        let others = ["second", "third", "fourth"].map(|word| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(async |tx| {
                    add(tx, word).await?;
                    if word == "third" { Err(Error::Refused("no".to_owned())) } else { Ok(()) }
                })
                .await
            })
        });
        assert_eq!(words(&db).await, "", "nothing is there before it is committed");
        held.send(()).expect("somebody holds");
        first.await.expect("no panic").expect("is saved");
        let [second, third, fourth] = others;
        second.await.expect("no panic").expect("is saved");
        assert!(third.await.expect("no panic").is_err());
        fourth.await.expect("no panic").expect("is saved");
        let words = words(&db).await;
        let mut found: Vec<&str> = words.split(' ').collect();
        found.sort_unstable();
        assert_eq!(found, ["first", "fourth", "second"]);
    })
    .await;
}

#[tokio::test]
async fn who_goes_away_while_writing_takes_nobody_along() {
    in_a_bare_house(async |bench| {
        let db = bench.app.db.clone();
        db.write(async |tx| add(tx, "before").await).await.expect("is saved");
        let (begun, begins) = oneshot::channel::<()>();
        let gone = tokio::spawn({
            let db = db.clone();
            async move {
                db.write(async |tx| {
                    add(tx, "gone").await?;
                    begun.send(()).expect("somebody waits");
                    std::future::pending::<Result<(), Error>>().await
                })
                .await
            }
        });
        begins.await.expect("it begins");
        let stays = tokio::spawn({
            let db = db.clone();
            async move { db.write(async |tx| add(tx, "stays").await).await }
        });
        gone.abort();
        stays.await.expect("no panic").expect("is saved");
        assert_eq!(words(&db).await, "before stays");
    })
    .await;
}

/// Lets `writer` come as far as the queue, where it waits for its turn.
async fn queues(mut writer: Pin<&mut impl Future>) {
    let is_waiting = std::future::poll_fn(|context| Poll::Ready(writer.as_mut().poll(context).is_pending())).await;
    assert!(is_waiting, "somebody else has the turn");
}

#[tokio::test]
async fn nobody_is_answered_before_the_others_who_waited_have_worked_and_nobody_waits_for_what_takes_long() {
    in_a_bare_house(async |bench| {
        let db = bench.app.db.clone();
        if db.engine() == Engine::Postgres {
            // It has many writers at once, and commits together by itself.
            return;
        }
        // Writes a word and goes on only when it is let go, so that another one can queue meanwhile.
        let held = |word: &'static str| {
            let db = db.clone();
            let (begun, begins) = oneshot::channel::<()>();
            let (go, may_go) = oneshot::channel::<()>();
            let task = tokio::spawn(async move {
                db.write(async |tx| {
                    add(tx, word).await?;
                    begun.send(()).expect("somebody waits");
                    may_go.await.expect("is let go");
                    Ok::<_, Error>(())
                })
                .await
            });
            (task, begins, go)
        };
        let (first, begins, go) = held("first");
        begins.await.expect("it begins");
        let mut second = pin!(db.write(async |tx| {
            add(tx, "second").await?;
            // In the first one's transaction, which is not committed yet.
            assert_eq!(words(&db).await, "");
            Ok::<_, Error>(())
        }));
        queues(second.as_mut()).await;
        go.send(()).expect("somebody is held");
        second.await.expect("is saved");
        first.await.expect("no panic").expect("is saved");
        assert_eq!(words(&db).await, "first second");

        let (third, begins, go) = held("third");
        begins.await.expect("it begins");
        let mut long = pin!(db.write_alone(async |tx| {
            add(tx, "long").await?;
            // Were the third one not committed and answered before this is over, both would wait for ever.
            third.await.expect("no panic")?;
            Ok::<_, Error>(())
        }));
        queues(long.as_mut()).await;
        go.send(()).expect("somebody is held");
        long.await.expect("is saved");
        assert_eq!(words(&db).await, "first second third long");
    })
    .await;
}
