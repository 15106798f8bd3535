//! Entries out of a file: only ever added, with the author and the time that the file gives.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use chrono::{DateTime, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::{
    Error,
    clock::new_id,
    db::{self, PersonId},
    import::{Column, Form, Holds, Kind, Known, Row, Source, Table, Taking, Tally, tables},
    room::Answer,
    settings::Settings,
};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    Status,
    rules::NOTE_MOST,
    store::{self, EntryRow, NewEntry},
};
use crate::{EntryId, PracticeId, frameworks::Framework};

/// How many rows go into one statement.
const CHUNK: usize = 200;

const fn column(name: &'static str, required: bool, holds: Holds, about: &'static str) -> Column {
    Column { name, required, holds, about }
}

/// Tracker entries as a kind of file.
pub(crate) const KIND: Kind = Kind {
    name: "tracker",
    about: "Tracker entries: where a practice stood in a partnership and a cycle, who said so and when.",
    columns: &[
        column("entry", true, Holds::Text, "a key of its own for each entry, so that the same file twice adds nothing"),
        column("partnership", true, Holds::Text, "the partnership's key"),
        column("school_year", true, Holds::SchoolYear, "the school year, such as 2026-27"),
        column("cycle", true, Holds::Number, "the cycle's number"),
        column("practice", true, Holds::Text, "the practice's code"),
        column("status", true, Holds::Text, "not_started, under_way, enacted or not_applicable"),
        column("quality", false, Holds::Number, "1 to 4, where it is enacted"),
        column("reason", false, Holds::Text, "why it is not applicable"),
        column("note", false, Holds::Text, "what made the author say so"),
        column("author", true, Holds::Text, "the author's e-mail address"),
        column("entered_at", true, Holds::Instant, "when it was entered; the newest entry of a cell is the one that shows"),
    ],
    form: Form::Table,
    run,
};

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let world = World::read(&**taking.tx, taking.now).await?;
        let mut had: HashMap<String, EntryRow> =
            store::all(&**taking.tx).await?.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        let mut tally = Tally::default();
        let mut fresh: Vec<NewEntry> = Vec::new();
        for table in tables(sources) {
            tally.notices.extend(table.ignored().iter().map(|name| format!("{}: nothing reads the column {name}.", table.file)));
            take_table(table, &world, &mut had, taking.now, &mut tally, &mut fresh);
        }
        if !tally.is_clean() {
            return Ok(tally);
        }
        let fresh: Vec<&NewEntry> = fresh.iter().collect();
        for chunk in fresh.chunks(CHUNK) {
            store::insert(&**taking.tx, chunk).await?;
        }
        let touched: BTreeSet<PartnershipId> = fresh.iter().map(|entry| entry.partnership).collect();
        if !touched.is_empty() {
            store::refresh_all_of(&**taking.tx, &touched.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(tally)
    })
}

/// The names that rows refer to.
struct World {
    partnerships: Known<PartnershipId>,
    practices: Known<PracticeId>,
    people: Known<PersonId>,
    cycles: BTreeSet<i32>,
}

#[derive(FromQueryResult)]
struct PartnershipName {
    name: String,
    id: PartnershipId,
}

#[derive(FromQueryResult)]
struct PersonName {
    name: String,
    id: PersonId,
}

impl World {
    async fn read(on: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Self, Error> {
        let today = Settings::read(on).await?.local(now).date();
        let framework = Framework::current(on, today).await?;
        let framework = framework.as_deref();
        let partnerships = db::rows::<PartnershipName>(on, "select slug as name, id from partnership", vec![]).await?;
        let people = db::rows::<PersonName>(on, "select email as name, id from person where email is not null", vec![]).await?;
        Ok(Self {
            partnerships: Known { what: "partnership", ids: partnerships.into_iter().map(|row| (row.name, row.id)).collect() },
            practices: Known {
                what: "practice",
                ids: framework
                    .iter()
                    .flat_map(|framework| &framework.practices)
                    .map(|practice| (practice.code.clone(), practice.id))
                    .collect(),
            },
            people: Known {
                what: "person",
                ids: people.into_iter().map(|row| (row.name.to_lowercase(), row.id)).collect::<BTreeMap<_, _>>(),
            },
            cycles: framework.iter().flat_map(|framework| &framework.cycles).map(|cycle| cycle.number).collect(),
        })
    }
}

fn take_table(
    table: &Table,
    world: &World,
    had: &mut HashMap<String, EntryRow>,
    now: DateTime<Utc>,
    tally: &mut Tally,
    fresh: &mut Vec<NewEntry>,
) {
    let refused = RefCell::new(Vec::new());
    for mut row in table.rows(&refused) {
        let Some(entry) = read(&mut row, world, now) else { continue };
        let row_of_it = kept(&entry);
        match had.get(&entry.key) {
            None => {
                had.insert(entry.key.clone(), row_of_it);
                fresh.push(entry);
                tally.new += 1;
            }
            Some(before) if same(before, &row_of_it) => tally.same += 1,
            Some(_) => row.refuse(
                "entry",
                "There is an entry of that key already, and it says something else.",
                "Entries are only added: to say something new, give the row a key and a time of its own.",
            ),
        }
    }
    tally.refused.extend(refused.into_inner());
}

fn read(row: &mut Row<'_>, world: &World, now: DateTime<Utc>) -> Option<NewEntry> {
    // All cells are looked at before the first gap ends it, so that one reading names everything that is wrong.
    let key = row.required("entry");
    let partnership = needed(row, "partnership").and_then(|_| world.partnerships.find(row, "partnership"));
    let year = row.required("school_year").and_then(|text| match text.parse::<SchoolYear>() {
        Ok(year) => Some(year),
        Err(_) => {
            row.refuse("school_year", "This is not a school year.", "Write it as 2026-27.");
            None
        }
    });
    let cycle = needed(row, "cycle").and_then(|_| row.number::<i32>("cycle")).filter(|number| {
        let known = world.cycles.contains(number);
        if !known {
            row.refuse("cycle", "A school year has no such cycle.", "Use the number of a cycle of the framework.");
        }
        known
    });
    let practice = needed(row, "practice").and_then(|_| world.practices.find(row, "practice"));
    let author = row.required("author").and_then(|email| {
        let found = world.people.ids.get(&email.to_lowercase()).copied();
        if found.is_none() {
            row.refuse("author", "There is no person of that address.", "Check the spelling, or import the people first.");
        }
        found
    });
    let entered_at = needed(row, "entered_at").and_then(|_| row.instant("entered_at"));
    let status = needed(row, "status").and_then(|_| row.choice("status", &Status::ALL.map(Status::key)));
    let status = status.and_then(|key| Status::from_key(&key));
    let quality = row.number::<i32>("quality");
    let reason = row.text("reason").unwrap_or_default();
    let note = row.text("note").unwrap_or_default();
    check(row, status, quality, &reason, &note);
    if row.is_refused() {
        return None;
    }
    Some(NewEntry {
        id: EntryId(new_id(now)),
        key: key?,
        partnership: partnership?,
        practice: practice?,
        year: year?,
        cycle: cycle?,
        status: status?,
        quality,
        reason,
        note,
        author: author?,
        entered_at: entered_at?,
    })
}

fn needed(row: &mut Row<'_>, column: &str) -> Option<String> {
    row.required(column)
}

fn check(row: &mut Row<'_>, status: Option<Status>, quality: Option<i32>, reason: &str, note: &str) {
    if quality.is_some_and(|level| !(1..=4).contains(&level)) {
        row.refuse("quality", "This is not a level.", "Levels are 1 to 4.");
    }
    if quality.is_some() && status.is_some_and(|status| status != Status::Enacted) {
        row.refuse("quality", "Only what is enacted has a level.", "Leave the cell empty, or set the status to enacted.");
    }
    if reason.is_empty() && status == Some(Status::NotApplicable) {
        row.refuse("reason", "What is not applicable needs a reason.", "Say why it has no place there.");
    }
    if note.chars().count() > NOTE_MOST {
        row.refuse("note", "The note is longer than 2,000 characters.", "Shorten it.");
    }
}

fn kept(entry: &NewEntry) -> EntryRow {
    EntryRow {
        id: entry.id,
        key: entry.key.clone(),
        partnership_id: entry.partnership,
        practice_id: entry.practice,
        school_year: entry.year.0,
        cycle: entry.cycle,
        status: entry.status.key().to_owned(),
        quality: entry.quality,
        reason: entry.reason.clone(),
        note: entry.note.clone(),
        author_id: entry.author,
        entered_at: entry.entered_at,
        withdrawn_at: None,
    }
}

/// Whether two rows say the same; the id is ours, and what was taken back stays the entry that it was.
fn same(before: &EntryRow, now: &EntryRow) -> bool {
    EntryRow { id: before.id, withdrawn_at: before.withdrawn_at, ..now.clone() } == *before
}
