//! One entry of a road map: moved, given to somebody, marked as done, taken off, brought back; and one that people add.

use askama::Template;
use axum::extract::Query;
use partnerships::{
    calendar::{Calendar, SchoolYear, Span},
    partnerships::{Partnership, PartnershipFrame, Record, people_of},
};
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        EntryKind, TITLE_MOST, WHY_MOST, href,
        rules::{self, Amiss, Entry, Someone},
        store::{self, Said},
        verbs,
        year::Year,
    },
    ChangeLine, days, key_of, read_key,
    show::{Asked, asked_year},
};
use crate::frameworks::InUse;

/// Somebody who can see to an entry.
struct Candidate {
    slug: String,
    name: String,
    /// The name as the list to choose from has it.
    label: String,
}

#[derive(Template)]
#[template(path = "road_map/web/entry.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    back: String,
    /// Empty for one that is added.
    key: String,
    year: String,
    about: String,
    /// The days that the template has for it.
    planned: String,
    practice: String,
    is_own: bool,
    is_removed: bool,
    kinds: Vec<(&'static str, &'static str)>,
    people: Vec<(String, String)>,
    form: Form,
    is_stale: bool,
    stands: String,
    changes: Vec<ChangeLine>,
}

/// An entry with where it stands.
struct Found {
    year: SchoolYear,
    entry: Entry,
}

fn base_of(partnership: &Partnership) -> String {
    format!("{}/road-map", partnership.subject().href)
}

/// The entry that the address names; not found where it is none that changes here.
async fn find(may: &May<Record, Partnership>, cx: &Cx) -> Result<Found, Error> {
    let (year, name) = read_key(may.ids().get("road_map_entry")?).ok_or(Error::NotFound)?;
    let (calendar, partnership, today) = (Calendar::of(&cx.settings), may.thing(), cx.today());
    if !rules::is_shown(year, &calendar, today, partnership.into()) {
        return Err(Error::NotFound);
    }
    let mut found =
        Year::read(cx.db().read(), &cx.settings, InUse::since(cx, year).await?, (year, today), std::slice::from_ref(partnership))
            .await?;
    let entries = found.entries.remove(&partnership.id).unwrap_or_default();
    let entry = entries.into_iter().find(|entry| entry.name == name && !entry.is_begun()).ok_or(Error::NotFound)?;
    Ok(Found { year, entry })
}

/// Who can see to something here: ours who work there today, and the people of the site.
async fn people(cx: &Cx, partnership: &Partnership, named: Option<&Someone>) -> Result<Vec<Candidate>, Error> {
    let found = people_of(cx.db().read(), partnership, cx.today()).await?;
    let candidate = |slug: &str, name: &str, label: String| Candidate { slug: slug.to_owned(), name: name.to_owned(), label };
    let ours = found.now(cx.today()).map(|worker| candidate(&worker.slug, &worker.name, worker.name.clone()));
    let theirs = found.theirs.iter();
    let theirs = theirs.map(|one| candidate(&one.slug, &one.name, format!("{}, {}", one.name, one.title)));
    let mut people: Vec<Candidate> = ours.chain(theirs).collect();
    people.dedup_by(|one, other| one.slug == other.slug);
    // Who has left since stays named until somebody else is.
    if let Some(named) = named.filter(|named| people.iter().all(|one| one.slug != named.slug)) {
        people.push(candidate(&named.slug, &named.name, named.name.clone()));
    }
    Ok(people)
}

fn standing(entry: &Entry) -> Form {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    Form::with([
        ("version", entry.version.to_string()),
        ("title", entry.title.clone()),
        ("kind", entry.kind.key().to_owned()),
        ("from", entry.span.from.to_string()),
        ("to", entry.span.to.to_string()),
        ("person", entry.who.as_ref().map(|who| who.slug.clone()).unwrap_or_default()),
        ("done_on", day(entry.done_on)),
    ])
}

/// What the page is about: an entry, or none for one that is added.
struct About<'a> {
    year: SchoolYear,
    entry: Option<&'a Entry>,
    is_stale: bool,
}

async fn page_of(may: &May<Record, Partnership>, cx: &Cx, about: About<'_>, form: Form) -> Result<Page, Error> {
    let (partnership, About { year, entry, is_stale }) = (may.thing(), about);
    let people = people(cx, partnership, entry.and_then(|entry| entry.who.as_ref())).await?;
    let base = base_of(partnership);
    let changes = match entry {
        Some(entry) => store::changes_of(cx.db().read(), partnership.id, year, &entry.name).await?,
        None => Vec::new(),
    };
    let mut frame = PartnershipFrame::of(cx, may.who(), partnership, "/road-map");
    let back = href(partnership, year);
    frame.crumbs.push((format!("{}, {year}", frame.title), back.clone()));
    frame.title = entry.map_or_else(|| "Add to the road map".to_owned(), |entry| entry.title.clone());
    Ok(Page {
        shell: cx.shell(format!("{}: {}", frame.title, partnership.name), "/partnerships"),
        frame,
        key: entry.map(|entry| key_of(year, &entry.name)).unwrap_or_default(),
        year: year.key(),
        about: entry.map(|entry| entry.about.clone()).unwrap_or_default(),
        planned: entry.and_then(|entry| entry.planned).map(|span| days(span, cx)).unwrap_or_default(),
        practice: entry.map(|entry| entry.practice.clone()).unwrap_or_default(),
        is_own: entry.is_none_or(Entry::is_own),
        is_removed: entry.is_some_and(|entry| entry.is_removed),
        kinds: EntryKind::ADDED.into_iter().map(|kind| (kind.key(), kind.word())).collect(),
        people: std::iter::once((String::new(), "Nobody yet".to_owned()))
            .chain(people.into_iter().map(|one| (one.slug, one.label)))
            .collect(),
        form,
        is_stale,
        stands: entry.map(|entry| stands(entry, cx)).unwrap_or_default(),
        changes: changes.iter().filter_map(|change| ChangeLine::of(cx, change, &base, year, true)).collect(),
        base,
        back,
    })
}

/// What somebody else made of it meanwhile.
fn stands(entry: &Entry, cx: &Cx) -> String {
    let who = entry.who.as_ref().map(|who| format!(", {}", who.name)).unwrap_or_default();
    format!("{}, {}{who}. {}.", entry.title, days(entry.span, cx), entry.state(cx.today()).word())
}

/// `GET /partnerships/{partnership}/road-map/entries/new`
pub(super) async fn new(may: May<Record, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let year = asked_year(&asked.year, &Calendar::of(&cx.settings), may.thing(), cx.today())?;
    let form = Form::with([("kind", EntryKind::Meeting.key().to_owned())]);
    page(&page_of(&may, &cx, About { year, entry: None, is_stale: false }, form).await?)
}

/// `GET /partnerships/{partnership}/road-map/entries/{road_map_entry}`
pub(super) async fn show(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let Found { year, entry } = find(&may, &cx).await?;
    let form = standing(&entry);
    page(&page_of(&may, &cx, About { year, entry: Some(&entry), is_stale: false }, form).await?)
}

/// What a form says of an entry, and why. What it can't change stays as it stands.
async fn read(
    may: &May<Record, Partnership>,
    cx: &Cx,
    form: &mut Form,
    year: SchoolYear,
    entry: Option<&Entry>,
) -> Result<Option<(Said, String)>, Error> {
    let calendar = Calendar::of(&cx.settings);
    let is_own = entry.is_none_or(Entry::is_own);
    let (title, kind) = if is_own {
        let kind = EntryKind::from_key(form.value("kind")).filter(|kind| EntryKind::ADDED.contains(kind));
        if kind.is_none() {
            form.refuse("kind", "What is it? Choose what comes closest.");
        }
        (form.required("title", "What will people call it?", TITLE_MOST), kind)
    } else {
        (entry.map(|entry| entry.title.clone()), entry.map(|entry| entry.kind))
    };
    let from = form.date("from", "On which day does it begin?");
    let to = form.optional_date("to").map(|to| to.or(from));
    let done_on = form.optional_date("done_on");
    let why = form.optional("why", WHY_MOST);
    let year_span = calendar.span(year);
    let days = from.zip(to.flatten()).map(|(from, to)| Span { from, to });
    for amiss in rules::amiss(days, done_on.flatten(), year_span, cx.today()) {
        match amiss {
            Amiss::EndsFirst => form.refuse("to", "It can’t end before it begins."),
            Amiss::OtherYear => form.refuse(
                "from",
                format!(
                    "This road map is of {year}, from {} to {}. Another year has a road map of its own.",
                    year_span.from.format("%-d %B %Y"),
                    year_span.to.format("%-d %B %Y")
                ),
            ),
            Amiss::ToCome => form.refuse("done_on", "This day is yet to come. Move the entry there instead."),
        }
    }
    let chosen = form.value("person").to_owned();
    let mut person = None;
    if !chosen.is_empty() {
        let known = people(cx, may.thing(), entry.and_then(|entry| entry.who.as_ref())).await?;
        let found = known.into_iter().find(|one| one.slug == chosen);
        if found.is_none() {
            form.refuse("person", "Please choose somebody who works here.");
        }
        person = found.map(|one| (one.slug, one.name));
    }
    if form.has_errors() {
        return Ok(None);
    }
    let said = (|| {
        let removed = entry.is_some_and(|entry| entry.is_removed);
        let said =
            Said { kind: kind?.key().to_owned(), title: title?, from: from?, to: to??, person, done_on: done_on?, removed };
        Some((said, why?))
    })();
    Ok(said)
}

fn undone(partnership: &Partnership, year: SchoolYear, name: &str, words: impl Into<String>, number: i32) -> Answered {
    let undo = format!("{}/entries/{}/changes/{number}/restoration", base_of(partnership), key_of(year, name));
    Ok(go_to_with(&href(partnership, year), &Toast::with_undo(words, undo)))
}

/// `POST /partnerships/{partnership}/road-map/entries`
pub(super) async fn add(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let year = asked_year(form.value("year"), &Calendar::of(&cx.settings), may.thing(), cx.today())?;
    if let Some((said, why)) = read(&may, &cx, &mut form, year, None).await? {
        match verbs::add(&may, &cx, year, &said, &why).await {
            Ok(name) => return undone(may.thing(), year, &name, format!("“{}” stands on the road map.", said.title), 1),
            Err(Error::Refused(words)) => form.refuse("title", words),
            Err(error) => return Err(error),
        }
    }
    page_with_errors(&page_of(&may, &cx, About { year, entry: None, is_stale: false }, form).await?)
}

/// `POST /partnerships/{partnership}/road-map/entries/{road_map_entry}`
pub(super) async fn change(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let Found { year, entry } = find(&may, &cx).await?;
    let mut is_stale = form.version() != entry.version;
    if let Some((said, why)) = read(&may, &cx, &mut form, year, Some(&entry)).await? {
        let before = Said::of(&entry);
        if !is_stale && before == said {
            return Ok(go_to_with(&href(may.thing(), year), &Toast::saying("It says what it said.")));
        }
        if !is_stale {
            match verbs::change(&may, &cx, (year, &entry.name), entry.version, (&before, &said), &why).await {
                Ok(number) => return undone(may.thing(), year, &entry.name, format!("“{}” is changed.", entry.title), number),
                Err(Error::Stale) => is_stale = true,
                Err(error) => return Err(error),
            }
        }
    }
    // Whoever changed it last, now or a moment ago, is shown beside what was typed.
    let Found { entry, .. } = find(&may, &cx).await?;
    if is_stale {
        form.put("version", vec![entry.version.to_string()]);
    }
    page_with_errors(&page_of(&may, &cx, About { year, entry: Some(&entry), is_stale }, form).await?)
}

/// `POST /partnerships/{partnership}/road-map/entries/{road_map_entry}/completion`
pub(super) async fn complete(may: May<Record, Partnership>, cx: Cx, form: Form) -> Answered {
    let Found { year, entry } = find(&may, &cx).await?;
    if form.version() != entry.version {
        return Err(Error::Stale);
    }
    let before = Said::of(&entry);
    let said = Said { done_on: Some(cx.today()), ..before.clone() };
    if before == said {
        return Ok(go_to_with(&href(may.thing(), year), &Toast::saying("It is done already.")));
    }
    let number = verbs::change(&may, &cx, (year, &entry.name), entry.version, (&before, &said), "").await?;
    undone(may.thing(), year, &entry.name, format!("“{}” is done.", entry.title), number)
}

/// `POST /partnerships/{partnership}/road-map/entries/{road_map_entry}/removal`
pub(super) async fn remove(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let Found { year, entry } = find(&may, &cx).await?;
    if form.version() != entry.version {
        return Err(Error::Stale);
    }
    let Some(why) = form.optional("why", WHY_MOST) else {
        return Err(Error::Refused(format!("The reason is longer than {WHY_MOST} characters. Please say it shorter.")));
    };
    let before = Said::of(&entry);
    let said = Said { removed: true, ..before.clone() };
    if before == said {
        return Ok(go_to_with(&href(may.thing(), year), &Toast::saying("It is off the road map already.")));
    }
    let number = verbs::change(&may, &cx, (year, &entry.name), entry.version, (&before, &said), &why).await?;
    undone(may.thing(), year, &entry.name, format!("“{}” is off the road map.", entry.title), number)
}

/// `POST /partnerships/{partnership}/road-map/entries/{road_map_entry}/changes/{number}/restoration`: what a change
/// changed stands as before. That is a change of its own, so nothing is lost by it.
pub(super) async fn restore(may: May<Record, Partnership>, cx: Cx) -> Answered {
    let Found { year, entry } = find(&may, &cx).await?;
    let number: i32 = may.ids().get("number")?.parse().map_err(|_| Error::NotFound)?;
    let changes = store::changes_of(cx.db().read(), may.thing().id, year, &entry.name).await?;
    let change = changes.iter().find(|change| change.number == number).ok_or(Error::NotFound)?;
    let before = Said::of(&entry);
    let (stood, became) = (serde_json::from_str(&change.before)?, serde_json::from_str(&change.after)?);
    let Some(said) = rules::without(&before, &stood, &became) else {
        let words =
            format!("“{}” was changed again since. Undo that first, or open the entry and write how it is meant.", entry.title);
        return Err(Error::Refused(words));
    };
    if before == said {
        return Ok(go_to_with(&href(may.thing(), year), &Toast::saying("It stands as it stood.")));
    }
    let number = verbs::change(&may, &cx, (year, &entry.name), entry.version, (&before, &said), "").await?;
    undone(may.thing(), year, &entry.name, format!("“{}” stands as it stood before.", entry.title), number)
}
