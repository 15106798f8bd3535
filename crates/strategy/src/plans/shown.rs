//! A plan as pages show it: what was answered in it, beside what stands in its cycle.

use chrono::NaiveDate;
use partnerships::PartnershipId;
use platform::{Error, db::ConnectionTrait};

use super::{
    answers::{Answers, Line, World},
    sections::Sections,
    template::{Field, Holds, OfCycle, Section, Template, summed},
    told::{Told, ToldField, ToldSection},
};
use crate::{
    CycleId,
    cycles::{self, ACTION_STATUSES, Cycle, Goal, Learning, MET, PlanAction, store::Member, words},
    frameworks::Framework,
    theories::{self, NodeKind},
};

/// The most columns that a table shows; rows of more, and those that hold sentences, are drawn one below the other.
const COLUMNS_MOST: usize = 6;

/// What a plan shows of its cycle.
pub(super) struct OfTheCycle {
    pub members: Vec<Member>,
    goals: Vec<Goal>,
    actions: Vec<PlanAction>,
    learnings: Vec<Learning>,
    /// The changes of the theory of action that counts: key and text.
    pub changes: Vec<(String, String)>,
}

impl OfTheCycle {
    /// Reads it with a fixed number of queries.
    pub(super) async fn read(
        on: &impl ConnectionTrait,
        partnership: PartnershipId,
        cycle: CycleId,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        let members = cycles::store::members(on, cycle).await?;
        let (goals, _) = cycles::store::goals(on, cycle).await?;
        let actions = cycles::store::plan(on, cycle).await?;
        let (learnings, _) = cycles::store::learnings(on, cycle).await?;
        let theory = theories::store::counting_of(on, partnership, today).await?;
        let nodes = theory.map(|theory| theory.nodes).unwrap_or_default();
        let changes = nodes.into_iter().filter(|node| node.kind == NodeKind::Change);
        Ok(Self { members, goals, actions, learnings, changes: changes.map(|node| (node.key, node.text)).collect() })
    }
}

/// A row, or one of several texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub cells: Vec<String>,
    /// Where it is changed, for what stands in the cycle; empty otherwise.
    pub href: String,
    /// Whether it came from the plan before, and still asks whether it is right.
    pub is_carried: bool,
}

impl Row {
    fn of(cell: impl Into<String>) -> Self {
        Self { cells: vec![cell.into()], ..Self::default() }
    }
}

/// A field as it is read.
#[derive(Clone, Debug)]
pub(crate) struct ShownField {
    pub key: String,
    pub label: String,
    /// The heads of the columns; without them each row is a text of its own.
    pub head: Vec<String>,
    /// What can be chosen in each column; empty where anything can be written.
    pub choices: Vec<Vec<String>>,
    pub rows: Vec<Row>,
    /// Whether a plan is not whole without it, and it says nothing yet.
    pub is_missing: bool,
    /// Where more of it is added, in the cycle, and in which words; both empty for what is answered in the plan.
    pub add: (String, &'static str),
    /// Whether its rows are drawn one below the other.
    pub is_cards: bool,
}

impl ShownField {
    /// Whether somebody who reads the plan should see it: what may stay empty, and did, says nothing.
    pub(crate) fn is_read(&self) -> bool {
        self.is_missing || !self.rows.is_empty()
    }

    /// The sign of what was chosen in the column of that head: the first choice is well, the last one needs somebody. Nothing where any words can
    /// stand.
    pub(crate) fn sign(&self, head: &str, cell: &str) -> Option<&'static str> {
        let column = self.head.iter().position(|other| other == head)?;
        let choices = self.choices.get(column)?;
        match choices.iter().position(|choice| choice == cell)? {
            0 => Some("well"),
            place if place + 1 == choices.len() => Some("none"),
            _ => Some("way"),
        }
    }

    /// The cells of a row that say something, without the first, each with its head.
    pub(crate) fn facts<'a>(&'a self, row: &'a Row) -> Vec<(&'a str, &'a str)> {
        let all = self.head.iter().zip(&row.cells).skip(1).filter(|(_, cell)| !cell.is_empty());
        all.map(|(head, cell)| (head.as_str(), cell.as_str())).collect()
    }

    pub(crate) fn told(&self) -> String {
        let line = |row: &Row| {
            let rest = self.facts(row).into_iter().map(|(head, cell)| format!("{head}: {cell}"));
            let first = row.cells.first().cloned().filter(|cell| !cell.is_empty());
            first.into_iter().chain(rest).collect::<Vec<_>>().join("; ")
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A section as it is read.
#[derive(Clone, Debug)]
pub(super) struct ShownSection {
    pub key: String,
    pub title: String,
    pub help: String,
    pub fields: Vec<ShownField>,
    /// Whether it belongs to the step in which the cycle stands.
    pub is_now: bool,
    /// How many lines ask whether they are still right.
    pub carried: usize,
}

impl ShownSection {
    /// Whether all that a whole plan needs is there.
    pub(super) fn is_whole(&self) -> bool {
        self.carried == 0 && self.is_begun() && self.fields.iter().all(|field| !field.is_missing)
    }

    /// Whether anything is there.
    pub(super) fn is_begun(&self) -> bool {
        self.fields.iter().any(|field| !field.rows.is_empty())
    }

    /// Whether there is anything to read.
    pub(super) fn is_read(&self) -> bool {
        self.fields.iter().any(ShownField::is_read)
    }

    /// The sign for how far it is.
    pub(super) fn glyph(&self) -> &'static str {
        match (self.is_whole(), self.is_begun()) {
            (true, _) => "done",
            (false, true) => "way",
            (false, false) => "none",
        }
    }

    /// The same in words.
    pub(super) fn state(&self) -> &'static str {
        match (self.is_whole(), self.is_begun()) {
            (true, _) => "Written",
            (false, true) => "Begun",
            (false, false) => "Empty",
        }
    }
}

/// All that is needed to show a plan.
pub(super) struct Drawing<'a> {
    pub cycle: &'a Cycle,
    pub of_cycle: &'a OfTheCycle,
    pub framework: Option<&'a Framework>,
}

impl Drawing<'_> {
    /// A plan, section by section.
    pub(super) fn sections(&self, template: &Template, sections: &Sections) -> Vec<ShownSection> {
        let none = Answers::default();
        let draw = |section: &Section| {
            let answers = sections.get(&section.id).map_or(&none, |stands| &stands.answers);
            self.section(section, answers)
        };
        template.sections.iter().map(draw).collect()
    }

    /// One section with these answers.
    pub(super) fn section(&self, section: &Section, answers: &Answers) -> ShownSection {
        ShownSection {
            key: section.id.clone(),
            title: section.title.clone(),
            help: section.help.clone(),
            fields: section.field.iter().map(|field| self.field(section, field, answers)).collect(),
            is_now: self.cycle.is_open() && self.cycle.step_key == section.step,
            carried: answers.carried(),
        }
    }

    fn field(&self, section: &Section, field: &Field, answers: &Answers) -> ShownField {
        let world = World { framework: self.framework, changes: &self.of_cycle.changes };
        let mut shown = answered(section, field, answers, &world);
        if let Some(from) = field.from {
            self.show(from, &mut shown);
            shown.is_missing = field.required && shown.rows.is_empty();
        }
        shown
    }

    fn show(&self, from: OfCycle, shown: &mut ShownField) {
        let base = self.cycle.href();
        let heads = |heads: &[&str]| heads.iter().map(|&head| head.to_owned()).collect();
        let goal_href = |goal: &Goal| format!("{base}/goals/{}?from=plan", goal.key);
        match from {
            OfCycle::Members => {
                let named = |member: &Member| {
                    if member.title.is_empty() { member.name.clone() } else { format!("{}, {}", member.name, member.title) }
                };
                shown.rows = self.of_cycle.members.iter().map(|member| Row::of(named(member))).collect();
                shown.add = (format!("{base}/edit"), "Change who is in the cycle");
            }
            OfCycle::StudentGoals | OfCycle::AdultGoals => {
                let kind = if from == OfCycle::StudentGoals { "student" } else { "adult" };
                shown.head = heads(&["Goal", "For", "Measure", "Aim", "By"]);
                let row = |goal: &Goal| {
                    let group = match (goal.kind.as_str(), goal.student_group.as_str()) {
                        ("adult", _) => "Adults".to_owned(),
                        (_, "") => "All students".to_owned(),
                        (_, group) => group.to_owned(),
                    };
                    let cells = [&goal.text, &group, &goal.measure, &words::aim(goal), &day_of(goal.by_on)];
                    Row { cells: cells.into_iter().cloned().collect(), href: goal_href(goal), is_carried: false }
                };
                shown.rows = self.of_cycle.goals.iter().filter(|goal| goal.kind == kind).map(row).collect();
                shown.add = (format!("{base}/goals/new?from=plan"), "Add a goal to the cycle");
            }
            OfCycle::Actions => {
                let takes = self.of_cycle.actions.iter().any(|action| !action.resources.is_empty());
                let resources = if takes { &["It takes"][..] } else { &[] };
                let columns = [&["Action", "Who", "By", "Practice", "Seen in"], resources, &["Where it is"]].concat();
                shown.head = heads(&columns);
                shown.rows = self.of_cycle.actions.iter().map(|action| action_row(&base, action, takes)).collect();
                shown.add = (format!("{base}/plan-actions/new?from=plan"), "Add an action to the cycle");
            }
            OfCycle::Predictions => {
                shown.head = heads(&["Goal", "We predict"]);
                let predicted = self.of_cycle.goals.iter().map(|goal| (goal, words::prediction(goal)));
                let row = |(goal, said): (&Goal, String)| Row {
                    cells: vec![goal.text.clone(), said],
                    href: goal_href(goal),
                    is_carried: false,
                };
                shown.rows = predicted.filter(|(_, said)| !said.is_empty()).map(row).collect();
            }
            OfCycle::Results => {
                shown.head = heads(&["Goal", "Aim", "It came to", "Was it met?", "What happened"]);
                let row = |goal: &Goal| {
                    let outcome = goal.outcome.map(words::figure).unwrap_or_default();
                    let met = if goal.met.is_empty() { String::new() } else { words::of(&MET, &goal.met).to_owned() };
                    let cells = vec![goal.text.clone(), words::aim(goal), outcome, met, goal.happened.clone()];
                    Row { cells, href: goal_href(goal), is_carried: false }
                };
                let assessed = |goal: &&Goal| !goal.met.is_empty() || goal.outcome.is_some() || !goal.happened.is_empty();
                shown.rows = self.of_cycle.goals.iter().filter(assessed).map(row).collect();
            }
            OfCycle::Keep | OfCycle::Adapt | OfCycle::Drop => {
                let kind = match from {
                    OfCycle::Keep => "keep",
                    OfCycle::Adapt => "adapt",
                    _ => "drop",
                };
                let row = |learning: &Learning| Row {
                    cells: vec![learning.text.clone()],
                    href: format!("{base}/learnings/{}?from=plan", learning.key),
                    is_carried: false,
                };
                shown.rows = self.of_cycle.learnings.iter().filter(|learning| learning.kind == kind).map(row).collect();
                shown.add = (format!("{base}/learnings/new?from=plan"), "Add what you learned to the cycle");
            }
        }
    }
}

/// What was answered in a field, whatever it is a section of.
pub(crate) fn answered(section: &Section, field: &Field, answers: &Answers, world: &World<'_>) -> ShownField {
    let is_rows = field.holds == Holds::Rows;
    let rows: Vec<Row> = match field.holds {
        Holds::Sum => summed(section, field)
            .map(|(rows, column)| answers.sum(&rows.id, &rows.columns[column].id))
            .filter(|sum| *sum > 0.0)
            .map(|sum| Row::of(words::figure(sum)))
            .into_iter()
            .collect(),
        _ => answers.of(&field.id).iter().flat_map(|line| rows_of(field, line, world)).collect(),
    };
    ShownField {
        key: field.id.clone(),
        label: field.label.clone(),
        head: field.columns.iter().filter(|_| is_rows).map(|column| column.label.clone()).collect(),
        choices: field.columns.iter().map(|column| column.choices.clone()).collect(),
        is_missing: field.required && rows.is_empty(),
        rows,
        add: (String::new(), ""),
        is_cards: field.columns.len() > COLUMNS_MOST || field.columns.iter().any(|column| column.is_long),
    }
}

fn rows_of(field: &Field, line: &Line, world: &World<'_>) -> Vec<Row> {
    let is_carried = line.is_carried;
    let row = |cell: String| Row { is_carried, ..Row::of(cell) };
    match field.holds {
        Holds::Rows => {
            let cells = field.columns.iter().map(|column| line.cell(&column.id).to_owned()).collect();
            vec![Row { cells, href: String::new(), is_carried }]
        }
        Holds::Practices => line.text().split(", ").map(|code| row(practice(world.framework, code))).collect(),
        Holds::TheoryChanges => {
            let text = |key: &str| {
                let found = world.changes.iter().find(|(other, _)| other == key);
                found.map_or_else(|| format!("{key}, which the theory of action no longer has"), |(_, text)| text.clone())
            };
            line.text().split_whitespace().map(|key| row(text(key))).collect()
        }
        Holds::Date => vec![row(line.text().parse().map_or_else(|_| line.text().to_owned(), said_day))],
        _ => vec![row(line.text().to_owned())],
    }
}

/// A practice's code with its title, where the framework has it.
fn practice(framework: Option<&Framework>, code: &str) -> String {
    match framework.and_then(|framework| framework.practice(code)) {
        Some(practice) => format!("{code} {}", practice.title),
        None => code.to_owned(),
    }
}

fn action_row(base: &str, action: &PlanAction, takes: bool) -> Row {
    let status = words::of(&ACTION_STATUSES, &action.status);
    let status = if action.why_not.is_empty() { status.to_owned() } else { format!("{status}: {}", action.why_not) };
    let mut cells = vec![
        action.text.clone(),
        action.owner.clone().unwrap_or_default(),
        day_of(action.due_on),
        action.practice.clone(),
        action.evidence.clone(),
    ];
    cells.extend(takes.then(|| action.resources.clone()));
    cells.push(status);
    Row { cells, href: format!("{base}/plan-actions/{}?from=plan", action.key), is_carried: false }
}

/// A day with its year, so that a version says next year what it says now.
fn said_day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn day_of(day: Option<NaiveDate>) -> String {
    day.map(said_day).unwrap_or_default()
}

/// What a plan says, in words.
pub(super) fn told(sections: &[ShownSection]) -> Told {
    let field = |field: &ShownField| ToldField { key: field.key.clone(), label: field.label.clone(), text: field.told() };
    let section = |section: &ShownSection| ToldSection {
        key: section.key.clone(),
        title: section.title.clone(),
        fields: section.fields.iter().map(field).collect(),
    };
    Told { sections: sections.iter().map(section).collect() }
}

/// What was answered in a section, in words: what its history keeps. What stands in the cycle has a history of its own there.
pub(crate) fn said(section: &Section, fields: &[ShownField]) -> String {
    let asked = section.field.iter().zip(fields).filter(|(field, _)| field.is_asked());
    let lines = asked.map(|(_, shown)| (shown.label.as_str(), shown.told())).filter(|(_, told)| !told.is_empty());
    lines.map(|(label, told)| format!("{label}\n{told}")).collect::<Vec<_>>().join("\n\n")
}
