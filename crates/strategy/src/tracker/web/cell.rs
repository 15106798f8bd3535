//! One cell: its form, how it has moved, and what its form sends.

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::{
    calendar::{SchoolYear, spoken},
    partnerships::{Partnership, Record},
};
use platform::{
    Cx, Error,
    access::{May, Standing, actions::See},
    web::{Answered, Form, Shell, Toast, block_with_event, go_to_with, is_local, page, page_with_errors},
};
use serde_json::json;

use super::{
    Chosen,
    board::{self, Board, GridCell, cell_id},
    encoded, grid,
    history::{Moved, moved},
};
use crate::{
    frameworks::{CycleMonths, Practice, sameness},
    tracker::{
        Cell, Status,
        rules::{self, Draft, NOTE_MOST},
        store,
        verbs::{self, NotRecorded},
    },
};

/// A cell, open: what stands in the rail, or under the tapped row of a phone.
pub(super) struct Edit {
    pub code: String,
    pub title: String,
    pub vip: bool,
    pub href: String,
    pub good: String,
    pub adapted: String,
    pub when: String,
    pub cycle_name: String,
    pub base: String,
    pub back: String,
    pub year: String,
    pub cycle: i32,
    /// Where focus goes when the form has just come.
    pub is_new: bool,
    pub may_record: bool,
    /// Why nothing can be recorded here; empty when it can.
    pub closed: String,
    pub form: Form,
    pub key: String,
    pub draft: String,
    pub statuses: Vec<(&'static str, String, &'static str)>,
    pub qualities: Vec<(i32, String, String)>,
    pub reasons: Vec<(String, String)>,
    pub readers: String,
    pub now: Option<(&'static str, String)>,
    pub moved: Vec<Moved>,
}

impl Edit {
    /// What is wrong, as the summary above the form wants it.
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let fields = ["key", "practice", "cycle", "status", "quality", "reason", "note"];
        let wrong = fields.into_iter().filter(|name| !self.form.error(name).is_empty());
        wrong
            .map(|name| {
                (if matches!(name, "key" | "practice" | "cycle") { "edit" } else { name }, self.form.error(name).to_owned())
            })
            .collect()
    }
}

/// The cell that the address names, open.
pub(super) async fn edit_of(
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    board: &Board,
    chosen: &Chosen,
    may_record: bool,
) -> Result<Edit, Error> {
    let (practice, year, cycle) = named(board, chosen)?;
    let told = store::history(cx.db().read(), partnership.id, &sameness().ids(practice.id)).await?;
    let has_window = rules::window_of(&board.calendar, partnership, practice, year, cycle.number);
    let is_open = rules::is_open(&board.calendar, partnership, cycle, year, board.today);
    let closed = match (has_window, is_open) {
        (None, _) => "This practice is not due here in that cycle, so there is nothing to record.".to_owned(),
        (Some(_), true) => String::new(),
        (Some(_), false) => {
            let from = rules::cycle_span(&board.calendar, cycle, year).from;
            if from > board.today {
                format!("{} opens on {}. It can be recorded from then on.", cycle.name, spoken(from, board.today))
            } else {
                "We were not at work here in that cycle, so there is nothing to record.".to_owned()
            }
        }
    };
    let cell = board.cells.get(&(practice.id, year, cycle.number)).copied();
    let shown = told.iter().find(|entry| entry.is_of(year, cycle.number) && entry.withdrawn_at.is_none());
    let form = Form::with([
        ("status", cell.map(|cell| cell.status.key().to_owned()).unwrap_or_default()),
        ("quality", cell.and_then(|cell| cell.quality).map(|level| level.to_string()).unwrap_or_default()),
        ("reason", shown.map(|entry| entry.reason.clone()).unwrap_or_default()),
    ]);
    let framework = &board.framework;
    let which = format!("practice={}&year={}&cycle={}", encoded(&practice.code), year.key(), cycle.number);
    Ok(Edit {
        code: practice.code.clone(),
        title: practice.title.clone(),
        vip: practice.vip,
        href: practice.subject().href,
        good: practice.good.clone(),
        adapted: practice.models.get(&partnership.model_id).cloned().unwrap_or_default(),
        when: has_window.map(|span| window_words(span.from, span.to, board.today)).unwrap_or_default(),
        cycle_name: if year == board.year { cycle.name.clone() } else { format!("{}, {year}", cycle.name) },
        base: board.base.clone(),
        back: format!("{}?{}{which}#{}", board.base, chosen.filters(), cell_id(&practice.code, year, cycle.number)),
        year: year.key(),
        cycle: cycle.number,
        is_new: true,
        may_record,
        closed,
        form,
        key: cx.new_id().to_string(),
        draft: format!("tracker:{}:{}:{}:{}", partnership.slug, practice.code, year.key(), cycle.number),
        statuses: Status::ALL
            .into_iter()
            .map(|status| (status.key(), status.name(framework).to_owned(), Cell { status, quality: None }.glyph()))
            .collect(),
        qualities: framework.qualities.iter().map(|one| (one.level, one.name.clone(), one.meaning.clone())).collect(),
        reasons: std::iter::once((String::new(), "Choose a reason".to_owned()))
            .chain(rules::reasons(framework, Status::NotApplicable).iter().map(|reason| (reason.clone(), reason.clone())))
            .collect(),
        readers: format!("A sentence is plenty. All of us can read it, and so can the people at {}.", partnership.name),
        now: cell.map(|cell| (cell.glyph(), cell.words(framework))),
        moved: moved(cx, who, board, &told, year, cycle.number),
    })
}

fn named<'a>(board: &'a Board, chosen: &Chosen) -> Result<(&'a Practice, SchoolYear, &'a CycleMonths), Error> {
    let practice = board.framework.practice(&chosen.practice).ok_or(Error::NotFound)?;
    let year: SchoolYear = chosen.year.parse().map_err(|_| Error::NotFound)?;
    let number: i32 = chosen.cycle.parse().map_err(|_| Error::NotFound)?;
    let cycle = board.framework.cycles.iter().find(|cycle| cycle.number == number).ok_or(Error::NotFound)?;
    Ok((practice, year, cycle))
}

fn window_words(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> String {
    let verb = if to < today { "Was due" } else { "Due" };
    format!("{verb} {} to {}.", spoken(from, today), spoken(to, today))
}

/// The cell alone, for htmx.
#[derive(Template)]
#[template(path = "tracker/edit.html")]
struct EditPart {
    shell: Shell,
    edit: Edit,
}

/// The cell after saving, with the link and the standing that changed with it.
#[derive(Template)]
#[template(path = "tracker/saved.html")]
struct SavedPart {
    shell: Shell,
    edit: Edit,
    cell: GridCell,
    standing: board::Standing,
}

/// `GET /partnerships/{partnership}/tracker/cell`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(chosen): Query<Chosen>) -> Answered {
    let board = Board::read(&cx, may.thing()).await?.ok_or(Error::NotFound)?;
    let edit = edit_of(&cx, may.who(), may.thing(), &board, &chosen, may.also::<Record>()).await?;
    page(&EditPart { shell: cx.shell("", "/partnerships"), edit })
}

/// `POST /partnerships/{partnership}/tracker/entries`
pub(super) async fn record(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let partnership = may.thing();
    let board = Board::read(&cx, partnership).await?.ok_or(Error::NotFound)?;
    let chosen = Chosen {
        practice: form.value("practice").to_owned(),
        year: form.value("year").to_owned(),
        cycle: form.value("cycle").to_owned(),
        ..filters_of(form.value("back"), &board.base)
    };
    named(&board, &chosen)?;
    let Some(draft) = draft_of(&mut form, &chosen) else { return refused(&cx, &may, &board, chosen, form).await };
    match verbs::record(&cx, &may, &board.framework, std::slice::from_ref(&draft)).await {
        Ok(_) => {}
        Err(NotRecorded::Problems(problems)) => {
            for (_, (field, words)) in problems {
                form.refuse(field, words);
            }
            return refused(&cx, &may, &board, chosen, form).await;
        }
        Err(NotRecorded::Error(error)) => return Err(error),
    }
    let words = format!("Saved. {} is {}.", draft.code, draft.status.name(&board.framework).to_lowercase());
    let undo = format!("{}/entries/{}/withdrawal", board.base, draft.key);
    if !cx.htmx {
        return Ok(go_to_with(&back(&board, &chosen), &Toast::with_undo(words, undo)));
    }
    let board = Board::read(&cx, partnership).await?.ok_or(Error::NotFound)?;
    let mut edit = edit_of(&cx, may.who(), partnership, &board, &chosen, true).await?;
    edit.is_new = false;
    let (practice, year, cycle) = named(&board, &chosen)?;
    let column = board.column(partnership, year, cycle);
    let cell = board.grid_cell(practice, &column, board.cells.get(&(practice.id, year, cycle.number)).copied(), &chosen);
    let event = json!({ "saved": { "cell": cell.id, "toast": words, "undo": undo } });
    let part = SavedPart { shell: cx.shell("", "/partnerships"), edit, cell, standing: board.standing(partnership) };
    block_with_event(part.render()?, &event)
}

/// The form again, with what was typed and what is wrong.
async fn refused(cx: &Cx, may: &May<Record, Partnership>, board: &Board, chosen: Chosen, form: Form) -> Answered {
    let mut edit = edit_of(cx, may.who(), may.thing(), board, &chosen, true).await?;
    if !form.value("key").is_empty() && form.error("key").is_empty() {
        form.value("key").clone_into(&mut edit.key);
    }
    edit.form = form;
    if cx.htmx {
        return page_with_errors(&EditPart { shell: cx.shell("", "/partnerships"), edit });
    }
    page_with_errors(&grid::page_of(cx, may.who(), may.thing(), Some(board), chosen, true, Some(edit)))
}

/// The entry that a cell's form asks for; what can't be read gets its word in the form.
fn draft_of(form: &mut Form, chosen: &Chosen) -> Option<Draft> {
    let note = form.optional("note", NOTE_MOST);
    let status = Status::from_key(form.value("status"));
    if status.is_none() {
        form.refuse("status", "Where does it stand? Choose what comes closest.");
    }
    let status = status?;
    // A choice that the form hides for another status is not meant.
    let quality = if status == Status::Enacted { form.value("quality") } else { "" };
    let reason = if status == Status::NotApplicable { form.value("reason") } else { "" };
    Some(Draft {
        key: form.value("key").to_owned(),
        code: chosen.practice.clone(),
        year: chosen.year.parse().ok()?,
        cycle: chosen.cycle.parse().ok()?,
        status,
        quality: quality.parse().ok(),
        reason: reason.trim().to_owned(),
        note: note?,
    })
}

fn back(board: &Board, chosen: &Chosen) -> String {
    let cell = chosen.year.parse().map(|year| cell_id(&chosen.practice, year, chosen.cycle.parse().unwrap_or(0)));
    format!(
        "{}?{}practice={}&year={}&cycle={}#{}",
        board.base,
        chosen.filters(),
        encoded(&chosen.practice),
        encoded(&chosen.year),
        encoded(&chosen.cycle),
        cell.unwrap_or_default()
    )
}

/// The filters of the page that a form came from.
fn filters_of(address: &str, base: &str) -> Chosen {
    let query = address.strip_prefix(base).and_then(|rest| rest.strip_prefix('?')).filter(|_| is_local(address));
    let query = query.map(|query| query.split('#').next().unwrap_or_default());
    query.and_then(|query| serde_html_form::from_str(query).ok()).unwrap_or_default()
}

/// `POST /partnerships/{partnership}/tracker/entries/{entry}/withdrawal`
pub(super) async fn withdraw(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let board = Board::read(&cx, may.thing()).await?.ok_or(Error::NotFound)?;
    let taken = verbs::withdraw(&cx, &may, &board.framework, may.ids().get("entry")?).await?;
    let code = board.framework.practices.iter().find(|practice| practice.id == taken.practice);
    let code = code.map(|practice| practice.code.clone()).unwrap_or_default();
    let chosen = Chosen { practice: code.clone(), year: taken.year.key(), cycle: taken.cycle.to_string(), ..Chosen::default() };
    let toast = Toast::saying(format!("Taken back. {code} shows what it showed before; the history keeps both."));
    Ok(go_to_with(&back(&board, &chosen), &toast))
}
