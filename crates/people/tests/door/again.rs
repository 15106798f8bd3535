//! What opens doors or closes them asks again after ten minutes, and loses nothing that was typed.

use axum::http::Method;
use chrono::TimeDelta;
use platform::{
    db,
    testing::{Bench, Visitor, on_both},
};

use super::{
    GOOD, PEOPLE, choose_password,
    factor::{TEAMS, code, set_up},
    house, identity, now, sessions, sign_in, take,
};

const SEATS: &str = "person,team,role,from,to,supervisor\nada@example.org,all,chief-of-programs,2019-08-19,,\n";
const LEAVING: [(&str, &str); 3] = [("last_day", "2026-10-05"), ("version", "1"), ("_csrf", "the old word")];

async fn ada(bench: &Bench) -> Visitor {
    take(bench, "people", PEOPLE).await.expect("a table");
    take(bench, "teams", TEAMS).await.expect("a table");
    take(bench, "memberships", SEATS).await.expect("a table");
    choose_password(bench, "ada@example.org", GOOD).await.0
}

async fn has_left(bench: &Bench) -> bool {
    let sql = "select count(*) from person where slug = 'pia-sorel' and kind = 'alumnus'";
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a count") == Some(1)
}

#[tokio::test]
async fn a_departure_waits_for_the_password_and_keeps_what_was_typed() {
    on_both(now(), house, identity, async |bench| {
        let mut ada = ada(&bench).await;
        bench.app.clock.advance(TimeDelta::minutes(10) + TimeDelta::seconds(1));
        assert_eq!(ada.get("/people/pia-sorel/departure").await.status, 200, "looking asks for nothing");
        let asked = ada.post("/people/pia-sorel/departure", &LEAVING).await;
        assert_eq!(asked.status, 303);
        let again = asked.location().to_owned();
        assert!(again.starts_with("/sign-in/again?kept="), "{again}");
        assert!(!has_left(&bench).await);
        let kept = again.split('=').nth(1).expect("a word").to_owned();
        assert!(ada.get(&again).await.text().contains("What you typed waits for you"));
        let unproved = ada.get(&format!("/sign-in/again/{kept}")).await;
        assert!(unproved.location().starts_with("/sign-in/again?to="), "{}", unproved.location());

        let wrong = ada.post("/sign-in/again", &[("kept", &kept), ("password", "wrong")]).await;
        assert_eq!(wrong.status, 422);
        let before = ada.clone();
        let proved = ada.post("/sign-in/again", &[("kept", &kept), ("password", GOOD)]).await;
        assert_eq!(proved.location(), format!("/sign-in/again/{kept}"));
        assert_ne!(ada.cookie("everbetter"), before.cookie("everbetter"), "a new token");
        assert_eq!(before.clone().get("/people").await.location(), "/sign-in?back=%2Fpeople", "the one before is dead");
        let page = ada.get(proved.location()).await;
        assert!(page.body.contains("action=\"/people/pia-sorel/departure\""), "{}", page.body);
        assert!(page.body.contains("name=\"last_day\" value=\"2026-10-05\"") && !page.body.contains("the old word"));
        let (mut other, _) = sign_in(&bench, "ada@example.org", GOOD).await;
        assert_eq!(other.get(&format!("/sign-in/again/{kept}")).await.status, 200, "her own, also elsewhere");
        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        assert_eq!(mo.get(&format!("/sign-in/again/{kept}")).await.status, 404, "nobody else's");

        assert_eq!(ada.post("/people/pia-sorel/departure", &LEAVING[..2]).await.location(), "/people/pia-sorel");
        assert!(has_left(&bench).await);
    })
    .await;
}

#[tokio::test]
async fn with_a_second_factor_its_code_is_asked_for_and_not_the_password() {
    on_both(now(), house, identity, async |bench| {
        let mut ada = ada(&bench).await;
        let (seed, _) = set_up(&bench, &mut ada, "ada-byrne").await;
        bench.app.clock.advance(TimeDelta::minutes(11));
        let off = ada.post("/people/ada-byrne/second-factor/removal", &[]).await;
        let kept = off.location().strip_prefix("/sign-in/again?kept=").expect("asked again").to_owned();
        assert_eq!(ada.post("/sign-in/again", &[("kept", &kept), ("password", GOOD)]).await.status, 422);
        let shown = code(&seed, bench.app.clock.now());
        assert_eq!(ada.post("/sign-in/again", &[("kept", &kept), ("code", &shown)]).await.status, 303);
        for _ in 0..6 {
            ada.post("/sign-in/again", &[("code", "1")]).await;
        }
        assert_eq!(ada.post("/sign-in/again", &[("code", "1")]).await.status, 429, "guessing is stopped");
    })
    .await;
}

#[tokio::test]
async fn every_act_that_opens_or_closes_a_door_asks_and_no_token_does_it() {
    on_both(now(), house, identity, async |bench| {
        let mut ada = ada(&bench).await;
        let token = people::setup::make_token(&bench.app, "ada@example.org", "a script").await.expect("a token");
        let mut script = Visitor::with_token(&bench, &token);
        bench.app.clock.advance(TimeDelta::minutes(11));
        for (path, by_token) in [
            ("/people/ada-byrne/tokens", 403),
            ("/people/ada-byrne/second-factor", 403),
            ("/people/ada-byrne/second-factor/codes", 403),
            ("/people/ada-byrne/second-factor/removal", 403),
            ("/people/new", 403),
            ("/people/pia-sorel/invitation/another-letter", 403),
            ("/people/pia-sorel/departure", 403),
            ("/people/pia-sorel/return", 403),
        ] {
            let asked = ada.post(path, &[("name", "x")]).await;
            assert!(asked.location().starts_with("/sign-in/again?kept="), "{path}: {} {}", asked.status, asked.location());
            let part = ada.post_part(path, &[("name", "x")]).await;
            assert!(part.headers["hx-redirect"].to_str().expect("text").starts_with("/sign-in/again?kept="), "{path}");
            let refused = script.send(Method::POST, path, &[("accept", "application/json")], Some(&[("name", "x")])).await;
            assert_eq!(refused.status, by_token, "{path} by a token");
        }
        let lost = ada.send(Method::POST, "/people/new", &[("origin", "http://everbetter.test")], None).await;
        assert_eq!(lost.location(), "/sign-in/again?to=%2F&lost=1", "what is no form can't be kept, and is said to be lost");
    })
    .await;
}

#[tokio::test]
async fn a_session_is_renewed_ended_one_by_one_and_all_at_once() {
    on_both(now(), house, identity, async |bench| {
        let mut ada = ada(&bench).await;
        let first = ada.cookie("everbetter").expect("a session").to_owned();
        let hashes = "select count(*) from session where token_hash = $1";
        let raw = db::scalar::<i64>(bench.app.db.read(), hashes, vec![first.as_bytes().to_vec().into()]).await;
        assert_eq!(raw.expect("a count"), Some(0), "the token itself is kept nowhere");
        ada.post("/sign-in", &[("email", "ada@example.org"), ("password", GOOD)]).await;
        assert_ne!(ada.cookie("everbetter"), Some(first.as_str()), "renewed at the sign-in");
        assert_eq!(Visitor::with_session(&bench, &first).get("/sign-in").await.status, 200, "the one before is dead");

        let (mut second, _) = sign_in(&bench, "ada@example.org", GOOD).await;
        let (mut third, _) = sign_in(&bench, "ada@example.org", GOOD).await;
        let page = ada.get("/people/ada-byrne/sessions").await;
        let closures: Vec<_> = page.body.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let one = closures.iter().find(|path| path.len() > 60).expect("a place to end").to_string();
        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        assert_eq!(mo.post(&one, &[]).await.status, 404, "not Mo's to end");
        assert_eq!(mo.post(&one.replace("ada-byrne", "mo-larsen"), &[]).await.status, 404);
        assert_eq!(ada.post(&one, &[]).await.status, 303);
        let open = async |visitor: &mut Visitor| visitor.get("/sign-in").await.status == 303;
        assert_eq!(usize::from(open(&mut second).await) + usize::from(open(&mut third).await), 1, "one of the two is out");
        ada.post("/people/ada-byrne/sessions/closure", &[]).await;
        assert!(!open(&mut second).await && !open(&mut third).await && open(&mut ada).await);
        let token = ada.cookie("everbetter").expect("a session").to_owned();
        ada.post("/sign-out", &[]).await;
        assert_eq!(Visitor::with_session(&bench, &token).get("/sign-in").await.status, 200, "signing out kills it on the server");
        assert_eq!(sessions(&bench).await, 1, "Mo's");
    })
    .await;
}
