//! What cycles show on others' pages: a partnership's, a team's and a person's, and Today.

use askama::Template;
use chrono::{Days, NaiveDate};
use partnerships::{calendar::spoken, partnerships::SUBJECT as PARTNERSHIP};
use platform::{
    Cx, Error,
    access::{Kind, Policy, Standing as Who},
    room::{NavEntry, Panel, Place, Subject, Tab, TodaySheet},
    text::counted,
    web::Shell,
};

use super::{
    OwnerKind,
    owner::Owner,
    policy::Run,
    store::{self, Listed},
    words,
};

/// The tab on a partnership's pages.
pub(crate) const TAB: Tab = Tab { on: PARTNERSHIP, label: "Cycles", path: "/cycles", order: 30, shown_to: |_| true };

/// The cycle review, for the search.
pub(crate) const NAV: NavEntry = NavEntry {
    label: "Cycles, side by side",
    href: "/cycles",
    icon: "wave",
    order: 62,
    in_bar: false,
    wide: true,
    shown_to: Who::is_staff,
};

/// The parts of others' pages.
pub(crate) fn panels() -> Vec<Panel> {
    vec![
        Panel {
            on: PARTNERSHIP,
            place: Place::Main,
            order: 5,
            draw: |cx, subject| Box::pin(now_of(cx, OwnerKind::Partnership, subject)),
        },
        Panel {
            on: people::teams::SUBJECT,
            place: Place::Main,
            order: 20,
            draw: |cx, subject| Box::pin(now_of(cx, OwnerKind::Team, subject)),
        },
        Panel {
            on: people::persons::SUBJECT,
            place: Place::Main,
            order: 20,
            draw: |cx, subject| Box::pin(now_of(cx, OwnerKind::Person, subject)),
        },
    ]
}

/// The sheets of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    vec![TodaySheet { place: Place::Main, order: 12, draw: |cx, who| Box::pin(waiting(cx, who)) }]
}

/// A cycle as a line.
pub(crate) struct Line {
    pub href: String,
    pub name: String,
    pub title: String,
    pub when: String,
    pub said: String,
    pub state: &'static str,
    pub glyph: &'static str,
    pub template: String,
}

impl Line {
    pub(crate) fn of(row: &Listed, today: NaiveDate) -> Self {
        let cycle = &row.cycle;
        let day = |day: NaiveDate| spoken(day, today);
        let learnings = (row.learnings > 0).then(|| counted(row.learnings, "thing learned", "things learned"));
        let goals = match (row.goals, row.assessed) {
            (0, _) => None,
            (goals, 0) => Some(counted(goals, "goal", "goals")),
            (goals, _) => Some(format!("{} of {} met", row.met, counted(goals, "goal", "goals"))),
        };
        let step = row.step.as_ref().filter(|_| cycle.is_open()).map(|step| format!("Now: {}", step.to_lowercase()));
        let said: Vec<String> = step.into_iter().chain(goals).chain(learnings).collect();
        let (state, glyph) = match cycle.state.as_str() {
            "open" => ("Under way", "way"),
            "closed" => ("Closed", "done"),
            _ => ("Planned", "none"),
        };
        Self {
            href: cycle.href(),
            name: format!("Cycle {}", cycle.number),
            title: cycle.title.clone(),
            when: match cycle.closed_on {
                Some(closed) => format!("{} to {}, closed on {}", day(cycle.starts_on), day(cycle.ends_on), day(closed)),
                None => format!("{} to {}", day(cycle.starts_on), day(cycle.ends_on)),
            },
            said: if said.is_empty() { String::new() } else { format!("{}.", said.join(", ")) },
            state,
            glyph,
            template: row.template.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "cycles/contributions/now.html")]
struct Now {
    shell: Shell,
    lines: Vec<Line>,
    is_open: bool,
    href: String,
    /// Where one begins; empty for those who may not.
    new: String,
    /// Who can read a person's own; empty where it is not one.
    readers: String,
}

/// The cycle that is under way, or the last one.
async fn now_of(cx: &Cx, kind: OwnerKind, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(who) = cx.who.as_deref() else { return Ok(None) };
    let Some(owner) = Owner::seen_by(cx, who, kind, &subject.key).await? else { return Ok(None) };
    let found = store::now_of(cx.db().read(), &owner).await?;
    let new = if <Owner as Policy<Run>>::permits(who, &owner) { format!("{}/new", owner.cycles_href()) } else { String::new() };
    if found.is_empty() && new.is_empty() {
        return Ok(None);
    }
    let part = Now {
        shell: cx.shell("", owner.section()),
        is_open: found.iter().any(|row| row.cycle.is_open()),
        lines: found.iter().map(|row| Line::of(row, cx.today())).collect(),
        href: owner.cycles_href(),
        new,
        readers: if kind == OwnerKind::Person { owner.readers(who) } else { String::new() },
    };
    Ok(Some(part.render()?))
}

/// Something that waits for somebody.
struct Waits {
    glyph: &'static str,
    state: &'static str,
    title: String,
    place: String,
    when: String,
    href: String,
}

#[derive(Template)]
#[template(path = "cycles/contributions/today.html")]
struct Today {
    shell: Shell,
    lines: Vec<Waits>,
}

/// What somebody promised in a plan and is due within two weeks, and cycles that end within three.
async fn waiting(cx: &Cx, who: &Who) -> Result<Option<String>, Error> {
    const MOST: usize = 6;
    if who.kind == Kind::Alumnus {
        return Ok(None);
    }
    let (on, today) = (cx.db().read(), cx.today());
    let promised = store::promised(on, who, today + Days::new(14), MOST).await?;
    let ending = store::ending(on, who, today + Days::new(21), MOST).await?;
    let was =
        |day: NaiveDate, past: &str, ahead: &str| format!("{} {}", if day < today { past } else { ahead }, spoken(day, today));
    let at = |place: String, title: &str| if place.is_empty() { title.to_owned() } else { format!("{title}, {place}") };
    let actions = promised.into_iter().map(|action| Waits {
        glyph: words::action_glyph(&action.status),
        state: if action.status == "under_way" { "Under way" } else { "Not started" },
        place: at(action.place, &action.title),
        when: was(action.due_on, "Was meant for", "By"),
        href: format!("{}#plan", super::href(&action.key)),
        title: action.text,
    });
    let cycles = ending.into_iter().map(|cycle| Waits {
        glyph: "way",
        state: "Under way",
        title: format!("Look together at what happened in Cycle {}", cycle.number),
        place: at(cycle.owner_name.clone().unwrap_or_default(), &cycle.title),
        when: was(cycle.ends_on, "It ended on", "It ends on"),
        href: format!("{}#assessment", cycle.href()),
    });
    let lines: Vec<Waits> = actions.chain(cycles).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    Ok(Some(Today { shell: cx.shell("", "/"), lines }.render()?))
}
