//! The ID token: who it is, signed by the provider. Everything about it is checked before anything in it is believed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{self, RsaPublicKeyComponents};
use serde::{Deserialize, de::DeserializeOwned};

use super::Refusal;

/// How much the provider's clock may differ from ours.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// The oldest token that we take; it was made for us a moment ago.
const OLDEST: TimeDelta = TimeDelta::minutes(10);

/// The provider's keys.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// What the token says.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: OneOrMore,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    auth_time: Option<i64>,
    #[serde(default)]
    amr: Vec<String>,
}

/// What we know of an account once its token was found true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// The provider's name for the account, never given to another.
    pub subject: String,
    /// Whether the provider says that it asked for more than a password.
    pub by_two_factors: bool,
}

/// What the token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// The person must have signed in with the provider after this.
    pub signed_in_after: Option<DateTime<Utc>>,
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Untrue("an ID token that can't be read"))?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::Untrue("an ID token that can't be read"))
}

/// Whether a key for this token is among them; if not, the provider may have new ones.
pub(super) fn has_key_for(keys: &Keys, token: &str) -> bool {
    let head = token.split('.').next().map(part::<Head>);
    matches!(head, Some(Ok(head)) if !keys.fitting(&head).is_empty())
}

impl Keys {
    fn fitting(&self, head: &Head) -> Vec<&Key> {
        let kty = match head.alg.as_str() {
            "RS256" | "PS256" => "RSA",
            "ES256" => "EC",
            "EdDSA" => "OKP",
            _ => return Vec::new(),
        };
        self.keys
            .iter()
            .filter(|key| key.kty == kty)
            .filter(|key| key.purpose.as_deref().is_none_or(|purpose| purpose == "sig"))
            .filter(|key| key.alg.as_ref().is_none_or(|alg| *alg == head.alg))
            .filter(|key| head.kid.is_none() || key.kid == head.kid)
            .collect()
    }
}

impl Key {
    fn signed(&self, alg: &str, message: &[u8], seal: &[u8]) -> bool {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        match alg {
            "RS256" | "PS256" => {
                let (n, e) = (bytes(&self.n), bytes(&self.e));
                let way =
                    if alg == "RS256" { &signature::RSA_PKCS1_2048_8192_SHA256 } else { &signature::RSA_PSS_2048_8192_SHA256 };
                RsaPublicKeyComponents { n: &n, e: &e }.verify(way, message, seal).is_ok()
            }
            "ES256" if self.crv == "P-256" => {
                let point = [&[4], bytes(&self.x).as_slice(), bytes(&self.y).as_slice()].concat();
                signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, seal).is_ok()
            }
            "EdDSA" if self.crv == "Ed25519" => {
                signature::UnparsedPublicKey::new(&signature::ED25519, bytes(&self.x)).verify(message, seal).is_ok()
            }
            _ => false,
        }
    }
}

/// Checks a token; answers whose it is.
pub(super) fn check(token: &str, keys: &Keys, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Account, Refusal> {
    let untrue = |what: &'static str| Err(Refusal::Untrue(what));
    let parts: Vec<_> = token.split('.').collect();
    let [head_text, claims_text, seal] = parts.as_slice() else { return untrue("an ID token that can't be read") };
    let head: Head = part(head_text)?;
    if !matches!(head.alg.as_str(), "RS256" | "PS256" | "ES256" | "EdDSA") {
        return untrue("an ID token that is not signed in a way we take");
    }
    if head.crit.is_some() {
        return untrue("an ID token that asks for what we don't know");
    }
    if head.typ.as_ref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return untrue("a token that is no ID token");
    }
    let message = format!("{head_text}.{claims_text}");
    let seal = URL_SAFE_NO_PAD.decode(seal).map_err(|_| Refusal::Untrue("an ID token that can't be read"))?;
    if !keys.fitting(&head).iter().any(|key| key.signed(&head.alg, message.as_bytes(), &seal)) {
        return untrue("an ID token that the provider's keys did not sign");
    }
    let claims: Claims = part(claims_text)?;
    if claims.iss != expected.issuer {
        return untrue("an ID token of another issuer");
    }
    let (is_for_us, is_for_others) = match &claims.aud {
        OneOrMore::One(one) => (one == expected.client_id, false),
        OneOrMore::More(all) => (all.iter().any(|one| one == expected.client_id), all.len() > 1),
    };
    let party = claims.azp.as_deref();
    if !is_for_us || party.is_some_and(|party| party != expected.client_id) || is_for_others && party.is_none() {
        return untrue("an ID token for somebody else");
    }
    let at = |second: i64| DateTime::from_timestamp(second, 0).ok_or(Refusal::Untrue("an ID token with an impossible time"));
    if at(claims.exp)? + SKEW <= now {
        return untrue("an ID token that has expired");
    }
    if let Some(not_before) = claims.nbf
        && at(not_before)? > now + SKEW
    {
        return untrue("an ID token that does not hold yet");
    }
    if at(claims.iat)? > now + SKEW || at(claims.iat)? + OLDEST < now {
        return untrue("an ID token of another time");
    }
    if !claims.nonce.is_some_and(|nonce| platform::secret::same(&nonce, expected.nonce)) {
        return untrue("an ID token with another nonce");
    }
    if let Some(after) = expected.signed_in_after {
        match claims.auth_time {
            Some(time) if at(time)? + SKEW >= after => {}
            _ => return untrue("an ID token that shows no fresh sign-in"),
        }
    }
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return untrue("an ID token for nobody");
    }
    let strong = ["mfa", "otp", "hwk", "swk", "sc", "fido"];
    Ok(Account { subject: claims.sub, by_two_factors: claims.amr.iter().any(|way| strong.contains(&way.as_str())) })
}
