//! The pages of the practices: all of them over the year, and one.

mod list;
mod show;

use platform::access::Routes;

/// The routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/practices", list::show)
        .get("/practices/export/{ending}", list::export)
        .get("/practices/{practice}", show::show)
}
