//! Everything in Everbetter that is not about improvement: database, web kit, access, forms, files, mail, jobs, search,
//! audit, import and export, clock. Knows no room.

// What is derived names this crate as others do.
extern crate self as platform;

pub mod access;
pub mod api;
pub mod app;
pub mod archive;
pub mod attachments;
pub mod audit;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod files;
pub mod import;
pub mod jobs;
pub mod kept;
pub mod mail;
pub mod paging;
pub mod room;
pub mod search;
pub mod secret;
pub mod secrets;
pub mod settings;
pub mod sheet;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod web;

pub use app::{App, Cx};
pub use error::Error;

/// The schema that every room stands on.
#[must_use]
pub fn migrations() -> Vec<db::Migration> {
    vec![
        settings::MIGRATION,
        audit::MIGRATION,
        jobs::MIGRATION,
        search::MIGRATION,
        api::MIGRATION,
        api::ALLOWANCE_MIGRATION,
        attachments::MIGRATION,
    ]
}
