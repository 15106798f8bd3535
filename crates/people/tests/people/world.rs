//! A small world: two teams, a chief, a director, a supervisor, an implementer, a principal at a partner site, an alumnus.

use chrono::{DateTime, Utc};
use platform::{
    audit::Actor,
    db,
    import::{self, Mode, Tally},
    room::House,
    secret,
    testing::{Bench, Visitor},
};

pub const ADA: &str = "ada.byrne@example.org";
pub const DARIO: &str = "dario.conti@example.org";
pub const SALMA: &str = "salma.idrissi@example.org";
pub const IVO: &str = "ivo.novak@example.org";
pub const PRIYA: &str = "priya.nair@example.org";
pub const OLLE: &str = "olle.berg@example.org";
pub const PASSWORD: &str = "slow green kettle hums";

pub const PEOPLE: &str = "\
person,name,kind,title,site,started,ended,glad_to_be_asked_about
ada.byrne@example.org,Ada Byrne,staff,Chief of programs,,2015-02-02,,
dario.conti@example.org,Darío Conti,staff,Director,,2016-08-15,,
salma.idrissi@example.org,Salma Idrissi,staff,Supervising partner,,2018-08-01,,2.2.3;3.1.5
ivo.novak@example.org,Ivo Novák,staff,Improvement partner,,2026-10-12,,
priya.nair@example.org,Priya Nair,partner,Principal,linden-grove,2024-08-01,,
olle.berg@example.org,Olle Berg,alumnus,Improvement partner,,2014-01-01,2020-06-30,
";

pub const TEAMS: &str = "\
team,name,kind,parent,purpose
all,Lanternfield,organisation,,Everybody
lakes,Lakes team,region,all,Partnerships around the northern lakes
coastal,Coastal team,region,all,Partnerships by the sea
";

pub const MEMBERSHIPS: &str = "\
person,team,role,from,to,supervisor
ada.byrne@example.org,all,chief-of-programs,2015-02-02,,
dario.conti@example.org,lakes,director,2016-08-15,,ada.byrne@example.org
salma.idrissi@example.org,lakes,implementer,2018-08-01,2022-07-31,dario.conti@example.org
salma.idrissi@example.org,lakes,supervisor,2022-08-01,,dario.conti@example.org
ivo.novak@example.org,lakes,implementer,2026-10-12,,salma.idrissi@example.org
olle.berg@example.org,lakes,implementer,2014-01-01,2020-06-30,
";

pub fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().expect("an instant")
}

pub fn house() -> House {
    House::new(vec![people::room()])
}

/// Takes a text in as a file of this kind.
pub async fn take(bench: &Bench, kind: &str, text: &str) -> Tally {
    let kind = bench.app.house.import_kind(kind).expect("the kind");
    let source =
        import::read(kind, &format!("{}.csv", kind.name), text.as_bytes()).unwrap_or_else(|refused| panic!("{refused:?}"));
    import::take(&bench.app, kind, &[source], &Actor::Process("a test"), Mode::Take).await.expect("an import")
}

/// Everybody moves in.
pub async fn settle(bench: &Bench) {
    for (kind, text) in [("people", PEOPLE), ("teams", TEAMS), ("memberships", MEMBERSHIPS)] {
        let tally = take(bench, kind, text).await;
        assert!(tally.is_clean(), "{:?}", tally.refused);
    }
}

/// Somebody who is signed in.
pub async fn visitor(bench: &Bench, email: &str) -> Visitor {
    let (token, now) = (secret::new_token(), bench.app.clock.now());
    let ends = now + chrono::TimeDelta::days(1);
    let row = async |tx: &db::Tx| {
        db::exec(
            &**tx,
            "insert into session (token_hash, person_id, created_at, seen_at, ends_at, idle_ends_at, idle_seconds, agent)
             select $1, id, $2, $3, $4, $5, 86400, 'a test' from person where email = $6",
            vec![secret::token_hash(&token).into(), now.into(), now.into(), ends.into(), ends.into(), email.into()],
        )
        .await
    };
    bench.app.db.write(async |tx| row(tx).await).await.expect("a session");
    Visitor::with_session(bench, &token)
}

/// Somebody who chose the password and is signed in.
pub async fn signed_in(bench: &Bench, email: &str) -> Visitor {
    let link = people::setup::new_password_link(&bench.app, email).await.expect("a link");
    let mut visitor = Visitor::new(bench);
    let reply = visitor.post(local(&link), &[("password", PASSWORD)]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    visitor
}

/// A link's address on this server.
pub fn local(link: &str) -> &str {
    link.strip_prefix("http://everbetter.test").expect("a link to us")
}

/// The first number that a query answers.
pub async fn count(bench: &Bench, sql: &str) -> i64 {
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a count").unwrap_or(0)
}

/// The link in the latest letter to an address.
pub async fn link_to(bench: &Bench, email: &str) -> Option<String> {
    let sql = "select payload from job where kind = 'mail' order by id desc";
    let letters = db::rows::<Letter>(bench.app.db.read(), sql, vec![]).await.expect("letters");
    let letter = letters.into_iter().find(|letter| letter.payload.contains(email))?;
    let start = letter.payload.find("http://everbetter.test/invitations/")?;
    let link: String = letter.payload[start..].chars().take_while(|c| !c.is_whitespace() && *c != '\\' && *c != '"').collect();
    Some(link)
}

#[derive(platform::db::FromQueryResult)]
struct Letter {
    payload: String,
}
