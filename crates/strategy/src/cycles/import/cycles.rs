//! `cycles`: whose, when, by which template, and where they stand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::{
    Error,
    db::{self, ConnectionTrait, Db, DbErr, FromQueryResult, PersonId, TeamId, Value},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
    search,
};

use super::{
    Keyed, Parted, by_key, or_known, parted, sheet,
    world::{self, text},
};
use crate::{
    CycleId,
    cycles::{
        Cycle, LONG_MOST, OwnerKind, STATES, TITLE_MOST,
        store::{COLUMNS as CYCLE_COLUMNS, FROM},
    },
};

const OWNER_KINDS: [&str; 4] = ["person", "team", "partnership", "organisation"];

const COLUMNS: &[Column] = &[
    Column::needed("cycle", Holds::Text, "a key that stays with the cycle"),
    Column::needed("owner_kind", Holds::Word(&OWNER_KINDS), "person, team, partnership or organisation"),
    Column::optional("owner", Holds::Text, "the person’s e-mail address, or the team’s or the partnership’s key").or(&["whose"]),
    Column::needed("school_year", Holds::SchoolYear, "the school year, such as 2026-27").or(&["year"]),
    Column::needed("number", Holds::Number, "the cycle’s number in that year"),
    Column::needed("title", Holds::Text, "what it is about, in a few words"),
    Column::needed("template", Holds::Text, "the template’s id, such as roci").or(&["method"]),
    Column::needed("starts", Holds::Date, "the first day").or(&["from"]),
    Column::needed("ends", Holds::Date, "the last day").or(&["to"]),
    Column::needed("state", Holds::Word(&STATES), "planned, open or closed"),
    Column::optional("step", Holds::Text, "the step in which it stands, when it is open"),
    Column::optional("members", Holds::List, "e-mail addresses of who is in it, parted by semicolons"),
    Column::optional("agreements", Holds::Text, "how its members work together").prose(),
    Column::optional("closed_on", Holds::Date, "the day on which it was closed"),
    Column::optional("carried_from", Holds::Text, "the cycle that it carries on"),
];

pub(super) const KIND: Kind = Kind {
    name: "cycles",
    about: "Cycles of inquiry: whose, when, by which template, where they stand. Persons’ own come in, and stay in.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(export(db)),
};

/// What a row says.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Said {
    key: String,
    owner_kind: String,
    person_id: Option<PersonId>,
    team_id: Option<TeamId>,
    partnership_id: Option<PartnershipId>,
    school_year: i32,
    number: i32,
    title: String,
    template_key: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    state: String,
    step_key: String,
    agreements: String,
    closed_on: Option<NaiveDate>,
    carried_from: Option<String>,
    #[row(skip)]
    members: BTreeSet<PersonId>,
}

impl Keyed for Said {
    const TABLE: &'static str = "cycle";
    const COLUMNS: &'static str = "owner_kind, person_id, team_id, partnership_id, school_year, number, title, template_key, \
        starts_on, ends_on, state, step_key, agreements, closed_on";
    const IS_ORDERED: bool = false;

    fn key(&self) -> &str {
        &self.key
    }

    fn title(&self) -> String {
        // The history of what came in has readers who may not read a person's own.
        if self.owner_kind == OwnerKind::Person.key() { self.key.clone() } else { format!("{}: {}", self.key, self.title) }
    }

    fn within(&self) -> Option<CycleId> {
        None
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.owner_kind.clone().into(),
            self.person_id.into(),
            self.team_id.into(),
            self.partnership_id.into(),
            self.school_year.into(),
            self.number.into(),
            self.title.clone().into(),
            self.template_key.clone().into(),
            self.starts_on.into(),
            self.ends_on.into(),
            self.state.clone().into(),
            self.step_key.clone().into(),
            self.agreements.clone().into(),
            self.closed_on.into(),
        ]
    }

    fn keep(&mut self, known: &Self, has: &dyn Fn(&str) -> bool) {
        or_known(has("members"), &mut self.members, &known.members);
        or_known(has("agreements"), &mut self.agreements, &known.agreements);
        or_known(has("closed_on") || self.state != "closed", &mut self.closed_on, &known.closed_on);
        or_known(has("carried_from"), &mut self.carried_from, &known.carried_from);
    }
}

#[derive(FromQueryResult)]
struct MemberRow {
    key: String,
    person_id: PersonId,
}

#[derive(FromQueryResult)]
struct StepRow {
    template_key: String,
    key: String,
}

/// What rows refer to.
struct World {
    people: Known<PersonId>,
    teams: Known<TeamId>,
    partnerships: Known<PartnershipId>,
    /// The steps of each template.
    steps: BTreeMap<String, BTreeSet<String>>,
}

async fn before(on: &impl ConnectionTrait) -> Result<BTreeMap<String, Said>, DbErr> {
    let sql = "select c.key, c.owner_kind, c.person_id, c.team_id, c.partnership_id, c.school_year, c.number, c.title,
           c.template_key, c.starts_on, c.ends_on, c.state, c.step_key, c.agreements, c.closed_on, b.key as carried_from
         from cycle c left join cycle b on b.id = c.carried_from_id";
    let mut before = by_key(db::rows::<Said>(on, sql, vec![]).await?);
    let sql = "select c.key, m.person_id from cycle_member m join cycle c on c.id = m.cycle_id";
    for row in db::rows::<MemberRow>(on, sql, vec![]).await? {
        if let Some(said) = before.get_mut(&row.key) {
            said.members.insert(row.person_id);
        }
    }
    Ok(before)
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let mut steps: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in db::rows::<StepRow>(&**tx, "select template_key, key from cycle_template_step", vec![]).await? {
        steps.entry(row.template_key).or_default().insert(row.key);
    }
    let world = World {
        people: world::people(taking).await?,
        teams: world::teams(taking).await?,
        partnerships: world::partnerships(taking).await?,
        steps,
    };
    let before = before(&**tx).await?;
    // A cycle can carry on one of the same file.
    let mut named: BTreeSet<String> = before.keys().cloned().collect();
    for table in platform::import::tables(sources) {
        let unheard = std::cell::RefCell::new(Vec::new());
        named.extend(table.rows(&unheard).filter_map(|row| row.text("cycle")));
    }
    let Parted { new, changed, tally } = parted(sources, "cycle", &before, |row| said(row, &world, &named));
    if !tally.is_clean() {
        return Ok(tally);
    }
    write(taking, &new, &changed).await?;
    index(taking, new.iter().chain(&changed).map(|said| said.key.clone()).collect()).await?;
    Ok(tally)
}

fn said(row: &mut Row<'_>, world: &World, named: &BTreeSet<String>) -> Option<Said> {
    for column in ["cycle", "school_year", "number", "title", "template", "starts", "ends"] {
        row.filled(column);
    }
    let kind = row.filled("owner_kind").and_then(|_| row.choice("owner_kind", &OWNER_KINDS)).unwrap_or_default();
    if kind != "organisation" && !kind.is_empty() {
        row.filled("owner");
    }
    let person_id = if kind == "person" { world.people.find(row, "owner") } else { None };
    // The organisation may be named by the team that holds everybody, or not at all.
    let team = if kind == "team" || kind == "organisation" { world.teams.find(row, "owner") } else { None };
    let partnership_id = if kind == "partnership" { world.partnerships.find(row, "owner") } else { None };
    let year = match row.cell("school_year").map(str::parse::<SchoolYear>) {
        Some(Err(_)) => {
            row.refuse("school_year", "This is not a school year.", "Write it as 2026-27.");
            None
        }
        Some(Ok(year)) => Some(year.0),
        None => None,
    };
    let number: Option<i32> = row.number("number");
    if number.is_some_and(|number| !(1..=99).contains(&number)) {
        row.refuse("number", "This is no number of a cycle.", "Count the cycles of a year from 1.");
    }
    let (starts, ends, closed_on) = (row.date("starts"), row.date("ends"), row.date("closed_on"));
    if starts.zip(ends).is_some_and(|(starts, ends)| ends < starts) {
        row.refuse("ends", "It ends before it starts.", "Look at both days again.");
    }
    let state = row.filled("state").and_then(|_| row.choice("state", &STATES));
    let template = row.text("template").unwrap_or_default();
    let steps = world.steps.get(&template);
    if steps.is_none() && !template.is_empty() {
        row.refuse("template", "There is no such template.", "Check the spelling, or import the cycle-templates first.");
    }
    let mut step = row.text("step").unwrap_or_default();
    if state.as_deref() != Some("open") {
        step.clear();
    } else if row.filled("step").is_some() && steps.is_some_and(|steps| !steps.contains(&step)) {
        row.refuse("step", "Its template has no such step.", "Use the id of a step of the template.");
    }
    if closed_on.is_some() && state.as_deref() != Some("closed") {
        row.refuse("closed_on", "Only a closed cycle has a day on which it was closed.", "Leave the cell empty.");
    }
    let mut members = BTreeSet::new();
    for email in row.list("members") {
        match world.people.id(&email) {
            Some(id) => {
                members.insert(id);
            }
            None => {
                let problem = format!("There is no person {email}.");
                row.refuse("members", &problem, "Check the spelling, or import the people first.");
            }
        }
    }
    let carried_from = row.text("carried_from");
    if carried_from.as_ref().is_some_and(|key| !named.contains(key)) {
        row.refuse("carried_from", "There is no cycle of that key.", "Check the spelling, or import that cycle too.");
    }
    let title = text(row, "title", TITLE_MOST);
    let agreements = text(row, "agreements", LONG_MOST);
    Some(Said {
        key: row.text("cycle")?,
        person_id,
        team_id: team.filter(|_| kind == "team"),
        partnership_id,
        owner_kind: kind,
        school_year: year?,
        number: number?,
        title,
        template_key: template,
        starts_on: starts?,
        ends_on: ends?,
        state: state?,
        step_key: step,
        agreements,
        closed_on,
        carried_from,
        members,
    })
}

async fn write(taking: &Taking<'_>, new: &[Said], changed: &[Said]) -> Result<(), Error> {
    super::write(taking, new, changed).await?;
    let tx = taking.tx;
    for said in changed {
        let sql = "delete from cycle_member where cycle_id = (select id from cycle where key = $1)";
        db::exec(&**tx, sql, vec![said.key.clone().into()]).await?;
        let sql = "update cycle set carried_from_id = null where key = $1";
        db::exec(&**tx, sql, vec![said.key.clone().into()]).await?;
    }
    let ids = world::cycles(taking).await?.ids;
    let all = || new.iter().chain(changed);
    // What a cycle carries on can stand further down in the file.
    for (said, before) in all().filter_map(|said| Some((said, ids.get(said.carried_from.as_ref()?)?))) {
        let sql = "update cycle set carried_from_id = $2 where key = $1";
        db::exec(&**tx, sql, vec![said.key.clone().into(), (*before).into()]).await?;
    }
    let members = all().filter_map(|said| Some((*ids.get(&said.key)?, &said.members)));
    let members = members.flat_map(|(id, members)| members.iter().map(move |person| vec![id.into(), (*person).into()]));
    db::insert(&**tx, "cycle_member", "cycle_id, person_id", members.collect()).await?;
    Ok(())
}

/// Puts cycles into the search, but for persons' own.
async fn index(taking: &Taking<'_>, keys: BTreeSet<String>) -> Result<(), Error> {
    let (tx, engine) = (taking.tx, taking.app.db.engine());
    for cycle in db::rows::<Cycle>(&**tx, &format!("select {CYCLE_COLUMNS} from {FROM}"), vec![]).await? {
        if !keys.contains(&cycle.key) {
            continue;
        }
        match cycle.audience() {
            Some(audience) => {
                let note = format!("Cycle {} of {}", cycle.number, cycle.year());
                search::put(tx, engine, &cycle.subject(), &note, "", &audience).await?;
            }
            None => search::remove(tx, engine, crate::cycles::SUBJECT, &cycle.key).await?,
        }
    }
    Ok(())
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        #[row(nested)]
        cycle: Cycle,
        carried_from: Option<String>,
    }
    #[derive(FromQueryResult)]
    struct Member {
        key: String,
        email: String,
    }
    let on = db.read();
    let sql = format!(
        "select {CYCLE_COLUMNS}, b.key as carried_from from {FROM} left join cycle b on b.id = c.carried_from_id
         where c.owner_kind <> 'person' order by c.owner_kind, c.school_year, c.number, c.key"
    );
    let rows = db::rows::<Row>(on, &sql, vec![]).await?;
    let sql = "select c.key, h.email from cycle_member m join cycle c on c.id = m.cycle_id join person h on h.id = m.person_id
         where h.email is not null";
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for member in db::rows::<Member>(on, sql, vec![]).await? {
        members.entry(member.key).or_default().insert(member.email);
    }
    let none = BTreeSet::new();
    let rows = rows.into_iter().map(|Row { cycle, carried_from }| {
        let members = super::list(members.get(&cycle.key).unwrap_or(&none));
        vec![
            cycle.key.into(),
            cycle.owner_kind.into(),
            cycle.owner_slug.into(),
            SchoolYear(cycle.school_year).key().into(),
            cycle.number.into(),
            cycle.title.into(),
            cycle.template_key.into(),
            cycle.starts_on.into(),
            cycle.ends_on.into(),
            cycle.state.into(),
            cycle.step_key.into(),
            members,
            cycle.agreements.into(),
            cycle.closed_on.into(),
            carried_from.into(),
        ]
    });
    Ok(Export::Table(sheet("cycles", COLUMNS, rows.collect())))
}
