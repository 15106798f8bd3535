//! What every request passes: who is it, did it come from our own page, which headers go back, and how errors are drawn.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use askama::Template;
use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use http_body_util::BodyExt as _;

use super::{Shell, Toast, form::LARGEST};
use crate::{
    access::{KeptForm, Via},
    api,
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

/// The cookie that carries a step of a sign-in that is under way; an empty word ends it.
#[must_use]
pub fn door_cookie(config: &Config, word: &str) -> String {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let age = if word.is_empty() { 0 } else { 900 };
    format!("{}={word}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", door_cookie_name(config))
}

/// The name of that cookie.
#[must_use]
pub fn door_cookie_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-everbetter-door" } else { "everbetter-door" }
}

/// What stands in a cookie of that name.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
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
            let cx = Cx {
                app,
                who: None,
                now,
                settings: Settings::default(),
                htmx,
                is_get,
                address,
                marked_db: None,
                browser: Browser::default(),
            };
            return draw_error(&cx, request.headers(), error.into_response());
        }
    };
    let csrf = match who.as_ref().map(|who| &who.via) {
        Some(Via::Session(hash)) => secret::csrf_word(hash),
        // Before anybody signed in there is nothing to protect but the sign-in itself, bound to the host's name.
        _ => secret::csrf_word(app.config.public_url.as_bytes()),
    };
    let client =
        client(&app.config, request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()), request.headers());
    let by_token = who.as_ref().is_some_and(|who| who.via == Via::Token);
    let cx = Cx {
        app,
        who: who.map(Arc::new),
        now,
        settings,
        htmx,
        is_get,
        address,
        marked_db: None,
        browser: Browser { csrf, theme, toast, client },
    };
    // No key and no text of ours can hold a character of code 0, and PostgreSQL refuses it. The API names the parameter itself.
    let (path, query) = cx.address.split_once('?').unwrap_or((&cx.address, ""));
    if path.contains("%00") || query.contains("%00") && !api::is_api(path) {
        return draw_error(&cx, request.headers(), Error::NotFound.into_response());
    }
    if !by_token && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        match origin(&cx, request.headers()) {
            Origin::Ours => {}
            // A program's body has no place for our word, so the origin alone must speak for it.
            Origin::Foreign | Origin::Unknown if cx.who.is_some() && api::is_api(&cx.address) => {
                let refusal = Error::from(api::Problem::of(&api::kinds::OTHER_SITE));
                return draw_error(&cx, request.headers(), refusal.into_response());
            }
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
    let (request, sent) = match remember(request).await {
        Ok(remembered) => remembered,
        Err(error) => return draw_error(&cx, &headers, error.into_response()),
    };
    let response = next.run(request).await;
    if response.extensions().get::<Shown>().is_some_and(|shown| shown.asks_again)
        && !cx.address.starts_with("/api/")
        && let Some(to) = ask_again(&cx, &headers, sent).await
    {
        return if cx.htmx { ([(HeaderName::from_static("hx-redirect"), to)], "").into_response() } else { super::go_to(&to) };
    }
    let mut response = draw_error(&cx, &headers, response);
    if had_toast && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_static("toast=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
    }
    response
}

/// The form that a request carries, so that it can be kept if it has to wait.
async fn remember(request: Request) -> Result<(Request, Option<Bytes>), Error> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let is_small = request.body().size_hint().upper().is_some_and(|size| size <= LARGEST as u64);
    if *request.method() != Method::POST || !is_form || !is_small {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    let bytes =
        body.collect().await.map_err(|_| Error::Refused("The form did not arrive whole. Please send it again.".to_owned()))?;
    let bytes = bytes.to_bytes();
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), Some(bytes)))
}

/// Where somebody shows who it is before going on with what was asked for.
async fn ask_again(cx: &Cx, headers: &HeaderMap, sent: Option<Bytes>) -> Option<String> {
    let word = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    if cx.is_get {
        return Some(format!("/sign-in/again?to={}", word(&cx.address)));
    }
    // The page that the form stands on, when it is one of ours.
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let back = from.strip_prefix(&cx.app.config.public_url).filter(|path| super::is_local(path)).unwrap_or("/").to_owned();
    let body = sent.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let Some(body) = body else { return Some(format!("/sign-in/again?to={}&lost=1", word(&back))) };
    let form = KeptForm { address: cx.address.clone(), back: back.clone(), body };
    match cx.app.identify.keep_form(cx, form).await {
        Ok(Some(kept)) => Some(format!("/sign-in/again?kept={kept}")),
        Ok(None) => None,
        Err(error) => {
            tracing::error!(%error, "a form can't be kept");
            Some(format!("/sign-in/again?to={}&lost=1", word(&back)))
        }
    }
}

/// Where a request comes from. The list that proxies write grows on the right; what stands left of the first address that
/// we don't trust could be anybody's invention.
fn client(config: &Config, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    let trusted = |address: IpAddr| config.trusted_proxies.iter().any(|network| network.holds(address));
    if !trusted(peer) {
        return (!peer.is_loopback()).then_some(peer);
    }
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let named = lines.join(",");
    for text in named.split(',').rev() {
        let Ok(address) = text.trim().parse::<IpAddr>() else { return None };
        if !trusted(address.to_canonical()) {
            return Some(address.to_canonical());
        }
    }
    None
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
    if api::is_api(&cx.address) {
        return api::drawn(cx, headers, response);
    }
    let Some(shown) = response.extensions().get::<Shown>().cloned() else { return response };
    let accepts_html =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if headers.contains_key(header::AUTHORIZATION) && !accepts_html {
        return api::draw(cx, headers, response);
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if shown.not_signed_in && headers.get(header::AUTHORIZATION).is_none() && (accepts_html || cx.htmx) {
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
        let reference = crate::error::new_reference(cx.now);
        tracing::error!(reference, address = cx.address, fault, "a request failed");
        reference
    });
    let page = ErrorPage {
        shell: cx.shell(shown.title, ""),
        title: shown.title.to_owned(),
        text: shown.advice,
        reference,
        back: String::new(),
    };
    let body = match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of an error can't be drawn");
            "Something went wrong, and the page that should say so could not be drawn either.".into_response()
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
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
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
