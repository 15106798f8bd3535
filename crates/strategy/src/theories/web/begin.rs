//! What a draft begins as: what stands, an empty template, an example, or another partnership's.

use askama::Template;
use partnerships::partnerships::{Partnership, PartnershipFrame, Record, find_seen};
use platform::{
    Cx, Error,
    access::{May, Standing},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{Node, store, template::Template as Pattern, verbs};

#[derive(Template)]
#[template(path = "theories/web/begin.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    form: Form,
    /// What it can begin as: value and words.
    ways: Vec<(String, String)>,
    /// Whose theory can be taken over: key and name.
    others: Vec<(String, String)>,
}

/// The page that asks what a draft begins as.
pub(super) async fn show(cx: &Cx, who: &Standing, partnership: &Partnership, form: Form) -> Answered {
    let on = cx.db().read();
    let standing = store::counting_of(on, partnership.id, cx.today()).await?;
    let examples = Pattern::read(on).await?.map(|template| template.examples).unwrap_or_default();
    let mut ways = Vec::new();
    if let Some(theory) = &standing {
        ways.push(("standing".to_owned(), format!("What stands: version {}", theory.version.number)));
    }
    ways.push(("template".to_owned(), "The empty template".to_owned()));
    ways.extend(examples.into_iter().map(|example| (example.key, example.title)));
    let others = store::others_with_one(on, partnership.id).await?;
    if !others.is_empty() {
        ways.push(("partnership".to_owned(), "A copy from another partnership".to_owned()));
    }
    let mut frame = PartnershipFrame::of(cx, who, partnership, "/theory");
    let base = format!("{}/theory", partnership.subject().href);
    frame.crumbs.push((frame.title.clone(), base.clone()));
    let title = if standing.is_some() { "Write the next version" } else { "Write the first version" };
    title.clone_into(&mut frame.title);
    let shell = cx.shell(format!("{title}: {}", partnership.name), "/partnerships");
    let has_errors = form.has_errors();
    let form = if form.value("from").is_empty() && !has_errors {
        Form::with([("from", ways.first().map(|(way, _)| way.clone()).unwrap_or_default())])
    } else {
        form
    };
    let drawn = Page { shell, frame, base, form, ways, others };
    if has_errors { page_with_errors(&drawn) } else { page(&drawn) }
}

/// `POST /partnerships/{partnership}/theory/draft`
pub(super) async fn begin(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let Some((origin, nodes)) = beginning(&may, &cx, &mut form).await? else {
        return show(&cx, may.who(), may.thing(), form).await;
    };
    verbs::begin(&may, &cx, &origin, &nodes).await?;
    let draft = format!("{}/theory/draft", may.subject().href);
    Ok(go_to_with(&draft, &Toast::saying("The draft is begun. Nobody but us sees it until you put it out.")))
}

/// What the form asks to begin with: where it is from, in words, and its nodes. Where there is nothing, the form says so.
pub(in super::super) async fn beginning(
    may: &May<Record, Partnership>,
    cx: &Cx,
    form: &mut Form,
) -> Result<Option<(String, Vec<Node>)>, Error> {
    let on = cx.db().read();
    let of = async |partnership: &Partnership| -> Result<Option<(String, Vec<Node>)>, Error> {
        let found = store::counting_of(on, partnership.id, cx.today()).await?;
        Ok(found.map(|theory| (format!("from version {} of {}", theory.version.number, partnership.name), theory.nodes)))
    };
    let found = match form.value("from") {
        "standing" => of(may.thing()).await?,
        "template" => Some(("from the empty template".to_owned(), Vec::new())),
        "partnership" => match find_seen(cx, may.who(), form.value("partnership")).await? {
            Some(partnership) => of(&partnership).await?,
            None => None,
        },
        key => {
            let examples = Pattern::read(on).await?.map(|template| template.examples).unwrap_or_default();
            let example = examples.into_iter().find(|example| example.key == key);
            example.map(|example| (format!("from {}", example.title), example.nodes))
        }
    };
    if found.is_none() {
        let field = if form.value("from") == "partnership" { "partnership" } else { "from" };
        form.refuse(field, "There is nothing to begin with here. Please choose another.");
    }
    Ok(found)
}
