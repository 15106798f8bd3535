//! What handlers of the API answer.

use std::marker::PhantomData;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{Call, etag};
use crate::{error::Error, paging::Page};

/// One thing. With a version, it can be changed by `If-Match`.
pub struct Item<T> {
    /// The version of its row, where it can be changed.
    pub version: Option<i32>,
    /// The thing.
    pub value: T,
}

/// A page of a list.
pub struct Listing<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// Something that was made, or was made before by a request of the same key.
pub struct Made<T> {
    state: State<T>,
}

enum State<T> {
    New { location: String, version: Option<i32>, value: T },
    Kept { kept: Kept, again: bool, of: PhantomData<fn() -> T> },
}

/// It is gone.
pub struct Gone;

/// An answer as a key's row keeps it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    pub body: String,
}

impl<T> Item<T> {
    /// A thing that changes under a version.
    pub fn of(version: i32, value: T) -> Self {
        Self { version: Some(version), value }
    }

    /// A thing that nobody changes through the API.
    pub fn fixed(value: T) -> Self {
        Self { version: None, value }
    }
}

impl<T> Listing<T> {
    /// The page that a call asked for, each row as it is told.
    pub fn of<Q, R>(call: &Call<Q>, page: Page<R>, tell: impl FnMut(R) -> T) -> Self {
        Self { next: call.next(&page.after), items: page.rows.into_iter().map(tell).collect() }
    }
}

impl<T> Made<T> {
    /// Something new, with its address and the version of its row.
    pub fn at(location: impl Into<String>, version: impl Into<Option<i32>>, value: T) -> Self {
        Self { state: State::New { location: location.into(), version: version.into(), value } }
    }

    pub(super) fn again(kept: Kept) -> Self {
        Self { state: State::Kept { kept, again: true, of: PhantomData } }
    }

    pub(super) fn fresh(kept: Kept) -> Self {
        Self { state: State::Kept { kept, again: false, of: PhantomData } }
    }
}

impl<T: Serialize> Made<T> {
    pub(super) fn kept(self) -> Result<Kept, Error> {
        match self.state {
            State::Kept { kept, .. } => Ok(kept),
            State::New { location, version, value } => {
                let body = serde_json::to_string(&value)?;
                let etag = version.map(|version| etag::tag(Some(version), body.as_bytes()));
                Ok(Kept { status: 201, location: Some(location), etag, body })
            }
        }
    }
}

/// JSON with its tag; what one person reads is for that person alone, and may be kept to be asked about again.
fn json(status: StatusCode, etag: Option<&str>, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    if let Some(tag) = etag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// A document that is the same for everybody, with its tag.
#[must_use]
pub fn document_answer(body: String) -> Response {
    let tag = etag::tag(None, body.as_bytes());
    json(StatusCode::OK, Some(&tag), body)
}

impl<T: Serialize> IntoResponse for Item<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.value) {
            Ok(body) => json(StatusCode::OK, Some(&etag::tag(self.version, &body)), body),
            Err(error) => Error::from(error).into_response(),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    items: &'a [T],
    next: Option<&'a str>,
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope { items: &self.items, next: self.next.as_deref() };
        let mut response = match serde_json::to_vec(&envelope) {
            Ok(body) => json(StatusCode::OK, Some(&etag::tag(None, &body)), body),
            Err(error) => return Error::from(error).into_response(),
        };
        let link = self.next.map(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")));
        if let Some(Ok(link)) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        let again = matches!(self.state, State::Kept { again: true, .. });
        let kept = match self.kept() {
            Ok(kept) => kept,
            Err(error) => return error.into_response(),
        };
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::CREATED);
        let mut response = json(status, kept.etag.as_deref(), kept.body);
        if let Some(location) = kept.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        if again {
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
