//! Getting in and staying in: passwords, sessions, invitations, limits, and the demo's one-click people.
//!
//! Of everything that opens the door only a hash is kept. A session ends after the idle limit without a visit, and after the
//! absolute limit in any case.

mod identity;
mod limits;
mod own;
mod passwords;
mod sessions;
mod store;
mod verbs;
mod web;

use platform::jobs::JobKind;

pub use identity::identity;
pub(crate) use sessions::end_all;
pub(crate) use verbs::{JOIN_DAYS, Purpose, invite, withdraw_all};

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(own::routes())
}

/// Removes sessions that have ended, and tries that no limit counts any more.
pub(crate) const TIDY: JobKind =
    JobKind { name: "tidy sessions", every: Some(std::time::Duration::from_secs(3600)), run: sessions::tidy };
