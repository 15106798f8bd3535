//! What is attached goes out again: as what it is, never as a page, and for whoever was let through by the route alone.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Kind;
use crate::{
    api,
    db::{self, ConnectionTrait, FromQueryResult},
    error::Error,
};

/// Nothing in it runs, loads or sends, even if a browser were led to open it as a page.
const POLICY: &str = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What stands in a name as it is (RFC 5987).
const IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Which picture of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As it is kept.
    Whole,
    /// Small, for a list; documents have none.
    Small,
}

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    bytes: Option<Vec<u8>>,
}

/// Answers the content of that hash under a name, or that it has not changed. A browser may keep it, and asks before it shows it
/// again: whoever may not see it any more, or gets to that browser next, is told so by the route.
///
/// # Errors
/// Not found, or the database's own.
pub async fn serve(on: &impl ConnectionTrait, asked: &HeaderMap, hash: &str, name: &str, size: Size) -> Result<Response, Error> {
    let tag = match size {
        Size::Whole => format!("\"{hash}\""),
        Size::Small => format!("\"{hash}-small\""),
    };
    let mut kept = HeaderMap::new();
    kept.insert(header::ETAG, value(&tag)?);
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // A browser takes over what comes with the word that nothing has changed, so that word brings it too.
    kept.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if api::is_known(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let sql = match size {
        Size::Whole => "select kind, content as bytes from attached_content where hash = $1",
        Size::Small => "select kind, small as bytes from attached_content where hash = $1",
    };
    let Row { kind, bytes } = db::one::<Row>(on, sql, vec![hash.into()]).await?.ok_or(Error::NotFound)?;
    let (kind, bytes) = Kind::from_key(&kind).zip(bytes).ok_or(Error::NotFound)?;
    // A small picture is always a JPEG.
    let kind = if size == Size::Small { Kind::Jpeg } else { kind };
    let how = if kind.is_photo() { "inline" } else { "attachment" };
    let name = utf8_percent_encode(name, IN_NAMES);
    kept.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    kept.insert(header::CONTENT_DISPOSITION, value(&format!("{how}; filename*=UTF-8''{name}"))?);
    Ok((kept, bytes).into_response())
}

fn value(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|error| Error::Ours(format!("a header of a file: {error}")))
}
