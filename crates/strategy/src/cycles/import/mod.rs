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
    clock::new_id,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx, Value},
    import::{Column, Kind, Row, Source, Taking, Tally, tables},
    sheet::{Cell, Sheet},
};
use uuid::Uuid;

use crate::{CycleId, tracker::rules::is_key};

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
    /// Where it is kept.
    const TABLE: &'static str;
    /// The columns that hold [`Keyed::values`], in their order, parted by `, `.
    const COLUMNS: &'static str;
    /// Whether it has a place among the others of its cycle.
    const IS_ORDERED: bool;

    fn key(&self) -> &str;

    /// What stands for it where somebody reads what a file changed.
    fn title(&self) -> String {
        self.key().to_owned()
    }

    /// The cycle that it belongs to.
    fn within(&self) -> Option<CycleId>;

    fn values(&self) -> Vec<Value>;

    /// Takes over what is known where the file has no such column.
    fn keep(&mut self, known: &Self, has: &dyn Fn(&str) -> bool);
}

/// What a row says, or what is known when the file has no column for it.
fn or_known<T: Clone>(has: bool, says: &mut T, known: &T) {
    if !has {
        says.clone_from(known);
    }
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
            let Some(mut said) = said.filter(|_| !row.is_refused()) else { continue };
            if !seen.insert(said.key().to_owned()) {
                if row.cell(column).is_some() {
                    row.refuse(column, "This key stands in two rows.", "Give each row a key of its own.");
                } else {
                    parted.tally.add_same(row.number, || said.title());
                }
                continue;
            }
            let known = before.get(said.key());
            if let Some(known) = known {
                said.keep(known, &|column| table.has(column));
            }
            match known {
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

/// All rows of a table, as far as files say them; `x` is the table.
fn select<T: Keyed>() -> String {
    let columns: Vec<String> = T::COLUMNS.split(", ").map(|column| format!("x.{column}")).collect();
    format!("select x.key, {} from {} x", columns.join(", "), T::TABLE)
}

/// Writes new rows many at a time, behind those that their cycles have, and each changed one in its place.
async fn write<T: Keyed>(taking: &Taking<'_>, new: &[T], changed: &[T]) -> Result<(), DbErr> {
    let tx = taking.tx;
    let mut places = if T::IS_ORDERED { Places::read(&**tx, T::TABLE).await? } else { Places::default() };
    let rows = new.iter().map(|said| {
        let mut row = vec![new_id(taking.now).into(), said.key().into(), 1.into()];
        row.extend(said.within().filter(|_| T::IS_ORDERED).map(|cycle| places.next(cycle.0).into()));
        row.extend(said.values());
        row
    });
    let place = if T::IS_ORDERED { ", position" } else { "" };
    db::insert(&**tx, T::TABLE, &format!("id, key, version{place}, {}", T::COLUMNS), rows.collect()).await?;
    let set: Vec<String> = (2..).zip(T::COLUMNS.split(", ")).map(|(place, column)| format!("{column} = ${place}")).collect();
    let sql = format!("update {} set {}, version = version + 1 where key = $1", T::TABLE, set.join(", "));
    for said in changed {
        let mut params = vec![said.key().into()];
        params.extend(said.values());
        db::exec(&**tx, &sql, params).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct PlaceRow {
    id: Uuid,
    last: i32,
}

/// Gives each new row of a cycle its place behind those that are there.
#[derive(Default)]
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
