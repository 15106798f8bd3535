//! The pages of cycles.

pub(super) mod begin;
mod coachees;
mod edit;
pub(super) mod fields;
mod files;
mod list;
mod part;
mod review;
mod show;

use platform::access::Routes;

use super::parts::{Action, Goal, Kept, Learning, LogEntry};

/// The routes of cycles.
pub(super) fn routes() -> Routes {
    let routes = Routes::new()
        .get("/people/{person}/cycles", list::show)
        .get("/people/{person}/cycles/new", begin::new)
        .post("/people/{person}/cycles", begin::begin)
        .get("/teams/{team}/cycles", list::show)
        .get("/teams/{team}/cycles/new", begin::new)
        .post("/teams/{team}/cycles", begin::begin)
        .get("/partnerships/{partnership}/cycles", list::show)
        .get("/partnerships/{partnership}/cycles/new", begin::new)
        .post("/partnerships/{partnership}/cycles", begin::begin)
        .get("/organisation/cycles", list::show)
        .get("/organisation/cycles/new", begin::new)
        .post("/organisation/cycles", begin::begin)
        .get("/cycles", review::show)
        .get("/cycles/review/learnings/{ending}", review::export)
        .get("/cycles/{cycle}", show::show)
        .post("/cycles/{cycle}", edit::save)
        .get("/cycles/{cycle}/edit", edit::show)
        .post("/cycles/{cycle}/step", edit::move_to)
        .post("/cycles/{cycle}/closure", edit::close)
        .post("/cycles/{cycle}/goals/{goal}/files", files::attach::<Goal>)
        .post("/cycles/{cycle}/log-entries/{log_entry}/files", files::attach::<LogEntry>)
        .get("/cycles/{cycle}/files/{file}", files::show)
        .post("/cycles/{cycle}/files/{file}", files::correct)
        .get("/cycles/{cycle}/files/{file}/content", files::content)
        .get("/cycles/{cycle}/files/{file}/small", files::small)
        .post("/cycles/{cycle}/files/{file}/removal", files::remove)
        .post("/cycles/{cycle}/files/{file}/restoration", files::restore);
    let routes = parts::<Goal>(
        routes,
        [
            "/cycles/{cycle}/goals",
            "/cycles/{cycle}/goals/new",
            "/cycles/{cycle}/goals/{goal}",
            "/cycles/{cycle}/goals/{goal}/removal",
            "/cycles/{cycle}/goals/{goal}/restoration",
        ],
    );
    let routes = parts::<Action>(
        routes,
        [
            "/cycles/{cycle}/plan-actions",
            "/cycles/{cycle}/plan-actions/new",
            "/cycles/{cycle}/plan-actions/{action}",
            "/cycles/{cycle}/plan-actions/{action}/removal",
            "/cycles/{cycle}/plan-actions/{action}/restoration",
        ],
    )
    .post("/cycles/{cycle}/plan-actions/{action}/coachees", coachees::concern);
    let routes = parts_but_new::<LogEntry>(
        routes.post("/cycles/{cycle}/log-entries", files::note),
        [
            "/cycles/{cycle}/log-entries/new",
            "/cycles/{cycle}/log-entries/{log_entry}",
            "/cycles/{cycle}/log-entries/{log_entry}/removal",
            "/cycles/{cycle}/log-entries/{log_entry}/restoration",
        ],
    );
    parts::<Learning>(
        routes,
        [
            "/cycles/{cycle}/learnings",
            "/cycles/{cycle}/learnings/new",
            "/cycles/{cycle}/learnings/{learning}",
            "/cycles/{cycle}/learnings/{learning}/removal",
            "/cycles/{cycle}/learnings/{learning}/restoration",
        ],
    )
}

/// The routes of one kind of part: all, a new one, one, and taking it out and back in.
fn parts<N: Kept>(routes: Routes, [all, new, one, removal, restoration]: [&'static str; 5]) -> Routes {
    parts_but_new::<N>(routes.post(all, part::add::<N>), [new, one, removal, restoration])
}

/// The same for a kind whose new ones come with files.
fn parts_but_new<N: Kept>(routes: Routes, [new, one, removal, restoration]: [&'static str; 4]) -> Routes {
    routes
        .get(new, part::new::<N>)
        .get(one, part::show::<N>)
        .post(one, part::correct::<N>)
        .post(removal, part::remove::<N>)
        .post(restoration, part::restore::<N>)
}
