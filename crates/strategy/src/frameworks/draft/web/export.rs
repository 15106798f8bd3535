//! Versions and the draft as files.

use partnerships::calendar::Calendar;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::Answered,
};

use super::{
    super::{
        super::{api::Version, book, files, lineage, store as published},
        out,
        policy::OpenDraft,
        rules::Line,
        verbs::read_source,
    },
    view::Read,
};

/// `GET /practices/versions/{framework}/export/{ending}`
pub(super) async fn version(may: May<See, Version>, cx: Cx) -> Answered {
    let framework = may.framework();
    let source = published::source(cx.db().read(), framework.id).await?;
    if source.is_empty() {
        return Err(Error::NotFound);
    }
    let (name, ending) = (may.ids().get("framework")?, may.ids().get("ending")?);
    let pack = read_source(&source)?;
    if ending == "xlsx" {
        let passed = lineage::all(cx.db().read()).await?;
        return book::workbook(name, &pack, book::Passing::of(framework, &passed).as_ref());
    }
    files::download(name, ending, &pack, &Calendar::of(&cx.settings), None)
}

/// `GET /practices/draft/export/{ending}`
pub(super) async fn draft(may: May<See, OpenDraft>, cx: Cx) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let pack = out::pack_of(&read.draft, &read.sheet, None)?;
    let lines: Vec<&Line> = read.sheet.standing().collect();
    let (name, ending) = (format!("{}-{}-draft", read.draft.key, read.draft.number), may.ids().get("ending")?);
    let origins = lines.iter().map(|line| book::Origin {
        fate: read.sheet.fate(line).key().to_owned(),
        codes: line.origins.clone(),
        reason: line.reason.clone(),
    });
    let ended = read.sheet.base.iter().filter_map(|was| {
        let ended = read.sheet.ended(&was.code)?;
        Some(book::Ended { code: was.code.clone(), title: was.title.clone(), reason: ended.reason.clone() })
    });
    let passing = book::Passing { origins: origins.collect(), ended: ended.collect() };
    if ending == "xlsx" {
        return book::workbook(&name, &pack, Some(&passing));
    }
    let cells = |place: usize| passing.origins.get(place).map_or_else(Vec::new, |origin| origin.cells().into());
    let more = files::More { header: &book::PASSING, cells: &cells };
    files::download(&name, ending, &pack, &read.calendar, Some(more))
}
