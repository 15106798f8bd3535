//! While a job looks at a large file or brings it in.

use askama::Template;
use platform::{
    Cx,
    web::{Answered, Shell, page},
};

use super::{Step, called, chosen, steps};
use crate::imports::store::{self, Draft, Work};

#[derive(Template)]
#[template(path = "imports/web/waiting.html")]
struct Page {
    shell: Shell,
    called: String,
    lede: String,
    steps: Vec<Step>,
    is_coming: bool,
    has_failed: bool,
    is_given_up: bool,
    here: String,
    again: String,
}

pub(super) async fn show(cx: &Cx, draft: &Draft) -> Answered {
    let job = match draft.job_id {
        Some(id) => store::job(cx.db().read(), id).await?,
        None => None,
    };
    let is_coming = draft.work() == Some(Work::Coming);
    page(&Page {
        shell: cx.shell(format!("Bring in {}", called(&draft.kind)), ""),
        called: called(&draft.kind),
        lede: format!("{}, chosen on {}.", draft.file, chosen(cx, draft)),
        steps: steps(2),
        is_coming,
        has_failed: job.as_ref().is_some_and(|job| job.last_error.is_some()),
        is_given_up: job.is_none_or(|job| job.given_up_at.is_some()),
        here: draft.address(if is_coming { "" } else { "/trial" }),
        again: draft.address("/trial"),
    })
}
