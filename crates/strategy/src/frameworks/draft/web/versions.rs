//! The versions of the practices, and the way to the next one.

use askama::Template;
use partnerships::calendar::{Calendar, spoken};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    super::{Framework, api::key_of, stays::Turn},
    policy::{Begin, Versions},
    store,
    verbs::{self, Beginning, HREF},
};

/// A published version.
struct Version {
    key: String,
    title: String,
    number: i32,
    practices: usize,
    vips: usize,
    since: String,
    counts: bool,
}

/// The draft, for those who may know of it.
struct Coming {
    number: i32,
    line: String,
    note: String,
}

#[derive(Template)]
#[template(path = "frameworks/draft/web/versions.html")]
struct Page {
    shell: Shell,
    versions: Vec<Version>,
    coming: Option<Coming>,
    may_begin: bool,
    /// The number of the version that begins within this school year, for staff.
    turns_to: Option<i32>,
    form: Form,
}

/// `GET /practices/versions`
pub(super) async fn show(may: May<See, Versions>, cx: Cx) -> Answered {
    let page_now = page_of(&cx, may.who().is_staff(), may.also::<Begin>(), None).await?;
    page(&page_now)
}

async fn page_of(cx: &Cx, staff: bool, may_begin: bool, form: Option<Form>) -> Result<Page, Error> {
    let (on, today) = (cx.db().read(), cx.today());
    let all = Framework::all_versions(on).await?;
    let draft = if staff { store::open(on).await? } else { None };
    let counting = all.iter().rev().find(|framework| framework.effective_from <= today).or(all.first()).map(|one| one.id);
    let title = all.last().map(|framework| framework.title.clone()).unwrap_or_default();
    let form = form.unwrap_or_else(|| Form::with([("title", title), ("approvals", "2".to_owned())]));
    let versions = all.iter().rev().map(|framework| {
        let day = spoken(framework.effective_from, today);
        Version {
            key: key_of(framework),
            title: framework.title.clone(),
            number: framework.version,
            practices: framework.practices.len(),
            vips: framework.practices.iter().filter(|practice| practice.vip).count(),
            since: if framework.effective_from <= today { format!("Since {day}") } else { format!("From {day}") },
            counts: counting == Some(framework.id),
        }
    });
    let turn = Turn::among(all.iter().rev(), &Calendar::of(&cx.settings), today).filter(|_| staff);
    Ok(Page {
        shell: cx.shell("Versions of the practices", "/practices"),
        turns_to: turn.map(|turn| turn.after.version),
        versions: versions.collect(),
        may_begin: may_begin && draft.is_none() && !all.is_empty(),
        coming: draft.map(|draft| Coming {
            number: draft.number,
            line: format!("{} began it on {}.", draft.begun_by, spoken(cx.settings.local(draft.begun_at).date(), today)),
            note: draft.note,
        }),
        form,
    })
}

/// Reads the form of a new draft; what is wrong gets its word there.
pub(in super::super) fn read(form: &mut Form) -> Option<Beginning> {
    let title = form.required("title", "What is the version called?", 200);
    let note = form.required("note", "What is it for? A sentence is enough.", 1_000);
    let approvals = form.whole("approvals", 1, 9);
    Some(Beginning { title: title?, note: note?, approvals_needed: approvals? })
}

/// `POST /practices/draft`
pub(super) async fn begin(may: May<Begin, Versions>, cx: Cx, mut form: Form) -> Answered {
    if let Some(beginning) = read(&mut form) {
        match verbs::begin(&may, &cx, &beginning).await {
            Ok(()) => return Ok(go_to_with(HREF, &Toast::saying("The draft holds all that is published. Nothing is retyped."))),
            Err(Error::Refused(words)) => form.refuse("title", words),
            Err(error) => return Err(error),
        }
    }
    page_with_errors(&page_of(&cx, true, true, Some(form)).await?)
}
