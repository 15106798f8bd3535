//! What we record, and who sees it: the promise in plain words, open to everybody.

use askama::Template;
use platform::{
    Cx,
    access::{Open, Routes},
    web::{Answered, Shell, page},
};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/privacy", show)
}

#[derive(Template)]
#[template(path = "privacy/show.html")]
struct Promise {
    shell: Shell,
    days: u64,
    idle_hours: u64,
}

async fn show(_: Open, cx: Cx) -> Answered {
    let config = &cx.app.config;
    page(&Promise {
        shell: cx.shell("What we record, and who sees it", ""),
        days: config.session_limit.as_secs() / 86_400,
        idle_hours: config.session_idle.as_secs() / 3600,
    })
}
