//! What the end of a year shows on others' pages.

use askama::Template;
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::{Partnership, Record, SUBJECT, find_seen},
};
use people::persons::SUBJECT as PERSON;
use platform::{
    Cx, Error,
    access::{Kind, Policy, Standing},
    room::{Panel, Place, Subject, Tab, TodaySheet},
};

use super::{store, years};

/// The tab on a partnership's pages.
pub(crate) const TAB: Tab =
    Tab { on: SUBJECT, label: "Close and renew", path: "/close-and-renew", order: 40, shown_to: sees_partnerships };

/// So many days before a school year ends, its end is spoken of.
const NEAR: i64 = 75;

fn sees_partnerships(who: &Standing) -> bool {
    matches!(who.kind, Kind::Staff | Kind::Partner)
}

/// Where the page of the end of a partnership's year is.
pub(crate) fn href_of(partnership: &Partnership, year: SchoolYear) -> String {
    format!("/partnerships/{}/close-and-renew/{}", partnership.slug, year.key())
}

/// The parts of others' pages.
pub(crate) fn panels() -> Vec<Panel> {
    vec![
        Panel { on: SUBJECT, place: Place::Rail, order: 14, draw: |cx, subject| Box::pin(on_partnership(cx, subject)) },
        Panel { on: PERSON, place: Place::Rail, order: 30, draw: |cx, subject| Box::pin(on_person(cx, subject)) },
    ]
}

/// The sheets of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    vec![TodaySheet { place: Place::Main, order: 16, draw: |cx, who| Box::pin(waiting(cx, who)) }]
}

#[derive(Template)]
#[template(path = "close_and_renew/on_partnership.html")]
struct OnPartnership {
    year: SchoolYear,
    said: String,
    /// What was agreed to want next year; empty before it was renewed.
    vision: String,
    href: String,
    words: &'static str,
}

/// Whether a year's end is near enough to speak of it.
fn is_near(calendar: &Calendar, year: SchoolYear, today: chrono::NaiveDate) -> bool {
    (calendar.span(year).to - today).num_days() <= NEAR
}

/// Where the end of the year stands: once it is near, or once somebody has begun.
async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(who) = cx.who.as_deref() else { return Ok(None) };
    let Some(partnership) = find_seen(cx, who, &subject.key).await? else { return Ok(None) };
    let calendar = Calendar::of(&cx.settings);
    let year = SchoolYear(*years(&calendar, &partnership, cx.today()).end());
    let begun = store::years_of(cx.db().read(), partnership.id).await?;
    let renewed = store::last_renewal(cx.db().read(), partnership.id).await?;
    let now = begun.iter().find(|listed| listed.school_year == year.0);
    let day = |at| spoken(cx.settings.local(at).date(), cx.today());
    let may_record = <Partnership as Policy<Record>>::permits(who, &partnership);
    let is_open = partnership.is_open();
    let until = renewed.as_ref().map(|(until, _)| format!("We agreed to go on until {}.", spoken(*until, cx.today())));
    let (said, words) = match now.map(|listed| (listed.outcome.as_str(), listed.decided_at)) {
        Some(("renewed", _)) => (until.unwrap_or_default(), "See what we agreed"),
        Some(("closed", Some(at))) => (format!("Closed with care on {}.", day(at)), "See what is left to do"),
        Some(_) => ("The end of this year is being written.".to_owned(), "Go on with it"),
        None if is_open && may_record && is_near(&calendar, year, cx.today()) => {
            let last = spoken(calendar.span(year).to, cx.today());
            (format!("The school year ends on {last}. What would they miss most, if we were not there next year?"), "Begin")
        }
        None => match until.filter(|_| is_open) {
            Some(until) => (until, "How this year ends"),
            None => return Ok(None),
        },
    };
    let vision = renewed.filter(|_| is_open).map(|(_, vision)| vision).unwrap_or_default();
    Ok(Some(OnPartnership { year, said, vision, href: href_of(&partnership, year), words }.render()?))
}

#[derive(Template)]
#[template(path = "close_and_renew/on_person.html")]
struct OnPerson {
    places: Vec<(String, String)>,
}

/// Whose partner somebody was, until our work there ended.
async fn on_person(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let places: Vec<(String, String)> = store::alumnus_of(cx.db().read(), &subject.key)
        .await?
        .into_iter()
        .map(|(name, since)| (name, spoken(since, cx.today())))
        .collect();
    Ok(if places.is_empty() { None } else { Some(OnPerson { places }.render()?) })
}

/// Something that waits for somebody.
struct Waits {
    title: String,
    said: String,
    href: String,
    words: &'static str,
}

#[derive(Template)]
#[template(path = "close_and_renew/today.html")]
struct Today {
    lines: Vec<Waits>,
}

/// Years that are about to end where somebody leads the work and nothing is decided yet, and confidences that are destroyed soon where
/// somebody could put that off.
async fn waiting(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    if !who.is_staff() {
        return Ok(None);
    }
    let (on, today) = (cx.db().read(), cx.today());
    let calendar = Calendar::of(&cx.settings);
    let year = calendar.year_of(today);
    let last = calendar.span(year).to;
    let undecided = store::undecided(on, who.person, year, today).await?;
    let warned = store::warned(on, who, today).await?;
    let ending = undecided.into_iter().filter(|_| is_near(&calendar, year, today)).map(|open| Waits {
        title: format!("Close and renew with {}", open.name),
        said: format!(
            "By {}. {}",
            spoken(last, today),
            if open.is_begun { "It is being written." } else { "Nobody has begun it." }
        ),
        href: format!("/partnerships/{}/close-and-renew/{}", open.slug, year.key()),
        words: if open.is_begun { "Go on" } else { "Begin" },
    });
    let destroyed = warned.into_iter().map(|soon| Waits {
        title: format!("Confidences of {} are destroyed", soon.name),
        said: format!("On {}. {}", spoken(soon.due_on, today), soon.why),
        href: format!(
            "/partnerships/{}/close-and-renew/{}#decision",
            soon.slug,
            calendar.year_of(soon.closed_on.unwrap_or(today)).key()
        ),
        words: "Look",
    });
    let lines: Vec<Waits> = ending.chain(destroyed).collect();
    Ok(if lines.is_empty() { None } else { Some(Today { lines }.render()?) })
}
