//! The second factor: a code from an authenticator app, or one of the recovery codes kept for the day the phone is lost.

mod store;
mod totp;
pub(super) mod verbs;
mod web;

pub use store::{Lacking, lacking};
pub(crate) use store::{has_one, owes};
pub(super) use web::routes;
