//! Signing in with an account at a provider: one that does it right, and everything that a bad one or a thief could try.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use chrono::TimeDelta;
use platform::{
    db::{self, Engine},
    testing::{Bench, Reply, Visitor, bench_with},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use super::{GOOD, PEOPLE, choose_password, house, identity, now, sign_in, take};

/// What this provider does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evil {
    Nothing,
    Audience,
    OtherParty,
    Nonce,
    NoNonce,
    Expired,
    FromTheFuture,
    Issuer,
    AlgNone,
    ForeignKey,
    Unsigned,
    NewKey,
    Hmac,
    Nobody,
    NotFresh,
    NotYet,
    AccessToken,
}

struct Played {
    issuer: String,
    evil: Evil,
    subject: String,
    /// Of the way that is under way: the nonce and the challenge.
    nonce: String,
    challenge: String,
    now: i64,
    amr: Vec<&'static str>,
    keys_asked: usize,
}

#[derive(Clone)]
struct Provider {
    played: Arc<Mutex<Played>>,
    key: Arc<EcdsaKeyPair>,
    foreign: Arc<EcdsaKeyPair>,
}

fn new_key() -> Arc<EcdsaKeyPair> {
    let chance = SystemRandom::new();
    let text = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).expect("a key");
    Arc::new(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, text.as_ref(), &chance).expect("a key"))
}

fn public(key: &EcdsaKeyPair, kid: &str) -> Value {
    let point = key.public_key().as_ref();
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..65]) })
}

async fn offer(State(provider): State<Provider>) -> Json<Value> {
    let issuer = provider.played.lock().expect("it").issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks(State(provider): State<Provider>) -> Json<Value> {
    let mut played = provider.played.lock().expect("it");
    played.keys_asked += 1;
    let mut keys = vec![public(&provider.key, "one")];
    if played.keys_asked > 1 {
        keys.push(public(&provider.foreign, "two"));
    }
    Json(json!({ "keys": keys }))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> axum::response::Response {
    let played = provider.played.lock().expect("it");
    let fields: Vec<(String, String)> = serde_html_form::from_str(&body).expect("a form");
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("everbetter:hush%20hush"));
    assert_eq!(headers["authorization"], basic.as_str());
    assert_eq!(field("redirect_uri"), "http://everbetter.test/sign-in/provider/answer");
    let challenge = B64.encode(platform::secret::token_hash(field("code_verifier")));
    if field("code") != "good" || challenge != played.challenge {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let mut claims = json!({
        "iss": played.issuer, "sub": played.subject, "aud": "everbetter", "nonce": played.nonce,
        "iat": played.now, "exp": played.now + 300, "auth_time": played.now, "email": "ada@example.org", "amr": played.amr,
    });
    let mut head = json!({ "alg": "ES256", "kid": "one" });
    let mut key = &provider.key;
    match played.evil {
        Evil::Nothing | Evil::Unsigned => {}
        Evil::Audience => claims["aud"] = json!("another"),
        Evil::OtherParty => claims["aud"] = json!(["everbetter", "another"]),
        Evil::Nonce => claims["nonce"] = json!("of another sign-in"),
        Evil::NoNonce => claims["nonce"] = Value::Null,
        Evil::Expired => claims["exp"] = json!(played.now - 120),
        Evil::FromTheFuture => claims["iat"] = json!(played.now + 3600),
        Evil::Issuer => claims["iss"] = json!("https://another.example"),
        Evil::AlgNone => head = json!({ "alg": "none" }),
        Evil::Hmac => head = json!({ "alg": "HS256", "kid": "one" }),
        Evil::ForeignKey => key = &provider.foreign,
        Evil::NewKey => {
            key = &provider.foreign;
            head["kid"] = json!("two");
        }
        Evil::NotYet => claims["nbf"] = json!(played.now + 3600),
        Evil::AccessToken => head["typ"] = json!("at+jwt"),
        Evil::Nobody => claims["sub"] = json!(""),
        Evil::NotFresh => claims["auth_time"] = json!(played.now - 3600),
    }
    let message = format!("{}.{}", B64.encode(head.to_string()), B64.encode(claims.to_string()));
    let seal = key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
    let seal = if matches!(played.evil, Evil::AlgNone | Evil::Unsigned) { String::new() } else { B64.encode(seal.as_ref()) };
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": format!("{message}.{seal}") })).into_response()
}

/// A house whose settings name a provider that runs.
async fn with_provider(engine: Engine) -> (Bench, Provider) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let played = Played {
        issuer: issuer.clone(),
        evil: Evil::Nothing,
        subject: "account-1".to_owned(),
        nonce: String::new(),
        challenge: String::new(),
        now: now().timestamp(),
        amr: Vec::new(),
        keys_asked: 0,
    };
    let provider = Provider { played: Arc::new(Mutex::new(played)), key: new_key(), foreign: new_key() };
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(offer))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = [
        ("oidc_issuer", issuer.as_str()),
        ("oidc_client_id", "everbetter"),
        ("oidc_client_secret", "hush hush"),
        ("oidc_name", "Riverside’s account"),
    ];
    let bench = bench_with(engine, now(), house(), identity(), Vec::new(), &settings).await;
    take(&bench, "people", PEOPLE).await.expect("a table");
    (bench, provider)
}

impl Provider {
    fn play(&self, change: impl FnOnce(&mut Played)) {
        change(&mut self.played.lock().expect("it"));
    }

    /// Sends the visitor there; answers the address that the provider would send the browser back to.
    async fn go(&self, visitor: &mut Visitor, from: &str) -> String {
        let there = visitor.get(from).await;
        assert_eq!(there.status, 303, "{}", there.text());
        let (issuer, question) = there.location().split_once("/auth?").expect("the provider's address");
        let fields: Vec<(String, String)> = serde_html_form::from_str(question).expect("fields");
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str()).to_owned();
        assert_eq!(
            (field("response_type"), field("code_challenge_method"), field("scope")),
            ("code".into(), "S256".into(), "openid".into())
        );
        self.play(|played| {
            played.nonce = field("nonce");
            played.challenge = field("code_challenge");
        });
        let iss: String = issuer.replace(':', "%3A").replace('/', "%2F");
        format!("/sign-in/provider/answer?code=good&state={}&iss={iss}", field("state"))
    }

    async fn through(&self, visitor: &mut Visitor, from: &str) -> Reply {
        let back = self.go(visitor, from).await;
        visitor.get(&back).await
    }
}

async fn count(bench: &Bench, sql: &str) -> i64 {
    db::scalar(bench.app.db.read(), sql, vec![]).await.expect("a count").expect("a row")
}

#[tokio::test]
async fn an_account_is_linked_by_its_person_and_then_opens_the_door() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (bench, provider) = with_provider(engine).await;
        assert!(Visitor::new(&bench).get("/sign-in").await.text().contains("Sign in with Riverside’s account"));
        let unknown = provider.through(&mut Visitor::new(&bench), "/sign-in/provider").await;
        assert_eq!(unknown.status, 403, "an address that we know opens nothing");
        assert!(unknown.text().contains("knows you, but we don’t know yet whose account this is"), "{}", unknown.text());
        assert_eq!(count(&bench, "select count(*) from person").await, 3, "nobody is made");

        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        bench.app.clock.advance(TimeDelta::minutes(11));
        provider.play(|played| played.now += 660);
        let asked = ada.get("/people/ada-byrne/provider").await;
        assert_eq!(asked.location(), "/sign-in/again?to=%2Fpeople%2Fada%2Dbyrne%2Fprovider", "linking asks again");
        ada.post("/sign-in/again", &[("to", "/people/ada-byrne/provider"), ("password", GOOD)]).await;
        let linked = provider.through(&mut ada, "/people/ada-byrne/provider").await;
        assert_eq!(linked.location(), "/people/ada-byrne/password", "{}", linked.text());
        let mut new = Visitor::new(&bench);
        let inside = provider.through(&mut new, "/sign-in/provider?back=%2Fprivacy").await;
        assert_eq!((inside.status.as_u16(), inside.location()), (303, "/privacy"), "{}", inside.text());
        assert!(new.cookie("everbetter").is_some() && new.cookie("everbetter-door").is_none());
        let elsewhere = provider.through(&mut Visitor::new(&bench), "/sign-in/provider?back=https%3A%2F%2Fevil.example").await;
        assert_eq!(elsewhere.location(), "/");

        let (mut mo, _) = choose_password(&bench, "mo@example.org", GOOD).await;
        let taken = provider.through(&mut mo, "/people/mo-larsen/provider").await;
        assert!(taken.text().contains("belongs to somebody else here"), "{}", taken.text());

        // Again with the provider: only after a sign-in there that is fresh, and by the same account.
        bench.app.clock.advance(TimeDelta::minutes(11));
        provider.play(|played| {
            played.now += 660;
            played.evil = Evil::NotFresh;
        });
        assert_eq!(provider.through(&mut new, "/sign-in/again/provider?to=%2Fpeople").await.status, 403);
        provider.play(|played| played.evil = Evil::Nothing);
        assert_eq!(provider.through(&mut new, "/sign-in/again/provider?to=%2Fpeople").await.location(), "/people");
        provider.play(|played| played.subject = "account-2".to_owned());
        assert_eq!(provider.through(&mut new, "/sign-in/again/provider").await.status, 403, "somebody else’s account");
    }
}

#[tokio::test]
async fn an_invitation_is_taken_up_with_an_account() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (bench, provider) = with_provider(engine).await;
        let now = bench.app.clock.now();
        let row = async |tx: &db::Tx| {
            db::exec(
                &**tx,
                "insert into invitation (id, token_hash, person_id, purpose, created_at, expires_at)
                 select $1, $2, id, 'join', $3, $4 from person where slug = 'pia-sorel'",
                vec![
                    platform::clock::new_id(now).into(),
                    platform::secret::token_hash("letter").into(),
                    now.into(),
                    (now + TimeDelta::days(1)).into(),
                ],
            )
            .await
        };
        bench.app.db.write(async |tx| row(tx).await).await.expect("an invitation");
        let mut pia = Visitor::new(&bench);
        assert!(pia.get("/invitations/letter").await.text().contains("Go in with Riverside’s account"));
        assert_eq!(provider.through(&mut pia, "/invitations/letter/provider").await.location(), "/");
        assert_eq!(pia.get("/people/pia-sorel").await.status, 200);
        assert_eq!(pia.get("/invitations/letter/provider").await.status, 404, "taken up once");
        assert_eq!(provider.through(&mut Visitor::new(&bench), "/sign-in/provider").await.location(), "/");
        assert!(
            sign_in(&bench, "pia@example.org", GOOD).await.1.text().contains("don’t go together"),
            "no password came with it"
        );
    }
}

#[tokio::test]
async fn what_is_not_true_opens_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (bench, provider) = with_provider(engine).await;
        let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
        assert_eq!(provider.through(&mut ada, "/people/ada-byrne/provider").await.status, 303);
        let sessions = count(&bench, "select count(*) from session").await;
        let refusals = "select count(*) from audit_event where action = 'was refused'";
        for evil in [
            Evil::Audience,
            Evil::OtherParty,
            Evil::Nonce,
            Evil::NoNonce,
            Evil::Expired,
            Evil::FromTheFuture,
            Evil::Issuer,
            Evil::AlgNone,
            Evil::Hmac,
            Evil::ForeignKey,
            Evil::Unsigned,
            Evil::Nobody,
            Evil::NotYet,
            Evil::AccessToken,
        ] {
            provider.play(|played| played.evil = evil);
            let before = count(&bench, refusals).await;
            let mut thief = Visitor::new(&bench);
            let reply = provider.through(&mut thief, "/sign-in/provider").await;
            assert_eq!(reply.status, 403, "{evil:?}: {}", reply.text());
            assert!(reply.text().contains("not what we can trust"), "{evil:?}");
            assert!(thief.cookie("everbetter").is_none(), "{evil:?} gives no session");
            assert_eq!(count(&bench, refusals).await, before + 1, "{evil:?} stands in the audit log");
        }
        provider.play(|played| played.evil = Evil::Nothing);
        let mut thief = Visitor::new(&bench);
        let back = provider.go(&mut thief, "/sign-in/provider").await;
        let without = back.split("&iss=").next().expect("an address").to_owned();
        assert!(thief.clone().get(&without).await.text().contains("not what we can trust"), "an answer without its issuer");
        let mut thief = Visitor::new(&bench);
        let back = provider.go(&mut thief, "/sign-in/provider").await;
        let other = format!("{}&iss=https%3A%2F%2Fanother.example", back.split("&iss=").next().expect("an address"));
        assert!(thief.get(&other).await.text().contains("not what we can trust"), "an answer of another issuer");
        for (what, change) in [("a wrong code", ("code=good", "code=bad")), ("another state", ("state=", "state=x"))] {
            let mut thief = Visitor::new(&bench);
            let back = provider.go(&mut thief, "/sign-in/provider").await;
            assert!([403, 502].contains(&thief.get(&back.replace(change.0, change.1)).await.status.as_u16()), "{what}");
            assert!(thief.cookie("everbetter").is_none(), "{what}");
        }
        let mut victim = Visitor::new(&bench);
        let back = provider.go(&mut victim, "/sign-in/provider").await;
        let stolen = Visitor::new(&bench).get(&back).await;
        assert!(stolen.text().contains("began in another browser"), "an answer is of use in its own browser only");
        let mut replayer = victim.clone();
        assert_eq!(victim.get(&back).await.status, 303);
        assert!(replayer.get(&back).await.text().contains("was used before"), "and once");
        let mut late = Visitor::new(&bench);
        let back = provider.go(&mut late, "/sign-in/provider").await;
        bench.app.clock.advance(TimeDelta::minutes(11));
        assert!(late.get(&back).await.text().contains("took more than ten minutes"));
        let turned = provider.go(&mut late, "/sign-in/provider").await.replace("code=good", "error=access_denied");
        assert!(late.get(&turned).await.text().contains("turned back there"));
        assert_eq!(count(&bench, "select count(*) from session").await, sessions + 1, "one right sign-in, one session");
    }
}

#[tokio::test]
async fn a_key_that_is_new_is_fetched_and_a_silent_provider_is_said_to_be_one() {
    let (bench, provider) = with_provider(Engine::Sqlite).await;
    let (mut ada, _) = choose_password(&bench, "ada@example.org", GOOD).await;
    assert_eq!(provider.through(&mut ada, "/people/ada-byrne/provider").await.status, 303);
    provider.play(|played| played.evil = Evil::NewKey);
    assert_eq!(provider.through(&mut Visitor::new(&bench), "/sign-in/provider").await.location(), "/");
    let settings = [("oidc_issuer", "http://127.0.0.1:9"), ("oidc_client_id", "everbetter")];
    let silent = bench_with(Engine::Sqlite, now(), house(), identity(), Vec::new(), &settings).await;
    let reply = Visitor::new(&silent).get("/sign-in/provider").await;
    assert_eq!(reply.status, 502);
    assert!(reply.text().contains("can’t reach your organisation’s account"), "{}", reply.text());
}

#[tokio::test]
async fn two_factors_there_are_two_factors_here() {
    let (bench, provider) = with_provider(Engine::Sqlite).await;
    take(&bench, "teams", super::factor::TEAMS).await.expect("a table");
    let seat = "person,team,role,from\nada@example.org,all,operator,2019-08-19\n";
    take(&bench, "memberships", seat).await.expect("a table");
    let (mut ada, first) = choose_password(&bench, "ada@example.org", GOOD).await;
    assert_eq!(first.location(), "/people/ada-byrne/second-factor");
    assert_eq!(provider.through(&mut ada, "/people/ada-byrne/provider").await.status, 303);
    let weak = provider.through(&mut Visitor::new(&bench), "/sign-in/provider").await;
    assert_eq!(weak.location(), "/people/ada-byrne/second-factor", "one factor is not enough for an operator");
    provider.play(|played| played.amr = vec!["pwd", "mfa"]);
    assert_eq!(provider.through(&mut Visitor::new(&bench), "/sign-in/provider").await.location(), "/");
}

#[tokio::test]
async fn answers_that_nobody_asked_for_do_not_fill_the_log() {
    let refusals = "select count(*) from audit_event where action = 'was refused'";
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (bench, _) = with_provider(engine).await;
        let mut stranger = Visitor::from(&bench, "203.0.113.7");
        for _ in 0..100 {
            assert_eq!(stranger.get("/sign-in/provider/answer?state=x&code=y").await.status, 403);
        }
        let reply = stranger.get("/sign-in/provider/answer?state=x&code=y").await;
        assert_eq!(reply.status, 429);
        assert!(reply.headers.contains_key("retry-after"));
        assert_eq!(count(&bench, refusals).await, 100, "what is too much leaves nothing");
        assert_eq!(Visitor::from(&bench, "203.0.113.8").get("/sign-in/provider/answer").await.status, 403, "others come through");
    }
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_not_followed() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (bench, provider) = with_provider(engine).await;
        provider.play(|played| played.issuer = "http://127.0.0.1:1".to_owned());
        let reply = Visitor::new(&bench).get("/sign-in/provider").await;
        assert!(reply.status.is_client_error() && reply.location().is_empty(), "{} {}", reply.status, reply.location());
        assert!(reply.text().contains("not what we can trust"), "{}", reply.text());
    }
}
