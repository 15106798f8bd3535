//! A file's rows as they stand there, handed on one at a time: whoever takes them keeps only what is needed.

use crate::Refusal;

/// The most columns that a file may have.
pub const MOST_COLUMNS: usize = 1_000;
/// The largest cell, in bytes.
pub const LARGEST_CELL: usize = 1024 * 1024;
/// The largest row, in bytes.
pub(crate) const LARGEST_ROW: usize = 8 * 1024 * 1024;
/// The largest file, unpacked: far above any real one, far below the machine's memory.
pub const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// What takes the rows of a file.
pub(crate) trait Taker {
    /// The headings, and the row in which they stand. Comes first, once.
    fn headings(&mut self, row: u64, names: Vec<String>) -> Result<(), Vec<Refusal>>;
    /// A row. An answer of `false` ends the reading.
    fn row(&mut self, number: u64, cells: &RawRow) -> bool;
    /// Something that is wrong with a row, in the words of the reader. An answer of `false` ends the reading.
    fn refuse(&mut self, refusal: Refusal) -> bool;
}

/// A row being read: one text with the ends of its cells, and which of them are formulas.
#[derive(Debug, Default)]
pub(crate) struct RawRow {
    text: String,
    ends: Vec<usize>,
    /// Places of formulas, in order, with what they say.
    formulas: Vec<(usize, String)>,
}

impl RawRow {
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.formulas.clear();
    }

    /// Notes that the cell of that place is a formula.
    pub fn note_formula(&mut self, place: usize, says: &str) {
        self.formulas.push((place, crate::refusal::short(says)));
    }

    /// What the formula of a place says, if there is one.
    pub fn formula(&self, place: usize) -> Option<&str> {
        self.formulas.iter().find(|(there, _)| *there == place).map(|(_, says)| says.as_str())
    }

    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes it holds.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    pub fn get(&self, place: usize) -> &str {
        let end = self.ends.get(place).copied().unwrap_or(self.text.len());
        let start = match place {
            0 => 0,
            _ => self.ends.get(place - 1).copied().unwrap_or(self.text.len()),
        };
        &self.text[start..end]
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|place| self.get(place))
    }

    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// How a file was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct HowRead {
    /// In words: `CSV, parted by semicolons`.
    pub words: String,
    /// The sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// What is worth knowing.
    pub notices: Vec<String>,
}

/// The headings of a file, once they are known to be some.
pub(crate) fn checked_headings(file: &str, names: &[String]) -> Result<(), Vec<Refusal>> {
    if names.len() > MOST_COLUMNS {
        return Err(vec![
            Refusal::whole(
                file,
                format!("The file has more than {MOST_COLUMNS} columns."),
                "Keep those that we read, and choose it again.",
            )
            .at(1),
        ]);
    }
    Ok(())
}
