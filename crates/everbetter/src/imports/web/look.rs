//! The third step: what would happen, what needs an answer, and the word that it may happen.

use std::collections::BTreeMap;

use askama::Template;
use platform::{
    Cx, Error,
    access::May,
    import::{Mapping, Refusal, RowChoice},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to, go_to_with, page, page_with_errors},
};

use super::{Counts, Step, by_job, called, chosen, columns::OUT, content, is_table, lead, steps, waiting};
use crate::imports::{
    Bring, OnItsWay,
    store::Work,
    trial::{self, Line, TOLD, Trial},
    verbs::{self, Bringing, Taken},
};

const CHANGED: &str = "Something was saved here since your trial run, so we looked again. Nothing of your file is in yet.";
const UNANSWERED: &str = "Some rows can’t be read. Answer them above, or let us leave them out.";

/// A refusal, with the field that answers it.
struct Question {
    refusal: Refusal,
    field: String,
    can_be_answered: bool,
}

impl Question {
    fn place(&self) -> String {
        match (&self.refusal.row, &self.refusal.column) {
            (Some(row), Some(column)) => format!("Row {row}, {column}"),
            (Some(row), None) => format!("Row {row}"),
            (None, Some(column)) => column.clone(),
            (None, None) => "The whole file".to_owned(),
        }
    }

    fn value(&self) -> &str {
        self.refusal.value.as_deref().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "imports/web/look.html")]
struct Page {
    shell: Shell,
    called: String,
    lede: String,
    steps: Vec<Step>,
    is_table: bool,
    back: String,
    action: String,
    taking: String,
    notice: &'static str,
    error: &'static str,
    figures: String,
    counts: Counts,
    fresh_is_cut: bool,
    left_out: usize,
    questions: Vec<Question>,
    more_questions: usize,
    changed: Vec<Line>,
    fresh: Vec<Line>,
    is_possible: bool,
    coming: u64,
    button: String,
    notices: Vec<String>,
}

async fn draw(may: &May<Bring, OnItsWay>, cx: &Cx, trial: Trial) -> Result<Page, Error> {
    let draft = &may.draft;
    let kind = may.kind(cx)?;
    let is_table = is_table(kind, &draft.file);
    let questions = trial.refused.iter().map(|refusal| Question {
        field: format!("fix-{}-{}", refusal.row.unwrap_or(0), refusal.column.as_deref().unwrap_or_default()),
        can_be_answered: is_table
            && refusal.row.is_some_and(|row| row > 1)
            && refusal.column.as_ref().is_some_and(|name| kind.columns.iter().any(|column| column.name == name)),
        refusal: refusal.clone(),
    });
    let coming = trial.new + trial.changed;
    let (fresh, changed): (Vec<Line>, Vec<Line>) = trial.rows.iter().cloned().partition(|line| line.is_new);
    Ok(Page {
        shell: cx.shell(format!("Bring in {}", called(kind.name)), ""),
        called: called(kind.name),
        lede: format!("{}, chosen on {}.", draft.file, chosen(cx, draft)),
        steps: steps(2),
        is_table,
        back: draft.address("/columns"),
        action: draft.address("/trial"),
        taking: draft.address("/taking"),
        notice: if trial.has_changed { CHANGED } else { "" },
        error: "",
        figures: trial.figures(),
        counts: Counts { fresh: trial.new, changed: trial.changed, same: trial.same, out: trial.refused_rows.len() as u64 },
        fresh_is_cut: trial.new > TOLD as u64,
        left_out: trial::chosen_to_leave_out(&draft.mapping()?).len(),
        questions: questions.collect(),
        more_questions: trial.more_refused,
        changed,
        fresh,
        is_possible: trial.is_possible,
        coming,
        button: format!("Bring in {}", counted(i64::try_from(coming).unwrap_or(i64::MAX), "row", "rows")),
        notices: trial.notices,
    })
}

async fn try_it(may: &May<Bring, OnItsWay>, cx: &Cx, mapping: &Mapping) -> Result<(Trial, bytes::Bytes), Error> {
    let content = content(cx, &may.draft).await?;
    let trial = trial::run(&cx.app, may.kind(cx)?, may.who(), &may.draft.file, &content, mapping).await?;
    Ok((trial, content))
}

pub(super) async fn show(may: May<Bring, OnItsWay>, cx: Cx) -> Answered {
    if may.draft.is_taken() {
        return Ok(go_to(&may.draft.address("")));
    }
    if by_job(may.kind(&cx)?, &may.draft) {
        return match (may.draft.work(), may.draft.found()?) {
            (Some(Work::Coming), _) => Ok(lead(&cx, &may.draft.address(""))),
            (Some(Work::Looking), _) => waiting::show(&cx, &may.draft).await,
            // Whoever waited on the page that asks again and again is shown the whole one.
            (None, Some(_)) if cx.htmx => Ok(lead(&cx, &may.draft.address("/trial"))),
            (None, Some(found)) => page(&draw(&may, &cx, found).await?),
            (None, None) => Ok(lead(&cx, &may.draft.address("/columns"))),
        };
    }
    let (trial, _) = try_it(&may, &cx, &may.draft.mapping()?).await?;
    page(&draw(&may, &cx, trial).await?)
}

/// Keeps the answers about single rows, and looks again.
pub(super) async fn answer(may: May<Bring, OnItsWay>, cx: Cx, form: Form) -> Answered {
    let mut mapping = may.draft.mapping()?;
    for name in form.names() {
        let Some((row, column)) = name.strip_prefix("fix-").and_then(|rest| rest.split_once('-')) else { continue };
        let (Ok(row), said) = (row.parse::<u64>(), form.value(name).trim()) else { continue };
        match said {
            "" => {}
            OUT => {
                mapping.rows.insert(row, RowChoice::LeaveOut);
            }
            said => {
                let choice = mapping.rows.entry(row).or_insert_with(|| RowChoice::Cells(BTreeMap::new()));
                if let RowChoice::Cells(cells) = choice {
                    cells.insert(column.to_owned(), said.to_owned());
                }
            }
        }
    }
    if !may.draft.is_taken() {
        verbs::let_go(&cx, &may.draft).await?;
        verbs::say(&cx, &may.draft, &mapping).await?;
        if by_job(may.kind(&cx)?, &may.draft) {
            verbs::look(&cx, &may.draft).await?;
        }
    }
    Ok(go_to(&may.draft.address("/trial")))
}

pub(super) async fn take(may: May<Bring, OnItsWay>, cx: Cx, form: Form) -> Answered {
    let draft = &may.draft;
    let done = || go_to_with(&draft.address(""), &Toast::saying("It is in."));
    if draft.is_taken() {
        return Ok(done());
    }
    let kind = may.kind(&cx)?;
    if kind.opens_doors {
        cx.must_be_fresh().await?;
    }
    if by_job(kind, draft) {
        return let_come(&may, &cx, &form).await;
    }
    let (trial, content) = try_it(&may, &cx, &draft.mapping()?).await?;
    if trial.figures() != form.value("seen") || !trial.is_possible {
        return again(&may, &cx, trial).await;
    }
    if is_unanswered(&trial, &form) {
        return page_with_errors(&Page { error: UNANSWERED, ..draw(&may, &cx, trial).await? });
    }
    let bringing = Bringing { who: may.who(), kind, draft, content: &content, seen: &trial };
    match verbs::take(&cx.app, cx.db(), cx.now, bringing).await? {
        Taken::In => Ok(done()),
        Taken::Changed => {
            let (trial, _) = try_it(&may, &cx, &draft.mapping()?).await?;
            again(&may, &cx, trial).await
        }
    }
}

/// Rows that can't be read are answered or left out, but not forgotten.
fn is_unanswered(trial: &Trial, form: &Form) -> bool {
    !trial.refused_rows.is_empty() && form.value("leave_out").is_empty()
}

/// Lets a job bring the file in that a job looked at.
async fn let_come(may: &May<Bring, OnItsWay>, cx: &Cx, form: &Form) -> Answered {
    let draft = &may.draft;
    if draft.work() == Some(Work::Coming) {
        return Ok(go_to(&draft.address("")));
    }
    let Some(found) = draft.found()? else { return Ok(go_to(&draft.address("/trial"))) };
    if found.figures() != form.value("seen") || !found.is_possible {
        return again(may, cx, found).await;
    }
    if is_unanswered(&found, form) {
        return page_with_errors(&Page { error: UNANSWERED, ..draw(may, cx, found).await? });
    }
    verbs::come(cx, draft, &found).await?;
    Ok(go_to(&draft.address("")))
}

async fn again(may: &May<Bring, OnItsWay>, cx: &Cx, trial: Trial) -> Answered {
    page_with_errors(&Page { notice: CHANGED, ..draw(may, cx, trial).await? })
}
