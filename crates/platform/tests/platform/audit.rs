use platform::{
    audit::{self, Actor, Filter},
    room::Subject,
};

use crate::{in_a_bare_house, morning};

fn subject(key: &str) -> Subject {
    Subject { kind: "thing", key: key.to_owned(), title: key.to_owned(), href: String::new() }
}

#[tokio::test]
async fn many_writers_make_one_chain() {
    in_a_bare_house(async |bench| {
        let db = bench.app.db.clone();
        let writers = (0..20).map(|number: i32| {
            let db = db.clone();
            tokio::spawn(async move {
                let subject = subject(if number % 2 == 0 { "even" } else { "odd" });
                db.write(async |tx| {
                    audit::record(tx, db.engine(), morning(), &Actor::Process("a test"), "counted", &subject, &number.to_string())
                        .await
                })
                .await
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("no panic").expect("an event");
        }
        assert_eq!(audit::verify(&db).await.expect("a check"), Ok(20));
        let filter = Filter { subject_kind: Some("thing".to_owned()), subject_key: Some("odd".to_owned()), before: None };
        let first = audit::page(db.read(), &filter, 6).await.expect("a page");
        assert_eq!(first.len(), 6);
        let next = Filter { before: Some(first[5].seq), ..filter };
        let rest = audit::page(db.read(), &next, 6).await.expect("a page");
        assert_eq!(rest.len(), 4, "ten odd numbers in all");
        assert!(rest.iter().all(|event| event.seq < first[5].seq));
    })
    .await;
}

#[tokio::test]
async fn the_chain_holds_while_people_write() {
    in_a_bare_house(async |bench| {
        let db = bench.app.db.clone();
        let writer = tokio::spawn({
            let db = db.clone();
            async move {
                for number in 0..200 {
                    let one = async |tx: &_| {
                        audit::record(
                            tx,
                            db.engine(),
                            morning(),
                            &Actor::Process("a test"),
                            "counted",
                            &subject("one"),
                            &number.to_string(),
                        )
                        .await
                    };
                    db.write(one).await.expect("an event");
                }
            }
        });
        let mut looks = 0;
        while !writer.is_finished() {
            assert!(audit::verify(&db).await.expect("a check").is_ok(), "a break that nobody made, at look {looks}");
            looks += 1;
        }
        writer.await.expect("the writer's end");
        assert_eq!(audit::verify(&db).await.expect("a check"), Ok(200));
        assert!(looks > 1, "the looks came too late to meet a write");
    })
    .await;
}
