//! A workbook as a whole, sheet by sheet, as texts: for what is told on several sheets that refer to one another.

use crate::{
    Refusal,
    raw::{RawRow, Taker},
    table::{MOST_REFUSED, formula, rest_unread},
};

/// The most rows of all sheets together: what is read this way is kept as a whole.
const MOST_ROWS: usize = 20_000;
/// The most that they hold together, in bytes: their texts, and what it takes to keep each cell.
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

/// Takes the rows of a sheet; `left` is what all of them may still hold: rows, and bytes. Nothing once they hold more.
struct Taking<'a> {
    file: &'a str,
    leaf: Leaf,
    left: Option<(usize, usize)>,
}

pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Book, Vec<Refusal>> {
    let mut sheets: Vec<Leaf> = Vec::new();
    let left = std::cell::Cell::new(Some((MOST_ROWS, LARGEST)));
    crate::workbook::all(
        file,
        bytes,
        |name| Taking {
            file,
            leaf: Leaf { name: name.to_owned(), headings: (1, Vec::new()), rows: Vec::new(), refused: Vec::new() },
            left: left.get(),
        },
        |taking| {
            if taking.left.is_none() {
                let advice = "Keep the sheets that we read, and choose it again.";
                let problem = format!("The workbook holds more than {MOST_ROWS} rows, or more than 16 MB.");
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
        let size = cells.size() + cells.len() * size_of::<String>();
        self.left = self.left.and_then(|(rows, bytes)| Some((rows.checked_sub(1)?, bytes.checked_sub(size)?)));
        if self.left.is_none() {
            return false;
        }
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
        self.goes_on()
    }

    fn refuse(&mut self, refusal: Refusal) -> bool {
        let column = refusal.column.as_ref().map(|column| format!("{}: {column}", self.leaf.name));
        let column = column.or_else(|| Some(self.leaf.name.clone()));
        self.leaf.refused.push(Refusal { column, ..refusal });
        self.goes_on()
    }
}

impl Taking<'_> {
    /// Whether there are few enough mistakes to go on; says so where there are not.
    fn goes_on(&mut self) -> bool {
        let is_full = self.leaf.refused.len() >= MOST_REFUSED;
        if is_full {
            self.leaf.refused.push(rest_unread(self.file));
        }
        !is_full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(left: (usize, usize)) -> Taking<'static> {
        let leaf =
            Leaf { name: "words".to_owned(), headings: (1, vec!["word".to_owned()]), rows: Vec::new(), refused: Vec::new() };
        Taking { file: "words.xlsx", leaf, left: Some(left) }
    }

    fn row(cells: &[&str]) -> RawRow {
        let mut row = RawRow::default();
        cells.iter().for_each(|cell| row.push(cell));
        row
    }

    #[test]
    fn as_many_rows_as_are_allowed_are_read_and_one_more_is_not() {
        let mut taking = taking((2, LARGEST));
        assert!(taking.row(2, &row(&["one"])) && taking.row(3, &row(&["two"])));
        assert_eq!((taking.left.map(|left| left.0), taking.leaf.rows.len()), (Some(0), 2));
        assert!(!taking.row(4, &row(&["three"])));
        assert_eq!((taking.left, taking.leaf.rows.len()), (None, 2));
    }

    #[test]
    fn cells_take_room_whatever_little_stands_in_them() {
        let cells = ["x"; 100];
        let room = 100 + 100 * size_of::<String>();
        assert!(taking((9, room)).row(2, &row(&cells)));
        assert!(!taking((9, room - 1)).row(2, &row(&cells)));
    }

    #[test]
    fn it_says_so_where_too_much_is_wrong_to_go_on() {
        let mut taking = taking((MOST_ROWS, LARGEST));
        let mut read = 0;
        while taking.row(read + 2, &row(&["\0"])) {
            read += 1;
        }
        assert_eq!((read + 1, taking.leaf.refused.len()), (MOST_REFUSED as u64, MOST_REFUSED + 1));
        assert_eq!(taking.leaf.refused.last(), Some(&rest_unread("words.xlsx")));
    }
}
