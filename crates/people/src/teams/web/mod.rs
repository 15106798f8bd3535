//! The pages about teams.

mod edit;
mod list;
mod members;
mod show;

use platform::access::Routes;

pub(super) use edit::{read, standing};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/teams", list::list)
        .get("/teams/export/{ending}", list::export)
        .get("/teams/new", edit::new)
        .post("/teams/new", edit::make)
        .get("/teams/{team}", show::show)
        .get("/teams/{team}/edit", edit::edit)
        .post("/teams/{team}/edit", edit::change)
        .get("/teams/{team}/memberships", members::new)
        .post("/teams/{team}/memberships", members::add)
        .get("/teams/{team}/memberships/{membership}/edit", members::edit)
        .post("/teams/{team}/memberships/{membership}/edit", members::change)
}
