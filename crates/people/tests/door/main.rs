//! People at the door, on both databases: coming in, staying in, going out, and choosing a password.

mod again;
mod factor;
mod limits;
mod notices;
mod provider;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    access::Identify,
    app::Persona,
    audit::Actor,
    db::{self, Engine},
    import::{self, Mode},
    mail,
    room::{House, Room},
    testing::{Bench, Reply, Visitor, bench, on_both},
};

const PEOPLE: &str = "person,name,kind,title,site,started,ended,glad_to_be_asked_about\n\
    ada@example.org,Ada Byrne,staff,Improvement partner,,2019-08-19,,2.2.3;1.1.1\n\
    mo@example.org,Mo Larsen,staff,Improvement partner,,2019-08-19,2026-09-30,\n\
    pia@example.org,Pia Sorel,partner,Principal,alder,2020-08-20,,\n";
const GOOD: &str = "the lake is cold today";

fn now() -> DateTime<Utc> {
    "2026-10-06T09:00:00Z".parse().expect("an instant")
}

fn house() -> House {
    House::new(vec![people::room(), Room { name: "post", jobs: vec![mail::JOB], ..Room::default() }])
}

fn identity() -> Arc<dyn Identify> {
    people::identity()
}

async fn take(bench: &Bench, kind: &str, text: &str) -> Result<import::Tally, Vec<import::Refusal>> {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, "file.csv", text.as_bytes())?;
    let actor = Actor::Process("a test");
    Ok(import::take(&bench.app, kind, &[source], &actor, Mode::Take).await.expect("an import"))
}

/// The link in the newest letter.
fn link(bench: &Bench) -> String {
    let folder = bench.app.config.data.join("mail");
    let newest = std::fs::read_dir(folder)
        .expect("letters")
        .map(|entry| entry.expect("a letter").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .filter(|path| std::fs::read_to_string(path).is_ok_and(|text| text.contains("/invitations/")))
        .max_by_key(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).expect("a time"))
        .expect("a letter");
    let text = std::fs::read_to_string(newest).expect("a text").replace("=\r\n", "").replace("=3D", "=");
    let start = text.find("/invitations/").expect("a link");
    text[start..].split_whitespace().next().expect("an address").to_owned()
}

async fn choose_password(bench: &Bench, email: &str, password: &str) -> (Visitor, Reply) {
    let mut visitor = Visitor::new(bench);
    let sent = visitor.post("/sign-in/help", &[("email", email)]).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    platform::jobs::drain(&bench.app).await.expect("the post");
    let link = link(bench);
    let reply = visitor.post(&link, &[("password", password)]).await;
    (visitor, reply)
}

async fn sign_in(bench: &Bench, email: &str, password: &str) -> (Visitor, Reply) {
    let mut visitor = Visitor::new(bench);
    let reply = visitor.post("/sign-in", &[("email", email), ("password", password), ("back", "/privacy?a=b")]).await;
    (visitor, reply)
}

async fn sessions(bench: &Bench) -> i64 {
    db::scalar(bench.app.db.read(), "select count(*) from session", vec![]).await.expect("a count").expect("a row")
}

#[tokio::test]
async fn somebody_chooses_a_password_comes_in_and_goes_out() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (_, short) = choose_password(&bench, "Ada@Example.org", "Password1234").await;
        assert_eq!(short.status, 422);
        assert!(short.text().contains("among the first that get tried"), "{}", short.text());
        assert!(!short.body.contains("Password1234"), "what was typed is not shown again");

        let (mut ada, inside) = choose_password(&bench, "ada@example.org", GOOD).await;
        assert_eq!((inside.status.as_u16(), inside.location()), (303, "/"));
        assert_eq!(ada.get("/sign-in?back=/people").await.location(), "/people", "she is in already");
        assert_eq!(ada.post(&link(&bench), &[("password", GOOD)]).await.status, 404, "a link opens once");
        assert_eq!(ada.post("/sign-out", &[]).await.location(), "/sign-in");
        assert_eq!(sessions(&bench).await, 0);
        assert_eq!(ada.post("/sign-out", &[]).await.location(), "/sign-in", "going out twice leads to the same door");

        let (_, wrong) = sign_in(&bench, "ada@example.org", "the lake is warm today").await;
        let (_, nobody) = sign_in(&bench, "nobody@example.org", GOOD).await;
        assert_eq!((wrong.status.as_u16(), nobody.status.as_u16()), (422, 422));
        let words = |reply: &Reply| reply.text().split("Your password").nth(1).map(str::to_owned);
        assert_eq!(words(&wrong), words(&nobody), "nobody learns which address is known");
        let (_, right) = sign_in(&bench, " ADA@example.org", GOOD).await;
        assert_eq!((right.status.as_u16(), right.location()), (303, "/privacy?a=b"));
    })
    .await;
}

/// Fields for passwords hide what is typed, and hinder neither pasting nor a program that keeps passwords.
#[tokio::test]
async fn passwords_are_hidden_and_may_be_pasted() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let invited = people::setup::new_password_link(&bench.app, "pia@example.org").await.expect("a link");
        let invited = invited.strip_prefix("http://everbetter.test").expect("our own address").to_owned();
        let mut nobody = Visitor::new(&bench);
        let pages = [
            (nobody.get("/sign-in").await, "current-password"),
            (nobody.get(&invited).await, "new-password"),
            (ada.get("/people/ada-byrne/password").await, "new-password"),
            (ada.get("/people/ada-byrne/password").await, "current-password"),
            (ada.get("/sign-in/again").await, "current-password"),
        ];
        for (page, kind) in &pages {
            let tags = page.body.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
            let secret = |tag: &&str| ["name=\"password\"", "name=\"now\""].iter().any(|name| tag.contains(name));
            let fields: Vec<_> = tags.filter(secret).collect();
            assert!(!fields.is_empty(), "{}", page.text());
            for field in fields {
                assert!(field.contains("type=\"password\"") && !field.contains("autocomplete=\"off\""), "{field}");
                assert!(!field.contains("maxlength") && !field.contains("onpaste"), "{field}");
            }
            assert!(page.body.contains(&format!("autocomplete=\"{kind}\"")), "{}", page.body);
        }
        let script = pages[0].0.body.split("src=\"").find(|rest| rest.starts_with("/assets/app")).expect("a script");
        let script = nobody.get(script.split('"').next().expect("an address")).await;
        assert_eq!(script.status, 200);
        assert!(!script.body.contains("paste"), "no script listens to pasting");
        assert!(!script.body.contains("\"message\""), "nor to other windows");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_idle_and_in_any_case() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let is_in = async |ada: &mut Visitor| ada.get("/sign-in").await.status == 303;
        // A visit every two days keeps her in, until the thirty days are over.
        for _ in 0..14 {
            bench.app.clock.advance(TimeDelta::days(2));
            assert!(is_in(&mut ada).await);
        }
        bench.app.clock.advance(TimeDelta::days(2));
        assert!(!is_in(&mut ada).await, "thirty days are over");

        let (mut ada, _) = sign_in(&bench, "ada@example.org", GOOD).await;
        bench.app.clock.advance(TimeDelta::hours(71));
        assert!(is_in(&mut ada).await);
        bench.app.clock.advance(TimeDelta::hours(73));
        assert!(!is_in(&mut ada).await, "three days without a visit");
        platform::jobs::drain(&bench.app).await.expect("the hourly work");
        assert_eq!(sessions(&bench).await, 0, "what has ended is gone");
    })
    .await;
}

#[tokio::test]
async fn ten_wrong_tries_close_the_door_for_a_while_and_right_ones_count_for_nobody() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        choose_password(&bench, "ada@example.org", GOOD).await;
        for _ in 0..12 {
            assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.status, 303);
        }
        let tries = "select count(*) from sign_in_try where about = 'all sign-ins'";
        let counted = db::scalar::<i64>(bench.app.db.read(), tries, vec![]).await.expect("a count");
        assert_eq!(counted, Some(1), "the letter for a new password is the one try that stays");
        for _ in 0..10 {
            assert!(sign_in(&bench, "ada@example.org", "wrong").await.1.text().contains("don’t go together"));
        }
        let (_, closed) = sign_in(&bench, "ada@example.org", GOOD).await;
        assert_eq!(closed.status, 429);
        assert_eq!(closed.headers["retry-after"], "900");
        assert!(closed.text().contains("many tries in a short time"), "{}", closed.text());
        assert!(!sign_in(&bench, "pia@example.org", GOOD).await.1.text().contains("many tries"), "others still can");
        // A letter opens it again for whoever reads the mail.
        assert_eq!(choose_password(&bench, "ada@example.org", GOOD).await.1.status, 303);
        assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.status, 303);
    })
    .await;
}

#[tokio::test]
async fn the_way_on_stays_on_our_own_pages() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example", "/%0A/evil.example"] {
            let there = ada.get(&format!("/sign-in?back={elsewhere}")).await;
            assert_eq!(there.location(), "/", "{elsewhere}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_has_left_comes_in_as_an_alumnus() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        for (email, kind) in [("ada@example.org", "Staff"), ("mo@example.org", "Alumnus"), ("pia@example.org", "Partner")] {
            let (_, entered) = choose_password(&bench, email, GOOD).await;
            let cookie = entered.headers.get("set-cookie").and_then(|line| line.to_str().ok()).expect("a cookie");
            let token = cookie.split([';', '=']).nth(1).expect("a token");
            let hash = platform::secret::token_hash(token);
            let who =
                identity().by_session(&bench.app.db, hash, bench.app.clock.now()).await.expect("an answer").expect("somebody");
            assert_eq!(format!("{:?}", who.kind), kind, "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_demos_people_come_in_with_one_click_and_exist_nowhere_else() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let ada = Persona {
            name: "implementer".to_owned(),
            slug: "ada-byrne".to_owned(),
            person: "Ada Byrne".to_owned(),
            about: "What is due?",
        };
        let demo = bench(engine, now(), house(), identity(), vec![ada]).await;
        take(&demo, "people", PEOPLE).await.expect("a table");
        let mut visitor = Visitor::new(&demo);
        let door = visitor.get("/sign-in").await;
        assert!(door.text().contains("Ada Byrne") && door.body.contains("type=\"password\""), "{}", door.text());
        assert_eq!(visitor.post("/sign-in/persona", &[("persona", "implementer")]).await.location(), "/");
        assert_eq!(visitor.post("/sign-in/persona", &[("persona", "implementer")]).await.location(), "/");
        assert_eq!(sessions(&demo).await, 1, "the second session takes the place of the first");
        assert_eq!(visitor.post("/sign-in/persona", &[("persona", "nobody")]).await.status, 404);

        let plain = bench(engine, now(), house(), identity(), Vec::new()).await;
        take(&plain, "people", PEOPLE).await.expect("a table");
        assert_eq!(Visitor::new(&plain).post("/sign-in/persona", &[("persona", "implementer")]).await.status, 404);
    }
}

#[tokio::test]
async fn files_change_what_they_say_and_nothing_else() {
    on_both(now(), house, identity, async |bench| {
        let first = take(&bench, "people", PEOPLE).await.expect("a table");
        assert_eq!((first.new, first.changed, first.same), (3, 0, 0));
        let again = take(&bench, "people", PEOPLE).await.expect("a table");
        assert_eq!((again.new, again.changed, again.same), (0, 0, 3));
        let short = take(&bench, "people", "person,name,kind\nada@example.org,Ada Byrne,staff\n").await.expect("a table");
        assert_eq!((short.new, short.changed, short.same), (0, 0, 1), "a column that is missing takes nothing away");

        let teams = "team,name,kind,parent,purpose\nall,All of us,organisation,,\nlakes,Lakes team,region,all,Lakes\n";
        assert_eq!(take(&bench, "teams", teams).await.expect("a table").new, 2);
        let round = "team,name,kind,parent\nall,All of us,organisation,lakes\n";
        let refused = take(&bench, "teams", round).await.expect("a table").refused;
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(
            (refused[0].row, refused[0].column.as_deref(), refused[0].value.as_deref()),
            (Some(2), Some("parent"), Some("lakes"))
        );
        let twice = "team,name,kind\ncoast,Coast,region\ncoast,Coast,region\nThe North,North,region\n";
        let refused = take(&bench, "teams", twice).await.expect("a table").refused;
        assert_eq!(refused.iter().map(|one| one.row).collect::<Vec<_>>(), [Some(3), Some(4)]);

        let seats = "person,team,role,from,to,supervisor\nADA@example.org,lakes,implementer,2019-08-19,,mo@example.org\n";
        assert_eq!(take(&bench, "memberships", seats).await.expect("a table").new, 1);
        let seats = "person,team,role,from\nada@example.org,lakes,implementer,2019-08-19\n";
        assert_eq!(take(&bench, "memberships", seats).await.expect("a table").same, 1);
        let wrong = "person,team,role,from,to\nx@example.org,lakes,implementer,2019-08-19,\nada@example.org,hills,lead,soon,\n";
        let refused = take(&bench, "memberships", wrong).await.expect("a table").refused;
        let columns: Vec<_> =
            refused.iter().map(|one| (one.row.expect("a row"), one.column.clone().expect("a column"))).collect();
        assert_eq!(columns, [(2, "person".to_owned()), (3, "team".to_owned()), (3, "from".to_owned())]);
    })
    .await;
}
