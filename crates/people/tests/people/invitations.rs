//! Being asked in, and what commands on the server do.

use chrono::TimeDelta;
use platform::testing::{Visitor, on_both};

use crate::world::{ADA, IVO, PASSWORD, PRIYA, count, house, link_to, local, now, settle, signed_in};

#[tokio::test]
async fn an_invitation_is_taken_up_once() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ada = signed_in(&bench, ADA).await;
        let new = [
            ("name", "Noor Haddad"),
            ("email", "Noor.Haddad@example.org"),
            ("kind", "staff"),
            ("title", "Improvement partner"),
            ("team", "lakes"),
            ("role", "implementer"),
            ("supervisor", "salma.idrissi@example.org"),
        ];
        let reply = ada.post("/people/new", &new).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/people/invitations"), "{}", reply.text());
        let list = ada.get("/people/invitations").await.text();
        assert!(list.contains("Noor Haddad") && list.contains("24 November") && list.contains("Ada Byrne"), "{list}");
        let link = link_to(&bench, "noor.haddad@example.org").await.expect("a letter");
        let mut noor = Visitor::new(&bench);
        assert!(noor.get(local(&link)).await.text().contains("Welcome, Noor Haddad"));
        assert_eq!(noor.post(local(&link), &[("password", "noor haddad")]).await.status, 422);
        assert_eq!(noor.post(local(&link), &[("password", PASSWORD)]).await.status, 303);
        assert!(noor.get("/teams/lakes").await.text().contains("Noor Haddad"));
        let mut thief = Visitor::new(&bench);
        assert_eq!(thief.get(local(&link)).await.status, 404);
        assert_eq!(thief.post(local(&link), &[("password", "another one entirely")]).await.status, 404);
        assert!(!ada.get("/people/invitations").await.text().contains("Noor Haddad"));
    })
    .await;
}

#[tokio::test]
async fn another_letter_ends_the_one_before_and_a_withdrawal_ends_all() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut ada = signed_in(&bench, ADA).await;
        assert_eq!(ada.post("/people/new", &[("name", "Priya"), ("email", PRIYA), ("kind", "staff")]).await.status, 303);
        assert_eq!(count(&bench, "select count(*) from person where email = 'priya.nair@example.org'").await, 1);
        let first = link_to(&bench, PRIYA).await.expect("a letter");
        bench.app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(ada.post("/people/priya-nair/invitation/another-letter", &[]).await.status, 303);
        let second = link_to(&bench, PRIYA).await.expect("another letter");
        assert_ne!(first, second);
        let mut priya = Visitor::new(&bench);
        assert_eq!(priya.get(local(&first)).await.status, 404);
        assert_eq!(priya.get(local(&second)).await.status, 200);
        assert_eq!(ada.post("/people/priya-nair/invitation/withdrawal", &[]).await.status, 303);
        assert_eq!(priya.get(local(&second)).await.status, 404);
        assert_eq!(ada.post("/people/priya-nair/invitation/withdrawal", &[]).await.status, 404);
        let mut ivo = signed_in(&bench, IVO).await;
        assert_eq!(ivo.get("/people/new").await.status, 403);
        assert_eq!(ivo.post("/people/priya-nair/invitation/another-letter", &[]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_tells_nobody_who_is_here() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let mut somebody = Visitor::new(&bench);
        let known = somebody.post("/sign-in/help", &[("email", ADA)]).await;
        let unknown = somebody.post("/sign-in/help", &[("email", "xyz.abcde@example.org")]).await;
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.text().replace(ADA, "X"), unknown.text().replace("xyz.abcde@example.org", "X"));
        assert!(link_to(&bench, ADA).await.is_none(), "a job looks who it is");
        platform::jobs::drain(&bench.app).await.expect("the job");
        assert!(link_to(&bench, ADA).await.is_some());
        assert!(link_to(&bench, "xyz.abcde").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn commands_on_the_server_let_an_operator_in() {
    on_both(now(), house, people::identity, async |bench| {
        let link = people::setup::add_operator(&bench.app, "Odile Perrin", "odile@example.org").await.expect("a link");
        let again = people::setup::add_operator(&bench.app, "Odile Perrin", "odile@example.org").await.expect("a link");
        assert_eq!(count(&bench, "select count(*) from membership where role = 'operator'").await, 1);
        assert_eq!(count(&bench, "select count(*) from team where slug = 'everybody'").await, 1);
        let mut odile = Visitor::new(&bench);
        assert_eq!(odile.get(local(&link)).await.status, 404, "the earlier link has ended");
        let inside = odile.post(local(&again), &[("password", PASSWORD)]).await;
        assert_eq!(inside.location(), "/people/odile-perrin/second-factor");
        assert_eq!(odile.get("/teams/new").await.status, 403, "the role gives nothing before the second factor");
        assert!(people::setup::new_password_link(&bench.app, "nobody@example.org").await.is_err());
        assert!(people::setup::make_token(&bench.app, "odile@example.org", " ").await.is_err());
    })
    .await;
}
