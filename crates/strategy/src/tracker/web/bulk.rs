//! Many entries at once: a row for each practice that is due now; only rows that were changed are recorded, all or none.

use askama::Template;
use partnerships::{
    calendar::spoken,
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::May,
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::board::Board;
use crate::tracker::{
    Cell, Status,
    rules::{self, Draft, NOTE_MOST},
    verbs::{self, NotRecorded},
};

#[derive(Template)]
#[template(path = "tracker/bulk.html")]
struct BulkPage {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    form: Form,
    rows: Vec<Row>,
    statuses: Vec<(&'static str, String)>,
    reasons: Vec<(String, String)>,
    not_applicable: String,
    qualities: Vec<(String, String)>,
    wrong: Vec<(String, String)>,
}

/// A practice's window, and the names of its fields.
struct Row {
    name: String,
    code: String,
    cycle: i32,
    title: String,
    vip: bool,
    href: String,
    glyph: &'static str,
    words: String,
    when: String,
    draft: String,
}

impl Row {
    fn field(&self, of: &str) -> String {
        format!("{of}:{}", self.name)
    }
}

fn page_of(cx: &Cx, may: &May<Record, Partnership>, board: &Board, form: Form) -> BulkPage {
    let partnership = may.thing();
    let framework = &board.framework;
    // A row that was sent stays on the page even when it has ceased to be due meanwhile.
    let sent: Vec<&str> = form.names().filter_map(|name| name.strip_prefix("status:")).collect();
    let due = board.due(partnership);
    let known = |name: &str| due.iter().any(|due| row_name(&due.window.practice.code, due.window.cycle) == name);
    let gone = sent.into_iter().filter(|name| !known(name)).filter_map(|name| {
        let (code, cycle) = name.rsplit_once(':')?;
        let (practice, cycle) = (framework.practice(code)?, cycle.parse().ok()?);
        let window = rules::window_of(&board.calendar, partnership, practice, board.year, cycle)?;
        Some((practice, cycle, window, board.cells.get(&(practice.id, board.year, cycle)).copied()))
    });
    let rows = due.iter().map(|due| (due.window.practice, due.window.cycle, due.window.span, due.cell));
    let rows: Vec<Row> = rows
        .chain(gone)
        .map(|(practice, cycle, span, cell)| Row {
            name: row_name(&practice.code, cycle),
            code: practice.code.clone(),
            cycle,
            title: practice.title.clone(),
            vip: practice.vip,
            href: practice.subject().href,
            glyph: cell.map_or("none", Cell::glyph),
            words: cell.map_or_else(|| "Nothing recorded yet".to_owned(), |cell| cell.words(framework)),
            when: if span.to < board.today {
                format!("was due by {}", spoken(span.to, board.today))
            } else {
                format!("due by {}", spoken(span.to, board.today))
            },
            draft: format!("tracker:{}:{}:{}:{cycle}", partnership.slug, practice.code, board.year.key()),
        })
        .collect();
    let words = |status: Status| (status.key(), status.name(framework).to_owned());
    let reasons = rules::reasons(framework, Status::NotApplicable).iter();
    let wrong = form.errors().iter().map(|(name, words)| (name.clone(), words.clone())).collect();
    let mut frame = PartnershipFrame::of(cx, may.who(), partnership, "/tracker");
    let tracker = std::mem::replace(&mut frame.title, "Update several".to_owned());
    frame.crumbs.push((tracker, board.base.clone()));
    BulkPage {
        shell: cx.shell(format!("Update several, {}", partnership.name), "/partnerships"),
        frame,
        base: board.base.clone(),
        rows,
        statuses: [Status::NotStarted, Status::UnderWay, Status::Enacted].map(words).into(),
        reasons: reasons.map(|reason| (format!("{}:{reason}", Status::NotApplicable.key()), reason.clone())).collect(),
        not_applicable: Status::NotApplicable.name(framework).to_owned(),
        qualities: std::iter::once((String::new(), "Leave open".to_owned()))
            .chain(framework.qualities.iter().map(|one| (one.level.to_string(), format!("{} {}", one.level, one.name))))
            .collect(),
        wrong,
        form,
    }
}

fn row_name(code: &str, cycle: i32) -> String {
    format!("{code}:{cycle}")
}

/// `GET /partnerships/{partnership}/tracker/bulk`
pub(super) async fn show(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let board = Board::read(&cx, may.thing()).await?.ok_or(Error::NotFound)?;
    let mut fields = Vec::new();
    for due in board.due(may.thing()) {
        let name = row_name(&due.window.practice.code, due.window.cycle);
        let status = due.cell.map(|cell| cell.status.key()).unwrap_or_default();
        fields.extend([
            (format!("status:{name}"), status.to_owned()),
            (format!("was:{name}"), status.to_owned()),
            (format!("key:{name}"), cx.new_id().to_string()),
        ]);
    }
    page(&page_of(&cx, &may, &board, Form::of(fields)))
}

/// `POST /partnerships/{partnership}/tracker/bulk`
pub(super) async fn record(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let board = Board::read(&cx, may.thing()).await?.ok_or(Error::NotFound)?;
    let names: Vec<String> = form.names().filter_map(|name| name.strip_prefix("status:")).map(str::to_owned).collect();
    let mut drafts: Vec<(String, Draft)> = Vec::new();
    for name in names {
        if let Some(draft) = draft_of(&mut form, &board, &name) {
            drafts.push((name, draft));
        }
    }
    // What can't be read keeps everything back, and all the other problems are told with it.
    let found = drafts.iter().flat_map(|(name, draft)| {
        let problems = rules::problems(&board.framework, &board.calendar, may.thing(), board.today, draft);
        problems.into_iter().map(|problem| (name.clone(), problem))
    });
    refuse(&mut form, found.collect());
    if form.has_errors() {
        return page_with_errors(&page_of(&cx, &may, &board, form));
    }
    if drafts.is_empty() {
        let toast = Toast::saying("Nothing was changed, so nothing was saved.");
        return Ok(go_to_with(&format!("{}/bulk", board.base), &toast));
    }
    let sent: Vec<Draft> = drafts.iter().map(|(_, draft)| draft.clone()).collect();
    match verbs::record(&cx, &may, &board.framework, &sent).await {
        Ok(_) => {
            let count = i64::try_from(sent.len()).unwrap_or(0);
            let toast = Toast::saying(format!("Saved. {}.", counted(count, "practice has moved", "practices have moved")));
            Ok(go_to_with(&board.base, &toast))
        }
        Err(NotRecorded::Problems(problems)) => {
            refuse(&mut form, problems.into_iter().map(|(place, problem)| (drafts[place].0.clone(), problem)).collect());
            page_with_errors(&page_of(&cx, &may, &board, form))
        }
        Err(NotRecorded::Error(error)) => Err(error),
    }
}

fn refuse(form: &mut Form, problems: Vec<(String, rules::Problem)>) {
    for (name, (field, words)) in problems {
        // A row has three fields; what is wrong with anything else stands beside the first.
        let field = if matches!(field, "quality" | "note") { field } else { "status" };
        form.refuse(&format!("{field}:{name}"), words);
    }
}

/// The entry that a row asks for; `None` when the row was left as it was, or can't be read.
fn draft_of(form: &mut Form, board: &Board, name: &str) -> Option<Draft> {
    let (code, cycle) = name.rsplit_once(':')?;
    let status_field = format!("status:{name}");
    let note = form.optional(&format!("note:{name}"), NOTE_MOST)?;
    let quality = form.value(&format!("quality:{name}")).to_owned();
    let chosen = form.value(&status_field).to_owned();
    if chosen == form.value(&format!("was:{name}")) && note.is_empty() && quality.is_empty() {
        return None;
    }
    let (key, reason) = chosen.split_once(':').unwrap_or((&chosen, ""));
    let Some(status) = Status::from_key(key) else {
        form.refuse(&status_field, "Where does it stand? Choose what comes closest.");
        return None;
    };
    Some(Draft {
        key: form.value(&format!("key:{name}")).to_owned(),
        code: code.to_owned(),
        year: board.year,
        cycle: cycle.parse().ok()?,
        status,
        quality: quality.parse().ok(),
        reason: reason.to_owned(),
        note,
    })
}

impl BulkPage {
    fn value(&self, field: &str) -> &str {
        self.form.value(field)
    }
}
