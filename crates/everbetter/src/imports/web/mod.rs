//! Routes, and what the steps' pages share.

mod choose;
mod columns;
mod done;
mod list;
mod look;
mod waiting;

use std::sync::Arc;

use axum::{
    http::HeaderName,
    response::{IntoResponse, Response},
};
use platform::{
    Cx, Error,
    access::Routes,
    import::{self, Form as Shape, Kind, Look, Mapping, Refusal},
    web::go_to,
};

use super::store::Draft;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/imports", list::list)
        .get("/imports/kinds/{kind}", choose::show)
        .post("/imports/kinds/{kind}", choose::choose)
        .get("/imports/kinds/{kind}/template/{ending}", choose::template)
        .get("/imports/kinds/{kind}/export/{ending}", choose::export)
        .get("/imports/{import}", done::show)
        .get("/imports/{import}/columns", columns::show)
        .post("/imports/{import}/columns", columns::save)
        .get("/imports/{import}/trial", look::show)
        .post("/imports/{import}/trial", look::answer)
        .post("/imports/{import}/taking", look::take)
        .get("/imports/{import}/left-out", done::left_out)
}

/// Rows by what became of them, or would.
#[derive(Clone, Copy)]
struct Counts {
    fresh: u64,
    changed: u64,
    same: u64,
    out: u64,
}

/// A step of the way, as the page shows it.
struct Step {
    words: &'static str,
    note: &'static str,
    class: &'static str,
    is_current: bool,
}

const STEPS: [(&str, &str); 4] = [
    ("Choose a file", "Let’s look at it"),
    ("Match columns", "What is what"),
    ("Look before saving", "Nothing is saved yet"),
    ("Done", "It is in"),
];

/// The steps, seen from the one with this number, counted from 0.
fn steps(current: usize) -> Vec<Step> {
    let step = |(number, (words, note)): (usize, &(&'static str, &'static str))| Step {
        words,
        note: if number == current { note } else { "" },
        class: if number < current || current == STEPS.len() - 1 { "ok" } else { "" },
        is_current: number == current,
    };
    STEPS.iter().enumerate().map(step).collect()
}

/// What a kind of file is called in a sentence: "Bring in …".
pub(super) fn called(kind: &str) -> String {
    match kind {
        "tracker" => "tracker entries",
        "memberships" => "who sits in which team",
        "partnership-staff" => "who works with which partnership",
        "framework" => "a set of practices",
        "theory-templates" => "a template of theories of action",
        "theories" => "theories of action",
        "theory-answers" => "answers about theories of action",
        "theory-readings" => "readings of measures",
        "plan-templates" => "a template of plans",
        "close-and-renew-templates" => "a template of close and renew",
        "road-map-templates" => "a template of road maps",
        "road-map-entries" => "what has moved on road maps",
        other => other,
    }
    .to_owned()
}

/// Where what a kind brings in can be seen.
fn place_of(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "people" => ("/people", "See the people"),
        "teams" | "memberships" => ("/teams", "See the teams"),
        "sites" => ("/sites", "See the sites"),
        "framework" => ("/practices", "See the practices"),
        "tracker" => ("/overview", "See how we are doing"),
        "road-map-templates" | "road-map-entries" => ("/road-map", "See the year, for all of us"),
        _ => ("/partnerships", "See the partnerships"),
    }
}

/// Whether a file of this name is read as rows and columns.
fn is_table(kind: &Kind, file: &str) -> bool {
    match kind.form {
        Shape::Table => true,
        Shape::Text | Shape::Book => false,
        Shape::Either => !file.to_lowercase().trim_end_matches(".gz").ends_with(".toml"),
    }
}

/// Whether a job reads the file. Only tables grow large; a content pack is looked at while one waits.
fn by_job(kind: &Kind, draft: &Draft) -> bool {
    draft.is_large() && is_table(kind, &draft.file)
}

/// The content of a draft's file.
async fn content(cx: &Cx, draft: &Draft) -> Result<bytes::Bytes, Error> {
    if draft.stored.is_empty() {
        return Err(Error::NotFound);
    }
    cx.app.files.get(&draft.stored).await
}

/// A look at a file; a large one is read beside the requests that others wait for.
async fn looked(
    cx: &Cx,
    kind: &Kind,
    file: &str,
    content: bytes::Bytes,
    mapping: &Mapping,
) -> Result<Result<Look, Vec<Refusal>>, Error> {
    let (app, name, file, mapping) = (Arc::clone(&cx.app), kind.name, file.to_owned(), mapping.clone());
    tokio::task::spawn_blocking(move || {
        let kind = app.house.import_kind(name).ok_or(Error::NotFound)?;
        Ok(import::look(kind, &file, &content, &mapping))
    })
    .await
    .map_err(|error| Error::Ours(error.to_string()))?
}

/// Leads to an address, also a page that asks by itself for what has become of a file.
fn lead(cx: &Cx, to: &str) -> Response {
    if cx.htmx { ([(HeaderName::from_static("hx-redirect"), to.to_owned())], "").into_response() } else { go_to(to) }
}

/// When the file was chosen, in words.
fn chosen(cx: &Cx, draft: &Draft) -> String {
    cx.settings.local(draft.created_at).format("%A %-d %B, %H:%M").to_string()
}
