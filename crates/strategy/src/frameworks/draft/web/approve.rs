//! The forms beside the draft that lead it into the open: approving it, and publishing it.

use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    web::{Answered, Form, Toast, go_to_with, page_with_errors},
};

use super::{
    super::{
        out,
        policy::{Approve, OpenDraft, Publish},
        verbs::HREF,
    },
    show::{Can, page_of},
};

/// `POST /practices/draft/approvals`
pub(super) async fn approve(may: May<Approve, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    if let Some(words) = out::read_words(&mut form) {
        match out::approve(&may, &cx, form.version(), &words).await {
            Ok(()) => return Ok(go_to_with(HREF, &Toast::saying("You approve it as it stands now. A change asks you again."))),
            Err(Error::Stale) => {
                form.refuse("words", "Somebody changed the draft since you opened it. Look once more, then approve it.")
            }
            Err(error) => return Err(error),
        }
    }
    let can = Can { edit: may.also::<Edit>(), approve: true, publish: may.also::<Publish>() };
    page_with_errors(&page_of(&cx, &may, may.who(), can, form).await?)
}

/// `POST /practices/draft/approvals/removal`
pub(super) async fn disapprove(may: May<Approve, OpenDraft>, cx: Cx, form: Form) -> Answered {
    out::disapprove(&may, &cx, &may.who().slug, form.version()).await?;
    Ok(go_to_with(HREF, &Toast::saying("Your approval is taken back.")))
}

/// `POST /practices/draft/publication`
pub(super) async fn publish(may: May<Publish, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    if let Some(from) = form.date("effective_from", "From which day does it count?") {
        match out::publish(&may, &cx, form.version(), from).await {
            Ok(()) => {
                let words = format!("Version {} is out. Thank you for saying why.", may.draft.number);
                return Ok(go_to_with("/practices/versions", &Toast::saying(words)));
            }
            Err(Error::Refused(words)) => form.refuse("effective_from", words),
            Err(Error::Stale) => {
                form.refuse("effective_from", "Somebody changed the draft since you opened it. Look once more, then publish it.");
            }
            Err(error) => return Err(error),
        }
    }
    let can = Can { edit: may.also::<Edit>(), approve: may.also::<Approve>(), publish: true };
    page_with_errors(&page_of(&cx, &may, may.who(), can, form).await?)
}
