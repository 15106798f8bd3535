//! The OpenAPI document, made from the operations that the rooms declare.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Described, KINDS, Sketch, kinds};
use crate::access::{Route, Standing};

/// All routes and all operations of a house: what `me` and the page about the API tell.
pub struct Reference {
    /// The table of routes.
    pub table: Vec<Route>,
    /// What can be permitted.
    pub rights: Vec<Right>,
    /// The document.
    pub document: Value,
}

/// A permission that some route asks for.
pub struct Right {
    /// What is done.
    pub action: &'static str,
    /// To what.
    pub thing: &'static str,
    /// Whether somebody has it; none where that hangs on a single thing.
    pub on_the_whole: fn(&Standing) -> Option<bool>,
}

const ABOUT: &str = "What the pages show and change, for programs, under the same rules of access; a few things have their pages alone.\n\n\
    Bring a personal API token in the header `Authorization: Bearer …`; it is made on one's own page and can do what its \
    owner can do. The session of a browser works too; changes by it must come from our own pages.\n\n\
    Lists come in pages: follow `next` until it is null. What can be changed has an `ETag`; send it back in `If-Match` with \
    a PATCH or a DELETE. What is made by a POST takes an `Idempotency-Key`, so that sending it twice makes one. Each GET knows \
    `If-None-Match`, and each address that knows GET knows HEAD.\n\n\
    A token may send so many requests within a minute as the server's settings say; then it is answered 429 with `Retry-After`.\n\n\
    Errors are problem documents (RFC 9457). Unknown parameters and members are refused.";

/// What each named part of an address is, with an example of the demo where it has a readable key.
const PARTS: [(&str, &str, &str); 18] = [
    ("person", "The person's key, such as `amara-osei`.", "amara-osei"),
    ("team", "The team's key, such as `lakes`.", "lakes"),
    ("membership", "The membership's id.", ""),
    ("site", "The site's key, such as `linden-grove`.", "linden-grove"),
    ("partnership", "The partnership's key, such as `linden-grove`.", "linden-grove"),
    ("visit", "The visit's key.", ""),
    ("framework", "The framework's key with its version, such as `vi-pit-1`.", "vi-pit-1"),
    ("practice", "The practice's code, such as `2.2.3`.", "2.2.3"),
    ("entry", "The entry's key.", ""),
    ("cycle", "The cycle's key, such as `linden-grove.21.c1`.", "linden-grove.21.c1"),
    ("goal", "The goal's key.", ""),
    ("action", "The action's key.", ""),
    ("log_entry", "The entry's key.", ""),
    ("learning", "The learning's key.", ""),
    ("theory", "The version's key, such as `linden-grove.v1`.", ""),
    ("line", "The practice's number within the draft.", ""),
    ("step", "The step's number within the draft.", ""),
    ("draft", "The key of the version to be, such as `vi-pit-2`.", ""),
];

/// The document of these operations.
#[must_use]
pub fn document(operations: &[Described]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut bodies = BTreeMap::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut tags: Vec<&str> = Vec::new();
    for one in operations {
        let mut sketch =
            Sketch { schemas, bodies, parameters: in_path(one.path), body: None, answers: BTreeMap::new(), permission: ("", "") };
        (one.sketch)(&mut sketch);
        let operation = operation(one, &mut sketch);
        (schemas, bodies) = (sketch.schemas, sketch.bodies);
        paths.entry(one.path).or_default().insert(one.method.to_lowercase(), operation);
        let tag = tag_of(one.path);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    link(operations, &mut paths);
    let mut all: Map<String, Value> = schemas.take_definitions(true);
    all.extend(bodies);
    all.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Everbetter",
            "version": "1",
            "description": ABOUT,
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "A personal API token." } },
            "headers": { "ETag": {
                "description": "Which version this is.", "schema": { "type": "string" },
            } },
            "responses": answers(),
            "schemas": all,
        },
    })
}

/// Says how one gets from what is listed or made to the thing itself.
fn link(operations: &[Described], paths: &mut BTreeMap<&str, Map<String, Value>>) {
    for one in operations {
        let single = format!("{}/{}/{{", super::BASE, tag_of(one.path));
        let is_single = |path: &str| path.strip_prefix(&single).is_some_and(|rest| rest.find('}') == Some(rest.len() - 1));
        let (status, place) = match one.method {
            "POST" if one.path.ends_with(&format!("/{}", tag_of(one.path))) => ("201", ""),
            "GET" if one.path == format!("{}/{}", super::BASE, tag_of(one.path)) => ("200", "/items/0"),
            _ => continue,
        };
        let member = if tag_of(one.path) == "practices" { "code" } else { "key" };
        let links: Map<String, Value> = operations
            .iter()
            .filter(|other| is_single(other.path))
            .map(|other| {
                let name = other.path[single.len()..].trim_end_matches('}');
                let parameters = json!({ name: format!("$response.body#{place}/{member}") });
                let id = operation_id(other);
                (id.clone(), json!({ "operationId": id, "parameters": parameters }))
            })
            .collect();
        let method = one.method.to_lowercase();
        if let (false, Some(operation)) = (links.is_empty(), paths.get_mut(one.path).and_then(|methods| methods.get_mut(&method)))
        {
            operation["responses"][status]["links"] = Value::Object(links);
        }
    }
}

fn operation(one: &Described, sketch: &mut Sketch) -> Value {
    if one.path.contains('{') {
        sketch.answers.entry(404).or_insert_with(|| json!({ "$ref": "#/components/responses/404" }));
    }
    let (summary, more) = one.about.split_once("\n\n").unwrap_or((one.about, ""));
    let (action, thing) = sketch.permission;
    let who = if thing.is_empty() { "Whoever is signed in.".to_owned() } else { format!("Permission: {action} {thing}.") };
    let answers: BTreeMap<String, Value> =
        std::mem::take(&mut sketch.answers).into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
    let mut operation = json!({
        "operationId": operation_id(one),
        "tags": [tag_of(one.path)],
        "summary": summary,
        "description": format!("{more} {who}").trim(),
        "parameters": std::mem::take(&mut sketch.parameters),
        "responses": answers,
    });
    if let Some(body) = sketch.body.take() {
        operation["requestBody"] = body;
    }
    operation
}

fn operation_id(one: &Described) -> String {
    let parts = one.path.trim_start_matches(super::BASE).split('/').filter(|part| !part.is_empty());
    let words: Vec<&str> = parts.map(|part| part.trim_matches(['{', '}'])).collect();
    format!("{}-{}", one.method.to_lowercase(), words.join("-"))
}

/// What stands below these is theirs, whatever else is called so elsewhere: a draft's practices are not those that count.
const WHOLES: [&str; 1] = ["framework-drafts"];

fn tag_of(path: &'static str) -> &'static str {
    let fixed = || path.trim_start_matches(super::BASE).split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    if let Some(whole) = fixed().next().filter(|first| WHOLES.contains(first)) {
        return whole;
    }
    fixed().rfind(|part| part.ends_with('s')).or_else(|| fixed().next()).unwrap_or_default()
}

fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let (_, about, example) = PARTS.iter().find(|(known, ..)| *known == name).copied().unwrap_or_default();
            let mut part = json!({
                "name": name, "in": "path", "required": true, "description": about,
                "schema": { "type": "string", "minLength": 1 },
            });
            if !example.is_empty() {
                part["example"] = Value::from(example);
            }
            part
        })
        .collect()
}

/// The answers that went wrong, by status; several kinds may share one.
fn answers() -> Map<String, Value> {
    let mut answers = Map::new();
    for kind in KINDS {
        let entry = answers.entry(kind.status.to_string()).or_insert_with(|| {
            json!({
                "description": "",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            })
        });
        let before = entry["description"].as_str().unwrap_or_default();
        let joined = if before.is_empty() { kind.title.to_owned() } else { format!("{before}; or: {}", kind.title) };
        entry["description"] = Value::from(joined);
        if kind.status == kinds::NOT_SIGNED_IN.status {
            entry["headers"] = json!({ "WWW-Authenticate": { "schema": { "type": "string" } } });
        }
        if kind.status == kinds::TOO_MANY.status {
            entry["headers"] = json!({ "Retry-After": {
                "description": "In how many seconds the next one counts.", "schema": { "type": "integer" },
            } });
        }
    }
    answers
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong, and what to do (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "The kind of problem; its address explains it." },
            "title": { "type": "string", "description": "The kind in a few words." },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What happened this time, and what to do." },
            "errors": {
                "type": "array",
                "description": "What is wrong with the body, place by place.",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "The place, as a JSON pointer." },
                        "detail": { "type": "string" },
                    },
                },
            },
            "reference": { "type": "string", "description": "For whoever runs the server: where the log tells more." },
        },
    })
}
