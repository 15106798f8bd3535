//! Rows and columns out of a file, and a row's values with what is wrong with them.

use std::{cell::RefCell, io::Read, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Holds, Kind, Refusal};

/// The largest file that is read, unpacked: far above any real one, far below the machine's memory.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A table that was read.
pub struct Table {
    /// The file's name.
    pub file: String,
    columns: Vec<(String, Option<Holds>)>,
    cells: Vec<Vec<String>>,
    ignored: Vec<String>,
}

impl Table {
    /// Reads CSV text for a kind: unknown columns are left aside, missing ones are refused.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn read(kind: &Kind, file: &str, bytes: &[u8]) -> Result<Self, Vec<Refusal>> {
        let text = text_of(file, bytes)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| vec![whole(file, &error.to_string())])?.clone();
        let mut refused = Vec::new();
        let mut columns = Vec::new();
        let mut ignored = Vec::new();
        for name in &header {
            let name = name.trim().to_lowercase();
            if columns.iter().any(|(other, _)| *other == name) {
                refused.push(Refusal {
                    row: Some(1),
                    column: Some(name.clone()),
                    advice: "Rename or remove one of them.".to_owned(),
                    ..whole(file, "Two columns have this name.")
                });
            }
            let known = kind.columns.iter().find(|column| column.name == name);
            if known.is_none() {
                ignored.push(name.clone());
            }
            columns.push((name, known.map(|column| column.holds)));
        }
        for missing in kind.columns.iter().filter(|column| column.required) {
            if !columns.iter().any(|(name, _)| name == missing.name) {
                refused.push(Refusal {
                    row: Some(1),
                    column: Some(missing.name.to_owned()),
                    advice: format!("Add it: {}.", missing.about),
                    ..whole(file, "This column is missing.")
                });
            }
        }
        let mut cells = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let row = u64::try_from(index).unwrap_or(0) + 2;
            match record {
                Ok(record) if record.len() != columns.len() => refused.push(Refusal {
                    row: Some(row),
                    advice: "Look for a missing or a stray comma or quote in this row.".to_owned(),
                    ..whole(file, &format!("The row has {} cells, the header {}.", record.len(), columns.len()))
                }),
                Ok(record) => cells.push(record.iter().map(|cell| cell.trim().to_owned()).collect()),
                Err(error) => refused.push(Refusal { row: Some(row), ..whole(file, &error.to_string()) }),
            }
        }
        if refused.is_empty() { Ok(Self { file: file.to_owned(), columns, cells, ignored }) } else { Err(refused) }
    }

    /// Whether the file has this column: one that is missing leaves what is known as it is.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    /// The columns of the file that nothing reads.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Its rows; `refused` gathers what is wrong with them.
    pub fn rows<'a>(&'a self, refused: &'a RefCell<Vec<Refusal>>) -> impl Iterator<Item = Row<'a>> {
        self.cells.iter().enumerate().map(move |(index, cells)| Row {
            table: self,
            number: u64::try_from(index).unwrap_or(0) + 2,
            cells,
            refused,
            is_refused: false,
        })
    }

    /// Rewrites each filled cell that holds dates, instants or school years; for a demonstration that moves with the present.
    pub fn rewrite(&mut self, rewrite: impl Fn(Holds, &str) -> Option<String>) {
        for row in &mut self.cells {
            for (cell, (_, holds)) in row.iter_mut().zip(&self.columns) {
                if let (Some(holds), false) = (holds, cell.is_empty())
                    && let Some(new) = rewrite(*holds, cell)
                {
                    *cell = new;
                }
            }
        }
    }

    /// Leaves out each row of which a cell is not to be kept; for a demonstration that ends today.
    pub fn keep(&mut self, is_kept: impl Fn(&str, &str) -> bool) {
        let columns = &self.columns;
        self.cells.retain(|row| row.iter().zip(columns).all(|(cell, (name, _))| is_kept(name, cell)));
    }

    /// Appends `copies` of the rows, each cell through `rename` (column, cell, number of the copy); for load tests.
    pub fn multiply(&mut self, copies: usize, rename: impl Fn(&str, &str, usize) -> Option<String>) {
        let original = self.cells.clone();
        for copy in 2..=copies {
            for row in &original {
                let renamed: Option<Vec<String>> =
                    row.iter().zip(&self.columns).map(|(cell, (name, _))| rename(name, cell, copy)).collect();
                self.cells.extend(renamed);
            }
        }
    }
}

/// A row, and what is wrong with it.
pub struct Row<'a> {
    table: &'a Table,
    /// The row as a spreadsheet counts it.
    pub number: u64,
    cells: &'a [String],
    refused: &'a RefCell<Vec<Refusal>>,
    is_refused: bool,
}

impl Row<'_> {
    /// The text of a cell; `None` when it is empty or the file has no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<String> {
        let place = self.table.columns.iter().position(|(name, _)| name == column)?;
        let cell = self.cells.get(place)?;
        // Our own exports put an apostrophe before what a spreadsheet would take for a formula.
        let cell = match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
            _ => cell,
        };
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    /// The text of a cell that must be filled; an empty one is refused.
    pub fn required(&mut self, column: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_none() {
            self.refuse(column, "This cell is empty.", "Every row needs a value here.");
        }
        text
    }

    /// The cell as a day.
    pub fn date(&mut self, column: &str) -> Option<NaiveDate> {
        self.parsed(column, "is not a date", "Write it as 2026-10-06: year, month, day.")
    }

    /// The cell as an instant.
    pub fn instant(&mut self, column: &str) -> Option<DateTime<Utc>> {
        self.parsed(column, "is not an instant", "Write it as 2026-10-06T14:30:00Z.")
    }

    /// The cell as a number of any type that can be read from text.
    pub fn number<N: FromStr>(&mut self, column: &str) -> Option<N> {
        self.parsed(column, "is not a number that fits here", "Write digits, with a point before decimals.")
    }

    /// The texts of a cell, parted by semicolons.
    #[must_use]
    pub fn list(&self, column: &str) -> Vec<String> {
        let text = self.text(column).unwrap_or_default();
        text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The cell as one of a few words.
    pub fn choice(&mut self, column: &str, words: &[&str]) -> Option<String> {
        let text = self.text(column)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.refuse(column, "That word is not known here.", &format!("It can be: {}.", words.join(", ")));
        None
    }

    fn parsed<T: FromStr>(&mut self, column: &str, problem: &str, advice: &str) -> Option<T> {
        let text = self.text(column)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.refuse(column, &format!("This {problem}."), advice);
        }
        value
    }

    /// Notes what is wrong with a cell.
    pub fn refuse(&mut self, column: &str, problem: &str, advice: &str) {
        self.is_refused = true;
        self.refused.borrow_mut().push(Refusal {
            file: self.table.file.clone(),
            row: Some(self.number),
            column: Some(column.to_owned()),
            value: self.text(column),
            problem: problem.to_owned(),
            advice: advice.to_owned(),
        });
    }

    /// Whether something is wrong with the row.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }
}

fn whole(file: &str, problem: &str) -> Refusal {
    Refusal {
        file: file.to_owned(),
        row: None,
        column: None,
        value: None,
        problem: problem.to_owned(),
        advice: "Save it again as CSV in UTF-8.".to_owned(),
    }
}

pub(super) fn text_of(file: &str, bytes: &[u8]) -> Result<String, Vec<Refusal>> {
    let unpacked;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(bytes)
            .take(LARGEST + 1)
            .read_to_end(&mut out)
            .map_err(|error| vec![whole(file, &format!("The file can’t be unpacked: {error}."))])?;
        unpacked = out;
        &unpacked[..]
    } else {
        bytes
    };
    if bytes.len() as u64 > LARGEST {
        return Err(vec![Refusal {
            advice: "Split it into several files.".to_owned(),
            ..whole(file, "The file holds more than 256 MB.")
        }]);
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let row = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            Err(vec![Refusal { row: Some(row), ..whole(file, "The text is not UTF-8.") }])
        }
    }
}
