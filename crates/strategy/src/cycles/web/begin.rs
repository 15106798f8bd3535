//! A cycle begins, with what carries over from the one before.

use askama::Template;
use axum::extract::Query;
use chrono::Days;
use partnerships::calendar::{Calendar, SchoolYear};
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};
use serde::Deserialize;

use super::fields;
use crate::{
    cycles::{
        Cycle, href,
        owner::Owner,
        policy::Run,
        store::{self, Candidate},
        template::Template as CycleTemplate,
        verbs::{self, Begun},
    },
    tracker::rules::cycle_span,
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// The key of the cycle that it carries on.
    from: String,
}

#[derive(Template)]
#[template(path = "cycles/web/begin.html")]
struct Page {
    shell: Shell,
    owner: String,
    crumbs: Vec<(String, String)>,
    action: String,
    form: Form,
    people: Vec<Candidate>,
    templates: Vec<(String, String)>,
    years: Vec<(String, String)>,
    before: Vec<(String, String)>,
    draft: String,
    readers: String,
}

/// What the page is made of besides its form.
pub(in crate::cycles) struct Around {
    pub people: Vec<Candidate>,
    templates: Vec<(String, String)>,
    before: Vec<Cycle>,
}

impl Around {
    pub(in crate::cycles) async fn read(cx: &Cx, owner: &Owner) -> Result<Self, Error> {
        let on = cx.db().read();
        let before = store::last_of(on, owner, 6).await?;
        // Who was in the last one may have left since, and is offered all the same.
        let people = store::candidates(on, owner, before.first().map(|cycle| cycle.id), cx.today()).await?;
        Ok(Self { people, templates: store::templates(on).await?, before })
    }

    fn page(self, cx: &Cx, may: &May<Run, Owner>, form: Form) -> Page {
        let owner = may.thing();
        let this = Calendar::of(&cx.settings).year_of(cx.today());
        let mut crumbs: Vec<_> = owner.href().map(|href| (owner.name().to_owned(), href)).into_iter().collect();
        crumbs.push(("Cycles".to_owned(), owner.cycles_href()));
        let none = (String::new(), "None: it begins afresh".to_owned());
        let before = self
            .before
            .iter()
            .map(|cycle| (cycle.key.clone(), format!("Cycle {} of {}: {}", cycle.number, cycle.year(), cycle.title)));
        Page {
            shell: cx.shell(format!("Begin a cycle, {}", owner.name()), owner.section()),
            owner: owner.name().to_owned(),
            crumbs,
            action: owner.cycles_href(),
            draft: format!("cycle:new:{}", owner.cycles_href()),
            readers: owner.readers(may.who()),
            years: [this, this.after()].map(|year| (year.key(), year.to_string())).into(),
            before: std::iter::once(none).chain(before).collect(),
            people: self.people,
            templates: self.templates,
            form,
        }
    }
}

/// `GET /…/cycles/new`
pub(super) async fn new(may: May<Run, Owner>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let around = Around::read(&cx, may.thing()).await?;
    let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
    let year = calendar.year_of(today);
    let before = around
        .before
        .iter()
        .find(|cycle| cycle.key == ask.from)
        .or_else(|| around.before.iter().find(|cycle| cycle.state == "closed"));
    let framework = may.thing().framework(&cx, year).await?;
    let of_year = around.before.iter().filter(|cycle| cycle.year() == year).map(|cycle| cycle.number).max().unwrap_or(0);
    let number = of_year + 1;
    // The months of the framework's cycle of that number, unless they lie behind us.
    let months = framework.iter().flat_map(|framework| &framework.cycles).find(|months| months.number == number);
    let span = months.map(|months| cycle_span(&calendar, months, year)).filter(|span| span.to > today);
    let days = span.map_or((today, today + Days::new(70)), |span| (span.from.max(today), span.to));
    let members = match before {
        Some(before) => store::members(cx.db().read(), before.id).await?,
        None => Vec::new(),
    };
    let is_named = |person: &&Candidate| members.iter().any(|member| member.slug == person.slug) || person.id == may.who().person;
    let agreements = before.map(|cycle| cycle.agreements.as_str()).unwrap_or_default();
    let named = around.people.iter().filter(is_named).map(|person| person.slug.as_str());
    let mut form = fields::form("", days, agreements, named);
    for (name, value) in [
        ("year", year.key()),
        ("number", number.to_string()),
        ("template", before.map(|cycle| cycle.template_key.clone()).unwrap_or_default()),
        ("carries_on", before.map(|cycle| cycle.key.clone()).unwrap_or_default()),
    ] {
        form.put(name, vec![value]);
    }
    page(&around.page(&cx, &may, form))
}

/// `POST /…/cycles`
pub(super) async fn begin(may: May<Run, Owner>, cx: Cx, mut form: Form) -> Answered {
    let around = Around::read(&cx, may.thing()).await?;
    let begun = read(&cx, &mut form, may.thing(), &around).await?;
    let Some(begun) = begun.filter(|_| !form.has_errors()) else {
        return page_with_errors(&around.page(&cx, &may, form));
    };
    let key = match verbs::begin(&may, &cx, &begun).await {
        // Somebody was faster with that number.
        Err(Error::Refused(words)) => {
            form.refuse("number", words);
            return page_with_errors(&around.page(&cx, &may, form));
        }
        begun => begun?,
    };
    let toast = Toast::saying(format!("Cycle {} has begun. What would be different at its end?", begun.number));
    Ok(go_to_with(&href(&key), &toast))
}

/// Reads what the form says; what is wrong gets its word there.
pub(in crate::cycles) async fn read(cx: &Cx, form: &mut Form, owner: &Owner, around: &Around) -> Result<Option<Begun>, Error> {
    let said = fields::read(form, &around.people);
    let year: Option<SchoolYear> = form.value("year").parse().ok();
    if year.is_none() {
        form.refuse("year", "In which school year does it run?");
    }
    let number = form.whole("number", 1, 99);
    if let (Some(year), Some(number)) = (year, number)
        && let Some(title) = store::numbered(cx.db().read(), owner, year, number).await?
    {
        form.refuse("number", verbs::is_there_already(number, &title));
    }
    let template = form.value("template").to_owned();
    let step = match CycleTemplate::read(cx.db().read(), &template).await? {
        Some(found) => found.steps.first().map(|step| step.key.clone()),
        None => None,
    };
    if step.is_none() {
        let known: Vec<&str> = around.templates.iter().map(|(key, _)| key.as_str()).collect();
        form.refuse("template", format!("Which kind of cycle is it? There are: {}.", known.join(", ")));
    }
    let chosen = form.value("carries_on").to_owned();
    let carries_on = match chosen.as_str() {
        "" => None,
        key => store::of_key(cx.db().read(), owner, key).await?,
    };
    if carries_on.is_none() && !chosen.is_empty() {
        form.refuse("carries_on", "There is no such cycle before this one here. Please choose another.");
    }
    Ok((|| Some(Begun { said: said?, year: year?, number: number?, template, step: step?, carries_on }))())
}
