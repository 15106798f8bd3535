//! A look at a file before it is taken in: its headings, its first rows, where we think they go, and what is unclear.

use std::collections::BTreeMap;

use crate::{
    Column, Holds, Input, Mapping, Refusal,
    mapping::{places, word_of},
    raw::{RawRow, Taker},
    table::bare_word,
    values,
    words::near,
    written::{csv_of, guarded},
};

/// So many rows are shown.
const SHOWN_ROWS: usize = 5;
/// So many different words of a column are asked about.
const ASKED_WORDS: usize = 50;

/// A file, looked at.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The file's name.
    pub file: String,
    /// How it was read, in words: `UTF-8, parted by semicolons`.
    pub read_as: String,
    /// The sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Its headings, and where they go.
    pub headings: Vec<Heading>,
    /// The first rows, as they stand there.
    pub first: Vec<Vec<String>>,
    /// How many rows there are.
    pub rows: u64,
    /// Words of columns with fixed words, and what they mean.
    pub words: Vec<OddWord>,
    /// Days written in figures, when there are some.
    pub days: Option<DaysInFigures>,
    /// Columns that are needed and that no heading goes to.
    pub missing: Vec<&'static str>,
    /// What is worth knowing.
    pub notices: Vec<String>,
}

/// A heading, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What the file calls it.
    pub name: String,
    /// Our column; nothing stays in the file.
    pub goes_to: Option<&'static str>,
    /// The first value below it.
    pub first: String,
}

/// A word that the column does not know as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddWord {
    /// Our column.
    pub column: &'static str,
    /// What the file says.
    pub says: String,
    /// In how many rows.
    pub rows: u64,
    /// What it means by the mapping, or probably.
    pub means: Option<String>,
    /// What it could mean.
    pub choices: &'static [&'static str],
}

/// Days written in figures: is 10/04/21 in October or in April?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaysInFigures {
    /// One of them.
    pub example: String,
    /// How many there are.
    pub rows: u64,
    /// How many make sense with the month first.
    pub month_first: u64,
    /// How many make sense with the day first.
    pub day_first: u64,
}

/// Looks at a file that should hold these columns, with what was said about it so far.
///
/// # Errors
/// Why the file can't be opened at all.
pub fn look(columns: &'static [Column], name: &str, input: Input<'_>, mapping: &Mapping) -> Result<Look, Vec<Refusal>> {
    let look = Look { file: name.to_owned(), ..Look::default() };
    let mut looker = Looker { columns, mapping, places: Vec::new(), words: BTreeMap::new(), look };
    let how = crate::rows_of(name, input, mapping.sheet.as_deref(), &mut looker)?;
    let mut look = looker.look;
    look.words = looker.words.into_values().collect();
    look.read_as = how.words;
    look.sheets = how.sheets;
    look.sheet = how.sheet;
    look.notices = how.notices;
    Ok(look)
}

struct Looker<'a> {
    columns: &'static [Column],
    mapping: &'a Mapping,
    places: Vec<Option<&'static Column>>,
    words: BTreeMap<(&'static str, String), OddWord>,
    look: Look,
}

impl Looker<'_> {
    fn word(&mut self, column: &'static str, choices: &'static [&'static str], cell: &str) {
        if cell.is_empty() || word_of(Holds::Word(choices), cell).is_some() {
            return;
        }
        let key = (column, bare_word(cell));
        if let Some(word) = self.words.get_mut(&key) {
            word.rows += 1;
        } else if self.words.len() < ASKED_WORDS {
            let said = self.mapping.words.iter().find(|word| word.column == column && bare_word(&word.says) == key.1);
            let means = match said {
                Some(said) => said.means.clone(),
                None => near(cell, choices.iter().copied()).into_iter().next(),
            };
            let says = crate::refusal::short(cell);
            self.words.insert(key, OddWord { column, says, rows: 1, means, choices });
        }
    }

    fn day(&mut self, cell: &str) {
        let Some((month, day)) = values::orders(cell) else { return };
        let days = self.look.days.get_or_insert_with(|| DaysInFigures {
            example: cell.to_owned(),
            rows: 0,
            month_first: 0,
            day_first: 0,
        });
        days.rows += 1;
        days.month_first += u64::from(month);
        days.day_first += u64::from(day);
    }
}

impl Taker for Looker<'_> {
    fn headings(&mut self, row: u64, names: Vec<String>) -> Result<(), Vec<Refusal>> {
        self.places = places(self.columns, self.mapping, &names);
        let mut taken: Vec<&str> = Vec::new();
        for place in &mut self.places {
            // Of two headings for one column the first one keeps it.
            match place {
                Some(column) if taken.contains(&column.name) => *place = None,
                Some(column) => taken.push(column.name),
                None => {}
            }
        }
        if names.iter().all(|name| name.is_empty() || name.parse::<f64>().is_ok()) {
            let advice = "Put a row above it that names the columns.";
            return Err(vec![Refusal::whole(&self.look.file, "The first row holds no headings.", advice).at(row)]);
        }
        let columns = self.columns.iter();
        self.look.missing =
            columns.filter(|column| column.required && !taken.contains(&column.name)).map(|column| column.name).collect();
        let headings = names.into_iter().zip(&self.places);
        self.look.headings = headings
            .map(|(name, place)| Heading { name, goes_to: place.map(|column| column.name), first: String::new() })
            .collect();
        Ok(())
    }

    fn row(&mut self, _: u64, cells: &RawRow) -> bool {
        self.look.rows += 1;
        for (heading, cell) in self.look.headings.iter_mut().zip(cells.iter()) {
            if heading.first.is_empty() {
                heading.first = crate::refusal::short(cell.trim());
            }
        }
        if self.look.first.len() < SHOWN_ROWS {
            self.look.first.push(cells.iter().map(crate::refusal::short).collect());
        }
        for place in 0..self.places.len().min(cells.len()) {
            let Some(column) = self.places[place] else { continue };
            let (name, cell) = (column.name, cells.get(place).trim());
            match column.holds {
                Holds::Word(words) => self.word(name, words, cell),
                Holds::Date | Holds::Instant => self.day(cell),
                Holds::Text | Holds::SchoolYear | Holds::Number | Holds::List => {}
            }
        }
        true
    }

    fn refuse(&mut self, _: Refusal) -> bool {
        self.look.rows += 1;
        true
    }
}

/// The rows of a file with these numbers, as CSV with the file's own headings: for somebody to mend.
///
/// # Errors
/// Why the file can't be opened.
pub fn only_rows(name: &str, bytes: &[u8], sheet: Option<&str>, rows: &[u64]) -> Result<String, Vec<Refusal>> {
    let mut taker = Only { rows, header: Vec::new(), kept: Vec::new() };
    crate::rows_of(name, Input::Bytes(bytes), sheet, &mut taker)?;
    csv_of(&taker.header, &taker.kept)
        .map_err(|error| vec![Refusal::whole(name, format!("The rows can’t be written: {error}."), "Choose the file again.")])
}

struct Only<'a> {
    rows: &'a [u64],
    header: Vec<String>,
    kept: Vec<Vec<String>>,
}

impl Taker for Only<'_> {
    fn headings(&mut self, _: u64, names: Vec<String>) -> Result<(), Vec<Refusal>> {
        self.header = names;
        Ok(())
    }

    fn row(&mut self, number: u64, cells: &RawRow) -> bool {
        if self.rows.contains(&number) {
            self.kept.push(cells.iter().map(guarded).collect());
        }
        true
    }

    fn refuse(&mut self, _: Refusal) -> bool {
        true
    }
}
