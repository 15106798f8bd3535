//! JSON as it was sent, read by a table of fields.

use std::collections::{BTreeMap, BTreeSet};

use axum::{extract::Request, http::header};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};

use super::{Field, Flaw, Problem, kinds};
use crate::error::Error;

/// The largest body that is read.
const LARGEST: usize = 256 * 1024;

/// What stands in the form for each field that was sent.
pub(super) type Sent = BTreeMap<&'static str, Vec<String>>;

/// The bytes of a body that says it is JSON.
pub(super) async fn bytes(request: Request) -> Result<Bytes, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::of(&kinds::MEDIA_TYPE).into());
    }
    match Limited::new(request.into_body(), LARGEST).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Problem::of(&kinds::TOO_LARGE).into()),
        Err(_) => Err(Problem::unreadable("The body broke off before its end. Please send it again.").into()),
    }
}

/// The fields of a JSON object; all that is wrong with it at once.
pub(super) fn object(bytes: &[u8], fields: &'static [Field], is_new: bool) -> Result<Sent, Error> {
    let members: Members = serde_json::from_slice(bytes).map_err(|error| {
        Error::from(if error.is_data() {
            Problem::unfit(vec![Flaw::of("", format!("Please send one JSON object, each member once ({error})."))])
        } else {
            Problem::unreadable(format!("The body is not JSON: {error}."))
        })
    })?;
    let mut sent = Sent::new();
    let mut flaws = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, value) in &members.0 {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let known = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
            flaws.push(Flaw::of(name, format!("We know no such member here. There are: {known}.")));
            continue;
        };
        seen.insert(field.name);
        match field.read(value) {
            Ok(values) => {
                sent.insert(field.form, values);
            }
            Err(word) => flaws.push(Flaw::of(name, word)),
        }
    }
    for field in fields.iter().filter(|field| is_new && field.required && !seen.contains(field.name)) {
        flaws.push(Flaw::of(field.name, "This is needed."));
    }
    if flaws.is_empty() { Ok(sent) } else { Err(Problem::unfit(flaws).into()) }
}

/// An object in which each name stands once: of two, one would be lost unseen.
struct Members(Map<String, Value>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.contains_key(&name) {
                        return Err(serde::de::Error::custom(format!("\"{name}\" stands there twice")));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FIELDS: &[Field] = &[Field::text("name", 10, "").required(), Field::date("day", "").or_null().in_form("on")];

    fn flaws(body: &str, is_new: bool) -> Vec<String> {
        match object(body.as_bytes(), FIELDS, is_new) {
            Err(Error::Problem(problem)) => problem.flaws.into_iter().map(|flaw| flaw.pointer).collect(),
            Err(_) | Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn every_flaw_is_named_by_its_place() {
        assert_eq!(flaws("{\"name\": 5, \"a/b\": 1, \"day\": \"x\"}", true), ["#/a~1b", "#/day", "#/name"]);
        assert_eq!(flaws("{}", true), ["#/name"]);
        assert!(flaws("{}", false).is_empty());
        assert_eq!(flaws("[]", true), ["#"]);
        assert_eq!(flaws("{\"name\": \"a\", \"name\": \"b\"}", true), ["#"], "of two names one would be lost");
    }

    #[test]
    fn what_is_no_json_can_not_be_read() {
        for body in ["", "{", "{\"name\": \"\\ud800\"}", "{\"name\": \"a\"} x", "\u{feff}{}"] {
            let error = object(body.as_bytes(), FIELDS, true).expect_err(body);
            assert_eq!(error.status().as_u16(), 400, "{body}");
        }
        assert_eq!(object(b"{\"name\": \"\xff\"}", FIELDS, true).expect_err("no text").status().as_u16(), 400);
    }

    #[test]
    fn values_stand_under_the_names_of_the_form() {
        let sent = object(b"{\"name\": \"a\", \"day\": null}", FIELDS, true).expect("it fits");
        assert_eq!(sent["on"], [""]);
    }
}
