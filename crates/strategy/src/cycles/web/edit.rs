//! A cycle as a whole is edited, moved to another step, closed.

use askama::Template;
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{fields, part::kept};
use crate::{
    cycles::{
        CycleThere, SUBJECT,
        policy::Run,
        store::{self, Candidate},
        template::Template as CycleTemplate,
        verbs,
    },
    wording::Kept,
};

#[derive(Template)]
#[template(path = "cycles/web/edit.html")]
struct Page {
    shell: Shell,
    name: String,
    crumbs: Vec<(String, String)>,
    href: String,
    form: Form,
    people: Vec<Candidate>,
    draft: String,
    /// What stands now, where somebody else was faster.
    stands: Option<Kept>,
    history: Vec<Kept>,
}

async fn page_of(cx: &Cx, may: &May<Run, CycleThere>, form: Form, people: Vec<Candidate>, is_stale: bool) -> Result<Page, Error> {
    let CycleThere { owner, cycle, .. } = may.thing();
    let history = store::revisions(cx.db().read(), cycle.id, SUBJECT, &cycle.key).await?;
    let mut history: Vec<Kept> = history.into_iter().map(|revision| kept(cx, revision)).collect();
    let stands = is_stale.then(|| if history.is_empty() { Kept::somebodys(verbs::standing(cycle)) } else { history.remove(0) });
    let mut crumbs: Vec<_> = owner.href().map(|href| (owner.name().to_owned(), href)).into_iter().collect();
    crumbs.push((format!("Cycle {}", cycle.number), cycle.href()));
    Ok(Page {
        shell: cx.shell(format!("Edit Cycle {}, {}", cycle.number, owner.name()), owner.section()),
        name: format!("Cycle {}: {}", cycle.number, cycle.title),
        crumbs,
        href: cycle.href(),
        draft: format!("cycle:{}:agreements", cycle.key),
        form,
        people,
        stands,
        history,
    })
}

/// `GET /cycles/{cycle}/edit`
pub(super) async fn show(may: May<Run, CycleThere>, cx: Cx) -> Answered {
    let CycleThere { owner, cycle, .. } = may.thing();
    let on = cx.db().read();
    let people = store::candidates(on, owner, Some(cycle.id), cx.today()).await?;
    let members = store::members(on, cycle.id).await?;
    let named = members.iter().map(|member| member.slug.as_str());
    let mut form = fields::form(&cycle.title, (cycle.starts_on, cycle.ends_on), &cycle.agreements, named);
    form.put("version", vec![cycle.version.to_string()]);
    page(&page_of(&cx, &may, form, people, false).await?)
}

/// `POST /cycles/{cycle}`
pub(super) async fn save(may: May<Run, CycleThere>, cx: Cx, mut form: Form) -> Answered {
    let CycleThere { owner, cycle, .. } = may.thing();
    let people = store::candidates(cx.db().read(), owner, Some(cycle.id), cx.today()).await?;
    let said = fields::read(&mut form, &people);
    let Some(said) = said.filter(|_| !form.has_errors()) else {
        return page_with_errors(&page_of(&cx, &may, form, people, false).await?);
    };
    match verbs::edit(&may, &cx, form.version(), &said).await {
        Ok(()) => Ok(go_to_with(&cycle.href(), &Toast::saying("Saved."))),
        Err(Error::Stale) => {
            form.put("version", vec![cycle.version.to_string()]);
            page_with_errors(&page_of(&cx, &may, form, people, true).await?)
        }
        Err(error) => Err(error),
    }
}

/// `POST /cycles/{cycle}/step`
pub(super) async fn move_to(may: May<Run, CycleThere>, cx: Cx, form: Form) -> Answered {
    let cycle = &may.thing().cycle;
    let template = CycleTemplate::read(cx.db().read(), &cycle.template_key).await?.ok_or(Error::NotFound)?;
    let framework = may.thing().owner.framework(&cx, cycle.year()).await?;
    let steps = template.steps_of(cycle, framework.as_deref());
    let Some(step) = steps.into_iter().find(|step| step.key == form.value("step")) else {
        return Err(Error::Refused("This cycle has no such step. Please load the page again.".to_owned()));
    };
    verbs::move_to(&may, &cx, form.version(), &step.key, &step.name).await?;
    Ok(go_to_with(&cycle.href(), &Toast::saying(format!("You are in: {}.", step.name))))
}

/// `POST /cycles/{cycle}/closure`
pub(super) async fn close(may: May<Run, CycleThere>, cx: Cx, form: Form) -> Answered {
    let cycle = &may.thing().cycle;
    verbs::close(&may, &cx, form.version()).await?;
    Ok(go_to_with(&cycle.href(), &Toast::saying(format!("Cycle {} is closed. What comes next?", cycle.number))))
}
