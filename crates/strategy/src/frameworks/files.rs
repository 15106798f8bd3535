//! A version, or the draft of one, as a file to take along: TOML that comes back in as a content pack, CSV to read.
//!
//! A workbook is written by [`super::book`].

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use partnerships::calendar::Calendar;
use platform::{
    Error,
    sheet::{Cell, Sheet},
};

use super::{differs::Words, pack::Pack};

/// Columns beside those of a practice: their headings, and their cells for the practice of that place.
pub(super) struct More<'a> {
    pub header: &'a [&'static str],
    pub cells: &'a dyn Fn(usize) -> Vec<Cell>,
}

/// The download of a pack under a name; `ending` is `toml` or `csv`.
pub(super) fn download(
    name: &str,
    ending: &str,
    pack: &Pack,
    calendar: &Calendar,
    more: Option<More<'_>>,
) -> Result<Response, Error> {
    if ending == "toml" {
        let text = pack.written().map_err(|error| Error::Ours(error.to_string()))?;
        let disposition = format!("attachment; filename=\"{name}.toml\"");
        let headers =
            [(header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        return Ok((headers, text).into_response());
    }
    if ending != "csv" {
        return Err(Error::NotFound);
    }
    let words = Words { pack, calendar };
    let mut columns = vec![
        "code",
        "title",
        "good",
        "step",
        "strand",
        "phase",
        "due",
        "models",
        "first_year_only",
        "vip",
        "vip_reason",
        "recurs",
        "evidence",
        "str",
        "caf",
        "essential",
        "adapted",
    ];
    columns.extend(more.iter().flat_map(|more| more.header));
    let yes = |is_so: bool| if is_so { "yes" } else { "no" };
    let rows = pack.practices.iter().enumerate().map(|(place, practice)| {
        let adapted = practice.adapt.iter().map(|(model, text)| format!("{}: {text}", words.model(model)));
        let mut row: Vec<Cell> = vec![
            practice.code.as_str().into(),
            practice.title.as_str().into(),
            practice.good.as_str().into(),
            words.step(&practice.step).into(),
            words.strand(practice.strand).into(),
            words.phase(practice.phase).into(),
            words.months(practice).into(),
            practice.models.iter().map(|model| words.model(model)).collect::<Vec<_>>().join("; ").into(),
            yes(practice.first_year_only).into(),
            yes(practice.vip).into(),
            practice.vip_reason.as_str().into(),
            practice.recurs.as_str().into(),
            practice.evidence.join("; ").into(),
            practice.str.join("; ").into(),
            practice.caf.join("; ").into(),
            practice.essential.as_str().into(),
            adapted.collect::<Vec<_>>().join("; ").into(),
        ];
        row.extend(more.iter().flat_map(|more| (more.cells)(place)));
        row
    });
    Sheet { name: name.to_owned(), rows: rows.collect(), header: columns }.download(ending)
}
