//! Entries out of a file: only ever added, with the author and the time that the file gives.
//!
//! A file may hold a million rows. They are read, compared and added in batches inside the one transaction; nothing but the
//! text of the file and a short mark of each key stays in memory.

mod out;
mod world;

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, SecondsFormat, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::{
    Error,
    access::Standing,
    clock::new_id,
    import::{Column, Form, Holds, Kind, Refusal, Row, Source, Table, Taking, Tally, tables},
    room::Answer,
    secret,
};

use super::{
    Status, WELL_FROM,
    rules::NOTE_MOST,
    store::{self, EntryRow, NewEntry},
};
use crate::{EntryId, PracticeId};
use world::World;

/// How many rows go into one statement.
const CHUNK: usize = 500;

/// The words of the column `status`; the one that is no status of its own is enacted, at the level from which that shows.
const WORDS: [&str; 5] = ["not_started", "under_way", "enacted", ENACTED_WELL, "not_applicable"];
const ENACTED_WELL: &str = "enacted_well";

const COLUMNS: &[Column] = &[
    Column::optional("entry", Holds::Text, "a key of its own for each entry; made from what the row says when it is empty"),
    Column::needed("partnership", Holds::Text, "the partnership's key").or(&["network", "school", "site"]),
    Column::optional("school_year", Holds::SchoolYear, "the school year, such as 2026-27; the one of entered_at when empty")
        .or(&["year"]),
    Column::optional("cycle", Holds::Number, "the cycle's number; the one of entered_at when empty"),
    Column::needed("practice", Holds::Text, "the practice's code").or(&["pit #", "pit", "code", "practice code", "vip"]),
    Column::needed("status", Holds::Word(&WORDS), "not_started, under_way, enacted, enacted_well or not_applicable")
        .or(&["how is it going", "state"]),
    Column::optional("quality", Holds::Number, "1 to 4, where it is enacted").or(&["level"]),
    Column::optional("reason", Holds::Text, "why it is not applicable").prose(),
    Column::optional("note", Holds::Text, "what made the author say so").prose().or(&["notes", "comment", "comments"]),
    Column::optional("author", Holds::Text, "the author's e-mail address; on a page, whoever brings the file in")
        .or(&["seen by", "e-mail"]),
    Column::optional("entered_at", Holds::Instant, "when it was entered; the newest entry of a cell is the one that shows")
        .or(&["when", "date", "date seen", "day"]),
    Column::optional("taken_back_at", Holds::Instant, "when its author took it back"),
];

/// Tracker entries as a kind of file.
pub(crate) const KIND: Kind = Kind {
    name: "tracker",
    about: "Tracker entries: where a practice stood in a partnership and a cycle, who said so and when.",
    columns: COLUMNS,
    form: Form::Table,
    may: Standing::is_staff,
    opens_doors: false,
    run,
    export: |db| Box::pin(out::export(db)),
};

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let world = World::read(taking).await?;
        let is_empty = store::is_empty(&**taking.tx).await?;
        let mut run = Run { taking, world, is_empty, seen: HashMap::new(), touched: BTreeSet::new(), tally: Tally::default() };
        for (number, table) in tables(sources).enumerate() {
            run.table(number, table).await?;
        }
        if run.tally.is_clean() && !run.touched.is_empty() {
            store::refresh_all_of(&**taking.tx, &run.touched.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(run.tally)
    })
}

struct Run<'a> {
    taking: &'a Taking<'a>,
    world: World<'a>,
    is_empty: bool,
    /// The keys that the files gave so far, as marks, with the file and the row.
    seen: HashMap<u64, (u32, u32)>,
    touched: BTreeSet<PartnershipId>,
    tally: Tally,
}

/// A row that was read: where it stands, whether its key is its own, and the entry.
struct Read {
    row: u64,
    place: usize,
    own_key: bool,
    /// The version by which the partnership worked then, where it has no such practice.
    lacks: Option<i32>,
    entry: NewEntry,
}

impl Run<'_> {
    async fn table(&mut self, number: usize, table: &Table) -> Result<(), Error> {
        let mut refused: Vec<Refusal> = Vec::new();
        let mut place = 0;
        while place < table.len() {
            let end = (place + CHUNK).min(table.len());
            let mut chunk: Vec<Read> = Vec::with_capacity(CHUNK);
            // The cell that gathers refusals must not be held while the database is waited for.
            let gathered = RefCell::new(std::mem::take(&mut refused));
            let ended = self.read(number, table, place..end, &gathered, &mut chunk);
            refused = gathered.into_inner();
            self.add(table, chunk, &mut refused).await?;
            if ended {
                break;
            }
            place = end;
        }
        self.tally.refused.append(&mut refused);
        Ok(())
    }

    fn read(
        &mut self,
        number: usize,
        table: &Table,
        places: std::ops::Range<usize>,
        refused: &RefCell<Vec<Refusal>>,
        chunk: &mut Vec<Read>,
    ) -> bool {
        let from = places.start;
        let wanted = places.len();
        let mut count = 0;
        for (offset, mut row) in table.rows_from(from, refused).take(wanted).enumerate() {
            count += 1;
            let Some((entry, own_key, lacks)) = read(&mut row, &self.world, self.taking) else { continue };
            let mark = mark_of(&entry.key);
            let here = (u32::try_from(number).unwrap_or(u32::MAX), u32::try_from(row.number).unwrap_or(u32::MAX));
            match self.seen.insert(mark, here) {
                Some((file, before)) if own_key && file == here.0 => {
                    row.refuse("entry", &format!("This key stands in row {before} as well."), "Give each entry a key of its own.")
                }
                // The same words twice, or the same file twice, is one entry.
                Some(_) => self.tally.add_same(row.number, || title(&row)),
                None => chunk.push(Read { row: row.number, place: from + offset, own_key, lacks, entry }),
            }
        }
        count < wanted
    }

    async fn add(&mut self, table: &Table, chunk: Vec<Read>, refused: &mut Vec<Refusal>) -> Result<(), Error> {
        let mut known: HashMap<String, EntryRow> = HashMap::new();
        if !self.is_empty && !chunk.is_empty() {
            let keys = chunk.iter().map(|read| read.entry.key.as_str());
            known = store::by_keys(&**self.taking.tx, keys).await?.into_iter().map(|row| (row.key.clone(), row)).collect();
        }
        let gathered = RefCell::new(Vec::new());
        let mut fresh: Vec<&NewEntry> = Vec::with_capacity(chunk.len());
        for read in &chunk {
            let row = || table.row(read.place, &gathered);
            match (known.get(&read.entry.key), read.lacks) {
                (None, Some(version)) => row().refuse(
                    "practice",
                    &format!("This partnership worked by version {version} then, which has no such practice."),
                    "Use a code of that version.",
                ),
                (None, None) => {
                    self.tally.add_new(read.row, || title(&row()));
                    self.touched.insert(read.entry.partnership);
                    fresh.push(&read.entry);
                }
                (Some(before), _) if !read.own_key || same(before, &read.entry, &self.world) => {
                    self.tally.add_same(read.row, || title(&row()))
                }
                (Some(_), _) => row().refuse(
                    "entry",
                    "There is an entry of that key already, and it says something else.",
                    "Entries are only added: to say something new, give the row a key and a time of its own.",
                ),
            }
        }
        refused.append(&mut gathered.into_inner());
        if refused.is_empty() && self.tally.is_clean() {
            store::insert(&**self.taking.tx, &fresh).await?;
        }
        Ok(())
    }
}

/// A short mark of a key: keys of a million rows would not fit into the memory that an import may take.
fn mark_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn title(row: &Row<'_>) -> String {
    let cell = |column: &str| row.cell(column).unwrap_or_default();
    format!("{}, {}: {}", cell("partnership"), cell("practice"), cell("status"))
}

/// An entry, whether the row gave it a key of its own, and the version that has no such practice.
fn read(row: &mut Row<'_>, world: &World<'_>, taking: &Taking<'_>) -> Option<(NewEntry, bool, Option<i32>)> {
    // All cells are looked at before the first gap ends it, so that one reading names everything that is wrong.
    let partnership = row.filled("partnership").and_then(|_| world.partnership(row));
    let practice = row.filled("practice").and_then(|_| world.practices.find(row, "practice"));
    let author = world.authors.find(row);
    let entered_at = match row.cell("entered_at") {
        Some(_) => row.instant("entered_at"),
        None if taking.who.is_some() => Some(taking.now),
        None => row.filled("entered_at").and(None),
    };
    let year = match row.cell("school_year").map(str::parse::<SchoolYear>) {
        Some(Ok(year)) => Some(year),
        Some(Err(_)) => {
            row.refuse("school_year", "This is not a school year.", "Write it as 2026-27.");
            None
        }
        None => entered_at.map(|at| world.year_of(at)),
    };
    let version = partnership.zip(year).zip(entered_at).and_then(|((there, year), at)| world.version(there, year, at));
    let there = version.zip(practice).map(|(version, known)| (version.version, world.practice_in(version, known)));
    let (practice, lacks) = match there {
        Some((number, None)) => (practice, Some(number)),
        Some((_, there)) => (there, None),
        None => (practice, None),
    };
    let cycle = match row.cell("cycle") {
        Some(_) => row.number::<i32>("cycle"),
        None => entered_at.zip(year).and_then(|(at, year)| world.cycle_of(row, at, year, version)),
    };
    let has = |cycle: &i32| match version {
        Some(version) => version.cycles.iter().any(|one| one.number == *cycle),
        None => world.cycles.contains(cycle),
    };
    if cycle.is_some_and(|cycle| !has(&cycle)) {
        row.refuse("cycle", "A school year has no such cycle.", "Use the number of a cycle of the framework.");
    }
    let word = row.filled("status").and_then(|_| row.choice("status", &WORDS));
    let is_well = word.as_deref() == Some(ENACTED_WELL);
    let status = word.and_then(|word| if is_well { Some(Status::Enacted) } else { Status::from_key(&word) });
    let quality = row.number::<i32>("quality").or(is_well.then_some(WELL_FROM));
    let reason = row.text("reason").unwrap_or_default();
    let note = row.text("note").unwrap_or_default();
    let taken_back_at = row.instant("taken_back_at");
    check(row, status, quality, &reason, &note);
    if row.is_refused() {
        return None;
    }
    let key = row.text("entry");
    let own_key = key.is_some();
    let mut entry = NewEntry {
        id: EntryId(new_id(taking.now)),
        key: key.unwrap_or_default(),
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
        taken_back_at,
    };
    if !own_key {
        entry.key = key_of(&entry, world.root(entry.practice), row.cell("entered_at").is_some());
    }
    Some((entry, own_key, lacks))
}

/// A key made from what a row says, so that the same row twice is the same entry.
fn key_of(entry: &NewEntry, practice: PracticeId, is_dated: bool) -> String {
    let at = if is_dated { entry.entered_at.to_rfc3339_opts(SecondsFormat::Micros, true) } else { String::new() };
    let said = [
        entry.partnership.to_string(),
        practice.to_string(),
        entry.year.key(),
        entry.cycle.to_string(),
        entry.status.key().to_owned(),
        entry.quality.map(|level| level.to_string()).unwrap_or_default(),
        entry.reason.clone(),
        entry.note.clone(),
        entry.author.to_string(),
        at,
    ];
    let hash = secret::hex(&secret::token_hash(&said.join("\u{1f}")));
    format!("row-{}", &hash[..32])
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

/// Whether a row says the same as the entry that is kept; the id is ours, and what was taken back stays the entry that it was.
fn same(before: &EntryRow, now: &NewEntry, world: &World<'_>) -> bool {
    let at = |at: DateTime<Utc>| at.timestamp_micros();
    before.partnership_id == now.partnership
        && world.root(before.practice_id) == world.root(now.practice)
        && before.school_year == now.year.0
        && before.cycle == now.cycle
        && before.status == now.status.key()
        && before.quality == now.quality
        && before.reason == now.reason
        && before.note == now.note
        && before.author_id == now.author
        && at(before.entered_at) == at(now.entered_at)
}
