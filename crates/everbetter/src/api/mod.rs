//! The API as a whole: who one is there, its OpenAPI document, and the page that explains both.

mod page;

use axum::response::Response;
use platform::{
    Cx, Error,
    access::{Open, Routes, SignedIn, Via},
    api::{Call, Item, document_answer},
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/api", page::show).get("/api/openapi.json", document).api_get(
        "/api/v1/me",
        "Who I am, and what I may do",
        me,
    )
}

/// The one who asks.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Me")]
struct Me {
    /// The readable key: the person is at `/api/v1/people/{key}`.
    key: String,
    /// The id.
    id: Uuid,
    /// The full name.
    name: String,
    /// `staff`, `partner` or `alumnus`.
    kind: String,
    /// The key of the site that a partner-side person works at.
    site: Option<String>,
    /// Today's seats.
    seats: Vec<Seat>,
    /// `token` or `session`.
    signed_in_by: &'static str,
    /// What may be done with the organisation as a whole; what may be done with one thing depends on the thing.
    may: Vec<Right>,
}

/// A seat in a team.
#[derive(Serialize, JsonSchema)]
struct Seat {
    /// The team's key.
    team: String,
    /// The role in it.
    role: String,
}

/// Something that may be done.
#[derive(Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    /// To what.
    thing: &'static str,
    /// What.
    action: &'static str,
}

async fn me(who: SignedIn, call: Call) -> Result<Item<Me>, Error> {
    let who = who.who();
    let rights = call.app.house.reference().rights.iter();
    let mut may: Vec<Right> = rights
        .filter(|right| (right.on_the_whole)(who) == Some(true))
        .map(|right| Right { thing: right.thing, action: right.action })
        .collect();
    may.sort_unstable();
    may.dedup();
    Ok(Item::fixed(Me {
        key: who.slug.clone(),
        id: who.person.0,
        name: who.name.clone(),
        kind: who.kind.word().to_owned(),
        site: who.works_at.clone(),
        seats: who.seats.iter().map(|seat| Seat { team: seat.slug.clone(), role: seat.role.clone() }).collect(),
        signed_in_by: if who.via == Via::Token { "token" } else { "session" },
        may,
    }))
}

async fn document(_: Open, cx: Cx) -> Response {
    document_answer(cx.app.house.reference().document.to_string())
}
