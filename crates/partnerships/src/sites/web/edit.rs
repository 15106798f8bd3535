//! Forms: a new site, and a site's details.

use askama::Template;
use platform::{
    Cx, Error,
    access::{
        May,
        actions::{Create, Edit},
    },
    db::slug_of,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    GROUPS, KINDS, RELATIONS, Site, Sites,
    store::{self, Choice},
    verbs::{self, Details},
};
use crate::words;

#[derive(Template)]
#[template(path = "sites/edit.html")]
struct Page {
    shell: Shell,
    form: Form,
    site: Option<Site>,
    choices: Vec<Choice>,
    is_stale: bool,
}

impl Page {
    async fn of(cx: &Cx, site: Option<&Site>, form: Form, is_stale: bool) -> Result<Self, Error> {
        let title = site.map_or_else(|| "New site".to_owned(), |site| format!("Details of {}", site.name));
        let choices = store::choices(cx.db().read()).await?;
        Ok(Self { shell: cx.shell(title, "/partnerships"), form, site: site.cloned(), choices, is_stale })
    }

    fn action(&self) -> String {
        self.site.as_ref().map_or_else(|| "/sites".to_owned(), |site| format!("/sites/{}", site.slug))
    }

    fn districts(&self) -> Vec<(&str, &str)> {
        let own = self.site.as_ref().map(|site| site.slug.as_str());
        self.choices
            .iter()
            .filter(|choice| choice.kind == "district" && Some(choice.value.as_str()) != own)
            .map(|choice| (choice.value.as_str(), choice.words.as_str()))
            .collect()
    }

    fn regions(&self) -> Vec<String> {
        self.choices.iter().filter(|choice| choice.kind == "region").map(|choice| words::word_of(&choice.value)).collect()
    }
}

pub(in crate::sites) fn read(form: &mut Form) -> Option<Details> {
    let one_of = |form: &mut Form, name: &str, of: &[(&str, &str)], ask: &str| {
        let value = form.value(name).to_owned();
        if of.iter().any(|(key, _)| *key == value) {
            return Some(value);
        }
        form.refuse(name, ask);
        None
    };
    let kind = one_of(form, "kind", KINDS, "Is it a school or a district?");
    let relation = one_of(form, "relation", RELATIONS, "What is it to us?");
    let name = form.required("name", "What is it called?", 120);
    let state = form.required("state", "In which state does it lie?", 60);
    let region = form.required("region", "In which of our regions does it lie?", 60).map(|text| slug_of(&text));
    let filled = |text: Option<String>| text.map(|text| Some(text).filter(|text| !text.is_empty()));
    let nces_id = filled(form.optional("nces_id", 20));
    let state_id = filled(form.optional("state_id", 40));
    let (low, high) = (form.optional("grade_low", 4), form.optional("grade_high", 4));
    let enrolment = count(form, "enrolment", None);
    let all = enrolment.flatten();
    let mut groups = Vec::new();
    for (group, _) in GROUPS {
        if let Some(students) = count(form, group, all).flatten() {
            groups.push((*group, students));
        }
    }
    let district = Some(form.value("district").to_owned()).filter(|slug| !slug.is_empty());
    if form.has_errors() {
        return None;
    }
    Some(Details {
        kind: kind?,
        name: name?,
        district,
        state: state?,
        region: region?,
        nces_id: nces_id?,
        state_id: state_id?,
        grade_low: low?,
        grade_high: high?,
        enrolment: enrolment?,
        relation: relation?,
        groups,
    })
}

/// A count of students that may be left out: `Some(None)` when it is.
fn count(form: &mut Form, name: &str, most: Option<i32>) -> Option<Option<i32>> {
    let text = form.value(name).trim();
    if text.is_empty() {
        return Some(None);
    }
    let number = text.parse::<i32>().ok().filter(|number| *number >= 0);
    match (number, most) {
        (None, _) => form.refuse(name, "Please write a whole number, or leave it empty."),
        (Some(number), Some(most)) if number > most => {
            form.refuse(name, format!("That is more than all {most} students. Is one of the two wrong?"));
        }
        (Some(number), _) => return Some(Some(number)),
    }
    None
}

pub(super) async fn new(_: May<Create, Sites>, cx: Cx) -> Answered {
    let form = Form::with([("kind", "school".to_owned()), ("relation", "prospect".to_owned())]);
    page(&Page::of(&cx, None, form, false).await?)
}

pub(super) async fn add(may: May<Create, Sites>, cx: Cx, mut form: Form) -> Answered {
    let Some(said) = read(&mut form) else {
        return page_with_errors(&Page::of(&cx, None, form, false).await?);
    };
    let site = verbs::add(&may, &cx, said).await?;
    Ok(go_to_with(&site.subject().href, &Toast::saying(format!("{} is added.", site.name))))
}

/// What stands, as the form shows it.
pub(in crate::sites) async fn standing(cx: &Cx, site: &Site) -> Result<Form, Error> {
    let mut values = vec![
        ("version", site.version.to_string()),
        ("kind", site.kind.clone()),
        ("name", site.name.clone()),
        ("district", site.district_slug.clone().unwrap_or_default()),
        ("state", site.state.clone()),
        ("region", site.region_word()),
        ("nces_id", site.nces_id.clone().unwrap_or_default()),
        ("state_id", site.state_id.clone().unwrap_or_default()),
        ("grade_low", site.grade_low.clone()),
        ("grade_high", site.grade_high.clone()),
        ("enrolment", site.enrolment.map(|count| count.to_string()).unwrap_or_default()),
        ("relation", site.relation.clone()),
    ];
    let counts = store::groups(cx.db().read(), site.id).await?;
    for (key, _) in GROUPS {
        if let Some(group) = counts.iter().find(|group| group.student_group == *key) {
            values.push((key, group.students.to_string()));
        }
    }
    Ok(Form::with(values))
}

pub(super) async fn edit(may: May<Edit, Site>, cx: Cx) -> Answered {
    let form = standing(&cx, may.thing()).await?;
    page(&Page::of(&cx, Some(may.thing()), form, false).await?)
}

pub(super) async fn change(may: May<Edit, Site>, cx: Cx, mut form: Form) -> Answered {
    let Some(said) = read(&mut form) else {
        return page_with_errors(&Page::of(&cx, Some(may.thing()), form, false).await?);
    };
    match verbs::change(&may, &cx, form.version(), said).await {
        Ok(()) => Ok(go_to_with(&may.subject().href, &Toast::saying("The details are changed."))),
        Err(Error::Stale) => page_with_errors(&Page::of(&cx, Some(may.thing()), form, true).await?),
        Err(error) => Err(error),
    }
}
