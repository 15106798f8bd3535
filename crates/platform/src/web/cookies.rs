//! Our cookies. Over TLS each is bound to this host: the prefix of its name makes browsers refuse it from anywhere else.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::config::Config;

/// A name without TLS, and the name over TLS, where browsers take the prefix.
struct Name(&'static str, &'static str);

const SESSION: Name = Name("everbetter", "__Host-everbetter");
const DOOR: Name = Name("everbetter-door", "__Host-everbetter-door");
const THEME: Name = Name("everbetter-theme", "__Host-everbetter-theme");
const TOAST: Name = Name("everbetter-toast", "__Host-everbetter-toast");

/// How long a step of a sign-in may take, in seconds.
const DOOR_AGE: u64 = 900;
/// How long light or dark is remembered, in seconds: a year.
const THEME_AGE: u64 = 31_536_000;
/// How long a word waits for the next page, in seconds.
const TOAST_AGE: u64 = 60;

impl Name {
    fn on(&self, config: &Config) -> &'static str {
        if config.is_https() { self.1 } else { self.0 }
    }

    /// The line that sets the cookie; an empty value ends it.
    fn line(&self, config: &Config, value: &str, age: u64) -> String {
        let secure = if config.is_https() { "; Secure" } else { "" };
        let age = if value.is_empty() { 0 } else { age };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", self.on(config))
    }
}

pub(crate) fn session_name(config: &Config) -> &'static str {
    SESSION.on(config)
}

/// The cookie that carries a new session's token.
#[must_use]
pub fn session_cookie(config: &Config, token: &str) -> String {
    SESSION.line(config, token, config.session_limit.as_secs())
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn clear_session_cookie(config: &Config) -> String {
    SESSION.line(config, "", 0)
}

/// The cookie that carries a step of a sign-in that is under way; an empty word ends it.
#[must_use]
pub fn door_cookie(config: &Config, word: &str) -> String {
    DOOR.line(config, word, DOOR_AGE)
}

/// The name of that cookie.
#[must_use]
pub fn door_cookie_name(config: &Config) -> &'static str {
    DOOR.on(config)
}

/// The cookie that keeps a page `light` or `dark`; an empty word leaves it to the device again.
#[must_use]
pub fn theme_cookie(config: &Config, theme: &str) -> String {
    THEME.line(config, theme, THEME_AGE)
}

/// Light or dark, where somebody chose.
pub(crate) fn theme(headers: &HeaderMap, config: &Config) -> Option<&'static str> {
    match read(headers, THEME.on(config)) {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    }
}

pub(crate) fn toast_name(config: &Config) -> &'static str {
    TOAST.on(config)
}

/// The cookie that carries a word to the next page; an empty one ends it.
pub(crate) fn toast(config: &Config, word: &str) -> String {
    TOAST.line(config, word, TOAST_AGE)
}

/// What stands in a cookie of that name.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

pub(super) fn add(response: &mut Response, line: &str) {
    if let Ok(line) = HeaderValue::from_str(line) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
