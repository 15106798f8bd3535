//! The second factor: set up, shown, used up, lost.

use chrono::TimeDelta;
use platform::{
    db,
    testing::{Bench, Reply, Visitor, bench_with, on_both},
};
use ring::hmac;

use super::{GOOD, PEOPLE, choose_password, house, identity, now, sign_in, take};

pub const SEATS: &str = "person,team,role,from,to,supervisor\nmo@example.org,all,operator,2019-08-19,,\n";
pub const TEAMS: &str = "team,name,kind,parent,purpose\nall,All of us,organisation,,\n";

/// The code that an app shows which was given the key of the page.
pub fn code(seed: &str, at: chrono::DateTime<chrono::Utc>) -> String {
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in seed.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &(at.timestamp() / 30).to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_else(|| panic!("no {before}"))
}

/// Sets a second factor up; answers the key and the recovery codes.
pub async fn set_up(bench: &Bench, who: &mut Visitor, slug: &str) -> (String, Vec<String>) {
    let here = format!("/people/{slug}/second-factor");
    assert_eq!(who.post(&here, &[]).await.location(), here);
    let page = who.get(&here).await;
    assert!(page.body.contains("<svg class=\"qr\"") && !page.body.contains("style="), "a picture without a style");
    let seed = between(&page.body, "id=\"key\">", "<").to_owned();
    let wrong = who.post(&format!("{here}/confirmation"), &[("code", "000000x")]).await;
    assert_eq!(wrong.status, 422);
    let codes = who.post(&format!("{here}/confirmation"), &[("code", &code(&seed, bench.app.clock.now()))]).await;
    assert_eq!(codes.status, 200, "{}", codes.text());
    (seed, recovery_codes(&codes))
}

fn recovery_codes(page: &Reply) -> Vec<String> {
    let list = between(&page.body, "id=\"codes\">", "</ol>");
    let codes: Vec<_> =
        list.split("class=\"code\">").skip(1).map(|rest| rest.split('<').next().expect("a code").to_owned()).collect();
    assert_eq!(codes.len(), 10);
    let letters = |code: &String| code.chars().filter(char::is_ascii_alphanumeric).count();
    assert!(codes.iter().all(|code| letters(code) * 5 >= 128), "each has five bits a letter: {codes:?}");
    codes
}

async fn half_in(bench: &Bench) -> Visitor {
    let (visitor, half) = sign_in(bench, "ada@example.org", GOOD).await;
    assert_eq!((half.status.as_u16(), half.location()), (303, "/sign-in/second-factor"));
    assert!(visitor.cookie("everbetter").is_none(), "no session before the second factor");
    visitor
}

#[tokio::test]
async fn a_code_opens_once_and_only_after_the_password() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let (seed, _) = set_up(&bench, &mut ada, "ada-byrne").await;
        let sealed = db::scalar::<Vec<u8>>(bench.app.db.read(), "select sealed from second_factor", vec![]).await;
        assert_eq!(sealed.expect("a row").expect("a seed").len(), 12 + 20 + 16, "encrypted, with its nonce and its seal");

        let mut visitor = half_in(&bench).await;
        let shown = code(&seed, bench.app.clock.now());
        let replayed = visitor.post("/sign-in/second-factor", &[("code", &shown)]).await;
        assert_eq!(replayed.status, 422, "the code that confirmed it opens nothing more");
        bench.app.clock.advance(TimeDelta::seconds(30));
        let shown = code(&seed, bench.app.clock.now());
        let stranger = Visitor::new(&bench).post("/sign-in/second-factor", &[("code", &shown)]).await;
        assert_eq!(stranger.location(), "/sign-in", "nobody comes in by the second factor alone");
        let inside = visitor.post("/sign-in/second-factor", &[("code", &shown)]).await;
        assert_eq!((inside.status.as_u16(), inside.location()), (303, "/privacy?a=b"));
        assert!(visitor.cookie("everbetter").is_some() && visitor.cookie("everbetter-door").is_none());
        assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", &shown)]).await.status, 422, "replayed");
        bench.app.clock.advance(TimeDelta::seconds(30));
        let ahead = code(&seed, bench.app.clock.now() + TimeDelta::seconds(30));
        let mut slow = half_in(&bench).await;
        assert_eq!(slow.post("/sign-in/second-factor", &[("code", &ahead)]).await.status, 303, "a clock may be a step off");

        let mut late = half_in(&bench).await;
        bench.app.clock.advance(TimeDelta::minutes(11));
        let shown = code(&seed, bench.app.clock.now());
        assert_eq!(
            late.post("/sign-in/second-factor", &[("code", &shown)]).await.location(),
            "/sign-in",
            "ten minutes, not more"
        );
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_is_stopped() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let (seed, _) = set_up(&bench, &mut ada, "ada-byrne").await;
        bench.app.clock.advance(TimeDelta::seconds(60));
        for _ in 0..5 {
            assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", "12345")]).await.status, 422);
        }
        let shown = code(&seed, bench.app.clock.now());
        let closed = half_in(&bench).await.post("/sign-in/second-factor", &[("code", &shown)]).await;
        assert_eq!(closed.status, 429, "also for the right code, and from another browser");
        assert!(closed.headers.contains_key("retry-after"));
        bench.app.clock.advance(TimeDelta::minutes(16));
        let shown = code(&seed, bench.app.clock.now());
        assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", &shown)]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_a_new_set_ends_the_old_one() {
    on_both(now(), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        let (_, codes) = set_up(&bench, &mut ada, "ada-byrne").await;
        let again = half_in(&bench).await.post("/sign-in/second-factor", &[("code", &codes[0].to_uppercase())]).await;
        assert_eq!(again.status, 303, "however it is typed");
        assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", &codes[0])]).await.status, 422);
        let page = ada.get("/people/ada-byrne/second-factor").await.text();
        assert!(page.contains("9 recovery codes left"), "{page}");
        let fresh = recovery_codes(&ada.post("/people/ada-byrne/second-factor/codes", &[]).await);
        assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", &codes[1])]).await.status, 422);
        assert_eq!(half_in(&bench).await.post("/sign-in/second-factor", &[("code", &fresh[1])]).await.status, 303);
        platform::jobs::drain(&bench.app).await.expect("the post");
        let (reader, letter) = choose_password(&bench, "ada@example.org", GOOD).await;
        assert_eq!(letter.location(), "/sign-in/second-factor", "a letter gets nobody around it");
        assert!(reader.cookie("everbetter").is_none());
        let mut ada = half_in(&bench).await;
        assert_eq!(ada.post("/sign-in/second-factor", &[("code", &fresh[2])]).await.status, 303);
        assert_eq!(ada.post("/people/ada-byrne/second-factor/removal", &[]).await.status, 303);
        assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.location(), "/privacy?a=b", "it is off");
    })
    .await;
}

#[tokio::test]
async fn an_operator_has_no_rights_before_the_second_factor_and_can_take_anothers_away() {
    on_both(now() - TimeDelta::days(30), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        take(&bench, "teams", TEAMS).await.expect("a table");
        take(&bench, "memberships", SEATS).await.expect("a table");
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        set_up(&bench, &mut ada, "ada-byrne").await;
        let lacking = people::lacking_second_factor(bench.app.db.read(), bench.app.clock.now().date_naive()).await;
        assert_eq!(lacking.expect("a list").iter().map(|one| one.slug.as_str()).collect::<Vec<_>>(), ["mo-larsen"]);

        let (mut mo, first) = choose_password(&bench, "mo@example.org", GOOD).await;
        assert_eq!(first.location(), "/people/mo-larsen/second-factor", "led to set it up");
        assert!(mo.get("/people/mo-larsen/second-factor").await.text().contains("Your role asks for one"));
        assert_eq!(mo.post("/people/ada-byrne/second-factor/reset", &[]).await.status, 403, "no rights yet");
        assert!(!mo.get("/people/ada-byrne").await.text().contains("lost the phone"));
        set_up(&bench, &mut mo, "mo-larsen").await;
        assert!(mo.get("/people/ada-byrne").await.text().contains("lost the phone"));
        assert_eq!(ada.post("/people/mo-larsen/second-factor/reset", &[]).await.status, 403, "not Ada's to do");
        assert_eq!(mo.post("/people/mo-larsen/second-factor/reset", &[]).await.status, 403, "one's own is turned off, not reset");
        assert_eq!(mo.post("/people/ada-byrne/second-factor/reset", &[]).await.location(), "/people/ada-byrne");
        platform::jobs::drain(&bench.app).await.expect("the post");
        let letters = std::fs::read_dir(bench.app.config.data.join("mail")).expect("letters").filter_map(Result::ok);
        let texts: Vec<_> = letters.filter_map(|letter| std::fs::read_to_string(letter.path()).ok()).collect();
        assert!(
            texts.iter().any(|text| text.contains("Your second factor was taken away") && text.contains("To: ada@example.org"))
        );
        assert_eq!(ada.get("/sign-in").await.status, 200, "Ada is signed out");
        assert_eq!(sign_in(&bench, "ada@example.org", GOOD).await.1.location(), "/privacy?a=b", "the password opens");
        let events = "select count(*) from audit_event where action = 'took away the second factor' and actor = 'Mo Larsen'";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), events, vec![]).await.expect("a count"), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_setting_says_who_must_have_one() {
    for (setting, owes) in [("nobody", false), ("operators", false), ("staff", true)] {
        let settings = [("require_second_factor", setting)];
        let bench = bench_with(db::Engine::Sqlite, now(), house(), identity(), Vec::new(), &settings).await;
        take(&bench, "people", PEOPLE).await.expect("a table");
        let (_, first) = choose_password(&bench, "ada@example.org", GOOD).await;
        assert_eq!(first.location() == "/people/ada-byrne/second-factor", owes, "{setting}: {}", first.location());
        let (_, partner) = choose_password(&bench, "pia@example.org", GOOD).await;
        assert_eq!(partner.location(), "/", "{setting}: a partner never must");
    }
}

/// What stands on the page of a token that was made just now.
async fn new_token(who: &mut Visitor, slug: &str) -> String {
    let page = who.post(&format!("/people/{slug}/tokens"), &[("name", "a script"), ("term", "30")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    between(&page.body, "<code>", "</code>").to_owned()
}

#[tokio::test]
async fn a_token_has_what_its_maker_has_in_a_session_and_no_more() {
    on_both(now() - TimeDelta::days(30), house, identity, async |bench| {
        take(&bench, "people", PEOPLE).await.expect("a table");
        take(&bench, "teams", TEAMS).await.expect("a table");
        take(&bench, "memberships", SEATS).await.expect("a table");
        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        let may = async |mut who: Visitor| who.get("/teams/new").await.status.as_u16();
        let program = |token: &str| Visitor::with_token(&bench, token);
        assert_eq!(may(mo.clone()).await, 403, "an operator has no rights before the second factor");

        let early = new_token(&mut mo, "mo-larsen").await;
        let by_command = people::setup::make_token(&bench.app, "mo@example.org", "a job").await.expect("a token");
        assert_eq!((may(program(&early)).await, may(program(&by_command)).await), (403, 403));
        assert_eq!(program(&early).get("/people").await.status, 200, "it opens what asks for no role");
        let list = mo.get("/people/mo-larsen/tokens").await.text();
        assert_eq!(list.matches("Gives nothing of your roles").count(), 2, "{list}");

        let (seed, _) = set_up(&bench, &mut mo, "mo-larsen").await;
        assert_eq!(may(mo.clone()).await, 200);
        assert_eq!((may(program(&early)).await, may(program(&by_command)).await), (403, 403), "what was made before stays so");
        let later = new_token(&mut mo, "mo-larsen").await;
        let by_command = people::setup::make_token(&bench.app, "mo@example.org", "a job").await.expect("a token");
        assert_eq!((may(program(&later)).await, may(program(&by_command)).await), (200, 200));
        let list = mo.get("/people/mo-larsen/tokens").await.text();
        assert_eq!(list.matches("Gives nothing of your roles").count(), 2, "{list}");

        assert_eq!(mo.post("/people/mo-larsen/second-factor/removal", &[]).await.status, 303, "{seed}");
        assert_eq!((may(program(&later)).await, may(mo.clone()).await), (403, 403), "without the factor neither has any");
    })
    .await;
}

#[tokio::test]
async fn where_nobody_must_have_one_a_token_lacks_nothing() {
    for engine in [db::Engine::Sqlite, db::Engine::Postgres] {
        let settings = [("require_second_factor", "nobody")];
        let now = now() - TimeDelta::days(30);
        let bench = bench_with(engine, now, house(), identity(), Vec::new(), &settings).await;
        take(&bench, "people", PEOPLE).await.expect("a table");
        take(&bench, "teams", TEAMS).await.expect("a table");
        take(&bench, "memberships", SEATS).await.expect("a table");
        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        let token = new_token(&mut mo, "mo-larsen").await;
        assert_eq!(Visitor::with_token(&bench, &token).get("/teams/new").await.status, 200);
        assert!(!mo.get("/people/mo-larsen/tokens").await.text().contains("Gives nothing of your roles"));
    }
}
