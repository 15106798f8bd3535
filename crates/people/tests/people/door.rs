//! Coming in and staying in.

use chrono::TimeDelta;
use platform::{
    audit,
    testing::{Visitor, on_both},
};

use crate::world::{ADA, IVO, PASSWORD, PRIYA, count, house, link_to, local, now, settle, signed_in};

async fn knock(visitor: &mut Visitor, email: &str, password: &str) -> u16 {
    visitor.post("/sign-in", &[("email", email), ("password", password)]).await.status.as_u16()
}

#[tokio::test]
async fn the_right_password_opens_and_a_wrong_one_does_not() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        signed_in(&bench, ADA).await;
        let mut ada = Visitor::new(&bench);
        assert_eq!(ada.get("/people").await.location(), "/sign-in?back=%2Fpeople");
        assert_eq!(knock(&mut ada, ADA, "slow green kettle sings").await, 422);
        assert_eq!(knock(&mut ada, "nobody@example.org", PASSWORD).await, 422);
        assert_ne!(ada.get("/people").await.status, 200);
        let reply =
            ada.post("/sign-in", &[("email", " Ada.Byrne@example.org "), ("password", PASSWORD), ("back", "/people")]).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/people"));
        assert_eq!(ada.get("/people").await.status, 200);
        let reply = ada.post("/sign-out", &[]).await;
        assert_eq!(reply.location(), "/sign-in");
        assert_ne!(ada.get("/people").await.status, 200);
        assert!(audit::verify(&bench.app.db).await.expect("the log").is_ok());
    })
    .await;
}

#[tokio::test]
async fn after_ten_wrong_tries_even_the_right_password_waits() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        signed_in(&bench, ADA).await;
        let mut ada = Visitor::new(&bench);
        for _ in 0..10 {
            assert_eq!(knock(&mut ada, ADA, "not it, not it").await, 422);
        }
        let reply = ada.post("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await;
        assert!(reply.status == 422 && reply.text().contains("15 minutes"), "{}", reply.text());
        bench.app.clock.advance(TimeDelta::minutes(16));
        assert_eq!(knock(&mut ada, ADA, PASSWORD).await, 303);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_idle_and_in_any_case() {
    on_both(now(), house, people::identity, async |bench| {
        settle(&bench).await;
        let (mut idle, mut busy) = (signed_in(&bench, ADA).await, signed_in(&bench, IVO).await);
        bench.app.clock.advance(TimeDelta::hours(71));
        assert_eq!(busy.get("/people").await.status, 200);
        bench.app.clock.advance(TimeDelta::hours(2));
        assert_ne!(idle.get("/people").await.status, 200, "72 hours without a visit");
        for _ in 0..9 {
            assert_eq!(busy.get("/people").await.status, 200);
            bench.app.clock.advance(TimeDelta::hours(70));
        }
        assert!(bench.app.clock.now() < now() + TimeDelta::days(30));
        assert_eq!(busy.get("/people").await.status, 200);
        bench.app.clock.advance(TimeDelta::hours(60));
        assert!(bench.app.clock.now() > now() + TimeDelta::days(30));
        assert_ne!(busy.get("/people").await.status, 200, "30 days");
    })
    .await;
}

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
        assert_eq!(odile.post(local(&again), &[("password", PASSWORD)]).await.status, 303);
        assert_eq!(odile.get("/teams/new").await.status, 200);
        assert!(people::setup::new_password_link(&bench.app, "nobody@example.org").await.is_err());
        assert!(people::setup::make_token(&bench.app, "odile@example.org", " ").await.is_err());
    })
    .await;
}
