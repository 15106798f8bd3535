//! Forms: log a visit, put one right, take one out.

use std::collections::BTreeSet;

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    db::PersonId,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    HOURS_IN_A_DAY, MODES, Visit, VisitThere, store,
    verbs::{self, Said},
};
use crate::{
    calendar::spoken,
    partnerships::{Partnership, PartnershipFrame, Plan, Record, staff_on},
    words,
};

#[derive(Template)]
#[template(path = "visits/form.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    partnership: Partnership,
    form: Form,
    people: Vec<Choice>,
    /// The key of a visit that is put right; empty for a new one.
    key: String,
    today: NaiveDate,
    is_stale: bool,
}

/// Somebody whose visit it may be.
struct Choice {
    id: PersonId,
    slug: String,
    name: String,
}

impl Page {
    fn visitors(&self) -> Vec<(&str, &str)> {
        self.people.iter().map(|person| (person.slug.as_str(), person.name.as_str())).collect()
    }

    fn action(&self) -> String {
        let visits = format!("/partnerships/{}/visits", self.partnership.slug);
        if self.key.is_empty() { visits } else { format!("{visits}/{}", self.key) }
    }
}

/// Whose visit somebody may write down: the own; for who plans the partnership also that of everybody who works there.
async fn people(
    cx: &Cx,
    partnership: &Partnership,
    plans: bool,
    own: Choice,
    author: Option<Choice>,
) -> Result<Vec<Choice>, Error> {
    let mut people = vec![own];
    if plans {
        let staff = staff_on(cx.db().read(), &[partnership.id], cx.today()).await?;
        people.extend(staff.into_values().flatten().map(|worker| Choice {
            id: worker.person_id,
            slug: worker.slug,
            name: worker.name,
        }));
        people.extend(author);
    }
    let mut seen = BTreeSet::new();
    people.retain(|person| seen.insert(person.id));
    Ok(people)
}

fn own<A, T>(may: &May<A, T>) -> Choice {
    Choice { id: may.who().person, slug: may.who().slug.clone(), name: may.who().name.clone() }
}

fn read(form: &mut Form, partnership: &Partnership, people: &[Choice], today: NaiveDate) -> Option<Said> {
    let on_day = form.date("date", "On which day were you there?");
    if let Some(day) = on_day {
        if day > today {
            form.refuse("date", "That day is still to come. Could you write the visit down once it has taken place?");
        } else if day < partnership.started_on {
            let began = spoken(partnership.started_on, today);
            form.refuse("date", format!("Our work there began on {began}. Is the day right?"));
        } else if partnership.closed_on.is_some_and(|closed| day > closed) {
            form.refuse("date", "The partnership was closed before that day. Is the day right?");
        }
    }
    let hours = form.number("hours", 0.05, HOURS_IN_A_DAY);
    let person = match form.value("person") {
        "" => people.first(),
        slug => people.iter().find(|person| person.slug == slug),
    }
    .map(|person| person.id);
    if person.is_none() {
        form.refuse("person", "Please choose somebody who works there.");
    }
    let mode = form.value("mode").to_owned();
    if !MODES.iter().any(|(key, _)| *key == mode) {
        form.refuse("mode", "How did you meet?");
    }
    let practices = form.optional("practices", 300).map(|text| {
        text.split([',', ';']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>()
    });
    if practices.as_ref().is_some_and(|codes| codes.iter().any(|code| code.chars().count() > 20)) {
        form.refuse("practices", "Codes are short, such as 2.2.3. Please part them by commas.");
    }
    let note = form.optional("note", 1000);
    let said = Said { on_day: on_day?, hours: hours?, person: person?, mode, practices: practices?, note: note? };
    (!form.has_errors()).then_some(said)
}

impl Page {
    fn of(
        cx: &Cx,
        who: &platform::access::Standing,
        partnership: &Partnership,
        form: Form,
        people: Vec<Choice>,
        key: &str,
        is_stale: bool,
    ) -> Self {
        let mut frame = PartnershipFrame::of(cx, who, partnership, "/visits");
        let title = if key.is_empty() { "Log a visit" } else { "Put a visit right" };
        title.clone_into(&mut frame.title);
        frame.crumbs.push(("Visits".to_owned(), format!("/partnerships/{}/visits", partnership.slug)));
        Self {
            shell: cx.shell(format!("{title}: {}", partnership.name), "/partnerships"),
            frame,
            partnership: partnership.clone(),
            form,
            people,
            key: key.to_owned(),
            today: cx.today(),
            is_stale,
        }
    }
}

fn visits_of(partnership: &Partnership) -> String {
    format!("/partnerships/{}/visits", partnership.slug)
}

pub(super) async fn new(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let people = people(&cx, may.thing(), may.also::<Plan>(), own(&may), None).await?;
    let form = Form::with([
        ("key", cx.new_id().to_string()),
        ("date", cx.today().to_string()),
        ("mode", "on-site".to_owned()),
        ("person", may.who().slug.clone()),
    ]);
    page(&Page::of(&cx, may.who(), may.thing(), form, people, "", false))
}

pub(super) async fn log(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let people = people(&cx, may.thing(), may.also::<Plan>(), own(&may), None).await?;
    let key = form
        .value("key")
        .parse::<uuid::Uuid>()
        .map_err(|_| Error::Refused("The form has lost its own sign. Please open it again and send it once more.".to_owned()))?;
    let Some(said) = read(&mut form, may.thing(), &people, cx.today()) else {
        return page_with_errors(&Page::of(&cx, may.who(), may.thing(), form, people, "", false));
    };
    verbs::log(&may, &cx, key, &said).await?;
    let visits = visits_of(may.thing());
    let word = format!("Logged: {}, {} hours.", spoken(said.on_day, cx.today()), words::hours(said.hours));
    Ok(go_to_with(&visits, &Toast::with_undo(word, format!("{visits}/{key}/removal"))))
}

/// Who may stand in the form of a visit that is put right.
async fn people_for(may: &May<Edit, VisitThere>, cx: &Cx) -> Result<Vec<Choice>, Error> {
    use platform::access::Policy;
    let VisitThere { partnership, visit } = may.thing();
    let author = || Choice { id: visit.person_id, slug: visit.person_slug.clone(), name: visit.person_name.clone() };
    let plans = <Partnership as Policy<Plan>>::permits(may.who(), partnership);
    people(cx, partnership, plans, author(), Some(own(may)).filter(|_| partnership.is_work_of(may.who()))).await
}

/// What stands, as the form shows it.
pub(in crate::visits) async fn standing(cx: &Cx, visit: &Visit) -> Result<Form, Error> {
    let codes = store::touched(cx.db().read(), &[visit.id]).await?;
    Ok(Form::with([
        ("version", visit.version.to_string()),
        ("date", visit.on_day.to_string()),
        ("hours", words::hours(visit.hours)),
        ("mode", visit.mode.clone()),
        ("person", visit.person_slug.clone()),
        ("practices", codes.into_iter().map(|one| one.code).collect::<Vec<_>>().join(", ")),
        ("note", visit.note.clone()),
    ]))
}

/// What a program says about a new visit, by the rules of the form.
pub(in crate::visits) async fn read_new(may: &May<Record, Partnership>, cx: &Cx, form: &mut Form) -> Result<Option<Said>, Error> {
    let people = people(cx, may.thing(), may.also::<Plan>(), own(may), None).await?;
    Ok(read(form, may.thing(), &people, cx.today()))
}

/// What a program says about a visit that is put right, by the rules of the form.
pub(in crate::visits) async fn read_standing(
    may: &May<Edit, VisitThere>,
    cx: &Cx,
    form: &mut Form,
) -> Result<Option<Said>, Error> {
    let people = people_for(may, cx).await?;
    Ok(read(form, &may.partnership, &people, cx.today()))
}

pub(super) async fn edit(may: May<Edit, VisitThere>, cx: Cx) -> Answered {
    let VisitThere { partnership, visit } = may.thing();
    let form = standing(&cx, visit).await?;
    let people = people_for(&may, &cx).await?;
    page(&Page::of(&cx, may.who(), partnership, form, people, &visit.key, false))
}

pub(super) async fn correct(may: May<Edit, VisitThere>, cx: Cx, mut form: Form) -> Answered {
    let VisitThere { partnership, visit } = may.thing();
    let people = people_for(&may, &cx).await?;
    let Some(said) = read(&mut form, partnership, &people, cx.today()) else {
        return page_with_errors(&Page::of(&cx, may.who(), partnership, form, people, &visit.key, false));
    };
    match verbs::correct(&may, &cx, form.version(), &said).await {
        Ok(()) => Ok(go_to_with(&visits_of(partnership), &Toast::saying("The visit is put right."))),
        Err(Error::Stale) => page_with_errors(&Page::of(&cx, may.who(), partnership, form, people, &visit.key, true)),
        Err(error) => Err(error),
    }
}

pub(super) async fn remove(may: May<Edit, VisitThere>, cx: Cx) -> Answered {
    verbs::remove(&may, &cx).await?;
    let visits = visits_of(&may.partnership);
    let word = format!("The visit of {} is taken out.", spoken(may.visit.on_day, cx.today()));
    Ok(go_to_with(&visits, &Toast::with_undo(word, format!("{visits}/{}/restoration", may.visit.key))))
}

pub(super) async fn restore(may: May<Edit, VisitThere>, cx: Cx) -> Answered {
    verbs::restore(&may, &cx).await?;
    Ok(go_to_with(&visits_of(&may.partnership), &Toast::saying("The visit is back.")))
}
