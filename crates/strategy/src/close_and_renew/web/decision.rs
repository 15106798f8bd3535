//! What is decided at the end of a year: renewed, or closed with care; and what follows from it.

use chrono::{Days, NaiveDate};
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    dose_words, models,
    partnerships::{Partnership, Settle},
};
use platform::{
    Cx, Error,
    access::May,
    db,
    text::counted,
    web::{Answered, Form, Toast, go_to_with, page_with_errors},
};

use super::{
    super::{
        YearThere,
        closing::{self, Closing},
        destruction::{self, Destruction},
        renewal::{self, Agreed, Renewal, YEARS_MOST},
        store::Tick,
        template::{Ending, Template as Pattern},
    },
    show::page_of,
};
use crate::{cycles::LONG_MOST, plans::sections::Sections};

/// The longest reason, in characters.
const REASON_MOST: usize = 1_000;
/// The longest time until confidences are destroyed, in days: thirty years.
const KEPT_MOST: u64 = 10_958;

/// A year that was renewed, in words.
pub(super) struct Renewed {
    pub next: SchoolYear,
    pub until: String,
    pub model: String,
    pub dose: String,
    pub vision: String,
    /// Where the draft of the theory of action is written; empty where there was none to carry over.
    pub theory: String,
    /// Where the next year's first cycle begins.
    pub cycle: String,
    /// Why it can't be undone any more; empty while it can.
    pub stays: String,
}

/// A partnership that was closed, in words.
pub(super) struct Closed {
    pub on: String,
    pub alumni: String,
    /// When confidences are destroyed, or were, and why.
    pub destruction: String,
    /// The version of that day, while it can be put off.
    pub version: Option<i32>,
    pub partnership_version: i32,
    /// Whether it can be taken up again.
    pub may_reopen: bool,
}

/// What is decided, or can be.
pub(super) struct Decision {
    /// The version that was seen, for the check that nobody decides twice.
    pub version: i32,
    pub form: Form,
    pub models: Vec<(String, String)>,
    pub may_settle: bool,
    /// Whether the two ways are open.
    pub is_open: bool,
    /// Points that should be ticked before it is closed.
    pub unticked: Vec<String>,
    pub renewed: Option<Renewed>,
    pub closed: Option<Closed>,
}

impl Decision {
    /// Reads it with a fixed number of queries.
    pub(super) async fn read(
        cx: &Cx,
        there: &YearThere,
        may_settle: bool,
        template: &Pattern,
        (stands, ticks): (&Sections, &[Tick]),
        form: Form,
    ) -> Result<Self, Error> {
        let (on, partnership) = (cx.db().read(), &there.partnership);
        let begun = there.begun()?;
        let renewal = renewal::of(on, begun.id).await?;
        let destruction = destruction::of(on, partnership.id).await?;
        let sql = "select count(*) from partnership_alumnus where partnership_id = $1";
        let alumni = db::scalar::<i64>(on, sql, vec![partnership.id.into()]).await?.unwrap_or(0);
        let sql = "select key from cycle where partnership_id = $1 and school_year = $2 order by number desc, id desc limit 1";
        let last = db::scalar::<String>(on, sql, vec![partnership.id.into(), there.year.0.into()]).await?;
        let models = models::all(on).await?;
        let begins_on = renewal.as_ref().map_or(cx.today(), |renewal| renewal.begins_on);
        let stays = renewal::done_since(on, there, begins_on).await?.unwrap_or_default();
        let is_closed = begun.outcome == "closed";
        let unticked = |ending: Ending| {
            let open = template.points.iter().filter(move |point| point.ending == ending);
            open.filter(|point| !ticks.iter().any(|tick| tick.point == point.id)).map(|point| point.text.clone())
        };
        let form = if form.names().next().is_some() { form } else { first_form(cx, there, template, stands) };
        Ok(Self {
            version: begun.version,
            models: models.iter().map(|model| (model.id.clone(), format!("{} ({})", model.name, model.dose()))).collect(),
            is_open: may_settle && begun.outcome.is_empty() && partnership.is_open(),
            unticked: unticked(Ending::Both).chain(unticked(Ending::Close)).collect(),
            renewed: renewal.map(|renewal| renewed(cx, there, &renewal, last.as_deref(), stays)),
            closed: is_closed.then(|| closed(cx, partnership, alumni, destruction.as_ref(), may_settle)),
            form,
            may_settle,
        })
    }
}

/// What the forms say before anybody wrote in them.
fn first_form(cx: &Cx, there: &YearThere, template: &Pattern, stands: &Sections) -> Form {
    let vision = stands.values().flat_map(|stands| stands.answers.of("vision")).map(|line| line.text().to_owned()).next();
    let keeping = &template.keeping;
    Form::with([
        ("until", Calendar::of(&cx.settings).span(there.year.after()).to.to_string()),
        ("model", there.partnership.model_id.clone()),
        ("days", there.partnership.planned_days_per_week.to_string()),
        ("vision", vision.unwrap_or_default()),
        ("date", cx.today().to_string()),
        ("destroy_on", (cx.today() + Days::new(keeping.after_days)).to_string()),
        ("why", keeping.why.clone()),
    ])
}

fn renewed(cx: &Cx, there: &YearThere, renewal: &Renewal, last: Option<&str>, stays: &str) -> Renewed {
    let base = there.partnership.subject().href;
    let went = |before: &str, after: &str| {
        if before == after { format!("{after}, as before") } else { format!("{after}, {before} before") }
    };
    Renewed {
        next: there.year.after(),
        until: spoken(renewal.agreed_until, cx.today()),
        model: went(&renewal.model_before, &renewal.model),
        dose: went(&dose_words(renewal.days_before), &dose_words(renewal.days)),
        vision: renewal.vision.clone(),
        theory: renewal.theory_version_id.map(|_| format!("{base}/theory")).unwrap_or_default(),
        cycle: match last {
            Some(last) => format!("{base}/cycles/new?from={last}"),
            None => format!("{base}/cycles/new"),
        },
        stays: stays.to_owned(),
    }
}

fn closed(cx: &Cx, partnership: &Partnership, alumni: i64, destruction: Option<&Destruction>, may_settle: bool) -> Closed {
    let day = |day: NaiveDate| spoken(day, cx.today());
    let said = match destruction {
        Some(Destruction { destroyed_at: Some(at), coachees, .. }) => format!(
            "Destroyed on {}: {}, and what we wrote for ourselves. The log of changes keeps that somebody was coached, not what for.",
            day(cx.settings.local(*at).date()),
            counted(coachees.unwrap_or(0), "record of coaching", "records of coaching")
        ),
        Some(Destruction { due_on, why, .. }) => format!("On {}. {why}", day(*due_on)),
        None => String::new(),
    };
    let waiting = destruction.filter(|destruction| destruction.destroyed_at.is_none());
    Closed {
        on: partnership.closed_on.map(day).unwrap_or_default(),
        alumni: counted(alumni, "person of theirs is an alumnus now", "people of theirs are alumni now"),
        destruction: said,
        version: waiting.map(|destruction| destruction.version).filter(|_| may_settle),
        partnership_version: partnership.version,
        may_reopen: may_settle && !partnership.is_open() && waiting.is_some(),
    }
}

async fn again(cx: &Cx, may: &May<Settle, YearThere>, form: Form) -> Answered {
    page_with_errors(&page_of(cx, may.who(), may.thing(), form).await?)
}

/// What the form for renewing says; a word beside each field that needs one.
fn read_agreed(cx: &Cx, there: &YearThere, form: &mut Form, models: &[models::SupportModel]) -> Option<Agreed> {
    let calendar = Calendar::of(&cx.settings);
    let (last, most) = (calendar.span(there.year).to, calendar.span(SchoolYear(there.year.0 + YEARS_MOST)).to);
    let until = form.date("until", "Until when do we agree to go on?");
    match until {
        Some(day) if day <= last => form.refuse("until", "That day lies before the next school year. Until when do we go on?"),
        Some(day) if day > most => {
            form.refuse("until", format!("{YEARS_MOST} years are the most. Renew again when they are over."))
        }
        Some(_) | None => {}
    }
    let model = models.iter().find(|model| model.id == form.value("model")).map(|model| model.id.clone());
    if model.is_none() {
        form.refuse("model", "Which support model did you agree on?");
    }
    let days = form.number("days", 0.05, 7.0);
    let vision = form.required("vision", "What do we want next year, for which students? A sentence is enough.", LONG_MOST);
    let agreed = Agreed { until: until?, model_id: model?, days: days?, vision: vision? };
    (!form.has_errors()).then_some(agreed)
}

/// `POST …/close-and-renew/{school_year}/renewal`
pub(super) async fn renew(may: May<Settle, YearThere>, cx: Cx, mut form: Form) -> Answered {
    let there = may.thing();
    there.begun()?;
    if !there.partnership.is_open() {
        return Err(Error::Refused("This partnership is closed. It can be renewed once it is taken up again.".to_owned()));
    }
    let models = models::all(cx.db().read()).await?;
    let Some(agreed) = read_agreed(&cx, there, &mut form, &models) else { return again(&cx, &may, form).await };
    match renewal::renew(&may, &cx, form.version(), &agreed).await {
        Ok(()) => {
            let words = format!("Renewed. {} can begin.", there.year.after());
            Ok(go_to_with(&format!("{}#decision", there.href()), &Toast::saying(words)))
        }
        Err(Error::Stale) => decided_meanwhile(&cx, &may, form).await,
        Err(error) => Err(error),
    }
}

async fn decided_meanwhile(cx: &Cx, may: &May<Settle, YearThere>, mut form: Form) -> Answered {
    form.refuse(
        "decision",
        "Somebody decided, or changed what we agreed, meanwhile. Look at how it stands now, then decide once more.",
    );
    again(cx, may, form).await
}

/// `POST …/close-and-renew/{school_year}/renewal/removal`
pub(super) async fn undo(may: May<Settle, YearThere>, cx: Cx, form: Form) -> Answered {
    match renewal::undo(&may, &cx, form.version()).await {
        Ok(()) => {
            let words = "Undone. It can be renewed, or closed, as if nothing had been decided.";
            Ok(go_to_with(&format!("{}#decision", may.thing().href()), &Toast::saying(words)))
        }
        Err(Error::Stale) => decided_meanwhile(&cx, &may, form).await,
        Err(error) => Err(error),
    }
}

/// What the form for closing says; a word beside each field that needs one.
fn read_closing(cx: &Cx, there: &YearThere, form: &mut Form, unticked: &[String], warn_days: u64) -> Option<Closing> {
    let span = Calendar::of(&cx.settings).span(there.year);
    let day = form.date("date", "On which day does our work there end?");
    match day {
        Some(day) if day < there.partnership.started_on => {
            form.refuse("date", "The partnership began later than that. Is the day right?");
        }
        Some(day) if day > cx.today() => {
            form.refuse("date", "That day is still to come. Could the partnership be closed once it is there?");
        }
        Some(day) if !span.contains(day) => {
            form.refuse("date", format!("That day is not in {}. Close it on the page of the year in which it ends.", there.year));
        }
        Some(_) | None => {}
    }
    let reason = form.required("reason", "Why does it end, and what would we like to remember?", REASON_MOST);
    let destroy_on = form.date("destroy_on", "When is what coachees told in confidence destroyed?");
    if destroy_on.is_some_and(|day| day <= cx.today() || day > cx.today() + Days::new(KEPT_MOST)) {
        form.refuse("destroy_on", "Choose a day after today, and within thirty years.");
    }
    let why = form.required("why", "Why then? Somebody may ask.", REASON_MOST);
    if !unticked.is_empty() && !form.holds("anyway", "yes") {
        form.refuse("anyway", "Points are open. Tick them above, or say here that you close all the same.");
    }
    let closing = Closing { on_day: day?, reason: reason?, destroy_on: destroy_on?, why: why?, warn_days };
    (!form.has_errors()).then_some(closing)
}

/// `POST …/close-and-renew/{school_year}/closure`
pub(super) async fn close(may: May<Settle, YearThere>, cx: Cx, mut form: Form) -> Answered {
    let (on, there) = (cx.db().read(), may.thing());
    let begun = there.begun()?;
    let template = Pattern::of(on, &begun.template_key).await?;
    let ticks = super::super::store::ticks(on, begun.id).await?;
    let is_open = |id: &str| !ticks.iter().any(|tick| tick.point == id);
    let unticked: Vec<String> = template
        .points
        .iter()
        .filter(|point| point.ending != Ending::Renew && is_open(&point.id))
        .map(|point| point.text.clone())
        .collect();
    let Some(closing) = read_closing(&cx, there, &mut form, &unticked, template.keeping.warn_days) else {
        return again(&cx, &may, form).await;
    };
    match closing::close(&may, &cx, form.version(), &closing).await {
        Ok(()) => {
            let words = format!("The partnership with {} is closed. Thank you for what you did there.", there.partnership.name);
            Ok(go_to_with(&format!("{}#decision", there.href()), &Toast::saying(words)))
        }
        Err(Error::Stale) => decided_meanwhile(&cx, &may, form).await,
        Err(error) => Err(error),
    }
}

/// Back to where the partnership's end is told: the page of the year in which it was closed.
fn home(cx: &Cx, partnership: &Partnership) -> String {
    let last = partnership.closed_on.unwrap_or_else(|| cx.today());
    super::super::href_of(partnership, Calendar::of(&cx.settings).year_of(last))
}

/// `POST /partnerships/{partnership}/reopening`
pub(super) async fn reopen(may: May<Settle, Partnership>, cx: Cx, mut form: Form) -> Answered {
    if may.is_open() {
        return Err(Error::Refused("This partnership goes on already.".to_owned()));
    }
    let Some(reason) = form.required("reason", "", REASON_MOST) else {
        return Err(Error::Refused("Please say why the partnership goes on: a sentence is enough.".to_owned()));
    };
    closing::reopen(&may, &cx, form.version(), &reason).await?;
    Ok(go_to_with(&may.subject().href, &Toast::saying(format!("The partnership with {} goes on.", may.name))))
}

/// `POST /partnerships/{partnership}/destruction`
pub(super) async fn put_off(may: May<Settle, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let refused = |words: &str| Err(Error::Refused(words.to_owned()));
    let Some(day) = form.date("due_on", "") else { return refused("Please say on which day, such as 2026-10-08.") };
    if day <= cx.today() || day > cx.today() + Days::new(KEPT_MOST) {
        return refused("Choose a day after today, and within thirty years.");
    }
    let Some(why) = form.required("why", "", REASON_MOST) else {
        return refused("Please say why on that day: a coachee may ask.");
    };
    destruction::put_off(&may, &cx, form.version(), day, &why).await?;
    let words = format!("Confidences are kept until {}.", spoken(day, cx.today()));
    Ok(go_to_with(&format!("{}#decision", home(&cx, &may)), &Toast::saying(words)))
}
