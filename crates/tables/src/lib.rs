//! Tables out of files that people bring: which encoding, what parts the columns, or a workbook; which heading is which of our
//! columns; the rows. No database and nothing of the product, so that what strangers' files do can be tried without them.
//!
//! Whatever a file holds, reading it ends in a [`Table`] or in [`Refusal`]s that say where, what and what to do, and takes
//! no more memory than the limits allow: [`LARGEST_FILE`], [`LARGEST_CELL`], [`MOST_COLUMNS`].

mod book;
mod bytes;
mod delimited;
mod look;
mod mapping;
mod raw;
mod refusal;
mod row;
mod table;
mod values;
mod words;
mod workbook;
mod written;

pub use book::{Book, Leaf};
use bytes::Content;
pub use bytes::Input;
pub use look::{DaysInFigures, Heading, Look, OddWord, look, only_rows};
pub use mapping::{Mapping, Meaning, RowChoice};
pub use raw::{LARGEST_CELL, LARGEST_FILE, MOST_COLUMNS};
pub use refusal::Refusal;
pub use row::Row;
pub use table::{MOST_REFUSED, Table};
pub use values::DayOrder;
pub use words::{folded, near};
pub use written::{CsvOut, csv_of, guarded};

/// A column of a table.
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// What else people call it.
    pub also: &'static [&'static str],
    /// Whether a file without it is refused.
    pub required: bool,
    /// What its values look like.
    pub holds: Holds,
    /// So many characters a value may have.
    pub most: usize,
    /// What it means, in a few words.
    pub about: &'static str,
}

/// What the values of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// A day, `2026-10-06`.
    Date,
    /// An instant, `2026-10-06T14:30:00Z`.
    Instant,
    /// A school year, `2026-27`.
    SchoolYear,
    /// A number.
    Number,
    /// Texts parted by semicolons.
    List,
    /// One of a few words.
    Word(&'static [&'static str]),
}

impl Column {
    /// A column that a file must have.
    #[must_use]
    pub const fn needed(name: &'static str, holds: Holds, about: &'static str) -> Self {
        Self { name, also: &[], required: true, holds, most: most(holds), about }
    }

    /// A column that a file may have.
    #[must_use]
    pub const fn optional(name: &'static str, holds: Holds, about: &'static str) -> Self {
        Self { name, also: &[], required: false, holds, most: most(holds), about }
    }

    /// The same column for texts of several sentences.
    #[must_use]
    pub const fn prose(mut self) -> Self {
        self.most = PROSE;
        self
    }

    /// The same column with other names that people call it by.
    #[must_use]
    pub const fn or(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }
}

/// So many characters a name, a key or a figure may have: more would fit neither on a page nor into an index.
const LINE: usize = 300;
/// So many characters a text of several sentences may have.
const PROSE: usize = 10_000;

const fn most(holds: Holds) -> usize {
    match holds {
        Holds::List => PROSE,
        _ => LINE,
    }
}

/// Reads the rows of a file, as far as these columns go, with what somebody says about its columns, words and rows.
///
/// # Errors
/// What is wrong with the file as a whole, or with its rows as rows.
pub fn read(columns: &'static [Column], name: &str, input: Input<'_>, mapping: &Mapping) -> Result<Table, Vec<Refusal>> {
    let mut builder = table::Builder::new(columns, mapping, name);
    let how = rows_of(name, input, mapping.sheet.as_deref(), &mut builder)?;
    builder.finish(how)
}

/// The text of a file that is no table.
///
/// # Errors
/// When it can't be opened, or is no text.
pub fn text(name: &str, input: Input<'_>) -> Result<String, Vec<Refusal>> {
    let sample = input.sample().map_err(|error| vec![bytes::unreadable(name, &error)])?;
    if bytes::content(&sample) != Content::Text {
        let advice = "Choose the content pack, whose name ends in .toml.";
        return Err(vec![Refusal::whole(name, "This is no text.", advice)]);
    }
    bytes::Encoding::of(name, input, &sample)?.decode(name, &input.all(name, raw::LARGEST_FILE)?)
}

/// A file that is either a text or a workbook of several sheets.
#[derive(Debug)]
pub enum Whole {
    /// A text.
    Text(String),
    /// A workbook.
    Book(Book),
}

/// Reads a file that is either a text or a workbook, as a whole.
///
/// # Errors
/// When it can't be opened, or is neither.
pub fn whole(name: &str, input: Input<'_>) -> Result<Whole, Vec<Refusal>> {
    let sample = input.sample().map_err(|error| vec![bytes::unreadable(name, &error)])?;
    match bytes::content(&sample) {
        Content::Text => text(name, input).map(Whole::Text),
        Content::Zip => book::read(name, &input.all(name, workbook::LARGEST_PACKED)?).map(Whole::Book),
        Content::Compound => Err(vec![workbook::compound(name, &input.all(name, workbook::LARGEST_PACKED)?)]),
    }
}

/// Hands the rows of a file on, whatever it is.
fn rows_of(name: &str, input: Input<'_>, sheet: Option<&str>, taker: &mut dyn raw::Taker) -> Result<raw::HowRead, Vec<Refusal>> {
    let sample = input.sample().map_err(|error| vec![bytes::unreadable(name, &error)])?;
    match bytes::content(&sample) {
        Content::Text => delimited::read(name, input, &sample, taker),
        Content::Zip => workbook::read(name, &input.all(name, workbook::LARGEST_PACKED)?, sheet, taker),
        Content::Compound => Err(vec![workbook::compound(name, &input.all(name, workbook::LARGEST_PACKED)?)]),
    }
}
