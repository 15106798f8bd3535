//! Cycles and what belongs to them as files, in and out.
//!
//! Each kind reads what exists with a fixed number of queries, compares in memory, and writes what is new many rows at a
//! time. Persons' own cycles come in like the others, but do not leave by these files: they are for the person and whoever
//! supervises them, and whoever takes a whole kind out is neither.

mod cycles;
mod goals;
mod learnings;
mod log_entries;
mod plan_actions;
mod templates;
mod world;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use platform::{
    access::{Standing, roles},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx},
    import::{Column, Kind, Row, Source, Tally, tables},
    sheet::{Cell, Sheet},
};
use uuid::Uuid;

use crate::tracker::rules::is_key;

/// The kinds of files, in the order in which they refer to one another.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![templates::KIND, cycles::KIND, goals::KIND, plan_actions::KIND, log_entries::KIND, learnings::KIND]
}

/// Whole kinds are brought in, and taken out, by whoever runs the machine.
fn operator(who: &Standing) -> bool {
    who.holds(&[roles::OPERATOR])
}

/// What a row says, by its key.
trait Keyed: PartialEq {
    fn key(&self) -> &str;
    fn title(&self) -> String;
}

/// The rows of files, parted by what they change.
struct Parted<T> {
    new: Vec<T>,
    changed: Vec<T>,
    tally: Tally,
}

/// Reads all rows and compares them with what there is. `column` is where the key stands; a row that leaves it empty gets one
/// from what it says, so that the same words twice are one thing.
fn parted<T: Keyed>(
    sources: &[Source],
    column: &'static str,
    before: &BTreeMap<String, T>,
    mut read: impl FnMut(&mut Row<'_>) -> Option<T>,
) -> Parted<T> {
    let refused = RefCell::new(Vec::new());
    let mut seen = BTreeSet::new();
    let mut parted = Parted { new: Vec::new(), changed: Vec::new(), tally: Tally::default() };
    for table in tables(sources) {
        for mut row in table.rows(&refused) {
            let said = read(&mut row);
            if row.cell(column).is_some_and(|key| !is_key(key)) {
                row.refuse(column, "This can’t stand in an address.", "Use letters, digits, points and hyphens, 100 at most.");
            }
            let Some(said) = said.filter(|_| !row.is_refused()) else { continue };
            if !seen.insert(said.key().to_owned()) {
                if row.cell(column).is_some() {
                    row.refuse(column, "This key stands in two rows.", "Give each row a key of its own.");
                } else {
                    parted.tally.add_same(row.number, || said.title());
                }
                continue;
            }
            match before.get(said.key()) {
                None => {
                    parted.tally.add_new(row.number, || said.title());
                    parted.new.push(said);
                }
                Some(known) if *known == said => parted.tally.add_same(row.number, || said.title()),
                Some(_) => {
                    parted.tally.add_changed(row.number, || said.title(), Vec::new);
                    parted.changed.push(said);
                }
            }
        }
    }
    parted.tally.refused = refused.into_inner();
    parted
}

fn by_key<T: Keyed>(rows: Vec<T>) -> BTreeMap<String, T> {
    rows.into_iter().map(|row| (row.key().to_owned(), row)).collect()
}

#[derive(FromQueryResult)]
struct IdRow {
    key: String,
    id: Uuid,
}

/// The ids of a table's rows by their keys.
async fn ids_of(on: &impl ConnectionTrait, table: &str) -> Result<BTreeMap<String, Uuid>, DbErr> {
    let rows = db::rows::<IdRow>(on, &format!("select key, id from {table}"), vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.id)).collect())
}

#[derive(FromQueryResult)]
struct PlaceRow {
    id: Uuid,
    last: i32,
}

/// Gives each new row of a cycle its place behind those that are there.
struct Places(BTreeMap<Uuid, i32>);

impl Places {
    async fn read(on: &impl ConnectionTrait, table: &str) -> Result<Self, DbErr> {
        let sql = format!("select cycle_id as id, max(position) as last from {table} group by cycle_id");
        let rows = db::rows::<PlaceRow>(on, &sql, vec![]).await?;
        Ok(Self(rows.into_iter().map(|row| (row.id, row.last)).collect()))
    }

    fn next(&mut self, cycle: Uuid) -> i32 {
        let place = self.0.entry(cycle).or_default();
        *place += 1;
        *place
    }
}

#[derive(FromQueryResult)]
struct CodeRow {
    key: String,
    code: String,
}

/// The practices that rows of a table name, by the rows' keys.
async fn codes_by_key(on: &impl ConnectionTrait, table: &str) -> Result<BTreeMap<String, BTreeSet<String>>, DbErr> {
    let sql = format!("select g.key, x.code from {table}_practice x join {table} g on g.id = x.{table}_id");
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in db::rows::<CodeRow>(on, &sql, vec![]).await? {
        codes.entry(row.key).or_default().insert(row.code);
    }
    Ok(codes)
}

/// Puts the practices of rows in place of what was there.
async fn put_codes<'a>(
    tx: &Tx,
    table: &str,
    new: impl Iterator<Item = (&'a str, &'a BTreeSet<String>)>,
    changed: &[(&'a str, &'a BTreeSet<String>)],
) -> Result<(), DbErr> {
    let ids = ids_of(&**tx, table).await?;
    for (key, _) in changed {
        if let Some(id) = ids.get(*key) {
            db::exec(&**tx, &format!("delete from {table}_practice where {table}_id = $1"), vec![(*id).into()]).await?;
        }
    }
    let rows = new.chain(changed.iter().copied()).filter_map(|(key, codes)| ids.get(key).map(|id| (*id, codes)));
    let rows = rows.flat_map(|(id, codes)| codes.iter().map(move |code| vec![id.into(), code.clone().into()]));
    db::insert(&**tx, &format!("{table}_practice"), &format!("{table}_id, code"), rows.collect()).await
}

fn sheet(name: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet { name: name.to_owned(), header: columns.iter().map(|column| column.name).collect(), rows }
}

fn list(texts: &BTreeSet<String>) -> Cell {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join(";").into()
}
