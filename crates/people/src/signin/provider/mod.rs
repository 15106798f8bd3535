//! Signing in with an account elsewhere: OpenID Connect, authorisation code with PKCE.
//!
//! An account is known by the provider's name for itself and for the account, never by an e-mail address: whoever gets hold of
//! an address at a provider gets nobody's place here.

mod http;
mod talk;
mod token;
mod verbs;
mod web;

pub(super) use web::routes;

/// Why a sign-in with the provider came to nothing. The page says what to do; the audit log says what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The provider can't be reached, or says nothing that we understand.
    Unreachable(String),
    /// The answer belongs to no way that began in this browser: old, used before, or somebody else's.
    NotOurs,
    /// The provider refused, or the person turned back.
    TurnedBack(String),
    /// The answer, or the token in it, is not what it must be.
    Untrue(&'static str),
    /// The account is nobody's here.
    Unknown,
    /// The account is somebody else's here.
    Taken,
}

impl Refusal {
    /// For the audit log.
    fn detail(&self) -> String {
        match self {
            Self::Unreachable(why) => format!("the provider can't be reached: {why}"),
            Self::NotOurs => "an answer that belongs to no way begun in this browser".to_owned(),
            Self::TurnedBack(error) => format!("the provider answers {error}"),
            Self::Untrue(what) => (*what).to_owned(),
            Self::Unknown => "an account that is linked to nobody".to_owned(),
            Self::Taken => "an account that is linked to somebody else".to_owned(),
        }
    }
}
