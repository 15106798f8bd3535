//! Teams and who sits in them.

use platform::testing::on_both;

use crate::world::{ADA, DARIO, IVO, SALMA, count, house, now, settle, visitor};

#[tokio::test]
async fn a_team_says_who_sits_there_who_is_new_and_who_was_here() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ivo = visitor(&bench, IVO).await;
        let list = ivo.get("/teams").await.text();
        assert!(
            list.contains("Lakes team Regional team 3 people") && list.contains("Coastal team Regional team Nobody today"),
            "{list}"
        );
        let page = ivo.get("/teams/lakes").await.text();
        assert!(page.contains("Ivo Novák Improvement partner 12 October Salma Idrissi"), "{page}");
        assert!(page.contains("Olle Berg Improvement partner, January 2014 to June 2020"), "{page}");
        assert_eq!(ivo.get("/teams/moon").await.status, 404);
        assert_eq!(ivo.get("/teams/lakes/edit").await.status, 403);
        let person = ivo.get("/people/salma-idrissi").await.text();
        assert!(
            person.contains("Improvement partner, August 2018 to July 2022; Supervising partner since August 2022"),
            "{person}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_membership_begins_changes_and_ends_but_never_goes() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let (mut ada, mut dario) = (visitor(&bench, ADA).await, visitor(&bench, DARIO).await);
        let way = "/teams/coastal/memberships";
        let seat = [("person", IVO), ("role", "Improvement partner"), ("from_on", "2026-11-01"), ("supervisor", SALMA)];
        assert_eq!(dario.post(way, &seat).await.status, 403, "not his team");
        assert_eq!(ada.post(way, &seat).await.status, 303);
        let twice = ada.post(way, &seat).await;
        assert!(twice.status == 422 && twice.text().contains("already"));
        let chief = [("person", IVO), ("role", "chief-of-programs"), ("from_on", "2026-11-01")];
        let reply = dario.post("/teams/lakes/memberships", &chief).await;
        assert!(reply.status == 422 && reply.text().contains("reaches further"), "{}", reply.text());
        let page = ada.get("/teams/coastal").await.body;
        let start = page.find("/teams/coastal/memberships/").expect("a way to change it");
        let way = page[start..].split('"').next().expect("its end").to_owned();
        let wrong = [("from_on", "2026-11-01"), ("to_on", "2026-10-01"), ("version", "1")];
        assert_eq!(ada.post(&way, &wrong).await.status, 422);
        let end = [("from_on", "2026-11-01"), ("to_on", "2026-11-20"), ("supervisor", IVO), ("version", "1")];
        assert!(ada.post(&way, &end).await.text().contains("Nobody supervises themselves"));
        let end = [("from_on", "2026-11-01"), ("to_on", "2026-11-20"), ("supervisor", ""), ("version", "1")];
        assert_eq!(ada.post(&way, &end).await.status, 303);
        let stale = ada.post(&way, &end).await;
        assert!(stale.status == 422 && stale.text().contains("ends on 20 November"), "{}", stale.text());
        assert!(ada.get("/teams/coastal").await.text().contains("Were here"));
        assert_eq!(count(&bench, "select count(*) from membership").await, 7);
    })
    .await;
}

#[tokio::test]
async fn a_team_is_made_changed_and_never_below_itself() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let (mut ada, mut dario) = (visitor(&bench, ADA).await, visitor(&bench, DARIO).await);
        assert_eq!(dario.get("/teams/new").await.status, 403);
        let new = [("name", "New"), ("purpose", "To find out"), ("kind", "working-group"), ("parent", "lakes")];
        assert_eq!(ada.post("/teams/new", &new).await.location(), "/teams/new-2", "our own address stays free");
        let loop_ = [("name", "Lakes team"), ("purpose", "Lakes"), ("kind", "region"), ("parent", "new-2"), ("version", "1")];
        let reply = dario.post("/teams/lakes/edit", &loop_).await;
        assert!(reply.status == 422 && reply.text().contains("belong to itself"), "{}", reply.text());
        let change = [("name", "Lakes team"), ("purpose", "All lakes"), ("kind", "region"), ("parent", "all"), ("version", "1")];
        assert_eq!(dario.post("/teams/lakes/edit", &change).await.status, 303);
        let stale = ada.post("/teams/lakes/edit", &change).await;
        assert!(stale.status == 422 && stale.text().contains("Stands there now All lakes"), "{}", stale.text());
        assert_eq!(count(&bench, "select count(*) from search_document where kind = 'team' and note = 'All lakes'").await, 1);
    })
    .await;
}
