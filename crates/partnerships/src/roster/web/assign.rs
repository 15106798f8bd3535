//! Forms: who of us works in a partnership.

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, Standing},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    Assignment, ROLES,
    store::{self, Person},
    verbs,
};
use crate::partnerships::{Partnership, PartnershipFrame, Plan, Worker};

#[derive(Template)]
#[template(path = "roster/assign.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    partnership: Partnership,
    form: Form,
    staff: Vec<Person>,
    worker: Option<Worker>,
    trouble: String,
}

impl Page {
    fn of(
        cx: &Cx,
        who: &Standing,
        partnership: &Partnership,
        form: Form,
        staff: Vec<Person>,
        worker: Option<&Worker>,
        trouble: String,
    ) -> Self {
        let mut frame = PartnershipFrame::of(cx, who, partnership, "/people");
        frame.title = worker.map_or_else(|| "Somebody of ours".to_owned(), |worker| worker.name.clone());
        frame.crumbs.push(("People".to_owned(), format!("/partnerships/{}/people", partnership.slug)));
        Self {
            shell: cx.shell(format!("{}: {}", frame.title, partnership.name), "/partnerships"),
            frame,
            partnership: partnership.clone(),
            form,
            staff,
            worker: worker.cloned(),
            trouble,
        }
    }

    fn people(&self) -> Vec<(&str, &str)> {
        self.staff.iter().map(|person| (person.slug.as_str(), person.name.as_str())).collect()
    }

    fn action(&self) -> String {
        let staff = format!("/partnerships/{}/staff", self.partnership.slug);
        self.worker.as_ref().map_or_else(|| staff.clone(), |worker| format!("{staff}/{}", worker.key()))
    }
}

fn read(form: &mut Form) -> Option<(String, NaiveDate, Option<NaiveDate>)> {
    let role = form.value("role").to_owned();
    if !ROLES.iter().any(|(key, _)| *key == role) {
        form.refuse("role", "As what?");
    }
    let from = form.date("from", "From which day on?");
    let to = form.optional_date("to");
    if let (Some(from), Some(Some(to))) = (from, to)
        && to < from
    {
        form.refuse("to", "That lies before the first day. Which of the two is right?");
    }
    Some((role, from?, to?)).filter(|_| !form.has_errors())
}

fn people_of(partnership: &Partnership) -> String {
    format!("/partnerships/{}/people", partnership.slug)
}

pub(super) async fn new(may: May<Plan, Partnership>, cx: Cx) -> Answered {
    let staff = store::staff(cx.db().read()).await?;
    let form = Form::with([("role", "lead".to_owned()), ("from", cx.today().to_string())]);
    page(&Page::of(&cx, may.who(), may.thing(), form, staff, None, String::new()))
}

pub(super) async fn add(may: May<Plan, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let staff = store::staff(cx.db().read()).await?;
    let read = read(&mut form);
    let person = staff.iter().find(|person| person.slug == form.value("person")).cloned();
    if person.is_none() {
        form.refuse("person", "Who is it?");
    }
    let (Some((role, from, to)), Some(person)) = (read, person) else {
        return page_with_errors(&Page::of(&cx, may.who(), may.thing(), form, staff, None, String::new()));
    };
    match verbs::assign(&may, &cx, (person.id, &person.name), &role, from, to).await {
        Ok(()) => Ok(go_to_with(&people_of(may.thing()), &Toast::saying(format!("{} works there.", person.name)))),
        Err(Error::Refused(why)) => page_with_errors(&Page::of(&cx, may.who(), may.thing(), form, staff, None, why)),
        Err(error) => Err(error),
    }
}

pub(super) async fn edit(may: May<Plan, Assignment>, cx: Cx) -> Answered {
    let Assignment { partnership, worker } = may.thing();
    let form = Form::with([
        ("version", worker.version.to_string()),
        ("role", worker.role.clone()),
        ("from", worker.from_on.to_string()),
        ("to", worker.to_on.map(|to| to.to_string()).unwrap_or_default()),
    ]);
    page(&Page::of(&cx, may.who(), partnership, form, Vec::new(), Some(worker), String::new()))
}

pub(super) async fn change(may: May<Plan, Assignment>, cx: Cx, mut form: Form) -> Answered {
    let Assignment { partnership, worker } = may.thing();
    let again = |form, trouble| Page::of(&cx, may.who(), partnership, form, Vec::new(), Some(worker), trouble);
    let Some((role, from, to)) = read(&mut form) else {
        return page_with_errors(&again(form, String::new()));
    };
    match verbs::reassign(&may, &cx, form.version(), &role, from, to).await {
        Ok(()) => Ok(go_to_with(&people_of(partnership), &Toast::saying("The assignment is changed."))),
        Err(Error::Refused(why)) => page_with_errors(&again(form, why)),
        Err(Error::Stale) => page_with_errors(&again(form, Error::Stale.words().1)),
        Err(error) => Err(error),
    }
}
