//! The draft of the next version: drawn, with the form of one node beside it, advice, and what was changed so far.

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::{
    calendar::spoken,
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, Standing},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};
use serde::Deserialize;

use super::{
    super::{
        Node, NodeKind, Theory,
        advice::{self, Advice},
        diagram::Diagram,
        live::Live,
        store,
        template::Template as Pattern,
        verbs,
    },
    begin,
    node::NodeForm,
};

/// What the address says: a node whose form is open, or the kind of a new one and what it serves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    node: String,
    add: String,
    parent: String,
}

/// A step of the draft's history.
struct StepLine {
    number: i32,
    what: String,
    line: String,
}

#[derive(Template)]
#[template(path = "theories/web/draft.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    number: i32,
    origin: String,
    version: i32,
    diagram: Diagram,
    is_empty: bool,
    advice: Vec<Advice>,
    steps: Vec<StepLine>,
    /// What may be added at the root.
    adds: Vec<(&'static str, &'static str)>,
    edit: Option<NodeForm>,
    form: Form,
    is_stale: bool,
}

/// `GET /partnerships/{partnership}/theory/draft`
pub(super) async fn show(may: May<Record, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let draft = match store::draft_of(cx.db().read(), may.thing().id).await {
        Err(Error::NotFound) => return begin::show(&cx, may.who(), may.thing(), Form::default()).await,
        other => other?,
    };
    let template = Pattern::read(cx.db().read()).await?;
    let edit = match (asked.node.as_str(), NodeKind::from_key(&asked.add)) {
        ("", None) => None,
        ("", Some(kind)) => Some(NodeForm::new(kind, &asked.parent, &draft.nodes, template.as_ref())),
        (key, _) => {
            draft.nodes.iter().find(|node| node.key == key).map(|node| NodeForm::of(node, &draft.nodes, template.as_ref()))
        }
    };
    let form = Form::with([("effective_from", cx.today().to_string())]);
    page(&page_of(&cx, may.who(), may.thing(), draft, template, edit, form, false).await?)
}

/// The page with a node's form that needs another look.
pub(super) async fn with_form(
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    edit: impl FnOnce(&[Node], Option<&Pattern>) -> NodeForm,
) -> Answered {
    let draft = store::draft_of(cx.db().read(), partnership.id).await?;
    let template = Pattern::read(cx.db().read()).await?;
    let edit = edit(&draft.nodes, template.as_ref());
    let form = Form::with([("effective_from", cx.today().to_string())]);
    page_with_errors(&page_of(cx, who, partnership, draft, template, Some(edit), form, false).await?)
}

#[allow(clippy::too_many_arguments, reason = "what the page shows comes from as many places")]
async fn page_of(
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    draft: Theory,
    template: Option<Pattern>,
    edit: Option<NodeForm>,
    form: Form,
    is_stale: bool,
) -> Result<Page, Error> {
    let live = Live::read(cx, partnership).await?;
    let steps = store::steps(cx.db().read(), draft.version.id).await?;
    let steps = steps.into_iter().map(|step| {
        let at = cx.settings.local(step.at);
        StepLine {
            number: step.number,
            what: step.what,
            line: format!("{}, {} at {}", step.author, spoken(at.date(), cx.today()), at.format("%H:%M")),
        }
    });
    let mut frame = PartnershipFrame::of(cx, who, partnership, "/theory");
    let base = format!("{}/theory", partnership.subject().href);
    frame.crumbs.push((frame.title.clone(), base.clone()));
    frame.title = format!("Draft of version {}", draft.version.number);
    let has = |kind: NodeKind| draft.nodes.iter().any(|node| node.kind == kind);
    let once = [NodeKind::Context, NodeKind::Sentence, NodeKind::Voices, NodeKind::Equity].into_iter().filter(|kind| !has(*kind));
    Ok(Page {
        shell: cx.shell(format!("{}: {}", frame.title, partnership.name), "/partnerships"),
        base: format!("{base}/draft"),
        frame,
        number: draft.version.number,
        origin: draft.version.origin.clone(),
        version: draft.version.version,
        diagram: Diagram::of(&draft.nodes, &live),
        is_empty: draft.nodes.is_empty(),
        advice: advice::by_template(&draft.nodes, template.as_ref()),
        steps: steps.collect(),
        adds: std::iter::once(NodeKind::Aim).chain(once).map(|kind| (kind.key(), kind.word())).collect(),
        edit,
        form,
        is_stale,
    })
}

/// The longest word on why a version differs, in characters.
pub(in super::super) const WHY_MOST: usize = 1_000;

/// From which day a version counts, and why it differs.
pub(in super::super) fn read_publication(form: &mut Form) -> Option<(NaiveDate, String)> {
    let from = form.date("effective_from", "From which day does it count?");
    let why = form.required("why", "What did you learn that makes this version differ?", WHY_MOST);
    from.zip(why)
}

/// `POST /partnerships/{partnership}/theory/draft/publication`
pub(super) async fn publish(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let partnership = may.thing();
    let mut is_stale = false;
    if let Some((from, why)) = read_publication(&mut form) {
        match verbs::publish(&may, &cx, form.version(), from, &why).await {
            Ok(number) => {
                let theory = format!("{}/theory", partnership.subject().href);
                return Ok(go_to_with(&theory, &Toast::saying(format!("Version {number} is out. Thank you for saying why."))));
            }
            Err(Error::Refused(words)) => form.refuse("effective_from", words),
            Err(Error::Stale) => is_stale = true,
            Err(error) => return Err(error),
        }
    }
    let draft = store::draft_of(cx.db().read(), partnership.id).await?;
    let template = Pattern::read(cx.db().read()).await?;
    page_with_errors(&page_of(&cx, may.who(), partnership, draft, template, None, form, is_stale).await?)
}

/// `POST /partnerships/{partnership}/theory/draft/removal`
pub(super) async fn remove(may: May<Record, Partnership>, cx: Cx) -> Answered {
    verbs::drop_draft(&may, &cx, None).await?;
    let theory = format!("{}/theory", may.subject().href);
    Ok(go_to_with(&theory, &Toast::saying("The draft is dropped. What is out stays as it is.")))
}

/// `POST /partnerships/{partnership}/theory/draft/steps/{step}/restoration`
pub(super) async fn restore(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let step = may.ids().get("step")?.parse().map_err(|_| Error::NotFound)?;
    verbs::restore(&may, &cx, step).await?;
    let draft = format!("{}/theory/draft", may.subject().href);
    Ok(go_to_with(&draft, &Toast::saying("It stands as it did before that step. The history keeps both.")))
}
