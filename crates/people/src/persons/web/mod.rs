//! The pages about persons.

mod departure;
mod edit;
mod list;
mod show;

use platform::access::Routes;

pub(super) use edit::{read, standing};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/people", list::list)
        .get("/people/export/{ending}", list::export)
        .get("/people/{person}", show::show)
        .get("/people/{person}/edit", edit::edit)
        .post("/people/{person}/edit", edit::change)
        .get("/people/{person}/departure", departure::ask)
        .post("/people/{person}/departure", departure::depart)
        .post("/people/{person}/return", departure::come_back)
}
