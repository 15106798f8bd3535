//! Getting in and staying in: passwords, sessions, invitations, limits, and the demo's one-click people.
//!
//! Of everything that opens the door only a hash is kept. A session ends after the idle limit without a visit, and after the
//! absolute limit in any case.

mod identity;
mod limits;
mod passwords;
mod sessions;
mod store;
mod verbs;
mod web;

use platform::jobs::JobKind;

pub use identity::identity;
pub(crate) use passwords::{LEAST, refusal_of};
pub(crate) use sessions::{SessionRow, end_all, end_others, sessions_of};
pub(crate) use web::routes;

/// Removes sessions that have ended, and tries that no limit counts any more.
pub(crate) const TIDY: JobKind =
    JobKind { name: "tidy sessions", every: Some(std::time::Duration::from_secs(3600)), run: sessions::tidy };
