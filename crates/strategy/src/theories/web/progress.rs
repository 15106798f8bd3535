//! How a theory does as time goes: the answer of each cycle, and readings of its measures.

use askama::Template;
use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear, spoken},
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, Standing, actions::See},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    Theory,
    kept::{self, ANSWERS, AskedCycle, NewAnswer, NewReading, WHY_MOST},
    rules::FIGURE_MOST,
    store,
};
use crate::frameworks::framework_of;

/// An answer as the list shows it.
struct AnswerLine {
    class: &'static str,
    words: &'static str,
    when: String,
    why: String,
    rests_on: String,
    by: String,
}

#[derive(Template)]
#[template(path = "theories/web/progress.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    may_record: bool,
    number: i32,
    cycle: Option<AskedCycle>,
    answers: Vec<AnswerLine>,
    /// The measures of the version that counts, with the newest reading of each.
    measures: Vec<(String, String)>,
    form: Form,
    today: NaiveDate,
}

impl Page {
    fn choices(&self) -> Vec<(&'static str, &'static str)> {
        ANSWERS.iter().map(|(key, words, _)| (*key, *words)).collect()
    }

    fn names(&self) -> Vec<(&str, &str)> {
        self.measures.iter().map(|(name, _)| (name.as_str(), name.as_str())).collect()
    }
}

/// What is asked about: the version that counts.
pub(in super::super) async fn theory(cx: &Cx, partnership: &Partnership) -> Result<Theory, Error> {
    store::counting_of(cx.db().read(), partnership.id, cx.today()).await?.ok_or(Error::NotFound)
}

/// The cycle that is asked about.
pub(in super::super) async fn cycle(cx: &Cx, partnership: PartnershipId) -> Result<Option<AskedCycle>, Error> {
    let framework = framework_of(cx, partnership).await?;
    Ok(framework.and_then(|framework| AskedCycle::of(&framework, &Calendar::of(&cx.settings), cx.today())))
}

fn measures(theory: &Theory) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for measure in theory.nodes.iter().filter_map(|node| node.measure.as_ref()) {
        if !names.contains(&measure.name) {
            names.push(measure.name.clone());
        }
    }
    names
}

async fn page_of(
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    theory: &Theory,
    may_record: bool,
    form: Form,
) -> Result<Page, Error> {
    let on = cx.db().read();
    let answers = kept::answers(on, partnership.id).await?;
    let readings = kept::readings(on, partnership.id).await?;
    let mut frame = PartnershipFrame::of(cx, who, partnership, "/theory");
    let base = format!("{}/theory", partnership.subject().href);
    frame.crumbs.push((frame.title.clone(), base.clone()));
    "Are we on track with our theory of action?".clone_into(&mut frame.title);
    let latest = |name: &String| {
        readings.iter().find(|reading| reading.measure == *name).map_or_else(
            || "Not read yet".to_owned(),
            |reading| format!("{} on {}", reading.value, spoken(reading.on_day, cx.today())),
        )
    };
    let line = |answer: kept::Answer| {
        let (_, words, class) = ANSWERS.into_iter().find(|(key, ..)| *key == answer.answer).unwrap_or(("", "Answered", "wob"));
        let day = cx.settings.local(answer.answered_at).date();
        AnswerLine {
            class,
            words,
            when: format!("{}, cycle {}, about version {}", SchoolYear(answer.school_year), answer.cycle, answer.number),
            why: answer.why,
            rests_on: answer.rests_on,
            by: format!("{}, {}", answer.author, spoken(day, cx.today())),
        }
    };
    Ok(Page {
        shell: cx.shell(format!("On track with the theory of action: {}", partnership.name), "/partnerships"),
        frame,
        base: format!("{base}/progress"),
        may_record,
        number: theory.version.number,
        cycle: cycle(cx, partnership.id).await?,
        answers: answers.into_iter().map(line).collect(),
        measures: measures(theory).into_iter().map(|name| (name.clone(), latest(&name))).collect(),
        form,
        today: cx.today(),
    })
}

/// `GET /partnerships/{partnership}/theory/progress`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx) -> Answered {
    let theory = theory(&cx, may.thing()).await?;
    let form = Form::with([("on_day", cx.today().to_string())]);
    page(&page_of(&cx, may.who(), may.thing(), &theory, may.also::<Record>(), form).await?)
}

/// The answer that a form gives.
pub(in super::super) fn read_answer(form: &mut Form, theory: &Theory) -> Option<NewAnswer> {
    let chosen = ANSWERS.into_iter().find(|(key, ..)| *key == form.value("answer")).map(|(key, ..)| key);
    if chosen.is_none() {
        form.refuse("answer", "Are we? Choose what comes closest.");
    }
    let why = form.required("why", "What makes you say so? A sentence is enough.", WHY_MOST);
    let rests_on = form.optional("rests_on", WHY_MOST);
    Some(NewAnswer { number: theory.version.number, answer: chosen?, why: why?, rests_on: rests_on? })
}

/// The reading that a form gives.
pub(in super::super) fn read_reading(form: &mut Form, theory: &Theory, today: NaiveDate) -> Option<NewReading> {
    let measure = measures(theory).into_iter().find(|name| name == form.value("measure"));
    if measure.is_none() {
        form.refuse("measure", "Please choose one of the measures of this theory of action.");
    }
    let on_day = form.date("on_day", "On which day was it read?");
    let on_day = on_day.filter(|day| {
        let is_past = *day <= today;
        if !is_past {
            form.refuse("on_day", "That day is still to come.");
        }
        is_past
    });
    let value = form.number("value", -FIGURE_MOST, FIGURE_MOST);
    let note = form.optional("note", WHY_MOST);
    Some(NewReading { measure: measure?, on_day: on_day?, value: value?, note: note? })
}

/// `POST /partnerships/{partnership}/theory/progress/answers`
pub(super) async fn answer(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let theory = theory(&cx, may.thing()).await?;
    let cycle = cycle(&cx, may.thing().id).await?.ok_or(Error::NotFound)?;
    let Some(answer) = read_answer(&mut form, &theory) else {
        form.put("on_day", vec![cx.today().to_string()]);
        return page_with_errors(&page_of(&cx, may.who(), may.thing(), &theory, true, form).await?);
    };
    kept::answer(&may, &cx, &cycle, &answer).await?;
    let progress = format!("{}/theory/progress", may.subject().href);
    Ok(go_to_with(&progress, &Toast::saying("Kept. What would have to happen for the next answer to be another?")))
}

/// `POST /partnerships/{partnership}/theory/progress/readings`
pub(super) async fn read(may: May<Record, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let theory = theory(&cx, may.thing()).await?;
    let Some(reading) = read_reading(&mut form, &theory, cx.today()) else {
        return page_with_errors(&page_of(&cx, may.who(), may.thing(), &theory, true, form).await?);
    };
    kept::read(&may, &cx, &reading).await?;
    let progress = format!("{}/theory/progress", may.subject().href);
    Ok(go_to_with(&progress, &Toast::saying("Kept. It shows on the theory of action from now on.")))
}
