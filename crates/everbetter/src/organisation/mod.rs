//! The organisation's own settings: its name, its clock, when its school years begin, when its schools are closed.

use askama::Template;
use chrono::NaiveDate;
use partnerships::calendar::{CLOSED_SETTING, Calendar, ClosedDays};
use platform::{
    Cx, Error,
    access::{Action, May, Policy, Routes, Standing, Whole, actions::Edit, roles},
    audit,
    room::Subject,
    settings::Settings,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

/// The organisation as a whole.
#[derive(Default)]
pub(crate) struct Organisation;

impl Whole for Organisation {
    const NAME: &'static str = "organisation";
}

impl<A: Action> Policy<A> for Organisation {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, _: &Self) -> bool {
        may_edit(who)
    }
}

pub(crate) fn may_edit(who: &Standing) -> bool {
    who.holds(&[roles::CHIEF, roles::OPERATOR])
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/organisation", show).post("/organisation", save)
}

/// The settings of the form: field, setting, and what the log calls it.
const FIELDS: [(&str, &str, &str); 4] = [
    ("name", "organisation", "name"),
    ("offset", "utc_offset_minutes", "clock"),
    ("starts", "school_year_starts", "first day of the school year"),
    ("closed", CLOSED_SETTING, "days on which schools are closed"),
];

/// Counts edits, so that two people at once don't overwrite one another.
const VERSION: &str = "organisation_version";

#[derive(Template)]
#[template(path = "organisation/show.html")]
struct Page {
    shell: Shell,
    form: Form,
    offsets: Vec<(i32, String)>,
}

impl Page {
    fn of(cx: &Cx, form: Form) -> Self {
        Self { shell: cx.shell("The organisation", ""), form, offsets: offsets() }
    }
}

/// All offsets from UTC in use, in quarters of an hour.
fn offsets() -> Vec<(i32, String)> {
    (-48..=56)
        .map(|quarters| {
            let minutes: i32 = quarters * 15;
            let sign = if minutes < 0 { '−' } else { '+' };
            (minutes, format!("UTC {sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
        })
        .collect()
}

fn current(settings: &Settings) -> Form {
    let (month, day) = Calendar::of(settings).starts;
    Form::with([
        ("name", settings.get("organisation").unwrap_or_default().to_owned()),
        ("offset", settings.get("utc_offset_minutes").unwrap_or("0").to_owned()),
        ("starts", format!("{month:02}-{day:02}")),
        ("closed", settings.get(CLOSED_SETTING).unwrap_or_default().to_owned()),
        ("version", settings.get(VERSION).unwrap_or("0").to_owned()),
    ])
}

async fn show(_: May<Edit, Organisation>, cx: Cx) -> Answered {
    let form = current(&cx.settings);
    page(&Page::of(&cx, form))
}

async fn save(may: May<Edit, Organisation>, cx: Cx, mut form: Form) -> Answered {
    form.required("name", "What do you call yourselves?", 120);
    let starts = form.value("starts").trim().to_owned();
    if NaiveDate::parse_from_str(&format!("2023-{starts}"), "%Y-%m-%d").is_err() {
        form.refuse("starts", "Please write month and day, such as 08-01. The 29th of February is no day of every year.");
    }
    let offset = form.value("offset").parse::<i32>().ok().filter(|minutes| (-720..=840).contains(minutes));
    if offset.is_none() {
        form.refuse("offset", "Please choose one of the list.");
    }
    if let Err(problems) = ClosedDays::read(form.value("closed")) {
        form.refuse("closed", problems.join(" "));
    }
    if form.has_errors() {
        return page_with_errors(&Page::of(&cx, form));
    }
    let saved = cx
        .db()
        .write(async |tx| {
            let before = current(&Settings::read(&**tx).await?);
            if before.version() != form.version() {
                return Err(Error::Stale);
            }
            let mut changed = Vec::new();
            for (field, setting, word) in FIELDS {
                let value = form.value(field).trim().replace("\r\n", "\n");
                if value != before.value(field) {
                    Settings::set(&**tx, setting, &value).await?;
                    changed.push(word);
                }
            }
            if !changed.is_empty() {
                Settings::set(&**tx, VERSION, &(form.version() + 1).to_string()).await?;
                let subject = Subject {
                    kind: "organisation",
                    key: "organisation".to_owned(),
                    title: form.value("name").trim().to_owned(),
                    href: "/organisation".to_owned(),
                };
                let detail = changed.join(", ");
                audit::record(tx, cx.db().engine(), cx.now, &may.who().into(), "settings changed", &subject, &detail).await?;
            }
            Ok(())
        })
        .await;
    if let Err(Error::Stale) = saved {
        form.refuse("name", "Somebody else saved these settings while you had them open. What you typed stands here; load the page in another tab to see theirs, then put the two together.");
        return page_with_errors(&Page::of(&cx, form));
    }
    saved?;
    Ok(go_to_with("/organisation", &Toast::saying("Saved. It counts from now on, on every page.")))
}
