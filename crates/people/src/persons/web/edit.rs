//! Changing a person's page; two who write at the same time see both texts.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use crate::persons::{
    Person,
    policy::{Keep, Own, Someone},
    store,
    verbs::{self, Change, Kept},
};

/// Fields and their labels, in the order of the form; the last four are for those who answer for the person.
const FIELDS: [(&str, &str); 8] = [
    ("name", "Name"),
    ("title", "What you do, in a few words"),
    ("about", "What to ask you about, in your own words"),
    ("glad", "Practices you are glad to be asked about"),
    ("email", "E-mail"),
    ("kind", "Kind"),
    ("works_at", "Site, on the partner side"),
    ("started_on", "First day with us"),
];

/// A field that was changed by both.
struct Differs {
    label: &'static str,
    typed: String,
    stands: String,
}

#[derive(Template)]
#[template(path = "persons/edit.html")]
struct EditPage {
    shell: Shell,
    person: Someone,
    form: Form,
    version: i32,
    differs: Vec<Differs>,
    is_stale: bool,
    keeps: bool,
    is_own: bool,
}

impl EditPage {
    fn of(cx: &Cx, may: &May<Edit, Someone>, form: Form) -> Self {
        Self {
            shell: cx.shell(format!("Edit {}", may.thing().name), "/people"),
            person: may.thing().clone(),
            version: if form.version() == 0 { may.thing().version } else { form.version() },
            form,
            differs: Vec::new(),
            is_stale: false,
            keeps: may.also::<Keep>(),
            is_own: may.also::<Own>(),
        }
    }

    fn kinds(&self) -> [(&'static str, &'static str); 2] {
        [("staff", "Staff"), ("partner", "Partner side")]
    }
}

/// What stands on a person's page, as the form shows it.
pub(in crate::persons) fn standing(person: &Person) -> Form {
    Form::with(values(person))
}

fn values(person: &Person) -> [(&'static str, String); 8] {
    [
        ("name", person.name.clone()),
        ("title", person.title.clone()),
        ("about", person.about.clone()),
        ("glad", person.glad_codes().join(", ")),
        ("email", person.email.clone().unwrap_or_default()),
        ("kind", person.kind.clone()),
        ("works_at", person.works_at.clone().unwrap_or_default()),
        ("started_on", person.started_on.map(|day| day.to_string()).unwrap_or_default()),
    ]
}

pub(super) async fn edit(may: May<Edit, Someone>, cx: Cx) -> Answered {
    let form = Form::with(values(may.thing()));
    page(&EditPage::of(&cx, &may, form))
}

pub(super) async fn change(may: May<Edit, Someone>, cx: Cx, mut form: Form) -> Answered {
    let keeps = may.also::<Keep>();
    let Some(change) = read(&mut form, may.thing(), keeps) else {
        return page_with_errors(&EditPage::of(&cx, &may, form));
    };
    if let Some(email) = change.kept.as_ref().and_then(|kept| kept.email.as_deref())
        && Some(email) != may.thing().email.as_deref()
        && store::by_email(cx.db().read(), email).await?.is_some()
    {
        form.refuse("email", "Somebody else has this address.");
        return page_with_errors(&EditPage::of(&cx, &may, form));
    }
    match verbs::change(&cx, &may, change, form.version()).await {
        Ok(()) => Ok(go_to_with(&format!("/people/{}", may.thing().slug), &Toast::saying("Saved."))),
        Err(Error::Stale) => {
            let standing = store::by_slug(cx.db().read(), &may.thing().slug).await?.ok_or(Error::NotFound)?;
            let differs = FIELDS
                .iter()
                .zip(values(&standing))
                .take(if keeps { FIELDS.len() } else { 4 })
                .map(|((name, label), (_, stands))| Differs { label, typed: form.value(name).trim().to_owned(), stands })
                .filter(|field| field.typed.replace("\r\n", "\n") != field.stands)
                .collect();
            let version = standing.version;
            page_with_errors(&EditPage { version, differs, is_stale: true, ..EditPage::of(&cx, &may, form) })
        }
        Err(error) => Err(error),
    }
}

/// What the form says; nothing when something in it needs another look.
pub(in crate::persons) fn read(form: &mut Form, person: &Person, keeps: bool) -> Option<Change> {
    let name = form.required("name", "What is the name?", 200);
    let title = form.optional("title", 200);
    let about = form.optional("about", 4000);
    let glad = form.optional("glad", 500).map(|text| {
        let codes = text.split([',', ';', '\n']).map(str::trim).filter(|code| !code.is_empty());
        codes.collect::<Vec<_>>().join(";")
    });
    let kept = if keeps { Some(read_kept(form, person)?) } else { None };
    let change = Change { name: name?, title: title?, about: about?, glad: glad?, kept };
    (!form.has_errors()).then_some(change)
}

fn read_kept(form: &mut Form, person: &Person) -> Option<Kept> {
    let email = form.optional("email", 200)?.to_lowercase();
    if !email.is_empty() && !crate::words::is_email(&email) {
        form.refuse("email", "Please write it as name@example.org.");
    }
    // Alumni become staff again by coming back, not by a word in a form.
    let kind = if person.kind == "alumnus" { person.kind.clone() } else { form.value("kind").to_owned() };
    let works_at = form.optional("works_at", 100)?;
    match kind.as_str() {
        "partner" if works_at.is_empty() => form.refuse("works_at", "Which site do they work at?"),
        "staff" if !works_at.is_empty() => form.refuse("works_at", "Only people on the partner side work at a site."),
        "staff" | "partner" | "alumnus" => {}
        _ => form.refuse("kind", "Please choose one of the two."),
    }
    let started_on = form.optional_date("started_on")?;
    if started_on.zip(person.ended_on).is_some_and(|(start, end)| end < start) {
        form.refuse("started_on", "This lies after the last day with us.");
    }
    Some(Kept {
        email: (!email.is_empty()).then_some(email),
        kind,
        works_at: (!works_at.is_empty()).then_some(works_at),
        started_on,
    })
}
