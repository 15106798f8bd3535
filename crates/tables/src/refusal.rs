//! What is wrong with a file: where, what, and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something in a file that can't be taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// The row as a spreadsheet counts it: the header is row 1.
    pub row: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub advice: String,
    /// What could have been meant, the nearest first.
    pub near: Vec<String>,
}

/// So many letters of a value are shown.
const SHOWN: usize = 80;

impl Refusal {
    /// A refusal of a file as a whole.
    #[must_use]
    pub fn whole(file: &str, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { file: file.to_owned(), problem: problem.into(), advice: advice.into(), ..Self::default() }
    }

    /// The same about one row.
    #[must_use]
    pub fn at(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same about one column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The same about what stands there.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        self.value = Some(short(value));
        self
    }
}

/// A value as it is shown: its beginning.
pub(crate) fn short(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", \"{value}\"")?;
        }
        write!(f, ": {} {}", self.problem, self.advice)?;
        if !self.near.is_empty() {
            write!(f, " Did you mean {}?", self.near.join(", or "))?;
        }
        Ok(())
    }
}
