//! How the parts of a handler describe themselves: its permission, what it reads, what it answers.

use std::{collections::BTreeMap, future::Future, sync::Arc};

use axum::handler::Handler;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{
    Asks, Call, Edit, Field, Fields, Gone, Item, Listing, Made, New, ProblemKind, Removal, call::PAGING, field::object, kinds,
};
use crate::{
    access::Permission,
    app::{App, Cx},
    error::Error,
};

/// An operation of the API, and how to describe it.
#[derive(Clone, Copy)]
pub struct Described {
    /// GET, POST, PATCH or DELETE.
    pub method: &'static str,
    /// The address with its named parts in braces.
    pub path: &'static str,
    /// A line, and after an empty line what else there is to say.
    pub about: &'static str,
    pub(super) sketch: fn(&mut Sketch),
}

impl Described {
    pub(crate) fn new<F: Endpoint<T>, T>(method: &'static str, path: &'static str, about: &'static str) -> Self {
        Self { method, path, about, sketch: F::sketch }
    }
}

/// An operation while it is described.
pub struct Sketch {
    pub(super) schemas: SchemaGenerator,
    pub(super) bodies: BTreeMap<String, Value>,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: BTreeMap<u16, Value>,
    pub(super) permission: (&'static str, &'static str),
}

impl Sketch {
    fn may_answer(&mut self, kinds: &[&ProblemKind]) {
        for kind in kinds {
            self.answers
                .entry(kind.status)
                .or_insert_with(|| json!({ "$ref": format!("#/components/responses/{}", kind.status) }));
        }
    }

    fn schema_of<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }

    fn takes_query(&mut self, fields: impl Iterator<Item = &'static Field>) {
        for field in fields {
            self.parameters
                .push(json!({ "name": field.name, "in": "query", "description": field.about, "schema": field.schema() }));
        }
    }

    fn takes_version(&mut self) {
        self.parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true,
            "description": "The ETag of what you read; the change is made only while that version stands.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
        }));
        self.may_answer(&[&kinds::STALE, &kinds::IF_MATCH_MISSING]);
    }

    fn takes_body<F: Fields>(&mut self, is_new: bool) {
        let name = format!("{}{}", if is_new { "New" } else { "Edit" }, F::NAME);
        self.body = Some(json!({
            "required": true,
            "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } },
        }));
        self.bodies.insert(name, object(F::FIELDS, is_new));
        self.may_answer(&[&kinds::TOO_LARGE, &kinds::MEDIA_TYPE, &kinds::UNFIT]);
    }
}

/// Something that a handler takes.
pub trait Part {
    /// Says what it reads.
    fn describe(sketch: &mut Sketch);
}

impl Part for Cx {
    fn describe(_: &mut Sketch) {}
}

impl<Q: Asks> Part for Call<Q> {
    fn describe(sketch: &mut Sketch) {
        sketch.takes_query(Q::FIELDS.iter().chain(PAGING.iter().filter(|_| Q::PAGED)));
        sketch.may_answer(&[&kinds::UNREADABLE]);
    }
}

impl<F: Fields> Part for New<F> {
    fn describe(sketch: &mut Sketch) {
        sketch.parameters.push(json!({
            "name": "Idempotency-Key", "in": "header",
            "description": "Makes it safe to send this again: the same key with the same body is done once and answered alike for a day.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$" },
        }));
        sketch.takes_body::<F>(true);
        sketch.may_answer(&[&kinds::IN_FLIGHT]);
    }
}

impl<F: Fields> Part for Edit<F> {
    fn describe(sketch: &mut Sketch) {
        sketch.takes_version();
        sketch.takes_body::<F>(false);
    }
}

impl Part for Removal {
    fn describe(sketch: &mut Sketch) {
        sketch.takes_version();
    }
}

/// What a handler answers.
pub trait Answer {
    /// Says what it answers.
    fn describe(sketch: &mut Sketch);
}

fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

const ETAG: &str = "#/components/headers/ETag";

impl<T: JsonSchema> Answer for Item<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema_of::<T>();
        sketch.answers.insert(
            200,
            json!({ "description": "It, as it stands.", "headers": { "ETag": { "$ref": ETAG } }, "content": content(schema) }),
        );
    }
}

impl<T: JsonSchema> Answer for Listing<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": sketch.schema_of::<T>() },
                "next": { "type": ["string", "null"], "description": "The address of the next page; null on the last one." },
            },
        });
        sketch.answers.insert(
            200,
            json!({ "description": "A page of the list.", "headers": { "ETag": { "$ref": ETAG } }, "content": content(schema) }),
        );
    }
}

impl<T: JsonSchema> Answer for Made<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema_of::<T>();
        let location = json!({ "description": "Its address.", "schema": { "type": "string" } });
        sketch.answers.insert(
            201,
            json!({ "description": "It is made.", "headers": { "Location": location }, "content": content(schema) }),
        );
    }
}

impl Answer for Gone {
    fn describe(sketch: &mut Sketch) {
        sketch.answers.insert(204, json!({ "description": "It is gone." }));
    }
}

impl<A: Answer> Answer for Result<A, Error> {
    fn describe(sketch: &mut Sketch) {
        A::describe(sketch);
        sketch.may_answer(&[&kinds::FAULT, &kinds::TIMEOUT]);
    }
}

/// A handler of the API: a permission first, then parts that describe themselves, and an answer that does.
#[diagnostic::on_unimplemented(
    message = "this is no handler of the API",
    note = "its first parameter must be a permission, its others `Call`, `New`, `Edit` or `Removal`, its answer `Item`, `Listing`, `Made` or `Gone`"
)]
pub trait Endpoint<T>: Handler<T, Arc<App>> {
    /// The words of the permission.
    fn words() -> (&'static str, &'static str);
    /// Describes it.
    fn sketch(sketch: &mut Sketch);
}

macro_rules! endpoint {
    ($($part:ident),*) => {
        impl<F, Answering, Answered, M, P, $($part),*> Endpoint<(M, P, $($part),*)> for F
        where
            F: Fn(P, $($part),*) -> Answering + Handler<(M, P, $($part),*), Arc<App>>,
            Answering: Future<Output = Answered>,
            Answered: Answer,
            P: Permission,
            $($part: Part),*
        {
            fn words() -> (&'static str, &'static str) {
                P::words()
            }
            fn sketch(sketch: &mut Sketch) {
                sketch.permission = P::words();
                match P::words().0 {
                    "open" => {}
                    "signed in" => sketch.may_answer(&[&kinds::NOT_SIGNED_IN, &kinds::TOO_MANY]),
                    _ => sketch.may_answer(&[&kinds::NOT_SIGNED_IN, &kinds::NOT_ALLOWED, &kinds::TOO_MANY]),
                }
                if P::can_be_hidden() {
                    sketch.may_answer(&[&kinds::NOT_FOUND]);
                }
                $($part::describe(sketch);)*
                Answered::describe(sketch);
            }
        }
    };
}
endpoint!();
endpoint!(A);
endpoint!(A, B);
endpoint!(A, B, C);
