//! The pages of partnerships.

mod edit;
mod list;
mod show;

use platform::access::Routes;

pub(super) use edit::{begun, standing};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships", list::list)
        .get("/partnerships/export/{ending}", list::export)
        .get("/partnerships/new", edit::new)
        .post("/partnerships", edit::begin)
        .get("/partnerships/{partnership}", show::show)
        .get("/partnerships/{partnership}/edit", edit::edit)
        .post("/partnerships/{partnership}", edit::agree)
}
