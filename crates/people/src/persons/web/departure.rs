//! Leaving, and coming back.

use askama::Template;
use platform::{
    Cx,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use crate::{
    persons::{
        policy::{Depart, Someone},
        store::{self, Named, SeatOf},
        verbs,
    },
    words,
};

#[derive(Template)]
#[template(path = "persons/departure.html")]
struct Departure {
    shell: Shell,
    person: Someone,
    form: Form,
    first: String,
    seats: Vec<SeatOf>,
    supervises: Vec<Named>,
}

impl Departure {
    async fn of(cx: &Cx, may: &May<Depart, Someone>, form: Form) -> Result<Self, platform::Error> {
        let (on, person) = (cx.db().read(), may.thing());
        Ok(Self {
            shell: cx.shell(format!("{} is leaving us", person.name), "/people"),
            first: words::first(&person.name).to_owned(),
            seats: store::seats_of(on, std::iter::once(person.id), cx.today()).await?,
            supervises: store::supervised(on, person.id, cx.today()).await?,
            person: person.clone(),
            form,
        })
    }
}

pub(super) async fn ask(may: May<Depart, Someone>, cx: Cx) -> Answered {
    let form = Form::with([("last_day", cx.today().to_string()), ("version", may.thing().version.to_string())]);
    page(&Departure::of(&cx, &may, form).await?)
}

pub(super) async fn depart(may: May<Depart, Someone>, cx: Cx, mut form: Form) -> Answered {
    let last_day = form.date("last_day", "Which day is the last one?");
    if last_day.is_some_and(|day| day > cx.today()) {
        form.refuse("last_day", "This day is still to come. Until it is over, nothing needs to end: come back then.");
    }
    if last_day.zip(may.thing().started_on).is_some_and(|(last, first)| last < first) {
        form.refuse("last_day", "This lies before the first day with us.");
    }
    match last_day {
        Some(last_day) if !form.has_errors() => {
            verbs::depart(&cx, &may, last_day, form.version()).await?;
            let word = format!("{} is an alumnus now. The page stays.", may.thing().name);
            Ok(go_to_with(&format!("/people/{}", may.thing().slug), &Toast::saying(word)))
        }
        _ => page_with_errors(&Departure::of(&cx, &may, form).await?),
    }
}

pub(super) async fn come_back(may: May<Depart, Someone>, cx: Cx, form: Form) -> Answered {
    verbs::take_back(&cx, &may, form.version()).await?;
    let word = format!("{} is back. Which team now?", may.thing().name);
    Ok(go_to_with(&format!("/people/{}", may.thing().slug), &Toast::saying(word)))
}
