//! The tables of an archive: which columns, and from where.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::calendar::SchoolYear;
use platform::{db::FromQueryResult, settings::Settings, sheet::Cell};
use uuid::Uuid;

use crate::cycles::{ACTION_STATUSES, DECISIONS, LEARNINGS, MET, words};

/// A row of one of the tables.
pub(super) trait Piece: FromQueryResult + Send {
    /// The file's name.
    const FILE: &'static str;
    /// What it tells.
    const ABOUT: &'static str;
    /// Its columns.
    const HEADER: &'static [&'static str];
    /// Whether the statement answers all rows of the next `id`, which has several, and not one of each that comes after.
    const IS_WHOLE: bool = false;
    /// Answers the rows of the partnership `$1` whose `id`, the first column, comes after `$2`.
    const SQL: &'static str;

    fn id(&self) -> Uuid;
    fn cells(self, settings: &Settings) -> Vec<Cell>;
}

fn year(year: i32) -> Cell {
    SchoolYear(year).key().into()
}

fn of(list: &[(&'static str, &'static str)], key: &str) -> Cell {
    if key.is_empty() { Cell::Empty } else { words::of(list, key).into() }
}

fn local(settings: &Settings, at: DateTime<Utc>) -> Cell {
    settings.local(at).date().into()
}

#[derive(FromQueryResult)]
pub(super) struct Ending {
    id: Uuid,
    school_year: i32,
    section: String,
    version: i32,
    said: String,
    who: Option<String>,
    at: DateTime<Utc>,
}

impl Piece for Ending {
    const FILE: &'static str = "close-and-renew.csv";
    const ABOUT: &'static str = "What was written at the end of each year, in every wording";
    const HEADER: &'static [&'static str] = &["school_year", "section", "version", "text", "who", "date"];
    const IS_WHOLE: bool = true;
    const SQL: &'static str = "select y.id, y.school_year, s.section, s.version, s.said, h.name as who, s.at
         from close_and_renew y join close_and_renew_section s on s.close_and_renew_id = y.id
           left join person h on h.id = s.author_id
         where not s.is_ours and y.id = (select o.id from close_and_renew o
           join close_and_renew_section w on w.close_and_renew_id = o.id
           where o.partnership_id = $1 and not w.is_ours and o.id > $2 order by o.id limit 1)
         order by s.section, s.version";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, settings: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.section.into(),
            self.version.into(),
            self.said.into(),
            self.who.into(),
            local(settings, self.at),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Cycle {
    id: Uuid,
    school_year: i32,
    number: i32,
    title: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    state: String,
    agreements: String,
}

impl Piece for Cycle {
    const FILE: &'static str = "cycles.csv";
    const ABOUT: &'static str = "Our cycles, with what we agreed for each";
    const HEADER: &'static [&'static str] = &["school_year", "cycle", "title", "starts", "ends", "state", "agreements"];
    const SQL: &'static str = "select id, school_year, number, title, starts_on, ends_on, state, agreements from cycle
         where partnership_id = $1 and id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            self.title.into(),
            self.starts_on.into(),
            self.ends_on.into(),
            self.state.into(),
            self.agreements.into(),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Goal {
    id: Uuid,
    school_year: i32,
    number: i32,
    text: String,
    measure: String,
    unit: String,
    student_group: String,
    baseline: Option<f64>,
    target: Option<f64>,
    outcome: Option<f64>,
    met: String,
    happened: String,
    decision: String,
}

impl Piece for Goal {
    const FILE: &'static str = "goals.csv";
    const ABOUT: &'static str = "Our goals, and what came of each";
    const HEADER: &'static [&'static str] = &[
        "school_year",
        "cycle",
        "goal",
        "measure",
        "unit",
        "student_group",
        "baseline",
        "target",
        "outcome",
        "met",
        "what happened",
        "decision",
    ];
    const SQL: &'static str = "select g.id, c.school_year, c.number, g.text, g.measure, g.unit, g.student_group, g.baseline,
           g.target, g.outcome, g.met, g.happened, g.decision
         from cycle c join goal g on g.cycle_id = c.id where c.partnership_id = $1 and g.removed_at is null and g.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            self.text.into(),
            self.measure.into(),
            self.unit.into(),
            self.student_group.into(),
            self.baseline.into(),
            self.target.into(),
            self.outcome.into(),
            of(&MET, &self.met),
            self.happened.into(),
            of(&DECISIONS, &self.decision),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Action {
    id: Uuid,
    school_year: i32,
    number: i32,
    text: String,
    who: Option<String>,
    due_on: Option<NaiveDate>,
    practice: String,
    evidence: String,
    resources: String,
    status: String,
    why_not: String,
}

impl Piece for Action {
    const FILE: &'static str = "actions.csv";
    const ABOUT: &'static str = "What we planned to do, who and by when";
    const HEADER: &'static [&'static str] =
        &["school_year", "cycle", "action", "who", "due", "practice", "evidence", "it takes", "status", "why not"];
    const SQL: &'static str = "select a.id, c.school_year, c.number, a.text, h.name as who, a.due_on, a.practice, a.evidence,
           a.resources, a.status, a.why_not
         from cycle c join plan_action a on a.cycle_id = c.id left join person h on h.id = a.owner_id
         where c.partnership_id = $1 and a.removed_at is null and a.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            self.text.into(),
            self.who.into(),
            self.due_on.into(),
            self.practice.into(),
            self.evidence.into(),
            self.resources.into(),
            of(&ACTION_STATUSES, &self.status),
            self.why_not.into(),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct LogEntry {
    id: Uuid,
    school_year: i32,
    number: i32,
    on_day: NaiveDate,
    who: String,
    text: String,
}

impl Piece for LogEntry {
    const FILE: &'static str = "log.csv";
    const ABOUT: &'static str = "What we noticed on the way";
    const HEADER: &'static [&'static str] = &["school_year", "cycle", "date", "who", "text"];
    const SQL: &'static str = "select e.id, c.school_year, c.number, e.on_day, h.name as who, e.text
         from cycle c join log_entry e on e.cycle_id = c.id join person h on h.id = e.author_id
         where c.partnership_id = $1 and e.removed_at is null and e.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![year(self.school_year), self.number.into(), self.on_day.into(), self.who.into(), self.text.into()]
    }
}

/// A photo or another file; its content is a file of its own in the archive.
#[derive(FromQueryResult)]
pub(super) struct Attached {
    pub id: Uuid,
    school_year: i32,
    number: i32,
    is_evidence: bool,
    on_day: Option<NaiveDate>,
    text: String,
    name: String,
    caption: String,
    who: String,
    added_at: DateTime<Utc>,
    pub hash: String,
}

impl Attached {
    /// What it is called in the archive: no two are called alike, and every system can write it.
    pub(super) fn path(&self) -> String {
        let name = self.name.replace([':', '*', '?', '"', '<', '>', '|'], "-");
        let id = self.id.simple().to_string();
        format!("files/{}-{name}", &id[id.len() - 8..])
    }
}

impl Piece for Attached {
    const FILE: &'static str = "files.csv";
    const ABOUT: &'static str = "Photos and files from our log, and evidence for our goals; they lie in the folder files";
    const HEADER: &'static [&'static str] =
        &["school_year", "cycle", "of", "date", "log entry or goal", "file", "name", "caption", "who", "added"];
    const SQL: &'static str = "select f.id, c.school_year, c.number, f.goal_id is not null as is_evidence, e.on_day,
           coalesce(e.text, g.text) as text, f.name, f.caption, h.name as who, f.added_at, f.hash
         from cycle c join cycle_file f on f.cycle_id = c.id join person h on h.id = f.author_id
           left join log_entry e on e.id = f.log_entry_id left join goal g on g.id = f.goal_id
         where c.partnership_id = $1 and f.removed_at is null and f.hash is not null and e.removed_at is null
           and g.removed_at is null and f.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, settings: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            if self.is_evidence { "goal" } else { "log" }.into(),
            self.on_day.into(),
            self.text.clone().into(),
            self.path().into(),
            self.name.into(),
            self.caption.into(),
            self.who.into(),
            local(settings, self.added_at),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Learning {
    id: Uuid,
    school_year: i32,
    number: i32,
    kind: String,
    text: String,
    for_others: String,
    who: String,
    written_on: NaiveDate,
}

impl Piece for Learning {
    const FILE: &'static str = "learnings.csv";
    const ABOUT: &'static str = "What we learned, from what worked and from what did not";
    const HEADER: &'static [&'static str] = &["school_year", "cycle", "kind", "text", "for others", "who", "date"];
    const SQL: &'static str = "select l.id, c.school_year, c.number, l.kind, l.text, l.for_others, h.name as who, l.written_on
         from cycle c join learning l on l.cycle_id = c.id join person h on h.id = l.author_id
         where c.partnership_id = $1 and l.removed_at is null and l.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            of(&LEARNINGS, &self.kind),
            self.text.into(),
            self.for_others.into(),
            self.who.into(),
            self.written_on.into(),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct PlanSection {
    id: Uuid,
    school_year: i32,
    number: i32,
    section: String,
    version: i32,
    said: String,
    who: Option<String>,
    at: DateTime<Utc>,
}

impl Piece for PlanSection {
    const FILE: &'static str = "plans.csv";
    const ABOUT: &'static str = "Our learning plans, section by section, in every wording";
    const HEADER: &'static [&'static str] = &["school_year", "cycle", "section", "version", "text", "who", "date"];
    const IS_WHOLE: bool = true;
    const SQL: &'static str = "select n.id, c.school_year, c.number, s.section, s.version, s.said, h.name as who, s.at
         from plan n join cycle c on c.id = n.cycle_id join plan_section s on s.plan_id = n.id
           left join person h on h.id = s.author_id
         where n.id = (select o.id from cycle k join plan o on o.cycle_id = k.id join plan_section w on w.plan_id = o.id
           where k.partnership_id = $1 and o.id > $2 order by o.id limit 1)
         order by s.section, s.version";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, settings: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.number.into(),
            self.section.into(),
            self.version.into(),
            self.said.into(),
            self.who.into(),
            local(settings, self.at),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Node {
    id: Uuid,
    number: i32,
    effective_from: Option<NaiveDate>,
    key: String,
    parent: Option<String>,
    kind: String,
    text: String,
    because: String,
}

impl Piece for Node {
    const FILE: &'static str = "theory-of-action.csv";
    const ABOUT: &'static str = "Our theory of action, in every version that was put out";
    const HEADER: &'static [&'static str] = &["version", "effective_from", "node", "serves", "kind", "text", "because"];
    const SQL: &'static str = "select n.id, v.number, v.effective_from, n.key, n.parent, n.kind, n.text, n.because
         from theory_version v join theory_node n on n.version_id = v.id
         where v.partnership_id = $1 and v.published_at is not null and n.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![
            self.number.into(),
            self.effective_from.into(),
            self.key.into(),
            self.parent.into(),
            self.kind.into(),
            self.text.into(),
            self.because.into(),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Entry {
    id: Uuid,
    school_year: i32,
    cycle: i32,
    code: String,
    title: String,
    status: String,
    quality: Option<i32>,
    reason: String,
    note: String,
    who: String,
    entered_at: DateTime<Utc>,
}

impl Piece for Entry {
    const FILE: &'static str = "tracker.csv";
    const ABOUT: &'static str = "What was said about each practice";
    const HEADER: &'static [&'static str] =
        &["school_year", "cycle", "practice", "title", "status", "quality", "reason", "note", "who", "date"];
    const SQL: &'static str =
        "select e.id, e.school_year, e.cycle, p.code, p.title, w.name as status, e.quality, e.reason, e.note,
           h.name as who, e.entered_at
         from tracker_entry e join practice p on p.id = e.practice_id join person h on h.id = e.author_id
           join framework_status w on w.framework_id = p.framework_id and w.key = e.status
         where e.partnership_id = $1 and e.withdrawn_at is null and e.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, settings: &Settings) -> Vec<Cell> {
        vec![
            year(self.school_year),
            self.cycle.into(),
            self.code.into(),
            self.title.into(),
            self.status.into(),
            self.quality.into(),
            self.reason.into(),
            self.note.into(),
            self.who.into(),
            local(settings, self.entered_at),
        ]
    }
}

#[derive(FromQueryResult)]
pub(super) struct Visit {
    id: Uuid,
    on_day: NaiveDate,
    hours: f64,
    who: String,
    mode: String,
    note: String,
}

impl Piece for Visit {
    const FILE: &'static str = "visits.csv";
    const ABOUT: &'static str = "Who of us was there, when and for how long";
    const HEADER: &'static [&'static str] = &["date", "hours", "who", "how", "note"];
    const SQL: &'static str = "select v.id, v.on_day, v.hours, h.name as who, v.mode, v.note
         from visit v join person h on h.id = v.person_id
         where v.partnership_id = $1 and v.removed_at is null and v.id > $2";

    fn id(&self) -> Uuid {
        self.id
    }

    fn cells(self, _: &Settings) -> Vec<Cell> {
        vec![self.on_day.into(), self.hours.into(), self.who.into(), self.mode.into(), self.note.into()]
    }
}
