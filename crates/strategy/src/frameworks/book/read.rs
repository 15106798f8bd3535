//! A workbook read as a version, with all that is wrong with it in its own places.

use std::collections::BTreeMap;

use platform::import::{Book, Leaf, Refusal};
use toml::{Table, Value};

use super::{
    super::pack::{self, Pack, refusal},
    Column, ENDED, ENDED_COLUMNS, Ended, Origin, PARTS, PASSING, Part, Passing,
    cells::{self, Named},
};

/// A version that a workbook holds.
#[derive(Debug)]
pub(in super::super) struct Read {
    pub pack: Pack,
    /// Where its practices come from, if the workbook says so.
    pub passing: Option<Passing>,
    /// What is worth knowing about how it was read.
    pub notices: Vec<String>,
    /// The rows of the practices, by code, and of those that end.
    places: Places,
}

/// Where things stand: their rows, by sheet and by what names them.
type Places = BTreeMap<(&'static str, String), u64>;

impl Read {
    /// A refusal of what the workbook says about where the practice of that place comes from.
    pub(in super::super) fn refuse_origin(
        &self,
        file: &str,
        (place, heading): (usize, &str),
        value: &str,
        problem: &str,
        advice: &str,
    ) -> Refusal {
        let own = self.pack.practices.get(place).map(|practice| practice.code.as_str()).unwrap_or_default();
        self.refuse(file, (PARTS[0].sheet, own, heading), value, problem, advice)
    }

    /// A refusal of a practice that is said to end.
    pub(in super::super) fn refuse_ended(&self, file: &str, code: &str, problem: &str, advice: &str) -> Refusal {
        self.refuse(file, (ENDED, code, ENDED_COLUMNS[0]), code, problem, advice)
    }

    /// A refusal of what the workbook says about the version as a whole.
    pub(in super::super) fn refuse_version(
        &self,
        file: &str,
        heading: &str,
        value: &str,
        problem: &str,
        advice: &str,
    ) -> Refusal {
        self.refuse(file, ("version", "", heading), value, problem, advice)
    }

    fn refuse(
        &self,
        file: &str,
        (sheet, key, column): (&'static str, &str, &str),
        value: &str,
        problem: &str,
        advice: &str,
    ) -> Refusal {
        let row = self.places.get(&(sheet, key.to_owned())).copied();
        of_cell(file, (sheet, column), row, value, problem, advice)
    }
}

/// A refusal of what a cell says, by its sheet, its heading and its row.
fn of_cell(file: &str, (sheet, heading): (&str, &str), row: Option<u64>, value: &str, problem: &str, advice: &str) -> Refusal {
    let value = (!value.is_empty()).then(|| value.chars().take(80).collect());
    Refusal { row, ..refusal(file, &format!("{sheet}: {heading}"), value, problem, advice) }
}

/// What names a row by its number, where another thing of that number is refused; what has an id may be called `1` too.
fn numbered(number: impl std::fmt::Display) -> String {
    format!("number {number}")
}

/// A heading as it is compared: `comes_from`, however it is written.
fn plain(heading: &str) -> String {
    heading.trim().to_lowercase().replace(' ', "_")
}

/// Reads a workbook as a version; answers everything that is wrong with it at once.
pub(in super::super) fn read(book: &Book) -> Result<Read, Vec<Refusal>> {
    let mut reading =
        Reading { file: &book.file, table: Table::new(), places: Places::new(), refused: Vec::new(), notices: Vec::new() };
    let sheet = |name: &str| book.sheets.iter().find(|leaf| leaf.name.trim().eq_ignore_ascii_case(name));
    // Practices name steps, strands, phases and models, so those are read first.
    for part in PARTS.iter().skip(1).chain(PARTS.first()) {
        match sheet(part.sheet) {
            Some(leaf) => reading.part(part, leaf),
            None => {
                let problem = format!("The workbook has no sheet \"{}\", or nothing stands on it.", part.sheet);
                let advice = "Take a version out as Excel on the page of versions, and change that one.";
                reading.refused.push(refusal(&book.file, "", None, &problem, advice));
            }
        }
    }
    for leaf in &book.sheets {
        let is_known = |name: &str| leaf.name.trim().eq_ignore_ascii_case(name);
        if !PARTS.iter().any(|part| is_known(part.sheet)) && !is_known(ENDED) {
            reading.notices.push(format!("{}: nothing reads the sheet {}.", book.file, leaf.name));
        }
    }
    let passing = sheet("practices").and_then(|leaf| reading.origins(leaf, sheet(ENDED)));
    let Reading { table, places, refused, notices, .. } = reading;
    if !refused.is_empty() {
        return Err(refused);
    }
    let placed = |refused: Vec<Refusal>| refused.into_iter().map(|refusal| in_place(refusal, &places)).collect::<Vec<_>>();
    let pack = pack::of_table(&book.file, table).map_err(placed)?;
    Ok(Read { pack, passing, notices, places })
}

struct Reading<'a> {
    file: &'a str,
    table: Table,
    places: Places,
    refused: Vec<Refusal>,
    notices: Vec<String>,
}

impl Reading<'_> {
    fn refuse(&mut self, place: (&str, &str), row: u64, value: &str, problem: &str, advice: &str) {
        self.refused.push(of_cell(self.file, place, Some(row), value, problem, advice));
    }

    /// Where the headings of a sheet stand; each of them once.
    fn headings(&mut self, sheet: &str, leaf: &Leaf) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        let (row, names) = &leaf.headings;
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if found.insert(plain(name), place).is_some() {
                self.refuse((sheet, name), *row, "", "Two columns have this name.", "Rename or remove one of them.");
            }
        }
        found
    }

    fn part(&mut self, part: &Part, leaf: &Leaf) {
        self.refused.extend(leaf.refused.iter().cloned());
        let headings = self.headings(part.sheet, leaf);
        for Column(name, _, must) in part.columns {
            if *must && !headings.contains_key(*name) {
                let advice = "Add it, with a value in each row.";
                self.refuse((part.sheet, name), leaf.headings.0, "", "This column is missing.", advice);
            }
        }
        for name in headings.keys() {
            let is_known =
                part.columns.iter().any(|column| column.0 == name) || part.part == "practice" && PASSING.contains(&name.as_str());
            if !is_known {
                self.notices.push(format!("{}: nothing reads the column {name} of the sheet {}.", self.file, part.sheet));
            }
        }
        let named = Named::of(&self.table);
        let mut things = Vec::new();
        for (number, cells) in &leaf.rows {
            let mut thing = Table::new();
            for Column(name, holds, must) in part.columns {
                let Some(cell) = headings.get(*name).and_then(|place| cells.get(*place)) else { continue };
                match cells::value(cell, *holds, *must, &named) {
                    Ok(Some(value)) => drop(thing.insert((*name).to_owned(), value)),
                    Ok(None) => {}
                    Err((problem, advice)) => self.refuse((part.sheet, name), *number, cell, &problem, &advice),
                }
            }
            // Practices count as they stand, where nobody numbers them.
            if part.part == "practice" && !thing.contains_key("item") {
                let place = i64::try_from(things.len() + 1).unwrap_or(i64::MAX);
                thing.insert("item".to_owned(), Value::Integer(place));
            }
            let key = thing.get(part.key).map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
            // A second thing of that name is the one that a refusal of it speaks of.
            self.places.insert((part.sheet, key.unwrap_or_default()), *number);
            if let Some(own) = thing.get("number") {
                self.places.insert((part.sheet, numbered(own)), *number);
            }
            things.push(Value::Table(thing));
        }
        let value = match (part.key, things.len()) {
            ("", 1) => things.into_iter().next(),
            ("", rows) => {
                let row = leaf.rows.get(1).map_or(leaf.headings.0, |(row, _)| *row);
                let (problem, advice) = match rows {
                    0 => ("There is no row below the headings.", "Fill one in."),
                    _ => ("There is more than one row.", "Keep the one that counts."),
                };
                self.refused.push(Refusal { row: Some(row), ..refusal(self.file, part.sheet, None, problem, advice) });
                None
            }
            _ => Some(Value::Array(things)),
        };
        if let Some(value) = value {
            self.table.insert(part.part.to_owned(), value);
        }
    }

    /// Where practices come from, and which ones end; nothing when the workbook does not say.
    fn origins(&mut self, leaf: &Leaf, ended: Option<&Leaf>) -> Option<Passing> {
        // Two columns of one name were refused when the practices were read.
        let headings: BTreeMap<String, usize> =
            leaf.headings.1.iter().enumerate().map(|(place, name)| (plain(name), place)).collect();
        let Some(from) = headings.get("comes_from").copied() else {
            if let Some(ended) = ended.filter(|ended| !ended.rows.is_empty() || !ended.refused.is_empty()) {
                let problem = "Practices end here, and the sheet practices does not say what the others come from.";
                let advice = "Add the column comes_from there, or take this sheet out.";
                self.refused.push(Refusal { row: Some(ended.headings.0), ..refusal(self.file, ENDED, None, problem, advice) });
            }
            return None;
        };
        let cell =
            |cells: &[String], place: Option<&usize>| place.and_then(|place| cells.get(*place)).cloned().unwrap_or_default();
        let origins = leaf.rows.iter().map(|(_, cells)| Origin {
            fate: cell(cells, headings.get("fate")),
            codes: cells::codes(&cell(cells, Some(&from))),
            reason: cell(cells, headings.get("reason")),
        });
        let origins: Vec<Origin> = origins.collect();
        let Some(ended) = ended else { return Some(Passing { origins, ended: Vec::new() }) };
        self.refused.extend(ended.refused.iter().cloned());
        let headings = self.headings(ENDED, ended);
        if !headings.contains_key("code") {
            self.refuse((ENDED, "code"), ended.headings.0, "", "This column is missing.", "Add it: the codes of those that end.");
        }
        let mut told = Vec::new();
        for (row, cells) in &ended.rows {
            let code = cell(cells, headings.get("code"));
            self.places.insert((ENDED, code.clone()), *row);
            told.push(Ended { code, title: cell(cells, headings.get("title")), reason: cell(cells, headings.get("reason")) });
        }
        Some(Passing { origins, ended: told })
    }
}

/// A refusal by the place in a content pack (`practice 2.2.3, due in cycle 1, end`), by the place in the workbook.
fn in_place(told: Refusal, places: &Places) -> Refusal {
    let place = told.column.clone().unwrap_or_default();
    let (head, rest) = place.split_once(", ").unwrap_or((place.as_str(), ""));
    let listed =
        [("models of practice ", "models"), ("str indicators of practice ", "str"), ("caf indicators of practice ", "caf")];
    // A second thing of a list is named behind its practice: `models of practice 2.2.3 intensive`. Codes have no blanks.
    let code = |rest: &'_ str| rest.split(' ').next().unwrap_or_default().to_owned();
    let listed = listed.into_iter().find_map(|(words, heading)| Some(("practice", code(head.strip_prefix(words)?), heading)));
    let (part, key, field) = listed.unwrap_or_else(|| {
        let (part, key) = head.split_once(' ').unwrap_or((head, ""));
        let field = if rest.starts_with("due in cycle ") { "due" } else { rest };
        (part, key.to_owned(), field)
    });
    let Some(part) = PARTS.iter().find(|known| known.part == part) else { return told };
    let is_column = part.columns.iter().any(|Column(name, ..)| *name == field);
    let column = if is_column { format!("{}: {field}", part.sheet) } else { part.sheet.to_owned() };
    let key = if field == "number" { numbered(key) } else { key };
    let row = places.get(&(part.sheet, key)).copied();
    Refusal { column: Some(column), row, ..told }
}
