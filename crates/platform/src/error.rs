//! One error for handlers and verbs: a visitor's mistake says what to do next, ours shows only a reference.

use std::{
    io::ErrorKind,
    sync::atomic::{AtomicBool, Ordering},
};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr};

use crate::api::Problem;

/// Why something did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in: pages lead to the sign-in, the API answers 401.
    #[error("sign in first")]
    NotSignedIn,
    /// There is no such thing, or it is not for these eyes.
    #[error("not found")]
    NotFound,
    /// Visible, but not theirs to do.
    #[error("not allowed")]
    NotAllowed,
    /// Theirs to do, after showing once more that it is them: pages lead to where that is asked.
    #[error("show that it is you")]
    AsksAgain,
    /// Theirs to do in person, not by a program with their token.
    #[error("not by a token")]
    NotByToken,
    /// A rule was broken; the text says which, and what to do.
    #[error("{0}")]
    Refused(String),
    /// Somebody else changed it since it was opened.
    #[error("somebody else changed this since you opened it")]
    Stale,
    /// Too often; the seconds say when to come back.
    #[error("too many tries")]
    TooMany {
        /// Seconds until the next try counts.
        wait_seconds: u64,
    },
    /// A problem of the API that has a kind of its own.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// The server's disk is full: nothing can be saved until there is room.
    #[error("the disk is full")]
    Full,
    /// Our fault. The text goes to the log, never to the page.
    #[error("{0}")]
    Ours(String),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_full(&error) { Self::full(&error) } else { Self::Ours(error.to_string()) }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Ours(format!("a template was not rendered: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if has_no_room(&error) { Self::full(&error) } else { Self::Ours(error.to_string()) }
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        if let object_store::Error::NotFound { .. } = error {
            return Self::NotFound;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(one) = cause {
            if one.downcast_ref::<std::io::Error>().is_some_and(has_no_room) {
                return Self::full(&error);
            }
            cause = one.source();
        }
        Self::Ours(error.to_string())
    }
}

/// Set when something could not be written for want of room, until [`crate::web`]'s readiness finds that there is room again.
pub(crate) static DISK_WAS_FULL: AtomicBool = AtomicBool::new(false);

fn has_no_room(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Whether a database says that its disk is full.
#[must_use]
pub fn is_full(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code());
    // SQLite: no room for the file, nor for the index of its log. PostgreSQL: disk_full.
    matches!(code.as_deref(), Some("13" | "4874" | "53100"))
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Ours(format!("JSON: {error}"))
    }
}

impl Error {
    fn full(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "the disk is full: nothing can be saved until there is room");
        DISK_WAS_FULL.store(true, Ordering::Relaxed);
        Self::Full
    }

    /// Lets a note on the side go while the disk is full, so that reading goes on.
    ///
    /// # Errors
    /// Any other one.
    pub fn spared_when_full(outcome: Result<(), impl Into<Self>>) -> Result<(), Self> {
        match outcome.map_err(Into::into) {
            Err(Self::Full) => Ok(()),
            other => other,
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed | Self::AsksAgain | Self::NotByToken => StatusCode::FORBIDDEN,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Stale => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Problem(problem) => StatusCode::from_u16(problem.kind.status).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ours(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What went wrong, and what to do: a title and a sentence.
    #[must_use]
    pub fn words(&self) -> (&'static str, String) {
        match self {
            Self::NotSignedIn => ("Please sign in", "This page is for people who are signed in.".to_owned()),
            Self::NotFound => (
                "We can’t find that page",
                "It may have moved, or it may be one that isn’t shared with you. If somebody sent you the link, ask them.".to_owned(),
            ),
            Self::NotAllowed => (
                "That is for others to do",
                "This belongs to people in another role than yours. If you need it, ask whoever you work with here.".to_owned(),
            ),
            Self::AsksAgain => (
                "Is it still you?",
                "This can open doors or close them, so we ask for your password again when you showed it more than ten minutes ago. Sign in again, and repeat it.".to_owned(),
            ),
            Self::NotByToken => (
                "This is for people in person",
                "A token can’t do this. Please sign in with a browser and do it there.".to_owned(),
            ),
            Self::Refused(why) => ("That didn’t work yet", why.clone()),
            Self::Stale => (
                "Somebody else was faster",
                "This was changed while you had it open. Go back, copy what you wrote, load the page again, and put the two together.".to_owned(),
            ),
            Self::TooMany { wait_seconds } => {
                ("Let’s wait a moment", format!("There were many tries in a short time. Please try again in {}.", minutes(*wait_seconds)))
            }
            Self::Problem(problem) => (problem.kind.title, problem.detail.clone()),
            Self::Full => (
                "The server’s disk is full",
                "This could not be saved. What you typed is still in your browser: go back to it, tell whoever runs this server that its disk is full, and send it again once there is room. Everything saved before is safe, and you can go on reading.".to_owned(),
            ),
            Self::Ours(_) => (
                "That was our fault",
                "Something broke on our side. Nothing you had saved before is lost. Please try again; if it happens twice, tell whoever runs this server the reference.".to_owned(),
            ),
        }
    }
}

fn minutes(seconds: u64) -> String {
    if seconds < 90 { "a minute".to_owned() } else { format!("{} minutes", seconds.div_ceil(60)) }
}

/// What the layer that draws error pages finds in an answer.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub title: &'static str,
    pub advice: String,
    pub not_signed_in: bool,
    pub asks_again: bool,
    pub fault: Option<String>,
    pub stale: bool,
    pub problem: Option<Box<Problem>>,
}

/// What a visitor can name and the log tells more about.
pub(crate) fn new_reference(now: DateTime<Utc>) -> String {
    crate::clock::new_id(now).simple().to_string()[20..].to_uppercase()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (title, advice) = self.words();
        let mut response = self.status().into_response();
        if let Self::TooMany { wait_seconds } = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*wait_seconds));
        }
        if matches!(self, Self::Full) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(60));
        }
        let not_signed_in = matches!(self, Self::NotSignedIn);
        let asks_again = matches!(self, Self::AsksAgain);
        let stale = matches!(self, Self::Stale);
        let (fault, problem) = match self {
            Self::Ours(text) => (Some(text), None),
            Self::Problem(problem) => (None, Some(problem)),
            _ => (None, None),
        };
        response.extensions_mut().insert(Shown { title, advice, not_signed_in, asks_again, fault, stale, problem });
        response
    }
}
