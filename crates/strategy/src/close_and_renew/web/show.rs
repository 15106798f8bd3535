//! The end of a year: what changed, what was written about it, and what is ticked.

use askama::Template;
use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, spoken},
    partnerships::{Finish, PartnershipFrame, Record, Settle},
};
use platform::{
    Cx, Error,
    access::{May, Policy, Standing, actions::See},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page},
};

use super::{
    super::{
        YearThere,
        changed::{self, Goals, Moved, Tracked},
        store::{self, Aimed, OpenAction, Tick},
        template::{Ending, Part, Point, Template as Pattern},
        verbs,
    },
    decision::Decision,
    frame,
};
use crate::{
    cycles::{self, LEARNINGS, words},
    frameworks::{Framework, framework_in},
    plans::{
        answers::{Answers, World},
        shown::{ShownField, answered},
    },
    tracker::{Cell, on_track::Count},
};

/// A section as it is read.
struct Shown {
    id: String,
    title: String,
    help: String,
    is_ours: bool,
    fields: Vec<ShownField>,
    /// What was chosen in its rows that needs somebody, as a sentence; empty where nothing does.
    warning: String,
}

impl Shown {
    fn of(part: &Part, answers: &Answers, world: &World<'_>) -> Self {
        let section = &part.section;
        let fields: Vec<ShownField> = section.field.iter().map(|field| answered(section, field, answers, world)).collect();
        Self {
            id: section.id.clone(),
            title: section.title.clone(),
            help: section.help.clone(),
            is_ours: part.is_ours,
            warning: fields.iter().find_map(warning).unwrap_or_default(),
            fields,
        }
    }

    fn is_begun(&self) -> bool {
        self.fields.iter().any(|field| !field.rows.is_empty())
    }

    /// Whether something is said to be missing.
    fn is_asked(&self) -> bool {
        self.fields.iter().any(|field| field.is_missing)
    }

    fn is_whole(&self) -> bool {
        self.is_begun() && self.fields.iter().all(|field| !field.is_missing)
    }
}

/// How many rows say the last choice of a column, which needs somebody.
fn warning(field: &ShownField) -> Option<String> {
    let (column, choices) = field.choices.iter().enumerate().find(|(_, choices)| !choices.is_empty())?;
    let last = choices.last()?;
    let all = field.rows.len();
    match field.rows.iter().filter(|row| row.cells.get(column) == Some(last)).count() {
        0 => None,
        1 => Some(format!("One of {all}: {}. Who could take it?", last.to_lowercase())),
        more => Some(format!("{more} of {all}: {}. Who could take them?", last.to_lowercase())),
    }
}

/// A point with whether it is ticked.
struct PointLine {
    id: String,
    text: String,
    /// By whom and when; empty while it is open.
    ticked: String,
}

/// What the tracker tells.
struct TrackerWords {
    /// `From 2 to 11`
    headline: String,
    of: String,
    before: String,
    after: String,
    grew: Vec<MovedLine>,
    fell: Vec<MovedLine>,
    stayed: String,
}

struct MovedLine {
    code: String,
    title: String,
    vip: bool,
    before: (&'static str, String),
    after: (&'static str, String),
}

struct GoalLine {
    href: String,
    text: String,
    glyph: &'static str,
    met: String,
    came_to: String,
    decision: String,
}

struct LearnedLine {
    href: String,
    text: String,
    cycle: String,
}

/// What was found out about the year.
struct Evidence {
    tracker: Option<TrackerWords>,
    goals: Goals,
    goals_said: String,
    goal_lines: Vec<GoalLine>,
    learned_said: String,
    learned: Vec<(&'static str, Vec<LearnedLine>)>,
    open: Vec<LearnedLine>,
}

#[derive(Template)]
#[template(path = "close_and_renew/web/show.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    base: String,
    home: String,
    is_begun: bool,
    evidence: Evidence,
    steps: Vec<(String, String, &'static str, bool)>,
    sections: Vec<Shown>,
    points: Vec<(&'static str, Vec<PointLine>)>,
    ticked: String,
    decision: Option<Decision>,
    may_write: bool,
    may_finish: bool,
    asks: Vec<(String, String)>,
    readers: String,
}

impl Page {
    fn learned_count(&self) -> usize {
        self.evidence.learned.iter().map(|(_, lines)| lines.len()).sum()
    }
}

/// `GET /partnerships/{partnership}/close-and-renew/{school_year}`
pub(super) async fn show(may: May<See, YearThere>, cx: Cx) -> Answered {
    page(&page_of(&cx, may.who(), may.thing(), Form::default()).await?)
}

/// The page, with a form of a decision that came back, if one did.
pub(super) async fn page_of(cx: &Cx, who: &Standing, there: &YearThere, form: Form) -> Result<impl Template, Error> {
    let on = cx.db().read();
    let framework = framework_in(cx, there.partnership.id, there.year).await?;
    let evidence = Evidence::read(cx, there, framework.as_deref()).await?;
    let template = match &there.begun {
        Some(begun) => Some(Pattern::of(on, &begun.template_key).await?),
        None => Pattern::latest(on).await?,
    };
    let is_theirs = |part: &&Part| who.is_staff() || !part.is_ours;
    let mut drawn = Page {
        shell: cx.shell(format!("Close and renew {}: {}", there.year, there.partnership.name), "/partnerships"),
        frame: frame(cx, who, there, title(there), false),
        lede: lede(cx, there),
        base: there.href(),
        home: there.partnership.subject().href,
        is_begun: there.begun.is_some(),
        evidence,
        steps: Vec::new(),
        sections: Vec::new(),
        points: Vec::new(),
        ticked: String::new(),
        decision: None,
        may_write: <YearThere as Policy<Record>>::permits(who, there),
        may_finish: <YearThere as Policy<Finish>>::permits(who, there),
        asks: Vec::new(),
        readers: readers(who, &there.partnership.name),
    };
    let Some(template) = template else { return Ok(drawn) };
    let parts: Vec<&Part> = template.parts.iter().filter(is_theirs).collect();
    let Some(begun) = &there.begun else {
        drawn.asks = parts.iter().map(|part| (part.section.title.clone(), part.section.help.clone())).collect();
        return Ok(drawn);
    };
    let stands = store::SECTIONS.standing(on, begun.id).await?;
    let ticks = store::ticks(on, begun.id).await?;
    let (none, world) = (Answers::default(), World { framework: framework.as_deref(), changes: &[] });
    drawn.sections = parts
        .iter()
        .map(|part| Shown::of(part, stands.get(&part.section.id).map_or(&none, |stands| &stands.answers), &world))
        .collect();
    drawn.steps = steps(&drawn.sections);
    drawn.ticked = format!("{} of {} ticked.", ticks.len().min(template.points.len()), template.points.len());
    drawn.points = points(cx, &template.points, &ticks);
    let may_settle = <YearThere as Policy<Settle>>::permits(who, there);
    drawn.decision = Some(Decision::read(cx, there, may_settle, &template, (&stands, &ticks), form).await?);
    Ok(drawn)
}

fn title(there: &YearThere) -> String {
    let nth = there.year.0 - there.partnership.first_school_year + 1;
    format!("Close and renew: our {} year", partnerships::ordinal(nth))
}

fn lede(cx: &Cx, there: &YearThere) -> String {
    let span = Calendar::of(&cx.settings).span(there.year);
    let day = |day: NaiveDate| spoken(day, cx.today());
    let state = match there.begun.as_ref().map(|begun| (begun.outcome.as_str(), begun.decided_at, &begun.decided_by)) {
        Some((outcome @ ("renewed" | "closed"), Some(at), by)) => {
            let by = by.as_ref().map(|name| format!(", by {name}")).unwrap_or_default();
            let word = if outcome == "renewed" { "Renewed" } else { "Closed with care" };
            format!("{word} on {}{by}.", day(cx.settings.local(at).date()))
        }
        _ if span.to < cx.today() => format!("The school year ended on {}.", day(span.to)),
        _ => format!("The school year ends on {}.", day(span.to)),
    };
    format!("{}, {}. {state}", there.partnership.name, there.year)
}

/// The sections as steps: title, address, class, and whether it is the one that comes next.
fn steps(sections: &[Shown]) -> Vec<(String, String, &'static str, bool)> {
    let now = sections.iter().position(|section| !section.is_whole());
    let step = |(place, section): (usize, &Shown)| {
        let class = if section.is_whole() { "ok" } else { "" };
        (section.title.clone(), format!("#section-{}", section.id), class, Some(place) == now)
    };
    sections.iter().enumerate().map(step).collect()
}

fn points(cx: &Cx, points: &[Point], ticks: &[Tick]) -> Vec<(&'static str, Vec<PointLine>)> {
    let line = |point: &Point| PointLine {
        id: point.id.clone(),
        text: point.text.clone(),
        ticked: ticks.iter().find(|tick| tick.point == point.id).map_or_else(String::new, |tick| {
            format!("{}, {}", tick.by, spoken(cx.settings.local(tick.ticked_at).date(), cx.today()))
        }),
    };
    let endings =
        [(Ending::Both, "However it goes on"), (Ending::Renew, "If we renew"), (Ending::Close, "If we close with care")];
    let of = |ending| points.iter().filter(|point| point.ending == ending).map(line).collect::<Vec<_>>();
    endings.into_iter().map(|(ending, words)| (words, of(ending))).filter(|(_, lines)| !lines.is_empty()).collect()
}

impl Evidence {
    async fn read(cx: &Cx, there: &YearThere, framework: Option<&Framework>) -> Result<Self, Error> {
        let (on, partnership, year) = (cx.db().read(), &there.partnership, there.year);
        let entries = store::entries(on, &cx.settings, partnership.id, year).await?;
        let aimed = store::aimed(on, partnership.id, year).await?;
        let learned = store::learned(on, partnership.id, year).await?;
        let open = store::open_actions(on, partnership.id, year).await?;
        let calendar = Calendar::of(&cx.settings);
        let tracked = framework.and_then(|framework| {
            let found = changed::tracked(framework, &calendar, partnership, year, &entries, cx.today())?;
            Some(TrackerWords::of(&found, framework, cx.today()))
        });
        let goals = changed::goals(&aimed);
        let counts = changed::learned(&learned);
        let said = counts.iter().map(|(words, count)| format!("{}: {count}", words.to_lowercase()));
        Ok(Self {
            tracker: tracked,
            goals_said: goals_said(&goals),
            goals,
            goal_lines: aimed.iter().map(goal_line).collect(),
            learned_said: said.collect::<Vec<_>>().join(", "),
            learned: LEARNINGS
                .into_iter()
                .map(|(kind, heading)| {
                    let of_kind = learned.iter().filter(|learning| learning.kind == kind);
                    let line = |learning: &store::Learned| LearnedLine {
                        href: format!("{}/learnings/{}", cycles::href(&learning.cycle_key), learning.key),
                        text: learning.text.clone(),
                        cycle: format!("Cycle {}", learning.number),
                    };
                    (heading, of_kind.map(line).collect::<Vec<_>>())
                })
                .filter(|(_, lines)| !lines.is_empty())
                .collect(),
            open: open.into_iter().map(open_line).collect(),
        })
    }
}

fn goals_said(goals: &Goals) -> String {
    let part = |count: usize, words: &str| (count > 0).then(|| format!("{count} {words}"));
    let came = [
        part(goals.partly, "partly"),
        part(goals.not_met, "not met"),
        part(goals.not_measured, "not measured"),
        part(goals.open, "not looked at yet"),
    ];
    let decided = [part(goals.keep, "to keep"), part(goals.adapt, "to adapt"), part(goals.drop, "to let go")];
    let line = |parts: Vec<String>| parts.join(", ");
    let came: Vec<String> = came.into_iter().flatten().collect();
    let decided: Vec<String> = decided.into_iter().flatten().collect();
    let mut said = String::new();
    if !came.is_empty() {
        said.push_str(&format!("{}. ", line(came)));
    }
    if !decided.is_empty() {
        said.push_str(&format!("Decided: {}.", line(decided)));
    }
    said.trim_end().to_owned()
}

fn goal_line(goal: &Aimed) -> GoalLine {
    let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
    let came_to = match (goal.baseline, goal.outcome) {
        (Some(from), Some(to)) => format!("From {} to {}{unit}", words::figure(from), words::figure(to)),
        (None, Some(to)) => format!("{}{unit}", words::figure(to)),
        _ => String::new(),
    };
    GoalLine {
        href: format!("{}/goals/{}", cycles::href(&goal.cycle_key), goal.key),
        text: goal.text.clone(),
        glyph: words::met_glyph(&goal.met),
        met: if goal.met.is_empty() { "Not looked at yet".to_owned() } else { words::of(&cycles::MET, &goal.met).to_owned() },
        came_to,
        decision: if goal.decision.is_empty() { String::new() } else { words::of(&cycles::DECISIONS, &goal.decision).to_owned() },
    }
}

fn open_line(action: OpenAction) -> LearnedLine {
    let owner = action.owner.map(|name| format!("{name}, ")).unwrap_or_default();
    let status = words::of(&cycles::ACTION_STATUSES, &action.status).to_lowercase();
    LearnedLine {
        href: format!("{}/plan-actions/{}", cycles::href(&action.cycle_key), action.key),
        text: action.text,
        cycle: format!("{owner}{status}, Cycle {}", action.number),
    }
}

impl TrackerWords {
    fn of(tracked: &Tracked, framework: &Framework, today: NaiveDate) -> Self {
        let practices = &tracked.practices;
        let line = |moved: &Moved| MovedLine {
            code: moved.code.clone(),
            title: moved.title.clone(),
            vip: moved.vip,
            before: cell_words(moved.before, framework),
            after: cell_words(moved.after, framework),
        };
        let on = |day: NaiveDate, count: &Count, state: &str| {
            format!("{}: {}, {} of {} that had been due", spoken(day, today), state.to_lowercase(), count.enacted, count.due)
        };
        let (before, after) = (&tracked.on_track_before, &tracked.on_track_after);
        let stayed = i64::try_from(practices.stayed()).unwrap_or(i64::MAX);
        Self {
            headline: format!("From {} to {}", practices.enacted_before, practices.enacted_after),
            of: format!(
                "of {} enacted, {} to {}",
                counted(i64::try_from(practices.all).unwrap_or(i64::MAX), "practice", "practices"),
                spoken(tracked.beginning, today),
                spoken(tracked.end, today)
            ),
            before: on(tracked.beginning, &before.all, before.state.words()),
            after: on(tracked.end, &after.all, after.state.words()),
            grew: practices.grew.iter().map(line).collect(),
            fell: practices.fell.iter().map(line).collect(),
            stayed: match practices.not_applicable {
                0 => format!("{} where they were.", counted(stayed, "practice stands", "practices stand")),
                aside => {
                    format!("{} where they were; {aside} did not apply.", counted(stayed, "practice stands", "practices stand"))
                }
            },
        }
    }
}

fn cell_words(cell: Option<Cell>, framework: &Framework) -> (&'static str, String) {
    match cell {
        Some(cell) => (cell.glyph(), cell.words(framework)),
        None => ("none", "Nothing recorded".to_owned()),
    }
}

/// `POST /partnerships/{partnership}/close-and-renew/{school_year}`
pub(super) async fn begin(may: May<Record, YearThere>, cx: Cx) -> Answered {
    verbs::begin(&may, &cx).await?;
    let words = "It is begun. Write it part by part, in any order, best together with them.";
    Ok(go_to_with(&may.thing().href(), &Toast::saying(words)))
}

async fn point(cx: &Cx, may: &May<Finish, YearThere>) -> Result<Point, Error> {
    let template = Pattern::of(cx.db().read(), &may.thing().begun()?.template_key).await?;
    let id = may.ids().get("point")?;
    template.points.into_iter().find(|point| point.id == id).ok_or(Error::NotFound)
}

fn back(may: &May<Finish, YearThere>, words: &str) -> axum::response::Response {
    go_to_with(&format!("{}#points", may.thing().href()), &Toast::saying(words))
}

/// `POST …/points/{point}`
pub(super) async fn tick(may: May<Finish, YearThere>, cx: Cx) -> Answered {
    verbs::tick(&may, &cx, &point(&cx, &may).await?).await?;
    Ok(back(&may, "Ticked."))
}

/// `POST …/points/{point}/removal`
pub(super) async fn untick(may: May<Finish, YearThere>, cx: Cx) -> Answered {
    verbs::untick(&may, &cx, &point(&cx, &may).await?).await?;
    Ok(back(&may, "It is open again."))
}

/// Who can read the page, in a sentence.
fn readers(who: &Standing, name: &str) -> String {
    if who.is_staff() {
        format!("Staff, and everybody at {name} who can sign in.")
    } else {
        "Everybody here, and staff.".to_owned()
    }
}
