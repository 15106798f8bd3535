//! Asking people in: a letter with a link that is good for some days, can be sent again, and can be withdrawn.

mod store;
pub(crate) mod verbs;
mod web;

pub(crate) use web::{routes, sent};
