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
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use http_body_util::BodyExt as _;

use super::{Shell, Toast, cookies, form::LARGEST, origin};
use crate::{
    access::{KeptForm, Via},
    api,
    app::{App, Browser, Cx, Remembered},
    config::Config,
    error::{Error, Shown},
    secret,
    settings::Settings,
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    shell: Shell,
    title: String,
    text: String,
    reference: String,
    back: String,
}

/// Finds out who asks, and puts the request's context where handlers find it.
pub(super) async fn identify(
    State((app, allowances)): State<(Arc<App>, Arc<api::Allowances>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let now = app.clock.now();
    let headers = request.headers();
    let address = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let htmx = headers.contains_key("hx-request");
    let method = request.method().clone();
    let is_get = method == Method::GET;
    let session = cookies::read(headers, cookies::session_name(&app.config)).map(secret::token_hash);
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .map(secret::token_hash);
    // Who brings a program's header means to be a program: a cookie beside it speaks for nobody.
    let is_program = bearer.is_none() && api::is_api(&address) && headers.contains_key(header::AUTHORIZATION);
    let theme = cookies::theme(headers, &app.config);
    let toast = cookies::read(headers, cookies::toast_name(&app.config)).and_then(Toast::from_cookie);
    let had_toast = toast.is_some() && !htmx;

    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let known = async {
        let settings = Settings::read(app.db.read()).await?;
        let who = match (bearer, session) {
            (Some(hash), _) => {
                let who = app.identify.by_token(&app.db, hash.clone(), now).await?.ok_or(Error::NotSignedIn)?;
                allowances.take(&app.db, app.config.token_requests, &hash, now).await?;
                Some(who)
            }
            _ if is_program => return Err(Error::NotSignedIn),
            (None, Some(hash)) => app.identify.by_session(&app.db, hash, now).await?,
            (None, None) => None,
        };
        Ok::<_, Error>((settings, who))
    };
    let (settings, who) = match known.await {
        Ok(known) => known,
        Err(error) => {
            let client = client(&app.config, peer, request.headers());
            let cx = Cx {
                app,
                who: None,
                now,
                settings: Settings::default(),
                htmx,
                is_get,
                address,
                marked_db: None,
                browser: Browser { client, ..Browser::default() },
                remembered: None,
            };
            match error {
                Error::NotSignedIn => note_refusal(&cx, &method, "a token opened nothing"),
                Error::TooMany { .. } => note_refusal(&cx, &method, "a token asked too often"),
                _ => {}
            }
            return draw_error(&cx, request.headers(), error.into_response());
        }
    };
    let csrf = match who.as_ref().map(|who| &who.via) {
        Some(Via::Session(hash)) => secret::csrf_word(hash),
        // Before anybody signed in there is nothing to protect but the sign-in itself, bound to the host's name.
        _ => secret::csrf_word(app.config.public_url.as_bytes()),
    };
    let client = client(&app.config, peer, request.headers());
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
        // What is sent changes things, so it reads anew.
        remembered: is_get.then(Remembered::default),
    };
    // No key and no text of ours can hold a character of code 0, and PostgreSQL refuses it. The API names the parameter itself.
    let (path, query) = cx.address.split_once('?').unwrap_or((&cx.address, ""));
    if path.contains("%00") || query.contains("%00") && !api::is_api(path) {
        return draw_error(&cx, request.headers(), Error::NotFound.into_response());
    }
    if !by_token && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        let headers = request.headers().clone();
        request = match origin::only_ours(&cx, request).await {
            Ok(request) => request,
            Err(error) => {
                note_refusal(&cx, &method, "not from our own page");
                return draw_error(&cx, &headers, error.into_response());
            }
        };
    }
    request.extensions_mut().insert(cx.clone());
    let headers = request.headers().clone();
    let (request, sent) = match remember(request).await {
        Ok(remembered) => remembered,
        Err(error) => return draw_error(&cx, &headers, error.into_response()),
    };
    let response = next.run(request).await;
    match response.status() {
        StatusCode::FORBIDDEN if response.extensions().get::<Shown>().is_some_and(|shown| !shown.asks_again) => {
            note_refusal(&cx, &method, "not allowed");
        }
        StatusCode::TOO_MANY_REQUESTS => note_refusal(&cx, &method, "too many tries"),
        _ => {}
    }
    if response.extensions().get::<Shown>().is_some_and(|shown| shown.asks_again)
        && !cx.address.starts_with("/api/")
        && let Some(to) = ask_again(&cx, &headers, sent).await
    {
        return if cx.htmx { ([(HeaderName::from_static("hx-redirect"), to)], "").into_response() } else { super::go_to(&to) };
    }
    let mut response = draw_error(&cx, &headers, response);
    if let Some(toast) = response.extensions_mut().remove::<Toast>() {
        cookies::add(&mut response, &cookies::toast(&cx.app.config, &toast.in_cookie()));
    }
    if had_toast && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        cookies::add(&mut response, &cookies::toast(&cx.app.config, ""));
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

/// Logs what was refused to whom.
fn note_refusal(cx: &Cx, method: &Method, what: &str) {
    let person = cx.who.as_ref().map_or("nobody", |who| who.slug.as_str());
    tracing::warn!(person, from = cx.place(), %method, address = secret::told(&cx.address), "{what}");
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
        tracing::error!(reference, address = secret::told(&cx.address), fault, "a request failed");
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
    // A file that people attached brings a stricter one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
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
