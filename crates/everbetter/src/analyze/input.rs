//! Reading a table: CSV with a heading row, or JSON.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use improvement_stats::Error;
use serde_json::Value;

use super::{
    column::Column,
    mistake::{self, Found, Mistake},
};

/// A table of texts with named columns.
pub(super) struct Table {
    /// What the file is called in sentences.
    pub(super) file: String,
    heading: Vec<String>,
    rows: Vec<Row>,
}

/// A row and its number as a spreadsheet counts, where the heading is row 1.
struct Row {
    number: usize,
    cells: Vec<String>,
}

impl Table {
    /// Reads a file, or what comes in when the file is called "-".
    pub(super) fn read(path: &Path) -> Found<Self> {
        let mut bytes = Vec::new();
        let file = if path == Path::new("-") { "the input".to_owned() } else { path.display().to_string() };
        let read = if path == Path::new("-") {
            std::io::stdin().read_to_end(&mut bytes).map(|_| ())
        } else {
            fs::read(path).map(|found| bytes = found)
        };
        read.map_err(|error| Mistake::new(format!("{file} can't be read: {error}. Check its name and place.")))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Mistake::new(format!("{file} is not text in UTF-8. Save it as CSV in UTF-8, or as JSON.")))?;
        let text = text.trim_start_matches('\u{feff}');
        let table = if is_json(path, text) { json(file, text)? } else { csv(file, text)? };
        if table.rows.is_empty() || table.heading.is_empty() {
            let file = table.file;
            return Err(Mistake::new(format!(
                "{file} has no rows: row 1 must name the columns, and at least one row must follow it."
            )));
        }
        if let Some(name) = table.heading.iter().enumerate().find(|(i, name)| table.heading[..*i].contains(name)) {
            return Err(Mistake::new(format!(
                "{}, row 1, column \"{}\": this name stands there twice. Give each column its own name.",
                table.file, name.1
            )));
        }
        Ok(table)
    }

    /// Number of rows below the heading.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.heading
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.heading.iter().any(|found| found == name)
    }

    /// A column by its name; `option` is the option that can name another one.
    pub(super) fn column(&self, name: &str, option: &str) -> Found<Column<'_>> {
        let Some(place) = self.heading.iter().position(|found| found == name) else {
            let other = if option.is_empty() { String::new() } else { format!(", or say with {option} which column it is") };
            return Err(Mistake::new(format!(
                "{}, row 1: there is no column \"{name}\". Add it{other}; there are: {}.",
                self.file,
                self.heading.join(", ")
            )));
        };
        let cells = self.rows.iter().map(|row| row.cells[place].as_str()).collect();
        Ok(Column { table: self, name: name.to_owned(), cells })
    }

    /// A column that need not be there.
    pub(super) fn column_if_any(&self, name: &str) -> Found<Option<Column<'_>>> {
        if self.has(name) { self.column(name, "").map(Some) } else { Ok(None) }
    }

    /// The names of columns other than these that hold numbers; a column of names only is none, a mixed one is.
    pub(super) fn number_columns(&self, except: &[&str]) -> Vec<String> {
        let wanted = |name: &&String| !except.contains(&name.as_str());
        let all = self.heading.iter().filter(wanted);
        all.filter(|name| self.column(name, "").is_ok_and(|column| !column.is_text())).cloned().collect()
    }

    /// A mistake in a cell: file, row, column, what is wrong and what to do.
    pub(super) fn mistake_at(&self, row: usize, column: &str, what: &str) -> Mistake {
        let number = self.rows.get(row).map_or(row + 2, |row| row.number);
        Mistake::new(format!("{}, row {number}, column \"{column}\": {what}", self.file))
    }

    /// An error of a method in the words of the file, where its positions are rows of the file.
    pub(super) fn explain(&self, column: &str) -> impl Fn(Error) -> Mistake + '_ {
        let column = column.to_owned();
        move |error| match mistake::of_value(&error) {
            Some((row, what)) if row < self.rows.len() => self.mistake_at(row, &column, &what),
            _ => mistake::of_file(&self.file, &error),
        }
    }

    /// An error of a method about the file as a whole.
    pub(super) fn explain_whole(&self) -> impl Fn(Error) -> Mistake + '_ {
        |error| mistake::of_file(&self.file, &error)
    }
}

fn is_json(path: &Path, text: &str) -> bool {
    let named = PathBuf::from(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    named || text.trim_start().starts_with(['[', '{'])
}

/// The separator: a comma, unless the first line has none and has semicolons or tabs.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.contains(',') {
        return b',';
    }
    [(b';', ';'), (b'\t', '\t')].into_iter().find(|(_, sign)| first.contains(*sign)).map_or(b',', |(byte, _)| byte)
}

fn csv(file: String, text: &str) -> Found<Table> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(separator(text)).from_reader(text.as_bytes());
    let unreadable =
        |error: csv::Error| Mistake::new(format!("{file} is no CSV that can be read: {error}. Save it as CSV anew."));
    let heading: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().to_owned()).collect();
    let inside = |record: &csv::StringRecord| record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
    let mut lines = Lines { text: text.as_bytes(), seen: 0, breaks: 0, inside: reader.headers().map_or(0, inside) };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let number = lines.row_at(record.position().map_or(0, |place| place.byte() as usize));
        lines.inside += inside(&record);
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if cells.len() != heading.len() {
            return Err(Mistake::new(format!(
                "{file}, row {number}: there are {} cells, but row 1 names {} columns. Put texts with commas in quotes, and leave no cell out.",
                cells.len(),
                heading.len()
            )));
        }
        rows.push(Row { number, cells });
    }
    Ok(Table { file, heading, rows })
}

/// Counts rows as a spreadsheet does: empty lines count, line breaks inside a cell do not.
struct Lines<'a> {
    text: &'a [u8],
    seen: usize,
    breaks: usize,
    inside: usize,
}

impl Lines<'_> {
    fn row_at(&mut self, start: usize) -> usize {
        let mut start = start;
        while self.text.get(start).is_some_and(|byte| [b'\n', b'\r'].contains(byte)) {
            start += 1;
        }
        self.breaks += self.text[self.seen..start.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count();
        self.seen = start.min(self.text.len());
        1 + self.breaks - self.inside
    }
}

fn json(file: String, text: &str) -> Found<Table> {
    if text.trim().is_empty() {
        return Ok(Table { file, heading: Vec::new(), rows: Vec::new() });
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Mistake::new(format!("{file} is no JSON that can be read: {error}. Write a list of objects.")))?;
    let records: Vec<Value> = match value {
        Value::Array(records) => records,
        Value::Object(columns) if columns.values().all(Value::is_array) => across(&columns),
        _ => return Err(Mistake::new(format!("{file} must be a list of objects, one a row, such as [{{\"value\": 3}}]."))),
    };
    let mut heading: Vec<String> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let Value::Object(fields) = record else {
            return Err(Mistake::new(format!("{file}, row {}: this is no object. Write {{\"column\": value}}.", at + 1)));
        };
        heading.extend(fields.keys().filter(|name| !heading.contains(name)).cloned().collect::<Vec<_>>());
    }
    let mut rows = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        let number = at + 1;
        let cell = |name: &String| match record.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Array(_) | Value::Object(_)) => Err(Mistake::new(format!(
                "{file}, row {number}, column \"{name}\": this is a list or an object. Write one text or number."
            ))),
            Some(other) => Ok(other.to_string()),
        };
        rows.push(Row { number, cells: heading.iter().map(cell).collect::<Found<_>>()? });
    }
    Ok(Table { file, heading, rows })
}

/// Columns of values as records.
fn across(columns: &serde_json::Map<String, Value>) -> Vec<Value> {
    let longest = columns.values().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0);
    let record = |row: usize| columns.iter().map(|(name, values)| (name.clone(), values[row].clone())).collect();
    let all_there = |row: &usize| columns.values().all(|values| values.get(*row).is_some());
    (0..longest).filter(all_there).map(|row| Value::Object(record(row))).collect()
}
