//! Whoever's way in changes gets a letter, and an operator can sign somebody out.

use chrono::TimeDelta;
use platform::{
    db,
    testing::{Bench, Visitor, on_both},
};

use super::{
    GOOD, PEOPLE, choose_password,
    factor::{SEATS, TEAMS, set_up},
    house, identity, now, sign_in, take,
};

/// How many letters to an address hold these words.
async fn letters(bench: &Bench, to: &str, words: &str) -> usize {
    let sql = "select payload from job where kind = 'mail'";
    let rows = db::rows::<Row>(bench.app.db.read(), sql, vec![]).await.expect("letters");
    let letters = rows.iter().map(|row| serde_json::from_str::<serde_json::Value>(&row.payload).expect("JSON"));
    letters.filter(|letter| letter["to"] == to && letter["text"].as_str().is_some_and(|text| text.contains(words))).count()
}

#[derive(platform::db::FromQueryResult)]
struct Row {
    payload: String,
}

#[tokio::test]
async fn each_change_of_a_way_in_is_told_by_letter() {
    on_both(now() - TimeDelta::days(30), house, identity, async |bench| {
        for (kind, text) in [("people", PEOPLE), ("teams", TEAMS), ("memberships", SEATS)] {
            take(&bench, kind, text).await.expect("a table");
        }
        let link = people::setup::add_operator(&bench.app, "Mo Larsen", "mo@example.org").await.expect("a link");
        let joining = link.strip_prefix("http://everbetter.test").expect("our own address").to_owned();
        let mut mo = Visitor::new(&bench);
        assert_eq!(mo.post(&joining, &[("password", GOOD)]).await.status, 303);
        assert_eq!(letters(&bench, "mo@example.org", "").await, 0, "who comes in for the first time knows of it");

        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let told = async |words: &str| letters(&bench, "ada@example.org", words).await;
        assert_eq!(told("chose a new password through a letter").await, 1);
        assert_eq!((told("/sign-in/help").await, told(GOOD).await), (1, 0), "what to do, and no secret");
        let new = "a kettle walks by the lake";
        ada.post("/people/ada-byrne/password", &[("now", "wrong"), ("password", new)]).await;
        assert_eq!(told("changed your password").await, 0, "nothing changed");
        assert_eq!(ada.post("/people/ada-byrne/password", &[("now", GOOD), ("password", new)]).await.status, 303);
        assert_eq!(told("changed your password").await, 1);
        set_up(&bench, &mut ada, "ada-byrne").await;
        assert_eq!(told("turned on a second factor").await, 1);
        assert_eq!(ada.post("/people/ada-byrne/second-factor/codes", &[]).await.status, 200);
        assert_eq!(told("made new recovery codes").await, 1);
        assert_eq!(ada.post("/people/ada-byrne/tokens", &[("name", "a script"), ("term", "30")]).await.status, 200);
        assert_eq!(told("made a token").await, 1);
        assert_eq!(ada.post("/people/ada-byrne/second-factor/removal", &[]).await.status, 303);
        assert_eq!(told("turned off the second factor").await, 1);

        set_up(&bench, &mut mo, "mo-larsen").await;
        let fields = [
            ("name", "Ada Byrne"),
            ("email", "ada.b@example.org"),
            ("kind", "staff"),
            ("started_on", "2019-08-19"),
            ("version", "1"),
        ];
        let moved = mo.post("/people/ada-byrne/edit", &fields).await;
        assert_eq!(moved.status, 303, "{}", moved.text());
        assert_eq!(told("changed the address by which we know you").await, 1, "to the address of before");
    })
    .await;
}

#[tokio::test]
async fn an_operator_signs_somebody_out_everywhere() {
    on_both(now() - TimeDelta::days(30), house, identity, async |bench| {
        for (kind, text) in [("people", PEOPLE), ("teams", TEAMS), ("memberships", SEATS)] {
            take(&bench, kind, text).await.expect("a table");
        }
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let (mut elsewhere, _) = sign_in(&bench, "ada@example.org", GOOD).await;
        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        set_up(&bench, &mut mo, "mo-larsen").await;
        let is_in = async |who: &mut Visitor| who.get("/sign-in").await.status == 303;

        assert_eq!(ada.post("/people/mo-larsen/sessions/reset", &[]).await.status, 403, "not Ada's to do");
        assert_eq!(mo.post("/people/mo-larsen/sessions/reset", &[]).await.status, 403, "one's own are ended on one's own page");
        assert!(mo.get("/people/ada-byrne").await.text().contains("Sign Ada out everywhere"));
        assert!(!ada.get("/people/pia-sorel").await.text().contains("out everywhere"));
        assert_eq!(mo.post("/people/ada-byrne/sessions/reset", &[]).await.location(), "/people/ada-byrne");
        assert!(!is_in(&mut ada).await && !is_in(&mut elsewhere).await && is_in(&mut mo).await);
        assert_eq!(letters(&bench, "ada@example.org", "Mo Larsen signed you out").await, 1);
        assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.status, 303, "the password still opens");
        let events = "select count(*) from audit_event where action = 'signed out everywhere' and actor = 'Mo Larsen'";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), events, vec![]).await.expect("a count"), Some(1));

        bench.app.clock.advance(TimeDelta::minutes(11));
        let asked = mo.post("/people/ada-byrne/sessions/reset", &[]).await;
        assert!(asked.location().starts_with("/sign-in/again?kept="), "it asks again");
    })
    .await;
}
