//! The third step: what would happen, what needs an answer, and the word that it may happen.

use std::collections::BTreeMap;

use askama::Template;
use platform::{
    Cx, Error,
    access::May,
    import::{Mapping, Outcome, Refusal, RowChoice, RowOutcome},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to, go_to_with, page, page_with_errors},
};

use super::{Counts, Step, called, chosen, columns::OUT, content, is_table, steps};
use crate::imports::{
    Bring, OnItsWay,
    trial::{self, Trial},
    verbs::{self, Taken},
};

/// Rows and refusals that are told one by one; the others are counted.
const TOLD: usize = 100;

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
    notice: String,
    error: &'static str,
    figures: String,
    counts: Counts,
    fresh_is_cut: bool,
    left_out: usize,
    questions: Vec<Question>,
    more_questions: usize,
    changed: Vec<RowOutcome>,
    fresh: Vec<RowOutcome>,
    is_possible: bool,
    button: String,
    notices: Vec<String>,
}

async fn draw(may: &May<Bring, OnItsWay>, cx: &Cx, trial: Trial) -> Result<Page, Error> {
    let draft = &may.draft;
    let kind = may.kind(cx)?;
    let told =
        |outcome: Outcome| trial.tally.rows.iter().filter(|row| row.outcome == outcome).take(TOLD).cloned().collect::<Vec<_>>();
    let is_table = is_table(kind, &draft.file);
    let questions = trial.refused.iter().take(TOLD).map(|refusal| Question {
        field: format!("fix-{}-{}", refusal.row.unwrap_or(0), refusal.column.as_deref().unwrap_or_default()),
        can_be_answered: is_table
            && refusal.row.is_some_and(|row| row > 1)
            && refusal.column.as_ref().is_some_and(|name| kind.columns.iter().any(|column| column.name == name)),
        refusal: refusal.clone(),
    });
    let coming = trial.tally.new + trial.tally.changed;
    Ok(Page {
        shell: cx.shell(format!("Bring in {}", called(kind.name)), ""),
        called: called(kind.name),
        lede: format!("{}, chosen on {}.", draft.file, chosen(cx, draft)),
        steps: steps(2),
        is_table,
        back: draft.address("/columns"),
        action: draft.address("/trial"),
        taking: draft.address("/taking"),
        notice: String::new(),
        error: "",
        figures: trial.figures(),
        counts: Counts {
            fresh: trial.tally.new,
            changed: trial.tally.changed,
            same: trial.tally.same,
            out: trial.refused_rows.len() as u64,
        },
        fresh_is_cut: trial.tally.new > TOLD as u64,
        left_out: trial::chosen_to_leave_out(&draft.mapping()?).len(),
        questions: questions.collect(),
        more_questions: trial.refused.len().saturating_sub(TOLD),
        changed: told(Outcome::Changed),
        fresh: told(Outcome::New),
        is_possible: trial.is_possible,
        button: format!("Bring in {}", counted(i64::try_from(coming).unwrap_or(i64::MAX), "row", "rows")),
        notices: trial.tally.notices,
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
        verbs::say(&cx, &may.draft, &mapping).await?;
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
    let (trial, content) = try_it(&may, &cx, &draft.mapping()?).await?;
    if trial.figures() != form.value("seen") || !trial.is_possible {
        return again(&may, &cx, trial).await;
    }
    if !trial.refused_rows.is_empty() && form.value("leave_out").is_empty() {
        let error = "Some rows can’t be read. Answer them above, or let us leave them out.";
        return page_with_errors(&Page { error, ..draw(&may, &cx, trial).await? });
    }
    match verbs::take(&cx, may.who(), kind, draft, &content, &trial).await? {
        Taken::In => Ok(done()),
        Taken::Changed => {
            let (trial, _) = try_it(&may, &cx, &draft.mapping()?).await?;
            again(&may, &cx, trial).await
        }
    }
}

async fn again(may: &May<Bring, OnItsWay>, cx: &Cx, trial: Trial) -> Answered {
    let notice = "Something was saved here since your trial run, so we looked again. Nothing of your file is in yet.".to_owned();
    page_with_errors(&Page { notice, ..draw(may, cx, trial).await? })
}
