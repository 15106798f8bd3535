//! Files on a cycle: attached, shown, worded, taken out and brought back.

use askama::Template;
use axum::http::HeaderMap;
use platform::{
    Cx, Error,
    access::{May, Standing, actions::See},
    attachments::{FormWithFiles, Size, serve},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::part::{self, back_of, kept, standing};
use crate::{
    cycles::{
        CycleThere,
        files::{CAPTION_MOST, DAYS_KEPT, FileThere, TABLE, verbs, verbs::Attached},
        parts::{Kept as Part, LogEntry, PartThere, World},
        policy::Run,
        store,
    },
    wording::{self, Kept},
};

/// `POST /cycles/{cycle}/log-entries`: words, files, or both.
pub(super) async fn note(may: May<Run, CycleThere>, cx: Cx, mut sent: FormWithFiles) -> Answered {
    let world = World::read(&cx, may.who(), may.thing()).await?;
    let files = sent.attachments("files").await?;
    let mut form = sent.form;
    let caption = form.optional("caption", CAPTION_MOST);
    let has_words = !form.value("text").trim().is_empty();
    if let (Some(files), false) = (files.as_ref().filter(|files| !files.is_empty()), has_words) {
        form.put("text", vec![LogEntry::words_for(files, caption.as_deref().unwrap_or_default())]);
    }
    // Where files alone were sent and refused, that is what there is to say.
    let entry = if files.is_some() || has_words { <LogEntry as Part>::read(&mut form, &world) } else { None };
    let attached = files.as_deref().zip(caption.as_deref()).map(|(files, caption)| Attached { files, caption });
    part::put(&may, &cx, &world, form, entry.zip(attached)).await
}

/// `POST /cycles/{cycle}/goals/{goal}/files` and the like
pub(super) async fn attach<N: Part>(may: May<Run, PartThere<N>>, cx: Cx, mut sent: FormWithFiles) -> Answered {
    let there = may.thing();
    verbs::must_take_files(there)?;
    let files = sent.attachments("files").await?;
    let mut form = sent.form;
    if files.as_ref().is_some_and(Vec::is_empty) {
        form.refuse("files", "Which files? Please choose one or more.");
    }
    let caption = form.optional("caption", CAPTION_MOST);
    let key = part::key_of(&mut form, "files");
    if let (Some(files), Some(caption), Some(key), false) = (&files, &caption, key, form.has_errors()) {
        match verbs::attach(&may, &cx, key, Attached { files, caption }).await {
            Ok(()) => {
                let words = if files.len() == 1 { "The file is there." } else { "The files are there." };
                return Ok(go_to_with(&back_of::<N>(&there.there, ""), &Toast::saying(words)));
            }
            Err(Error::Refused(words)) => form.refuse("files", words),
            Err(error) => return Err(error),
        }
    }
    // The words of the part itself stand in the form beside this one.
    let world = World::read(&cx, may.who(), &there.there).await?;
    let mut whole = there.part.form(&world);
    whole.put("version", vec![there.version.to_string()]);
    whole.put("caption", form.all("caption").to_vec());
    for (field, problem) in form.errors() {
        whole.refuse(field, problem);
    }
    page_with_errors(&standing(&cx, may.who(), there, &world, whole, true, false).await?)
}

#[derive(Template)]
#[template(path = "cycles/web/file.html")]
struct Page {
    shell: Shell,
    crumbs: Vec<(String, String)>,
    name: String,
    note: String,
    said: String,
    href: String,
    back: String,
    is_photo: bool,
    width: i32,
    height: i32,
    alt: String,
    caption: String,
    readers: String,
    may_change: bool,
    is_removed: bool,
    days: i64,
    form: Form,
    stands: Option<Kept>,
    history: Vec<Kept>,
}

async fn page_of(cx: &Cx, who: &Standing, of: &FileThere, form: Form, may_change: bool, is_stale: bool) -> Result<Page, Error> {
    let FileThere { there: CycleThere { owner, cycle, .. }, file, .. } = of;
    let history = store::revisions(cx.db().read(), cycle.id, TABLE, &file.key).await?;
    let mut history: Vec<Kept> = history.into_iter().map(|revision| kept(cx, revision)).collect();
    let stands = (is_stale && !history.is_empty()).then(|| history.remove(0));
    let mut crumbs: Vec<_> = owner.href().map(|href| (owner.name().to_owned(), href)).into_iter().collect();
    crumbs.push((format!("Cycle {}: {}", cycle.number, cycle.title), cycle.href()));
    let (width, height) = file.facts.size().unwrap_or_default();
    Ok(Page {
        shell: cx.shell(format!("{}, Cycle {}, {}", file.name, cycle.number, owner.name()), owner.section()),
        crumbs,
        name: file.name.clone(),
        note: format!(
            "{}, {}. {}, {}.",
            file.facts.kind().words(),
            file.facts.size_in_words(),
            file.author,
            wording::when(cx, file.added_at)
        ),
        said: of.of.clone(),
        href: of.href(),
        back: of.part_href(),
        is_photo: file.facts.kind().is_photo(),
        width,
        height,
        alt: if file.caption.is_empty() { format!("Photo by {}, without a caption", file.author) } else { file.caption.clone() },
        caption: file.caption.clone(),
        readers: owner.readers(who),
        may_change: may_change && cycle.state != "closed",
        is_removed: of.is_removed,
        days: DAYS_KEPT,
        form,
        stands,
        history,
    })
}

/// `GET /cycles/{cycle}/files/{file}`
pub(super) async fn show(may: May<See, FileThere>, cx: Cx) -> Answered {
    let of = may.thing();
    let form = Form::with([("caption", of.file.caption.clone()), ("version", of.file.version.to_string())]);
    page(&page_of(&cx, may.who(), of, form, may.also::<Run>(), false).await?)
}

/// `POST /cycles/{cycle}/files/{file}`
pub(super) async fn correct(may: May<Run, FileThere>, cx: Cx, mut form: Form) -> Answered {
    let of = may.thing();
    let Some(caption) = form.optional("caption", CAPTION_MOST) else {
        return page_with_errors(&page_of(&cx, may.who(), of, form, true, false).await?);
    };
    match verbs::correct(&may, &cx, form.version(), &caption).await {
        Ok(()) => Ok(go_to_with(&of.href(), &Toast::saying("Saved. The wording before is kept."))),
        Err(Error::Stale) => {
            form.put("version", vec![of.file.version.to_string()]);
            page_with_errors(&page_of(&cx, may.who(), of, form, true, true).await?)
        }
        Err(error) => Err(error),
    }
}

/// `GET /cycles/{cycle}/files/{file}/content`
pub(super) async fn content(may: May<See, FileThere>, cx: Cx, asked: HeaderMap) -> Answered {
    bytes(&may, &cx, &asked, Size::Whole).await
}

/// `GET /cycles/{cycle}/files/{file}/small`
pub(super) async fn small(may: May<See, FileThere>, cx: Cx, asked: HeaderMap) -> Answered {
    bytes(&may, &cx, &asked, Size::Small).await
}

/// What was taken out is shown to nobody.
async fn bytes(of: &FileThere, cx: &Cx, asked: &HeaderMap, size: Size) -> Answered {
    if of.is_removed {
        return Err(Error::NotFound);
    }
    serve(cx.db().read(), asked, &of.file.hash, &of.file.name, size).await
}

/// `POST /cycles/{cycle}/files/{file}/removal`
pub(super) async fn remove(may: May<Run, FileThere>, cx: Cx) -> Answered {
    verbs::remove(&may, &cx).await?;
    let undo = format!("{}/restoration", may.href());
    Ok(go_to_with(&may.part_href(), &Toast::with_undo("The file is taken out.", undo)))
}

/// `POST /cycles/{cycle}/files/{file}/restoration`
pub(super) async fn restore(may: May<Run, FileThere>, cx: Cx) -> Answered {
    verbs::restore(&may, &cx).await?;
    Ok(go_to_with(&may.part_href(), &Toast::saying("It is back.")))
}
