//! Whether what somebody sends comes from our own page. Asked of everything that may change something, before any handler.
//!
//! Browsers say where a request comes from, or name its origin. Where one says neither, the form must bring the word back that
//! our page gave it.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Limited};

use super::form::{Form, LARGEST};
use crate::{api, app::Cx, error::Error, secret};

/// How far into a form with a file we look for our word: it is the first field.
const HEAD: usize = 8 * 1024;

enum Origin {
    Ours,
    Foreign,
    Unknown,
}

/// Lets a request through that came from our own page.
///
/// # Errors
/// When it came from another site, or does not say so and lacks our word.
pub(super) async fn only_ours(cx: &Cx, request: Request) -> Result<Request, Error> {
    // A program's body has no place for our word, so the origin alone must speak for it.
    let is_program = api::is_api(&cx.address);
    match origin(cx, request.headers()) {
        Origin::Ours => Ok(request),
        Origin::Foreign | Origin::Unknown if is_program => {
            if cx.who.is_some() {
                Err(api::Problem::of(&api::kinds::OTHER_SITE).into())
            } else {
                Ok(request)
            }
        }
        Origin::Foreign => Err(Error::Refused(
            "This came from another site, so we did nothing. If you meant it, open our page and send it from there.".to_owned(),
        )),
        Origin::Unknown => {
            let (word, request) = word_in(request).await?;
            if secret::same(&word, &cx.browser.csrf) {
                return Ok(request);
            }
            Err(Error::Refused(
                "We could not tell that this form came from our own page. Please load the page again and send it once more."
                    .to_owned(),
            ))
        }
    }
}

fn origin(cx: &Cx, headers: &HeaderMap) -> Origin {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(word) = text("x-csrf-token") {
        return if secret::same(word, &cx.browser.csrf) { Origin::Ours } else { Origin::Foreign };
    }
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Origin::Ours,
        Some(_) => return Origin::Foreign,
        None => {}
    }
    match text("origin") {
        Some(origin) => {
            let host = text("host").unwrap_or_default();
            let named = origin.split_once("://").map_or("", |(_, rest)| rest);
            if !named.is_empty() && (named == host || origin == cx.app.config.public_url) {
                Origin::Ours
            } else {
                Origin::Foreign
            }
        }
        None => Origin::Unknown,
    }
}

/// The word that a form brings, and the request as it was; no word where there is none.
async fn word_in(request: Request) -> Result<(String, Request), Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let (parts, body) = request.into_parts();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let bytes = Limited::new(body, LARGEST).collect().await.map_err(|_| too_large())?.to_bytes();
        let word = Form::parse(&bytes)?.value("_csrf").to_owned();
        return Ok((word, Request::from_parts(parts, Body::from(bytes))));
    }
    if kind.starts_with("multipart/form-data") {
        let mut rest = body.into_data_stream();
        let mut head = Vec::new();
        while head.len() < HEAD && first_field(&head).is_none() {
            match rest.next().await {
                Some(Ok(bytes)) => head.extend_from_slice(&bytes),
                Some(Err(_)) => return Err(Error::Refused("The form did not arrive whole. Please send it again.".to_owned())),
                None => break,
            }
        }
        let word = match first_field(&head) {
            Some(("_csrf", value)) => value.to_owned(),
            _ => String::new(),
        };
        let whole = stream::once(async { Ok(Bytes::from(head)) }).chain(rest);
        return Ok((word, Request::from_parts(parts, Body::from_stream(whole))));
    }
    Ok((String::new(), Request::from_parts(parts, body)))
}

pub(crate) fn too_large() -> Error {
    Error::Refused("That is more than one form can carry (2 MB).".to_owned())
}

/// Name and value of the first field of a form with a file, once both have arrived.
fn first_field(head: &[u8]) -> Option<(&str, &str)> {
    // What follows the first field may be a file of any bytes.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let (headers, rest) = text.split_once("\r\n\r\n")?;
    let (value, _) = rest.split_once("\r\n--")?;
    let name = headers.split("name=\"").nth(1)?.split('"').next()?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_is_read_once_it_is_there() {
        let whole = "--edge\r\ncontent-disposition: form-data; name=\"_csrf\"\r\n\r\nword\r\n--edge\r\n";
        assert_eq!(first_field(whole.as_bytes()), Some(("_csrf", "word")));
        assert_eq!(first_field(&whole.as_bytes()[..whole.len() - 10]), None, "the value may go on");
        let mut with_file = whole.as_bytes().to_vec();
        with_file.extend([0xff, 0xfe]);
        assert_eq!(first_field(&with_file), Some(("_csrf", "word")));
        assert_eq!(first_field(b"\xff"), None);
    }
}
