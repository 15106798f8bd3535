//! Plans as files: a row for each cell of an answer, version by version, and what stands beyond the last one.
//!
//! A file holds what was answered in plans. What they show of the cycle comes from there, so a version that comes in keeps what the
//! cycle says on that day. A plan that is here already is changed on its pages, not by a file.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use partnerships::PartnershipId;
use platform::{
    Error,
    access::roles,
    clock::new_id,
    db::{self, ConnectionTrait, Db, FromQueryResult, PersonId},
    import::{Column, Export, Form, Holds, Kind, Known, Refusal, Row, Source, Taking, Tally, tables},
    search::{self, Audience},
    settings::Settings,
    sheet::{Cell as Written, Sheet},
};

use super::{
    answers::{Answers, Line},
    sections::{Sections, Stands, Writing},
    shown::{self, Drawing, OfTheCycle},
    store::SECTIONS,
    subject_of,
    template::{Holds as Takes, Template},
    told::Told,
};
use crate::{
    CycleId, PlanId,
    cycles::{Cycle, LONG_MOST, SHORT_MOST, store as cycles},
    frameworks::{Framework, InUse},
};

const COLUMNS: &[Column] = &[
    Column::needed("plan", Holds::Text, "the key of the cycle that it is for"),
    Column::optional("version", Holds::Number, "the version’s number, from 1; empty for what stands beyond the last one"),
    Column::optional("why", Holds::Text, "why the version differs; a row of the version says it").prose(),
    Column::optional("agreed_at", Holds::Instant, "when the version was agreed on; a row of the version says it"),
    Column::optional("agreed_by", Holds::Text, "the e-mail address of whoever kept the version"),
    Column::optional("section", Holds::Text, "the section’s id in the template; empty where nothing was answered"),
    Column::optional("field", Holds::Text, "the field’s id"),
    Column::optional("line", Holds::Number, "the row’s number in the field, from 1"),
    Column::optional("column", Holds::Text, "the row’s column; empty for a field that is one text"),
    Column::optional("text", Holds::Text, "what was answered").prose(),
    Column::optional("asks", Holds::Word(&["yes"]), "yes for a line that came from the plan before and asks whether it is right"),
];

/// Plans as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "plans",
    about: "Professional Learning Plans: what was answered in them, version by version.",
    columns: COLUMNS,
    form: Form::Table,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(export(db)),
};

/// A version's number; what stands beyond all versions comes last.
const NOW: i32 = i32::MAX;

/// The answers of a whole plan, by section.
type All = BTreeMap<String, Answers>;

/// A version as rows tell it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Version {
    why: String,
    agreed_at: Option<DateTime<Utc>>,
    agreed_by: Option<PersonId>,
    answers: All,
}

/// A plan as rows tell it, by the numbers of its versions.
type Versions = BTreeMap<i32, Version>;

/// A cycle of a partnership.
#[derive(FromQueryResult)]
struct Place {
    #[row(nested)]
    cycle: Cycle,
    partnership_id: PartnershipId,
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let on = &**taking.tx;
    let Some(template) = Template::latest(on).await? else {
        return Err(Error::Refused("There is no template of plans yet. Import plan-templates first.".to_owned()));
    };
    let people = Known { what: "person", ids: people::persons::ids_by_email(on).await? };
    let sql = format!("select {}, c.partnership_id from {} where c.owner_kind = 'partnership'", cycles::COLUMNS, cycles::FROM);
    let places: BTreeMap<String, Place> =
        db::rows::<Place>(on, &sql, vec![]).await?.into_iter().map(|place| (place.cycle.key.clone(), place)).collect();
    let known = Known { what: "cycle", ids: places.iter().map(|(key, place)| (key.clone(), place.cycle.id)).collect() };
    let before = standing(on).await?;
    let mut tally = Tally::default();
    let mut all: BTreeMap<String, Versions> = BTreeMap::new();
    let refused = RefCell::new(Vec::new());
    for table in tables(sources) {
        let (plans, rows) = read(table.rows(&refused), &template, &known, &people);
        for (number, plan) in rows {
            match before.get(&plan) {
                Some(stands) if plans.get(&plan) == Some(stands) => tally.add_same(number, || plan.clone()),
                None => tally.add_new(number, || plan.clone()),
                Some(_) => {
                    let problem = "This plan is here already, and says something else.";
                    let advice = "Change it on its page, or leave its rows out.";
                    refused
                        .borrow_mut()
                        .push(Refusal::whole(&table.file, problem, advice).at(number).column("plan").value(&plan));
                }
            }
        }
        for (plan, versions) in plans {
            if !is_in_order(&versions) {
                let problem = format!("The versions of {plan} are not whole.");
                let advice = "Count them from 1, and say of each why it differs and when it was agreed on.";
                refused.borrow_mut().push(Refusal::whole(&table.file, &problem, advice).column("version"));
            }
            all.insert(plan, versions);
        }
    }
    tally.refused = refused.into_inner();
    if !tally.is_clean() {
        return Ok(tally);
    }
    let today = Settings::read(on).await?.local(taking.now).date();
    let in_use = InUse::read(on, today).await?;
    for (key, versions) in all.iter().filter(|(key, _)| !before.contains_key(*key)) {
        if let Some(place) = places.get(key) {
            let year = place.cycle.year();
            let framework = in_use.as_ref().map(|in_use| in_use.of(place.partnership_id, year).as_ref());
            keep(taking, &template, framework, place, versions, today).await?;
        }
    }
    Ok(tally)
}

/// Whether versions are counted from 1, and each says why and when.
fn is_in_order(versions: &Versions) -> bool {
    let out = versions.iter().filter(|(number, _)| **number != NOW);
    (1..).zip(out).all(|(number, (named, version))| number == *named && !version.why.is_empty() && version.agreed_at.is_some())
}

/// The plans of a table, and of which plan each row is.
fn read<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    template: &Template,
    known: &Known<CycleId>,
    people: &Known<PersonId>,
) -> (BTreeMap<String, Versions>, Vec<(u64, String)>) {
    let (mut plans, mut of_rows, mut seen) = (BTreeMap::<String, Versions>::new(), Vec::new(), BTreeSet::new());
    for mut row in rows {
        let plan = row.filled("plan").map(str::to_owned);
        known.find(&mut row, "plan");
        let number = match row.cell("version") {
            None => Some(NOW),
            Some(_) => row.number::<i32>("version"),
        };
        let (why, agreed_at, agreed_by) =
            (short(&mut row, "why", SHORT_MOST), row.instant("agreed_at"), people.find(&mut row, "agreed_by"));
        let cell = cell(&mut row, template);
        let (Some(plan), Some(number)) = (plan, number) else { continue };
        if !seen.insert((plan.clone(), number, cell.as_ref().map(|cell| cell.place.clone()))) {
            row.refuse("text", "This cell stands in two rows.", "Leave one of them out.");
        }
        if row.is_refused() {
            continue;
        }
        of_rows.push((row.number, plan.clone()));
        let version = plans.entry(plan).or_default().entry(number).or_default();
        if !why.is_empty() {
            version.why = why;
        }
        version.agreed_at = version.agreed_at.or(agreed_at);
        version.agreed_by = version.agreed_by.or(agreed_by);
        if let Some(cell) = cell {
            put(version, cell);
        }
    }
    (plans, of_rows)
}

fn short(row: &mut Row<'_>, column: &str, most: usize) -> String {
    let text = row.text(column).unwrap_or_default();
    if text.chars().count() > most {
        row.refuse(column, &format!("This is longer than {most} characters."), "Could part of it go elsewhere?");
    }
    text
}

/// Where a cell stands: section, field, line, column.
type At = (String, String, usize, String);

/// A cell of an answer.
struct Cell {
    place: At,
    text: String,
    asks: bool,
}

/// The cell that a row tells; nothing where it tells only of the version.
fn cell(row: &mut Row<'_>, template: &Template) -> Option<Cell> {
    row.cell("section")?;
    let (section, field) = (row.filled("section")?, row.filled("field")?);
    let Some(asked) = template.section(section) else {
        row.refuse("section", "The template has no such section.", "Check the id, or import the plan-templates first.");
        return None;
    };
    let Some(asked) = asked.field.iter().find(|other| other.id == field && other.is_asked()) else {
        row.refuse("field", "Nobody is asked this in that section.", "Check the id, or import the plan-templates first.");
        return None;
    };
    let column = row.text("column").unwrap_or_default();
    let line = if row.cell("line").is_some() { row.number::<usize>("line")? } else { 1 };
    let is_column = match asked.holds {
        Takes::Rows => asked.columns.iter().any(|other| other.id == column) && (1..=asked.rows_most()).contains(&line),
        _ => column.is_empty() && line == 1,
    };
    if !is_column {
        row.refuse("column", "The field has no such row or column.", "Check the id; a field that is one text has none.");
        return None;
    }
    row.filled("text")?;
    let text = short(row, "text", LONG_MOST);
    Some(Cell { place: (section.to_owned(), field.to_owned(), line, column), text, asks: row.cell("asks") == Some("yes") })
}

fn put(version: &mut Version, Cell { place: (section, field, line, column), text, asks }: Cell) {
    let answers = version.answers.entry(section).or_default();
    let mut lines = answers.of(&field).to_vec();
    // Rows may come in any order; what is between them is filled by its own row.
    lines.resize(lines.len().max(line), Line::default());
    if let Some(there) = lines.get_mut(line - 1) {
        if column.is_empty() {
            *there = Line::text_of(text);
        } else {
            there.cells.insert(column, text);
        }
        there.is_carried |= asks;
    }
    answers.put(&field, lines);
}

/// Keeps a plan that came in: each version as if it had been written and agreed on then.
async fn keep(
    taking: &Taking<'_>,
    template: &Template,
    framework: Option<&Framework>,
    place: &Place,
    versions: &Versions,
    today: NaiveDate,
) -> Result<(), Error> {
    let on = &**taking.tx;
    let (plan, cycle) = (PlanId(new_id(taking.now)), &place.cycle);
    let begun_at = versions.values().find_map(|version| version.agreed_at).unwrap_or(taking.now);
    let begun_by = versions.values().find_map(|version| version.agreed_by);
    db::exec(
        on,
        "insert into plan (id, cycle_id, template_key, carried_from_id, begun_by, begun_at) values ($1, $2, $3, $4, $5, $6)",
        vec![plan.into(), cycle.id.into(), template.key.as_str().into(), None::<PlanId>.into(), begun_by.into(), begun_at.into()],
    )
    .await?;
    let of_cycle = OfTheCycle::read(on, place.partnership_id, cycle.id, today).await?;
    let drawing = Drawing { cycle, of_cycle: &of_cycle, framework };
    let mut sections = Sections::new();
    let mut told = Told::default();
    for (number, version) in versions {
        let at = version.agreed_at.unwrap_or(taking.now);
        for section in &template.sections {
            let answers = version.answers.get(&section.id).cloned().unwrap_or_default();
            let stands: &mut Stands = sections.entry(section.id.clone()).or_default();
            if stands.answers == answers {
                continue;
            }
            let said = shown::said(section, &drawing.section(section, &answers).fields);
            let (seen, author) = (stands.version, version.agreed_by);
            let writing = Writing { section: &section.id, seen, answers: &answers, said: &said, author, at };
            SECTIONS.put(taking.tx, plan, &writing, &[]).await?;
            *stands = Stands { version: seen + 1, answers };
        }
        if *number == NOW {
            continue;
        }
        told = shown::told(&drawing.sections(template, &sections));
        db::exec(
            on,
            "insert into plan_version (plan_id, number, why, said, author_id, at) values ($1, $2, $3, $4, $5, $6)",
            vec![
                plan.into(),
                (*number).into(),
                version.why.as_str().into(),
                serde_json::to_string(&told)?.into(),
                version.agreed_by.into(),
                at.into(),
            ],
        )
        .await?;
    }
    let note = format!("Cycle {} of {}", cycle.number, cycle.year());
    let audience = Audience::Site(cycle.site_slug.clone().unwrap_or_default());
    search::put(taking.tx, taking.app.db.engine(), &subject_of(cycle), &note, &told.whole(), &audience).await?;
    Ok(())
}

/// All plans that there are, as files tell them: three queries.
async fn standing(on: &impl ConnectionTrait) -> Result<BTreeMap<String, Versions>, Error> {
    #[derive(FromQueryResult)]
    struct Agreed {
        plan: String,
        number: i32,
        why: String,
        author_id: Option<PersonId>,
        at: DateTime<Utc>,
    }
    #[derive(FromQueryResult)]
    struct Answered {
        plan: String,
        section: String,
        answers: String,
        at: DateTime<Utc>,
    }
    #[derive(FromQueryResult)]
    struct Begun {
        plan: String,
    }
    let sql = "select c.key as plan from plan n join cycle c on c.id = n.cycle_id";
    let begun = db::rows::<Begun>(on, sql, vec![]).await?;
    let sql = "select c.key as plan, v.number, v.why, v.author_id, v.at from plan_version v join plan n on n.id = v.plan_id
         join cycle c on c.id = n.cycle_id order by c.key, v.number";
    let written = db::rows::<Agreed>(on, sql, vec![]).await?;
    let sql = "select c.key as plan, s.section, s.answers, s.at from plan_section s join plan n on n.id = s.plan_id
         join cycle c on c.id = n.cycle_id order by c.key, s.section, s.version";
    let mut answered: BTreeMap<String, Vec<(String, Answers, DateTime<Utc>)>> = BTreeMap::new();
    for row in db::rows::<Answered>(on, sql, vec![]).await? {
        let answers = serde_json::from_str(&row.answers)?;
        answered.entry(row.plan).or_default().push((row.section, answers, row.at));
    }
    // What stood at a time: of each section, what was written last until then.
    let stood = |plan: &str, until: Option<DateTime<Utc>>| -> All {
        let mut all = All::new();
        let rows = answered.get(plan).into_iter().flatten();
        for (section, answers, _) in rows.filter(|(.., at)| until.is_none_or(|until| *at <= until)) {
            all.insert(section.clone(), answers.clone());
        }
        all.retain(|_, answers| !answers.is_empty());
        all
    };
    let mut plans: BTreeMap<String, Versions> = BTreeMap::new();
    for row in written {
        let answers = stood(&row.plan, Some(row.at));
        let version = Version { why: row.why, agreed_at: Some(row.at), agreed_by: row.author_id, answers };
        plans.entry(row.plan).or_default().insert(row.number, version);
    }
    for Begun { plan } in begun {
        let now = stood(&plan, None);
        let versions = plans.entry(plan).or_default();
        if versions.values().next_back().is_none_or(|last| last.answers != now) {
            versions.insert(NOW, Version { answers: now, ..Version::default() });
        }
    }
    Ok(plans)
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Somebody {
        id: PersonId,
        email: String,
    }
    let sql = "select h.id, h.email from person h where h.email is not null
         and h.id in (select author_id from plan_version where author_id is not null)";
    let people: BTreeMap<PersonId, String> =
        db::rows::<Somebody>(db.read(), sql, vec![]).await?.into_iter().map(|one| (one.id, one.email)).collect();
    let mut rows: Vec<Vec<Written>> = Vec::new();
    for (plan, versions) in standing(db.read()).await? {
        for (number, version) in versions {
            let named = if number == NOW { Written::Empty } else { number.into() };
            let at = version.agreed_at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            let by = version.agreed_by.and_then(|by| people.get(&by).cloned());
            let head = vec![plan.as_str().into(), named, version.why.as_str().into(), Written::from(at), Written::from(by)];
            let mut cells: Vec<Vec<Written>> = Vec::new();
            for (section, answers) in &version.answers {
                for (field, line, column, text, asks) in answers.cells() {
                    cells.push(vec![
                        section.as_str().into(),
                        field.into(),
                        i32::try_from(line).unwrap_or(i32::MAX).into(),
                        column.into(),
                        text.into(),
                        if asks { "yes".into() } else { Written::Empty },
                    ]);
                }
            }
            if cells.is_empty() {
                cells.push((0..6).map(|_| Written::Empty).collect());
            }
            let blank: Vec<Written> = vec![head[0].clone(), head[1].clone(), Written::Empty, Written::Empty, Written::Empty];
            for (place, cells) in cells.into_iter().enumerate() {
                let first = if place == 0 { head.clone() } else { blank.clone() };
                rows.push(first.into_iter().chain(cells).collect());
            }
        }
    }
    let header = COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "plans".to_owned(), header, rows }))
}
