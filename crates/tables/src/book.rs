//! A workbook as a whole, sheet by sheet, as texts: for what is told on several sheets that refer to one another.

use crate::{
    Refusal,
    raw::{RawRow, Taker},
    table::{MOST_REFUSED, formula},
};

/// The most rows of all sheets together: what is read this way is kept as a whole.
const MOST_ROWS: usize = 20_000;
/// The most that they hold together, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// A workbook that was read as a whole.
#[derive(Debug)]
pub struct Book {
    /// The file's name.
    pub file: String,
    /// Its sheets in their order, those that are empty left out.
    pub sheets: Vec<Leaf>,
}

/// A sheet of a workbook.
#[derive(Debug)]
pub struct Leaf {
    /// Its name.
    pub name: String,
    /// Its headings, and the row in which they stand.
    pub headings: (u64, Vec<String>),
    /// Its rows, each as long as the headings, under their numbers.
    pub rows: Vec<(u64, Vec<String>)>,
    /// What is wrong with its cells; whoever reads the sheet tells it.
    pub refused: Vec<Refusal>,
}

/// Takes the rows of a sheet; `left` is what all of them may still hold: rows, and bytes.
struct Taking<'a> {
    file: &'a str,
    leaf: Leaf,
    left: (usize, usize),
}

pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Book, Vec<Refusal>> {
    let mut sheets: Vec<Leaf> = Vec::new();
    let left = std::cell::Cell::new((MOST_ROWS, LARGEST));
    crate::workbook::all(
        file,
        bytes,
        |name| Taking {
            file,
            leaf: Leaf { name: name.to_owned(), headings: (1, Vec::new()), rows: Vec::new(), refused: Vec::new() },
            left: left.get(),
        },
        |taking| {
            if taking.left.0 == 0 || taking.left.1 == 0 {
                let advice = "Keep the sheets that we read, and choose it again.";
                let problem = format!("The workbook holds more than {MOST_ROWS} rows, or more than 16 MB of text.");
                return Err(vec![Refusal::whole(file, problem, advice)]);
            }
            left.set(taking.left);
            sheets.push(taking.leaf);
            Ok(())
        },
    )?;
    Ok(Book { file: file.to_owned(), sheets })
}

impl Taker for Taking<'_> {
    fn headings(&mut self, row: u64, names: Vec<String>) -> Result<(), Vec<Refusal>> {
        self.leaf.headings = (row, names);
        Ok(())
    }

    fn row(&mut self, number: u64, cells: &RawRow) -> bool {
        let (rows, bytes) = self.left;
        self.left = (rows.saturating_sub(1), bytes.saturating_sub(cells.size()));
        for (place, name) in self.leaf.headings.1.iter().enumerate() {
            let column = format!("{}: {name}", self.leaf.name);
            if let Some(says) = cells.formula(place) {
                self.leaf.refused.push(formula(self.file, says).at(number).column(column));
            } else if cells.get(place).contains('\0') {
                let problem = "There is a character of code 0 in it, which no text has.";
                self.leaf.refused.push(Refusal::whole(self.file, problem, "Write the value anew.").at(number).column(column));
            }
        }
        self.leaf.rows.push((number, cells.iter().map(|cell| cell.trim().replace("\r\n", "\n")).collect()));
        self.left.0 > 0 && self.left.1 > 0 && self.leaf.refused.len() < MOST_REFUSED
    }

    fn refuse(&mut self, refusal: Refusal) -> bool {
        let column = refusal.column.as_ref().map(|column| format!("{}: {column}", self.leaf.name));
        let column = column.or_else(|| Some(self.leaf.name.clone()));
        self.leaf.refused.push(Refusal { column, ..refusal });
        self.leaf.refused.len() < MOST_REFUSED
    }
}
