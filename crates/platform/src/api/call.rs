//! A call: the request's context, and what stands behind the question mark.

use std::{collections::BTreeMap, marker::PhantomData, ops::Deref, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Field, Problem};
use crate::{
    app::{App, Cx},
    error::Error,
    paging::{SIZE, Seek, Window},
};

/// The most rows that one page can have.
const MOST: i64 = 200;

/// What may stand behind the question mark.
pub trait Asks: Send + Sync + 'static {
    /// The parameters.
    const FIELDS: &'static [Field];
    /// Whether a list is asked for, which comes in pages.
    const PAGED: bool;
}

/// Nothing may stand behind the question mark.
pub struct Plain;

impl Asks for Plain {
    const FIELDS: &'static [Field] = &[];
    const PAGED: bool = false;
}

/// How lists are paged.
pub(super) static PAGING: [Field; 2] = [
    Field::text("cursor", 400, "Where the page begins: copied from the `next` of the page before."),
    Field::whole("limit", 1, MOST, "How many a page has at most; 50 unless given."),
];

/// A request's context with its parameters, all known and sound.
pub struct Call<Q = Plain> {
    cx: Cx,
    path: String,
    given: BTreeMap<&'static str, String>,
    after: String,
    asks: PhantomData<fn() -> Q>,
}

impl<Q> Deref for Call<Q> {
    type Target = Cx;
    fn deref(&self) -> &Cx {
        &self.cx
    }
}

impl<Q> Call<Q> {
    /// The context.
    #[must_use]
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// A parameter; empty when it was not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.given.get(name).map_or("", String::as_str)
    }

    /// The part of the list that is asked for.
    #[must_use]
    pub fn window(&self) -> Window<'_> {
        let size = self.text("limit").parse().unwrap_or(SIZE);
        Window { seek: Seek { after: &self.after, before: "" }, size }
    }

    /// The address of the page that begins after this key; none for an empty one.
    pub(super) fn next(&self, key: &str) -> Option<String> {
        if key.is_empty() {
            return None;
        }
        let cursor = cursor_of(&self.path, key);
        let others = self.given.iter().filter(|(name, _)| **name != "cursor").map(|(name, value)| (*name, value.as_str()));
        let query = serde_html_form::to_string(others.chain([("cursor", cursor.as_str())]).collect::<Vec<_>>()).ok()?;
        Some(format!("{}?{query}", self.path))
    }
}

/// A key as a cursor, with a few letters that show that it is one of ours, of this list.
fn cursor_of(path: &str, key: &str) -> String {
    let mut bytes = Sha256::digest(format!("{path}\n{key}"))[..6].to_vec();
    bytes.extend_from_slice(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key_of(path: &str, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let key = String::from_utf8(bytes.get(6..)?.to_vec()).ok()?;
    (cursor_of(path, &key) == cursor).then_some(key)
}

impl<Q: Asks> FromRequestParts<Arc<App>> for Call<Q> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Ok(cx) = Cx::from_request_parts(parts, app).await;
        let path = parts.uri.path().to_owned();
        let given = read::<Q>(parts.uri.query().unwrap_or_default()).map_err(Problem::unreadable)?;
        let after = match given.get("cursor") {
            None => String::new(),
            Some(cursor) => key_of(&path, cursor).ok_or_else(|| {
                Problem::unreadable("cursor is none of this list. Please take it from the next of the page before.")
            })?,
        };
        Ok(Self { cx, path, given, after, asks: PhantomData })
    }
}

/// The parameters by name; the first thing that is wrong with them.
fn read<Q: Asks>(query: &str) -> Result<BTreeMap<&'static str, String>, String> {
    let wrong = || "What stands behind the question mark is not UTF-8 text.".to_owned();
    let spaced = query.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().map_err(|_| wrong())?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).map_err(|_| wrong())?;
    let fields = || Q::FIELDS.iter().chain(PAGING.iter().filter(|_| Q::PAGED));
    let mut given = BTreeMap::new();
    for (name, value) in pairs {
        let field = fields().find(|field| field.name == name).ok_or_else(|| {
            let known: Vec<&str> = fields().map(|field| field.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("We know no parameter \"{name}\" here. Known: {known}.")
        })?;
        field.read_text(&value).map_err(|word| format!("{name}: {word}"))?;
        if given.insert(field.name, value).is_some() {
            return Err(format!("{name} is given twice. Which one do you mean?"));
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct People;
    impl Asks for People {
        const FIELDS: &'static [Field] = &[Field::choice("kind", &["staff", "partner"], "")];
        const PAGED: bool = true;
    }

    #[test]
    fn only_known_parameters_are_read_and_each_once() {
        assert_eq!(read::<People>("kind=staff&limit=10").expect("fine")["limit"], "10");
        for wrong in
            ["x=1", "kind=king", "kind=staff&kind=staff", "limit=0", "limit=201", "limit=x", "kind=%ff", "limit=+5", "kind"]
        {
            assert!(read::<People>(wrong).is_err(), "{wrong}");
        }
        assert!(read::<Plain>("limit=5").is_err());
    }

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursor = cursor_of("/api/v1/people", "ada-byrne");
        assert_eq!(key_of("/api/v1/people", &cursor).as_deref(), Some("ada-byrne"));
        assert_eq!(key_of("/api/v1/teams", &cursor), None);
        assert_eq!(key_of("/api/v1/people", "ada-byrne"), None);
    }
}
