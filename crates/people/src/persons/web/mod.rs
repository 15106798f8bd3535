//! The pages about persons.

mod list;
mod show;

use platform::access::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/people", list::list).get("/people/export/{ending}", list::export).get("/people/{person}", show::show)
}
