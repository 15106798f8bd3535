//! Versions and the draft as files.

use partnerships::calendar::Calendar;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    sheet::Cell,
    web::Answered,
};

use super::{
    super::{
        super::{api::Version, files, store as published},
        out,
        policy::OpenDraft,
        rules::Line,
        verbs::read_source,
    },
    view::Read,
};

/// `GET /practices/versions/{framework}/export/{ending}`
pub(super) async fn version(may: May<See, Version>, cx: Cx) -> Answered {
    let source = published::source(cx.db().read(), may.framework().id).await?;
    if source.is_empty() {
        return Err(Error::NotFound);
    }
    let name = may.ids().get("framework")?;
    files::download(name, may.ids().get("ending")?, &read_source(&source)?, &Calendar::of(&cx.settings), None)
}

/// `GET /practices/draft/export/{ending}`
pub(super) async fn draft(may: May<See, OpenDraft>, cx: Cx) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let pack = out::pack_of(&read.draft, &read.sheet, None)?;
    let lines: Vec<&Line> = read.sheet.standing().collect();
    let cells = |place: usize| -> Vec<Cell> {
        let Some(line) = lines.get(place) else { return vec![Cell::Empty; 3] };
        let fate = read.sheet.fate(line).key();
        vec![fate.into(), line.origins.join("; ").into(), line.reason.as_str().into()]
    };
    let more = files::More { header: &["fate", "comes_from", "reason"], cells: &cells };
    let name = format!("{}-{}-draft", read.draft.key, read.draft.number);
    files::download(&name, may.ids().get("ending")?, &pack, &read.calendar, Some(more))
}
