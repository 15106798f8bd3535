//! The pages of a theory of action.

pub(super) mod begin;
mod comparison;
pub(super) mod draft;
pub(super) mod node;
pub(super) mod progress;
mod show;

use platform::access::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/theory", show::show)
        .get("/partnerships/{partnership}/theory/comparison", comparison::show)
        .get("/partnerships/{partnership}/theory/progress", progress::show)
        .post("/partnerships/{partnership}/theory/progress/answers", progress::answer)
        .post("/partnerships/{partnership}/theory/progress/readings", progress::read)
        .get("/partnerships/{partnership}/theory/draft", draft::show)
        .post("/partnerships/{partnership}/theory/draft", begin::begin)
        .post("/partnerships/{partnership}/theory/draft/removal", draft::remove)
        .post("/partnerships/{partnership}/theory/draft/publication", draft::publish)
        .post("/partnerships/{partnership}/theory/draft/nodes", node::add)
        .post("/partnerships/{partnership}/theory/draft/nodes/{node}", node::reword)
        .post("/partnerships/{partnership}/theory/draft/nodes/{node}/place", node::place)
        .post("/partnerships/{partnership}/theory/draft/nodes/{node}/removal", node::remove)
        .post("/partnerships/{partnership}/theory/draft/steps/{step}/restoration", draft::restore)
}
