//! A row's values, and what is wrong with them.

use std::{cell::RefCell, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Refusal, Table, mapping::bare};

/// A row, and what is wrong with it.
pub struct Row<'a> {
    table: &'a Table,
    place: usize,
    /// The row as a spreadsheet counts it.
    pub number: u64,
    refused: &'a RefCell<Vec<Refusal>>,
    is_refused: bool,
}

impl<'a> Row<'a> {
    pub(crate) fn new(table: &'a Table, place: usize, number: u64, refused: &'a RefCell<Vec<Refusal>>) -> Self {
        Self { table, place, number, refused, is_refused: false }
    }

    /// What stands in a cell; `None` when it is empty or the file has no such column.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&'a str> {
        let cell = self.table.cell(self.place, self.table.place(column)?);
        (!cell.is_empty()).then_some(cell)
    }

    /// The text of a cell; `None` when it is empty or the file has no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<String> {
        self.cell(column).map(str::to_owned)
    }

    /// The text of a cell that must be filled; an empty one is refused.
    pub fn required(&mut self, column: &str) -> Option<String> {
        self.filled(column).map(str::to_owned)
    }

    /// A cell that must be filled; an empty one is refused.
    pub fn filled(&mut self, column: &str) -> Option<&'a str> {
        let cell = self.cell(column);
        if cell.is_none() {
            self.refuse(column, "This cell is empty.", "Every row needs a value here.");
        }
        cell
    }

    /// The cell as a day.
    pub fn date(&mut self, column: &str) -> Option<NaiveDate> {
        let advice = match self.cell(column).and_then(crate::values::orders) {
            Some((true, true)) => "Is the month first, or the day? Write it as 2026-10-06: year, month, day.",
            _ => "Write it as 2026-10-06: year, month, day.",
        };
        self.parsed(column, "is not a date", advice)
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
        let text = self.cell(column).unwrap_or_default();
        text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The cell as one of a few words.
    pub fn choice(&mut self, column: &str, words: &[&str]) -> Option<String> {
        let text = self.cell(column)?;
        let found = words.iter().find(|word| **word == text).or_else(|| words.iter().find(|word| bare(word) == bare(text)));
        if let Some(word) = found {
            return Some((*word).to_owned());
        }
        let near = crate::near(text, words.iter().copied());
        self.refuse_near(column, "That word is not known here.", &format!("It can be: {}.", words.join(", ")), near);
        None
    }

    fn parsed<T: FromStr>(&mut self, column: &str, problem: &str, advice: &str) -> Option<T> {
        let value = self.cell(column)?.parse().ok();
        if value.is_none() {
            self.refuse(column, &format!("This {problem}."), advice);
        }
        value
    }

    /// How many refusals there are, of all rows.
    #[must_use]
    pub fn refused_so_far(&self) -> usize {
        self.refused.borrow().len()
    }

    /// Notes what is wrong with a cell.
    pub fn refuse(&mut self, column: &str, problem: &str, advice: &str) {
        self.refuse_near(column, problem, advice, Vec::new());
    }

    /// Notes what is wrong with a cell, and what could have been meant.
    pub fn refuse_near(&mut self, column: &str, problem: &str, advice: &str, near: Vec<String>) {
        self.is_refused = true;
        let mut refusal = Refusal::whole(&self.table.file, problem, advice).at(self.number).column(column);
        if let Some(value) = self.cell(column) {
            refusal = refusal.value(value);
        }
        refusal.near = near;
        self.refused.borrow_mut().push(refusal);
    }

    /// Whether something is wrong with the row.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }
}
