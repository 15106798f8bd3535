//! One practice: what good looks like, when and for whom it is due, and where it has taken hold.

use askama::Template;
use partnerships::{
    calendar::{Calendar, spoken},
    models::{self, SupportModel},
};
use platform::{
    Cx,
    access::{May, actions::See},
    room::Place,
    text::{hue, initials},
    web::{Answered, Shell, page},
};

use super::super::{
    Framework, InUse, Practice,
    hold::{self, Hold},
    lineage,
    policy::Published,
    store::{self, Glad, Note},
    timeline::months_in_words,
    wordings::{self, Wording},
};
use crate::tracker::{Cell, Status};

#[derive(Template)]
#[template(path = "frameworks/web/show.html")]
struct ShowPage {
    shell: Shell,
    practice: Practice,
    /// The version that has it, where that is not the one that counts today.
    last: Option<i32>,
    lede: String,
    step: String,
    step_href: String,
    strand: String,
    phase: String,
    months: String,
    windows: Vec<WindowLine>,
    models: Vec<ModelLine>,
    qualities: Vec<QualityLine>,
    glad: Vec<GladLine>,
    hold: Option<Hold>,
    notes: Vec<NoteLine>,
    wordings: Vec<Wording>,
    head: Vec<String>,
    main: Vec<String>,
    rail: Vec<String>,
}

struct WindowLine {
    cycle: String,
    days: String,
    state: &'static str,
}

struct ModelLine {
    name: String,
    href: String,
    adapted: String,
}

struct QualityLine {
    sign: &'static str,
    name: String,
    meaning: String,
}

struct GladLine {
    name: String,
    initials: String,
    hue: u8,
    note: String,
    /// Empty for those who can't open people's pages.
    href: String,
}

struct NoteLine {
    name: String,
    initials: String,
    hue: u8,
    href: String,
    partnership: String,
    cell: String,
    day: String,
    text: String,
}

pub(super) async fn show(may: May<See, Published>, cx: Cx) -> Answered {
    let (framework, practice, on) = (&may.framework, &may.practice, cx.db().read());
    let (calendar, today, staff) = (Calendar::of(&cx.settings), cx.today(), may.who().is_staff());
    let subject = practice.subject();
    let models = models::all(on).await?;
    let glad = store::glad(on).await?;
    let in_use = InUse::since(&cx, hold::first(&calendar, today)).await?.filter(|_| staff && !may.is_gone);
    let hold = match &in_use {
        Some(in_use) => hold::of(on, (in_use, practice), &calendar, today, &models).await?,
        None => None,
    };
    let notes = if staff { store::notes(on, &framework.ids_of(practice)).await? } else { Vec::new() };
    let versions = Framework::all_versions(on).await?;
    let passed = lineage::all(on).await?;
    let panels = &cx.app.house;
    page(&ShowPage {
        shell: cx.shell(format!("{} {}", practice.code, practice.title), "/practices"),
        lede: lede(practice, framework, &calendar),
        step: framework.step_name(&practice.step).to_owned(),
        step_href: format!("/practices?step={}", practice.step),
        strand: framework.strand_name(&practice.strand).to_owned(),
        phase: framework.phase_name(&practice.phase).to_owned(),
        months: months_in_words(practice, &calendar),
        windows: windows(practice, framework, &calendar, &cx),
        models: model_lines(practice, &models),
        qualities: framework
            .qualities
            .iter()
            .map(|quality| {
                let cell = Cell { status: Status::Enacted, quality: Some(quality.level) };
                QualityLine { sign: cell.glyph(), name: quality.name.clone(), meaning: quality.meaning.clone() }
            })
            .collect(),
        glad: glad.iter().filter(|person| person.is_asked_about(&practice.code)).map(|person| glad_line(person, staff)).collect(),
        notes: notes.into_iter().filter_map(|note| note_line(note, framework, &cx)).collect(),
        wordings: wordings::of(practice, framework, &versions, &passed, today, |at| cx.settings.local(at).date()),
        head: panels.panels(&cx, &subject, Place::Head).await?,
        main: panels.panels(&cx, &subject, Place::Main).await?,
        rail: panels.panels(&cx, &subject, Place::Rail).await?,
        hold,
        last: may.is_gone.then_some(framework.version),
        practice: practice.clone(),
    })
}

/// `Plan, in October. Very important, because …` is too long for a line: the reason has a sheet of its own.
fn lede(practice: &Practice, framework: &Framework, calendar: &Calendar) -> String {
    let often =
        if practice.recurs.is_empty() { String::new() } else { format!(" Within its months it comes {}.", practice.recurs) };
    format!("{}: comes up in {}.{often}", framework.step_name(&practice.step), months_in_words(practice, calendar))
}

fn windows(practice: &Practice, framework: &Framework, calendar: &Calendar, cx: &Cx) -> Vec<WindowLine> {
    let today = cx.today();
    let cycle =
        |number: i32| framework.cycles.iter().find(|cycle| cycle.number == number).map_or("", |cycle| cycle.name.as_str());
    practice
        .due
        .iter()
        .map(|due| {
            let span = due.span(calendar, calendar.year_of(today));
            let state = if span.ended_before(today) {
                "past"
            } else if span.contains(today) {
                "open now"
            } else {
                "later"
            };
            let days = format!("{} to {}", spoken(span.from, today), spoken(span.to, today));
            WindowLine { cycle: cycle(due.cycle).to_owned(), days, state }
        })
        .collect()
}

fn model_lines(practice: &Practice, models: &[SupportModel]) -> Vec<ModelLine> {
    let for_it = models.iter().filter_map(|model| practice.models.get(&model.id).map(|adapted| (model, adapted)));
    for_it
        .map(|(model, adapted)| ModelLine {
            name: model.name.clone(),
            href: format!("/practices?model={}", model.id),
            adapted: adapted.clone(),
        })
        .collect()
}

fn glad_line(person: &Glad, staff: bool) -> GladLine {
    GladLine {
        name: person.name.clone(),
        initials: initials(&person.name),
        hue: hue(&person.name),
        note: person.title.clone(),
        href: if staff { format!("/people/{}", person.slug) } else { String::new() },
    }
}

fn note_line(note: Note, framework: &Framework, cx: &Cx) -> Option<NoteLine> {
    let cell = Cell { status: Status::from_key(&note.status)?, quality: note.quality };
    Some(NoteLine {
        initials: initials(&note.author),
        hue: hue(&note.author),
        href: format!("/partnerships/{}/tracker", note.partnership_slug),
        partnership: note.partnership,
        cell: cell.words(framework),
        day: spoken(cx.settings.local(note.entered_at).date(), cx.today()),
        text: note.note,
        name: note.author,
    })
}
