//! Which version somebody has: `ETag` on answers, `If-None-Match` on reading, `If-Match` on changing.
//!
//! A thing's tag is its row's version and a hash of the whole answer: what is told beside the row (names, seats) may change
//! without it. A change is held against the version alone.

use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{Problem, kinds};
use crate::{error::Error, secret};

/// The tag of an answer.
pub(super) fn tag(version: Option<i32>, body: &[u8]) -> String {
    let hash = secret::hex(&Sha256::digest(body)[..8]);
    version.map_or_else(|| format!("\"{hash}\""), |version| format!("\"{version}-{hash}\""))
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}

/// Whether the one who asks has what goes by that tag.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    // Reading compares weakly: what a proxy has marked as weak is still the same thing.
    tags(headers, &header::IF_NONE_MATCH).iter().any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// The answer, or 304 when the one who asks has it already.
pub(super) fn unless_known(headers: &HeaderMap, response: Response) -> Response {
    if response.status() != StatusCode::OK || !headers.contains_key(header::IF_NONE_MATCH) {
        return response;
    }
    let Some(tag) = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()) else { return response };
    if !is_known(headers, tag) {
        return response;
    }
    let (parts, _) = response.into_parts();
    let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
    for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
        if let Some(value) = parts.headers.get(&name) {
            unchanged.headers_mut().insert(name, value.clone());
        }
    }
    unchanged
}

/// The versions that a change is meant for.
#[derive(Clone, Debug)]
pub(super) struct Matching(Vec<String>);

impl Matching {
    /// What `If-Match` names.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Error> {
        if !headers.contains_key(header::IF_MATCH) {
            return Err(Problem::of(&kinds::IF_MATCH_MISSING).into());
        }
        Ok(Self(tags(headers, &header::IF_MATCH)))
    }

    /// The version, when it is one of those named.
    pub(super) fn check(&self, version: i32) -> Result<i32, Error> {
        let is_it = |tag: &String| {
            tag == "*"
                || tag
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .and_then(|inner| inner.split('-').next())
                    .is_some_and(|named| named == version.to_string())
        };
        if self.0.iter().any(is_it) { Ok(version) } else { Err(Error::Stale) }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_change_names_the_version_that_it_is_meant_for() {
        let matching = |value| Matching::read(&with(header::IF_MATCH, value)).expect("a header");
        assert!(matching("\"3-abc\"").check(3).is_ok());
        assert!(matching("\"2-abc\", \"3-def\"").check(3).is_ok());
        assert!(matching("*").check(3).is_ok());
        assert!(matching("\"2-abc\"").check(3).is_err());
        assert!(matching("W/\"3-abc\"").check(3).is_err(), "a weak tag proves nothing about a change");
        assert!(matching("3").check(3).is_err());
        assert!(Matching::read(&HeaderMap::new()).is_err());
    }

    #[test]
    fn the_tag_changes_with_the_version_and_with_the_words() {
        assert_eq!(tag(Some(3), b"x"), tag(Some(3), b"x"));
        assert_ne!(tag(Some(3), b"x"), tag(Some(4), b"x"));
        assert_ne!(tag(None, b"x"), tag(None, b"y"));
    }
}
