//! What the API answers when something did not happen: a problem document (RFC 9457), never a page.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::etag;
use crate::{app::Cx, error::Shown};

/// A kind of problem. Its name is the last part of its address, where the page about the API explains it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Its name.
    pub name: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it means, and what to do.
    pub about: &'static str,
}

macro_rules! kinds {
    ($($word:ident = $name:literal, $status:literal, $title:literal, $about:literal;)+) => {
        /// The kinds by name.
        pub(crate) mod kinds {
            use super::ProblemKind;
            $(pub(crate) static $word: ProblemKind =
                ProblemKind { name: $name, status: $status, title: $title, about: $about };)+
        }
        /// All kinds of problems, by status.
        pub static KINDS: &[&ProblemKind] = &[$(&kinds::$word),+];
    };
}

kinds! {
    UNREADABLE = "unreadable", 400, "We can't read this request",
        "A parameter is unknown or holds what it can't hold, or the body is not JSON. The detail names the place.";
    NOT_SIGNED_IN = "not-signed-in", 401, "Please sign in",
        "Bring a token of yours in the header Authorization: Bearer, one that is still good.";
    NOT_ALLOWED = "not-allowed", 403, "That is for others to do",
        "This belongs to people in another role than yours. If you need it, ask whoever you work with here.";
    OTHER_SITE = "other-site", 403, "We can't tell that this came from our own page",
        "With the browser's session, a change must come from our own pages. A program brings a token instead.";
    NOT_FOUND = "not-found", 404, "There is no such thing here",
        "It is not there, or it is not shared with you.";
    METHOD = "method", 405, "This address does not know that method",
        "The header Allow lists the methods that it knows.";
    IN_FLIGHT = "in-flight", 409, "The first request with this key is still under way",
        "Wait a moment, then send the same request again with the same key to get its answer.";
    ANSWER_LOST = "answer-lost", 409, "This was done, and its answer was lost",
        "The first request with this key did its work, but the server stopped before its answer was kept. Look at the list; what you sent is there. Nothing was done twice.";
    STALE = "stale", 412, "Somebody else changed this meanwhile",
        "The version that If-Match names is not the one that stands. Read it again, put the two together, and send your change with the new ETag.";
    TOO_LARGE = "too-large", 413, "This is more than a request can carry",
        "A body has at most 256 KB. Whole tables come in as files, by the import.";
    MEDIA_TYPE = "media-type", 415, "Please send JSON",
        "The body of a request is JSON, and its header says so: Content-Type: application/json.";
    UNFIT = "unfit", 422, "Something in this needs another look",
        "Each entry of errors names a place in what was sent, as a JSON pointer, and says what is wrong there and what to do.";
    KEY_REUSED = "key-reused", 422, "This key was used for something else",
        "An Idempotency-Key belongs to one request. Make a new one for each new thing.";
    IF_MATCH_MISSING = "if-match-missing", 428, "Which version do you change?",
        "Send the ETag of what you read in the header If-Match, so that nobody's change is overwritten unseen.";
    TOO_MANY = "too-many", 429, "Let's wait a moment",
        "There were many tries or requests in a short time. The header Retry-After says in how many seconds the next one counts.";
    FAULT = "fault", 500, "That was our fault",
        "Something broke on our side. Read what you meant to change before you send it again. If it happens twice, tell whoever runs this server the reference.";
     DISK_FULL = "disk-full", 503, "The server's disk is full",
         "Nothing can be saved until there is room, and nothing was changed by this request. Tell whoever runs this server, and send it again later; reading goes on.";
    TIMEOUT = "timeout", 504, "This took too long",
        "We stopped after a minute. Ask for less at a time, or try again later.";
}

/// What is wrong at one place of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The place, as a JSON pointer (`#/name`).
    pub pointer: String,
    /// What is wrong there, and what to do.
    pub detail: String,
}

impl Flaw {
    /// A flaw of a member of the body.
    #[must_use]
    pub fn of(name: &str, detail: impl Into<String>) -> Self {
        let place = name.replace('~', "~0").replace('/', "~1");
        Self { pointer: if place.is_empty() { "#".to_owned() } else { format!("#/{place}") }, detail: detail.into() }
    }
}

/// A problem that has a kind of its own.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its kind.
    pub kind: &'static ProblemKind,
    /// What happened this time.
    pub detail: String,
    /// What is wrong where.
    pub flaws: Vec<Flaw>,
}

impl Problem {
    /// A problem of this kind, in the kind's own words.
    #[must_use]
    pub fn of(kind: &'static ProblemKind) -> Self {
        Self { kind, detail: kind.about.to_owned(), flaws: Vec::new() }
    }

    /// A request that can't be read: which part, and why.
    #[must_use]
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::of(&kinds::UNREADABLE) }
    }

    /// A body in which some places need another look.
    #[must_use]
    pub fn unfit(flaws: Vec<Flaw>) -> Self {
        Self { flaws, ..Self::of(&kinds::UNFIT) }
    }
}

/// The document as it goes out.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[Flaw]>::is_empty")]
    errors: &'a [Flaw],
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

/// An answer under the API's addresses: an error as a problem document, an unchanged thing as 304.
pub(crate) fn drawn(cx: &Cx, headers: &HeaderMap, response: Response) -> Response {
    if response.status().is_client_error() || response.status().is_server_error() {
        draw(cx, headers, response)
    } else {
        etag::unless_known(headers, response)
    }
}

/// The problem document of an answer that went wrong, whoever made it.
pub(crate) fn draw(cx: &Cx, headers: &HeaderMap, response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let shown = parts.extensions.remove::<Shown>();
    let status = match &shown {
        // Pages call it a conflict; here the version is a precondition of the request.
        Some(shown) if shown.stale => StatusCode::PRECONDITION_FAILED,
        _ => parts.status,
    };
    let fault = shown.as_ref().and_then(|shown| shown.fault.clone());
    let reference = fault.or_else(|| status.is_server_error().then(|| format!("answered with {status}"))).map(|fault| {
        let reference = crate::error::new_reference(cx.now);
        tracing::error!(reference, address = crate::secret::told(&cx.address), fault, "a request failed");
        reference
    });
    let problem = match shown {
        Some(Shown { problem: Some(problem), .. }) => *problem,
        shown => {
            let kind = KINDS.iter().find(|kind| kind.status == status.as_u16()).copied().unwrap_or(if status.is_server_error() {
                &kinds::FAULT
            } else {
                &kinds::UNREADABLE
            });
            let mut problem = Problem::of(kind);
            // Only what is not theirs to do, a rule that was broken, and a wait have words of their own.
            if let (403 | 422 | 429, Some(shown)) = (status.as_u16(), shown) {
                problem.detail = shown.advice;
            }
            problem
        }
    };
    let document = Document {
        kind: format!("{}/api#problem-{}", cx.app.config.public_url, problem.kind.name),
        title: problem.kind.title,
        status: status.as_u16(),
        detail: &problem.detail,
        errors: &problem.flaws,
        reference: reference.as_deref(),
    };
    let mut answer = (status, Json(document)).into_response();
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    for kept in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = parts.headers.remove(&kept) {
            out.insert(kept, value);
        }
    }
    if status == StatusCode::UNAUTHORIZED {
        let brought = headers.contains_key(header::AUTHORIZATION);
        let challenge =
            if brought { "Bearer realm=\"Everbetter\", error=\"invalid_token\"" } else { "Bearer realm=\"Everbetter\"" };
        out.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    answer
}
