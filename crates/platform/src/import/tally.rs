//! What an import did, or would do, row by row; and what is wrong with a file.

use tables::Refusal;

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
