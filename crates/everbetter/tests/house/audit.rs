use crate::world::{in_the_world, visitor};

#[tokio::test]
async fn the_log_tells_those_who_may_read_it_who_did_what() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let page = otto.get("/audit").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("files imported"), "{}", page.text());
        assert!(page.text().contains("tracker from tracker.csv"));
        assert_eq!(visitor(bench, "ada").get("/audit").await.status, 403);

        let file = otto.get("/audit/export/csv?kind=import").await;
        assert_eq!(file.status, 200);
        assert!(file.body.starts_with("number,at,who,did,kind,what,detail,hash\r\n"));
        assert_eq!(file.body.lines().count(), 26, "a header and twenty-five imports");
    })
    .await;
}

#[tokio::test]
async fn the_chain_holds_and_shows_tampering() {
    in_the_world(async |bench| {
        let events = platform::audit::verify(&bench.app.db).await.expect("a check").expect("an unbroken chain");
        assert_eq!(events, 25);
        let changed = bench
            .app
            .db
            .write(async |tx| platform::db::exec(&**tx, "update audit_event set detail = 'x' where seq = 3", vec![]).await)
            .await;
        assert!(changed.is_err(), "the database itself refuses to change an event");
        bench
            .app
            .db
            .write(async |tx| platform::db::exec(&**tx, "update audit_head set seq = 9 where only_row = 1", vec![]).await)
            .await
            .expect("the head can be moved");
        assert_eq!(platform::audit::verify(&bench.app.db).await.expect("a check"), Err(26));
    })
    .await;
}
