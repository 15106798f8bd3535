//! Forms: who is coached, by whom, and towards what.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, Standing},
    db::PersonId,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    Coachee, CoacheeThere, FREQUENCIES,
    store::{self, Person},
    verbs::{self, Agreed},
};
use crate::partnerships::{Coach, Partnership, PartnershipFrame, staff_on};

#[derive(Template)]
#[template(path = "roster/coach.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    partnership: Partnership,
    form: Form,
    people: Vec<Person>,
    coaches: Vec<Person>,
    coachee: Option<Coachee>,
    trouble: String,
}

/// Who can coach there: whoever works there today, and the coach who does so far.
async fn coaches(cx: &Cx, partnership: &Partnership, coachee: Option<&Coachee>) -> Result<Vec<Person>, Error> {
    let staff = staff_on(cx.db().read(), &[partnership.id], cx.today()).await?;
    let mut coaches: Vec<Person> = staff
        .into_values()
        .flatten()
        .map(|worker| Person { id: worker.person_id, slug: worker.slug, name: worker.name })
        .collect();
    coaches.extend(coachee.map(|coachee| Person {
        id: coachee.coach_id,
        slug: coachee.coach_slug.clone(),
        name: coachee.coach_name.clone(),
    }));
    coaches.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    coaches.dedup_by_key(|person| person.id);
    Ok(coaches)
}

impl Page {
    async fn of(
        cx: &Cx,
        who: &Standing,
        partnership: &Partnership,
        form: Form,
        coachee: Option<&Coachee>,
        trouble: String,
    ) -> Result<Self, Error> {
        let mut frame = PartnershipFrame::of(cx, who, partnership, "/people");
        frame.title = coachee.map_or_else(|| "A coachee".to_owned(), |coachee| coachee.name.clone());
        frame.crumbs.push(("People".to_owned(), format!("/partnerships/{}/people", partnership.slug)));
        Ok(Self {
            shell: cx.shell(format!("{}: {}", frame.title, partnership.name), "/partnerships"),
            frame,
            people: store::at_site(cx.db().read(), &partnership.site_slug).await?,
            coaches: coaches(cx, partnership, coachee).await?,
            partnership: partnership.clone(),
            form,
            coachee: coachee.cloned(),
            trouble,
        })
    }

    fn choice(people: &[Person]) -> Vec<(&str, &str)> {
        people.iter().map(|person| (person.slug.as_str(), person.name.as_str())).collect()
    }

    /// How often they can meet; what an imported file called it stays possible.
    fn frequencies(&self) -> Vec<(&str, &str)> {
        let now = self.form.value("frequency");
        let other = Some(now).filter(|now| !now.is_empty() && !FREQUENCIES.contains(now));
        FREQUENCIES.iter().copied().chain(other).map(|word| (word, word)).collect()
    }

    fn action(&self) -> String {
        let coachees = format!("/partnerships/{}/coachees", self.partnership.slug);
        self.coachee.as_ref().map_or_else(|| coachees.clone(), |coachee| format!("{coachees}/{}", coachee.key()))
    }

    /// What the form says; a word beside each field that needs one.
    fn read(&mut self) -> Option<Agreed> {
        let form = &mut self.form;
        let coach: Option<PersonId> =
            self.coaches.iter().find(|person| person.slug == form.value("coach")).map(|person| person.id);
        if coach.is_none() {
            form.refuse("coach", "Who coaches? It can be anybody who works there today.");
        }
        let from = match &self.coachee {
            Some(coachee) => Some(coachee.from_on),
            None => form.date("from", "Since when?"),
        };
        let to = form.optional_date("to");
        if let (Some(from), Some(Some(to))) = (from, to)
            && to < from
        {
            form.refuse("to", "That lies before the first day. Which of the two is right?");
        }
        let (reason, frequency) = (form.optional("reason", 120), form.optional("frequency", 40));
        let goal = form.optional("goal", 400);
        let focus = form
            .optional("focus", 120)
            .map(|text| text.split([',', ';']).map(str::trim).filter(|code| !code.is_empty()).collect::<Vec<_>>().join(";"));
        let agreed =
            Agreed { coach: coach?, reason: reason?, frequency: frequency?, from: from?, to: to?, goal: goal?, focus: focus? };
        (!form.has_errors()).then_some(agreed)
    }
}

fn people_of(partnership: &Partnership) -> String {
    format!("/partnerships/{}/people", partnership.slug)
}

pub(super) async fn new(may: May<Coach, Partnership>, cx: Cx) -> Answered {
    let form = Form::with([("from", cx.today().to_string()), ("coach", may.who().slug.clone())]);
    page(&Page::of(&cx, may.who(), may.thing(), form, None, String::new()).await?)
}

pub(super) async fn add(may: May<Coach, Partnership>, cx: Cx, form: Form) -> Answered {
    let mut shown = Page::of(&cx, may.who(), may.thing(), form, None, String::new()).await?;
    let agreed = shown.read();
    let person = shown.people.iter().find(|person| person.slug == shown.form.value("person")).cloned();
    if person.is_none() {
        shown.form.refuse("person", "Who is it?");
    }
    let (Some(agreed), Some(person)) = (agreed, person) else { return page_with_errors(&shown) };
    match verbs::coach(&may, &cx, (person.id, &person.name), agreed).await {
        Ok(()) => Ok(go_to_with(&people_of(may.thing()), &Toast::saying(format!("{} is in the list.", person.name)))),
        Err(Error::Refused(why)) => {
            shown.trouble = why;
            page_with_errors(&shown)
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn edit(may: May<Coach, CoacheeThere>, cx: Cx) -> Answered {
    let CoacheeThere { partnership, coachee } = may.thing();
    let form = Form::with([
        ("version", coachee.version.to_string()),
        ("coach", coachee.coach_slug.clone()),
        ("reason", coachee.reason.clone()),
        ("frequency", coachee.frequency.clone()),
        ("to", coachee.to_on.map(|to| to.to_string()).unwrap_or_default()),
        ("goal", coachee.goal.clone()),
        ("focus", coachee.focus_codes().join(", ")),
    ]);
    page(&Page::of(&cx, may.who(), partnership, form, Some(coachee), String::new()).await?)
}

pub(super) async fn change(may: May<Coach, CoacheeThere>, cx: Cx, form: Form) -> Answered {
    let CoacheeThere { partnership, coachee } = may.thing();
    let mut shown = Page::of(&cx, may.who(), partnership, form, Some(coachee), String::new()).await?;
    let Some(agreed) = shown.read() else { return page_with_errors(&shown) };
    match verbs::agree(&may, &cx, shown.form.version(), agreed).await {
        Ok(()) => Ok(go_to_with(&people_of(partnership), &Toast::saying("What you agreed is changed."))),
        Err(Error::Stale) => {
            shown.trouble = Error::Stale.words().1;
            page_with_errors(&shown)
        }
        Err(error) => Err(error),
    }
}
