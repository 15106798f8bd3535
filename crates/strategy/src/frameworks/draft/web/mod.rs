//! The pages of the versions and of the draft of the next one.

pub(super) mod act;
mod approve;
mod comparison;
mod effects;
mod export;
pub(super) mod fields;
pub(super) mod line;
mod show;
pub(super) mod talk;
pub(super) mod versions;
pub(super) mod view;

use platform::access::Routes;

pub(in crate::frameworks) fn routes() -> Routes {
    Routes::new()
        .get("/practices/versions", versions::show)
        .get("/practices/versions/{framework}/export/{ending}", export::version)
        .get("/practices/comparison", comparison::show)
        .get("/practices/draft/export/{ending}", export::draft)
        .get("/practices/draft/effects", effects::show)
        .get("/practices/draft", show::show)
        .post("/practices/draft", versions::begin)
        .post("/practices/draft/removal", show::remove)
        .post("/practices/draft/drafters", show::add_drafter)
        .post("/practices/draft/drafters/{person}/removal", show::remove_drafter)
        .post("/practices/draft/steps/{step}/reversal", show::undo)
        .get("/practices/draft/addition", line::begin)
        .post("/practices/draft/practices", line::add)
        .get("/practices/draft/practices/{line}", line::show)
        .post("/practices/draft/practices/{line}", line::change)
        .post("/practices/draft/practices/{line}/parts", act::split)
        .post("/practices/draft/practices/{line}/merger", act::merge)
        .post("/practices/draft/practices/{line}/retirement", act::retire)
        .post("/practices/draft/practices/{line}/return", act::bring_back)
        .post("/practices/draft/practices/{line}/place", act::place)
        .post("/practices/draft/practices/{line}/comments", talk::say)
        .post("/practices/draft/comments/{comment}/adoption", talk::adopt)
        .post("/practices/draft/approvals", approve::approve)
        .post("/practices/draft/approvals/removal", approve::disapprove)
        .post("/practices/draft/publication", approve::publish)
}
