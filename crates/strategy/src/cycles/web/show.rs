//! One cycle: where it stands, who is in it, goals, plan, log and what was learned.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::Query;
use chrono::NaiveDate;
use partnerships::calendar::spoken;
use platform::{
    Cx, Error,
    access::{May, Standing, actions::See},
    paging::{Seek, address},
    text::{hue, initials},
    web::{Answered, Form, Shell, page},
};
use serde::{Deserialize, Serialize};

use crate::{
    close_and_renew,
    cycles::{
        ACTION_STATUSES, Cycle, CycleThere, DECISIONS, Goal, LEARNINGS, LogEntry, MET, PlanAction, coachees,
        files::{self, CycleFile, lines::FileLine},
        owner::Owner,
        parts::{self, Kept},
        policy::Run,
        store::{self, Codes, Member},
        template::{Step, Template as CycleTemplate},
        words,
    },
    frameworks::{Framework, Practice},
    tracker::{Cell, cells_of},
};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

/// A step in the row of steps.
struct StepMark {
    name: String,
    class: &'static str,
    is_now: bool,
    note: String,
}

struct GoalCard {
    number: usize,
    href: String,
    happened: String,
    decision: String,
    text: String,
    facts: Vec<(&'static str, String)>,
    codes: Vec<Code>,
    /// The sign and the words for whether it was met; empty words before it was assessed.
    met: (&'static str, String),
    came_to: String,
    files: Vec<FileLine>,
}

/// A practice's code, with where it leads when the framework has it.
struct Code {
    code: String,
    title: String,
    href: String,
}

struct ActionRow {
    href: String,
    text: String,
    owner: String,
    due: String,
    glyph: &'static str,
    status: String,
    code: Option<Code>,
    evidence: String,
    resources: String,
    why_not: String,
    /// The coachees whom it concerns, for those who may know.
    concerned: String,
}

struct LogLine {
    /// Where its author can change it; empty for others.
    href: String,
    initials: String,
    hue: u8,
    author: String,
    when: String,
    text: String,
    files: Vec<FileLine>,
}

struct LearnedLine {
    href: String,
    text: String,
    for_others: String,
    said: String,
    codes: Vec<Code>,
}

struct PracticeLine {
    code: Code,
    glyph: &'static str,
    words: String,
}

struct MemberLine {
    member: Member,
    initials: String,
    hue: u8,
    href: String,
}

#[derive(Template)]
#[template(path = "cycles/web/show.html")]
struct Show {
    shell: Shell,
    crumbs: Vec<(String, String)>,
    name: String,
    lede: String,
    about: String,
    /// The template's name with its short one.
    template: String,
    /// The parts of the page that belong to the step in which the cycle stands.
    now: Vec<String>,
    steps: Vec<StepMark>,
    ask: String,
    asks: Vec<String>,
    members: Vec<MemberLine>,
    agreements: String,
    goals: Vec<GoalCard>,
    plan: Vec<ActionRow>,
    log: Vec<LogLine>,
    log_before: String,
    log_after: String,
    learned: Vec<(&'static str, Vec<LearnedLine>)>,
    practices: Vec<PracticeLine>,
    step_name: String,
    around: Vec<(String, String, String)>,
    readers: String,
    href: String,
    version: i32,
    /// Whether whoever looks may move it, and edit it as a whole.
    may_run: bool,
    /// Whether things can be written in it: it is not closed.
    may_write: bool,
    is_closed: bool,
    /// The step that comes next: key and name; the last step has none.
    next: Option<(String, String)>,
    /// The steps that it can go back to.
    back: Vec<(String, String)>,
    /// Where the cycle after it begins.
    after: String,
    /// Where its Professional Learning Plan is; empty where it has none.
    plan_href: String,
    /// Where the year's end is written; empty unless the cycle has a step that closes it.
    closing_href: String,
    /// The key of a new entry of the log.
    key: String,
    /// The form of a new entry before anybody typed.
    blank: Form,
    today: NaiveDate,
}

impl Show {
    fn is_now(&self, part: &str) -> bool {
        self.now.iter().any(|now| now == part)
    }

    fn goals_words(&self) -> &'static str {
        if self.goals.iter().any(|goal| !goal.met.1.is_empty()) {
            "What we aimed at, what we predicted, and what came of it."
        } else {
            "What we aim at, and what we predict."
        }
    }
}

/// `GET /cycles/{cycle}`
pub(super) async fn show(may: May<See, CycleThere>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let (on, today) = (cx.db().read(), cx.today());
    let CycleThere { owner, cycle, .. } = may.thing();
    let template = CycleTemplate::read(on, &cycle.template_key)
        .await?
        .ok_or_else(|| Error::Ours(format!("the template {} of a cycle is gone", cycle.template_key)))?;
    let framework = owner.framework(&cx, cycle.year()).await?;
    let framework = framework.as_deref();
    let members = store::members(on, cycle.id).await?;
    let (goals, goal_codes) = store::goals(on, cycle.id).await?;
    let plan = store::plan(on, cycle.id).await?;
    let mut concerned = match coachees::heard_by(may.who(), may.thing()) {
        Some(_) => coachees::store::of_cycle(on, cycle.id).await?,
        None => BTreeMap::new(),
    };
    let log = store::log(on, cycle.id, Seek { after: &ask.after, before: &ask.before }).await?;
    let entries: Vec<_> = log.rows.iter().map(|entry| entry.id).collect();
    let files = files::store::on_cycle(on, cycle.id, &entries).await?;
    let (learnings, learning_codes) = store::learnings(on, cycle.id).await?;
    let around = store::around(on, cycle).await?;
    let cells = match owner {
        Owner::Partnership(partnership) => {
            cells_of(on, cycle.year(), &[partnership.id]).await?.remove(&partnership.id).unwrap_or_default()
        }
        Owner::Person(_) | Owner::Team(_) | Owner::Organisation(_) => HashMap::default(),
    };
    let steps = template.steps_of(cycle, framework);
    let now = steps.iter().find(|step| cycle.is_open() && step.key == cycle.step_key).copied();
    let practices = framework.zip(now).map(|(framework, step)| {
        let of_step = framework.practices.iter().filter(|practice| is_in(practice, step, cycle, owner));
        let line = |practice: &Practice| {
            let cell = cells.get(&(practice.id, cycle.number)).copied();
            PracticeLine {
                code: code_of(Some(framework), &practice.code),
                glyph: cell.map_or("none", Cell::glyph),
                words: cell.map_or_else(|| "Nothing recorded yet".to_owned(), |cell| cell.words(framework)),
            }
        };
        of_step.map(line).collect()
    });
    let may_run = may.also::<Run>();
    let is_closed = cycle.state == "closed";
    let may_write = may_run && !is_closed;
    let (next, back) = moves(&steps, cycle);
    let reached = store::reached(on, cycle.id).await?;
    let base = cycle.href();
    let href = |after: &str, before: &str| {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        format!("{}#log", address(&base, &Ask { after: after.to_owned(), before: before.to_owned() }))
    };
    let mut asks = asks(&steps, now, cycle);
    let first = if asks.is_empty() { String::new() } else { asks.remove(0) };
    page(&Show {
        shell: cx.shell(format!("Cycle {}, {}", cycle.number, owner.name()), owner.section()),
        crumbs: crumbs(owner, may.who()),
        name: format!("Cycle {}: {}", cycle.number, cycle.title),
        lede: lede(cycle, today),
        about: template.about.clone(),
        template: format!("{} ({})", template.name, template.short),
        now: now.map(|step| step.parts().map(str::to_owned).collect()).unwrap_or_default(),
        steps: marks(&steps, cycle, &reached, today),
        ask: first,
        asks,
        members: members.into_iter().map(|member| member_line(member, may.who())).collect(),
        agreements: cycle.agreements.clone(),
        goals: (1..)
            .zip(&goals)
            .map(|(number, goal)| GoalCard {
                files: of_goal(&base, number, goal, &files, may_write),
                ..card(&base, number, goal, &goal_codes, framework, today)
            })
            .collect(),
        plan: plan
            .into_iter()
            .map(|action| {
                let concerned = concerned.remove(&action.key).unwrap_or_default().join(", ");
                ActionRow { concerned, ..row(&base, action, framework, today) }
            })
            .collect(),
        log: log
            .rows
            .iter()
            .map(|entry| LogLine {
                files: of_entry(&base, entry, &files, may_write && entry.author_id == may.who().person, today),
                href: if may_write && entry.author_id == may.who().person {
                    format!("{base}/{}/{}", parts::LogEntry::PATH, entry.key)
                } else {
                    String::new()
                },
                initials: initials(&entry.author),
                hue: hue(&entry.author),
                author: entry.author.clone(),
                when: spoken(entry.on_day, today),
                text: entry.text.clone(),
            })
            .collect(),
        log_before: href("", &log.before),
        log_after: href(&log.after, ""),
        learned: LEARNINGS
            .into_iter()
            .map(|(kind, heading)| {
                let of_kind = learnings.iter().filter(|learning| learning.kind == kind);
                let lines = of_kind.map(|learning| LearnedLine {
                    href: format!("{base}/{}/{}", parts::Learning::PATH, learning.key),
                    text: learning.text.clone(),
                    for_others: learning.for_others.clone(),
                    said: format!("{}, {}", learning.author, spoken(learning.written_on, today)),
                    codes: codes(&learning_codes, learning.id.0, framework),
                });
                (heading, lines.collect::<Vec<_>>())
            })
            .filter(|(_, lines)| !lines.is_empty())
            .collect(),
        practices: practices.unwrap_or_default(),
        step_name: now.map(|step| step.name.clone()).unwrap_or_default(),
        around: around.iter().map(|other| neighbour(other, cycle)).collect(),
        readers: owner.readers(may.who()),
        after: format!("{}/new?from={}", owner.cycles_href(), cycle.key),
        plan_href: match owner {
            Owner::Partnership(_) => format!("{}/plan", cycle.href()),
            // Plans are made with partners.
            Owner::Person(_) | Owner::Team(_) | Owner::Organisation(_) => String::new(),
        },
        closing_href: match owner {
            Owner::Partnership(partnership) if cycle.starts_on <= today && steps.iter().any(|step| step.closes_the_year()) => {
                close_and_renew::href_of(partnership, cycle.year())
            }
            _ => String::new(),
        },
        href: cycle.href(),
        version: cycle.version,
        may_run,
        may_write,
        is_closed,
        next,
        back,
        key: cx.new_id().to_string(),
        blank: Form::default(),
        today,
    })
}

/// Whether a practice belongs to a step and is due in this cycle.
fn is_in(practice: &Practice, step: &Step, cycle: &Cycle, owner: &Owner) -> bool {
    let applies = match owner {
        Owner::Partnership(partnership) => practice.applies_to(partnership, cycle.year()),
        // Practices are done in partnerships; the others' cycles have none that are due.
        Owner::Person(_) | Owner::Team(_) | Owner::Organisation(_) => false,
    };
    applies
        && !step.practices_of.is_empty()
        && practice.step == step.practices_of
        && practice.due.iter().any(|due| due.cycle == cycle.number)
}

fn crumbs(owner: &Owner, who: &Standing) -> Vec<(String, String)> {
    let mut crumbs = Vec::new();
    match owner {
        Owner::Partnership(_) if who.is_staff() => crumbs.push(("Partnerships".to_owned(), "/partnerships".to_owned())),
        Owner::Team(_) => crumbs.push(("Teams".to_owned(), "/teams".to_owned())),
        Owner::Partnership(_) | Owner::Person(_) | Owner::Organisation(_) => {}
    }
    crumbs.extend(owner.href().map(|href| (owner.name().to_owned(), href)));
    crumbs.push(("Cycles".to_owned(), owner.cycles_href()));
    crumbs
}

fn lede(cycle: &Cycle, today: NaiveDate) -> String {
    let days = format!("{} to {}", spoken(cycle.starts_on, today), spoken(cycle.ends_on, today));
    match (cycle.state.as_str(), cycle.closed_on) {
        ("closed", Some(closed)) => format!("{days}. Closed on {}.", spoken(closed, today)),
        ("closed", None) => format!("{days}. Closed."),
        ("planned", _) => format!("{days}. It has not begun."),
        _ => format!("{days}."),
    }
}

fn marks(steps: &[&Step], cycle: &Cycle, reached: &BTreeMap<String, NaiveDate>, today: NaiveDate) -> Vec<StepMark> {
    let place = steps.iter().position(|step| step.key == cycle.step_key);
    let is_closed = cycle.state == "closed";
    steps
        .iter()
        .enumerate()
        .map(|(number, step)| {
            let is_now = cycle.is_open() && Some(number) == place;
            let is_done = is_closed || (cycle.is_open() && place.is_some_and(|place| number < place));
            let is_last = number + 1 == steps.len();
            StepMark {
                name: step.name.clone(),
                class: if is_done { "ok" } else { "" },
                is_now,
                note: match cycle.closed_on {
                    _ if is_now => match reached.get(&step.key) {
                        Some(day) => format!("Now, since {}", spoken(*day, today)),
                        None => "Now".to_owned(),
                    },
                    Some(closed) if is_last => spoken(closed, today),
                    _ if is_done && reached.contains_key(&step.key) => {
                        reached.get(&step.key).map(|day| format!("From {}", spoken(*day, today))).unwrap_or_default()
                    }
                    _ if is_last && cycle.is_open() => format!("By {}", spoken(cycle.ends_on, today)),
                    _ => String::new(),
                },
            }
        })
        .collect()
}

/// A key and its name.
type Named = (String, String);

/// The step that comes next, and those that it can go back to: each key and name. One that is closed can go back to any,
/// one that is planned begins with the first.
fn moves(steps: &[&Step], cycle: &Cycle) -> (Option<Named>, Vec<Named>) {
    let named = |step: &&Step| (step.key.clone(), step.name.clone());
    match (cycle.state.as_str(), steps.iter().position(|step| step.key == cycle.step_key)) {
        ("closed", _) => (None, steps.iter().map(named).collect()),
        ("open", Some(place)) => (steps.get(place + 1).map(named), steps[..place].iter().map(named).collect()),
        _ => (steps.first().map(named), Vec::new()),
    }
}

/// The questions of the step that it is in; of the last one once it is closed, of the first before it begins.
fn asks(steps: &[&Step], now: Option<&Step>, cycle: &Cycle) -> Vec<String> {
    let step = now.or_else(|| if cycle.state == "closed" { steps.last().copied() } else { steps.first().copied() });
    step.map(|step| step.prompts().map(str::to_owned).collect()).unwrap_or_default()
}

fn member_line(member: Member, who: &Standing) -> MemberLine {
    MemberLine {
        initials: initials(&member.name),
        hue: hue(&member.name),
        href: if who.is_staff() { format!("/people/{}", member.slug) } else { String::new() },
        member,
    }
}

fn code_of(framework: Option<&Framework>, code: &str) -> Code {
    let practice = framework.and_then(|framework| framework.practice(code));
    Code {
        code: code.to_owned(),
        title: practice.map(|practice| practice.title.clone()).unwrap_or_default(),
        href: practice.map(|practice| practice.subject().href).unwrap_or_default(),
    }
}

fn codes(all: &Codes, id: uuid::Uuid, framework: Option<&Framework>) -> Vec<Code> {
    all.get(&id).into_iter().flatten().map(|code| code_of(framework, code)).collect()
}

/// The evidence for a goal.
fn of_goal(base: &str, number: usize, goal: &Goal, files: &[CycleFile], may_change: bool) -> Vec<FileLine> {
    let own = files.iter().filter(|file| file.goal_id == Some(goal.id.0));
    FileLine::list(base, own, &format!("as evidence for goal {number}"), may_change)
}

/// What hangs on an entry of the log.
fn of_entry(base: &str, entry: &LogEntry, files: &[CycleFile], may_change: bool, today: NaiveDate) -> Vec<FileLine> {
    let of = format!("by {}, {}", entry.author, spoken(entry.on_day, today));
    let own = files.iter().filter(|file| file.log_entry_id == Some(entry.id));
    FileLine::list(base, own, &of, may_change)
}

fn card(base: &str, number: usize, goal: &Goal, all: &Codes, framework: Option<&Framework>, today: NaiveDate) -> GoalCard {
    let group = match (goal.kind.as_str(), goal.student_group.as_str()) {
        ("adult", _) => "Adults".to_owned(),
        (_, "") => "All students".to_owned(),
        (_, group) => upper_first(group),
    };
    let by = goal.by_on.map(|day| spoken(day, today)).unwrap_or_default();
    let facts = [
        ("Aim", words::aim(goal)),
        ("By", by),
        ("For", group),
        ("Measure", goal.measure.clone()),
        ("We predicted", words::prediction(goal)),
    ];
    let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
    GoalCard {
        number,
        href: format!("{base}/{}/{}", parts::Goal::PATH, goal.key),
        happened: goal.happened.clone(),
        decision: words::of(&DECISIONS, &goal.decision).to_owned(),
        text: goal.text.clone(),
        facts: facts.into_iter().filter(|(_, said)| !said.is_empty()).collect(),
        codes: codes(all, goal.id.0, framework),
        met: match goal.met.as_str() {
            "" => ("none", String::new()),
            met => (words::met_glyph(met), words::of(&MET, met).to_owned()),
        },
        came_to: goal.outcome.map(|outcome| format!("{}{unit}", words::figure(outcome))).unwrap_or_default(),
        files: Vec::new(),
    }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn row(base: &str, action: PlanAction, framework: Option<&Framework>, today: NaiveDate) -> ActionRow {
    ActionRow {
        href: format!("{base}/{}/{}", parts::Action::PATH, action.key),
        glyph: words::action_glyph(&action.status),
        status: words::of(&ACTION_STATUSES, &action.status).to_owned(),
        owner: action.owner.unwrap_or_default(),
        due: action.due_on.map(|day| spoken(day, today)).unwrap_or_default(),
        code: (!action.practice.is_empty()).then(|| code_of(framework, &action.practice)),
        text: action.text,
        evidence: action.evidence,
        resources: action.resources,
        why_not: action.why_not,
        concerned: String::new(),
    }
}

/// The words, the title and the address of the cycle before or after.
fn neighbour(other: &Cycle, cycle: &Cycle) -> (String, String, String) {
    let words = if cycle.carried_from_id == Some(other.id) { "Carries on" } else { "Carried on by" };
    let year = if other.school_year == cycle.school_year { String::new() } else { format!(" of {}", other.year()) };
    (words.to_owned(), format!("Cycle {}{year}: {}", other.number, other.title), other.href())
}
