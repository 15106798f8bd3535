//! What can be done to a practice of the draft beside changing it: split, merge, retire, bring back, move.

use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    web::{Answered, Form, page_with_errors},
};

use super::{
    super::{
        discussion,
        policy::OpenDraft,
        rules::{CODE_MOST, Direction, PARTS_MOST, Part, REASON_MOST, TEXT_MOST, TITLE_MOST},
        verbs::{self, HREF},
    },
    line::{Act, Forms, done, named, page_of},
    view::{Read, line_href},
};

/// The page with the form of an act that needs another look.
async fn again(may: &May<Edit, OpenDraft>, cx: &Cx, name: &'static str, mut form: Form, refusal: Option<Error>) -> Answered {
    let read = Read::of(cx, &may.draft).await?;
    let one = named(&read, may.ids().get("line")?)?;
    match refusal {
        Some(Error::Refused(words)) => form.refuse("reason", words),
        Some(Error::Stale) => {
            let words = "Somebody changed it meanwhile. Above is what it says now: look once more, then do it again.";
            form.refuse("reason", words);
        }
        Some(error) => return Err(error),
        None => {}
    }
    let comments = discussion::all(cx.db().read(), read.draft.id).await?;
    page_with_errors(&page_of(cx, &read, &one, &comments, true, Forms { change: None, act: Act { name, form }, is_stale: false }))
}

pub(in super::super) fn line_of(may: &May<Edit, OpenDraft>) -> Result<i32, Error> {
    may.ids().get("line")?.parse().map_err(|_| Error::NotFound)
}

fn reason_of(form: &mut Form) -> Option<String> {
    form.required("reason", "Why? A sentence is enough; those who come after us will ask.", REASON_MOST)
}

/// Reads the parts into which a practice is split; what is wrong gets its word in the form.
pub(in super::super) fn read_parts(form: &mut Form) -> Vec<Part> {
    let mut parts = Vec::new();
    for place in 1..=PARTS_MOST {
        let name = |field: &str| format!("{field}-{place}");
        let is_empty = ["code", "title"].iter().all(|field| form.value(&name(field)).trim().is_empty());
        if place > 2 && is_empty {
            continue;
        }
        let code = form.required(&name("code"), "Which code does this part have?", CODE_MOST);
        if code.as_ref().is_some_and(|code| code.contains(['/', '?', '#', '%', ';', ' '])) {
            form.refuse(&name("code"), "A code is letters, digits, dots and hyphens.");
        }
        let title = form.required(&name("title"), "What do we do in this part?", TITLE_MOST);
        let good = form.required(&name("good"), "What does good look like in this part?", TEXT_MOST);
        if let (Some(code), Some(title), Some(good)) = (code, title, good) {
            parts.push(Part { code, title, good });
        }
    }
    parts
}

/// `POST /practices/draft/practices/{line}/parts`
pub(super) async fn split(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let line = line_of(&may)?;
    let parts = read_parts(&mut form);
    let reason = reason_of(&mut form);
    let mut refusal = None;
    if let (Some(reason), false) = (reason, form.has_errors()) {
        match verbs::split(&may, &cx, (line, form.version()), &parts, &reason).await {
            Ok(step) => return done(&format!("{HREF}#line-{line}"), "Split.", step),
            Err(error) => refusal = Some(error),
        }
    }
    again(&may, &cx, "split", form, refusal).await
}

/// `POST /practices/draft/practices/{line}/merger`
pub(super) async fn merge(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let line = line_of(&may)?;
    let other =
        form.value("with").split_once('.').and_then(|(number, version)| Some((number.parse().ok()?, version.parse().ok()?)));
    if other.is_none() {
        form.refuse("with", "With which one? Choose a practice.");
    }
    let title = form.required("title", "What do we do, in one sentence for both?", TITLE_MOST);
    let good = form.required("good", "What does good look like, for both?", TEXT_MOST);
    let reason = reason_of(&mut form);
    let mut refusal = None;
    if let (Some(other), Some(title), Some(good), Some(reason)) = (other, title, good, reason) {
        match verbs::merge(&may, &cx, (line, form.version()), &[other], (&title, &good), &reason).await {
            Ok(step) => return done(&format!("{HREF}#line-{line}"), "Merged.", step),
            Err(error) => refusal = Some(error),
        }
    }
    again(&may, &cx, "merge", form, refusal).await
}

/// `POST /practices/draft/practices/{line}/retirement`
pub(super) async fn retire(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let line = line_of(&may)?;
    let mut refusal = None;
    if let Some(reason) = reason_of(&mut form) {
        match verbs::retire(&may, &cx, (line, form.version()), &reason).await {
            Ok(step) => return done(&format!("{HREF}#line-{line}"), "Retired. Its entries stay.", step),
            Err(error) => refusal = Some(error),
        }
    }
    again(&may, &cx, "retire", form, refusal).await
}

/// `POST /practices/draft/practices/{line}/return`
pub(super) async fn bring_back(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let line = line_of(&may)?;
    let mut refusal = None;
    if let Some(reason) = form.optional("reason", REASON_MOST) {
        match verbs::bring_back(&may, &cx, (line, form.version()), &reason).await {
            Ok(step) => return done(&line_href(line), "It stands again.", step),
            Err(error) => refusal = Some(error),
        }
    }
    again(&may, &cx, "back", form, refusal).await
}

/// `POST /practices/draft/practices/{line}/place`
pub(super) async fn place(may: May<Edit, OpenDraft>, cx: Cx, form: Form) -> Answered {
    let line = line_of(&may)?;
    let direction = if form.value("direction") == "up" { Direction::Up } else { Direction::Down };
    let step = verbs::place(&may, &cx, line, direction).await?;
    done(&line_href(line), "Moved.", step)
}
