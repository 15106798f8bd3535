//! What the targets share: columns of every sort, and what must hold of whatever could be read.

use std::cell::RefCell;

use tables::{Column, DayOrder, Holds, Input, Mapping, Refusal, Table, Whole};

/// A column of every sort.
pub const COLUMNS: &[Column] = &[
    Column::needed("word", Holds::Text, "a word").or(&["the term", "name"]),
    Column::optional("day", Holds::Date, "a day").or(&["when"]),
    Column::optional("at", Holds::Instant, "an instant"),
    Column::optional("year", Holds::SchoolYear, "a school year"),
    Column::optional("number", Holds::Number, "a number"),
    Column::optional("list", Holds::List, "some words"),
    Column::optional("mode", Holds::Word(&["on-site", "remote", "phone"]), "one of three"),
];

/// Reads a file as each of its readers would. Whatever it holds, there is an answer, and each refusal says what to do.
pub fn all_ways(name: &str, bytes: &[u8], mapping: &Mapping) {
    let input = Input::Bytes(bytes);
    for refusal in tables::look(COLUMNS, name, input, mapping).err().unwrap_or_default() {
        is_told(&refusal);
    }
    match tables::read(COLUMNS, name, input, mapping) {
        Ok(table) => is_sound(&table, mapping.days),
        Err(refused) => {
            assert!(!refused.is_empty(), "nothing was said");
            refused.iter().for_each(is_told);
        }
    }
    match tables::whole(name, input) {
        Ok(Whole::Book(book)) => book.sheets.iter().flat_map(|sheet| &sheet.refused).for_each(is_told),
        Ok(Whole::Text(_)) => {}
        Err(refused) => {
            assert!(!refused.is_empty(), "nothing was said");
            refused.iter().for_each(is_told);
        }
    }
    for refusal in tables::only_rows(name, bytes, mapping.sheet.as_deref(), &[2, 3]).err().unwrap_or_default() {
        is_told(&refusal);
    }
}

/// A refusal has a problem and an advice, and does not carry the whole file along.
pub fn is_told(refusal: &Refusal) {
    assert!(!refusal.problem.is_empty() && !refusal.advice.is_empty(), "{refusal:?}");
    assert!(refusal.value.as_ref().is_none_or(|value| value.chars().count() <= 81), "{refusal:?}");
}

/// Every cell can be asked for, and written out and read again it says the same, with the same order of days.
fn is_sound(table: &Table, days: Option<DayOrder>) {
    let first = cells(table);
    let header: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let rows: Vec<Vec<String>> = first.iter().map(|row| row.iter().map(|cell| tables::guarded(cell)).collect()).collect();
    let Ok(text) = tables::csv_of(&header, &rows) else { panic!("what was read can't be written") };
    match tables::read(COLUMNS, "again.csv", Input::Bytes(text.as_bytes()), &Mapping { days, ..Mapping::default() }) {
        Ok(again) => assert_eq!(first, cells(&again), "{text}"),
        Err(refused) => assert!(first.is_empty(), "{}\n{text}", refused[0]),
    }
}

/// The cells of all rows that are not blank.
fn cells(table: &Table) -> Vec<Vec<String>> {
    let refused = RefCell::new(Vec::new());
    let mut rows = Vec::new();
    for mut row in table.rows(&refused) {
        let cells: Vec<String> = COLUMNS.iter().map(|column| row.text(column.name).unwrap_or_default()).collect();
        row.date("day");
        row.instant("at");
        row.number::<f64>("number");
        row.choice("mode", &["on-site", "remote", "phone"]);
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(cells);
        }
    }
    refused.borrow().iter().for_each(is_told);
    rows
}
