//! The conversation with the provider: what it offers, the way there, and the code made into an account.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use axum::http::Method;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{config::Provider, secret};
use serde::Deserialize;

use super::{
    Refusal, http,
    token::{self, Account, Expected, Keys},
};

/// What the provider says about itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Offer {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What we learned from a provider is good for an hour; its keys also until it uses one that we don't know.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);

struct Learned<T> {
    what: Arc<T>,
    at: DateTime<Utc>,
}

type Memory<T> = LazyLock<Mutex<HashMap<String, Learned<T>>>>;
static OFFERS: Memory<Offer> = LazyLock::new(Mutex::default);
static KEYS: Memory<Keys> = LazyLock::new(Mutex::default);

async fn learn<T: serde::de::DeserializeOwned>(
    memory: &Memory<T>,
    address: &str,
    not_before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Arc<T>, Refusal> {
    let known =
        memory.lock().unwrap_or_else(PoisonError::into_inner).get(address).map(|known| (Arc::clone(&known.what), known.at));
    if let Some((what, _)) = known.filter(|(_, at)| *at >= not_before && *at <= now) {
        return Ok(what);
    }
    let what = Arc::new(http::ask::<T>(Method::GET, address, None, None).await?);
    let learned = Learned { what: Arc::clone(&what), at: now };
    memory.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), learned);
    Ok(what)
}

/// What the provider offers; it must call itself what the settings call it.
pub(super) async fn offer(provider: &Provider, now: DateTime<Utc>) -> Result<Arc<Offer>, Refusal> {
    let address = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
    let offer = learn(&OFFERS, &address, now - GOOD_FOR, now).await?;
    if offer.issuer != provider.issuer {
        return Err(Refusal::Untrue("a provider that calls itself otherwise than the settings do"));
    }
    // Nothing goes over the open net in the clear; the provider's own address was looked at with the settings.
    let is_safe = |address: &String| address.starts_with("https://") || provider.issuer.starts_with("http://");
    if ![&offer.authorization_endpoint, &offer.token_endpoint, &offer.jwks_uri].into_iter().all(is_safe) {
        return Err(Refusal::Untrue("a provider that leads out of TLS"));
    }
    Ok(offer)
}

fn word(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What one way there carries.
pub(super) struct Way<'a> {
    pub state: &'a str,
    pub nonce: &'a str,
    pub verifier: &'a str,
    pub asks_again: bool,
}

/// The address to send the browser to.
pub(super) fn way_there(provider: &Provider, offer: &Offer, back: &str, way: &Way<'_>) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(secret::token_hash(way.verifier));
    let mut address = offer.authorization_endpoint.clone();
    address.push(if address.contains('?') { '&' } else { '?' });
    let mut fields = vec![
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", &provider.client_id),
        ("redirect_uri", back),
        ("state", way.state),
        ("nonce", way.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if way.asks_again {
        fields.extend([("prompt", "login"), ("max_age", "0")]);
    }
    let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("{name}={}", word(value))).collect();
    address + &fields.join("&")
}

/// Whether the answer is of this provider (RFC 9207).
pub(super) fn is_of(offer: &Offer, iss: Option<&str>) -> Result<(), Refusal> {
    match iss {
        Some(iss) if iss != offer.issuer => Err(Refusal::Untrue("an answer of another issuer")),
        None if offer.authorization_response_iss_parameter_supported => Err(Refusal::Untrue("an answer without its issuer")),
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// Makes the code into an account.
pub(super) async fn account(
    provider: &Provider,
    offer: &Offer,
    code: &str,
    back: &str,
    verifier: &str,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Account, Refusal> {
    let mut fields =
        vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back), ("code_verifier", verifier)];
    let methods = &offer.token_endpoint_auth_methods_supported;
    let in_form = !methods.is_empty() && !methods.iter().any(|method| method == "client_secret_basic");
    let mut authorization = None;
    match &provider.client_secret {
        Some(secret) if in_form => fields.extend([("client_id", provider.client_id.as_str()), ("client_secret", &secret.0)]),
        Some(secret) => {
            let pair = format!("{}:{}", word(&provider.client_id), word(&secret.0));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        None => fields.push(("client_id", &provider.client_id)),
    }
    let form = serde_html_form::to_string(&fields).map_err(|error| Refusal::Unreachable(error.to_string()))?;
    let tokens: Tokens = http::ask(Method::POST, &offer.token_endpoint, authorization, Some(form)).await?;
    let mut keys = learn(&KEYS, &offer.jwks_uri, now - GOOD_FOR, now).await?;
    if !token::has_key_for(&keys, &tokens.id_token) {
        // A key that we don't know: providers change theirs.
        KEYS.lock().unwrap_or_else(PoisonError::into_inner).remove(&offer.jwks_uri);
        keys = learn(&KEYS, &offer.jwks_uri, now, now).await?;
    }
    token::check(&tokens.id_token, &keys, expected, now)
}
