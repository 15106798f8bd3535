//! The draft as a whole: what becomes of each practice, line by line, who writes, and what was changed.

use std::collections::BTreeSet;

use askama::Template;
use partnerships::calendar::spoken;
use platform::{
    Cx, Error,
    access::{
        May, Standing,
        actions::{Edit, See},
    },
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        super::lineage::Fate,
        discussion::{self, Comment},
        out::{self, Approval, Checked},
        policy::{Approve, OpenDraft, Publish},
        rules::State,
        store::{self, Drafter},
        verbs::{self, HREF},
    },
    view::{Change, Drawn, Node, Read, line_href},
};

/// A step of the draft's history.
struct StepLine {
    number: i32,
    what: String,
    reason: String,
    line: String,
    can_be_undone: bool,
}

#[derive(Template)]
#[template(path = "frameworks/draft/web/show.html")]
pub(super) struct Page {
    shell: Shell,
    title: String,
    lede: String,
    note: String,
    counts: String,
    base: i32,
    number: i32,
    drawn: Vec<Drawn>,
    kept: Vec<Node>,
    kept_words: String,
    changes: Vec<Change>,
    drafters: Vec<Drafter>,
    staff: Vec<(String, String)>,
    steps: Vec<StepLine>,
    stages: Vec<Stage>,
    approvals: Vec<ApprovalLine>,
    /// At which step whoever looks approved it.
    approves: Option<i32>,
    checks: Vec<Checked>,
    missing: String,
    heard: String,
    talked: Vec<Talked>,
    version: i32,
    can: Can,
    may_edit: bool,
    form: Form,
}

/// What whoever looks may do.
#[derive(Clone, Copy)]
pub(super) struct Can {
    pub edit: bool,
    pub approve: bool,
    pub publish: bool,
}

/// A stage of the draft's way.
struct Stage {
    name: &'static str,
    note: String,
    is_past: bool,
    is_now: bool,
}

/// A practice that somebody spoke about.
struct Talked {
    href: String,
    code: String,
    title: String,
    line: String,
}

struct ApprovalLine {
    name: String,
    words: String,
    day: String,
    stands: bool,
}

/// `GET /practices/draft`
pub(super) async fn show(may: May<See, OpenDraft>, cx: Cx) -> Answered {
    let can = Can { edit: may.also::<Edit>(), approve: may.also::<Approve>(), publish: may.also::<Publish>() };
    page(&page_of(&cx, &may, may.who(), can, Form::default()).await?)
}

pub(super) async fn page_of(cx: &Cx, open: &OpenDraft, who: &Standing, can: Can, form: Form) -> Result<Page, Error> {
    let (on, may_edit) = (cx.db().read(), can.edit);
    let read = Read::of(cx, &open.draft).await?;
    let drafters = store::drafters(on, read.draft.id).await?;
    let steps = store::steps(on, read.draft.id).await?;
    let comments = discussion::all(on, read.draft.id).await?;
    let approvals = out::approvals(on, read.draft.id).await?;
    let waiting = comments.iter().filter(|comment| comment.waits()).count();
    let checks = out::checks(&read.draft, &read.sheet, &out::pack_of(&read.draft, &read.sheet, None)?, waiting);
    let staff = if may_edit { store::staff(on).await? } else { Vec::new() };
    let others = staff.into_iter().filter(|one| !drafters.iter().any(|drafter| drafter.person_id == one.person_id));
    let none = std::iter::once((String::new(), "Choose somebody".to_owned()));
    let staff = none.chain(others.map(|one| (one.slug, one.name))).collect();
    let kept = read.kept();
    let standing = read.sheet.standing().count();
    let title = format!("{}, a draft of version {}", read.draft.title, read.draft.number);
    let begun = spoken(cx.settings.local(read.draft.begun_at).date(), cx.today());
    Ok(Page {
        shell: cx.shell(title.clone(), "/practices"),
        lede: format!("Begun by {} on {begun}. Nothing here counts until it is published.", read.draft.begun_by),
        note: read.draft.note.clone(),
        counts: counts(&read, standing),
        base: read.base_number(),
        number: read.draft.number,
        drawn: read.drawn(),
        kept_words: counted(
            i64::try_from(kept.len()).unwrap_or_default(),
            "practice stays as it is",
            "practices stay as they are",
        ),
        kept,
        changes: read.changes(&comments, cx),
        stages: stages(&read, &comments, &approvals, cx),
        approves: approvals.iter().find(|approval| approval.slug == who.slug).map(|approval| approval.step),
        missing: missing(&read, &checks, &approvals),
        heard: heard(&comments),
        talked: talked(&read, &comments),
        approvals: approvals
            .into_iter()
            .map(|approval| ApprovalLine {
                day: spoken(cx.settings.local(approval.approved_at).date(), cx.today()),
                stands: approval.step == read.draft.steps,
                name: approval.name,
                words: approval.words,
            })
            .collect(),
        checks,
        version: read.draft.steps,
        can,
        drafters,
        staff,
        steps: steps
            .into_iter()
            .map(|step| {
                let at = cx.settings.local(step.at);
                StepLine {
                    number: step.number,
                    what: step.what,
                    reason: step.reason,
                    line: format!("{}, {} at {}", step.author, spoken(at.date(), cx.today()), at.format("%H:%M")),
                    can_be_undone: may_edit && step.undone_by.is_none(),
                }
            })
            .collect(),
        title,
        may_edit,
        form,
    })
}

fn stages(read: &Read, comments: &[Comment], approvals: &[Approval], cx: &Cx) -> Vec<Stage> {
    let (have, need) = (out::standing(&read.draft, approvals), read.draft.approvals_needed);
    let now = if have >= need {
        3
    } else if have > 0 {
        2
    } else {
        i32::from(!comments.is_empty())
    };
    let begun = spoken(cx.settings.local(read.draft.begun_at).date(), cx.today());
    let said = match comments.last() {
        Some(last) => format!("Last word on {}", spoken(cx.settings.local(last.said_at).date(), cx.today())),
        None => "Nobody has said anything yet".to_owned(),
    };
    let stages = [
        ("Draft", format!("Since {begun}")),
        ("Talk it through", said),
        ("Approve", format!("{have} of {need}")),
        ("Publish", "From a day on".to_owned()),
    ];
    let stages = (0..).zip(stages).map(|(place, (name, note))| Stage { name, note, is_past: place < now, is_now: place == now });
    stages.collect()
}

/// Why it can not go out yet; empty when it can.
fn missing(read: &Read, checks: &[Checked], approvals: &[Approval]) -> String {
    let (have, need) = (out::standing(&read.draft, approvals), read.draft.approvals_needed);
    if checks.iter().any(|check| check.must && !check.holds) {
        return "It can go out when all of this holds.".to_owned();
    }
    if have < need { format!("It can go out when {need} approve it as it stands; {have} do now.") } else { String::new() }
}

/// `3 of us have said something, in 7 comments.`
fn heard(comments: &[Comment]) -> String {
    let people: BTreeSet<&str> = comments.iter().map(|comment| comment.author.as_str()).collect();
    match (people.len(), comments.len()) {
        (0, _) => "Nobody has said anything yet. Open a practice to be the first.".to_owned(),
        (1, 1) => "One of us has said something.".to_owned(),
        (1, more) => format!("One of us has said something, in {more} comments."),
        (people, more) => format!("{people} of us have said something, in {more} comments."),
    }
}

/// The practices that somebody spoke about, in their order.
fn talked(read: &Read, comments: &[Comment]) -> Vec<Talked> {
    let lines = read.sheet.lines.iter().filter_map(|line| {
        let own: Vec<&Comment> = comments.iter().filter(|comment| comment.line == line.number).collect();
        let said = counted(i64::try_from(own.len()).unwrap_or_default(), "comment", "comments");
        let waits = if own.iter().any(|comment| comment.waits()) { ", with words that wait for an answer" } else { "" };
        let is_shown = !own.is_empty() && matches!(line.state, State::Stands | State::Retired);
        is_shown.then(|| Talked {
            href: format!("{}#talk-h", line_href(line.number)),
            code: line.says.code.clone(),
            title: line.says.title.clone(),
            line: format!("{said}{waits}"),
        })
    });
    lines.collect()
}

/// `46 in version 1, 47 in the draft: 2 reworded, 1 split.`
fn counts(read: &Read, standing: usize) -> String {
    let drawn = read.drawn();
    let fates = [Fate::Reworded, Fate::Split, Fate::Merged, Fate::New, Fate::Retired].into_iter().filter_map(|fate| {
        let count = drawn.iter().filter(|row| row.fate == fate).count();
        (count > 0).then(|| format!("{count} {}", fate.word().to_lowercase()))
    });
    let fates: Vec<String> = fates.collect();
    let what = if fates.is_empty() { String::new() } else { format!(": {}", fates.join(", ")) };
    format!("{} in version {}, {standing} in the draft{what}.", read.sheet.base.len(), read.base_number())
}

/// `POST /practices/draft/removal`
pub(super) async fn remove(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    match verbs::drop_draft(&may, &cx, form.version()).await {
        Ok(()) => {
            Ok(go_to_with("/practices/versions", &Toast::saying("The draft is dropped. What is published stays as it is.")))
        }
        Err(Error::Stale) => {
            form.refuse("drop-h", "Somebody changed the draft since you opened it. Look once more, then drop it.");
            again(&may, &cx, form).await
        }
        Err(error) => Err(error),
    }
}

/// The page with a form that needs another look.
async fn again(may: &May<Edit, OpenDraft>, cx: &Cx, form: Form) -> Answered {
    let can = Can { edit: true, approve: may.also::<Approve>(), publish: may.also::<Publish>() };
    page_with_errors(&page_of(cx, may, may.who(), can, form).await?)
}

/// `POST /practices/draft/steps/{step}/reversal`
pub(super) async fn undo(may: May<Edit, OpenDraft>, cx: Cx) -> Answered {
    let step = may.ids().get("step")?.parse().map_err(|_| Error::NotFound)?;
    verbs::undo(&may, &cx, step).await?;
    Ok(go_to_with(HREF, &Toast::saying("Undone. The history keeps both.")))
}

/// `POST /practices/draft/drafters`
pub(super) async fn add_drafter(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    match verbs::add_drafter(&may, &cx, form.value("person")).await {
        Ok(Some(chosen)) => return Ok(go_to_with(HREF, &Toast::saying(format!("{} drafts with you now.", chosen.name)))),
        Ok(None) => form.refuse("person", "Who? Choose somebody of us."),
        Err(Error::Refused(words)) => form.refuse("person", words),
        Err(error) => return Err(error),
    }
    again(&may, &cx, form).await
}

/// `POST /practices/draft/drafters/{person}/removal`
pub(super) async fn remove_drafter(may: May<Edit, OpenDraft>, cx: Cx) -> Answered {
    let chosen = verbs::remove_drafter(&may, &cx, may.ids().get("person")?).await?;
    Ok(go_to_with(HREF, &Toast::saying(format!("{} drafts no longer.", chosen.name))))
}
