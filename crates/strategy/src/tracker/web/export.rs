//! A partnership's tracker as a file: what its cells show, and all entries with their history.

use axum::response::Response;
use partnerships::{calendar::SchoolYear, partnerships::Partnership};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    sheet::{Cell, Sheet},
};

use crate::tracker::{
    self,
    store::{self, Told},
};

/// `GET /partnerships/{partnership}/tracker/export/{ending}`
pub(super) async fn cells(may: May<See, Partnership>, cx: Cx) -> Result<Response, Error> {
    let told = store::shown_of(cx.db().read(), may.thing().id).await?;
    download(&may, &cx, "tracker", &told).await
}

/// `GET /partnerships/{partnership}/tracker/entries/export/{ending}`
pub(super) async fn entries(may: May<See, Partnership>, cx: Cx) -> Result<Response, Error> {
    let told = store::entries_of(cx.db().read(), may.thing().id).await?;
    download(&may, &cx, "tracker-entries", &told).await
}

/// The columns are those of the import, so that what goes out can come in again elsewhere; the addresses of our people are
/// for us alone.
async fn download(may: &May<See, Partnership>, cx: &Cx, what: &str, told: &[Told]) -> Result<Response, Error> {
    let framework = tracker::framework(cx).await?;
    // Whatever was entered by the words of a version before this one is called what it was called there.
    let versions = || framework.iter().flat_map(|framework| framework.with_earlier());
    let practice = |entry: &Told| versions().flat_map(|one| &one.practices).find(|one| one.id == entry.practice_id);
    let local = |at| cx.settings.local(at).format("%Y-%m-%d %H:%M").to_string();
    let rows = told.iter().map(|entry| {
        let practice = practice(entry);
        vec![
            entry.key.as_str().into(),
            may.thing().slug.as_str().into(),
            SchoolYear(entry.school_year).key().into(),
            entry.cycle.into(),
            practice.map_or("", |practice| practice.code.as_str()).into(),
            practice.map_or("", |practice| practice.title.as_str()).into(),
            entry.status.as_str().into(),
            entry.quality.into(),
            entry.reason.as_str().into(),
            entry.note.as_str().into(),
            if may.who().is_staff() { entry.author_email.clone().into() } else { Cell::Empty },
            entry.author.as_str().into(),
            entry.entered_at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string().into(),
            entry.withdrawn_at.map(local).into(),
        ]
    });
    let sheet = Sheet {
        name: format!("{}-{what}", may.thing().slug),
        header: vec![
            "entry",
            "partnership",
            "school_year",
            "cycle",
            "practice",
            "title",
            "status",
            "quality",
            "reason",
            "note",
            "author",
            "author_name",
            "entered_at",
            "taken_back_at",
        ],
        rows: rows.collect(),
    };
    sheet.download(may.ids().get("ending")?)
}
