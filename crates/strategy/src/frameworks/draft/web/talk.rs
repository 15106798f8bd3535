//! Talking about a line of the draft, and taking in the words that somebody proposes.

use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    web::{Answered, Form, Toast, go_to_with, page_with_errors},
};

use super::{
    super::{
        super::pack::Practice,
        discussion::{self, COMMENT_MOST, Comment},
        policy::{Discuss, OpenDraft},
        rules::TITLE_MOST,
        verbs::HREF,
    },
    line::{Act, Forms, done, named, page_of},
    view::{Read, line_href},
};
use crate::differences::{Woven, woven};
use partnerships::calendar::spoken;
use platform::text::{hue, initials};

/// A comment as a page shows it.
pub(super) struct Said {
    pub id: String,
    pub name: String,
    pub initials: String,
    pub hue: u8,
    pub day: String,
    pub text: String,
    /// The words that it proposes, woven with those that stand.
    pub proposed: Vec<(&'static str, Vec<Woven>)>,
    pub waits: bool,
    /// Who took the words in; empty while nobody did.
    pub adopted_by: String,
}

/// What was said about a line, beside what the line says now.
pub(super) fn said(comments: &[Comment], line: &super::super::rules::Line, cx: &Cx) -> Vec<Said> {
    let own = comments.iter().filter(|comment| comment.line == line.number);
    own.map(|comment| {
        let says = [("Wording", &line.says.title, &comment.title), ("What good looks like", &line.says.good, &comment.good)];
        let proposed = says.into_iter().filter_map(|(heading, now, proposed)| {
            let proposed = proposed.as_ref().filter(|proposed| *proposed != now)?;
            Some((heading, woven(now, proposed)))
        });
        Said {
            id: comment.id.to_string(),
            name: comment.author.clone(),
            initials: initials(&comment.author),
            hue: hue(&comment.author),
            day: spoken(cx.settings.local(comment.said_at).date(), cx.today()),
            text: comment.text.clone(),
            proposed: if comment.waits() { proposed.collect() } else { Vec::new() },
            waits: comment.waits(),
            adopted_by: comment.adopted_by.clone().unwrap_or_default(),
        }
    })
    .collect()
}

/// What somebody says, and the words that are proposed with it: those that stand where nothing is proposed.
pub(in super::super) struct Words {
    pub text: String,
    pub title: String,
    pub good: String,
}

/// Reads what somebody says about a practice; what is wrong gets its word in the form.
pub(in super::super) fn read(form: &mut Form, says: &Practice) -> Option<Words> {
    let text = form.required("text", "What would you ask, or say?", COMMENT_MOST);
    let (title, good) = (form.optional("title", TITLE_MOST), form.optional("good", COMMENT_MOST));
    // A field that is not there, or was emptied, proposes nothing.
    let or_now = |text: String, now: &str| if text.is_empty() { now.to_owned() } else { text };
    Some(Words { text: text?, title: or_now(title?, &says.title), good: or_now(good?, &says.good) })
}

/// `POST /practices/draft/practices/{line}/comments`
pub(super) async fn say(may: May<Discuss, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let page = Read::of(&cx, &may.draft).await?;
    let one = named(&page, may.ids().get("line")?)?;
    if let Some(said) = read(&mut form, &one.line.says) {
        discussion::say(&may, &cx, one.line.number, &said.text, Some((&said.title, &said.good))).await?;
        let thread = format!("{}#talk-h", line_href(one.line.number));
        return Ok(go_to_with(&thread, &Toast::saying("Said. Those who draft read it here.")));
    }
    let may_edit = may.also::<Edit>();
    let comments = discussion::all(cx.db().read(), page.draft.id).await?;
    let forms = Forms { change: None, act: Act { name: "say", form }, is_stale: false };
    page_with_errors(&page_of(&cx, &page, &one, &comments, may_edit, forms))
}

/// `POST /practices/draft/comments/{comment}/adoption`
pub(super) async fn adopt(may: May<Edit, OpenDraft>, cx: Cx, form: Form) -> Answered {
    let comment = may.ids().get("comment")?.parse().map_err(|_| Error::NotFound)?;
    let (step, line) = discussion::adopt(&may, &cx, comment, form.version()).await?;
    done(&format!("{HREF}#line-{line}"), "Taken in, with what was said as the reason.", step)
}
