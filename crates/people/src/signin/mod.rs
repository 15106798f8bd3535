//! Getting in and staying in: passwords, sessions, invitations, limits, and the demo's one-click people.
//!
//! Of everything that opens the door only a hash is kept. A session ends after the idle limit without a visit, and after the
//! absolute limit in any case.

mod again;
mod factor;
mod identity;
mod limits;
mod notices;
mod own;
mod passwords;
mod provider;
mod second;
mod sessions;
mod steps;
mod store;
mod verbs;
mod web;

use platform::jobs::JobKind;

pub(crate) use factor::has_one as has_second_factor;
pub(crate) use factor::owes as owes_second_factor;
pub use factor::{Lacking, lacking as lacking_second_factor};
pub use identity::identity;
pub(crate) use notices::tell as tell_of_change;
pub(crate) use sessions::{end_all, factor_for};
pub(crate) use verbs::{JOIN_DAYS, Purpose, invite, withdraw_all};

/// The kind of subject that a way in at a provider is.
pub(crate) const SUBJECT: &str = "sign-in";

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(second::routes()).and(again::routes()).and(own::routes()).and(factor::routes()).and(provider::routes())
}

/// Removes sessions that have ended, and tries that no limit counts any more.
pub(crate) const TIDY: JobKind =
    JobKind { name: "tidy sessions", every: Some(std::time::Duration::from_secs(3600)), run: sessions::tidy };

/// Writes the letters for a new password.
pub(crate) const LETTERS: JobKind = JobKind { name: verbs::LETTER_JOB, every: None, run: verbs::write_letter };
