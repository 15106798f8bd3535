//! The web kit: the frame of a page, forms that remember, assets, and the layers that every request passes.

mod assets;
mod cookies;
mod form;
mod layers;
mod origin;
mod pace;
mod server;
mod shell;
mod upload;

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};

pub(crate) use form::LARGEST;
pub use form::{Form, Stated};
pub(crate) use origin::too_large;
pub use pace::{Pace, pace};
pub use server::{build, serve};
pub use shell::{NavPlace, Shell, ShellPerson, Toast};
pub use upload::Upload;
pub(crate) use upload::{bare_name, broken_off};

use crate::error::Error;

pub use cookies::{clear_session_cookie, door_cookie, door_cookie_name, read as cookie, session_cookie, theme_cookie};

/// What a handler answers.
pub type Answered = Result<Response, Error>;

/// A rendered page or block.
///
/// # Errors
/// When the template can't be rendered.
pub fn page(template: &impl Template) -> Answered {
    Ok(Html(template.render()?).into_response())
}

/// A page that shows what is wrong with a form (422).
///
/// # Errors
/// When the template can't be rendered.
pub fn page_with_errors(template: &impl Template) -> Answered {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}

/// The way on after a change (303), so that the back button and a reload repeat nothing.
#[must_use]
pub fn go_to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// The way on after a change, with a word about it on the next page.
#[must_use]
pub fn go_to_with(address: &str, toast: &Toast) -> Response {
    let mut response = go_to(address);
    // The layer around all handlers makes a cookie of it, as the settings ask.
    response.extensions_mut().insert(toast.clone());
    response
}

/// A changed block for htmx, with an event that tells the page about it.
///
/// # Errors
/// When the template can't be rendered.
pub fn block_with_event(html: String, event: &serde_json::Value) -> Answered {
    let mut response = Html(html).into_response();
    // Headers carry ASCII: other letters go as JSON's own escapes.
    let ascii: String = event
        .to_string()
        .encode_utf16()
        .map(|unit| match char::from_u32(u32::from(unit)) {
            Some(letter) if letter.is_ascii() => letter.to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&ascii) {
        response.headers_mut().insert(HeaderName::from_static("hx-trigger"), value);
    }
    Ok(response)
}

/// Whether a text is an address of this site that a form may lead back to. Browsers leave tabs and line ends out of
/// addresses, so `/⇥/elsewhere` would lead elsewhere.
#[must_use]
pub fn is_local(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(|letter: char| letter == '\\' || letter.is_control())
}
