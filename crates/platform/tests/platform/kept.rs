//! What is worked out once holds until a change is recorded, in whichever instance.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use platform::{
    access::Kind,
    audit::{self, Actor},
    db::Db,
    room::{House, Room, Subject},
    testing::{Bench, beside, context, on_both},
};

use crate::{in_a_bare_house, morning, nobody, search::somebody};

/// Asks for the sum of that name, and answers how often it was worked out and what had changed.
async fn ask(bench: &Bench, name: &str, worked: &AtomicUsize) -> Vec<String> {
    let cx = context(bench, somebody(Kind::Staff, None));
    let changed = std::sync::Mutex::new(Vec::new());
    let at = &changed;
    cx.kept(name.to_owned(), |before: Option<platform::kept::Before<u64>>| async move {
        worked.fetch_add(1, Ordering::SeqCst);
        let changes = before.map(|before| before.changes).unwrap_or_default();
        *at.lock().expect("no panic") = changes.into_iter().map(|change| change.subject_key).collect();
        Ok(Arc::new(7))
    })
    .await
    .expect("a sum");
    changed.into_inner().expect("no panic")
}

async fn change(db: &Db, key: &str) {
    change_of(db, "thing", key).await;
}

async fn change_of(db: &Db, kind: &'static str, key: &str) {
    let subject = Subject { kind, key: key.to_owned(), title: key.to_owned(), href: String::new() };
    let (engine, subject) = (db.engine(), &subject);
    db.write(async |tx| audit::record(tx, engine, morning(), &Actor::Process("a test"), "changed", subject, "").await)
        .await
        .expect("an event");
}

#[tokio::test]
async fn an_answer_holds_until_a_change_is_recorded_in_any_instance() {
    in_a_bare_house(async |bench| {
        let other = beside(&bench, House::new(vec![]), nobody()).await;
        let worked = AtomicUsize::new(0);
        let times = || worked.swap(0, Ordering::SeqCst);
        change(&bench.app.db, "before").await;
        assert_eq!(ask(&bench, "sum", &worked).await, Vec::<String>::new(), "what was before is no change");
        ask(&bench, "sum", &worked).await;
        assert_eq!(times(), 1, "the second was kept");
        ask(&bench, "another", &worked).await;
        assert_eq!(times(), 1, "another name is another answer");
        change(&other.app.db, "a").await;
        change(&bench.app.db, "b").await;
        assert_eq!(ask(&bench, "sum", &worked).await, ["a", "b"], "the other instance's change is seen");
        ask(&bench, "sum", &worked).await;
        assert_eq!(times(), 1);
        ask(&other, "sum", &worked).await;
        assert_eq!(times(), 1, "each instance keeps its own");
    })
    .await;
}

#[tokio::test]
async fn what_a_room_keeps_apart_is_no_change() {
    let house = || House::new(vec![Room { name: "a room", apart: vec!["aside"], ..Room::default() }]);
    on_both(morning(), house, nobody, async |bench| {
        let worked = AtomicUsize::new(0);
        change(&bench.app.db, "before").await;
        ask(&bench, "sum", &worked).await;
        change_of(&bench.app.db, "aside", "a").await;
        change(&bench.app.db, "b").await;
        assert_eq!(ask(&bench, "sum", &worked).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_asked_for_longest_makes_room() {
    in_a_bare_house(async |bench| {
        let worked = AtomicUsize::new(0);
        let times = || worked.swap(0, Ordering::SeqCst);
        for number in 0..4 {
            ask(&bench, &number.to_string(), &worked).await;
        }
        ask(&bench, "0", &worked).await;
        assert_eq!(times(), 4, "all of them are kept");
        ask(&bench, "one more", &worked).await;
        ask(&bench, "0", &worked).await;
        assert_eq!(times(), 1, "it was asked for lately");
        ask(&bench, "1", &worked).await;
        assert_eq!(times(), 1, "it was let go");
    })
    .await;
}

#[tokio::test]
async fn after_very_many_changes_it_begins_anew() {
    in_a_bare_house(async |bench| {
        let worked = AtomicUsize::new(0);
        ask(&bench, "sum", &worked).await;
        for number in 0..400 {
            change(&bench.app.db, &number.to_string()).await;
        }
        assert_eq!(ask(&bench, "sum", &worked).await.len(), 400);
        for number in 0..401 {
            change(&bench.app.db, &number.to_string()).await;
        }
        assert!(ask(&bench, "sum", &worked).await.is_empty(), "it gets no answer of before");
        assert_eq!(worked.load(Ordering::SeqCst), 3);
    })
    .await;
}
