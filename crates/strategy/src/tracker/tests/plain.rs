//! Before a framework is published, and when nothing is due: pages say what belongs there.

use axum::http::StatusCode;
use platform::testing::on_both;

use super::{door, furnish, house, in_the_world, visitor};

#[tokio::test]
async fn before_a_framework_is_published_pages_say_so() {
    let now = "2021-10-06T14:00:00Z".parse().expect("an instant");
    on_both(now, house, door, async |bench| {
        super::support_models(&bench.app.db).await;
        furnish(&bench.app.db).await;
        let mut ada = visitor(&bench, "ada");
        let grid = ada.get("/partnerships/linden/tracker").await;
        assert_eq!(grid.status, StatusCode::OK);
        assert!(grid.text().contains("There are no practices to track yet"));
        let due = ada.get("/due").await.text();
        assert!(due.contains("Practices show here once a framework is published."), "{due}");
        assert_eq!(ada.get("/partnerships/linden/tracker/bulk").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn when_nothing_is_due_pages_say_what_comes() {
    in_the_world(async |bench| {
        bench.app.clock.advance(-chrono::Duration::days(66));
        let mut ada = visitor(&bench, "ada");
        let bulk = ada.get("/partnerships/linden/tracker/bulk").await;
        assert_eq!(bulk.status, StatusCode::OK);
        let grid = ada.get("/partnerships/linden/tracker").await.text();
        assert!(grid.contains("Nothing due yet Nothing has been due yet this school year."), "{grid}");
    })
    .await;
}
