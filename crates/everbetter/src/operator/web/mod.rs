//! Routes and pages.

mod jobs;
mod show;
mod words;

use axum::extract::Path;
use platform::{
    Cx, Error,
    access::{May, Routes},
    web::{Answered, Form, Toast, go_to_with, is_local},
};
use uuid::Uuid;

use super::{Restart, Run, Server, verbs};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/operator", show::show)
        .get("/operator/jobs", jobs::list)
        .post("/operator/jobs/{job}/another-try", try_again)
        .post("/operator/jobs/{job}/dismissal", dismiss)
        .post("/operator/runs", run_now)
        .post("/operator/test-letters", test_letter)
}

/// Where a form of ours leads back to: the page on which its button stood.
fn back(form: &Form) -> &str {
    match form.value("back") {
        address if is_local(address) && address.starts_with("/operator") => address,
        _ => "/operator",
    }
}

async fn try_again(may: May<Restart, Server>, cx: Cx, Path(job): Path<Uuid>, form: Form) -> Answered {
    verbs::try_again(&cx, may.who(), job).await?;
    Ok(go_to_with(back(&form), &Toast::saying("It goes again within a few seconds.")))
}

async fn dismiss(may: May<Restart, Server>, cx: Cx, Path(job): Path<Uuid>, form: Form) -> Answered {
    verbs::dismiss(&cx, may.who(), job).await?;
    Ok(go_to_with(back(&form), &Toast::saying("Dismissed. It will not be tried again.")))
}

async fn run_now(may: May<Run, Server>, cx: Cx, form: Form) -> Answered {
    let asked = form.value("kind");
    let kind = cx
        .app
        .house
        .rooms()
        .iter()
        .flat_map(|room| &room.jobs)
        .find(|kind| kind.every.is_some() && kind.name == asked)
        .ok_or_else(|| Error::Refused("No job of that name runs by itself. Please load the page again.".to_owned()))?;
    verbs::run_now(&cx, may.who(), kind).await?;
    Ok(go_to_with(back(&form), &Toast::saying("It begins within a few seconds. Load the page again to see how it went.")))
}

async fn test_letter(may: May<Run, Server>, cx: Cx) -> Answered {
    let to = verbs::test_letter(&cx, may.who()).await?;
    let words = if cx.app.config.smtp.is_some() {
        format!("A letter to {to} is on its way. It should arrive within a few minutes.")
    } else {
        format!("A letter to {to} is being written. It will lie in the folder mail of the data folder.")
    };
    Ok(go_to_with("/operator#mail", &Toast::saying(words)))
}
