//! The last step: what came in; and the rows that did not, as a file.

use askama::Template;
use axum::{http::header, response::IntoResponse};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    import,
    text::counted,
    web::{Answered, Shell, page},
};

use super::{Counts, Step, called, content, lead, place_of, steps, waiting};
use crate::imports::{Bring, OnItsWay, store::Work};

#[derive(Template)]
#[template(path = "imports/web/done.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    steps: Vec<Step>,
    counts: Counts,
    event: String,
    place: (&'static str, &'static str),
    left_out: String,
    again: String,
    may_bring: bool,
}

pub(super) async fn show(may: May<See, OnItsWay>, cx: Cx) -> Answered {
    let draft = &may.draft;
    let Some(taken_at) = draft.taken_at else {
        return if draft.work() == Some(Work::Coming) {
            waiting::show(&cx, draft).await
        } else {
            Ok(lead(&cx, &draft.address("/trial")))
        };
    };
    if cx.htmx {
        return Ok(lead(&cx, &draft.address("")));
    }
    let rows = draft.left_out();
    let coming = draft.new_rows + draft.changed_rows;
    let event = match draft.event_seq {
        Some(seq) if crate::audit::may_read(may.who()) => format!("/audit?kind=import&key={}&before={}", draft.kind, seq + 1),
        _ => String::new(),
    };
    let may_bring = may.also::<Bring>();
    page(&Page {
        shell: cx.shell("Brought in", ""),
        title: if coming == 0 {
            "Everything was there already".to_owned()
        } else {
            format!("{} in", counted(coming, "row is", "rows are"))
        },
        lede: format!("{}: {}, {}.", called(&draft.kind), draft.file, cx.settings.local(taken_at).format("%A %-d %B %Y, %H:%M")),
        steps: steps(3),
        counts: Counts {
            fresh: draft.new_rows.unsigned_abs(),
            changed: draft.changed_rows.unsigned_abs(),
            same: draft.same_rows.unsigned_abs(),
            out: rows.len() as u64,
        },
        event,
        place: place_of(&draft.kind),
        left_out: if rows.is_empty() || draft.stored.is_empty() || !may_bring {
            String::new()
        } else {
            draft.address("/left-out")
        },
        again: format!("/imports/kinds/{}", draft.kind),
        may_bring,
    })
}

/// The rows that were left out, as they stand in the file.
pub(super) async fn left_out(may: May<Bring, OnItsWay>, cx: Cx) -> Answered {
    let draft = &may.draft;
    let rows = draft.left_out();
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let text = import::only_rows(&draft.file, &content(&cx, draft).await?, draft.mapping()?.sheet.as_deref(), &rows)
        .map_err(|refused| Error::Refused(refused.first().map_or_else(String::new, ToString::to_string)))?;
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}-left-out.csv\"", draft.kind)),
    ];
    Ok((head, text).into_response())
}
