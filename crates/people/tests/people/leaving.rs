//! Leaving, and coming back.

use platform::testing::{Visitor, on_both};

use crate::world::{ADA, DARIO, IVO, PASSWORD, SALMA, count, house, now, settle, signed_in, visitor};

#[tokio::test]
async fn a_departure_ends_sessions_tokens_and_memberships_in_one_step() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let (mut salma, mut program) = (signed_in(&bench, SALMA).await, visitor(&bench, SALMA).await);
        let (mut dario, mut ivo) = (visitor(&bench, DARIO).await, visitor(&bench, IVO).await);
        let way = "/people/salma-idrissi/departure";
        assert_eq!(ivo.get(way).await.status, 403);
        assert_eq!(salma.get(way).await.status, 403, "nobody lets themselves go");
        assert!(dario.get(way).await.text().contains("Who supervises Ivo Novák from then on?"));
        let later = dario.post(way, &[("last_day", "2026-12-24"), ("version", "1")]).await;
        assert!(later.status == 422 && later.text().contains("still to come"));
        assert_eq!(program.get("/people").await.status, 200);
        assert_eq!(dario.post(way, &[("last_day", "2026-11-20"), ("version", "1")]).await.status, 303);
        assert_ne!(salma.get("/people/salma-idrissi").await.status, 200);
        assert_ne!(program.get("/people/salma-idrissi").await.status, 200);
        let open = "select count(*) from membership m join person p on p.id = m.person_id
                    where p.slug = 'salma-idrissi' and (m.to_on is null or m.to_on > '2026-11-20')";
        assert_eq!(count(&bench, open).await, 0);
        assert_eq!(count(&bench, "select count(*) from membership where to_on = '2022-07-31'").await, 1, "the past stays");
        assert_eq!(salma.post("/sign-in", &[("email", SALMA), ("password", PASSWORD)]).await.status, 303);
        assert_eq!(salma.get("/people").await.status, 403, "an alumna now");
        assert!(dario.get("/teams/lakes").await.text().contains("Were here"));
        // No team of hers is left, so the chief takes her back.
        let mut ada = visitor(&bench, ADA).await;
        assert!(ada.get("/people/salma-idrissi").await.text().contains("Welcome Salma back"));
        assert_eq!(ada.post("/people/salma-idrissi/return", &[("version", "1")]).await.status, 409);
        assert_eq!(ada.post("/people/salma-idrissi/return", &[("version", "2")]).await.status, 303);
        assert_eq!(salma.get("/people").await.status, 200);
        assert_eq!(count(&bench, open).await, 0, "memberships stay ended");
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_back_is_what_they_were() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ada = visitor(&bench, ADA).await;
        assert_eq!(ada.post("/people/priya-nair/departure", &[("last_day", "2026-11-24"), ("version", "1")]).await.status, 303);
        assert_eq!(ada.post("/people/priya-nair/return", &[("version", "2")]).await.status, 303);
        assert_eq!(count(&bench, "select count(*) from person where slug = 'priya-nair' and kind = 'partner'").await, 1);
        let again = Visitor::new(&bench).get("/people/priya-nair").await;
        assert_ne!(again.status, 200);
    })
    .await;
}
