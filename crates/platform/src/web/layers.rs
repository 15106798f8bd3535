//! What every request passes: who is it, did it come from our own page, which headers go back, and how errors are drawn.

use std::{sync::Arc, time::Instant};

use askama::Template;
use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use super::{Shell, Toast};
use crate::{
    access::Via,
    app::{App, Browser, Cx},
    config::Config,
    error::{Error, Shown},
    secret,
    settings::Settings,
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// Set on a request whose form must bring our word back, since the browser named no origin.
#[derive(Clone, Copy)]
pub(super) struct CsrfOwed;

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    shell: Shell,
    title: String,
    text: String,
    reference: String,
    back: String,
}

pub(crate) fn session_cookie_name(config: &Config) -> &'static str {
    // The prefix binds the cookie to this host, but browsers refuse it without TLS.
    if config.is_https() { "__Host-everbetter" } else { "everbetter" }
}

/// The cookie that carries a new session's token.
#[must_use]
pub fn session_cookie(config: &Config, token: &str) -> String {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let age = config.session_limit.as_secs();
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", session_cookie_name(config))
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn clear_session_cookie(config: &Config) -> String {
    let secure = if config.is_https() { "; Secure" } else { "" };
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", session_cookie_name(config))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Finds out who asks, and puts the request's context where handlers find it.
pub(super) async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let headers = request.headers();
    let address = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let htmx = headers.contains_key("hx-request");
    let is_get = *request.method() == Method::GET;
    let session = cookie(headers, session_cookie_name(&app.config)).map(secret::token_hash);
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(secret::token_hash);
    let theme = match cookie(headers, "theme") {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    };
    let toast = cookie(headers, "toast").and_then(Toast::from_cookie);
    let had_toast = toast.is_some() && !htmx;

    let known = async {
        let settings = Settings::read(app.db.read()).await?;
        let who = match (bearer, session) {
            (Some(hash), _) => Some(app.identify.by_token(&app.db, hash, now).await?.ok_or(Error::NotSignedIn)?),
            (None, Some(hash)) => app.identify.by_session(&app.db, hash, now).await?,
            (None, None) => None,
        };
        Ok::<_, Error>((settings, who))
    };
    let (settings, who) = match known.await {
        Ok(known) => known,
        Err(error) => {
            let cx =
                Cx { app, who: None, now, settings: Settings::default(), htmx, is_get, address, browser: Browser::default() };
            return draw_error(&cx, request.headers(), error.into_response());
        }
    };
    let csrf = match who.as_ref().map(|who| &who.via) {
        Some(Via::Session(hash)) => secret::csrf_word(hash),
        // Before anybody signed in there is nothing to protect but the sign-in itself, bound to the host's name.
        _ => secret::csrf_word(app.config.public_url.as_bytes()),
    };
    let by_token = who.as_ref().is_some_and(|who| who.via == Via::Token);
    let cx = Cx { app, who: who.map(Arc::new), now, settings, htmx, is_get, address, browser: Browser { csrf, theme, toast } };
    if !by_token && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        match origin(&cx, request.headers()) {
            Origin::Ours => {}
            Origin::Foreign => {
                let refusal = Error::Refused(
                    "This came from another site, so we did nothing. If you meant it, open our page and send it from there."
                        .to_owned(),
                );
                return draw_error(&cx, request.headers(), refusal.into_response());
            }
            Origin::Unknown => {
                request.extensions_mut().insert(CsrfOwed);
            }
        }
    }
    request.extensions_mut().insert(cx.clone());
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let mut response = draw_error(&cx, &headers, response);
    if had_toast && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_static("toast=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
    }
    response
}

enum Origin {
    Ours,
    Foreign,
    Unknown,
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

/// Draws the page of an error that a handler answered with: a page, a line for htmx, a problem document for the API.
fn draw_error(cx: &Cx, headers: &HeaderMap, response: Response) -> Response {
    let Some(shown) = response.extensions().get::<Shown>().cloned() else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let accepts_html =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if shown.not_signed_in
        && headers.get(header::AUTHORIZATION).is_none()
        && !cx.address.starts_with("/api/")
        && (accepts_html || cx.htmx)
    {
        // Only a page can be gone back to; what was sent to a form's address can't.
        let to = if cx.address == "/" || !cx.is_get {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?back={}", percent_encoding::utf8_percent_encode(&cx.address, percent_encoding::NON_ALPHANUMERIC))
        };
        if cx.htmx {
            return ([(HeaderName::from_static("hx-redirect"), to)], "").into_response();
        }
        return super::go_to(&to);
    }
    let reference = shown.fault.as_ref().map_or_else(String::new, |fault| {
        let reference = crate::clock::new_id(cx.now).simple().to_string()[20..].to_uppercase();
        tracing::error!(reference, address = cx.address, fault, "a request failed");
        reference
    });
    let body = if cx.address.starts_with("/api/") || headers.get(header::AUTHORIZATION).is_some() && !accepts_html {
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": shown.title,
            "status": parts.status.as_u16(),
            "detail": shown.advice,
            "reference": (!reference.is_empty()).then_some(&reference),
        });
        let mut body = Json(problem).into_response();
        body.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        body
    } else {
        let page = ErrorPage {
            shell: cx.shell(shown.title, ""),
            title: shown.title.to_owned(),
            text: shown.advice,
            reference,
            back: String::new(),
        };
        match page.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!(%error, "the page of an error can't be drawn");
                "Something went wrong, and the page that should say so could not be drawn either.".into_response()
            }
        }
    };
    let (body_parts, body) = body.into_parts();
    parts.headers.extend(body_parts.headers);
    Response::from_parts(parts, body)
}

/// Headers that every answer carries.
pub(super) async fn headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What people see is theirs alone; only assets say otherwise.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Logs and counts the request.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    super::pace::note(&route, took);
    let seconds = took.as_secs_f64();
    metrics::counter!("http_requests_total", "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.clone()).record(seconds);
    tracing::debug!(%method, route, status, milliseconds = seconds * 1000.0, "answered");
    response
}
