//! What a file's headings and words mean: matched kindly, or as somebody says on a page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Column, DayOrder, Holds, folded};

/// What somebody says about a file before it is taken in. What is not said is matched by the names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The sheet of a workbook; the first without it.
    pub sheet: Option<String>,
    /// A heading of the file, and our column; nothing leaves it out.
    pub columns: BTreeMap<String, Option<String>>,
    /// What the file's words mean.
    pub words: Vec<Meaning>,
    /// Which comes first in days written in figures.
    pub days: Option<DayOrder>,
    /// What is to be done with single rows, by their numbers.
    pub rows: BTreeMap<u64, RowChoice>,
}

/// What a word of the file means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    /// Our column.
    pub column: String,
    /// What the file says; capitals make no difference.
    pub says: String,
    /// What it means; nothing leaves out the rows that say so.
    pub means: Option<String>,
}

/// What is to be done with a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChoice {
    /// It stays in the file.
    LeaveOut,
    /// These of our columns say something else than the file.
    Cells(BTreeMap<String, String>),
}

impl Mapping {
    /// Leaves out these rows as well.
    #[must_use]
    pub fn leaving_out(mut self, rows: impl IntoIterator<Item = u64>) -> Self {
        self.rows.extend(rows.into_iter().map(|row| (row, RowChoice::LeaveOut)));
        self
    }
}

/// A name without what people write differently: capitals, accents, blanks and marks.
#[must_use]
pub(crate) fn bare(name: &str) -> String {
    folded(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Our column of a heading, by its name or one of its usual other names.
pub(crate) fn column_of(columns: &'static [Column], heading: &str) -> Option<&'static Column> {
    let bare_heading = bare(heading);
    if bare_heading.is_empty() {
        return None;
    }
    let is = |name: &&str| bare(name) == bare_heading;
    columns.iter().find(|column| is(&column.name)).or_else(|| columns.iter().find(|column| column.also.iter().any(is)))
}

/// Where each heading goes: the mapping's word, or the match of its name. A second match of one column is left for
/// somebody to say.
pub(crate) fn places(columns: &'static [Column], mapping: &Mapping, headings: &[String]) -> Vec<Option<&'static Column>> {
    headings
        .iter()
        .map(|heading| match mapping.columns.get(heading) {
            Some(said) => said.as_ref().and_then(|said| columns.iter().find(|column| column.name == said)),
            None => column_of(columns, heading),
        })
        .collect()
}

/// The word of a column that a cell means, where the column has fixed words.
pub(crate) fn word_of(holds: Holds, cell: &str) -> Option<&'static str> {
    let Holds::Word(words) = holds else { return None };
    words.iter().copied().find(|word| *word == cell).or_else(|| words.iter().copied().find(|word| bare(word) == bare(cell)))
}
