//! What an import did, or would do, row by row; and what is wrong with a file.

use std::fmt;

/// So many rows of each outcome are told one by one; the others are counted.
pub const TOLD: u64 = 200;

/// What an import did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Rows that were not there before.
    pub new: u64,
    /// Rows that say something else than before.
    pub changed: u64,
    /// Rows that were there already.
    pub same: u64,
    /// What could not be taken in; with one of these nothing is.
    pub refused: Vec<Refusal>,
    /// What is worth knowing, a sentence each: a column that nothing reads.
    pub notices: Vec<String>,
    /// The first rows of each outcome.
    pub rows: Vec<RowOutcome>,
}

/// What became of a row, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOutcome {
    /// The row as a spreadsheet counts it.
    pub row: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// What the row is about, in the words of its page.
    pub title: String,
    /// What it changes.
    pub changes: Vec<Change>,
}

/// What can become of a row that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was not there before.
    New,
    /// It says something else than before.
    Changed,
    /// It was there already.
    Same,
}

/// A value that a row changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The column.
    pub column: &'static str,
    /// What we have.
    pub before: String,
    /// What the row says.
    pub after: String,
}

/// The values that differ, by column: for rows that change something.
#[must_use]
pub fn changes(values: &[(&'static str, String, String)]) -> Vec<Change> {
    let differ = values.iter().filter(|(_, before, after)| before != after);
    differ.map(|(column, before, after)| Change { column, before: before.clone(), after: after.clone() }).collect()
}

impl Tally {
    /// Adds what another part did.
    pub fn and(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
        self.refused.extend(other.refused);
        self.notices.extend(other.notices);
        self.rows.extend(other.rows);
    }

    /// Whether all of it could be taken in.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.refused.is_empty()
    }

    /// Counts a row that was not there before; its title is asked for only when it is told.
    pub fn add_new(&mut self, row: u64, title: impl FnOnce() -> String) {
        self.new += 1;
        if self.new <= TOLD {
            self.rows.push(RowOutcome { row, outcome: Outcome::New, title: title(), changes: Vec::new() });
        }
    }

    /// Counts a row that was there already.
    pub fn add_same(&mut self, row: u64, title: impl FnOnce() -> String) {
        self.same += 1;
        if self.same <= TOLD {
            self.rows.push(RowOutcome { row, outcome: Outcome::Same, title: title(), changes: Vec::new() });
        }
    }

    /// Counts a row that says something else than before.
    pub fn add_changed(&mut self, row: u64, title: impl FnOnce() -> String, changes: impl FnOnce() -> Vec<Change>) {
        self.changed += 1;
        if self.changed <= TOLD {
            self.rows.push(RowOutcome { row, outcome: Outcome::Changed, title: title(), changes: changes() });
        }
    }

    /// The numbers of the rows that were refused, each once.
    #[must_use]
    pub fn refused_rows(&self) -> Vec<u64> {
        let mut rows: Vec<u64> = self.refused.iter().filter_map(|refusal| refusal.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

/// Something in a file that can't be taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
pub(super) fn short(value: &str) -> String {
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
